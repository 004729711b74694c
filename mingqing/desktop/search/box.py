"""The search box: what is typed, and the keys that work the list below it."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S

_LEAST, _MOST = 200, 420
_LONGEST = 200
_SIGN, _BUTTON = 16, 32


class SearchBox(QLineEdit):
    """Always there in the top bar.

    Signals
    -------
    entered() : the keyboard is here. exited() : it is elsewhere. stepped(int) : down (1) or up (-1).
    taken(bool) : Enter, True with Ctrl: to be corrected at once. dismissed() : Esc.
    """

    entered = Signal()
    exited = Signal()
    stepped = Signal(int)
    taken = Signal(bool)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setMinimumWidth(_LEAST)
        self.setMaximumWidth(_MOST)
        self.setMaxLength(_LONGEST)
        self._sign, self._empty = QLabel(self), QToolButton(self)
        # A picture, not Qt's action in a field: that would be a button, too small to be one and without a use.
        self._sign.setPixmap(icon("fa6s.magnifying-glass", "muted").pixmap(_SIGN, _SIGN))
        self._empty.setObjectName("small")
        self._empty.setIcon(icon("fa6s.xmark", "muted"))
        self._empty.setAccessibleName(tr("清空"))
        self._empty.setToolTip(tr("清空  Esc"))
        self._empty.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._empty.setCursor(Qt.CursorShape.PointingHandCursor)
        self._empty.clicked.connect(lambda _checked=False: self.clear())
        self._empty.hide()
        self.textChanged.connect(lambda text: self._empty.setVisible(bool(text)))
        self.setTextMargins(_SIGN + S, 0, _BUTTON - S, 0)
        self.setAccessibleName(tr("搜索"))
        self.setToolTip(tr("搜索：姓名、拼音首字母、门牌、电话或证件号尾数、地名  Ctrl+K"))
        self.show_ready(ready=False)

    def show_ready(self, *, ready: bool) -> None:
        """Say what can be typed, or that it is not to be had yet."""
        self.setPlaceholderText(tr("搜姓名、拼音首字母、门牌、电话…") if ready else tr("正在准备搜索…"))

    def event(self, event: QEvent) -> bool:
        """Keep Esc from closing something else while the box has the keyboard."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Work the list by the keys that mean nothing to a line of text."""
        match event.key():
            case Qt.Key.Key_Down:
                self.stepped.emit(1)
            case Qt.Key.Key_Up:
                self.stepped.emit(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.taken.emit(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            case Qt.Key.Key_Escape:
                self.dismissed.emit()
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the sign at the left and the button at the right."""
        super().resizeEvent(event)
        self._sign.move(M, (self.height() - _SIGN) // 2)
        self._empty.setGeometry(self.width() - _BUTTON - 3, (self.height() - _BUTTON) // 2, _BUTTON, _BUTTON)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Tell that the keyboard is here."""
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Tell that it is elsewhere."""
        super().focusOutEvent(event)
        self.exited.emit()
