"""Conditions as what JSON can hold, and back: every name and value looked at, because a stranger may have made it."""

import math
from typing import TypeVar

import shapely

from mingqing.catalog.model import Catalog, Table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.conditions.leaves import Aged, Between, Filled, Holds, OneOf
from mingqing.store.conditions.tree import (
    All,
    Any,
    Condition,
    Inside,
    Not,
    ReferredBy,
    RefersTo,
    Within,
)

T = TypeVar("T")
_DEEPEST, _MOST_PARTS, _MOST_CORNERS = 12, 500, 100_000
_FARTHEST_M = 1_000_000.0
_LONGEST = 4_000  # characters of a text that is looked for
_KINDS: dict[type, str] = {
    All: "all",
    Any: "any",
    Not: "not",
    RefersTo: "refers_to",
    ReferredBy: "referred_by",
    Within: "within",
    Inside: "inside",
    Holds: "holds",
    Between: "between",
    OneOf: "one_of",
    Filled: "filled",
    Aged: "aged",
}
_Rings = list[list[list[list[float]]]]


def as_plain(condition: Condition) -> dict[str, object]:
    """Return a condition as what JSON can hold: one key that says what it is, with what it is made of."""
    made: object
    match condition:
        case All(parts) | Any(parts):
            made = [as_plain(part) for part in parts]
        case Not(part):
            made = as_plain(part)
        case RefersTo(column, part):
            made = [column, as_plain(part)]
        case ReferredBy(table, column, part):
            made = [table, column, as_plain(part)]
        case Within(distance_m, table, part):
            made = [distance_m, table, as_plain(part)]
        case Inside(shape, table):
            made = [_rings(shape), table]
        case Holds(column, text):
            made = [column, text]
        case Between(column, low, high, strict):
            made = [column, low, high, strict]
        case Aged(column, low, high):
            made = [column, low, high]
        case OneOf(column, values):
            made = [column, sorted(values, key=str)]
        case Filled(column, filled):
            made = [column, filled]
    return {_KINDS[type(condition)]: made}


def from_plain(catalog: Catalog, table: str, value: object) -> Condition:
    """Return the condition on rows of a table that `as_plain` made `value` of.

    Raises
    ------
    InputRefused
        if it is nothing of the kind: unknown names, values of another type, shapes that are none, endless nesting.
    """
    try:
        return _Reader(catalog).read(catalog.tables[table], value)
    except (LookupError, ValueError, TypeError, OverflowError, shapely.errors.ShapelyError) as error:
        raise InputRefused(tr("这个条件的内容不完整或不属于这个项目，没有打开；请重新设一遍")) from error


class _Reader:
    """Reads one tree, and takes count of what it is made of; raises `ValueError`, `KeyError` or `TypeError`."""

    def __init__(self, catalog: Catalog) -> None:
        self._tables, self._parts = catalog.tables, 0

    def read(self, table: Table, value: object, depth: int = 0) -> Condition:
        self._parts += 1
        if depth > _DEEPEST or self._parts > _MOST_PARTS:
            raise ValueError(depth)
        ((kind, given),) = _typed(value, dict).items()
        made: Condition
        match kind, given:
            case "all", [*parts]:
                made = All(tuple(self.read(table, part, depth + 1) for part in parts))
            case "any", [*parts]:
                made = Any(tuple(self.read(table, part, depth + 1) for part in parts))
            case "not", part:
                made = Not(self.read(table, part, depth + 1))
            case "refers_to", [column, part]:
                target = self._tables[table.field_by_name[column].references or ""]
                made = RefersTo(column, self.read(target, part, depth + 1))
            case "referred_by", [str(name), column, part]:
                if self._tables[name].field_by_name[column].references != table.name:
                    raise ValueError(column)
                made = ReferredBy(name, column, self.read(self._tables[name], part, depth + 1))
            case "within", [distance_m, str(name), part]:
                part = self.read(self._tables[name], part, depth + 1)
                made = Within(_number(distance_m, 0, _FARTHEST_M), name, part)
            case "inside", [rings, str(name)]:
                made = Inside(_shape(rings), self._tables[name].name if name else "")
            case _:
                made = _leaf(table, str(kind), _typed(given, list))
        return made


def _leaf(table: Table, kind: str, given: list[object]) -> Condition:
    column = table.field_by_name[_typed(given[0], str)].name
    match kind, given[1:]:
        case "holds", [str(text)] if len(text) <= _LONGEST:
            return Holds(column, text)
        case "between", [low, high, bool(strict)]:
            return Between(column, _limit(low), _limit(high), strict)
        case "one_of", [[*values]] if len(values) <= _MOST_PARTS:
            return OneOf(column, frozenset(_limit(each) for each in values))
        case "filled", [bool(filled)]:
            return Filled(column, filled)
        case "aged", [int() | None as low, int() | None as high]:
            return Aged(column, low, high)
    raise ValueError(kind)


def _typed(value: object, of: type[T]) -> T:
    if not isinstance(value, of):
        raise TypeError(value)
    return value


def _number(value: object, low: float = -math.inf, high: float = math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(value)
    if not low <= value <= high:
        raise ValueError(value)
    return value


def _limit(value: object) -> float | str | None:
    return value if value is None or isinstance(value, str) else _number(value)


def _rings(shape: shapely.Polygon | shapely.MultiPolygon) -> _Rings:
    """Polygons, each its rings, the outer one first, each ring its corners."""
    parts = shapely.get_parts(shape)
    return [
        [[list(xy) for xy in shapely.get_coordinates(ring).tolist()] for ring in shapely.get_rings(part)]
        for part in parts
    ]


def _shape(rings: object) -> shapely.Polygon | shapely.MultiPolygon:
    parts = [[_corners(ring) for ring in _typed(part, list)] for part in _typed(rings, list)]
    if not 0 < sum(len(ring) for part in parts for ring in part) <= _MOST_CORNERS:
        raise ValueError(len(parts))
    polygons = [shapely.Polygon(outer, holes) for outer, *holes in parts]
    made = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if made.is_empty or not made.is_valid:
        raise ValueError(len(parts))
    return made


def _corners(ring: object) -> list[tuple[float, float]]:
    return [(_number(x), _number(y)) for x, y in _typed(ring, list)]
