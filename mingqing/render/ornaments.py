"""Scale bar and north arrow, drawn alike on the screen and on paper."""

from math import floor, log10

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from mingqing.catalog.color import Color
from mingqing.core.text import tr
from mingqing.render.fonts import measure, outline
from mingqing.render.scale import Viewport

_INK = Color("#3b3a36", "#dcd9d2")
_PAPER = Color("#ffffff", "#1b1e20")
_TEXT_MM = 2.8


def bar_length_m(metres_per_px: float, most_px: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, 50 … metres that fits in `most_px`.

    Examples
    --------
    >>> bar_length_m(0.5, 150)
    50.0
    >>> bar_length_m(30.0, 150)
    2000.0
    """
    most = metres_per_px * most_px
    power = 10.0 ** floor(log10(most))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= most * (1 + 1e-9))


def bar_caption(metres: float) -> str:
    """Return a length as people write it.

    Examples
    --------
    >>> bar_caption(200.0), bar_caption(2000.0), bar_caption(0.5)
    ('200 米', '2 公里', '0.5 米')
    """
    return tr("{n:g} 公里").format(n=metres / 1000) if metres >= 1000 else tr("{n:g} 米").format(n=metres)


def draw_scale_bar(
    painter: QPainter, view: Viewport, left: float, bottom: float, *, most_px: float, dark: bool = False
) -> QRectF:
    """Draw a scale bar with its lower left corner at (`left`, `bottom`); return the rectangle it fills.

    The bar has four parts, ink and paper in turn, and three captions above it.
    """
    metres = bar_length_m(view.metres_per_px, most_px)
    length, text_px = metres * view.px_per_m, view.text_px(_TEXT_MM)
    height = text_px * 0.36
    ink, paper = (QColor(*c.rgba(dark=dark)) for c in (_INK, _PAPER))
    top = bottom - height
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(left - 1, top - 1, length + 2, height + 2), ink)
    for part in (0, 2):
        painter.fillRect(QRectF(left + part * length / 4, top, length / 4, height), paper)
    captions = ((0.0, "0"), (0.5, bar_caption(metres / 2)), (1.0, bar_caption(metres)))
    baseline = top - text_px * 0.75
    widths = [measure(text, text_px, False)[0] for _, text in captions]  # noqa: FBT003
    fits = length > 1.2 * (widths[1] + (widths[0] + widths[2]) / 2)
    for at, text in captions if fits else (captions[0], captions[2]):
        _text(painter, text, QPointF(left + at * length, baseline), text_px, ink)
    painter.restore()
    return QRectF(left, baseline - text_px, length + widths[2] / 2, bottom - baseline + text_px)


def draw_north_arrow(
    painter: QPainter, center: tuple[float, float], height_px: float, *, dark: bool = False
) -> None:
    """Draw a north arrow with 北 above it, `height_px` high in all, around `center`."""
    ink, paper = (QColor(*c.rgba(dark=dark)) for c in (_INK, _PAPER))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(*center)
    painter.scale(height_px, height_px)
    for side, color in ((-1, ink), (1, paper)):
        half = QPainterPath(QPointF(0, -0.2))
        half.lineTo(side * 0.2, 0.5)
        half.lineTo(0, 0.36)
        half.closeSubpath()
        painter.fillPath(half, color)
    edge = QPainterPath(QPointF(0, -0.2))
    for x, y in ((0.2, 0.5), (0.0, 0.36), (-0.2, 0.5), (0.0, -0.2)):
        edge.lineTo(x, y)
    pen = painter.pen()
    pen.setColor(ink)
    pen.setWidthF(0.018)
    painter.strokePath(edge, pen)
    painter.restore()
    _text(painter, tr("北"), QPointF(center[0], center[1] - 0.36 * height_px), 0.28 * height_px, ink)


def _text(painter: QPainter, text: str, middle: QPointF, size_px: float, color: QColor) -> None:
    painter.save()
    painter.translate(middle)
    painter.scale(size_px / 100, size_px / 100)
    painter.fillPath(outline(text, bold=False), color)
    painter.restore()
