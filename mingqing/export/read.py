"""Rows out of a session, as they leave: as far as the account may hand them on, renamed, coded, transformed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import isnan
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import FieldType
from mingqing.core.errors import InputRefused
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.crs.ground import areas_m2, lengths_m
from mingqing.crs.transform import transform
from mingqing.crs.zones import describe
from mingqing.export.asked import Asked
from mingqing.export.choice import Choice
from mingqing.export.impersonal import Impersonal, planned
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Layout, Origin, Out, Profile
from mingqing.store import conditions
from mingqing.store.paging import village_names
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER}
_WHOLE_DATE = len("2026-01-01")  # of a person's birth the year alone may be known


def layers(
    session: Session, asked: Asked, choice: Choice, *, watch: Watch = UNWATCHED, most: int | None = None
) -> Iterator[Layer]:
    """Yield the tables that leave, one at a time, those that others refer to first.

    Parameters
    ----------
    most : at most so many rows of each, the first by id; None for all.

    Raises
    ------
    InputRefused
        if a shape has no coordinates in the CRS that was asked for, naming the table and how many.
    Cancelled
        between two tables.
    """
    reader = _Reader(session, asked, choice, most)
    ordered = sorted(choice.layouts, key=lambda layout: session.catalog.depth(layout.table.name))
    for done, layout in enumerate(ordered):
        watch.step(layout.title, done, len(ordered))
        yield reader.layer(layout)


def chosen_ids(session: Session, asked: Asked, table: str) -> list[int] | None:
    """Return the ids of rows to which a selection or a condition narrows a table; None where neither does."""
    among, condition = asked.among.get(table), asked.where.get(table)
    if condition is None:
        return None if among is None else sorted(among)
    found: list[int] = conditions.ids(session, table, condition).tolist()
    return [i for i in found if among is None or i in among]


class _Reader:
    """Reads tables one after another; what they have in common is read once."""

    def __init__(self, session: Session, asked: Asked, choice: Choice, most: int | None) -> None:
        self._session, self._asked, self._choice, self._most = session, asked, choice, most
        self._permitted = Permitted(session, Action.EXPORT)
        self._villages = village_names(session)
        self._names: dict[str, Mapping[int, Any]] = {}
        self._impersonal = Impersonal.of(session, asked.villages) if asked.share else None

    def layer(self, layout: Layout) -> Layer:
        """Return the rows of one table."""
        table = layout.table
        columns = dict.fromkeys(out.of.name for out in layout.columns if out.of is not None)
        columns["village_code"] = None
        columns |= dict.fromkeys(planned(table))
        found = self._permitted.features(
            table.name,
            tuple(columns),
            among=self._among(table.name),
            villages=self._asked.villages,
            placed=layout.at_place,
        )
        if self._impersonal is not None:
            fields = tuple(table.field_by_name[name] for name in columns)
            found = self._impersonal.only(table, fields, found)
        shapes = table.has_geometry or (layout.at_place and bool(table.located_at))
        geometry = self._transformed(found, layout) if shapes else None
        values = [_Column(self, layout, out, found).values() for out in layout.columns]
        outs, cells = zip(*map(_typed, layout.columns, values), strict=True) if values else ((), ())
        return Layer(
            table,
            layout.name,
            layout.title,
            found.ids,
            outs,
            cells,
            geometry,
            epsg=self._choice.epsg if shapes else 0,
            masked=frozenset(out.name for out in layout.columns if self._is_masked(table.name, out)),
        )

    def names_of(self, table: str) -> Mapping[int, Any]:
        """Return what names the rows of a table, by id, as far as it may be handed on."""
        if table not in self._names:
            title = self._session.catalog.tables[table].title_field
            rows = self._permitted.rows(table, (title,))
            tell = self._impersonal.text if self._impersonal is not None else str
            self._names[table] = {row["id"]: tell(str(row[title])) for row in rows if row[title] is not None}
        return self._names[table]

    def villages(self, codes: Sequence[Any]) -> list[str | None]:
        """Return the names of villages."""
        return list(map(self._villages.get, codes))

    @property
    def epsg(self) -> int:
        """The CRS of the shapes that are read."""
        return self._session.info.epsg

    @property
    def profile(self) -> Profile:
        """The profile by which rows leave."""
        return self._choice.profile

    def _among(self, table: str) -> Sequence[int] | None:
        wanted = chosen_ids(self._session, self._asked, table)
        if self._most is None:
            return wanted
        if wanted is None:
            where = None if self._asked.villages is None else set(self._asked.villages)
            rows = self._session.rows(table, ("id", "village_code"))
            wanted = [i for i, village in rows if where is None or village in where]
        return wanted[: self._most]

    def _transformed(self, found: Features, layout: Layout) -> NDArray[np.object_]:
        before = found.geometry
        if self._choice.epsg == self._session.info.epsg:
            return before
        after = transform(before, self._session.info.epsg, self._choice.epsg)
        lost = int(np.count_nonzero(shapely.is_missing(after) & ~shapely.is_missing(before)))
        if lost:
            raise InputRefused(
                tr("“{table}”有 {n} 个图形转不到{crs}，没有导出；请换一个坐标系").format(
                    table=layout.title, n=lost, crs=describe(self._choice.epsg)
                )
            )
        return after

    def _is_masked(self, table: str, out: Out) -> bool:
        of, column = out.of, self._session.policy.column
        if of is None:
            return False
        if out.origin is Origin.NAMED and of.references is not None:
            table, of = (
                of.references,
                self._session.catalog.tables[of.references].field_by_name[
                    self._session.catalog.tables[of.references].title_field
                ],
            )
        return any(column(table, of.name, action) is Column.MASKED for action in (Action.SEE, Action.EXPORT))


class _Column:
    """The values of one column that leaves."""

    def __init__(self, reader: _Reader, layout: Layout, out: Out, found: Features) -> None:
        self._reader, self._layout, self._out, self._found = reader, layout, out, found

    def values(self) -> Sequence[Any]:
        """Return a value a row."""
        made: Mapping[Origin, Callable[[], Sequence[Any]]] = {
            Origin.FIELD: self._field,
            Origin.ID: lambda: list(map(str, self._found.ids.tolist())),
            Origin.REFERENCE: lambda: [None if v is None else str(v) for v in self._stored()],
            Origin.NAMED: self._named,
            Origin.VILLAGE: lambda: self._reader.villages(self._found.columns["village_code"]),
            Origin.AREA: lambda: self._measured(areas_m2),
            Origin.LENGTH: lambda: self._measured(lengths_m),
            Origin.CONSTANT: lambda: [self._out.constant or None] * len(self._found),
        }
        return made[self._out.origin]()

    def _stored(self) -> Sequence[Any]:
        return self._found.columns[self._out.of.name] if self._out.of is not None else ()

    def _field(self) -> Sequence[Any]:
        stored, out = self._stored(), self._out
        if out.of is not None and out.of.type is FieldType.BOOLEAN:
            said = (False, True)
            words = (
                said
                if out.type is FieldType.BOOLEAN
                else (self._reader.profile.false, self._reader.profile.true)
            )
            return [None if v is None else words[bool(v)] for v in stored]
        if out.pad:
            return [None if v is None else str(v).ljust(out.length, out.pad) for v in stored]
        if out.codes:
            return [None if v is None else out.codes.get(v, v) or None for v in stored]
        return stored

    def _named(self) -> Sequence[Any]:
        target = self._out.of.references if self._out.of is not None else None
        names = self._reader.names_of(target or "")
        return [None if v is None else names.get(v) for v in self._stored()]

    def _measured(self, measure: Callable[[NDArray[np.object_], int], NDArray[np.float64]]) -> Sequence[Any]:
        """Areas or lengths on the ellipsoid, as surveys of land state them (TD/T 1055-2019, D); points have none."""
        found = np.round(measure(self._found.geometry, self._reader.epsg), 2)
        return [None if isnan(v) else v for v in found.tolist()]


def _typed(out: Out, values: Sequence[Any]) -> tuple[Out, Sequence[Any]]:
    """Return a column and its values in the type that it says; a column of dates of which one is part is text."""
    if out.type is FieldType.DATE and out.origin is Origin.FIELD:
        said = set(values) - {None}
        if any(len(v) != _WHOLE_DATE for v in said):
            return replace(out, type=FieldType.TEXT), values
        days = {v: date.fromisoformat(v) for v in said}
        return out, list(map(days.get, values))
    stored = out.of.type if out.of is not None and out.origin is Origin.FIELD else out.type
    if out.type is FieldType.TEXT and stored in _NUMBERS:
        return out, [v if v is None or isinstance(v, str) else str(v) for v in values]
    if out.type is FieldType.INTEGER and stored is not FieldType.INTEGER:
        return out, [None if v is None else int(v) for v in values]
    return out, values
