"""Many shapes as three flat arrays in pixels: what is drawn, thinned to what can be seen."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.catalog.style import Shape
from mingqing.render.scale import Viewport

_SHAPES = {
    Shape.POINT: (GeometryType.POINT, GeometryType.MULTIPOINT),
    Shape.LINE: (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING),
    Shape.POLYGON: (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
}


@dataclass(frozen=True, slots=True)
class Paths:
    """`n` features made of `p` lines or rings made of `m` vertices.

    xy : (m, 2) pixels, y down. parts : (p + 1,) offsets into `xy`. features : (n + 1,) offsets into `parts`.
    rows : (n,) the row of the table each feature is. closed : rings, outer clockwise and holes the other way
    on screen, so that a winding fill leaves holes open and overlaps filled.
    """

    xy: NDArray[np.float64]
    parts: NDArray[np.int64]
    features: NDArray[np.int64]
    rows: NDArray[np.int64]
    closed: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> NDArray[np.int64]:
        """(n,) offset in `xy` of each feature's first vertex."""
        return self.parts[self.features[:-1]]

    def bounds(self) -> NDArray[np.float64]:
        """Return (n, 4) west, top, east, bottom in pixels. Every feature has at least one vertex."""
        if not len(self):
            return np.empty((0, 4))
        low = np.minimum.reduceat(self.xy, self.first)
        return np.hstack([low, np.maximum.reduceat(self.xy, self.first)])

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Paths":
        """Return the features that a mask or an array of positions picks, in that order."""
        index = np.arange(len(self))[which]
        part_index, features = _gather(self.features, index)
        vertex_index, parts = _gather(self.parts, part_index)
        return Paths(self.xy[vertex_index], parts, features, self.rows[index], self.closed)

    def thinned(self, step_px: float = 0.5) -> "Paths":
        """Return the same without vertices that fall in the same `step_px` cell as the one before them."""
        if len(self.xy) < 2:
            return self
        cell = np.floor(self.xy / step_px).astype(np.int64)
        keep = np.empty(len(cell), dtype=bool)
        keep[0] = True
        np.any(cell[1:] != cell[:-1], axis=1, out=keep[1:])
        keep[self.parts[:-1]] = True
        keep[self.parts[1:] - 1] = True
        counted = np.concatenate([[0], np.cumsum(keep)])
        return Paths(self.xy[keep], counted[self.parts], self.features, self.rows, self.closed)


def _gather(
    offsets: NDArray[np.int64], index: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions that ragged rows `index` cover, and the offsets of those rows once gathered."""
    start, length = offsets[index], offsets[index + 1] - offsets[index]
    new = np.concatenate([[0], np.cumsum(length)])
    return np.repeat(start - new[:-1], length) + np.arange(new[-1]), new


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


def paths_of(geometry: NDArray[np.object_], shape: Shape, view: Viewport) -> Paths:
    """Return the parts of `geometry` (n shapely objects or None) that are of `shape`, in pixels.

    `rows` refers to positions in `geometry`. Collections contribute their members.
    """
    rows = np.arange(len(geometry))
    kinds = shapely.get_type_id(geometry)
    mixed = kinds == GeometryType.GEOMETRYCOLLECTION
    if mixed.any():
        members, owner = shapely.get_parts(geometry[mixed], return_index=True)
        rows = np.concatenate([rows[~mixed], rows[mixed][owner]])
        geometry = np.concatenate([geometry[~mixed], members])
        kinds = shapely.get_type_id(geometry)
    wanted = np.isin(kinds, _SHAPES[shape]) & ~shapely.is_empty(geometry)
    return _flatten(geometry[wanted], rows[wanted], shape, view)


def _flatten(geometry: NDArray[np.object_], rows: NDArray[np.int64], shape: Shape, view: Viewport) -> Paths:
    closed = shape is Shape.POLYGON
    if not len(geometry):
        none = np.zeros(1, dtype=np.int64)
        return Paths(np.empty((0, 2)), none, none, rows, closed)
    _, coordinates, offsets = shapely.to_ragged_array(geometry, include_z=False)
    xy = view.to_px(coordinates)
    levels = [np.asarray(o, dtype=np.int64) for o in offsets]
    if shape is Shape.POINT:  # every point is a part of its own
        levels.insert(0, np.arange(len(xy) + 1))
    parts = levels[0]
    features = levels[1] if len(levels) > 1 else np.arange(len(parts))
    if len(levels) > 2:
        features = features[levels[2]]
    if closed:
        xy = _oriented(xy, levels)
    return Paths(xy, parts, features, rows, closed)


def _oriented(xy: NDArray[np.float64], levels: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Turn rings so that outer ones have positive area in pixel space and holes negative."""
    rings, polygons = levels[0], levels[1]
    start, length = rings[:-1], np.diff(rings)
    following = np.concatenate([xy[1:], xy[:1]])
    cross = xy[:, 0] * following[:, 1] - xy[:, 1] * following[:, 0]
    cross[rings[1:] - 1] = 0.0  # from the last vertex of a ring (equal to its first) nothing leads on
    area = np.add.reduceat(cross, start)
    outer = np.zeros(len(start), dtype=bool)
    outer[polygons[:-1]] = True
    turn = np.repeat((area > 0) != outer, length)
    index = np.arange(len(xy))
    mirrored = np.repeat(start + rings[1:] - 1, length) - index
    return xy[np.where(turn, mirrored, index)]


def drawn_once(paths: Paths, tolerance_px: float) -> Paths:
    """Return the borders of rings as lines, simplified, in which one shared by two rings occurs one time."""
    inner = np.ones(len(paths.xy), dtype=bool)
    inner[paths.parts[1:] - 1] = False
    at = np.flatnonzero(inner)
    # Quarters of a pixel: what two neighbours share falls on the same spots whichever way it runs.
    ends = np.rint(np.hstack([paths.xy[at], paths.xy[at + 1]]) * 4).astype(np.int64)
    swap = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[swap] = ends[swap][:, [2, 3, 0, 1]]
    ends = np.unique(ends, axis=0)
    ends = ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)]
    if not len(ends):
        return Paths(np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int64))
    segments = shapely.linestrings(ends.reshape(-1, 2, 2) / 4)
    merged = shapely.line_merge(shapely.multilinestrings(segments))
    lines = shapely.simplify(shapely.get_parts(merged), tolerance_px, preserve_topology=False)
    _, xy, offsets = shapely.to_ragged_array(lines)
    count = np.arange(len(lines) + 1)
    return Paths(xy, np.asarray(offsets[0], dtype=np.int64), count, count[:-1])


def pixels(paths: Paths) -> Paths:
    """Replace features smaller than a pixel by the pixels they fall in, each one time."""
    box = paths.bounds()
    small = (box[:, 2:] - box[:, :2]).max(axis=1, initial=0) < 1.0
    if not small.any():
        return paths
    cells, first = np.unique(np.floor(box[small, :2]).astype(np.int64), axis=0, return_index=True)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    squares = (cells[:, None, :] + corners).reshape(-1, 2).astype(float)
    large = paths.take(~small)
    extra = np.arange(1, len(cells) + 1)
    return Paths(
        np.concatenate([large.xy, squares]),
        np.concatenate([large.parts, large.parts[-1] + 5 * extra]),
        np.concatenate([large.features, large.features[-1] + extra]),
        np.concatenate([large.rows, paths.rows[small][first]]),
        closed=True,
    )
