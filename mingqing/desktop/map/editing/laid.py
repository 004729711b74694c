"""What lies over the map while one draws: what is chosen, what is wrong, a figure that was left unfinished."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.overlay import Mark, paint_marks
from mingqing.desktop.map.tools.ink import on_screen, paint_corners, paint_line

if TYPE_CHECKING:
    from mingqing.desktop.map.editing.board import Board
    from mingqing.desktop.map.view import Size, View

_LEAST_PX = 18.0
_FAINT = 0.35  # what is where a shape was, while it is being moved


class Laid:
    """An overlay of the canvas."""

    def __init__(self, board: "Board") -> None:
        self._board = board

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint what is chosen, what was left unfinished, and above both what is wrong."""
        board = self._board
        subject = board.subjects.current
        if board.on and subject is not None:
            painter.setOpacity(_FAINT if board.moving else 1.0)
            paint_marks(painter, tuple(map(Mark, subject.shapes.values())), view, size)
            painter.setOpacity(1.0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if board.aside is not None:
            corners = on_screen(board.aside.corners, view, size)
            paint_line(painter, corners, dashed=True)
            paint_corners(painter, corners)
        for where in board.finishing.faults:
            _paint_fault(painter, where, view, size)
        painter.restore()


def _paint_fault(painter: QPainter, where: shapely.Geometry, view: "View", size: "Size") -> None:
    """Hatch an area, ring what is too small to be seen."""
    ink = QColor(colours().danger)
    path = QPainterPath()
    for part in shapely.get_parts(where):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            path.addPolygon(on_screen(_places(shapely.get_coordinates(ring).tolist()), view, size))
    if where.area:
        painter.fillPath(path, QBrush(ink, Qt.BrushStyle.BDiagPattern))
    for colour, width in ((QColor(colours().raised), 5.0), (ink, 2.2)):
        painter.strokePath(path, QPen(colour, width))
    box = path.boundingRect()
    if max(box.width(), box.height()) < _LEAST_PX:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 2.2))
        painter.drawEllipse(box.center(), _LEAST_PX, _LEAST_PX)


def _places(xy: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in xy]
