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

    @cached_property
    def firsts(self) -> NDArray[np.intp]:
        """Of each row the first one that has the same shape, wherever its border begins; mostly itself."""
        found = np.arange(len(self))
        if self.shapes is None or not len(self.sound):
            return found
        boxes = shapely.bounds(self.shapes[self.sound])
        _, which, count = np.unique(boxes, axis=0, return_inverse=True, return_counts=True)
        alike = self.sound[count[which] > 1]
        seen: dict[bytes, int] = {}
        for row, shape in zip(
            alike.tolist(), shapely.to_wkb(shapely.normalize(self.shapes[alike])), strict=True
        ):
            found[row] = seen.setdefault(shape, row)
        return found

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
        x, y = at if at is not None else self.middle(row)
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

    def middle(self, row: int) -> tuple[float, float]:
        """Return the middle of the box around a row's shape, NaN where it has none."""
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
        """Return the rows of a table that are to be checked, with all that may be told of them but their shapes."""
        names = [n for n, f in table.field_by_name.items() if n not in _UNREAD and f.type not in _UNTYPED]
        return self._read(table, names, shapes=False)

    def read_shapes(self, table: Table) -> Rows:
        """Return the same rows with their shapes, and of the rest what places, names and ties them."""
        names = [CODE, table.title_field, *(f.name for f in table.fields if f.references)]
        return self._read(table, list(dict.fromkeys(names)), shapes=True)

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
            codes[:] = _shared([code for _, code in found])
            self._targets[table] = ids, codes
        return self._targets[table]

    @cached_property
    def _targets(self) -> dict[str, tuple[Ids, NDArray[np.object_]]]:
        """What `targets` has read."""
        return {}

    def _read(self, table: Table, names: Sequence[str], *, shapes: bool) -> Rows:
        """Village by village: a whole table as it comes would fill the memory."""
        clear = [name for name in names if self.clear(table.name, name)]
        villages: Sequence[str | None] | None = self.villages
        if villages is None:
            found = {code for (code,) in self.session.rows(table.name, (CODE,))}
            villages = sorted(found, key=lambda code: code or "")
        rows = _joined(
            table, clear, [self._part(table, clear, v, shapes=shapes) for v in villages], shapes=shapes
        )
        if table.name in self.among:
            rows = rows.take(np.isin(rows.ids, list(self.among[table.name])))
        return rows

    def _part(self, table: Table, names: Sequence[str], village: str | None, *, shapes: bool) -> Rows:
        """The rows of one village, None for those of none."""
        if shapes:
            stored = self.session.stored(table.name, names, village=village)
            columns = {name: _shared(values) for name, values in stored.columns.items()}
            return Rows(table, np.array(stored.ids, np.int64), columns, decode(stored.geometry or ()))
        found = self.session.rows(table.name, ("id", *names), where={CODE: village})
        ids, *cells = zip(*found, strict=True) if found else ((), *(() for _ in names))
        columns = {name: _shared(values) for name, values in zip(names, cells, strict=True)}
        return Rows(table, np.array(ids, np.int64), columns, None)


def _shared(values: Sequence[Any]) -> list[Any]:
    """Return the same values, each kept once."""
    known: dict[Any, Any] = {}
    return [known.setdefault(value, value) for value in values]


def _joined(table: Table, names: Sequence[str], parts: Sequence[Rows], *, shapes: bool) -> Rows:
    none: Shapes = np.empty(0, object)
    return Rows(
        table,
        np.concatenate([np.empty(0, np.int64), *(p.ids for p in parts)]),
        {name: [value for p in parts for value in p.columns[name]] for name in names},
        np.concatenate([none, *(p.shapes for p in parts if p.shapes is not None)]) if shapes else None,
    )
