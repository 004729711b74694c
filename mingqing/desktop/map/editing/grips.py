"""The handles of a shape: a square at each corner, a dot in the middle of each side."""

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QInputDevice, QMouseEvent, QPainter, QPen

from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.tools.ink import on_screen
from mingqing.desktop.map.view import Size, View
from mingqing.digitising.paths import XY, is_polygon, taken_apart, xy_of
from mingqing.digitising.vertices import Handles, Vertex, handles

_NEAR_PX, _TOUCH_PX = 12.0, 32.0
_ROOM_PX = 44  # a side shorter than this has no room for a handle in its middle
_MANY = 600  # corners in view from which on only some are drawn

Grip = tuple[Vertex, bool]
"""A corner; or the side whose middle it is, and True."""


def reach_px(event: QMouseEvent) -> float:
    """Return how far from the pointer a handle may be: a finger is wider than an arrow."""
    finger = event.pointingDevice().type() == QInputDevice.DeviceType.TouchScreen
    return _TOUCH_PX if finger else _NEAR_PX


class Grips:
    """The handles of one shape. corners, middles : their places, project CRS, metres."""

    def __init__(self, shape: shapely.Geometry) -> None:
        self.corners = handles(shape)
        at, xy, room = [], [np.empty((0, 2))], [np.empty(0)]
        for part, rings in enumerate(taken_apart(shape)):
            for ring, path in enumerate(rings):
                ends = np.roll(path, -1, axis=0)
                sides = len(path) if is_polygon(shape) else len(path) - 1
                at += [Vertex(part, ring, i) for i in range(sides)]
                xy.append(((path + ends) / 2)[:sides])
                room.append(np.hypot(*(ends - path).T)[:sides])
        self.middles, self._room_m = Handles(np.concatenate(xy), tuple(at)), np.concatenate(room)

    def middle(self, side: Vertex) -> XY:
        """Return the middle of a side."""
        return xy_of(self.middles.xy[self.middles.at.index(side)])

    def under(self, place: XY, reach_m: float, m_per_px: float) -> Grip | None:
        """Return the handle at a place, a corner rather than a middle; None where there is none."""
        for found, fresh in ((self.corners, False), (self.middles, True)):
            if not len(found.at):
                continue
            far = np.abs(found.xy - np.array(place)).max(axis=1)
            if fresh:
                far = np.where(self._room_m > _ROOM_PX * m_per_px, far, np.inf)
            best = int(far.argmin())
            if far[best] <= reach_m:
                return found.at[best], fresh
        return None

    def paint(
        self,
        painter: QPainter,
        view: View,
        size: Size,
        *,
        hot: Vertex | None,
        over: Grip | None,
        middles: bool = True,
    ) -> None:
        """Paint the handles in view; `hot` is filled, the one the pointer is `over` is larger."""
        painter.setPen(QPen(QColor(colours().mark), 2.0))
        painter.setBrush(QColor(colours().raised))
        if middles:
            room = self._room_m > _ROOM_PX * view.m_per_px
            for i in np.flatnonzero(room & _inside(self.middles, view, size)).tolist():
                radius = 6.5 if over == (self.middles.at[i], True) else 3.5
                painter.drawEllipse(_pixel(self.middles, i, view, size), radius, radius)
        seen = np.flatnonzero(_inside(self.corners, view, size))
        for i in seen[:: max(len(seen) // _MANY, 1)].tolist():
            _square(
                painter,
                _pixel(self.corners, i, view, size),
                6.5 if over == (self.corners.at[i], False) else 4.5,
            )
        if hot in self.corners.at:
            painter.setBrush(QColor(colours().mark))
            _square(painter, _pixel(self.corners, self.corners.at.index(hot), view, size), 6.5)


def _square(painter: QPainter, at: QPointF, half: float) -> None:
    painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))


def _pixel(of: Handles, i: int, view: View, size: Size) -> QPointF:
    return on_screen([xy_of(of.xy[i])], view, size).at(0)


def _inside(of: Handles, view: View, size: Size) -> NDArray[np.bool_]:
    xmin, ymin, xmax, ymax = view.extent(size)
    x, y = of.xy.T
    inside: NDArray[np.bool_] = (x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax)
    return inside
