"""Shapes written as text, in the terms of GeoJSON (RFC 7946), made into geometries."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.ingest.reading.gdal import is_present, without_wild
from mingqing.ingest.reading.layer import RowProblem

_RINGS = {"Polygon": 1, "MultiPolygon": 2}  # how deep in the coordinates a ring lies


@dataclass(frozen=True, slots=True)
class Drawn:
    """Shapes, and what is to be said of them; `geometry` is None where nothing was drawn at all."""

    geometry: NDArray[np.object_] | None
    notes: tuple[str, ...]
    problems: tuple[RowProblem, ...]


def draw(shapes: Sequence[object], rows: NDArray[np.int64]) -> Drawn:
    """Make (n,) 2D shapes of (n,) GeoJSON geometries, closing open rings; what is no shape is listed by its row."""
    closed = sum(_close(shape) for shape in shapes if isinstance(shape, dict))
    wanted: NDArray[np.object_] = np.full(len(shapes), None, dtype=object)
    wanted[:] = [None if s is None else json.dumps(s) for s in shapes]
    present = is_present(wanted)
    if not present.any():
        return Drawn(None, (), ())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GEOS says of each bad one what the problems say
        made: NDArray[np.object_] = shapely.from_geojson(wanted, on_invalid="ignore")
    deep = bool(shapely.has_z(made).any())
    made, empty = without_wild(shapely.force_2d(made))
    notes = [tr("高程和测量值（Z/M）没有保留")] if deep else []
    if closed:
        notes.append(tr("{count} 个图形的边界没有闭合，已闭合").format(count=closed))
    damaged = present & shapely.is_missing(made) & ~empty
    problems = [RowProblem(row, tr("图形"), tr("图形已损坏")) for row in rows[damaged].tolist()]
    return Drawn(made, tuple(notes), tuple(problems))


def _close(shape: dict[str, object]) -> bool:
    """Close the rings of a polygon in place; return whether one was open."""
    level: object = shape.get("coordinates")
    rings = [level]
    for _ in range(_RINGS.get(str(shape.get("type")), 0)):
        rings = [part for ring in rings if isinstance(ring, list) for part in ring]
    found = False
    for ring in rings if str(shape.get("type")) in _RINGS else ():
        if isinstance(ring, list) and len(ring) > 2 and ring[0] != ring[-1]:
            ring.append(ring[0])
            found = True
    return found
