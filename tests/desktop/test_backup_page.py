"""Backups make themselves, are made and proved by hand, and come back to a new place."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.core.errors import ProjectUnavailable
from mingqing.desktop.backup import automatic
from mingqing.desktop.backup.sheets import RestoreSheet
from mingqing.desktop.pages.dialogs import LoginSheet
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.store.archive import Backup, backups_in, is_sound
from mingqing.store.backup import AUTO, HAND, automatic_backup, make_backup
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.inside import query

from .conftest import PASSWORD, USER

Settle = Callable[[], None]


def add_house(session: Session) -> None:
    with session.transaction("edit", "加一座房") as change:
        change.insert("house", new_ids(1), {"house_no": ["新"]})


def made_in(project: Path) -> list[Backup]:
    return backups_in(project / "backups")


def flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def said(widget: object) -> str:
    return " ".join(x.text() for x in widget.findChildren(QLabel) if x.isVisible())  # type: ignore[attr-defined]


def press(widget: object, text: str) -> None:
    next(b for b in widget.findChildren(QPushButton) if text in b.text()).click()  # type: ignore[attr-defined]


def lines(window: MainWindow) -> list[list[str]]:
    model = window.backups.list.table.model()
    return [[model.index(r, c).data() for c in range(4)] for r in range(model.rowCount())]


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets the copying of a backup never end by itself; set once it has begun."""
    begun = threading.Event()

    def chunks(_file: Path) -> Iterator[bytes]:
        while True:
            yield b"x" * 1024
            begun.set()
            time.sleep(0.001)

    monkeypatch.setattr("mingqing.store.backup.raw_chunks", chunks)
    return begun


# ── By itself ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_opened_project_backs_itself_up_and_says_so_quietly(
    qtbot: QtBot, window: MainWindow, project: Path, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    monkeypatch.setattr(automatic, "_AFTER_OPENING_MS", 0)
    window.open_now(project, USER, PASSWORD)
    status = window.explorer.status
    qtbot.waitUntil(lambda: "已自动备份" in status.backup.text(), timeout=15_000)
    settle()
    (made,) = made_in(project)
    assert made.contents.kind == AUTO
    assert is_sound(made)
    assert window.explorer.banner.text == ""
    window.close_project()
    assert status.backup.text() == ""


def test_without_changes_there_is_no_second_one(opened: MainWindow, project: Path, settle: Settle) -> None:
    opened.automatic.ask()
    settle()
    opened.automatic.ask()
    settle()
    assert len(made_in(project)) == 1


