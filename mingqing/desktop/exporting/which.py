"""Which rows leave: all, those selected on the map, or those that meet a condition that is kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QWidget

from mingqing.core.text import tr
from mingqing.desktop.widgets import choice_box, column

if TYPE_CHECKING:
    from mingqing.store.conditions import Condition
    from mingqing.store.conditions.kept import Asked

_EVERY, _SELECTED = "every", "selected"


class WhichRows(QWidget):
    """A box to choose in; what it means, as `mingqing.export.asked.Asked` takes it.

    selected : the rows that are selected, by table.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selected: Mapping[str, frozenset[int]] = {}
        self._kept: Sequence[tuple[str, Asked]] = ()
        self.box: QComboBox = choice_box(tr("哪些记录"))
        column(self, gap=0).addWidget(self.box)

    def begin(self, selected: Mapping[str, frozenset[int]], may: Collection[str]) -> None:
        """Offer the rows that are selected, of tables that may be handed on; where there are any, they are meant."""
        self.selected = {table: ids for table, ids in selected.items() if table in may}
        self._kept = ()
        self._offer(_SELECTED if self.selected else _EVERY)

    def know(self, kept: "Sequence[tuple[str, Asked]]", may: Collection[str]) -> None:
        """Offer conditions, by name, of tables that may be handed on."""
        self._kept = [(name, asked) for name, asked in kept if asked.table in may]
        self._offer(self._chosen)

    def _offer(self, chosen: str) -> None:
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItem(tr("全部记录"), _EVERY)
            n = sum(map(len, self.selected.values()))
            if n:
                self.box.addItem(tr("只要地图上选中的 {n:,} 条").format(n=n), _SELECTED)
            for at, (name, _) in enumerate(self._kept):
                self.box.addItem(tr("只要符合“{name}”的").format(name=name), str(at))
            self.box.setCurrentIndex(max(self.box.findData(chosen), 0))
        self.box.setEnabled(self.box.count() > 1)

    @property
    def _chosen(self) -> str:
        return str(self.box.currentData())

    @property
    def _condition(self) -> "Asked | None":
        return self._kept[int(self._chosen)][1] if self._chosen.isdigit() else None

    @property
    def anywhere(self) -> bool:
        """Whether villages do not matter: rows were selected one by one."""
        return self._chosen == _SELECTED

    @property
    def tables(self) -> frozenset[str] | None:
        """The tables of which only some rows are meant; no other leaves. None where all rows are."""
        if self._condition is not None:
            return frozenset({self._condition.table})
        return frozenset(self.selected) if self.anywhere else None

    @property
    def among(self) -> Mapping[str, frozenset[int]]:
        """The rows, where they are selected."""
        return self.selected if self.anywhere else {}

    @property
    def where(self) -> "Mapping[str, Condition]":
        """The condition, where there is one."""
        return {} if self._condition is None else {self._condition.table: self._condition.condition}
