"""A village as it was at a time, and what became of it between two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from mingqing.access.audit import Act
from mingqing.catalog.model import FieldType, Table
from mingqing.core.features import Features
from mingqing.store.edit import SHAPE
from mingqing.store.history.past import Past, State, past, shape_of
from mingqing.store.history.versions import STAMPED, FieldChange
from mingqing.store.unique import VILLAGE

if TYPE_CHECKING:
    from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is other at one time than at another.

    before, after : the row as the account sees it, None where it was not there. changes : of one that was both times.
    old, new : its shape, project CRS; both None where it stayed as it was.
    """

    table: str
    id: int
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    changes: tuple[FieldChange, ...]
    old: shapely.Geometry | None
    new: shapely.Geometry | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the rows of a table between two times."""

    added: tuple[Difference, ...]
    removed: tuple[Difference, ...]
    changed: tuple[Difference, ...]


def at(session: "Session", table: str, village: str, when: datetime) -> Features:
    """Return the rows of a village as they were at a time, by id, with all columns that the account sees."""
    definition = session.catalog.tables[table]
    with past(session) as found:
        rows = _rows_at(found, table, village, _last_before(found, when))
        shown = {i: found.shown(definition, cells) for i, cells in sorted(rows.items())}
        names = [n for n in definition.column_names if any(n in cells for cells in shown.values())]
    geometry = np.empty(len(shown), dtype=object)
    geometry[:] = [shape_of(rows[i]) for i in shown]
    columns = {n: [cells.get(n) for cells in shown.values()] for n in names}
    return Features(np.array(list(shown), dtype=np.int64), geometry, columns)


def compare(session: "Session", village: str, table: str, when1: datetime, when2: datetime) -> Comparison:
    """Return what became of the rows of a village from one time to another."""
    definition = session.catalog.tables[table]
    with past(session) as found:
        one, two = (_rows_at(found, table, village, _last_before(found, w)) for w in (when1, when2))
        both = one.keys() & two.keys()
        other = (_difference(found, definition, i, one[i], two[i]) for i in sorted(both) if one[i] != two[i])
        return Comparison(
            tuple(_difference(found, definition, i, None, two[i]) for i in sorted(two.keys() - both)),
            tuple(_difference(found, definition, i, one[i], None) for i in sorted(one.keys() - both)),
            tuple(d for d in other if d.changes or d.old is not None or d.new is not None),
        )


def _difference(found: Past, table: Table, row: int, one: State, two: State) -> Difference:
    before, after = (None if s is None else found.shown(table, s) for s in (one, two))
    changes = (
        FieldChange(f.name, f.title, before.get(f.name), after.get(f.name))
        for f in (*table.fields, *table.common)
        if before is not None and after is not None and f.name not in STAMPED
        if f.type is not FieldType.DATA
        if before.get(f.name) != after.get(f.name)
    )
    old, new = shape_of(one), shape_of(two)
    if one is not None and two is not None and one.get(SHAPE) == two.get(SHAPE):
        old = new = None
    return Difference(table.name, row, before, after, tuple(changes), old, new)


def _last_before(found: Past, when: datetime) -> int:
    """Return the number of the last change made by a time.

    Changes are in the order of their numbers. A clock that was set back for a while stamps some of them too early:
    they count as made when the one before them was.
    """
    sql = "SELECT min(seq) - 1 FROM mq_change WHERE julianday(at) > julianday(?)"
    last = found.database.execute(sql, (when.astimezone().isoformat(timespec="seconds"),)).get
    return last if last is not None else found.database.execute("SELECT max(seq) FROM mq_change").get or 0


def _rows_at(found: Past, table: str, village: str, last: int) -> dict[int, dict[str, Any]]:
    """Return the rows of a village as they were after the change `last`, whole."""
    if not (found.sees(table) and found.policy.in_scope(village)):
        return {}
    there = found.whole(table, f'"{VILLAGE}" = ?', village)
    sql = "SELECT DISTINCT row FROM mq_touched WHERE village = ? AND seq > ? AND name = ?"
    moved = {r for (r,) in found.database.execute(sql, (village, last, table))} - there.keys()
    now: dict[int, State] = {**there, **dict.fromkeys(moved), **found.now(table, moved)}
    steps = found.steps(table, now, since=last)
    later = _imports_after(found, last)
    rows = {}
    for row, state in now.items():
        taken = steps.get(row, [])
        latest = state if state is not None else taken[0].before if taken else None
        then = taken[-1].before if taken else state
        if latest is None or then is None or not found.within(latest) or then.get(VILLAGE) != village:
            continue
        if (then.get("created_at"), then.get("created_by")) not in later:
            rows[row] = then
    return rows


def _imports_after(found: Past, last: int) -> set[tuple[str, str]]:
    """Return time and account of the imports after a change: by these the rows tell that they brought them."""
    sql = "SELECT at, account FROM mq_change WHERE kind = ? AND seq > ?"
    return {(at, by) for at, by in found.database.execute(sql, (Act.IMPORT, last))}
