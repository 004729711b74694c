"""What tools draw over the map: lines, corners and figures that can be read on any ground."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)

from mingqing.desktop.look.colours import colours

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View

Place = tuple[float, float]
_TEXT_PX, _HALO_PX = 13, 6.0


def on_screen(places: Sequence[Place], view: "View", size: "Size") -> QPolygonF:
    """Return the pixels of places in the project's CRS."""
    return QPolygonF([QPointF(*view.to_screen(x, y, size)) for x, y in places])


def paint_area(painter: QPainter, corners: QPolygonF) -> None:
    """Wash an area, so that what lies in it can still be read."""
    wash = QColor(colours().mark)
    wash.setAlphaF(0.16)
    path = QPainterPath()
    path.addPolygon(corners)
    path.closeSubpath()
    painter.fillPath(path, wash)


def paint_line(painter: QPainter, corners: QPolygonF, *, dashed: bool = False) -> None:
    """Draw a line in the marking colour over a wider one in the paper's."""
    path = QPainterPath()
    path.addPolygon(corners)
    for colour, width in ((colours().raised, 5.0), (colours().mark, 2.25)):
        pen = QPen(
            QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        )
        if dashed and width < 3:
            pen.setDashPattern([3.0, 2.6])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.strokePath(path, pen)


def paint_corners(painter: QPainter, corners: QPolygonF) -> None:
    """Draw a dot at each corner."""
    painter.setPen(QPen(QColor(colours().mark), 2.0))
    painter.setBrush(QColor(colours().raised))
    for n in range(corners.size()):
        painter.drawEllipse(corners.at(n), 4.0, 4.0)


def paint_text(painter: QPainter, text: str, middle: QPointF) -> None:
    """Write a line of text with a halo."""
    path, width, height = _outline(text)
    path = path.translated(middle.x() - width / 2, middle.y() + height * 0.36)
    halo = QPen(QColor(colours().raised), _HALO_PX)
    halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, halo)
    painter.fillPath(path, QColor(colours().text))


def paint_note(painter: QPainter, lines: Sequence[str], at: QPointF, size: "Size") -> None:
    """Write lines in a box beside a pixel, within a canvas of `size`; the first line stands out."""
    fonts = [_font(bold=n == 0) for n in range(len(lines))]
    widths = [QFontMetricsF(f).horizontalAdvance(t) for f, t in zip(fonts, lines, strict=True)]
    wide, high = max(widths) + 20, 20.0 * len(lines) + 10
    left = at.x() + 16 if at.x() + 16 + wide < size[0] else at.x() - 16 - wide
    top = min(max(at.y() + 14, 4.0), size[1] - high - 4)
    back, edge = QColor(colours().raised), QColor(colours().line)
    back.setAlphaF(0.94)
    painter.setPen(edge)
    painter.setBrush(back)
    painter.drawRoundedRect(QRectF(left, top, wide, high), 8, 8)
    for n, (font, text) in enumerate(zip(fonts, lines, strict=True)):
        painter.setFont(font)
        painter.setPen(QColor(colours().text if n == 0 else colours().muted))
        painter.drawText(QRectF(left + 10, top + 5 + 20 * n, wide, 20), Qt.AlignmentFlag.AlignVCenter, text)


def _font(*, bold: bool) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(_TEXT_PX)
    font.setBold(bold)
    return font


@lru_cache(maxsize=256)
def _outline(text: str) -> tuple[QPainterPath, float, float]:
    """Return a text as shapes, its width and its height; as such it is drawn with a halo, and quickly."""
    font = _font(bold=True)
    path = QPainterPath()
    path.addText(0, 0, font, text)
    return path, QFontMetricsF(font).horizontalAdvance(text), float(_TEXT_PX)
