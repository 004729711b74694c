"""Patterns that areas are strewn or ruled with, as tiles that repeat without a seam."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from mingqing.catalog.style import RULED, Hatch, Pattern

# Where a strewn pattern's signs stand in a tile of four by four spacings: spread evenly, yet a little off, so
# that the eye finds no rows.
_STREWN = ((0.6, 0.5), (2.5, 0.9), (1.4, 1.6), (3.5, 1.8), (0.5, 2.6), (2.6, 2.5), (1.6, 3.4), (3.4, 3.5))
_ROWS = ((0.5, 0.5), (1.5, 1.5), (2.5, 0.5), (3.5, 1.5), (0.5, 2.5), (1.5, 3.5), (2.5, 2.5), (3.5, 3.5))


Rgba: TypeAlias = tuple[int, int, int, int]


def brush(hatch: Hatch, px_per_mm: float, *, dark: bool) -> QBrush:
    """Return a brush of the pattern at a resolution."""
    ground = hatch.ground.rgba(dark=dark) if hatch.ground is not None else None
    image, scale = _tile(hatch, hatch.color.rgba(dark=dark), ground, round(px_per_mm, 3))
    made = QBrush(image)
    if hatch.pattern in RULED:
        turn = QTransform().scale(scale, scale)
        turn.rotate(-hatch.angle)
        made.setTransform(turn)
    # What is strewn repeats every whole number of pixels: Qt then copies the tile, five times as fast as drawing it.
    return made


@lru_cache(maxsize=128)
def _tile(hatch: Hatch, color: Rgba, ground: Rgba | None, px_per_mm: float) -> tuple[QImage, float]:
    """Return a square tile and the factor that brings it to its exact size."""
    spacings = 1 if hatch.pattern in RULED else 4
    exact = hatch.spacing * spacings * px_per_mm
    side = max(2, ceil(exact) if hatch.pattern in RULED else round(exact))
    opaque = ground is not None and ground[3] == 255
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(side, side, kind)
    image.fill(QColor(*ground) if ground is not None else QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / (hatch.spacing * spacings), side / (hatch.spacing * spacings))
    pen = QPen(QColor(*color), hatch.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    if hatch.pattern in RULED:
        _rule(painter, hatch)
    else:
        _strew(painter, hatch, QColor(*color))
    painter.end()
    return image, exact / side


def _rule(painter: QPainter, hatch: Hatch) -> None:
    middle = hatch.spacing / 2
    painter.drawLine(QPointF(0, middle), QPointF(hatch.spacing, middle))
    if hatch.pattern is Pattern.CROSS:
        painter.drawLine(QPointF(middle, 0), QPointF(middle, hatch.spacing))


def _strew(painter: QPainter, hatch: Hatch, color: QColor) -> None:
    sign, filled = _SIGNS[hatch.pattern](hatch.size)
    side = hatch.spacing * 4
    for x, y in _STREWN if hatch.pattern in _LOOSE else _ROWS:
        for dx in (-side, 0, side):
            for dy in (-side, 0, side):
                moved = sign.translated(x * hatch.spacing + dx, y * hatch.spacing + dy)
                if filled:
                    painter.fillPath(moved, color)
                else:
                    painter.drawPath(moved)


def _polyline(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    return path


def _dots(size: float) -> tuple[QPainterPath, bool]:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), size / 2, size / 2)
    return path, True


def _trees(size: float) -> tuple[QPainterPath, bool]:
    path = QPainterPath()
    path.addEllipse(QRectF(-size * 0.36, -size * 0.62, size * 0.72, size * 0.82))
    path.moveTo(0, size * 0.2)
    path.lineTo(0, size * 0.52)
    return path, False


def _tea(size: float) -> tuple[QPainterPath, bool]:
    path = QPainterPath(QPointF(-size / 2, 0))
    path.quadTo(-size / 4, -size * 0.55, 0, 0)
    path.quadTo(size / 4, -size * 0.55, size / 2, 0)
    return path, False


def _paddy(size: float) -> tuple[QPainterPath, bool]:
    path = _polyline((0, -size / 2), (0, size / 2))
    path.moveTo(-size * 0.42, -size * 0.1)
    path.quadTo(-size * 0.38, size / 2, 0, size / 2)
    path.quadTo(size * 0.38, size / 2, size * 0.42, -size * 0.1)
    return path, False


def _grass(size: float) -> tuple[QPainterPath, bool]:
    path = _polyline((-size * 0.25, size / 2), (-size * 0.25, -size / 2))
    path.addPath(_polyline((size * 0.25, size / 2), (size * 0.25, -size / 2)))
    return path, False


def _orchard(size: float) -> tuple[QPainterPath, bool]:
    path, _ = _dots(size * 0.8)
    path.addPath(_polyline((0, size * 0.4), (0, size * 0.75), (size * 0.45, size * 0.75)))
    return path, False


def _waves(size: float) -> tuple[QPainterPath, bool]:
    path = QPainterPath(QPointF(-size / 2, 0))
    path.cubicTo(-size / 4, -size / 2, -size / 4, -size / 2, 0, 0)
    path.cubicTo(size / 4, size / 2, size / 4, size / 2, size / 2, 0)
    return path, False


def _stones(size: float) -> tuple[QPainterPath, bool]:
    path = _polyline((-size / 2, size * 0.4), (0, -size / 2), (size / 2, size * 0.4), (-size / 2, size * 0.4))
    return path, True


_LOOSE = {Pattern.TREES, Pattern.STONES, Pattern.GRASS}
_SIGNS: Mapping[Pattern, Callable[[float], tuple[QPainterPath, bool]]] = {
    Pattern.DOTS: _dots,
    Pattern.TREES: _trees,
    Pattern.TEA: _tea,
    Pattern.PADDY: _paddy,
    Pattern.GRASS: _grass,
    Pattern.ORCHARD: _orchard,
    Pattern.WAVES: _waves,
    Pattern.STONES: _stones,
}
