"""The line of boxes below the titles of a table, one for each column, that says which rows are wanted."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QMenu, QWidget

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.desktop.look.icons import icon
from mingqing.desktop.table.asking import asked
from mingqing.desktop.table.columns import Column, Kind
from mingqing.desktop.table.ticks import TickMenu
from mingqing.desktop.widgets import restyle, rounded
from mingqing.store.changes import Value
from mingqing.store.conditions import Filled, Filter, OneOf

_TYPING_MS = 250
_BOX_PX, _GAP = 32, 4
_HINTS = {Kind.NUMBER: "2-5、>3", Kind.DATE: "1990、1980-1990"}


class FilterBox(QLineEdit):
    """Asks for the rows of one column. `changed()` when others are wanted; while somebody types, only at a pause."""

    changed = Signal()

    def __init__(self, column: Column, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = column
        self._filled: bool | None = None
        self.ticks = TickMenu(self)
        self.setObjectName("filter")
        self.setAccessibleName(tr("筛选“{title}”").format(title=column.title))
        self._choosing = column.kind is Kind.CHOICE
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_MS)
        self._pause.timeout.connect(self.changed)
        more = QAction(icon("fa6s.chevron-down", "faint"), tr("更多筛选"), self)
        more.triggered.connect(self.open)
        self.addAction(more, QLineEdit.ActionPosition.TrailingPosition)
        if self._choosing:
            self.ticks.offer((value, words, True) for value, words in column.choices.items())
            self.ticks.changed.connect(self._ticked)
            self.setReadOnly(True)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.textEdited.connect(self._typed)
            self.textChanged.connect(lambda text: None if text else self._typed())
        self._hint()

    @property
    def filter(self) -> Filter | None:
        """What is asked for; None where every row is wanted, or what was typed cannot be understood."""
        if self._filled is not None:
            return Filled(self.column.name, self._filled)
        if self._choosing:
            return None if self.ticks.all_ticked else OneOf(self.column.name, self._values)
        try:
            return asked(self.column, self.text())
        except InputRefused:
            return None

    @property
    def _values(self) -> frozenset[Value]:
        return frozenset(value for value in self.column.choices if value in self.ticks.ticked)

    def want_all(self) -> None:
        """Want every row."""
        self._filled = None
        if self._choosing:
            self.ticks.tick(self.column.choices)
        else:
            self.clear()
        self._hint()

    def want(self, *, filled: bool | None) -> None:
        """Want the rows that have a value, or have none; None for every row."""
        self._filled = filled
        self.clear()
        self._hint()
        self.changed.emit()

    def open(self) -> None:
        """Drop down what can be chosen."""
        menu = self.ticks if self._choosing else self._menu()
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _menu(self) -> QMenu:
        made = rounded(QMenu(self))
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, filled in ((tr("全部"), None), (tr("有填写的"), True), (tr("没有填写的"), False)):
            entry = made.addAction(words)
            entry.setCheckable(True)
            entry.setChecked(filled is self._filled)
            entry.triggered.connect(lambda _on=False, wanted=filled: self.want(filled=wanted))
        return made

    def _typed(self, _text: str = "") -> None:
        self._filled = None
        self._hint()
        self._pause.start()

    def _ticked(self) -> None:
        self._hint()
        self.changed.emit()

    def _hint(self) -> None:
        """Say what is asked for, or may be."""
        if self._choosing:
            chosen = [self.ticks.words_of(key) for key in self.ticks.ticked]
            self.setText("" if self.ticks.all_ticked else "、".join(chosen) or tr("都不要"))
            self.setPlaceholderText(tr("全部"))
            return
        words = {True: tr("有填写的"), False: tr("没有填写的")}
        self.setPlaceholderText(words.get(self._filled, _HINTS.get(self.column.kind, tr("含…"))))  # type: ignore[arg-type]
        wrong = ""
        try:
            asked(self.column, self.text())
        except InputRefused as error:
            wrong = str(error)
        restyle(self, "wrong", "true" if wrong else "false")
        self.setToolTip(wrong)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drop down what can be chosen, where nothing is typed."""
        super().mousePressEvent(event)
        if self._choosing and event.button() == Qt.MouseButton.LeftButton:
            self.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Drop down what can be chosen, by keyboard."""
        keys = {Qt.Key.Key_Down, *({Qt.Key.Key_Space, Qt.Key.Key_Return} if self._choosing else ())}
        if event.key() in keys:
            self.open()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Offer to ask for rows with or without a value."""
        self.open()
        event.accept()


class FilterHeader(QHeaderView):
    """The titles of a table, and below them a `FilterBox` each. `changed()` when other rows are wanted."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.boxes: list[FilterBox] = []
        self._open = True
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(True)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for signal in (self.sectionResized, self.sectionMoved, self.sectionCountChanged):
            signal.connect(lambda *_: self._place())

    def offer(self, columns: Sequence[Column]) -> None:
        """Have a box for each of these."""
        for box in self.boxes:
            box.hide()
            box.deleteLater()
        self.boxes = [FilterBox(column, self) for column in columns]
        for box in self.boxes:
            box.changed.connect(self.changed)
        self._place()

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What is asked for in all boxes."""
        return tuple(found for box in self.boxes if (found := box.filter) is not None) if self._open else ()

    def want_all(self) -> None:
        """Want every row."""
        if self._filters_if_open():
            for box in self.boxes:
                box.blockSignals(True)  # noqa: FBT003 - one change, not one a box
                box.want_all()
                box.blockSignals(False)  # noqa: FBT003
            self.changed.emit()

    def open(self, *, on: bool) -> None:
        """Show the boxes; while they are hidden, nothing is asked for."""
        if on != self._open:
            asked_for = bool(self._filters_if_open())
            self._open = on
            self.updateGeometries()
            self.updateGeometry()
            self._place()
            if asked_for:
                self.changed.emit()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Have room for the boxes."""
        hint = super().sizeHint()
        return QSize(hint.width(), hint.height() + (_BOX_PX + 2 * _GAP if self._open else 0))

    def updateGeometries(self) -> None:  # noqa: N802
        """Keep the titles above the boxes."""
        below = _BOX_PX + 2 * _GAP if self._open else 0
        self.setViewportMargins(0, 0, 0, below)
        super().updateGeometries()
        self._place()

    def place(self) -> None:
        """Move the boxes to where their columns are, after scrolling sideways."""
        self._place()

    def _place(self) -> None:
        top = self.height() - _BOX_PX - _GAP
        for at, box in enumerate(self.boxes):
            seen = self._open and at < self.count() and not self.isSectionHidden(at)
            if seen:
                left, width = self.sectionViewportPosition(at), self.sectionSize(at)
                box.setGeometry(left + _GAP, top, max(width - 2 * _GAP, 0), _BOX_PX)
            box.setVisible(seen)

    def _filters_if_open(self) -> list[Filter]:
        return [found for box in self.boxes if (found := box.filter) is not None]
