"""What all fields of a form have in common: a title, a place to fill in, a line that helps or complains."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from mingqing.catalog.model import Field
from mingqing.catalog.values import plain_text
from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import M, S, button, column, label, restyle, row

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line


class FieldWidget(QWidget):
    """A field of a form: its title, where it is filled in, and the line below that helps or complains.

    Signals
    -------
    edited() : something else is in it, not necessarily finished. finished() : it was left, or a choice was made.
    pictured() : a picture was pasted into it, which only a field of pictures can take.

    wide : whether it takes the whole width of the form.
    """

    edited = Signal()
    finished = Signal()
    pictured = Signal()
    wide = True

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field: Field = line.field
        self._help = line.field.help
        self._layout = column(self, gap=4)
        title = line.field.title
        if line.field.unit and line.field.unit != tr("年"):
            title = f"{title}（{line.field.unit}）"
        self._title = label(title, "caption")
        head = row(gap=4)
        head.addWidget(self._title)
        if line.field.required and not line.locked:
            head.addWidget(label(tr("必填"), "required"))
        head.addStretch(1)
        self._layout.addLayout(head)
        self._inside = row(gap=4)
        self._layout.addLayout(self._inside)
        self._note = label("", "caption", wrap=True)
        self._layout.addWidget(self._note)
        self._filled_in(self._help)
        self.note = ""
        self.proposal: QFrame | None = None
        self._watched: QWidget | None = None

    @property
    def value(self) -> object:
        """What is in it, as typed or as stored; None or empty for blank."""
        raise NotImplementedError

    def show_value(self, value: object, text: str = "") -> None:
        """Show a stored value; `text` names the row that a reference points to. Nothing is `edited` by it."""
        raise NotImplementedError

    def complain(self, sentence: str, *, firmly: bool = True) -> None:
        """Say what is wrong with what is in it, mildly while it is typed; an empty sentence takes it back."""
        self.note = sentence
        firm = bool(sentence) and firmly
        self._filled_in(sentence or self._help, "wrong" if firm else "caption")
        if self._watched is not None and self._watched.property("wrong") is not firm:
            restyle(self._watched, "wrong", firm)

    def hint(self, sentence: str) -> None:
        """Say something that is no complaint, until the next one."""
        if not self.note:
            self._filled_in(sentence or self._help, "right" if sentence else "caption")

    def propose(self, sentence: str, words: str, act: Callable[[], object]) -> None:
        """Offer below the field to set something else right with it, until that is done or another is offered."""
        self.withdraw()
        made = QFrame()
        made.setObjectName("question")
        inside = column(made, margins=(M, S, M, S), gap=0)
        inside.addWidget(label(sentence, wrap=True))

        def take() -> None:
            self.withdraw()
            act()

        inside.addWidget(button(words, take, "link"), 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addWidget(made)
        self.proposal = made

    def withdraw(self) -> None:
        """Offer nothing any more."""
        if self.proposal is not None:
            self.proposal.hide()
            self.proposal.deleteLater()
            self.proposal = None

    def _filled_in(self, sentence: str, kind: str = "caption") -> None:
        if self._note.property("kind") != kind:
            restyle(self._note, "kind", kind)
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))
        if (editor := self.focusProxy()) is not None:
            editor.setAccessibleDescription(sentence)

    def _hold(self, editor: QWidget) -> None:
        """Take `editor` as where this field is filled in."""
        self._watched = editor
        self.setFocusProxy(editor)
        self._title.setBuddy(editor)
        required = tr("，必填") if self.field.required else ""
        editor.setAccessibleName(f"{self.field.title}{required}")
        editor.setAccessibleDescription(self._help)
        self._inside.addWidget(editor, 1)
        editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Finish when the focus leaves, but not to a menu or list of its own; Enter goes on to the next field."""
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            if event.reason() != Qt.FocusReason.PopupFocusReason:
                self.finished.emit()
        elif isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                return self._leave_undo(event)
            if event.type() == QEvent.Type.KeyPress and _pastes_picture(event):
                self.pictured.emit()
                return True
            if event.type() == QEvent.Type.KeyPress and self._is_enter(event):
                self.finished.emit()
                self.focusNextChild()
                return True
        return super().eventFilter(watched, event)

    def _is_enter(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        return plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}

    def _leave_undo(self, event: QKeyEvent) -> bool:
        """Let Ctrl+Z take back what was saved, where nothing typed here is left to be taken back."""
        undoes = event.matches(QKeySequence.StandardKey.Undo) and not self._can_undo()
        redoes = event.matches(QKeySequence.StandardKey.Redo) and not self._can_redo()
        if undoes or redoes:
            event.ignore()
            return True
        return False

    def _can_undo(self) -> bool:
        return False

    def _can_redo(self) -> bool:
        return False


def _pastes_picture(event: QKeyEvent) -> bool:
    """Whether a key pastes what is a picture and nothing else: a table copied with its picture is text."""
    if not event.matches(QKeySequence.StandardKey.Paste):
        return False
    data = QGuiApplication.clipboard().mimeData()
    return data is not None and data.hasImage() and not data.hasText()


def as_typed(value: object) -> str:
    """Return a stored value as a person would type it."""
    return "" if value is None else plain_text(value)


def small(glyph: str, tip: str, clicked: Callable[[], object]) -> QToolButton:
    """Return a square button with a sign on it, beside a field."""
    made = QToolButton()
    made.setObjectName("small")
    made.setIcon(icon(glyph))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda _checked=False: clicked())
    return made
