"""The rows that are checked: of what the account sees, no more than it sees whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import STAMPS, FieldType, Table
from mingqing.core.text import tr
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.store.geometry import decode
from mingqing.store.session import Session

VILLAGE, CODE = "village", "village_code"
Ids = NDArray[np.int64]
Shapes = NDArray[np.object_]

_UNREAD = STAMPS | {"source"}
_UNTYPED = frozenset({FieldType.PHOTO, FieldType.DATA})


@dataclass(frozen=True)
class Rows:
    """`n` rows of one table.

    columns : n stored values of each field that the account sees whole, and of no other.
    shapes : (n,) of the rows themselves, project's CRS, None where one has none; None for a table without.
    """

    table: Table
    ids: Ids
    columns: Mapping[str, Sequence[Any]]
    shapes: Shapes | None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def sound(self) -> NDArray[np.intp]:
        """Which rows have a shape that can be computed with."""
        if self.shapes is None:
            return np.empty(0, np.intp)
        return np.flatnonzero(shapely.is_valid(self.shapes) & ~shapely.is_empty(self.shapes))

    def village(self, row: int) -> str | None:
        """Return the village code of a row."""
        code = self.columns[CODE][row] if CODE in self.columns else None
        return None if code is None else str(code)

    def name(self, row: int) -> str:
        """Return what a row is called in a sentence: by its title, where that may be seen, else by its id."""
        title = self.columns.get(self.table.title_field, {row: None})[row]
        if title in {None, ""}:
            return tr("{table}（民情标识 {id}）").format(table=self.table.title, id=self.ids[row])
        return tr("{table}“{name}”").format(table=self.table.title, name=str(title)[:40])

    def field_title(self, name: str) -> str:
        """Return what a field is called."""
        return self.table.field_by_name[name].title

    def finding(
        self,
        kind: Kind,
        level: Level,
        row: int,
        said: str,
        *,
        of: str | None = None,
        at: Sequence[float] | None = None,
    ) -> Finding:
        """Return a finding about one row.

        said : the sentence after the row's name. of : the field. at : where to look, else the middle of the row's box.
        """
        x, y = at if at is not None else self._middle(row)
        return Finding(
            kind,
            level,
            self.table.name,
            int(self.ids[row]),
            self.village(row),
            of,
            self.name(row) + said,
            (float(x), float(y)) if np.isfinite([x, y]).all() else None,
        )

    def _middle(self, row: int) -> tuple[float, float]:
        shape = None if self.shapes is None else self.shapes[row]
        if shape is None:
            return np.nan, np.nan
        xmin, ymin, xmax, ymax = shape.bounds
        return (xmin + xmax) / 2, (ymin + ymax) / 2

    def take(self, which: NDArray[np.bool_]) -> "Rows":
        """Return some of the rows."""
        at = np.flatnonzero(which).tolist()
        columns = {name: [values[i] for i in at] for name, values in self.columns.items()}
        return Rows(self.table, self.ids[which], columns, None if self.shapes is None else self.shapes[which])


@dataclass(frozen=True)
class Scope:
    """What is to be checked, and what of it the account may be told.

    villages : codes; None for all that the account sees. among : ids by table; a table that is not in it is whole.
    action : what is seen whole counts only where it is whole for this too, as for a list that is handed out.
    """

    session: Session
    villages: tuple[str, ...] | None = None
    among: Mapping[str, Collection[int]] = field(default_factory=dict)
    action: Action = Action.SEE

    def allows(self, table: str) -> bool:
        """Whether anything may be told of a table."""
        return all(self.session.policy.allowed(table, a) for a in (Action.SEE, self.action))

    def clear(self, table: str, name: str) -> bool:
        """Whether a field may be told whole."""
        how = (self.session.policy.column(table, name, a) for a in (Action.SEE, self.action))
        return all(each is Column.CLEAR for each in how)

    def narrows(self, table: str) -> bool:
        """Whether some rows of a table that the account sees are not checked."""
        return self.villages is not None or table in self.among

    def read(self, table: Table) -> Rows:
        """Return the rows of a table that are to be checked."""
        names = [
            n
            for n, f in table.field_by_name.items()
            if n not in _UNREAD and f.type not in _UNTYPED and self.clear(table.name, n)
        ]
        parts = [self._part(table, names, v) for v in (self.villages if self.villages is not None else (None,))]
        rows = _joined(table, names, parts)
        if table.name in self.among:
            rows = rows.take(np.isin(rows.ids, list(self.among[table.name])))
        return rows

    def around(self, rows: Rows) -> Rows:
        """Return the rows of the same table near some: all of them where none is left out."""
        if not self.narrows(rows.table.name) or not len(rows.sound) or rows.shapes is None:
            return rows
        xmin, ymin, xmax, ymax = shapely.total_bounds(rows.shapes[rows.sound]).tolist()
        title = [n for n in (rows.table.title_field,) if n in rows.columns]
        found = self.session.features(rows.table.name, bounds=(xmin, ymin, xmax, ymax), columns=title)
        return Rows(rows.table, found.ids, found.columns, found.geometry)

    def targets(self, table: str) -> tuple[Ids, NDArray[np.object_]] | None:
        """Return ids, ascending, and village codes of all rows of a table; None where it may not be seen."""
        if not (self.allows(table) and self.clear(table, CODE)):
            return None
        if table not in self._targets:
            found = self.session.rows(table, ("id", CODE))
            ids = np.fromiter((i for i, _ in found), np.int64, len(found))
            codes = np.empty(len(found), object)
            codes[:] = [code for _, code in found]
            self._targets[table] = ids, codes
        return self._targets[table]

    @cached_property
    def _targets(self) -> dict[str, tuple[Ids, NDArray[np.object_]]]:
        """What `targets` has read."""
        return {}

    def _part(self, table: Table, names: Sequence[str], village: str | None) -> Rows:
        if table.has_geometry and not table.located_at:
            found = self.session.features(table.name, columns=names, village=village)
            return Rows(table, found.ids, found.columns, found.geometry)
        cells = self.session.rows(table.name, ("id", *names), village=village)
        columns = [list(c) for c in zip(*cells, strict=True)] if cells else [[] for _ in ("id", *names)]
        ids = np.array(columns[0], np.int64)
        rows = Rows(table, ids, dict(zip(names, columns[1:], strict=True)), None)
        return Rows(table, ids, rows.columns, self._own_shapes(rows)) if table.has_geometry else rows

    def _own_shapes(self, rows: Rows) -> Shapes:
        """Shapes of rows that mostly stand where another row does: those that are drawn alone."""
        shapes = np.full(len(rows), None, object)
        for code in set(rows.columns.get(CODE, ())):
            stored = self.session.stored(rows.table.name, (), village=code)
            shapes[np.searchsorted(rows.ids, stored.ids)] = decode(stored.geometry or ())
        return shapes


def _joined(table: Table, names: Sequence[str], parts: Sequence[Rows]) -> Rows:
    if len(parts) == 1:
        return parts[0]
    ids = np.concatenate([np.empty(0, np.int64), *(p.ids for p in parts)])
    columns = {name: [value for p in parts for value in p.columns[name]] for name in names}
    shapes = [p.shapes for p in parts if p.shapes is not None]
    joined = np.concatenate([np.empty(0, object), *shapes]) if table.has_geometry else None
    return Rows(table, ids, columns, joined)
