"""The rows of a table for Qt's view: all of them by id, cells of those on screen, the rest once they come near."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QPixmap

from mingqing.catalog.values import plain_text
from mingqing.desktop.look.colours import colours
from mingqing.desktop.look.icons import icon
from mingqing.desktop.table.columns import Column, Kind
from mingqing.store.changes import Value

PAGE = 200
_KEPT = 60  # pages
_WAITING = "…"
_Index = QModelIndex | QPersistentModelIndex
_Page = Sequence[Sequence[Value] | None]
_NONE = np.empty(0, np.int64)


class Rows(QAbstractTableModel):
    """Answers in constant time and never reads anything itself; a page that is not there shows dots.

    selected : ids of the rows that are tinted.
    editable : names of the columns whose cells may be changed.
    entered : what was typed into cells and is not saved yet, by id and column.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: Sequence[Column] = ()
        self.ids: NDArray[np.int64] = _NONE
        self.selected: frozenset[int] = frozenset()
        self.editable: frozenset[str] = frozenset()
        self.entered: dict[tuple[int, str], str] = {}
        self.sorted: tuple[str, bool] | None = None
        self._pages: OrderedDict[int, _Page] = OrderedDict()
        self._stale: set[int] = set()
        self._saved: set[tuple[int, str]] = set()

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns of the table, and no rows yet."""
        self.beginResetModel()
        self.columns, self.ids = columns, _NONE
        self._forget()
        self.endResetModel()

    def show_ids(self, ids: NDArray[np.int64], sorted_by: tuple[str, bool] | None) -> None:
        """Show these rows; of those that were shown before nothing is kept, for it may have changed."""
        self.beginResetModel()
        self.ids, self.sorted = ids, sorted_by
        self._forget()
        self.endResetModel()

    def _forget(self) -> None:
        self._pages.clear()
        self._stale.clear()
        self._saved.clear()
        self.entered.clear()

    def grow_stale(self) -> None:
        """Show the cells that are known until they have been read again."""
        self._stale.update(self._pages)

    def select(self, ids: frozenset[int]) -> None:
        """Tint these rows."""
        if ids != self.selected:
            self.selected = ids
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.BackgroundRole])

    def missing(self, first: int, last: int) -> dict[int, list[int]]:
        """Return, by number, the ids of the pages of these rows that are not there yet."""
        pages = range(first // PAGE, min(last, len(self.ids) - 1) // PAGE + 1)
        return {
            p: self.ids[p * PAGE : (p + 1) * PAGE].tolist()
            for p in pages
            if p >= 0 and (p not in self._pages or p in self._stale)
        }

    def put(self, pages: Mapping[int, _Page]) -> None:
        """Take the cells of pages, and let those go that were looked at longest ago."""
        while self._saved:
            self.entered.pop(self._saved.pop(), None)
        for number, cells in pages.items():
            self._pages[number] = cells
            self._stale.discard(number)
            first = number * PAGE
            last = min(first + PAGE, len(self.ids)) - 1
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)

    def touch(self, first: int, last: int) -> None:
        """Count the pages of these rows as looked at last."""
        for number in range(first // PAGE, last // PAGE + 1):
            if number in self._pages:
                self._pages.move_to_end(number)

    def row_of(self, ids: Iterable[int]) -> int | None:
        """Return the first row with one of these ids."""
        found = np.flatnonzero(np.isin(self.ids, np.fromiter(ids, np.int64)))
        return int(found[0]) if len(found) else None

    def id_at(self, row: int) -> int:
        """Return the id of a row."""
        return int(self.ids[row])

    def text(self, row: int, column: int) -> str | None:
        """Return what is written in a cell; None where it is not known yet."""
        entered = self.entered.get((self.id_at(row), self.columns[column].name)) if self.entered else None
        if entered is not None:
            return entered
        known, value = self._value(row, column)
        return self.columns[column].text(value) if known else None

    def _value(self, row: int, column: int) -> tuple[bool, Value]:
        """Whether a cell is known, and its value."""
        page = self._pages.get(row // PAGE)
        cells = page[row % PAGE] if page is not None else None
        return page is not None, cells[column] if cells is not None else None

    def enter(self, row: int, column: int, text: str) -> None:
        """Show what was typed into a cell."""
        self.entered[self.id_at(row), self.columns[column].name] = text
        self.dataChanged.emit(self.index(row, column), self.index(row, column))

    def settle(self, row_id: int, name: str) -> None:
        """What was typed into a cell is saved: show it until the cell has been read again."""
        if self._stale:
            self._saved.add((row_id, name))
        else:
            self.entered.pop((row_id, name), None)

    # ── What Qt asks ───────────────────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let the cells of some columns be edited, once they are known."""
        own = super().flags(index)
        if not index.isValid() or self.columns[index.column()].name not in self.editable:
            return own
        known, _ = self._value(index.row(), index.column())
        return own | Qt.ItemFlag.ItemIsEditable if known else own

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's signature
        """Return a cell's text, colours or alignment."""
        row, at = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            text = self.text(row, at)
            return _WAITING if text is None else text
        if role == Qt.ItemDataRole.BackgroundRole:
            return QColor(colours().accent_soft) if self.ids[row].item() in self.selected else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted) if self.columns[at].why or self.text(row, at) is None else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[at])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.text(row, at)
        return self._typed(row, at) if role == Qt.ItemDataRole.EditRole else None

    def _typed(self, row: int, column: int) -> str | None:
        """Return what is in a cell as one would type it: without what divides thousands."""
        value = self._value(row, column)[1]
        return plain_text(value) if isinstance(value, float) else self.text(row, column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        """Return a column's title; a lock stands before it, and the tip says why, where its values are masked."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title + self._arrow(column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.why or column.field.help or None
        if role == Qt.ItemDataRole.DecorationRole and column.why:
            return _lock()
        return None

    def _arrow(self, column: Column) -> str:
        if self.sorted is None or self.sorted[0] != column.name:
            return ""
        return " ↓" if self.sorted[1] else " ↑"


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.kind is Kind.NUMBER else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _lock() -> QPixmap:
    return icon("fa6s.lock", "faint").pixmap(QSize(12, 12))
