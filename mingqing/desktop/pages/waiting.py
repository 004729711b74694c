"""What is shown while a long task runs: a heading, how far it is, and a way out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import M, S, button, column, label


class Waiting(QWidget):
    """`cancelled()` when the user wants to stop it."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading, self._advice = label("", "heading"), label("", "muted")
        self._name, self._bar = label(" ", "caption"), QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(480)
        self.button = button(tr("停下"), self.cancelled.emit)
        layout = column(self, gap=M)
        layout.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        for widget in (self._heading, self._advice, self._bar, self._name, self.button):
            layout.addWidget(widget, 0, centre)
        layout.insertSpacing(3, S)
        layout.addStretch(2)

    def begin(self, heading: str, advice: str) -> None:
        """Start on a task."""
        self._heading.setText(heading)
        self._advice.setText(advice)
        self._name.setText(" ")
        self._bar.setRange(0, 0)
        self.button.setEnabled(True)
        self.button.setFocus()

    def show_progress(self, name: str, done: int, total: int) -> None:
        """Say how far it is; 0 of 0 where nobody knows."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        how_far = tr("{name}　{done:,} / {total:,}") if total else "{name}"
        self._name.setText(how_far.format(name=name, done=done, total=total))

    def stopping(self) -> None:
        """Say that the wish to stop was heard."""
        self._advice.setText(tr("正在停下…"))
        self.button.setEnabled(False)
