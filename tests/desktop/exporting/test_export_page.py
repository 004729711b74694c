"""The export page: what is offered, what is foreseen, what comes out, and what is said when nothing does."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from mingqing.core.errors import InputRefused
from mingqing.core.watch import Watch
from mingqing.desktop.exporting import page as pages
from mingqing.desktop.exporting.handed import Handed
from mingqing.desktop.exporting.page import ExportPage
from mingqing.desktop.printing.many import EndingSheet
from mingqing.desktop.window import MainWindow
from mingqing.export.asked import Asked, Format, Gate
from mingqing.export.run import StoppedByCheck
from mingqing.quality.findings import Finding, Kind, Level, Quality
from mingqing.store.conditions.kept import Asked as Kept
from mingqing.store.conditions.kept import keep
from mingqing.store.conditions.leaves import OneOf
from mingqing.store.project import open_project
from mingqing.store.saved import forget
from mingqing.store.session import Session
from tests.desktop.conftest import PASSWORD, USER
from tests.desktop.exporting.conftest import settled

HERE, THERE = "331124204202", "331124204203"


def choose(qtbot: QtBot, window: MainWindow, audience: str) -> None:
    window.exporting.page.choosing.audiences.tiles[audience].click()
    settled(qtbot, window)


def pick(qtbot: QtBot, window: MainWindow, box: str, words: str) -> None:
    field = getattr(window.exporting.page.choosing.options, box)
    at = next(n for n in range(field.count()) if words in field.itemText(n))
    field.setCurrentIndex(at)
    field.activated.emit(at)
    settled(qtbot, window)


def files(page: ExportPage) -> list[list[str]]:
    model = page.choosing.preview.files.model()
    return [
        [str(model.index(n, k).data()) for k in range(model.columnCount())] for n in range(model.rowCount())
    ]


def titles(page: ExportPage) -> list[str]:
    model = page.choosing.preview.rows.model()
    return [
        str(model.headerData(k, Qt.Orientation.Horizontal)).replace("\n", " ")
        for k in range(model.columnCount())
    ]


def sample(page: ExportPage) -> list[list[str]]:
    model = page.choosing.preview.rows.model()
    return [
        [str(model.index(n, k).data()) for k in range(model.columnCount())] for n in range(model.rowCount())
    ]


# ── What is offered and foreseen ─────────────────────────────────────────────────────────────────────────────


def test_what_will_come_is_seen_before_it_is_made(page: ExportPage) -> None:
    assert page.choosing.preview.heading.text().startswith("会得到文件夹 竹源乡-")
    rows = files(page)
    assert ["农房", "house.shp", "点、面", "12"] in rows
    assert ["住户", "household.dbf", "表", "12"] in rows
    assert titles(page)[:3] == ["民情标识 MQID", "村代码 CUNDM", "村名 CUNMC"]
    assert len(sample(page)) == 5
    assert sample(page)[0][2] == "小竹溪村"
    assert not page.choosing.options.profile.isVisible() or page.choosing.options.profile.count() > 1


def test_the_rows_of_another_table_are_seen_by_choosing_its_line(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    at = next(n for n, line in enumerate(files(page)) if line[0] == "住户")
    page.choosing.preview.files.selectRow(at)
    settled(qtbot, shared)
    assert page.choosing.preview.title.text() == "住户的前几行"
    assert "户主姓名 HZXM" in titles(page) or any("户主" in title for title in titles(page))
    assert "甄00" in sample(page)[0]


def test_only_villages_that_are_ticked_leave(qtbot: QtBot, shared: MainWindow, page: ExportPage) -> None:
    choosing = page.choosing
    assert choosing.asked.villages is None
    choosing.villages.tick({THERE})
    settled(qtbot, shared)
    assert choosing.asked.villages == (THERE,)
    assert ["农房", "house.shp", "点、面", "6"] in files(page)
    assert {row[2] for row in sample(page)} == {"横岗村"}
    assert choosing.place.name.text().startswith("横岗村-")
    choosing.none.click()
    assert not choosing.primary.isEnabled()
    assert choosing.summary.text() == "请至少勾一个村"


def test_the_village_on_screen_is_proposed(qtbot: QtBot, shared: MainWindow, page: ExportPage) -> None:
    page.left.emit()
    shared.explorer.show_village(THERE)
    shared.actions_["export"].trigger()
    settled(qtbot, shared)
    assert page.choosing.villages.ticked == {THERE}
    page.choosing.every.click()
    page.choosing.here.click()
    assert page.choosing.here.text() == "只要横岗村"
    assert page.choosing.villages.ticked == {THERE}


def test_a_map_is_ticked_as_a_whole(qtbot: QtBot, shared: MainWindow, page: ExportPage) -> None:
    ticks = page.choosing.tables
    parent = ticks.leaves["house"].parent()
    parent.setCheckState(0, Qt.CheckState.Unchecked)
    settled(qtbot, shared)
    assert "house" not in ticks.ticked
    assert "plot" in ticks.ticked
    ticks.leaves["house"].setCheckState(0, Qt.CheckState.Checked)
    assert parent.checkState(0) is Qt.CheckState.PartiallyChecked
    assert page.choosing.asked.tables is not None
    assert "house" in page.choosing.asked.tables
    assert "resident" not in page.choosing.asked.tables


def test_for_everybody_there_is_nothing_about_persons(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    choose(qtbot, shared, "public")
    choosing = page.choosing
    assert choosing.asked.share
    assert choosing.asked.format is Format.HTML
    personal = {name for name, t in shared.explorer._catalog.tables.items() if t.personal}
    assert personal
    assert personal.isdisjoint(choosing.tables.ticked)
    leaf = choosing.tables.leaves["household"]
    assert leaf.text(1).strip() == "不公开"
    assert "公开分享不放" in leaf.toolTip(0)
    assert {line[0] for line in files(page)}.isdisjoint({"住户", "人口", "重点人员"})
    assert "甄" not in json.dumps(sample(page), ensure_ascii=False)
    assert "民情标识" not in titles(page)


def test_coordinates_are_explained_and_fixed_where_a_format_says_so(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    options = page.choosing.options
    assert "米" in options.about.text()
    pick(qtbot, shared, "crs", "第40带")
    assert page.choosing.asked.epsg == 4528
    assert "40 带号" in options.about.text()
    choose(qtbot, shared, "other")
    assert page.choosing.asked.format is Format.KML
    assert page.choosing.asked.epsg is None
    assert not options.crs.isEnabled()
    choose(qtbot, shared, "drawing")
    offered = [options.crs.itemText(n) for n in range(options.crs.count())]
    assert not any("经纬度" in words for words in offered)
    assert page.choosing.asked.epsg == 4528


def test_the_encoding_is_asked_only_where_it_matters(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    encoding = page.choosing.options.encoding
    assert encoding.isVisible()
    pick(qtbot, shared, "encoding", "GBK")
    assert page.choosing.asked.encoding == "GBK"
    pick(qtbot, shared, "format", "GeoPackage")
    assert not encoding.isVisible()
    assert page.choosing.preview.heading.text().startswith("会得到一个文件 竹源乡-")


def test_another_office_gets_its_own_names_tables_and_coordinates(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    pick(qtbot, shared, "profile", "国土调查")
    choosing = page.choosing
    assert choosing.asked.profile == "land_survey"
    assert choosing.asked.epsg == 4490
    assert choosing.options.encoding.currentData() == "GBK"
    assert choosing.tables.leaves["household"].text(1).strip() == "格式里没有"
    assert "ZRZ.shp" in [line[1] for line in files(page)]
    choose(qtbot, shared, "sheet")
    assert choosing.asked.profile == "plain"
    assert "household" in choosing.tables.ticked
    box = choosing.options.profile
    barred = box.model().index(box.findData("land_survey"), 0)
    assert not barred.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "Shapefile" in barred.data(Qt.ItemDataRole.ToolTipRole)


def test_only_what_is_selected_on_the_map_leaves(qtbot: QtBot, shared: MainWindow, page: ExportPage) -> None:
    page.left.emit()
    session = shared.session
    assert session is not None
    two = [int(str(i)) for (i,) in session.rows("house", ["id"])[:2]]
    shared.explorer.selection.choose({"house": two})
    shared.actions_["export"].trigger()
    settled(qtbot, shared)
    choosing = page.choosing
    assert choosing.rows.box.currentText() == "只要地图上选中的 2 条"
    assert choosing.asked.among == {"house": frozenset(two)}
    assert choosing.asked.tables == ("house",)
    assert choosing.asked.villages is None
    assert not choosing.villages.isEnabled()
    assert choosing.tables.leaves["road"].text(1).strip() == "不在其中"
    assert [line[3] for line in files(page)] == ["2"]
    assert len(sample(page)) == 2
    choosing.tables.leaves["house"].setCheckState(0, Qt.CheckState.Unchecked)
    assert choosing.summary.text() == "请至少勾一张表"
    assert "house" not in choosing.wish.off


def test_only_what_a_kept_condition_finds_leaves(qtbot: QtBot, shared: MainWindow, page: ExportPage) -> None:
    page.left.emit()
    assert shared.session is not None
    path = shared.session.info.path
    with open_project(path, user=USER, password=PASSWORD) as session:
        kept = keep(session, "砖木的房", Kept("house", OneOf("structure", ("砖木",))))
    shared.actions_["export"].trigger()
    settled(qtbot, shared)
    rows = page.choosing.rows.box
    at = next(n for n in range(rows.count()) if "砖木的房" in rows.itemText(n))
    rows.setCurrentIndex(at)
    rows.activated.emit(at)
    settled(qtbot, shared)
    assert page.choosing.asked.tables == ("house",)
    assert set(page.choosing.asked.where) == {"house"}
    column = next(n for n, title in enumerate(titles(page)) if title.startswith("房屋结构"))
    assert {row[column] for row in sample(page)} == {"砖木"}
    with open_project(path, user=USER, password=PASSWORD) as session:
        forget(session, kept)


def test_choices_are_there_again_the_next_time(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(qtbot, shared, "sheet")
    page.choosing.tables.leaves["road"].setCheckState(0, Qt.CheckState.Unchecked)
    elsewhere = tmp_path / "U盘"
    elsewhere.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(elsewhere))
    page.choosing.place.ask_folder()
    monkeypatch.setattr(pages, "hand_on", lambda *_: Handed(elsewhere / "a.xlsx", (), (), None, 0))
    page.choosing.primary.click()
    settled(qtbot, shared)
    page.left.emit()
    shared.actions_["export"].trigger()
    settled(qtbot, shared)
    assert page.choosing.wish.audience == "sheet"
    assert "road" not in page.choosing.tables.ticked
    assert page.choosing.place.folder.text() == str(elsewhere)
    assert shared.settings.path is not None
    assert "sheet" in shared.settings.path.read_text(encoding="utf-8")


# ── What comes out ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_workbook_is_made_and_can_be_taken_away(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(qtbot, shared, "sheet")
    page.choosing.primary.click()
    assert page.currentWidget() is page.waiting
    settled(qtbot, shared)
    assert page.currentWidget() is page.handed
    made = page.handed.chip.path
    assert made is not None
    assert made.parent == tmp_path / "民情导出"
    assert "农房" in openpyxl.load_workbook(made, read_only=True).sheetnames
    assert "张表" in page.handed.where.text()
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    page.handed.open_folder.click()
    assert shown == [str(made.parent)]
    qtbot.keyClick(page.handed.chip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [url.toLocalFile() for url in QApplication.clipboard().mimeData().urls()] == [str(made)]
    page.handed.again.emit()
    assert page.choosing.place.target(Format.XLSX).free().name.endswith("-2.xlsx")


def held_up(go: threading.Event) -> Callable[[Session, Asked, Path, Watch], Handed]:
    """Stand for an export that goes on until `go`, and can be stopped."""

    def hand_on(_session: Session, _asked: Asked, place: Path, watch: Watch) -> Handed:
        while not go.wait(0.005):
            watch.step("农房", 1, 3)
        return Handed(place, (("农房", 12),), ("“村界”分成了两个图层",), None, 5)

    return hand_on


def test_an_export_can_be_stopped_and_says_so(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "hand_on", held_up(threading.Event()))
    page.choosing.primary.click()
    qtbot.waitUntil(lambda: page.waiting._name.text() == "农房　1 / 3")
    qtbot.mouseClick(page.waiting.button, Qt.MouseButton.LeftButton)
    settled(qtbot, shared)
    assert not page.busy
    assert "没有留下做了一半的东西" in page.banner.text


def test_what_is_to_be_known_is_told_with_the_result(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    go.set()
    monkeypatch.setattr(pages, "hand_on", held_up(go))
    page.choosing.primary.click()
    settled(qtbot, shared)
    texts = [
        page.handed._notes.itemAt(n).widget().text()  # type: ignore[attr-defined]
        for n in range(page.handed._notes.count())
    ]
    assert texts == ["“村界”分成了两个图层"]


def test_what_is_refused_is_said_in_a_sentence_and_the_choices_stay(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Handed:
        raise InputRefused("GBK 存不下“𠮷”字，请改用 UTF-8")

    monkeypatch.setattr(pages, "hand_on", refuse)
    page.choosing.villages.tick({THERE})
    page.choosing.primary.click()
    settled(qtbot, shared)
    assert page.banner.text == "GBK 存不下“𠮷”字，请改用 UTF-8"
    assert page.choosing.villages.ticked == {THERE}


def test_errors_stop_an_export_that_is_to_have_none_and_are_listed(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = shared.session
    assert session is not None
    house = int(str(session.rows("house", ["id"])[0][0]))
    wrong = Finding(Kind.MISSING, Level.ERROR, "house", house, HERE, "house_no", "农房没有编号，请补上")
    quality = Quality((wrong,), {"house": 12}, {})
    asked: list[Asked] = []

    def stop(_session: Session, given: Asked, _place: Path, _watch: Watch) -> Handed:
        asked.append(given)
        raise StoppedByCheck(quality)

    monkeypatch.setattr(pages, "hand_on", stop)
    gate = page.choosing.gate
    gate.setCurrentIndex(1)
    gate.activated.emit(1)
    page.choosing.primary.click()
    settled(qtbot, shared)
    assert asked[0].gate is Gate.STOP
    assert "有 1 处错误，没有导出" in page.banner.text
    assert page.choosing.check.isVisible()
    (entry,) = page.choosing.check.list.list.entries
    assert entry.line == "农房没有编号，请补上"
    listed = page.choosing.check.list.list
    qtbot.mouseClick(
        listed.viewport(),
        Qt.MouseButton.LeftButton,
        pos=listed.visualRect(listed.model().index(0, 0)).center(),
    )
    settled(qtbot, shared)
    assert shared.pages.currentWidget() is shared.explorer
    assert shared.explorer.guide.key == ("house", house)
    for sheet in shared.exporting.sheets:
        sheet.close()


def test_the_rows_are_checked_before_anybody_asks_for_files(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    page.choosing.show_view("check")
    page.choosing.check.start.click()
    settled(qtbot, shared)
    assert page.choosing.check.list.summary.text().startswith("看了 ")


# ── Coming and going ─────────────────────────────────────────────────────────────────────────────────────────


def test_another_name_is_shown_and_kept(qtbot: QtBot, shared: MainWindow, page: ExportPage) -> None:
    name = page.choosing.place.name
    name.selectAll()
    qtbot.keyClicks(name, "a/b")
    settled(qtbot, shared)
    assert page.choosing.preview.heading.text().startswith("会得到文件夹 a_b，")
    page.choosing.villages.tick({THERE})
    assert name.text() == "a/b"


def test_escape_leads_back_to_the_map_but_not_out_of_a_run(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr(pages, "hand_on", held_up(go))
    page.choosing.primary.click()
    shared.actions_["dismiss"].trigger()
    assert shared.pages.currentWidget() is page
    go.set()
    settled(qtbot, shared)
    shared.actions_["dismiss"].trigger()
    assert shared.pages.currentWidget() is shared.explorer


def test_closing_in_the_middle_of_a_run_asks_first(
    qtbot: QtBot, shared: MainWindow, page: ExportPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, ended = threading.Event(), []
    monkeypatch.setattr(pages, "hand_on", held_up(go))
    page.choosing.primary.click()
    assert shared.exporting.hold_back(lambda: ended.append(True))
    (question,) = (q for q in shared.findChildren(EndingSheet) if q.isVisible())
    question.reject()
    assert page.busy
    go.set()
    settled(qtbot, shared)
    assert not ended
    assert not shared.exporting.hold_back(lambda: ended.append(True))


def test_every_field_has_a_name_for_who_cannot_see_it(page: ExportPage) -> None:
    choosing = page.choosing
    for field in (
        *(choosing.options.format, choosing.options.crs, choosing.options.encoding, choosing.rows.box),
        *(choosing.tables, choosing.villages.tree, choosing.place.name, choosing.place.folder, choosing.gate),
        *(choosing.preview.files, choosing.preview.rows, choosing.check.list.list, choosing.primary),
    ):
        assert field.accessibleName()


def test_the_keyboard_goes_through_the_page_as_one_reads_it(
    qtbot: QtBot, shared: MainWindow, page: ExportPage
) -> None:
    choosing = page.choosing
    wanted = [
        choosing.audiences.tiles["county"],
        choosing.tables,
        choosing.villages.search,
        choosing.options.format,
        choosing.preview.files,
        choosing.place.name,
        choosing.primary,
    ]
    shared.activateWindow()
    wanted[0].setFocus()
    qtbot.waitUntil(wanted[0].hasFocus)
    met = [wanted[0]]
    for _ in range(40):
        qtbot.keyClick(met[-1], Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now in met:
            break
        met.append(now)
    places = [met.index(field) for field in wanted]
    assert places == sorted(places)
