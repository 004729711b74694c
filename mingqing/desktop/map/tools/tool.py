"""The shape of every tool, and the one that is in hand when no other is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.view import Size, View

_CLICK_PX = 4
_Buttons = Qt.MouseButton


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to press while a tool is in hand."""

    text: str
    do: Callable[[], object]
    on: bool = True


class Tool(QObject):
    """What the pointer does while this is in hand. Whatever the tool, dragging moves the map; a click is the tool's.

    Signals
    -------
    changed() : what it says or offers is another.

    title : what it is called. epsg : the CRS of the project.
    """

    cursor = Qt.CursorShape.CrossCursor
    changed = Signal()
    title = ""
    epsg = 0

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self._pressed: QPointF | None = None
        self._dragged = False

    @property
    def says(self) -> str:
        """What to do next, or what came of it."""
        return ""

    @property
    def extra(self) -> QWidget | None:
        """What stands in the strip besides its words and offers, where those are not enough."""
        return None

    # ── What the canvas tells it ───────────────────────────────────────────────────────────────────────────

    def press(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in {_Buttons.LeftButton, _Buttons.MiddleButton}:
            self._pressed, self._dragged = event.position(), False

    def move(self, event: QMouseEvent) -> None:
        """Drag the map."""
        if self._pressed is None:
            return
        moved = event.position() - self._pressed
        if self._dragged or moved.manhattanLength() > _CLICK_PX:
            self._dragged = True
            self.canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.canvas.pan(moved.x(), moved.y())
            self._pressed = event.position()

    def release(self, event: QMouseEvent) -> None:
        """End a drag, or take it for a click."""
        pressed, dragged = self._pressed, self._dragged
        self._pressed, self._dragged = None, False
        self.canvas.setCursor(self.cursor)
        if pressed is not None and not dragged and event.button() == _Buttons.LeftButton:
            self.click(event)

    def click(self, event: QMouseEvent) -> None:
        """Do what this tool is for."""

    def double_click(self, event: QMouseEvent) -> None:
        """Do what two clicks mean; the first of them was a `click`."""

    def key(self, event: QKeyEvent) -> bool:  # noqa: ARG002 - one shape for all
        """Take a key, or return False: then it means what it always does."""
        return False

    def escape(self) -> bool:
        """Give up what is begun; return False where nothing is."""
        return False

    def take_back(self) -> bool:
        """Take the last step of what is begun back; return False where nothing is."""
        return False

    def offers(self) -> tuple[Offer, ...]:
        """Return what can be pressed now."""
        return ()

    def put_away(self) -> None:
        """Leave nothing behind: another tool is taken, or the project is closed."""
        self._pressed, self._dragged = None, False

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint over the map what is under way."""


class Hand(Tool):
    """Moves the map, asks what lies under a click, zooms where clicked twice."""

    cursor = Qt.CursorShape.ArrowCursor

    def click(self, event: QMouseEvent) -> None:
        """Ask about the place."""
        place = self.canvas.place(event.position())
        if place is not None:
            self.canvas.clicked.emit(*place)

    def double_click(self, event: QMouseEvent) -> None:
        """Zoom in twofold at the cursor; with Shift, out."""
        out = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.canvas.zoom(0.5 if out else 2.0, event.position())
