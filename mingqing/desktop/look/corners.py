"""Round corners for what pops up, also where nothing puts windows together and a translucent one is black."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

MENU_PX, SHEET_PX = 10, 12
"""The radii that the style sheet gives menus and sheets."""


def round_corners(popup: QWidget, radius: int) -> None:
    """Leave out the corners of a popup that has no frame.

    Under X11 one cannot rely on translucency: many an office computer runs without a compositor. There the corners
    are cut off.
    """
    if QGuiApplication.platformName() == "xcb":
        popup.installEventFilter(Cutter(popup, radius))
    else:
        popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)


class Cutter(QObject):
    """Cuts the corners off a window whenever its size changes."""

    def __init__(self, popup: QWidget, radius: int) -> None:
        super().__init__(popup)
        self._popup, self._radius = popup, radius

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the size."""
        if isinstance(event, QResizeEvent):
            self._popup.setMask(_rounded(event.size(), self._radius))
        return super().eventFilter(watched, event)


def _rounded(size: QSize, radius: int) -> QRegion:
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, size.width(), size.height()), radius, radius)
    return QRegion(path.toFillPolygon().toPolygon())
