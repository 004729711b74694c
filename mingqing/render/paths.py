"""Flat arrays of shapes as they are drawn: cut to the sheet, in pixels, thinned to what can be seen."""

from contextlib import suppress

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.paths import Paths
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
    with suppress(shapely.GEOSException):  # with an invalid shape among them, all are drawn whole
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
    ends = np.rint(np.hstack([paths.xy[at], paths.xy[at + 1]]) * 4).astype(np.int64)
    swap = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[swap] = ends[swap][:, [2, 3, 0, 1]]
    ends = ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)]
    ends = np.unique(ends, axis=0)
    if not len(ends):
        return Paths(np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int64))
    segments = shapely.linestrings(ends.reshape(-1, 2, 2) / 4)
    merged = shapely.line_merge(shapely.multilinestrings(segments))
    lines = shapely.simplify(shapely.get_parts(merged), tolerance_px, preserve_topology=False)
    _, xy, offsets = shapely.to_ragged_array(lines)
    count = np.arange(len(lines) + 1)
    return Paths(xy, np.asarray(offsets[0], dtype=np.int64), count, count[:-1])


def pixels(paths: Paths) -> Paths:
    """Replace polygons smaller than a pixel by specks at the pixels they fall in, each one time."""
    box = paths.bounds()
    small = (box[:, 2:] - box[:, :2]).max(axis=1, initial=0) < 1.0
    if not small.any():
        return paths
    cells = np.floor(box[small, :2]).astype(np.int64)
    # Numbered, since unique numbers are found faster than unique rows.
    _, first = np.unique(cells[:, 1] * (1 << 32) + cells[:, 0], return_index=True)
    large, one = paths.take(~small), np.arange(1, len(first) + 1)
    return Paths(
        np.concatenate([large.xy, cells[first].astype(float)]),
        np.concatenate([large.parts, large.parts[-1] + one]),
        np.concatenate([large.features, large.features[-1] + one]),
        np.concatenate([large.rows, paths.rows[small][first]]),
        closed=True,
    )
