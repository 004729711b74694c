"""Shapes before and after, over the map, and the key to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mingqing.core.paths import Paths, Shape
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.widgets import L, S
from mingqing.render.qpath import chunks

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View

Bounds = tuple[float, float, float, float]
_STROKE_PX, _HALO_PX, _SAMPLE_PX, _KEY_PX, _RING_PX = 2.6, 5.6, 32, 32, 12.0


class Shapes:
    """What is shown: shapes before, dashed and red, and after, green, project CRS; and what the key calls them."""

    def __init__(self) -> None:
        self.before: list[shapely.Geometry] = []
        self.after: list[shapely.Geometry] = []
        self.names = ("", "")
        self._paths: list[dict[Shape, Paths]] = []

    def show(
        self,
        before: Sequence[shapely.Geometry | None],
        after: Sequence[shapely.Geometry | None],
        names: tuple[str, str] | None = None,
    ) -> None:
        """Show these; those that are None are left out."""
        self.before, self.after = ([s for s in side if s is not None] for side in (before, after))
        self.names = names or (tr("修改前"), tr("修改后"))
        self._paths = [
            {shape: Paths.of(np.array(side, dtype=object), shape) for shape in Shape}
            for side in (self.before, self.after)
        ]

    def clear(self) -> None:
        """Show nothing."""
        self.show((), ())

    @property
    def bounds(self) -> Bounds | None:
        """The bounds of all that is shown."""
        every = [*self.before, *self.after]
        if not every:
            return None
        xmin, ymin, xmax, ymax = shapely.total_bounds(every)
        return float(xmin), float(ymin), float(xmax), float(ymax)

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint them as `view` shows them on a canvas of `size`."""
        if not (self.before or self.after):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo = QPen(QColor(colours().raised), _HALO_PX)
        halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        for paths, pen in zip(reversed(self._paths), reversed(_pens()), strict=True):
            pieces = list(_pieces(paths, view, size))
            for each in (halo, pen):
                for piece in pieces:
                    painter.strokePath(piece, each)
        painter.restore()


class Key(QWidget):
    """Says what is what; gone while nothing is shown."""

    def __init__(self, shapes: Shapes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes = shapes
        self.setFixedHeight(_KEY_PX)
        self.hide()

    def follow(self) -> None:
        """Say what the shapes are that are shown now."""
        self.setVisible(self._shapes.bounds is not None)
        self.setAccessibleName("，".join(name for name, _ in self._told()))
        self.update()

    def _told(self) -> list[tuple[str, QPen]]:
        sides = (self._shapes.before, self._shapes.after)
        return [(n, pen) for n, pen, side in zip(self._shapes.names, _pens(), sides, strict=True) if side]

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint a sample of each line, and what it is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, middle = float(L), self.height() / 2
        for name, pen in self._told():
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + _SAMPLE_PX, middle))
            painter.setPen(QColor(colours().text))
            x += _SAMPLE_PX + S
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(x, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, name)
            x += width + L
        painter.end()


def _pieces(paths: Mapping[Shape, Paths], view: "View", size: "Size") -> Iterator[QPainterPath]:
    """Yield the outlines of what is in sight, in pixels; of a point, a ring."""
    sight = (0.0, 0.0, float(size[0]), float(size[1]))
    for shape, each in paths.items():
        left, top = view.to_map(0, 0, size)
        placed = replace(each, xy=(each.xy - (left, top)) / (view.m_per_px, -view.m_per_px))
        if shape is not Shape.POINT:
            yield from chunks(placed, sight)
            continue
        for px, py in placed.xy:
            ring = QPainterPath()
            ring.addEllipse(QPointF(px, py), _RING_PX, _RING_PX)
            yield ring


def _pens() -> tuple[QPen, QPen]:
    before, after = QPen(QColor(colours().danger), _STROKE_PX), QPen(QColor(colours().good), _STROKE_PX)
    before.setDashPattern([3.0, 2.0])
    before.setCapStyle(Qt.PenCapStyle.FlatCap)
    for pen in (before, after):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return before, after
