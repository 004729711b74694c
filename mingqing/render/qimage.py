"""Pictures that lie in a view, painted by Qt."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from mingqing.render.backdrop import Raster


def paint_rasters(painter: QPainter, rasters: Sequence[Raster]) -> None:
    """Paint pictures over each other, the first one lowest."""
    for raster in rasters:
        left, top, right, bottom = raster.box
        painter.setOpacity(raster.opacity)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), to_qimage(raster))
    painter.setOpacity(1.0)


def to_qimage(raster: Raster) -> QImage:
    """Return a picture as Qt's, without copying it: `raster` must outlive the image."""
    height, width, _ = raster.pixels.shape
    form = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(raster.pixels.data, width, height, 4 * width, form)
