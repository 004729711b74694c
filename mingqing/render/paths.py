"""Flat arrays of shapes as they are drawn: cut to the sheet, in pixels, thinned to what can be seen."""

from contextlib import suppress

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.core.paths import Paths, Shape
from mingqing.render.scale import Viewport


def points(xy: NDArray[np.float64], rows: NDArray[np.int64] | None = None) -> Paths:
    """Return (n, 2) pixels as features of one vertex each."""
    count = np.arange(len(xy) + 1)
    return Paths(xy.reshape(-1, 2), count, count, count[:-1] if rows is None else rows)


def clipped(geometry: NDArray[np.object_], view: Viewport, margin_px: float) -> NDArray[np.object_]:
    """Return the geometries cut to the view and a margin; those wholly inside are left as they are."""
    west, south, east, north = view.grown(margin_px)
    box = shapely.bounds(geometry)
    with np.errstate(invalid="ignore"):
        outside = (box[:, 0] < west) | (box[:, 1] < south) | (box[:, 2] > east) | (box[:, 3] > north)
    if not outside.any():
        return geometry
    out = geometry.copy()
    with (
        suppress(shapely.GEOSException),
        np.errstate(invalid="ignore"),
    ):  # with an invalid shape among them, all are drawn whole
        out[outside] = shapely.clip_by_rect(geometry[outside], west, south, east, north)
    return out


def in_px(paths: Paths, view: Viewport) -> Paths:
    """Return the same in pixels of a view."""
    return Paths(view.to_px(paths.xy), paths.parts, paths.features, paths.rows, paths.closed)


def near(paths: Paths, view: Viewport, margin_px: float) -> Paths:
    """Return the features, in metres, whose bounding box meets the view and a margin."""
    west, south, east, north = view.grown(margin_px)
    box = paths.bounds()
    return paths.take((box[:, 0] <= east) & (box[:, 1] <= north) & (box[:, 2] >= west) & (box[:, 3] >= south))


def drawn_once(paths: Paths, tolerance_px: float) -> Paths:
    """Return the borders of rings as lines, simplified, in which one shared by two rings occurs one time."""
    inner = np.ones(len(paths.xy), dtype=bool)
    inner[paths.parts[1:] - 1] = False
    at = np.flatnonzero(inner)
    # Quarters of a pixel: what two neighbours share falls on the same spots whichever way it runs.
    spots = np.rint(paths.xy * 4).astype(np.int64)
    numbers = (spots[:, 0] << 32) + spots[:, 1]
    low, high = np.minimum(numbers[at], numbers[at + 1]), np.maximum(numbers[at], numbers[at + 1])
    order = np.lexsort((high, low))
    low, high, at = low[order], high[order], at[order]
    fresh = (low != high) & ((np.diff(low, prepend=-1) != 0) | (np.diff(high, prepend=-1) != 0))
    if not fresh.any():
        return Paths.none()
    ends = np.stack([spots[at[fresh]], spots[at[fresh] + 1]], axis=1).reshape(-1, 2) / 4
    count = np.arange(len(ends) // 2 + 1)
    offsets = count * 2, np.array([0, count[-1]])
    segments = shapely.from_ragged_array(GeometryType.MULTILINESTRING, ends, offsets)
    lines = shapely.get_parts(shapely.line_merge(segments))
    return Paths.of(shapely.simplify(lines, tolerance_px, preserve_topology=False), Shape.LINE)


def extent(paths: Paths) -> NDArray[np.float64]:
    """Return (n,) how wide or high each feature is, whichever is more."""
    box = paths.bounds()
    larger: NDArray[np.float64] = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    return larger


def pixels(paths: Paths) -> Paths:
    """Replace polygons smaller than a pixel by specks at the pixels they fall in, each one time."""
    small = extent(paths) < 1.0
    if not small.any():
        return paths
    cells = np.floor(paths.xy[paths.first[small]]).astype(np.int64)
    # Numbered, since unique numbers are found faster than unique rows.
    _, first = np.unique((cells[:, 1] << 32) + cells[:, 0], return_index=True)
    large, one = paths.take(~small), np.arange(1, len(first) + 1)
    return Paths(
        np.concatenate([large.xy, cells[first].astype(float)]),
        np.concatenate([large.parts, large.parts[-1] + one]),
        np.concatenate([large.features, large.features[-1] + one]),
        np.concatenate([large.rows, paths.rows[small][first]]),
        closed=True,
    )
