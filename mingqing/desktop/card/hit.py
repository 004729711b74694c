"""What is under a click: the rows drawn there, the one that was most likely meant first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from mingqing.desktop.card.content import name_of

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer, Table
    from mingqing.store.session import Session

_MOST = 12
_REACH = {
    0: 2.0,
    1: 1.0,
    2: 0.0,
}  # a point is drawn as a sign, larger than a line is wide; areas are hit inside


@dataclass(frozen=True, slots=True)
class Hit:
    """A row under the pointer, with its name and its geometry in the project's CRS."""

    table: str
    id: int
    kind: str
    title: str
    geometry: shapely.Geometry


def identify(
    session: "Session",
    theme: "Layer",
    at: tuple[float, float],
    *,
    tolerance_m: float,
    only: frozenset[str] | None = None,
) -> list[Hit]:
    """Return the rows drawn at a place, what is drawn on top first, but the base map last.

    Parameters
    ----------
    at : x, y in the project's CRS, metres.
    tolerance_m : how far from a line still means it; twice as far from a point, areas are hit inside only.
    only : the tables switched on; None for all.
    """
    point = shapely.Point(at)
    reach = 2 * tolerance_m
    box = (at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    found: list[tuple[tuple[bool, int, float, float], Hit]] = []
    for depth, draw in enumerate(reversed(theme.draws)):
        if only is not None and draw.table not in only:
            continue
        table = session.catalog.tables[draw.table]
        near = _near(session, table, point, box, tolerance_m)
        found += [((table.layer == "base", depth, *_order(hit, point)), hit) for hit in near]
    found.sort(key=lambda pair: pair[0])
    return [replace(hit, title=name_of(session, hit.table, hit.id)) for _, hit in found[:_MOST]]


def _order(hit: Hit, point: shapely.Point) -> tuple[float, float]:
    """Within a table the nearer first, then the smaller."""
    return float(hit.geometry.distance(point)), float(hit.geometry.area)


def _near(
    session: "Session",
    table: "Table",
    point: shapely.Point,
    box: tuple[float, float, float, float],
    tolerance_m: float,
) -> Sequence[Hit]:
    features = session.features(table.name, bounds=box)
    hits = []
    for row_id, shape in zip(features.ids, features.geometry, strict=True):
        if shape is None or shape.is_empty:
            continue
        if shape.distance(point) <= tolerance_m * _REACH[shapely.get_dimensions(shape)]:
            hits.append(Hit(table.name, int(row_id), table.title, "", shape))
    return hits
