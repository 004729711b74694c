"""Hands on the map: to draw in a window by mouse and keys, at places rather than pixels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import shapely
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.editing.board import Board
from mingqing.desktop.window import MainWindow
from mingqing.store.session import Session

XY = tuple[float, float]
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@dataclass
class Hands:
    """What a user does, in the project's CRS."""

    window: MainWindow
    qtbot: QtBot
    settle: Callable[[], None]

    @property
    def board(self) -> Board:
        return self.window.explorer.board

    @property
    def canvas(self) -> Canvas:
        return self.window.explorer.canvas

    @property
    def session(self) -> Session:
        assert self.window.session is not None
        return self.window.session

    def pixel(self, place: XY) -> QPoint:
        assert self.canvas.view is not None
        size = (self.canvas.width(), self.canvas.height())
        return QPointF(*self.canvas.view.to_screen(*place, size)).toPoint()

    @property
    def metre(self) -> float:
        """How many metres a pixel is wide."""
        assert self.canvas.view is not None
        return self.canvas.view.m_per_px

    def begin(self, name: str = "") -> None:
        """Show the drawing tools, take one of them in hand."""
        self.window.actions_["draw"].setChecked(True)
        if name and self.canvas.tool is not self.board.tools[name]:
            self.window.actions_[name].trigger()
        self.settle()

    def move(self, place: XY) -> None:
        self._move(self.pixel(place))

    def _move(self, at: QPoint) -> None:
        """Tell the canvas at once; by way of the system it would come in its own time."""
        there = QPointF(at)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            there,
            self.canvas.mapToGlobal(there),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            NONE,
        )
        QApplication.sendEvent(self.canvas, event)

    def click(self, *places: XY, held: Qt.KeyboardModifier = NONE) -> None:
        for place in places:
            self.move(place)
            self.qtbot.mouseClick(self.canvas, LEFT, held, pos=self.pixel(place))
        self.settle()

    def double_click(self, place: XY) -> None:
        self.move(place)
        self.qtbot.mouseClick(self.canvas, LEFT, pos=self.pixel(place))
        self.qtbot.mouseDClick(self.canvas, LEFT, pos=self.pixel(place))
        self.settle()

    def right_click(self, place: XY) -> None:
        self.qtbot.mouseClick(self.canvas, RIGHT, pos=self.pixel(place))
        self.settle()

    def drag(self, start: XY, end: XY, held: Qt.KeyboardModifier = NONE) -> None:
        a, b = self.pixel(start), self.pixel(end)
        self.qtbot.mousePress(self.canvas, LEFT, held, pos=a)
        for at in (a + (b - a) / 2, b):
            self._move(at)
        self.qtbot.mouseRelease(self.canvas, LEFT, held, pos=b)
        self.settle()

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        self.canvas.setFocus()
        self.qtbot.keyClick(self.canvas, key, held)
        self.settle()

    def act(self, name: str) -> None:
        self.window.actions_[name].trigger()
        self.settle()

    def undo(self) -> None:
        self.act("undo")

    @property
    def said(self) -> str:
        return self.window.explorer.kit.strip.text

    def offered(self) -> dict[str, QPushButton]:
        """What can be pressed in the strip, by its words."""
        strip = self.window.explorer.kit.strip
        return {
            b.text(): b
            for b in strip.findChildren(QPushButton)
            if not b.isHidden() and b.parent() is not None
        }

    def press(self, words: str) -> None:
        self.offered()[words].click()
        self.settle()

    def shapes(self, table: str) -> Mapping[int, shapely.Geometry]:
        found = self.session.features(table)
        return dict(zip(found.ids.tolist(), found.geometry, strict=True))

    def corners(self, table: str, row: int) -> set[XY]:
        return {(round(x, 3), round(y, 3)) for x, y in shapely.get_coordinates(self.shapes(table)[row])}
