"""数据检查: what is wrong is listed by kind, the worst first, and opened on the map one by one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mingqing.desktop.exporting.findings import KINDS, FindingList, summed_up
from mingqing.desktop.exporting.quality import QualitySheet
from mingqing.desktop.widgets import alive
from mingqing.desktop.window import MainWindow
from mingqing.quality.findings import Finding, Kind, Level, Quality
from tests.desktop.conftest import CANARIES

HERE = "331124204202"


def finding(kind: Kind, level: Level, row: int, sentence: str) -> Finding:
    return Finding(kind, level, "house", row, HERE, None, sentence)


WRONG = Quality(
    (
        finding(Kind.OUTSIDE, Level.WARNING, 1, "农房“半岭1号”不在小竹溪村里"),
        finding(Kind.MISSING, Level.ERROR, 2, "农房“半岭2号”没有编号"),
        finding(Kind.OUTSIDE, Level.WARNING, 3, "农房“半岭3号”不在小竹溪村里"),
    ),
    {"house": 12},
    {"house": 40},
)


@pytest.fixture
def sheet(qtbot: QtBot, shared: MainWindow) -> Iterator[QualitySheet]:
    shared.explorer.show_village(HERE)
    shared.actions_["quality"].trigger()
    (made,) = (s for s in shared.exporting.sheets if isinstance(s, QualitySheet))
    yield made
    if alive(made):
        made.close()
    qtbot.waitUntil(lambda: not shared.jobs.busy() and shared.explorer.canvas.at_rest, timeout=15_000)
    shared.explorer.close_card()


def test_errors_come_first_and_one_kind_can_be_looked_at_alone(qtbot: QtBot, shared: MainWindow) -> None:
    made = FindingList()
    qtbot.addWidget(made)
    made.show_quality(WRONG, shared.explorer._catalog, {HERE: "小竹溪村"})
    assert made.summary.text() == "看了 12 条，有 1 处错误、2 处要留意；另有 40 处同类的没有列出"
    assert made.list.entries[0].line == "农房“半岭2号”没有编号"
    assert [e.tone for e in made.list.entries] == ["danger", "warning", "warning"]
    assert made.list.entries[0].aside == "小竹溪村"
    made.kinds.setCurrentIndex(made.kinds.findData(Kind.OUTSIDE.value))
    assert [e.title for e in made.list.entries] == ["农房 · 位置不对"] * 2


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(Kind)
    assert summed_up(Quality((WRONG.findings[1],), {"house": 1}, {})) == "看了 1 条，有 1 处错误"


def test_the_village_on_screen_is_checked(qtbot: QtBot, shared: MainWindow, sheet: QualitySheet) -> None:
    assert sheet.where.currentText() == "小竹溪村"
    qtbot.mouseClick(sheet.check.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=30_000)
    assert sheet.check.list.summary.text().startswith("看了 ")
    few = sheet.check.list.quality
    sheet.where.setCurrentIndex(sheet.where.findData(""))
    sheet.check.start.click()
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=30_000)
    every = sheet.check.list.quality
    assert few is not None
    assert every is not None
    assert every.checked["house"] == 12
    assert few.checked["house"] == 6


def test_a_finding_is_opened_to_be_put_right_while_the_list_stays(
    qtbot: QtBot, shared: MainWindow, sheet: QualitySheet
) -> None:
    assert shared.session is not None
    house = int(str(shared.session.rows("house", ["id"])[0][0]))
    sheet.show_quality(
        Quality((finding(Kind.MISSING, Level.ERROR, house, "农房没有编号"),), {"house": 1}, {})
    )
    listed = sheet.check.list.list
    listed.setCurrentIndex(listed.model().index(0, 0))
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shared.explorer.guide.key == ("house", house), timeout=15_000)
    qtbot.waitUntil(shared.explorer.form.isVisible, timeout=15_000)
    assert sheet.isVisible()


def test_the_list_can_be_saved_as_a_table(
    qtbot: QtBot, shared: MainWindow, sheet: QualitySheet, tmp_path: Path
) -> None:
    sheet.keep_list(tmp_path / "问题.xlsx")
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=30_000)
    assert sheet.told.text() == "已存为 问题.xlsx"
    assert openpyxl.load_workbook(tmp_path / "问题.xlsx", read_only=True).sheetnames
    sheet.keep_list(tmp_path / "没有的" / "问题.xlsx")
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=30_000)
    assert "写不进去" in sheet.told.text()


def test_there_is_one_list_and_it_goes_with_the_project(shared: MainWindow, sheet: QualitySheet) -> None:
    shared.actions_["quality"].trigger()
    assert [s for s in shared.exporting.sheets if isinstance(s, QualitySheet)] == [sheet]
    sheet.forget()
    assert not sheet.isVisible()


def test_a_viewer_may_check_and_is_told_nothing_that_is_hidden(
    enter: Callable[[str], MainWindow], qtbot: QtBot
) -> None:
    window = enter("查阅员")
    window.actions_["quality"].trigger()
    (sheet,) = (s for s in window.exporting.sheets if isinstance(s, QualitySheet))
    sheet.where.setCurrentIndex(sheet.where.findData(""))
    sheet.begin()
    qtbot.waitUntil(lambda: not window.jobs.busy(), timeout=30_000)
    assert not sheet.keep.isEnabled()
    assert "不能导出数据" in sheet.keep.toolTip()
    said = " ".join(e.line for e in sheet.check.list.list.entries)
    assert sheet.check.list.summary.text().startswith("看了 ")
    assert not [canary for canary in CANARIES if canary in said]
    sheet.close()
