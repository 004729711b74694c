"""Conditions put together: all, any, not; of rows that belong together; of rows that are near one another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import shapely

from mingqing.catalog.model import Catalog
from mingqing.store.conditions.leaves import Filter

VILLAGE = "village_code"  # shown, searched and sorted by the village's name


@dataclass(frozen=True, slots=True)
class All:
    """Rows that meet every part; with no part, every row."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """Rows that meet a part; with no part, no row."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """All other rows, those of which nothing is known among them."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class RefersTo:
    """Rows that point by `column` to a row that meets `part`: residents of a household, households of a house."""

    column: str
    part: "Condition"


@dataclass(frozen=True, slots=True)
class ReferredBy:
    """Rows to which a row of `table` that meets `part` points by its `column`: the houses of key persons."""

    table: str
    column: str
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Within:
    """Rows that stand at most `distance_m` metres, in the project's CRS, from a row of `table` that meets `part`.

    A row without a shape of its own stands where the row stands that it belongs to, and has that row's whole shape.
    """

    distance_m: float
    table: str
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Inside:
    """Rows that stand in an area or touch it.

    shape : one or several polygons, in the project's CRS.
    table : of whose rows these are the shapes; empty where somebody drew it.
    """

    shape: shapely.Polygon | shapely.MultiPolygon
    table: str = ""


Condition: TypeAlias = Filter | All | Any | Not | RefersTo | ReferredBy | Within | Inside


def reveals(catalog: Catalog, table: str, condition: Condition) -> frozenset[str]:
    """Return "table.column" of every field that a condition on rows of a table names.

    A table of which no field is named is there by one that everybody has who may see the table at all.
    """
    return frozenset((f"{table}.{VILLAGE}", *_named(catalog, table, condition)))


def _named(catalog: Catalog, table: str, condition: Condition) -> Iterator[str]:
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _named(catalog, table, part)
        case Not(part):
            yield from _named(catalog, table, part)
        case RefersTo(column, part):
            yield f"{table}.{column}"
            target = catalog.tables[table].field_by_name[column].references or ""
            yield from reveals(catalog, target, part)
        case ReferredBy(other, column, part):
            yield f"{other}.{column}"
            yield from reveals(catalog, other, part)
        case Within(_, other, part):
            yield from reveals(catalog, other, part)
        case Inside(_, other):
            yield from [f"{other}.{VILLAGE}"] if other else []
        case _:
            yield f"{table}.{condition.column}"
