"""Rows made up to be difficult, put into a project as they are, and what of a project must survive a journey."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st

from mingqing.catalog.load import catalog
from mingqing.catalog.model import STAMPS, Field, FieldType, GeometryKind, Table
from mingqing.catalog.rules import broken, told_by_id_number
from mingqing.catalog.values import Value, ValueRefusedError, id_check_character, parse
from mingqing.store.geometry import decode, encode
from mingqing.store.session import Session
from tests.files import NEIGHBOUR, VILLAGE, XY

EPSG = 4549
TABLES = tuple(catalog().tables)
_LONGEST_ID = 2**63 - 1
# What spreadsheets, DBF, XML and JSON have something of their own to say about.
_DIFFICULT = (
    *(
        "=1+1",
        "+86",
        "-",
        "@甲",
        "'=乙",
        "''",
        "'",
        '"引号"',
        "a,b;c|d",
        "两\n行",
        "合计",
        "总计：",
        "#REF!",
        "1E16",
    ),
    *(
        "_x0041_",
        "<b>&amp;</b>",
        "\\N",
        "NULL",
        "是",
        "0012",
        "2020-01",
        "𠮷田𠮷",
        "Ａ－１",
        "％s %d {}",
        "，",
        "/",
        "x" * 300,
    ),
    *("大竹溪村东头第三间" * 60, "长 " * 200),
)
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\x00")
_TEXT = st.one_of(
    st.sampled_from(_DIFFICULT),
    st.text(st.sampled_from("甲乙丙丁𠮷=+-@'\",; \n1aé"), max_size=12),
    st.text(_CHARACTERS, max_size=12),
)


class Rows:
    """Rows of one table, to be put into a project."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.ids: list[int] = []
        self.columns: dict[str, list[Value]] = {name: [] for name in columns}
        self.geometry: list[shapely.Geometry | None] = []

    def __repr__(self) -> str:
        return f"{len(self.ids)} rows"


def travelling(table: Table) -> tuple[str, ...]:
    """The fields that must survive: all but who typed what, where it came from, pictures and JSON."""
    gone = {*STAMPS, "source"}
    return tuple(
        f.name
        for f in (*table.common, *table.fields)
        if f.name not in gone and f.type not in {FieldType.PHOTO, FieldType.DATA}
    )


def fill(session: Session, rows: Mapping[str, Rows]) -> None:
    """Put rows into a project as they are, past everything that looks at what is entered."""
    with session.transaction("edit", "造数据") as change:
        for name in sorted(rows, key=session.catalog.depth):
            one = rows[name]
            if one.ids:
                shapes = None
                if session.catalog.tables[name].has_geometry:
                    shapes = encode(np.array([*one.geometry, None], dtype=object)[:-1], session.info.epsg)
                change.insert(name, one.ids, one.columns, shapes)


def contents(session: Session, table: str) -> dict[int, dict[str, object]]:
    """What must survive of a table's rows, by id."""
    names = travelling(session.catalog.tables[table])
    return {
        row_id: dict(zip(names, cells, strict=True)) for row_id, *cells in session.rows(table, ("id", *names))
    }


def shapes(session: Session, table: str) -> dict[int, shapely.Geometry | None]:
    """The shapes of a table's rows as they are stored, by id."""
    if not session.catalog.tables[table].has_geometry:
        return {}
    found = session.query(f'SELECT id, geometry FROM "{table}"')
    geometry = decode([blob for _, blob in found])
    return dict(zip((i for i, _ in found), map(_plain, geometry), strict=True))


def _plain(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """A shape in one way of writing it: rings in order, one part as itself."""
    if shape is None:
        return None
    parts = shapely.get_parts(shape)
    return shapely.normalize(parts[0] if len(parts) == 1 else shape)


def apart(one: shapely.Geometry | None, other: shapely.Geometry | None) -> float:
    """How far two shapes are apart at most, in metres; infinite where they are not even alike."""
    if one is None or other is None:
        return 0.0 if one is other else np.inf
    alike = one.geom_type == other.geom_type and shapely.get_num_coordinates(
        one
    ) == shapely.get_num_coordinates(other)
    if not alike:
        return np.inf
    return float(shapely.hausdorff_distance(one, other))


# ── Making rows up ───────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def projects(
    draw: st.DrawFn, tables: Sequence[str] = TABLES, most: int = 3, encoding: str = "utf-8"
) -> dict[str, Rows]:
    """A few rows of each table, referring to one another; two villages, and rows of none.

    encoding : to which their text is limited.
    """
    ids = draw(st.sets(st.integers(1, _LONGEST_ID), min_size=len(tables) * most, max_size=len(tables) * most))
    fresh = iter(sorted(ids, key=lambda i: i % 97))
    made: dict[str, Rows] = {}
    for name in sorted(tables, key=catalog().depth):
        table = catalog().tables[name]
        made[name] = Rows(travelling(table))
        for nth in range(2 if name == "village" else draw(st.integers(0, most))):
            row = draw(_rows(table, made, nth, encoding))
            if not list(broken(table, row)):
                made[name].ids.append(next(fresh))
                for column, values in made[name].columns.items():
                    values.append(row[column])
                made[name].geometry.append(draw(_geometry(table)))
    return made


