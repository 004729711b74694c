"""The list itself: rows are chosen with the pointer and the keys, in the selection that the map shows too."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from mingqing.core.text import tr
from mingqing.desktop.table.model import Rows

ROW_PX = 28
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_MOVING = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}


class RowsView(QTableView):
    """Shows `Rows`. Which rows are selected is not Qt's to know: 20,000 ranges would make each cell slow to paint.

    Signals
    -------
    chosen(frozenset) : these rows, by id, are to be selected and no others.
    opened(int) : a row is to be seen on the map. copying() : what is selected is to be copied. scrolled().
    pasting(), emptying() : the cells of the block are to be given what the clipboard holds, or nothing.
    """

    chosen = Signal(object)
    opened = Signal(object)  # a row id has 63 bits, an int of Qt 32
    copying = Signal()
    pasting = Signal()
    emptying = Signal()
    scrolled = Signal()

    def __init__(self, model: Rows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = model
        self._anchor = 0
        self._before: frozenset[int] = frozenset()
        self._dragging = False
        self._corner = 0  # of the block: the column, as they are shown, that it begins in
        self.setObjectName("rows")
        self.setModel(model)
        self.setAccessibleName(tr("属性表"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.scrolled.emit())
        model.modelReset.connect(self._start_over)

    @property
    def on_screen(self) -> tuple[int, int]:
        """The first and the last row that can be seen; (0, -1) where there is none."""
        count = self.rows.rowCount()
        if not count:
            return 0, -1
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return max(first, 0), last if last >= 0 else count - 1

    def reveal(self, row: int) -> None:
        """Scroll until a row can be seen, where it cannot."""
        first, last = self.on_screen
        if not first < row < last:
            self.scrollTo(self.rows.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    # ── Cells ──────────────────────────────────────────────────────────────────────────────────────────────

    def let_edit(self, *, on: bool) -> None:
        """Let cells be edited in their place, by double click, F2 or typing."""
        triggers = QAbstractItemView.EditTrigger
        typed = triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        self.setEditTriggers(typed if on else triggers.NoEditTriggers)

    @property
    def edits(self) -> bool:
        """Whether any cell may be edited."""
        return self.editTriggers() != QAbstractItemView.EditTrigger.NoEditTriggers

    @property
    def block(self) -> tuple[list[int], list[int]]:
        """The cells that keys and pasting are about: rows, by number, and columns, in the order they are shown."""
        here = self.currentIndex()
        if not here.isValid():
            return [], []
        header = self.horizontalHeader()
        first, last = sorted((self._corner, header.visualIndex(here.column())))
        columns = [header.logicalIndex(n) for n in range(first, last + 1)]
        chosen = self.rows.selected
        if self.rows.id_at(here.row()) not in chosen or len(chosen) == 1:
            return [here.row()], [at for at in columns if not self.isColumnHidden(at)]
        listed = np.flatnonzero(np.isin(self.rows.ids, np.fromiter(chosen, np.int64))).tolist()
        return listed, [at for at in columns if not self.isColumnHidden(at)]

    def in_block(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether a cell is one of several that keys and pasting are about."""
        here = self.currentIndex()
        if not self.edits or not here.isValid():
            return False
        first, last = sorted((self._corner, self.horizontalHeader().visualIndex(here.column())))
        if not first <= self.horizontalHeader().visualIndex(index.column()) <= last:
            return False
        chosen = self.rows.selected
        if len(chosen) > 1:
            return int(self.rows.ids[index.row()]) in chosen
        return first != last and index.row() == here.row()

    def _reach(self, modifiers: Qt.KeyboardModifier) -> None:
        """Let the block begin in the column that the keys are in, unless it is being extended."""
        if not modifiers & _SHIFT:
            self._corner = self.horizontalHeader().visualIndex(max(self.currentIndex().column(), 0))
        self.viewport().update()

    def _start_over(self) -> None:
        self._anchor, self._dragging = 0, False

    # ── Choosing ───────────────────────────────────────────────────────────────────────────────────────────

    def _choose(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        """Choose a row alone; with Ctrl add it or take it away, with Shift all from the one chosen before."""
        one = frozenset({self.rows.id_at(row)})
        selected = self.rows.selected
        if modifiers & _SHIFT:
            self._extend(row, selected if modifiers & _CONTROL else frozenset())
            return
        self._anchor = row
        self.chosen.emit(selected ^ one if modifiers & _CONTROL else one)

    def _extend(self, row: int, beside: frozenset[int]) -> None:
        first, last = sorted((min(self._anchor, self.rows.rowCount() - 1), row))
        self.chosen.emit(beside | frozenset(self.rows.ids[first : last + 1].tolist()))

    def select_all(self) -> None:
        """Choose every row that is listed."""
        self.chosen.emit(frozenset(self.rows.ids.tolist()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the row below the pointer; on what is selected already, the right button chooses nothing."""
        super().mousePressEvent(event)
        row = self._row_at(event.position().toPoint())
        if row is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self._reach(event.modifiers())
            self._before = self.rows.selected if event.modifiers() & _CONTROL else frozenset()
            self._choose(row, event.modifiers())
            self._dragging = True
        elif event.button() == Qt.MouseButton.RightButton and self.rows.id_at(row) not in self.rows.selected:
            self._choose(row, Qt.KeyboardModifier.NoModifier)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose all that the pointer is drawn over."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not self._dragging or not index.isValid():
            return
        if index.column() != self.currentIndex().column():
            self.setCurrentIndex(index)
            self.viewport().update()
        if index.row() != self._anchor:
            self._extend(index.row(), self._before)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Be done with choosing."""
        super().mouseReleaseEvent(event)
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Edit the cell, where that may be; else show the row on the map."""
        index = self.indexAt(event.position().toPoint())
        if self.edits and index.flags() & Qt.ItemFlag.ItemIsEditable:
            super().mouseDoubleClickEvent(event)
            return
        row = self._row_at(event.position().toPoint())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.rows.id_at(row))

    def _row_at(self, at: QPoint) -> int | None:
        index = self.indexAt(at)
        return index.row() if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move and choose by keyboard; a key that means nothing here is passed on."""
        call = self._called(event)
        if call is not None:
            call()
            return
        before = self.currentIndex()
        moving = event.key() in _MOVING
        super().keyPressEvent(event)
        now = self.currentIndex()
        if now != before:
            self._reach(event.modifiers())
        if moving and now.isValid() and now.row() != (before.row() if before.isValid() else -1):
            self._choose(now.row(), event.modifiers() & _SHIFT)

    def event(self, event: QEvent) -> bool:
        """Keep keys that a cell is edited with from those of the window: digits choose maps, F2 opens the form."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.edits:
            may = bool(self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable)
            plain = not event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier)
            typed = bool(event.text()) and event.text().isprintable()
            if event.key() == Qt.Key.Key_Delete or (
                may and plain and (typed or event.key() == Qt.Key.Key_F2)
            ):
                event.accept()
                return True
        return super().event(event)

    def _called(self, event: QKeyEvent) -> Callable[[], object] | None:
        standard = QKeySequence.StandardKey
        calls: dict[QKeySequence.StandardKey, Callable[[], object]]
        calls = {standard.SelectAll: self.select_all, standard.Copy: self.copying.emit}
        if self.edits:
            calls |= {standard.Paste: self.pasting.emit, standard.Delete: self.emptying.emit}
        for key, call in calls.items():
            if event.matches(key):
                return call
        here = self.currentIndex()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and here.isValid():
            return lambda: self.opened.emit(self.rows.id_at(here.row()))
        if event.key() in {Qt.Key.Key_Home, Qt.Key.Key_End} and self.rows.rowCount():
            return lambda: self._go_to_end(event)
        return None

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        """Look for nothing while somebody types: the rows that are not on screen would be read one by one."""

    def _go_to_end(self, event: QKeyEvent) -> None:
        row = 0 if event.key() == Qt.Key.Key_Home else self.rows.rowCount() - 1
        self.setCurrentIndex(self.rows.index(row, max(self.currentIndex().column(), 0)))
        self._choose(row, event.modifiers() & _SHIFT)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Begin at the first row on screen where the keys have been nowhere yet."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(self.on_screen[0], 0))
