"""What is selected, in the map and in the tables at once: rows by table and id."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

Ids = frozenset[int]


class Selection(QObject):
    """The selected rows of the open project.

    Signals
    -------
    changed() : other rows are selected than before.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: dict[str, Ids] = {}
        self._before: dict[str, Ids] = {}

    def of(self, table: str) -> Ids:
        """Return the ids of the selected rows of a table."""
        return self._ids.get(table, frozenset())

    @property
    def tables(self) -> Mapping[str, Ids]:
        """The tables that have selected rows, with their ids."""
        return self._ids

    def __len__(self) -> int:
        return sum(map(len, self._ids.values()))

    def choose(self, chosen: Mapping[str, Iterable[int]]) -> None:
        """Select these rows and no others, of any table."""
        now = {table: frozenset(ids) for table, ids in chosen.items()}
        self._become({table: ids for table, ids in now.items() if ids})

    def choose_in(self, table: str, ids: Iterable[int]) -> None:
        """Select these rows of a table in place of those selected of it."""
        self.choose({**self._ids, table: ids})

    def add(self, more: Mapping[str, Iterable[int]]) -> None:
        """Select these rows too."""
        self.choose({table: self.of(table).union(more.get(table, ())) for table in {**self._ids, **more}})

    def remove(self, less: Mapping[str, Iterable[int]]) -> None:
        """Select these rows no longer."""
        self.choose({table: ids.difference(less.get(table, ())) for table, ids in self._ids.items()})

    def clear(self) -> None:
        """Select nothing."""
        self.choose({})

    @property
    def can_restore(self) -> bool:
        """Whether something was selected before what is selected now."""
        return bool(self._before)

    def restore(self) -> None:
        """Select what was selected before; once more, what is selected now."""
        if self._before:
            self._become(self._before)

    def forget(self) -> None:
        """Select nothing, with no way back: another project has other rows."""
        self.clear()
        self._before = {}

    def _become(self, ids: dict[str, Ids]) -> None:
        if ids != self._ids:
            self._before, self._ids = self._ids or self._before, ids
            self.changed.emit()
