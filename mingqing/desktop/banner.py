"""One calm line at the top of the map: what went wrong or well, and what to do."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S, button, label, restyle, row

_GLYPHS = {
    "warning": "fa6s.circle-info",
    "danger": "fa6s.triangle-exclamation",
    "good": "fa6s.circle-check",
}
_GOOD_NEWS_MS = 6000


class Banner(QFrame):
    """Shows one sentence at a time; a new one takes the place of the old."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._glyph = QLabel()
        self._text = label("", wrap=True)
        self._close = QToolButton()
        self._close.setIcon(icon("fa6s.xmark"))
        self._close.setToolTip(tr("关闭"))
        self._close.setAccessibleName(tr("关闭提示"))
        self._close.clicked.connect(self.hide)
        self._action: QPushButton | None = None
        self._layout = row(self, margins=(M, S // 2, S // 2, S // 2), gap=M)
        self._layout.addWidget(self._glyph)
        self._layout.addWidget(self._text, 1)
        self._layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown, or empty while hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(
        self, sentence: str, tone: str = "warning", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Show a sentence; `tone` is warning, danger or good (which goes away by itself)."""
        if self._action is not None:
            self._action.deleteLater()
            self._action = None
        if action is not None:
            self._action = button(action[0], action[1], "link")
            self._layout.insertWidget(2, self._action)
        self._text.setText(sentence)
        self._glyph.setPixmap(icon(_GLYPHS[tone], tone).pixmap(QSize(18, 18)))
        restyle(self, "tone", tone)
        restyle(self._text, "tone", tone)
        self.setAccessibleName(sentence)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if tone == "good":
            self._timer.start(_GOOD_NEWS_MS)
        else:
            self._timer.stop()
