"""A widget for each type of field, all of one shape, so that a form need not know which is which."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QEvent, QMimeData, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCalendarWidget,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from mingqing.catalog.model import Field, FieldType, Mask
from mingqing.catalog.rules import told_by_id_number
from mingqing.catalog.values import ValueRefusedError, parse, plain_text
from mingqing.core.text import tr
from mingqing.desktop.card.content import Veil
from mingqing.desktop.card.veiled import VeiledValue
from mingqing.desktop.look.corners import SHEET_PX, round_corners
from mingqing.desktop.look.icons import icon
from mingqing.desktop.widgets import S, button, column, label, restyle, row

if TYPE_CHECKING:
    from mingqing.desktop.form.content import Line

_MOST_LINES = 6
_FEW = 5  # codes that are shown as buttons
_LINE_PX = 38


class FieldWidget(QWidget):
    """A field of a form: its title, where it is filled in, and the line below that helps or complains.

    Signals
    -------
    edited() : something else is in it, not necessarily finished. finished() : it was left, or a choice was made.

    wide : whether it takes the whole width of the form.
    """

    edited = Signal()
    finished = Signal()
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


class LineField(FieldWidget):
    """One line to type into."""

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = not (_is_short(line.field))
        self.line = QLineEdit()
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


class DateField(LineField):
    """A day, typed as people write it or chosen in a calendar; a month or a year alone will do."""

    wide = False

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = False
        self.line.setPlaceholderText(tr("如 1990.3.7 或 1990"))
        self._popup: QFrame | None = None
        self._inside.addWidget(
            small("fa6s.calendar-days", tr("在日历上选{title}").format(title=line.field.title), self._open)
        )

    def _open(self) -> None:
        """Drop the calendar down, on the day that is typed."""
        popup, calendar = _calendar(self)
        calendar.clicked.connect(self._take)
        calendar.activated.connect(self._take)
        try:
            day = QDate.fromString(str(parse(self.field, self.line.text()) or ""), Qt.DateFormat.ISODate)
        except ValueRefusedError:
            day = QDate()
        calendar.setSelectedDate(day if day.isValid() else QDate.currentDate())
        self._popup = popup
        popup.adjustSize()
        corner = self.line.mapToGlobal(QPoint(0, self.line.height() + 4))
        room = self.screen().availableGeometry()
        corner.setX(min(corner.x(), room.right() - popup.width()))
        corner.setY(min(corner.y(), room.bottom() - popup.height()))
        popup.move(corner)
        popup.show()
        calendar.setFocus()

    def _take(self, day: QDate) -> None:
        if self._popup is not None:
            self._popup.close()
            self._popup = None
        self.line.setText(day.toString(Qt.DateFormat.ISODate))
        self.edited.emit()
        self.finished.emit()
        self.line.setFocus()


def _calendar(parent: QWidget) -> tuple[QFrame, QCalendarWidget]:
    popup = QFrame(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
    popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    round_corners(popup, SHEET_PX)
    sheet = QFrame()
    sheet.setObjectName("sheet")
    column(popup).addWidget(sheet)
    calendar = QCalendarWidget()
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
    column(sheet, margins=(S, S, S, S)).addWidget(calendar)
    return popup, calendar


class IdNumberField(LineField):
    """An identity number: how many characters are still to come, then what it tells.

    `trusted()` : what it tells is to take the place of what is filled in besides.
    """

    trusted = Signal()

    def __init__(self, line: "Line", parent: QWidget | None = None) -> None:
        super().__init__(line, parent)
        self.wide = True
        self.line.textChanged.connect(lambda _: self._tell())
        self.trust = button(tr("按身份证号改"), self.trusted.emit, "inline")
        self.trust.hide()
        self._layout.addWidget(self.trust)

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
        first = self.group.button(0)
        self.setFocusProxy(first)
        self._title.setBuddy(first)
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

    def _choose(self) -> None:
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


def _is_short(field: Field) -> bool:
    return (
        field.type in {FieldType.INTEGER, FieldType.NUMBER, FieldType.PHONE, FieldType.DATE}
        or field.mask is Mask.NAME
        or field.name.endswith("_no")
    )


def _text(line: "Line") -> FieldWidget:
    field = line.field
    return LineField(line) if field.search or field.mask is not None or _is_short(field) else TextField(line)


def _boolean(line: "Line") -> FieldWidget:
    return ChoiceField(line, [(1, tr("是")), (0, tr("否"))])


def _code(line: "Line") -> FieldWidget:
    from mingqing.desktop.form.picking import CodeField

    if len(line.options) <= _FEW:
        return ChoiceField(line, [(o.value, o.title) for o in line.options])
    return CodeField(line)


def _reference(line: "Line") -> FieldWidget:
    from mingqing.desktop.form.picking import ReferenceField

    return ReferenceField(line)


# One for each type of field: what fills it in.
WIDGETS: Mapping[FieldType, Callable[["Line"], FieldWidget]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: LineField,
    FieldType.NUMBER: LineField,
    FieldType.PHONE: LineField,
    FieldType.DATE: DateField,
    FieldType.ID_NUMBER: IdNumberField,
    FieldType.BOOLEAN: _boolean,
    FieldType.CODE: _code,
    FieldType.REFERENCE: _reference,
}


def widget_of(line: "Line") -> FieldWidget:
    """Return the widget of a field, with its value in it."""
    if line.locked:
        return LockedField(line, line.text or _shown(line))
    return WIDGETS[line.field.type](line)


def _shown(line: "Line") -> str:
    if line.field.type is FieldType.BOOLEAN and line.value is not None:
        return tr("是") if line.value else tr("否")
    return as_typed(line.value)
