"""Rows as they were, found by taking changes back from what is there now; no further than the policy lets one see.

A row is told of while it was in the account's villages, and not at all where it is in another one now, or was when it
was deleted. Cells are shown as the views would show them: absent, masked or whole.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.store.edit import SHAPE
from mingqing.store.geometry import decode
from mingqing.store.history.changesets import Cells, Changesets, RowChange
from mingqing.store.owner import owner
from mingqing.store.unique import VILLAGE

if TYPE_CHECKING:
    import apsw

    from mingqing.store.session import Session

Key = tuple[str, int]
State = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a row, with the whole row before and after it; None where it was not there."""

    seq: int
    change: RowChange
    before: State
    after: State


class Past:
    """Reads the past of one project for one account."""

    def __init__(self, session: "Session", database: "apsw.Connection") -> None:
        self.session, self.policy, self.database = session, session.policy, database
        self.changesets = Changesets(database)
        self._columns: dict[str, dict[str, Column]] = {}

    def sees(self, table: str) -> bool:
        """Whether the account may see rows of a table."""
        return self.policy.allowed(table, Action.SEE)

    def within(self, *states: State) -> bool:
        """Whether a row was in the account's villages in each of these states in which it was there."""
        return all(s is None or self.policy.in_scope(s.get(VILLAGE)) for s in states)

    def now(self, table: str, ids: Iterable[int]) -> dict[int, State]:
        """Return rows as they lie in the file, whole."""
        return self.whole(table, "id IN (SELECT value FROM json_each(?))", json.dumps(list(ids)))

    def whole(self, table: str, where: str, value: str | None) -> dict[int, State]:
        """Return rows as they lie in the file, whole; `where` is SQL with one question mark."""
        names = self.changesets.columns(table)
        found = self.database.execute(f'SELECT * FROM main."{table}" WHERE {where}', (value,))
        return {r[0]: dict(zip(names[1:], r[1:], strict=True)) for r in found}

    def touches(self, table: str, ids: Iterable[int], *, since: int = 0) -> dict[int, list[int]]:
        """Return the numbers of the changes after `since` that touched rows, newest first."""
        sql = (
            "SELECT row, seq FROM mq_touched WHERE name = ? AND row IN (SELECT value FROM json_each(?))"
            " AND seq > ? ORDER BY seq DESC"
        )
        found: defaultdict[int, list[int]] = defaultdict(list)
        for row, seq in self.database.execute(sql, (table, json.dumps(list(ids)), since)):
            found[row].append(seq)
        return found

    def read(self, wanted: Mapping[int, Collection[Key]]) -> dict[tuple[int, str, int], RowChange]:
        """Return what changes did to rows: `wanted` by number of the change; what was erased is left out."""
        return {
            (seq, change.table, change.row): change
            for seq, keys in wanted.items()
            for change in self.changesets.read(seq)
            if (change.table, change.row) in keys
        }

    def steps(self, table: str, now: Mapping[int, State], *, since: int = 0) -> dict[int, list[Step]]:
        """Return the changes of rows after `since`, newest first; `now` has None for those that are gone."""
        touched = self.touches(table, now, since=since)
        wanted: defaultdict[int, set[Key]] = defaultdict(set)
        for row, numbers in touched.items():
            for seq in numbers:
                wanted[seq].add((table, row))
        changes = self.read(wanted)
        return {
            row: list(_walk(table, row, state, touched.get(row, ()), changes)) for row, state in now.items()
        }

    def shown(self, table: Table, cells: Cells) -> dict[str, object]:
        """Return the cells of a row that the account may see, as it sees them, without the shape."""
        if table.name not in self._columns:
            asked = {n: self.policy.column(table.name, n) for n in table.field_by_name}
            self._columns[table.name] = {n: how for n, how in asked.items() if how is not Column.ABSENT}
        seen = self._columns[table.name]
        return {
            n: v if seen[n] is Column.CLEAR else self.policy.shown(table.name, n, v)
            for n, v in cells.items()
            if n in seen
        }


def _walk(
    table: str,
    row: int,
    now: State,
    numbers: Iterable[int],
    changes: Mapping[tuple[int, str, int], RowChange],
) -> Iterator[Step]:
    state = now
    for seq in numbers:
        change = changes.get((seq, table, row))
        if change is None:
            continue
        before = None if change.before is None else {**(state or {}), **change.before}
        after = None if change.after is None else state or dict(change.after)
        yield Step(seq, change, before, after)
        state = before


@contextmanager
def past(session: "Session") -> Iterator[Past]:
    """Give what reads the past of a session's project."""
    with owner(session, spatial=False) as database:
        yield Past(session, database)


def shape_of(cells: Cells | None) -> shapely.Geometry | None:
    """Return the shape among cells; None where there is none."""
    blob = (cells or {}).get(SHAPE)
    return decode([blob])[0] if isinstance(blob, bytes) else None
