"""What is under a click: the rows drawn there, the one that was most likely meant first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from mingqing.catalog.model import Layer, Table
    from mingqing.store.session import Session

_MOST = 12


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
    """Return the rows drawn at a place, what is drawn on top first and large areas last.

    Parameters
    ----------
    at : x, y in the project's CRS, metres.
    tolerance_m : how far from a point or a line still means it; areas are hit inside only.
    only : the tables switched on; None for all.
    """
    point = shapely.Point(at)
    box = (at[0] - tolerance_m, at[1] - tolerance_m, at[0] + tolerance_m, at[1] + tolerance_m)
    found: list[tuple[tuple[int, float], Hit]] = []
    for depth, draw in enumerate(reversed(theme.draws)):
        if only is not None and draw.table not in only:
            continue
        near = _near(session, session.catalog.tables[draw.table], point, box, tolerance_m)
        found += [(_order(hit, point, depth), hit) for hit in near]
    found.sort(key=lambda pair: pair[0])
    return [hit for _, hit in found[:_MOST]]


def _order(hit: Hit, point: shapely.Point, depth: int) -> tuple[int, float]:
    """Points before lines before areas; among those, what is drawn higher, then the nearer or smaller."""
    rank = {0: 0, 1: 1, 2: 2}[shapely.get_dimensions(hit.geometry)]
    small = hit.geometry.area if rank == 2 else hit.geometry.distance(point)
    return (rank * 100 if rank < 2 else 200) + (depth if rank < 2 else 0), float(small)


def _near(
    session: "Session",
    table: "Table",
    point: shapely.Point,
    box: tuple[float, float, float, float],
    tolerance_m: float,
) -> Sequence[Hit]:
    features = session.features(table.name, bounds=box, columns=[table.title_field])
    titles = features.columns[table.title_field]
    reference = table.field_by_name[table.title_field].references
    hits = []
    for row_id, shape, title in zip(features.ids, features.geometry, titles, strict=True):
        if shape is None or shape.is_empty:
            continue
        reach = 0.0 if shapely.get_dimensions(shape) == 2 else tolerance_m
        if shape.distance(point) <= reach:
            text = "" if title is None or reference else str(title)
            hits.append(Hit(table.name, int(row_id), table.title, text, shape))
    return hits
