"""The versions of a row: who changed what of it, when, and why; and the rows that one action changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import shapely

from mingqing.access.audit import Act
from mingqing.catalog.model import STAMPS, FieldType, Table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.history.changesets import Cells
from mingqing.store.history.past import Key, Past, Step, past, shape_of

if TYPE_CHECKING:
    from mingqing.store.session import Session

STAMPED = STAMPS | {"source"}
"""What a change puts into a row by itself, and is told of otherwise."""


class Did(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after, as the account sees it: typed values, masked ones as masks."""

    field: str
    title: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Version:
    """What one change did to one row.

    seq : the number of the change; 0 for the import, or work package, that brought the row.
    at : ISO 8601. kind : an `Act`, or another.
    changes : in the order of the form. before, after : the shape, project CRS; both None where it stayed as it was.
    row : the row after, or where it was deleted before, as the account sees it: names it.
    source : the file that brought it.
    """

    table: str
    id: int
    seq: int
    at: str
    by: str
    why: str
    kind: str
    did: Did
    changes: tuple[FieldChange, ...]
    before: shapely.Geometry | None
    after: shapely.Geometry | None
    row: Mapping[str, object]
    source: str = ""

    @property
    def reshaped(self) -> bool:
        """Whether the shape is another than before."""
        return self.before is not None or self.after is not None


def of_row(session: "Session", table: str, row_id: int) -> list[Version]:
    """Return the versions of a row, newest first, down to what brought it; none where it is not the account's."""
    with past(session) as found:
        return versions(found, {table: [row_id]}).get((table, row_id), [])


def of_action(session: "Session", seq: int, *, village: str | None = None, limit: int = 200) -> list[Version]:
    """Return what one change did to rows of a village, or of all of the account's; by table and id.

    What an import added is not told row by row.
    """
    with past(session) as found:
        sql = "SELECT name, row FROM mq_touched WHERE seq = ?1 AND (?2 IS NULL OR village = ?2) LIMIT ?3"
        keys: dict[str, list[int]] = {}
        for table, row in found.database.execute(sql, (seq, village, limit)):
            keys.setdefault(table, []).append(row)
        rows = versions(found, keys)
    return [v for key in sorted(rows) for v in rows[key] if v.seq == seq]


def cells_before(session: "Session", table: str, row_id: int, seq: int) -> Cells:
    """Return the cells of a row that a change changed, as they were before it; a shape as it lies in the file.

    Raises
    ------
    InputRefused
        where that change did not change the row, or is not the account's to see.
    """
    with past(session) as found:
        for step in _steps(found, table, [row_id]).get(row_id, []):
            if step.seq == seq and step.change.before is not None and found.within(step.before, step.after):
                return step.change.before
    raise InputRefused(tr("找不到这一次修改前的内容"))


def _steps(found: Past, table: str, ids: Iterable[int]) -> dict[int, list[Step]]:
    """Return the changes of rows that are the account's, newest first."""
    if not found.sees(table):
        return {}
    there = found.now(table, ids)
    steps = found.steps(table, {i: there.get(i) for i in ids})
    return {
        row: taken
        for row, taken in steps.items()
        if found.within(there[row] if row in there else taken[0].before if taken else {})
    }


def versions(found: Past, keys: Mapping[str, Collection[int]]) -> dict[Key, list[Version]]:
    """Return the versions of rows, by table and id, newest first; those that are not the account's are left out."""
    told = _Acts(found)
    made: dict[Key, list[Version]] = {}
    for table, ids in keys.items():
        definition = found.session.catalog.tables[table]
        there = found.now(table, ids) if found.sees(table) else {}
        for row, steps in _steps(found, table, ids).items():
            told_of = [
                _version(found, definition, row, step, told)
                for step in steps
                if found.within(step.before, step.after)
            ]
            first = steps[-1].before if steps else there.get(row)
            if first is not None and found.within(first):
                told_of.append(_arrival(found, definition, row, first))
            made[(table, row)] = told_of
    return made


class _Acts:
    """Reads who did a change, when and why, each once."""

    def __init__(self, found: Past) -> None:
        self._found = found
        self._known: dict[int, tuple[str, str, str, str]] = {}

    def __getitem__(self, seq: int) -> tuple[str, str, str, str]:
        if seq not in self._known:
            sql = "SELECT at, account, why, kind FROM mq_change WHERE seq = ?"
            at, by, why, kind = self._found.database.execute(sql, (seq,)).get
            self._known[seq] = (at, by, why, kind)
        return self._known[seq]


def _version(found: Past, table: Table, row: int, step: Step, told: _Acts) -> Version:
    before, after = step.change.before, step.change.after
    did = Did.ADDED if before is None else Did.REMOVED if after is None else Did.CHANGED
    at, by, why, kind = told[step.seq]
    shown = found.shown(table, step.after or step.before or {})
    brought = did is Did.ADDED and kind == Act.IMPORT
    return Version(
        *(table.name, row, step.seq, at, by, why, kind, did),
        tuple(_changes(found, table, before or {}, after or {})),
        shape_of(before),
        shape_of(after),
        shown,
        str(shown.get("source") or "") if brought else "",
    )


def _arrival(found: Past, table: Table, row: int, first: dict[str, Any]) -> Version:
    """Return the version of a row that an import, or the making of a work package, brought."""
    at, by = str(first.get("created_at") or ""), str(first.get("created_by") or "")
    shown = found.shown(table, first)
    changes = tuple(_changes(found, table, {}, first))
    told = (table.name, row, 0, at, by, tr("导入"), Act.IMPORT.value, Did.ADDED, changes)
    return Version(*told, None, shape_of(first), shown, str(shown.get("source") or ""))


def _changes(found: Past, table: Table, before: Cells, after: Cells) -> Iterator[FieldChange]:
    old, new = found.shown(table, before), found.shown(table, after)
    for field in (*table.fields, *table.common):
        name = field.name
        if name in STAMPED or field.type is FieldType.DATA:
            continue
        if before.get(name) is None and after.get(name) is None:
            continue
        if name in old or name in new:
            yield FieldChange(name, field.title, old.get(name), new.get(name))
