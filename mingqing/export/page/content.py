"""What of a project a web page tells: rows as far as the account may hand them on, and as far as everybody may know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.access.masking import mask_id_number
from mingqing.access.policy import Column
from mingqing.access.roles import Action, privacy_of
from mingqing.catalog.model import Field, FieldType, Privacy, Table
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.crs.transform import transform
from mingqing.crs.zones import WGS84
from mingqing.export.asked import Asked
from mingqing.export.impersonal import Impersonal, is_public, planned
from mingqing.export.read import chosen_ids
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_UNSAID = {FieldType.PHOTO, FieldType.DATA}
_VERIFIED = "verified_on"


@dataclass(frozen=True)
class Told:
    """The rows of one table on the page.

    fields : of which something is told, in form order. features : shapes in WGS 84, longitude and latitude; of fields
        that are not told every value is None. home : the table whose rows these belong to, and (n,) the ids there,
        0 for none; None for a table that stands by itself.
    """

    table: Table
    fields: tuple[Field, ...]
    features: Features
    home: tuple[str, NDArray[np.int64]] | None = None

    @property
    def about_persons(self) -> bool:
        """Whether anything here is about persons."""
        return self.table.personal or any(privacy_of(f) is not Privacy.OPEN for f in self.fields)


def told(session: Session, asked: Asked, watch: Watch) -> dict[str, Told]:
    """Read what goes on the page, by table; those that others refer to first.

    Raises
    ------
    NotAllowed
        if a table that was named may not be handed on; the log has it.
    """
    permitted = Permitted(session, Action.EXPORT)
    named = tuple(session.catalog.tables) if asked.tables is None else asked.tables
    if asked.tables is not None:
        permitted.require(tr("导出网页"), named)
    reader = _Reader(permitted, asked, _may_leave(permitted, asked, named))
    found: dict[str, Told] = {}
    for done, name in enumerate(reader.names):
        watch.step(session.catalog.tables[name].title, done, len(reader.names))
        found[name] = reader.read(name)
    return {name: replace(each, home=_home(each, found)) for name, each in found.items()}


def left_out(session: Session, asked: Asked, found: Mapping[str, Told]) -> list[str]:
    """Return the titles of the tables that have a place on maps and are not on this one."""
    named = session.catalog.tables if asked.tables is None else asked.tables
    tables = (session.catalog.tables[name] for name in named)
    return [t.title for t in tables if (t.has_geometry or t.located_at) and t.name not in found]


def _may_leave(permitted: Permitted, asked: Asked, named: Sequence[str]) -> list[str]:
    catalog = permitted.session.catalog
    tables = (catalog.tables[name] for name in dict.fromkeys(named))
    return sorted(
        (
            t.name
            for t in tables
            if permitted.allows(t.name)
            and (t.has_geometry or t.located_at)
            and not (asked.share and t.personal)
        ),
        key=catalog.depth,
    )


class _Reader:
    """Reads tables as they go on the page."""

    def __init__(self, permitted: Permitted, asked: Asked, names: list[str]) -> None:
        self.names = names
        self._permitted, self._asked, self._session = permitted, asked, permitted.session
        self._impersonal = Impersonal.of(permitted.session, asked.villages) if asked.share else None

    def read(self, name: str) -> Told:
        """Return the rows of one table."""
        table = self._session.catalog.tables[name]
        fields = tuple(self._told_fields(table))
        found = self._permitted.features(
            name,
            tuple(dict.fromkeys(("village_code", *(f.name for f in fields), *planned(table)))),
            among=chosen_ids(self._session, self._asked, name),
            villages=self._asked.villages,
            placed=self._is_placed(table),
        )
        found = self._pointed(table, found)
        found = Features(found.ids, transform(found.geometry, self._session.info.epsg, WGS84), found.columns)
        columns = dict.fromkeys(table.column_names, (None,) * len(found)) | dict(found.columns)
        columns |= {
            f.name: [None if v is None else mask_id_number(str(v)) for v in columns[f.name]]
            for f in fields
            if f.type is FieldType.ID_NUMBER
        }
        found = Features(found.ids, found.geometry, columns)
        if self._impersonal is not None:
            found = self._impersonal.only(table, fields, found)
        return Told(table, fields, found)

    def _told_fields(self, table: Table) -> Iterator[Field]:
        """Yield the fields of which something is told, and last when it was verified."""
        policy, share = self._session.policy, self._asked.share
        hidden = self._permitted.hidden(table.name, table.column_names)
        for f in (*table.fields, table.field_by_name[_VERIFIED]):
            absent = f.name in hidden or policy.column(table.name, f.name) is Column.ABSENT
            elsewhere = f.references is not None and f.references not in self.names
            closed = share and not is_public(policy, table.name, f.name)
            if f.type not in _UNSAID and not absent and not elsewhere and not closed:
                yield f

    def _is_placed(self, table: Table) -> bool:
        """Whether rows without a shape may be drawn where they belong: only by what may be handed on itself."""
        here = table
        for step in table.located_at:
            shown = {f.name for f in self._told_fields(here)}
            target = here.field_by_name[step].references or ""
            if step not in shown or not self._permitted.allows(target):
                return False
            here = self._session.catalog.tables[target]
        return bool(table.located_at)

    def _pointed(self, table: Table, found: Features) -> Features:
        """Return lines from an office that may not be handed on as the places to which they lead."""
        if table.spoke_from is None or table.spoke_from[0] in self.names:
            return found
        lines = shapely.get_type_id(found.geometry) == shapely.GeometryType.LINESTRING
        geometry = found.geometry.copy()
        geometry[lines] = shapely.get_point(geometry[lines], -1)
        return Features(found.ids, geometry, found.columns)


def _home(each: Told, found: Mapping[str, Told]) -> tuple[str, NDArray[np.int64]] | None:
    """Follow the references by which rows belong to a row that has a place."""
    name, ids = each.table.name, list(each.features.ids.tolist())
    for step in each.table.located_at:
        rows = found.get(name)
        if rows is None:
            return None
        to = dict(zip(rows.features.ids.tolist(), rows.features.columns[step], strict=True))
        ids = [to.get(i) or 0 for i in ids]
        name = rows.table.field_by_name[step].references or ""
    return (name, np.array(ids, dtype=np.int64)) if each.table.located_at and name in found else None
