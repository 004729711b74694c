"""TEMPORARY until render lands: crude outlines, so that the canvas has something to show."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from mingqing.desktop.map.frame import Frame, Request

if TYPE_CHECKING:
    from mingqing.store.session import Session


def draw(session: "Session", request: Request, cancelled: Callable[[], bool]) -> Frame:
    """Draw `request`."""
    ratio, size = request.device_ratio, request.size
    image = QImage(round(size[0] * ratio), round(size[1] * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#1c1e1c" if request.dark else "#f6f2e8"))
    with QPainter(image) as painter:
        painter.setPen(QColor("#8a8" if request.dark else "#575"))
        for d in session.catalog.layers[request.theme].draws:
            for shape in session.features(d.table, bounds=request.extent).geometry:
                if cancelled() or shape is None:
                    break
                xy = [QPointF(*request.view.to_screen(x, y, size)) for x, y in shapely.get_coordinates(shape)]
                painter.drawPolyline(QPolygonF(xy)) if len(xy) > 1 else painter.drawEllipse(xy[0], 3, 3)
    return Frame(image, request)
