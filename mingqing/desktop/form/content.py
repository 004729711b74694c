"""What a form shows of a row: its fields, which of them may be changed, and the rows that refer to it. No Qt."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import STAMPS, CodeList, Field, FieldType, GeometryKind, Table
from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000
from mingqing.desktop.card.content import Gatherer, layout_of, today
from mingqing.desktop.form.matching import Option, option
from mingqing.store.conditions.tree import VILLAGE

if TYPE_CHECKING:
    from mingqing.store.session import Session

Key = tuple[str, int]
MOST_SHOWN = 60
_NOT_TYPED = {*STAMPS, VILLAGE, "source"}
_TODAY = "today"
_STEPS = 3  # references to follow for what a new row belongs to besides


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a row.

    value : as stored, or masked. text : of a reference what names the row, else empty.
    locked : why it cannot be changed, a Chinese sentence; empty where it can.
    options : what may be chosen of a list of codes. on_map : whether the rows referred to can be pointed to there.
    """

    field: Field
    value: object
    text: str = ""
    locked: str = ""
    options: tuple[Option, ...] = ()
    on_map: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that refers to the one of the form, as it is listed."""

    table: str
    id: int
    title: str
    brief: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one table that refer to the row of the form by one field; `entries` may be only the first of `count`.

    add : what a button to add one says; empty where the account may not.
    """

    table: str
    reference: str
    title: str
    icon: str
    count: int
    entries: tuple[Entry, ...]
    add: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a form shows, in its order. `id` is None for a row that is to be added.

    withheld : titles of fields of which the account sees nothing.
    may_edit : whether the account may change such rows at all.
    lonlat : where the row is, degrees, where it is drawn as a point; (nan, nan) where it may be and is not drawn yet.
        None where a point is no shape for it.
    """

    table: Table
    id: int | None
    icon: str
    layer: str
    title: str
    place: str
    village: str
    lines: tuple[Line, ...]
    groups: tuple[Group, ...] = ()
    withheld: tuple[str, ...] = ()
    may_edit: bool = True
    lonlat: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Belonging:
    """How many rows of a table would lose the row they refer to; `must_go` : they cannot be without one."""

    title: str
    count: int
    must_go: bool


def gather_form(
    session: "Session", table: str, row_id: int, *, village_names: Mapping[str, str]
) -> Sheet | None:
    """Return the form of a row, or None where it is gone."""
    reader = Gatherer(session, today())
    row = reader.row(table, row_id)
    if row is None:
        return None
    definition = reader.definition(table)
    village = str(row.get(VILLAGE) or "")
    return Sheet(
        definition,
        row_id,
        session.catalog.layers[definition.layer].icon,
        definition.layer,
        reader.heading(table, row),
        village_names.get(village, village),
        village,
        tuple(_lines(reader, definition, row)),
        tuple(_groups(reader, definition, row_id)),
        tuple(f.title for f in _typed_fields(definition) if _is_absent(session, definition, f)),
        _may(session, table),
        _lonlat(session, definition, row_id),
    )


def blank_form(
    session: "Session", table: str, given: Mapping[str, object], *, village_names: Mapping[str, str]
) -> Sheet:
    """Return the form of a row that is to be added, with what is known of it.

    given : values by field, such as the row that it belongs to; further references and the name follow from it.
    """
    reader = Gatherer(session, today())
    definition = reader.definition(table)
    values = dict(given)
    for described in definition.fields:
        if described.type is FieldType.REFERENCE and values.get(described.name) is not None:
            parent = str(described.references), int(str(values[described.name]))
            for name, value in _following(reader, definition, parent):
                values.setdefault(name, value)
            row = reader.row(*parent)
            values.setdefault(VILLAGE, row.get(VILLAGE) if row is not None else None)
    for described in definition.fields:
        if described.default:
            begun = today().isoformat() if described.default == _TODAY else described.default
            values.setdefault(described.name, begun)
        if described.names is not None and values.get(described.names) is not None:
            target = str(definition.field_by_name[described.names].references)
            values.setdefault(described.name, reader.title(target, int(str(values[described.names]))))
    village = str(values.get(VILLAGE) or "")
    return Sheet(
        definition,
        None,
        session.catalog.layers[definition.layer].icon,
        definition.layer,
        adding(definition),
        village_names.get(village, village),
        village,
        tuple(_lines(reader, definition, values)),
        may_edit=may_add(session, definition),
    )


def belonging(session: "Session", table: str, row_id: int) -> list[Belonging]:
    """Return what would lose the row it refers to if this row were deleted."""
    found = []
    for other, reference in _referring(session, table):
        count = len(session.rows(other.name, ["id"], where={reference.name: row_id}))
        if count:
            found.append(Belonging(other.title, count, reference.required))
    return found


def may_add(session: "Session", table: Table) -> bool:
    """Whether the account may add rows: it must be able to fill what is required; some the program alone adds."""
    if any(f.type is FieldType.DATA for f in table.fields):
        return False
    writable = session.policy.writable(table.name)
    return _may(session, table.name) and all(f.name in writable for f in table.fields if f.required)


def adding(table: Table) -> str:
    """Return what adding a row of a table is called."""
    return tr(layout_of(table.name).add) or tr("新增{title}").format(title=table.title)


def _may(session: "Session", table: str) -> bool:
    return session.info.read_only is None and session.policy.allowed(table, Action.EDIT)


# ── Fields ───────────────────────────────────────────────────────────────────────────────────────────────────


def _typed_fields(table: Table) -> Iterator[Field]:
    yield from (f for f in table.fields if f.type is not FieldType.DATA)
    yield from (f for f in table.common if f.name not in _NOT_TYPED)


def _is_absent(session: "Session", table: Table, field: Field) -> bool:
    return session.policy.column(table.name, field.name) is Column.ABSENT


def _lines(reader: Gatherer, table: Table, row: Mapping[str, object]) -> Iterator[Line]:
    for field in _typed_fields(table):
        if _is_absent(reader.session, table, field):
            continue
        value = row.get(field.name)
        text = ""
        if field.type is FieldType.REFERENCE and value is not None:
            text = _named(reader, str(field.references), int(str(value)))
        options = code_options(field.codes) if field.codes is not None else ()
        on_map = field.references is not None and reader.definition(field.references).has_geometry
        yield Line(field, value, text, _locked(reader.session, table, field), options, on_map)


def _named(reader: Gatherer, table: str, row_id: int) -> str:
    """Return what names a row and, where that is only what its table is called, tells it from others."""
    row = reader.row(table, row_id)
    if row is None:
        return ""
    brief = reader.brief(table, row)
    heading = reader.heading(table, row)
    if heading == reader.definition(table).title:
        return brief or heading
    return heading


def _locked(session: "Session", table: Table, field: Field) -> str:
    policy = session.policy
    if not _may(session, table.name):
        return tr("您的角色只能查看“{table}”，不能修改").format(table=table.title)
    why = policy.explain(table.name, field.name)
    if why is not None:
        return why
    if field.name not in policy.writable(table.name):
        return tr("您的角色不能修改“{field}”").format(field=field.title)
    return ""


@cache
def code_options(codes: CodeList) -> tuple[Option, ...]:
    """Return the choices of a code list, each found by its characters, its pinyin and the other ways it is written."""
    return tuple(option(code.value, code.value, more=code.arrives_as) for code in codes.codes)


def _lonlat(session: "Session", table: Table, row_id: int) -> tuple[float, float] | None:
    if GeometryKind.POINT not in table.geometry or not any(f.type is FieldType.PHOTO for f in table.fields):
        return None
    (shape,) = session.features(table.name, among=[row_id]).geometry
    if shape is None or shape.is_empty:
        return nan, nan
    if shape.geom_type != "Point":
        return None
    ((lon, lat),) = transform_xy(np.array([(shape.x, shape.y)]), session.info.epsg, CGCS2000)
    return float(lon), float(lat)


# ── Rows that belong to it ───────────────────────────────────────────────────────────────────────────────────


def _referring(session: "Session", table: str) -> list[tuple[Table, Field]]:
    """The tables and fields by which rows refer to a table, what its card gathers first."""
    shown = [path.rsplit("/", 1)[-1] for path in layout_of(table).groups if "/" not in path]
    found = [
        (other, field)
        for other in session.catalog.tables.values()
        for field in other.fields
        if field.references == table and session.policy.allowed(other.name, Action.SEE)
    ]
    found = [each for each in found if not _is_absent(session, *each)]
    return sorted(found, key=lambda each: shown.index(each[0].name) if each[0].name in shown else len(shown))


def _groups(reader: Gatherer, table: Table, row_id: int) -> Iterator[Group]:
    session = reader.session
    for other, reference in _referring(session, table.name):
        ids = [int(i) for (i,) in session.rows(other.name, ["id"], where={reference.name: row_id})]
        entries = tuple(_entries(reader, other.name, ids[:MOST_SHOWN]))
        add = adding(other) if may_add(session, other) and _place_comes_along(other) else ""
        if entries or add:
            icon = session.catalog.layers[other.layer].icon
            yield Group(other.name, reference.name, other.title, icon, len(ids), entries, add)


def _place_comes_along(table: Table) -> bool:
    """Whether a row needs no shape of its own: what is drawn is added on the map."""
    return not table.has_geometry or bool(table.located_at)


def _entries(reader: Gatherer, table: str, ids: Sequence[int]) -> Iterator[Entry]:
    for row_id in ids:
        found = reader.entry(table, row_id, deep=False)
        if found is not None:
            yield Entry(table, row_id, found.title, found.brief)


def _following(reader: Gatherer, table: Table, parent: Key) -> Iterator[tuple[str, int]]:
    """Yield further references of a new row that follow from the row it belongs to, nearest first."""
    wanted = {str(f.references): f.name for f in table.fields if f.references not in {None, parent[0]}}
    here, seen = [parent], {parent}
    for _ in range(_STEPS):
        step = [key for at in here for key in _pointed_to(reader, at)]
        here = [key for key in step if key not in seen]
        seen.update(here)
        for target, row_id in here:
            if target in wanted:
                yield wanted[target], row_id


def _pointed_to(reader: Gatherer, at: Key) -> Iterator[Key]:
    row = reader.row(*at) or {}
    for field in reader.definition(at[0]).fields:
        if field.references is not None and row.get(field.name) is not None:
            yield field.references, int(str(row[field.name]))
