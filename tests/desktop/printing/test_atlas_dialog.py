"""Many maps from the window: chosen, followed, paused, stopped, gone on with; only failures and changes anew."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.core.watch import Watch
from mingqing.desktop.printing import atlas
from mingqing.desktop.printing.atlas import AtlasSheet
from mingqing.desktop.printing.atlas_kept import Chosen
from mingqing.desktop.printing.many import EndingSheet, sheets_of
from mingqing.desktop.widgets import alive
from mingqing.desktop.window import MainWindow
from mingqing.printing.atlas.kept import FILE, Kept, Shelf
from mingqing.printing.atlas.order import Binding, Format, Naming, Options
from mingqing.printing.atlas.run import Failure, Outcome
from mingqing.printing.wall.asked import Asked
from mingqing.store.session import Session
from tests.desktop.printing.conftest import HERE, THERE
from tests.desktop.printing.many import leaf, opened, press, rest

_SENTENCE = "没有村界，请先导入村界再出图"


class Press:
    """Stands for the run: a map is made whenever `go` is released, those of `broken` themes fail."""

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.broken: set[str] = set()
        self.wanted: Sequence[Asked] = ()
        self.folder, self.options = Path(), Options()
        self.rested = threading.Event()

    def __call__(
        self,
        _session: Session,
        wanted: Sequence[Asked],
        folder: Path,
        options: Options,
        watch: Watch,
        *,
        paused: Callable[[], bool],
        failing: Callable[[Failure], None],
    ) -> Outcome:
        self.wanted, self.folder, self.options = wanted, folder, options
        failed = []
        for n, asked in enumerate(wanted):
            watch.progress(f"正在画：{asked.village}", n, len(wanted))
            while not self.go.acquire(timeout=0.005):
                if paused():
                    self.rested.set()
                if watch.cancelled():
                    return Outcome(folder, n, n, tuple(failed), 1.0, "已停下。已经画好的都在")
            if asked.theme in self.broken:
                failed.append(Failure(asked, "小竹溪村", asked.theme, _SENTENCE))
                failing(failed[-1])
        made = len(wanted) - len(failed)
        return Outcome(folder, made, made, tuple(failed), 65.0, noticed=(("甲.pdf", "1 个名称放不下"),))


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> Press:
    made = Press()
    monkeypatch.setattr(atlas, "run", made)
    return made


@pytest.fixture
def sheet(qtbot: QtBot, shared: MainWindow, tmp_path: Path) -> Iterator[AtlasSheet]:
    """The sheet, about a folder with nothing in it."""
    shared.settings.printing.clear()
    made = opened(shared, "atlas", AtlasSheet)
    made.folder.setText(str(tmp_path / "图"))
    made.turn_to(made.place)
    qtbot.waitUntil(lambda: made.known, timeout=15_000)
    yield made
    if alive(made):
        made.forget()
    rest(shared)


def begin(qtbot: QtBot, sheet: AtlasSheet, printing: Press) -> None:
    qtbot.mouseClick(sheet.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(printing.wanted) > 0 and "正在画" in sheet.run.now.text())


def finish(qtbot: QtBot, sheet: AtlasSheet, printing: Press) -> None:
    printing.go.release(100)
    qtbot.waitUntil(lambda: not sheet.busy)


# ── What is chosen ───────────────────────────────────────────────────────────────────────────────────────────


def test_every_map_of_every_village_is_offered_and_counted(sheet: AtlasSheet) -> None:
    assert sheet.summary.text() == "2 个村 × 6 种图 = 12 张，都要画"
    assert "开始以后" in sheet.aside.text()
    assert leaf(sheet, "横岗村").text(1).strip() == "没画过"


def test_what_is_ticked_is_what_is_made(qtbot: QtBot, sheet: AtlasSheet, printing: Press) -> None:
    press(sheet, "全不选")
    assert not sheet.primary.isEnabled()
    qtbot.keyClicks(sheet.villages.search, "hgc")
    qtbot.keyClick(sheet.villages.search, Qt.Key.Key_Return)
    for code in ("industry", "organisation", "key_person", "assistance"):
        sheet.choices.themes[code].click()
    for field, value in ((sheet.choices.papers, "A1"), (sheet.choices.ways, True)):
        field.buttons[value].click()
    sheet.choices.mono.click()
    sheet.choices.bound.setCurrentIndex(1)
    qtbot.waitUntil(lambda: sheet.known)
    assert sheet.summary.text() == "1 个村 × 2 种图 = 2 张，都要画"
    begin(qtbot, sheet, printing)
    like = Asked("household", THERE, "A1", portrait=True, mono=True)
    assert list(printing.wanted) == [like, like.of(theme="disaster")]
    assert printing.options == Options(binding=Binding.TOWNSHIPS)
    assert printing.folder == sheet.place
    finish(qtbot, sheet, printing)


def test_pictures_are_not_bound_together(sheet: AtlasSheet) -> None:
    sheet.choices.bound.setCurrentIndex(2)
    sheet.choices.formats.buttons[Format.PNG].click()
    assert not sheet.choices.bound.isEnabled()
    assert sheet.choices.options == Options(Format.PNG)


def test_choices_are_there_again_the_next_time(
    qtbot: QtBot, shared: MainWindow, sheet: AtlasSheet, printing: Press
) -> None:
    sheet.choices.papers.buttons["A2"].click()
    sheet.choices.themes["industry"].click()
    begin(qtbot, sheet, printing)
    finish(qtbot, sheet, printing)
    place = sheet.place
    sheet.close()
    again = opened(shared, "atlas", AtlasSheet)
    assert again is not sheet
    assert (again.choices.like.paper, again.place) == ("A2", place)
    assert "industry" not in again.choices.ticked
    again.forget()


# ── On the way ───────────────────────────────────────────────────────────────────────────────────────────────


def test_progress_failures_and_what_is_made_again(qtbot: QtBot, sheet: AtlasSheet, printing: Press) -> None:
    printing.broken = {"organisation"}
    begin(qtbot, sheet, printing)
    printing.go.release(4)
    qtbot.waitUntil(lambda: sheet.run.count.text() == "4 / 12 张")
    assert [f.sentence for f in sheet.run.failures] == [_SENTENCE]
    assert sheet.windowTitle() == "批量出图 4 / 12"
    finish(qtbot, sheet, printing)
    assert sheet.run.heading.text() == "出完了，有 2 张没画成"
    assert "没做成的 2 张，要留意的 1 处" in sheet.run.failed_title.text()
    printing.broken = set()
    press(sheet, "只重做失败的")
    qtbot.waitUntil(lambda: len(printing.wanted) == 2)
    assert {a.theme for a in printing.wanted} == {"organisation"}
    finish(qtbot, sheet, printing)
    assert sheet.run.heading.text() == "2 张图都好了"


def test_a_pause_is_heard_and_ends(qtbot: QtBot, sheet: AtlasSheet, printing: Press) -> None:
    begin(qtbot, sheet, printing)
    press(sheet, "暂停")
    assert printing.rested.wait(5)
    assert sheet.run.heading.text() == "已暂停"
    press(sheet, "继续")
    assert not sheet.resting.is_set()
    finish(qtbot, sheet, printing)


def test_a_run_that_is_stopped_says_so_and_one_may_choose_again(
    qtbot: QtBot, sheet: AtlasSheet, printing: Press
) -> None:
    begin(qtbot, sheet, printing)
    printing.go.release(3)
    press(sheet, "停止")
    qtbot.waitUntil(lambda: not sheet.busy)
    assert sheet.run.heading.text() == "没有出完"
    assert "都在" in sheet.run.told.text()
    press(sheet, "返回")
    assert sheet.choice.isVisible()


def test_the_window_goes_on_while_maps_are_drawn(
    qtbot: QtBot, shared: MainWindow, sheet: AtlasSheet, printing: Press
) -> None:
    begin(qtbot, sheet, printing)
    sheet.close()
    assert sheet.isMinimized()
    shared.explorer.show_theme("disaster")
    qtbot.waitUntil(lambda: shared.explorer.canvas.at_rest, timeout=15_000)
    assert sheet.busy
    shared.actions_["atlas"].trigger()
    assert not sheet.isMinimized()
    finish(qtbot, sheet, printing)
    assert [s for s in sheets_of(shared) if s.run.isVisible()] == [sheet]


def test_what_failed_is_saved_as_a_table(
    qtbot: QtBot,
    sheet: AtlasSheet,
    printing: Press,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printing.broken = {"disaster"}
    begin(qtbot, sheet, printing)
    finish(qtbot, sheet, printing)
    file = tmp_path / "单子.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    press(sheet, "存为表格…")
    qtbot.waitUntil(file.exists)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[:2] == ["村,内容,原因", f"小竹溪村,disaster,{_SENTENCE}"]


def test_a_double_click_opens_the_map_that_failed(
    qtbot: QtBot, sheet: AtlasSheet, printing: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Asked] = []
    monkeypatch.setattr(sheet, "ground", _with_preview(sheet, looked.append))
    printing.broken = {"household"}
    begin(qtbot, sheet, printing)
    finish(qtbot, sheet, printing)
    list_ = sheet.run.list
    at = list_.visualRect(list_.model().index(0, 0)).center()
    qtbot.mouseClick(list_.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(list_.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [(a.theme, a.village) for a in looked] == [("household", HERE)]


def _with_preview(sheet: AtlasSheet, preview: Callable[[Asked], None]) -> object:
    return replace(sheet.ground, preview=preview)


# ── Closing in the middle ────────────────────────────────────────────────────────────────────────────────────


def test_closing_the_program_asks_and_a_run_may_go_on(
    qtbot: QtBot, shared: MainWindow, sheet: AtlasSheet, printing: Press
) -> None:
    begin(qtbot, sheet, printing)
    assert not shared.close()
    (question,) = (q for q in shared.findChildren(EndingSheet) if q.isVisible())
    question.primary.click()
    assert shared.isVisible()
    assert sheet.busy
    finish(qtbot, sheet, printing)
    assert sheet.run.heading.text() == "12 张图都好了"


# ── For once in earnest ──────────────────────────────────────────────────────────────────────────────────────


def test_maps_are_drawn_and_what_is_current_is_not_drawn_again(
    qtbot: QtBot, shared: MainWindow, sheet: AtlasSheet
) -> None:
    for code in ("industry", "organisation", "key_person", "assistance", "disaster"):
        sheet.choices.themes[code].click()
    qtbot.waitUntil(lambda: sheet.known)
    press(sheet, "开始出图")
    qtbot.waitUntil(lambda: not sheet.busy, timeout=60_000)
    assert sheet.run.heading.text() == "2 张图都好了"
    assert {f.name for f in sheet.place.glob("*.pdf")} == {f"{HERE}_household.pdf", f"{THERE}_household.pdf"}
    press(sheet, "返回")
    qtbot.waitUntil(lambda: sheet.known)
    assert "不用再画" in sheet.summary.text()
    assert not sheet.primary.isEnabled()
    assert leaf(sheet, "横岗村").text(1).strip() == "已是最新"
    (sheet.place / f"{HERE}_household.pdf").unlink()
    sheet.turn_to(sheet.place)
    qtbot.waitUntil(lambda: sheet.known)
    press(sheet, "全不选")
    press(sheet, "要画的")
    assert sheet.villages.ticked == {HERE}
    assert "要画 1 张" in sheet.summary.text() or "都要画" in sheet.summary.text()
    assert "占" in sheet.aside.text()
    assert (sheet.place / FILE).exists()


def test_what_was_not_finished_is_offered_when_the_project_is_opened_again(
    qtbot: QtBot, shared: MainWindow, tmp_path: Path
) -> None:
    assert shared.session is not None
    left = Asked("disaster", THERE, "A2", mono=True)
    shelf = Shelf(tmp_path, Options(naming=Naming.TITLES))
    tried = Kept(left.of(village=HERE), "小竹溪村", "竹源乡", "防灾避险图")
    shelf.order([("甲", Kept(left, "横岗村", "竹源乡", "防灾避险图")), ("乙", tried)], shelf.options)
    shelf.maps["乙"] = replace(shelf.maps["乙"], trouble=_SENTENCE)
    shelf.save()
    like = left.of(theme="", village="")
    path = shared.session.info.path
    Chosen(tmp_path, ("disaster",), like, shelf.options).remember(shared.settings, path)
    banner = shared.explorer.banner
    shared.printing.offer(shared.session)
    qtbot.waitUntil(lambda: "还差 1 张" in banner.text)
    next(b for b in banner.findChildren(QPushButton) if b.text() == "接着出图").click()
    (sheet,) = (s for s in sheets_of(shared) if isinstance(s, AtlasSheet))
    qtbot.waitUntil(lambda: sheet.known)
    assert sheet.primary.text() == "接着出图"
    assert (sheet.villages.ticked, sheet.choices.ticked) == ({THERE}, ("disaster",))
    assert (sheet.choices.like, sheet.choices.options) == (like, shelf.options)
    sheet.forget()
    banner.clear()
    shared.settings.printing.clear()
    rest(shared)


def test_closing_the_project_ends_the_run(
    qtbot: QtBot, shared: MainWindow, sheet: AtlasSheet, printing: Press
) -> None:
    gone: list[str] = []
    begin(qtbot, sheet, printing)
    assert shared.printing.hold_back(lambda: gone.append("closed"))
    (question,) = (q for q in shared.findChildren(EndingSheet) if q.isVisible())
    qtbot.mouseClick(question.ending, Qt.MouseButton.LeftButton)
    rest(shared)
    assert gone == ["closed"]
    assert not sheets_of(shared)
