"""Measuring on the ground: the length of a way, the area of a figure, clicked corner by corner."""

from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter

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

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.view import Size, View

_ROOM_PX = 84  # a leg shorter than this has no room for its length beside it


class Measure(Corners):
    """Measures a length, or with `area` an area, on the ellipsoid: as it is on the ground, not on the grid."""

    def __init__(self, canvas: "Canvas", *, area: bool) -> None:
        super().__init__(canvas)
        self.title = tr("量面积") if area else tr("量距离")
        self._area = area
        self._least = 3 if area else 2

    # ── What it comes to ───────────────────────────────────────────────────────────────────────────────────

    @property
    def length_m(self) -> float:
        """The length of the way, or of the figure's border."""
        ring = self.corners + self.corners[:1] if self._area and self.done else self.corners
        return legs(np.array(ring), self.epsg).total_m

    @property
    def area_m2(self) -> float:
        """The area of the figure, on the ground."""
        return area_m2(np.array(self.corners), self.epsg)

    @property
    def says(self) -> str:
        """What to do first; then the figures."""
        if not self.corners:
            return tr("单击第一个点；拖动仍可移动地图")
        if not self.done:
            return tr("单击加点，双击结束，退格键撤回一点")
        text = self.result
        crossing = self._area and not shapely.is_simple(shapely.linearrings(self.corners))
        return text + tr("；边线有交叉，面积不准") if crossing else text

    @property
    def result(self) -> str:
        """The figures in one line, to be copied."""
        if not self._area:
            return tr("长 {length}").format(length=distance_text(self.length_m))
        main, more = area_texts(self.area_m2)
        return tr("面积 {main}（{more}），周长 {length}").format(
            main=main, more=more, length=distance_text(self.length_m)
        )

    def offers(self) -> tuple[Offer, ...]:
        """Return to copy the figures, and to begin anew."""
        if not self.done:
            return super().offers()
        return (Offer(tr("复制结果"), self.copy), Offer(tr("重新量"), self.clear))

    def copy(self) -> None:
        """Put the figures on the clipboard."""
        QGuiApplication.clipboard().setText(self.result)

    def key(self, event: QKeyEvent) -> bool:
        """Copy, besides what every figure takes."""
        if self.done and event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return True
        return super().key(event)

    # ── On the map ─────────────────────────────────────────────────────────────────────────────────────────

    def click(self, event: QMouseEvent) -> None:
        """Add a corner; after the last one, begin another figure."""
        if self.done:
            self.clear()
        super().click(event)

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the figure with its lengths, and beside the pointer what it comes to so far."""
        if not self.corners:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self.with_pointer
        pixels = on_screen(places, view, size)
        closed = self._area and len(places) > 2
        if closed:
            paint_area(painter, pixels)
            paint_line(painter, on_screen([places[-1], places[0]], view, size), dashed=not self.done)
        paint_line(painter, on_screen(self.corners, view, size))
        if not self.done:
            paint_line(painter, on_screen(places[-2:], view, size), dashed=True)
        paint_corners(painter, on_screen(self.corners, view, size))
        ring = [*places, places[0]] if closed else places
        self._paint_lengths(painter, ring, view, size)
        paint_note(painter, self._note(places), pixels.at(pixels.size() - 1), size)
        painter.restore()

    def _paint_lengths(
        self, painter: QPainter, places: list[tuple[float, float]], view: "View", size: "Size"
    ) -> None:
        pixels, lengths = on_screen(places, view, size), legs(np.array(places), self.epsg).length_m
        for n, length in enumerate(lengths.tolist()):
            a, b = pixels.at(n), pixels.at(n + 1)
            if (b - a).manhattanLength() > _ROOM_PX:
                paint_text(painter, distance_text(length), QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2))

    def _note(self, places: list[tuple[float, float]]) -> list[str]:
        way = legs(np.array(places), self.epsg)
        if self.done:
            total = distance_text(self.length_m)
            return [*area_texts(self.area_m2), tr("周长 {n}").format(n=total)] if self._area else [total]
        if not len(way.length_m):
            return [tr("单击下一个点")]
        leg = tr("本段 {length}  {bearing}").format(
            length=distance_text(way.length_m[-1]), bearing=bearing_text(way.bearing_deg[-1])
        )
        if self._area and len(places) > 2:
            return [*area_texts(area_m2(np.array(places), self.epsg)), leg]
        return [tr("共 {n}").format(n=distance_text(way.total_m)), leg]
