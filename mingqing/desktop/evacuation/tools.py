"""What the pointer does while one tells what happens: cut a road, draw what is under water."""

from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent, QPainter

from mingqing.core.text import tr
from mingqing.desktop.map.tools.corners import Corners
from mingqing.desktop.map.tools.ink import on_screen, paint_area, paint_corners, paint_line
from mingqing.desktop.map.tools.tool import Tool

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.view import Size, View


class CutRoad(Tool):
    """`pressed(x, y)` : a place that was clicked."""

    pressed = Signal(float, float)

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.title = tr("断路")

    @property
    def says(self) -> str:
        """What to do."""
        return tr("点一下道路，表示这里断了；再点一下恢复。按 Esc 结束")

    def click(self, event: QMouseEvent) -> None:
        """Tell where."""
        place = self.canvas.place(event.position())
        if place is not None:
            self.pressed.emit(*place)


class DrawFlood(Corners):
    """`drawn(Polygon)` : an area, project's CRS."""

    drawn = Signal(object)

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.title = tr("画淹没范围")

    @property
    def says(self) -> str:
        """What to do next."""
        if not self.corners:
            return tr("沿会被淹的边界一点一点地点，双击结束")
        return tr("继续点，双击或按回车结束")

    def finished(self) -> None:
        """Tell the area and begin anew."""
        area = shapely.make_valid(shapely.Polygon(self.corners))
        self.clear()
        if area.area > 0:
            self.drawn.emit(area)

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the area so far."""
        corners = on_screen(self.with_pointer, view, size)
        if not corners.isEmpty():
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_area(painter, corners)
            paint_line(painter, corners)
            paint_corners(painter, on_screen(self.corners, view, size))
            painter.restore()
