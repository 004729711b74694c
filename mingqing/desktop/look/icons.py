"""Icons that take their colour from the palette each time they are painted, light or dark."""

from typing import TYPE_CHECKING

import qtawesome
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap

from mingqing.desktop.look.colours import THEME_INK, colours, is_dark

if TYPE_CHECKING:
    from mingqing.desktop.look.colours import Colours


def _colour(role: str, mode: QIcon.Mode, state: QIcon.State) -> QColor:
    """Return the colour of a glyph: a field of `Colours`, or a layer's code for its ink, muted where it has none."""
    if role.startswith("#"):
        return QColor(role)
    palette: Colours = colours()
    if mode == QIcon.Mode.Disabled:
        faint = QColor(palette.faint)
        faint.setAlphaF(0.6)
        return faint
    if role in THEME_INK:
        return QColor(THEME_INK[role][is_dark()])
    value = getattr(palette, role, palette.muted)
    return QColor(palette.accent if state == QIcon.State.On and value == palette.muted else value)


class _Glyph(QIconEngine):
    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role

    def clone(self) -> QIconEngine:
        return _Glyph(self._name, self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        glyph = qtawesome.charmap(self._name)
        painter.save()
        painter.setFont(qtawesome.font(self._name.split(".")[0], round(rect.height() * 0.84)))
        painter.setPen(_colour(self._role, mode, state))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QPixmap(size)
        image.fill(Qt.GlobalColor.transparent)
        with QPainter(image) as painter:
            self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        return image


def icon(name: str, role: str = "muted") -> QIcon:
    """Return the Font Awesome icon `name` ("fa6s.plus") in the ink of `role`.

    `role` is a field of `Colours`, or the code of a layer for its own ink; a layer without one is muted. A muted
    icon turns to the accent while its button is checked. "#rrggbb" is the same by day and by night.
    """
    return QIcon(_Glyph(name, role))
