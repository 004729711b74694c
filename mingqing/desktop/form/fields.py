"""Fields to type into, to choose in, and to look at alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from mingqing.catalog.model import Field, FieldType, Mask
from mingqing.catalog.rules import told_by_id_number
from mingqing.catalog.values import plain_text
from mingqing.core.text import tr
from mingqing.desktop.card.content import Veil
from mingqing.desktop.card.veiled import VeiledValue
from mingqing.desktop.form.field import FieldWidget, as_typed
from mingqing.desktop.widgets import ValueEdit, button, row

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line

_MOST_LINES = 6
_LINE_PX = 38


class LineField(FieldWidget):
    """One line to type into."""

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = not is_short(line.field)
        self.line = QLineEdit() if line.field.type is FieldType.TEXT else ValueEdit()
        self.line.setMaxLength(2 * line.field.max_length + 2)  # what is pasted beyond is not even looked at
        self._hold(self.line)
        self.line.textEdited.connect(lambda _: self.edited.emit())
        self.show_value(line.value, line.text)

    @property
    def value(self) -> object:
        """What is typed."""
        return self.line.text()

    def show_value(self, value: object, text: str = "") -> None:
        """Show a stored value as it would be typed."""
        shown = text or as_typed(value)
        if shown != self.line.text() or self.line.isModified():
            self.line.setText(shown)

    def _can_undo(self) -> bool:
        return self.line.isUndoAvailable()

    def _can_redo(self) -> bool:
        return self.line.isRedoAvailable()


class TextField(FieldWidget):
    """Text that grows as it is typed, from one line to a few; Enter finishes, Shift+Enter breaks the line."""

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.text = _Text(line.field.max_length + 1)
        self._hold(self.text)
        self._showing = False
        self.text.textChanged.connect(self._changed)
        self.show_value(line.value)

    @property
    def value(self) -> object:
        """What is typed."""
        return self.text.toPlainText()

    def show_value(self, value: object, text: str = "") -> None:
        """Show a stored text."""
        shown = text or as_typed(value)
        if shown != self.text.toPlainText():
            self._showing = True
            self.text.setPlainText(shown)
            self._showing = False

    def _changed(self) -> None:
        if not self._showing:
            self.edited.emit()

    def _can_undo(self) -> bool:
        return self.text.document().isUndoAvailable()

    def _can_redo(self) -> bool:
        return self.text.document().isRedoAvailable()


class _Text(QPlainTextEdit):
    """As high as what is in it; more than `most` characters are never taken in."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self.setObjectName("field")
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._grow)
        self.setFixedHeight(_LINE_PX)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Paste plain text, as much of it as is looked at."""
        self.textCursor().insertText(source.text()[: self._most])

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Break lines anew."""
        super().resizeEvent(event)
        self._grow()

    def _grow(self) -> None:
        lines = max(1, round(self.document().size().height()))
        spacing = QFontMetrics(self.font()).lineSpacing()
        height = _LINE_PX + (min(lines, _MOST_LINES) - 1) * spacing
        if height != self.height():
            self.setFixedHeight(height)
        on = (
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if lines > _MOST_LINES
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        self.setVerticalScrollBarPolicy(on)


class IdNumberField(LineField):
    """An identity number: how many characters are still to come, then what it tells.

    `trusted()` : what it tells is to take the place of what is filled in besides.
    """

    trusted = Signal()

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = True
        self.line.textChanged.connect(lambda _: self._tell())
        self.trust = button(tr("按身份证号改"), self.trusted.emit, "link")
        self.trust.hide()
        self._layout.addWidget(self.trust, 0, Qt.AlignmentFlag.AlignLeft)

    def complain(self, sentence: str, *, firmly: bool = True) -> None:
        """Say what is wrong; while it is being typed, how much is missing."""
        super().complain(sentence, firmly=firmly)
        self._tell()

    def _tell(self) -> None:
        typed = plain_text(self.line.text()).replace(" ", "")
        told = told_by_id_number(typed.upper())
        if told is not None and not self.note:
            self.hint(tr("{day} 出生，{sex}").format(day=told[0], sex=told[1]))
        elif 0 < len(typed) < 18 and self._note.property("kind") != "wrong":
            self._filled_in(tr("已输 {n} 位，共 18 位").format(n=len(typed)))
        elif not self.note:
            self._filled_in(self._help)


class ChoiceField(FieldWidget):
    """A few choices, all in sight, with one for none."""

    def __init__(
        self, line: "Line", options: Sequence[tuple[object, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(line, parent)
        offered = [*options] if line.field.required else [*options, (None, tr("未填"))]
        self.wide = sum(len(title) + 2 for _, title in offered) > 11
        self._values: dict[int, object] = {}
        self.group = QButtonGroup(self)
        frame = QFrame()
        frame.setObjectName("choices")
        boxes = row(frame, margins=(2, 2, 2, 2), gap=2)
        for number, (value, title) in enumerate(offered):
            made = QPushButton(title)
            made.setProperty("kind", "choice")
            made.setProperty("blank", value is None)
            made.setCheckable(True)
            made.setAccessibleName(f"{line.field.title} {title}")
            made.installEventFilter(self)
            self._values[number] = value
            self.group.addButton(made, number)
            boxes.addWidget(made)
        self._watched = frame
        self._inside.addWidget(frame)
        self._inside.addStretch(1)
        self._title.setBuddy(self.group.button(0))
        self.group.idClicked.connect(lambda _: self._choose())
        self.show_value(line.value)

    @property
    def value(self) -> object:
        """What is chosen."""
        return self._values.get(self.group.checkedId())

    def show_value(self, value: object, text: str = "") -> None:  # noqa: ARG002 - the shape of all fields
        """Press the button of a value."""
        number = next((n for n, v in self._values.items() if v == value), -1)
        if number >= 0:
            self.group.button(number).setChecked(True)
        elif (checked := self.group.checkedButton()) is not None:
            self.group.setExclusive(False)
            checked.setChecked(False)
            self.group.setExclusive(True)
        self._lead_tab()

    def _lead_tab(self) -> None:
        """Let Tab come to the button that is pressed, or to the first."""
        pressed = self.group.checkedButton() or self.group.button(0)
        for each in self.group.buttons():
            each.setFocusPolicy(Qt.FocusPolicy.StrongFocus if each is pressed else Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(pressed)

    def _choose(self) -> None:
        self._lead_tab()
        self.edited.emit()
        self.finished.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Choose none by Delete, which else would delete what is selected on the map."""
        if isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                none = next((b for b in self.group.buttons() if b.property("blank")), None)
                if none is not None:
                    none.click()
                return True
        return super().eventFilter(watched, event)

    def _is_enter(self, event: QKeyEvent) -> bool:  # noqa: ARG002
        return False  # it presses the button


class LockedField(FieldWidget):
    """A value that is not to be changed: masked, or only to be looked at; a lock says why."""

    def __init__(self, line: "Line", text: str, parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self._veil = Veil("", 0, line.field.name, line.field.title, line.locked, liftable=False)
        self.wide = len(text) > 12
        self._shown: QWidget = VeiledValue(self._veil, text or tr("没有填写"))
        self._value = line.value
        self._inside.addWidget(self._shown)

    @property
    def value(self) -> object:
        """What was shown."""
        return self._value

    def show_value(self, value: object, text: str = "") -> None:
        """Show another value."""
        self._value = value
        made = VeiledValue(self._veil, text or as_typed(value) or tr("没有填写"))
        self._inside.replaceWidget(self._shown, made)
        self._shown.deleteLater()
        self._shown = made


def is_short(field: Field) -> bool:
    """Whether what is filled in is so short that two such fields stand beside one another."""
    return (
        field.type in {FieldType.INTEGER, FieldType.NUMBER, FieldType.PHONE, FieldType.DATE}
        or field.mask is Mask.NAME
        or field.name.endswith("_no")
    )
