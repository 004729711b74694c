"""A figure clicked corner by corner: what measuring and selecting by an outline have in common."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from mingqing.core.text import tr
from mingqing.desktop.map.tools.tool import Offer, Tool

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.tools.ink import Place


class Corners(Tool):
    """Gathers corners: a click adds one, Backspace takes the last one back, a double click or Enter ends.

    corners : places in the project's CRS. done : whether the figure is ended.
    """

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.corners: list[Place] = []
        self.done = False
        self._pointer: Place | None = None
        self._least = 3

    @property
    def with_pointer(self) -> "list[Place]":
        """The corners, and where the pointer is while the figure is not ended."""
        return self.corners if self.done or self._pointer is None else [*self.corners, self._pointer]

    def click(self, event: QMouseEvent) -> None:
        """Add a corner."""
        place = self.place(event)
        if place is not None:
            self.add(place)

    def add(self, place: "Place") -> None:
        """Add a corner."""
        self.corners.append(place)
        self._pointer = place
        self._say()

    def place(self, event: QMouseEvent) -> "Place | None":
        """Return where a corner would be; None where there is no map."""
        return self.canvas.place(event.position())

    def move(self, event: QMouseEvent) -> None:
        """Draw the next side to the pointer."""
        super().move(event)
        self._pointer = self.place(event)
        if self.corners and not self.done:
            self.canvas.update()

    def double_click(self, event: QMouseEvent) -> None:  # noqa: ARG002 - the first click has added the corner
        """End the figure."""
        self.finish()

    def finish(self) -> None:
        """End the figure, where it has corners enough."""
        if not self.done and len(self.corners) >= self._least:
            self.done = True
            self.finished()
            self._say()

    def finished(self) -> None:
        """Do what an ended figure is for."""

    def take_back(self) -> bool:
        """Take the last corner back; return False where there is none."""
        if not self.corners:
            return False
        self.corners.pop()
        self.done = False
        self._say()
        return True

    def clear(self) -> None:
        """Begin anew."""
        self.corners, self.done = [], False
        self._say()

    def key(self, event: QKeyEvent) -> bool:
        """Take the last corner back by Backspace, end by Enter."""
        match event.key():
            case Qt.Key.Key_Backspace if self.corners:
                self.take_back()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.corners and not self.done:
                self.finish()
            case _:
                return super().key(event)
        return True

    def escape(self) -> bool:
        """Give up a figure that is not ended."""
        begun = bool(self.corners) and not self.done
        if begun:
            self.clear()
        return begun

    def put_away(self) -> None:
        """Leave no figure behind."""
        super().put_away()
        self._pointer = None
        self.clear()

    def offers(self) -> tuple[Offer, ...]:
        """Return to take the last corner back and to end, once there are any."""
        if not self.corners:
            return ()
        return (
            Offer(tr("撤回一点"), self.take_back),
            Offer(tr("结束"), self.finish, on=len(self.corners) >= self._least),
        )

    def _say(self) -> None:
        self.canvas.update()
        self.changed.emit()
