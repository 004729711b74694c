"""One calm line at the top of the map: what went wrong or well, and what to do."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer, Signal
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
_READ_MS = 3000  # what nobody had time to read is not taken away


class Banner(QFrame):
    """Shows one sentence at a time; a new one takes the place of the old.

    Notices wait for one another instead: each stays until it is closed, and comes back if a sentence took its place.
    `changed()` when what is shown does.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._glyph = QLabel()
        self._text = label("", wrap=True)
        self._close = QToolButton()
        self._close.setIcon(icon("fa6s.xmark"))
        self._close.setToolTip(tr("关闭"))
        self._close.setAccessibleName(tr("关闭提示"))
        self._close.clicked.connect(self.next)
        self._failed, self._since = "", QElapsedTimer()
        self._notices: list[str] = []
        self._is_notice = False
        self._rest = label("", "caption")
        self._action: QPushButton | None = None
        self._layout = row(self, margins=(M, S // 2, S // 2, S // 2), gap=M)
        self._layout.addWidget(self._glyph)
        self._layout.addWidget(self._text, 1)
        self._layout.addWidget(self._rest)
        self._layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.next)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown, or empty while hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(
        self, sentence: str, tone: str = "warning", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Show a sentence; `tone` is warning, danger or good (which goes away by itself)."""
        self._is_notice = False
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
        self._count()

    def notify(self, sentences: Iterable[str]) -> None:
        """Show these one after the other, each until it has been closed."""
        self._notices += sentences
        if self.isHidden():
            self._show_notice()
        self._count()

    def next(self) -> None:
        """Put away the sentence shown, and show the next notice where one waits."""
        if self._is_notice:
            self._notices.pop(0)
        self.hide()
        self._show_notice()
        self.changed.emit()

    def take_back(self, sentence: str) -> None:
        """Put a sentence away that is no longer true, where it is still shown."""
        if sentence and sentence == self.text:
            self.next()

    def fail(self, sentence: str) -> None:
        """Show what was not done, until something later is, or something else is looked at: then call `settle`."""
        self.say(sentence)
        self._failed = sentence
        self._since.start()

    def settle(self) -> None:
        """Put away what was not done, once there was time to read it."""
        if self._failed and self._since.elapsed() >= _READ_MS:
            self.take_back(self._failed)
            self._failed = ""

    def clear(self) -> None:
        """Put away everything, what waits as well."""
        self._notices, self._is_notice = [], False
        self.hide()

    def height_within(self, width: int) -> int:
        """Return the height that the sentence needs at this width."""
        return max(self._layout.heightForWidth(width), self._layout.minimumSize().height())

    def _show_notice(self) -> None:
        if self._notices:
            self.say(self._notices[0])
            self._is_notice = True
            self._count()

    def _count(self) -> None:
        waiting = len(self._notices) - self._is_notice
        self._rest.setVisible(waiting > 0)
        self._rest.setText(tr("还有 {n} 条").format(n=waiting))
        self.changed.emit()
