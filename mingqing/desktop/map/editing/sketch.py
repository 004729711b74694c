"""A figure drawn corner by corner, snapped, typed, traced, and kept as it grows."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.ground import area_m2, legs
from mingqing.desktop.map.tools.corners import Corners
from mingqing.desktop.map.tools.figures import area_texts, bearing_text, distance_text
from mingqing.desktop.map.tools.ink import (
    on_screen,
    paint_area,
    paint_corners,
    paint_line,
    paint_note,
    paint_text,
)
from mingqing.desktop.map.tools.tool import Offer
from mingqing.digitising.paths import XY
from mingqing.store.draft import Draft

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.board import Board
    from mingqing.desktop.map.view import Size, View

_ROOM_PX = 84  # a side shorter than this has no room for its length beside it
_SMALL_M2 = 1000.0  # what is smaller is a house, not a field
_SAME_M = 0.005  # two clicks on one spot are one corner


class Sketch(Corners):
    """What all figures have in common. A click adds a corner, a right click, a double click or Enter ends.

    name : the action it is taken in hand by. area : whether it closes to an area.
    """

    name = ""
    area = False

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas)
        self.board = board
        self._wrong = ""
        self._kept: tuple[XY, ...] = ()
        board.entry.entered.connect(self._type)

    @property
    def extra(self) -> QWidget | None:
        """The next corner, typed."""
        return self.board.entry

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def place(self, event: QMouseEvent) -> XY | None:
        """Return where a corner would be: snapped, but not while Alt is held."""
        return self.board.snaps.snap(event, self.corners)

    def click(self, event: QMouseEvent) -> None:
        """Add a corner, with the way along lines before it where one is followed; a click on the first one closes."""
        place = self.place(event)
        if place is None or self.done:
            return
        if self.area and len(self.corners) >= self._least and _same(place, self.corners[0]):
            self.finish()
            return
        way = self.board.snaps.trace(self.corners[-1], place) if self.corners else None
        for corner in way[1:] if way else [place]:
            self.add(corner)

    def add(self, place: XY) -> None:
        """Add a corner; one on the spot of the last is none."""
        self._wrong = ""
        if not self.done and not (self.corners and _same(place, self.corners[-1])):
            super().add(place)

    def move(self, event: QMouseEvent) -> None:
        """Draw the next side to the pointer, with a hint of what it snaps to."""
        super().move(event)
        if not self.done:
            self.canvas.update()

    def release(self, event: QMouseEvent) -> None:
        """End by a right click."""
        if event.button() == Qt.MouseButton.RightButton:
            self.finish()
        super().release(event)

    def take_back(self) -> bool:
        """Take the last corner back; where it is asked what becomes of the figure, the answer is no."""
        return self.board.decline() or super().take_back()

    def key(self, event: QKeyEvent) -> bool:
        """Take the last corner back by undo too."""
        if event.matches(QKeySequence.StandardKey.Undo) and self.take_back():
            return True
        return super().key(event)

    def _type(self) -> None:
        """Take what was typed for the next corner; with nothing typed, end."""
        if self.canvas.tool is not self:
            return
        entry = self.board.entry
        if entry.empty:
            self.finish()
            self.canvas.setFocus()
            return
        try:
            place = self.typed()
        except InputRefused as error:
            self._refuse(str(error))
            return
        if place is None:
            self._refuse(tr("请先单击起点，或填写坐标"))
            return
        entry.clear()
        self.add(place)
        entry.focus() if self.corners else self.canvas.setFocus()

    def typed(self) -> XY | None:
        """Return the place that was typed; None where too little was. Raises InputRefused."""
        return self.board.entry.place(self.corners[-1] if self.corners else None, self._pointer, self.epsg)

    def _refuse(self, sentence: str) -> None:
        self._wrong = sentence
        self.changed.emit()

    # ── Begun and ended ────────────────────────────────────────────────────────────────────────────────────

    @property
    def draft(self) -> Draft:
        """The figure as it is kept until it is ended."""
        return Draft(self.name, self.board.table_name, tuple(self.corners))

    def resume(self, draft: Draft) -> None:
        """Go on with a figure that was kept."""
        self.corners, self.done = list(draft.corners), False
        self._say()

    def reopen(self) -> None:
        """Go on with a figure that was ended but not taken."""
        self.done = False
        self._say()

    def finish(self) -> None:
        """End the figure, where it has corners enough and they make one."""
        try:
            super().finish()
        except InputRefused as error:
            self.done = False
            self._refuse(str(error))

    def clear(self) -> None:
        """Begin anew."""
        self._wrong = ""
        self.board.snaps.let_go()
        super().clear()

    def put_away(self) -> None:
        """Leave no figure on the map; one that is not ended is kept, to be gone on with."""
        self.board.decline()
        if self.corners:
            self.board.set_aside(self.draft)
        self.taken()
        super().put_away()

    def taken(self) -> None:
        """Be ready for the next figure: this one is saved, or kept elsewhere."""
        self.corners, self._kept = [], ()
        self.clear()

    def _say(self) -> None:
        if not self.done and tuple(self.corners) != self._kept:
            self._kept = tuple(self.corners)
            self.board.journal.keep(self.draft if self.corners else None)
        super()._say()

    # ── Said ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def says(self) -> str:
        """What went wrong, or what to do next."""
        return self._wrong or self.guide()

    def guide(self) -> str:
        """Return what to do next, in one line."""
        return ""

    def offers(self) -> tuple[Offer, ...]:
        """Return to end and to take the last corner back."""
        if not self.corners or self.done:
            return ()
        end = Offer(tr("完成"), self.finish, on=len(self.corners) >= self._least)
        return (end, Offer(tr("撤回一点"), self.take_back))

    # ── On the map ─────────────────────────────────────────────────────────────────────────────────────────

    def figure(self) -> list[XY]:
        """Return the corners as they would be with one where the pointer is."""
        return self.with_pointer

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the figure with its lengths, what it comes to, and what the pointer snapped to."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.corners:
            self._paint_figure(painter, self.figure(), view, size)
        if not self.done:
            self.board.snaps.paint(painter, view, size)
        painter.restore()

    def _paint_figure(self, painter: QPainter, places: list[XY], view: "View", size: "Size") -> None:
        closed = self.area and len(places) > 2
        ring = [*places, places[0]] if closed else places
        if closed:
            paint_area(painter, on_screen(places, view, size))
        drawn = len(ring) if self.done else min(len(self.corners), len(places))
        if drawn < len(ring):
            paint_line(painter, on_screen(ring[drawn - 1 :], view, size), dashed=True)
        paint_line(painter, on_screen(ring[:drawn], view, size))
        paint_corners(painter, on_screen(places if self.done else self.corners, view, size))
        self._paint_lengths(painter, ring, view, size)
        if not self.done and len(places) > 1 and not _same(self.with_pointer[-1], self.corners[-1]):
            pointer = on_screen(self.with_pointer[-1:], view, size).at(0)
            paint_note(painter, self.note(places), pointer, size)

    def _paint_lengths(self, painter: QPainter, places: list[XY], view: "View", size: "Size") -> None:
        pixels, lengths = on_screen(places, view, size), legs(np.array(places), self.epsg).length_m
        for n, length in enumerate(lengths.tolist()):
            a, b = pixels.at(n), pixels.at(n + 1)
            if (b - a).manhattanLength() > _ROOM_PX:
                paint_text(painter, distance_text(length), QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2))

    def note(self, places: list[XY]) -> list[str]:
        """Return what the figure comes to, to be shown beside the pointer; the first line stands out."""
        way = legs(np.array(places[: len(self.corners) + 1]), self.epsg)
        leg = f"{distance_text(way.length_m[-1])}  {bearing_text(way.bearing_deg[-1])}"
        if self.area and len(places) > 2:
            return [*self.area_lines(places), leg]
        return [leg, tr("共 {n}").format(n=distance_text(way.total_m))] if len(places) > 2 else [leg]

    def area_lines(self, places: list[XY]) -> list[str]:
        """Return the area of a figure in the units that one of its size is reckoned in."""
        m2 = area_m2(np.array(places), self.epsg)
        return [tr("{n:,.1f} 平方米").format(n=m2)] if m2 < _SMALL_M2 else list(area_texts(m2))


def _same(a: XY, b: XY) -> bool:
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) < _SAME_M
