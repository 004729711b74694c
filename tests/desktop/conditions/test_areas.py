"""Asking about an area that is drawn on the map, or about where what is selected lies."""

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from mingqing.desktop.conditions.builder import ConditionBuilder
from mingqing.desktop.conditions.group import Group
from mingqing.desktop.conditions.lines import AreaLine
from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.desktop.window import MainWindow
from tests.desktop.conditions.conftest import HERE, LEFT, Settle, counted, group
from tests.desktop.conftest import EAST, NORTH


def drop(group_: Group, words: str) -> None:
    group_.adders["area"].click()
    menu = next(m for m in group_.findChildren(QMenu) if m.isVisible())
    next(a for a in menu.actions() if a.text() == words).trigger()
    menu.close()


def pixel(window: MainWindow, x: float, y: float) -> QPoint:
    canvas = window.explorer.canvas
    assert canvas.view is not None
    return QPointF(*canvas.view.to_screen(x, y, (float(canvas.width()), float(canvas.height())))).toPoint()


def draw(qtbot: QtBot, window: MainWindow, corners: list[tuple[float, float]]) -> None:
    at = [pixel(window, EAST + x, NORTH + y) for x, y in corners]
    for point in at:
        qtbot.mouseClick(window.explorer.canvas, LEFT, pos=point)
    qtbot.mouseDClick(window.explorer.canvas, LEFT, pos=at[-1])


def test_an_area_is_drawn_on_the_map_and_drawn_again(
    qtbot: QtBot, opened: MainWindow, sheet: ConditionSheet, settle: Settle
) -> None:
    opened.explorer.canvas.see((EAST, NORTH, EAST + 800, NORTH + 600))
    settle()
    question = group(sheet)
    question.parts[0].removing.emit()
    drop(question, "在图上画一个范围")
    assert not sheet.isVisible()
    assert "按 Esc 不画了" in opened.explorer.kit.strip.text
    draw(qtbot, opened, [(190, 280), (300, 280), (300, 340), (190, 340)])
    settle()
    assert sheet.isVisible()
    assert counted(qtbot, sheet) == "找到 2 条"
    assert len(opened.explorer.selection) == 0
    line = question.parts[0]
    assert isinstance(line, AreaLine)
    line.drawing.emit()
    draw(qtbot, opened, [(190, 280), (240, 280), (240, 340), (190, 340)])
    settle()
    assert len(question.parts) == 1
    assert counted(qtbot, sheet) == "找到 1 条"
    line.side.setCurrentText("在范围外")
    assert counted(qtbot, sheet) == "找到 11 条"
    assert opened.explorer.canvas.tool is opened.explorer.kit.tools["hand"]


def test_a_drawing_that_is_given_up_leads_back_to_the_question(
    opened: MainWindow, builder: ConditionBuilder, sheet: ConditionSheet
) -> None:
    drop(group(sheet), "在图上画一个范围")
    opened.actions_["dismiss"].trigger()
    assert sheet.isVisible()
    assert not builder.waits
    assert len(group(sheet).parts) == 1


def test_the_area_of_what_is_selected_is_asked_about(
    qtbot: QtBot, opened: MainWindow, sheet: ConditionSheet, settle: Settle
) -> None:
    session, selection = opened.session, opened.explorer.selection
    assert session is not None
    drop(group(sheet), "用已选中的村、网格或地块")
    settle()
    assert "还没有选中" in sheet.count.text()
    (village,) = (i for i, code in session.rows("village", ["id", "code"]) if code == HERE)
    selection.choose({"village": [village]})
    settle()
    group(sheet).parts[0].removing.emit()
    drop(group(sheet), "用已选中的村、网格或地块")
    settle()
    assert sheet.said.text() == "农房：在选中的行政村范围内"
    assert counted(qtbot, sheet) == "找到 6 条"