def test_a_full_disk_is_said_once_until_there_is_room_again(
    opened: MainWindow, project: Path, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    banner = opened.explorer.banner

    def refuse(_session: object, **_how: object) -> Backup:
        raise ProjectUnavailable("空间不够，请腾出空间")

    def ask() -> str:
        banner.hide()
        opened.automatic.ask()
        settle()
        return banner.text

    with monkeypatch.context() as patch:
        patch.setattr(automatic, "automatic_backup", refuse)
        assert [ask(), ask()] == ["空间不够，请腾出空间", ""]
    assert ask() == ""
    assert len(made_in(project)) == 1
    with open_project(project, user=USER, password=PASSWORD) as session:
        add_house(session)
    monkeypatch.setattr(automatic, "automatic_backup", refuse)
    monkeypatch.setattr(automatic, "backup_due", lambda _session, **_how: True)
    assert ask() == "空间不够，请腾出空间"


def test_a_project_that_may_only_be_read_is_left_alone(
    qtbot: QtBot, window: MainWindow, project: Path, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    monkeypatch.setattr("mingqing.store.project._read_only_reason", lambda _folder: "磁盘写保护")
    window.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    window.automatic.ask()
    settle()
    assert made_in(project) == []
    window.backups.show_backups()
    settle()
    assert not window.backups.list.here.isEnabled()


def test_maps_are_drawn_and_rows_written_while_a_backup_is_under_way(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    begun, go = threading.Event(), threading.Event()

    def prove(*_args: object) -> Backup:
        begun.set()
        assert go.wait(15)
        raise ProjectUnavailable("换一个盘")

    monkeypatch.setattr("mingqing.store.backup._prove", prove)
    opened.automatic.ask()
    assert begun.wait(5)
    opened.explorer.show_theme("disaster")
    qtbot.waitUntil(lambda: opened.explorer.canvas.at_rest, timeout=15_000)
    assert opened.session is not None
    add_house(opened.session)
    go.set()
    settle()


def test_closing_the_window_drops_a_backup_under_way_and_leaves_no_half_of_it(
    opened: MainWindow, project: Path, endless: threading.Event
) -> None:
    opened.automatic.ask()
    assert endless.wait(5)
    opened.close()
    assert list((project / "backups").iterdir()) == []


def test_a_project_put_back_to_an_older_state_is_said(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    yesterday = (project / "map.db").read_bytes()
    with open_project(project, user=USER, password=PASSWORD) as session:
        add_house(session)
        automatic_backup(session)
    (project / "map.db").write_bytes(yesterday)
    window.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: "换回了旧的" in window.explorer.banner.text, timeout=15_000)
    press(window.explorer.banner, "看备份")
    settle()
    assert window.pages.currentWidget() is window.backups


# ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def page(opened: MainWindow, settle: Settle) -> MainWindow:
    """The window with its backup page in front."""
    opened.actions_["backups"].trigger()
    settle()
    return opened


def test_a_backup_by_hand_is_listed_as_such(page: MainWindow, project: Path, settle: Settle) -> None:
    assert page.backups.list.nothing.isVisible()
    page.backups.list.here.click()
    settle()
    (made,) = made_in(project)
    assert made.contents.kind == HAND
    ((when, kind, size, state),) = lines(page)
    assert (when, kind) == (f"{made.contents.made:%Y-%m-%d %H:%M}", "手动")
    assert size.endswith("MB")
    assert "完好" in state
    assert made.file.name in said(page.backups)


def test_every_backup_is_in_the_log(page: MainWindow, project: Path, tmp_path: Path, settle: Settle) -> None:
    stick = tmp_path / "U盘"
    stick.mkdir()
    page.backups.make(stick)
    settle()
    page.automatic.ask()
    settle()
    assert page.session is not None
    logged = query(page.session, "SELECT target FROM mq_audit WHERE act = ? ORDER BY seq", (Act.BACKUP,))
    assert [name for (name,) in logged] == [m.file.name for m in (*backups_in(stick), *made_in(project))]


def test_proving_finds_the_one_that_the_disk_has_spoilt(
    page: MainWindow, project: Path, settle: Settle
) -> None:
    page.backups.list.here.click()
    settle()
    page.backups.show_project(page.session.info)  # type: ignore[union-attr]  # as on another day
    page.backups.show_backups()
    settle()
    assert "完好" not in lines(page)[0][3]
    page.backups.list.prove_all.click()
    settle()
    assert "完好" in lines(page)[0][3]
    flip(made_in(project)[0].file)
    page.backups.list.prove_all.click()
    settle()
    assert "损坏" in lines(page)[0][3]


def test_proving_counts_the_backups_there_are_not_those_of_an_earlier_list(
    page: MainWindow, settle: Settle
) -> None:
    page.backups.list.prove.emit()
    settle()
    assert "还没有备份" in said(page.backups.list)
    assert page.session is not None
    automatic_backup(page.session)
    page.backups.list.prove.emit()
    settle()
    assert "1 份备份都完好" in said(page.backups.list)
    assert "完好" in lines(page)[0][3]


def test_a_backup_to_a_stick_remembers_the_folder(
    page: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    stick, asked = tmp_path / "U盘", []
    stick.mkdir()

    def choose(_parent: object, _title: str, start: str) -> str:
        asked.append(start)
        return str(stick)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    press(page.backups.list, "U 盘")
    settle()
    assert len(backups_in(stick)) == 1
    monkeypatch.setenv("MINGQING_SETTINGS", str(tmp_path))
    assert Settings.load().backup_folder == str(stick)
    press(page.backups.list, "U 盘")
    assert asked == [str(Path.home()), str(stick)]
    settle()


def test_a_backup_by_hand_can_be_stopped(
    qtbot: QtBot, page: MainWindow, project: Path, endless: threading.Event, settle: Settle
) -> None:
    page.backups.list.here.click()
    assert endless.wait(5)
    qtbot.keyClick(page.backups.waiting, Qt.Key.Key_Escape)
    assert page.backups.currentWidget() is page.backups.waiting
    page.backups.waiting.button.click()
    settle()
    assert page.backups.currentWidget() is page.backups.list
    assert list((project / "backups").iterdir()) == []


def test_a_backup_that_fails_says_why(page: MainWindow, tmp_path: Path, settle: Settle) -> None:
    page.backups.make(tmp_path / "没插好")
    settle()
    assert "U 盘是否已插好" in said(page.backups.outcome)
    press(page.backups.outcome, "返回")
    settle()
    assert page.backups.currentWidget() is page.backups.list


# ── Bringing one back ────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_comes_back_to_a_new_place_and_can_be_opened(
    qtbot: QtBot, page: MainWindow, project: Path, settle: Settle
) -> None:
    page.backups.list.here.click()
    settle()
    before = (project / "map.db").read_bytes()
    page.backups.list.bring_back.click()
    sheet = page.findChild(RestoreSheet)
    assert sheet is not None
    suggested = sheet.path
    assert suggested.parent == project.parent
    sheet.name.setText(project.stem)
    sheet.primary.click()
    assert "不会覆盖" in sheet.error
    sheet.name.setText(suggested.stem)
    sheet.primary.click()
    settle()
    assert "旧项目保持原样" in said(page.backups.outcome)
    assert (project / "map.db").read_bytes() == before
    press(page.backups.outcome, "打开")
    login = page.findChild(LoginSheet)
    assert login is not None
    login.password.setText(PASSWORD)
    login.primary.click()
    qtbot.waitUntil(lambda: page.session is not None and page.session.info.path == suggested, timeout=15_000)
    settle()
    assert page.pages.currentWidget() is page.explorer


def test_a_dropped_backup_comes_back_without_a_project(
    window: MainWindow, project: Path, tmp_path: Path, settle: Settle
) -> None:
    with open_project(project, user=USER, password=PASSWORD) as session:
        made = make_backup(session, tmp_path)
    window.take([made.file])
    sheet = window.findChild(RestoreSheet)
    assert sheet is not None
    sheet.place.setText(str(tmp_path / "新"))
    sheet.name.setText("回来")
    sheet.primary.click()
    settle()
    assert window.pages.currentWidget() is window.backups
    press(window.backups.outcome, "返回")
    assert window.pages.currentWidget() is window.welcome
    with open_project(tmp_path / "新" / "回来.mingqing", user=USER, password=PASSWORD) as session:
        assert session.counts()["house"] == 12


def test_a_file_that_is_no_backup_is_one_sentence(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "假.mingqing-backup"
    bad.write_bytes(b"PK")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(bad), ""))
    press(window.welcome, "用备份恢复")
    assert "不是完好的民情地图备份" in said(window.backups.outcome)


# ── Checking ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_checking_says_in_words_what_it_found(
    page: MainWindow, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    press(page.backups.list, "检查项目")
    settle()
    assert "项目完好" in said(page.backups.outcome)
    press(page.backups.outcome, "返回")
    settle()
    monkeypatch.setattr(
        "mingqing.desktop.backup.page.check_project", lambda _session, _watch: ["农房的空间索引与图形不一致"]
    )
    press(page.backups.list, "检查项目")
    settle()
    assert "1 处问题" in said(page.backups.outcome)
    assert page.session is not None
    assert page.session.info.read_only is None


def test_escape_goes_back_to_the_map(qtbot: QtBot, page: MainWindow, settle: Settle) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page.backups.list.table, Qt.Key.Key_Escape)
    assert page.pages.currentWidget() is page.explorer
