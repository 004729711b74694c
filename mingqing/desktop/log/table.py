"""The log as a table that makes its text only for the lines on screen."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from mingqing.access.audit import REFUSED, Entry
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.look.icons import icon
from mingqing.store.log import TITLES, as_row

_Index = QModelIndex | QPersistentModelIndex
_NUMBERS, OUTCOME, DETAIL, PROOF = frozenset({0, 5}), 6, 7, 8
_PROOF_SHOWN = 12


class LogTable(QAbstractTableModel):
    """Entries under the store's titles; what was refused is tinted and bears a sign."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: Sequence[Entry] = ()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Return the number of entries."""
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's signature
        """Return a cell's text, tint, sign or alignment."""
        entry, at = self.entries[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            text = str(as_row(entry)[at])
            return text[:_PROOF_SHOWN] if at == PROOF else text
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(as_row(entry)[at]) if at >= 4 else None
        if role == Qt.ItemDataRole.TextAlignmentRole and at in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return _look(at, role, refused=entry.outcome == REFUSED)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        """Return a column's title."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(TITLES[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _look(at: int, role: int, *, refused: bool) -> QColor | QIcon | None:
    """Return the colour or sign of a cell: what was refused is told by both, and by its words."""
    if refused and role == Qt.ItemDataRole.BackgroundRole:
        return QColor(colours().danger_soft)
    if refused and at == OUTCOME and role == Qt.ItemDataRole.DecorationRole:
        return icon("fa6s.ban", "danger")
    if role == Qt.ItemDataRole.ForegroundRole:
        if refused and at == OUTCOME:
            return QColor(colours().danger)
        if at in {0, PROOF}:
            return QColor(colours().muted)
    return None
