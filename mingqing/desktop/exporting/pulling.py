"""Telling that something is dragged away from a widget that has clicks of its own."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

_NAME = "pulled_table"


class Pull(QObject):
    """`pulled(str)` when a watched widget is dragged; a button that is, is not clicked."""

    pulled = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._from: QPoint | None = None
        self._away = False

    def watch(self, widget: QWidget, table: str) -> None:
        """Let a widget stand for a table."""
        widget.setProperty(_NAME, table)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the mouse."""
        if not isinstance(event, QMouseEvent):
            return False
        kind, at = event.type(), event.position().toPoint()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._from, self._away = at, False
        elif kind == QEvent.Type.MouseMove and self._from is not None and self._is_far(at):
            self._from, self._away = None, True
            if isinstance(watched, QAbstractButton):
                watched.setDown(False)
            self.pulled.emit(str(watched.property(_NAME)))
        swallowed = self._away and kind in {QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease}
        if kind == QEvent.Type.MouseButtonRelease:
            self._from, self._away = None, False
        return swallowed

    def _is_far(self, at: QPoint) -> bool:
        return (
            self._from is not None and (at - self._from).manhattanLength() >= QApplication.startDragDistance()
        )
