"""What is filled in after a relation: a text, one or two numbers or days, or some of a list."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from mingqing.catalog.model import Field
from mingqing.core.text import clean, tr
from mingqing.desktop.conditions.relations import Answer, Takes, dates_of, number_of
from mingqing.desktop.look.icons import icon
from mingqing.desktop.table.ticks import TickMenu
from mingqing.desktop.widgets import S, label, restyle, row
from mingqing.store.changes import Value

_TWO = {Takes.NUMBERS, Takes.DATES}
_READ: dict[Takes, Callable[[str], Answer]] = {
    Takes.TEXT: lambda typed: clean(typed) or None,
    Takes.NUMBER: number_of,
    Takes.NUMBERS: number_of,
    Takes.DATE: dates_of,
    Takes.DATES: dates_of,
}
_DAYS = {Takes.DATE, Takes.DATES}


class TickBox(QLineEdit):
    """A box that says which values are ticked in the list it drops down. `changed()` when others are."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ticks = TickMenu(self)
        self.ticks.changed.connect(self._say)
        self.setReadOnly(True)
        self.setPlaceholderText(tr("请选择"))
        self.setAccessibleName(tr("值"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        more = QAction(icon("fa6s.chevron-down", "faint"), tr("打开列表"), self)
        more.triggered.connect(self.open)
        self.addAction(more, QLineEdit.ActionPosition.TrailingPosition)

    def offer(self, entries: Iterable[tuple[Value, str]]) -> None:
        """Offer these values, in these words, none of them ticked."""
        with QSignalBlocker(self.ticks):
            self.ticks.offer((value, words, False) for value, words in entries)
        self.setText("")

    def open(self) -> None:
        """Drop the list down."""
        self.ticks.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _say(self) -> None:
        self.setText("、".join(self.ticks.words_of(key) for key in self.ticks.ticked))
        self.setToolTip(self.text())
        self.setCursorPosition(0)
        self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drop the list down."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Drop the list down by keyboard."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open()
        else:
            super().keyPressEvent(event)


class ValueBox(QWidget):
    """The boxes for one value. `changed()` when it is another."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.takes = Takes.NOTHING
        self.first, self.second, self.ticks = QLineEdit(), QLineEdit(), TickBox()
        self._and, self._unit = label(tr("和"), "muted"), label("", "muted")
        self.first.setAccessibleName(tr("值"))
        self.second.setAccessibleName(tr("到"))
        layout = row(self, gap=S)
        for each in (self.first, self._and, self.second, self.ticks, self._unit):
            layout.addWidget(each, 0 if each in {self._and, self._unit} else 1)
        for box in (self.first, self.second):
            box.textChanged.connect(self._typed)
        self.ticks.changed.connect(self.changed)

    def ask(self, field: Field | None, takes: Takes) -> None:
        """Ask for a value of a field."""
        self.takes = takes
        with QSignalBlocker(self):
            self.first.clear()
            self.second.clear()
            codes = field.codes.codes if field is not None and field.codes is not None else ()
            self.ticks.offer([*((code.value, code.value) for code in codes), (None, tr("没有填写"))])
        for box in (self.first, self.second):
            box.setPlaceholderText("1990-05" if takes in _DAYS else "")
        self._unit.setText((field.unit or "") if field is not None and field.unit != tr("年") else "")
        self.first.setVisible(takes in _READ)
        self._and.setVisible(takes in _TWO)
        self.second.setVisible(takes in _TWO)
        self.ticks.setVisible(takes is Takes.CHOICES)
        self._unit.setVisible(takes in {Takes.NUMBER, Takes.NUMBERS} and bool(self._unit.text()))

    @property
    def answer(self) -> Answer:
        """What is filled in; None while it is not complete, or cannot be understood."""
        if self.takes is Takes.CHOICES:
            return frozenset(self.ticks.ticks.ticked) or None
        if self.takes is Takes.NOTHING:
            return ()
        first = _READ[self.takes](self.first.text())
        if self.takes not in _TWO:
            return first
        second = _READ[self.takes](self.second.text())
        return None if first is None or second is None else (first, second)

    def show_answer(self, answer: Answer) -> None:
        """Fill in what an answer was."""
        if self.takes is Takes.CHOICES:
            self.ticks.ticks.tick(answer)
        elif self.takes is not Takes.NOTHING:
            both = answer if self.takes in _TWO else (answer, None)
            for box, value in zip((self.first, self.second), both, strict=True):
                box.setText(_typed(value))

    def _typed(self) -> None:
        for box in (self.first, self.second):
            wrong = bool(box.text().strip()) and self.takes in _READ and _READ[self.takes](box.text()) is None
            restyle(box, "wrong", "true" if wrong else "false")
            days, numbers = tr("请这样填：1990、1990-05 或 1990-05-06"), tr("请填一个数")
            box.setToolTip((days if self.takes in _DAYS else numbers) if wrong else "")
        self.changed.emit()


def _typed(value: Answer) -> str:
    """Return what one types for a value: of the days of a month or year, that."""
    if isinstance(value, tuple):
        first, last = (str(day or "") for day in value)
        shorter = (first[:length] for length in (4, 7))
        return next((short for short in shorter if dates_of(short) == (first, last)), first)
    return f"{value:.15g}" if isinstance(value, int | float) else str(value or "")