@st.composite
def _rows(
    draw: st.DrawFn, table: Table, made: Mapping[str, Rows], nth: int, encoding: str
) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for name in travelling(table):
        field = table.field_by_name[name]
        if field.references is not None:
            # Of its own kind a row refers to an earlier one, since ids are given one after another.
            row[name] = draw(st.sampled_from([None, *made[field.references].ids]))
        elif name == "village_code":
            row[name] = draw(st.sampled_from([VILLAGE, NEIGHBOUR, None]))
        else:
            raw = draw(_VALUES[field.type](field))
            raw = raw.encode(encoding, "ignore").decode(encoding) if isinstance(raw, str) else raw
            row[name] = _stored(field, raw)
        if field.required and row[name] is None and field.references is None:
            row[name] = _stored(field, f"名{nth}") if field.type is FieldType.TEXT else row[name]
    if table.name == "village":
        row["code"] = row["village_code"] = (VILLAGE, NEIGHBOUR)[nth]
        row["name"] = ("小竹溪村", "大竹溪村")[nth]
    told = told_by_id_number(row.get("id_number"))
    if told is not None:
        row["birth_date"], row["sex"] = told
    return row


def _stored(field: Field, raw: object) -> Value:
    try:
        return parse(field, raw)
    except ValueRefusedError:
        return None


def _numbers(field: Field) -> st.SearchStrategy[Any]:
    low = -1e12 if field.minimum is None else field.minimum
    high = 1e12 if field.maximum is None else field.maximum
    exact = st.floats(low, high, allow_nan=False, allow_subnormal=False)
    return st.one_of(st.none(), exact, st.decimals(low, min(high, 10**6), places=2).map(float))


def _integers(field: Field) -> st.SearchStrategy[Any]:
    low = -(2**31) if field.minimum is None else int(field.minimum)
    high = 2**31 if field.maximum is None else int(field.maximum)
    return st.one_of(st.none(), st.integers(low, high))


def _dates(_field: Field) -> st.SearchStrategy[Any]:
    day = st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31)).map(dt.date.isoformat)
    return st.one_of(st.none(), day, day, st.sampled_from(["1953", "2020-05"]))


@st.composite
def _id_numbers(draw: st.DrawFn) -> str:
    day = draw(st.dates(dt.date(1900, 1, 1), dt.date(2025, 1, 1)))
    first = f"331124{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first + id_check_character(first)


_VALUES: Mapping[FieldType, Any] = {
    FieldType.TEXT: lambda _: st.one_of(st.none(), _TEXT),
    FieldType.INTEGER: _integers,
    FieldType.NUMBER: _numbers,
    FieldType.BOOLEAN: lambda _: st.sampled_from([None, True, False]),
    FieldType.DATE: _dates,
    FieldType.CODE: lambda f: st.sampled_from(
        [*([] if f.required else [None]), *(c.value for c in f.codes.codes)]
    ),
    FieldType.PHONE: lambda _: st.sampled_from(
        [None, "13800001234", "0578-8060000", "13800001234、110", "+8613800001234"]
    ),
    FieldType.ID_NUMBER: lambda _: st.one_of(st.none(), _id_numbers()),
}


_offsets = st.floats(-2000, 2000, allow_nan=False).map(lambda v: round(v, 4))
_sizes = st.floats(2, 80).map(lambda v: round(v, 4))


@st.composite
def _boxes(draw: st.DrawFn) -> shapely.Polygon:
    x, y, size = XY[0] + draw(_offsets), XY[1] + draw(_offsets), draw(_sizes)
    outer = shapely.box(x, y, x + size, y + size / 2).exterior.coords
    hole = shapely.box(x + size / 4, y + size / 8, x + size / 2, y + size / 4).exterior.coords
    return shapely.Polygon(outer, [hole] if draw(st.booleans()) else [])


@st.composite
def _lines(draw: st.DrawFn) -> shapely.LineString:
    x, y = XY[0] + draw(_offsets), XY[1] + draw(_offsets)
    steps = draw(st.lists(st.tuples(_sizes, _sizes), min_size=1, max_size=6))
    ends = np.cumsum([(x, y), *steps], axis=0)
    return shapely.LineString(ends)


@st.composite
def _geometry(draw: st.DrawFn, table: Table) -> shapely.Geometry | None:
    """A shape of one of the table's kinds, in one part or in two, or none."""
    if not table.has_geometry or draw(st.integers(0, 5)) == 0:
        return None
    kind = draw(st.sampled_from(sorted(table.geometry)))
    several = kind is not GeometryKind.POINT and draw(st.booleans())  # a row is at one point
    point = st.tuples(_offsets, _offsets).map(lambda p: shapely.Point(XY[0] + p[0], XY[1] + p[1]))
    one = draw({GeometryKind.POINT: point, GeometryKind.LINE: _lines(), GeometryKind.POLYGON: _boxes()}[kind])
    if not several:
        return one
    beside = shapely.transform(one, lambda xy: xy + np.array([500.0, 0.0]))
    make = shapely.multilinestrings if kind is GeometryKind.LINE else shapely.multipolygons
    return make([one, beside])
