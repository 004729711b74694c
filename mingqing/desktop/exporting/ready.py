"""A file that is ready to be dragged out, over the lower edge of the map until it is put away."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.exporting.chip import FileChip
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S, label, row

_ABOVE = 16  # pixels from the lower edge


class Ready(QFrame):
    """Shows one file at a time, in the middle of `over`."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("floating")
        self._over = over
        self.said, self.chip = label(tr("已备好，可拖走")), FileChip()
        self._close = QToolButton()
        self._close.setIcon(icon("fa6s.xmark"))
        self._close.setToolTip(tr("收起"))
        self._close.setAccessibleName(tr("收起备好的文件"))
        self._close.clicked.connect(self.hide)
        line = row(self, margins=(M, S, S, S), gap=M)
        for part in (self.said, self.chip, self._close):
            line.addWidget(part)
        over.installEventFilter(self)
        self.hide()

    def show_file(self, path: Path) -> None:
        """Offer a file."""
        self.chip.show_file(path)
        self.setAccessibleName(f"{self.said.text()}：{path.name}")
        self.show()
        self._place()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def forget(self) -> None:
        """Offer none: the project is closed."""
        self.chip.show_file(None)
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        over = self._over
        self.move(max((over.width() - self.width()) // 2, 0), over.height() - self.height() - _ABOVE)
