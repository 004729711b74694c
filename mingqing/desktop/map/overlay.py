"""What lies over the drawing: the outline of what was clicked, the scale bar."""

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View

_POINT_PX = 14.0
SCALE_BAR_PX = 54
"""How high the scale bar reaches above the lower edge."""


class Overlay(Protocol):
    """Something painted over the drawing at every frame: quickly, from what it has at hand."""

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint it as `view` shows it on a canvas of `size`."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A geometry to outline, project CRS, metres."""

    geometry: shapely.Geometry

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(xmin, ymin, xmax, ymax)."""
        xmin, ymin, xmax, ymax = self.geometry.bounds
        return xmin, ymin, xmax, ymax


def paint_marks(painter: QPainter, marks: tuple[Mark, ...], view: "View", size: "Size") -> None:
    """Outline `marks`: a halo in the paper's colour below a line in the marking colour, points as a ring.

    Nothing is filled: what is marked may be a whole village, whose map is to be read all the same.
    """
    if not marks:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    for mark in marks:
        path.addPath(_path(mark.geometry, view, size))
    for colour, width in ((QColor(colours().raised), 5.0), (QColor(colours().mark), 2.6)):
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
    painter.restore()


def _path(geometry: shapely.Geometry, view: "View", size: "Size") -> QPainterPath:
    """Return a geometry's outline in pixels."""
    path = QPainterPath()
    for part in shapely.get_parts(geometry):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            _add(path, shapely.get_coordinates(ring), view, size, closed=part.geom_type == "Polygon")
    return path


def _add(path: QPainterPath, xy: NDArray[np.float64], view: "View", size: "Size", *, closed: bool) -> None:
    points = [QPointF(*view.to_screen(x, y, size)) for x, y in xy]
    if len(points) == 1:
        path.addEllipse(points[0], _POINT_PX, _POINT_PX)
        return
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if closed:
        path.closeSubpath()


def paint_notice(painter: QPainter, text: str, size: "Size") -> None:
    """Paint a short notice at the bottom, in the middle."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPixelSize(12)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(text) + 32
    box = QRectF(size[0] / 2 - width / 2, size[1] - 54, width, 32)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().raised))
    painter.drawRoundedRect(box, 16, 16)
    painter.setPen(QColor(colours().muted))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def nice_length_m(room_m: float) -> float:
    """Return the longest of 1, 2, 5 × 10ⁿ metres that fits `room_m`.

    Examples
    --------
    >>> nice_length_m(730)
    500.0
    >>> nice_length_m(21)
    20.0
    """
    power = 10.0 ** floor(log10(room_m))
    return next(n * power for n in (5, 2, 1) if n * power <= room_m)


def length_text(metres: float) -> str:
    """Return a length as a map writes it."""
    if metres >= 1000:
        return tr("{n:g} 公里").format(n=metres / 1000)
    return tr("{n:g} 米").format(n=metres)


def paint_scale_bar(painter: QPainter, view: "View", size: "Size") -> None:
    """Paint a scale bar in the lower left corner."""
    length_m = nice_length_m(140 * view.m_per_px)
    width = length_m / view.m_per_px
    palette = colours()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left, base = 24.0, size[1] - 24.0
    back = QColor(palette.raised)
    back.setAlphaF(0.82)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(QRectF(left - 12, base - 30, width + 24, 42), 8, 8)
    ink = QPen(QColor(palette.text), 1.5)
    painter.setPen(ink)
    path = QPainterPath(QPointF(left, base - 5))
    for x, y in ((left, base), (left + width, base), (left + width, base - 5)):
        path.lineTo(x, y)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    font = painter.font()
    font.setPixelSize(12)
    painter.setFont(font)
    painter.drawText(QRectF(left, base - 26, width, 20), Qt.AlignmentFlag.AlignCenter, length_text(length_m))
    painter.restore()
