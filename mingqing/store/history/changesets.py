"""What changes did to rows, read out of their changesets."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import apsw

Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one change did to one row.

    before, after : cells by column but for the id, shapes as SpatiaLite BLOBs. Of a row that was added or deleted one
    is None and the other the whole row; else each has the cells that changed.
    """

    table: str
    row: int
    before: Cells | None
    after: Cells | None


@dataclass(slots=True)
class Changesets:
    """Reads the changes of one project on its owner's connection."""

    database: apsw.Connection
    _columns: dict[str, list[str]] = field(default_factory=dict)

    def read(self, seq: int) -> Iterator[RowChange]:
        """Yield what the change `seq` did, row by row."""
        packed = self.database.execute("SELECT changeset FROM mq_change WHERE seq = ?", (seq,)).get
        for each in apsw.Changeset.iter(zlib.decompress(packed)):
            row = int((each.old or each.new or (0,))[0])  # type: ignore[arg-type]
            yield RowChange(
                each.name, row, self._cells(each.name, each.old), self._cells(each.name, each.new)
            )

    def _cells(self, table: str, side: tuple[Any, ...] | None) -> Cells | None:
        if side is None:
            return None
        names = self.columns(table)  # an older changeset has the first of them
        return {n: v for n, v in zip(names, side, strict=False) if v is not apsw.no_change and n != "id"}

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table as they lie in the file."""
        if table not in self._columns:
            self._columns[table] = [r[1] for r in self.database.execute(f'PRAGMA table_info("{table}")')]
        return self._columns[table]
