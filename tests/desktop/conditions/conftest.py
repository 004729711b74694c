"""People to look after and dangers near them, the sheet that asks, and two ways to use it: a mouse, keys alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from mingqing.desktop.conditions.builder import ConditionBuilder
from mingqing.desktop.conditions.group import Group
from mingqing.desktop.conditions.lines import FieldLine
from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.desktop.conditions.values import TickBox
from mingqing.desktop.window import MainWindow
from mingqing.store.changes import Value
from mingqing.store.conditions import (
    Condition,
    OneOf,
)
from mingqing.store.conditions.kept import Asked
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.desktop.conftest import EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
Key = Qt.Key
HERE = "331124204202"
LEFT = Qt.MouseButton.LeftButton
DANGEROUS = OneOf("dangerous", frozenset({1}))
ALONE = OneOf("category", frozenset({"独居老人"}))
SLIDES = OneOf("kind", frozenset({"滑坡"}))


def _place(session: Session) -> None:
    """Put people to look after into four houses of 小竹溪村, a slide 100 m east of the last, a flood at the first."""
    houses = dict(session.rows("house", ["house_no", "id"]))
    village: list[Value] = [HERE] * 4
    with session.transaction("edit", "录入") as change:
        change.insert(
            "key_person",
            new_ids(4),
            {
                "village_code": village,
                "name": ["甄零", "安三", "曾四", "岑五"],
                "category": ["独居老人", "独居老人", "残疾人", "独居老人"],
                "mobility": ["自行", "自行", "卧床", "卧床"],
                "house": [houses[f"0F{n}"] for n in (0, 3, 4, 5)],
            },
        )
        x, y = EAST + 630, NORTH + 300
        shapes = np.array(
            [shapely.box(x, y, x + 50, y + 50), shapely.Point(EAST + 215, NORTH + 310)], dtype=object
        )
        change.insert(
            "hazard",
            new_ids(2),
            {"village_code": village[:2], "name": ["坡上", "溪边"], "kind": ["滑坡", "山洪"]},
            encode(shapes, session.info.epsg),
        )


@pytest.fixture
def project(project: Path) -> Path:
    with open_project(project, user=USER, password=PASSWORD) as session:
        _place(session)
    return project


@pytest.fixture
def builder(opened: MainWindow) -> ConditionBuilder:
    return opened.explorer.kit.conditions


@pytest.fixture
def sheet(opened: MainWindow, builder: ConditionBuilder, settle: Settle) -> Iterator[ConditionSheet]:
    """The sheet, dropped for the houses of all villages."""
    opened.actions_["conditions"].trigger()
    settle()
    yield builder.sheet
    builder.sheet.reject()


class Mouse:
    """Does things by mouse."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window

    def open_sheet(self) -> None:
        self.press(self.window.explorer.tables.bar.asking)

    def choose(self, box: QComboBox, words: str) -> None:
        box.showPopup()
        index = box.model().index(box.findText(words), 0)
        box.view().scrollTo(index)
        self.qtbot.mouseClick(box.view().viewport(), LEFT, pos=box.view().visualRect(index).center())
        assert box.currentText() == words

    def press(self, button: QWidget) -> None:
        self.qtbot.mouseClick(button, LEFT)

    def tick(self, box: TickBox, words: str) -> None:
        self.qtbot.mouseClick(box, LEFT)
        menu = box.ticks
        action = next(a for a in menu.actions() if a.text() == words)
        self.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        menu.close()

    def write(self, box: QLineEdit, text: str) -> None:
        self.qtbot.mouseDClick(box, LEFT)
        self.qtbot.keyClicks(box, text)


class Keys(Mouse):
    """Does the same by keys alone."""

    def open_sheet(self) -> None:
        control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self.qtbot.keyClick(self.window, Key.Key_F, control)

    def choose(self, box: QComboBox, words: str) -> None:
        box.setFocus()
        self.qtbot.keyClick(box, Key.Key_Home)
        for _ in range(box.count()):
            if box.currentText() == words:
                return
            self.qtbot.keyClick(box, Key.Key_Down)
        pytest.fail(words)

    def press(self, button: QWidget) -> None:
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        button.setFocus()
        self.qtbot.keyClick(button, Key.Key_Space)

    def tick(self, box: TickBox, words: str) -> None:
        box.setFocus()
        self.qtbot.keyClick(box, Key.Key_Space)
        for _ in box.ticks.actions():
            self.qtbot.keyClick(box.ticks, Key.Key_Down)
            active = box.ticks.activeAction()
            if active is not None and active.text() == words:
                break
        self.qtbot.keyClick(box.ticks, Key.Key_Space)
        self.qtbot.keyClick(box.ticks, Key.Key_Escape)

    def write(self, box: QLineEdit, text: str) -> None:
        box.setFocus()
        box.selectAll()
        self.qtbot.keyClicks(box, text)


def group(sheet: ConditionSheet) -> Group:
    assert sheet.question is not None
    return sheet.question


def field_line(sheet: ConditionSheet, at: int = 0) -> FieldLine:
    line = group(sheet).parts[at]
    assert isinstance(line, FieldLine)
    return line


def counted(qtbot: QtBot, sheet: ConditionSheet) -> str:
    qtbot.waitUntil(lambda: "条" in sheet.count.text() or "没有" in sheet.count.text(), timeout=10_000)
    return sheet.count.text()


def ask(sheet: ConditionSheet, table: str, condition: Condition) -> None:
    sheet.show_asked(Asked(table, condition))


def selected(window: MainWindow, table: str, column: str) -> set[str]:
    assert window.session is not None
    names = dict(window.session.rows(table, ["id", column]))
    return {str(names[i]) for i in window.explorer.selection.of(table)}
