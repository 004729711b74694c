"""Shapes before and after, over the map, with a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.overlay import outline
from mingqing.desktop.widgets import M, S

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View

Bounds = tuple[float, float, float, float]
_STROKE_PX, _HALO_PX, _SAMPLE_PX, _KEY_PX = 2.6, 5.6, 32, 32


@dataclass(slots=True)
class Shapes:
    """What is shown: `before` dashed and red, `after` green, project CRS; and what the key calls them."""

    before: Sequence[shapely.Geometry] = ()
    after: Sequence[shapely.Geometry] = ()
    names: tuple[str, str] = ("", "")

    def show(
        self,
        before: Sequence[shapely.Geometry | None],
        after: Sequence[shapely.Geometry | None],
        names: tuple[str, str] | None = None,
    ) -> None:
        """Show these; those that are None are left out."""
        self.before, self.after = ([s for s in side if s is not None] for side in (before, after))
        self.names = names or (tr("修改前"), tr("修改后"))

    def clear(self) -> None:
        """Show nothing."""
        self.before = self.after = ()

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
        for shapes, pen in zip((self.after, self.before), reversed(_pens()), strict=True):
            path = outline(shapes, view, size)
            halo = QPen(QColor(colours().raised), _HALO_PX)
            halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, halo)
            painter.strokePath(path, pen)
        self._paint_key(painter, size)
        painter.restore()

    def _paint_key(self, painter: QPainter, size: "Size") -> None:
        """Say what is what, below the middle of the map."""
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        told = [(n, p) for n, p, s in zip(self.names, _pens(), (self.before, self.after), strict=True) if s]
        widths = [painter.fontMetrics().horizontalAdvance(name) for name, _ in told]
        wide = sum(widths) + len(told) * (_SAMPLE_PX + S) + (len(told) + 1) * M
        left, top = (size[0] - wide) / 2, size[1] - _KEY_PX - M
        painter.setPen(QColor(colours().line))
        painter.setBrush(QColor(colours().raised))
        painter.drawRoundedRect(QRectF(left, top, wide, _KEY_PX), S, S)
        x, middle = left + M, top + _KEY_PX / 2
        for (name, pen), width in zip(told, widths, strict=True):
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + _SAMPLE_PX, middle))
            painter.setPen(QColor(colours().text))
            x += _SAMPLE_PX + S
            painter.drawText(QRectF(x, top, width + 1, _KEY_PX), Qt.AlignmentFlag.AlignVCenter, name)
            x += width + M


def _pens() -> tuple[QPen, QPen]:
    before, after = QPen(QColor(colours().danger), _STROKE_PX), QPen(QColor(colours().good), _STROKE_PX)
    before.setDashPattern([3.0, 2.0])
    before.setCapStyle(Qt.PenCapStyle.FlatCap)
    for pen in (before, after):
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return before, after
