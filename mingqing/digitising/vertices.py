"""Corners of one shape: which is under the pointer, and the shape with one moved, added or gone."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.digitising.paths import (
    XY,
    Path,
    foot,
    is_line,
    is_polygon,
    lengths,
    put_together,
    taken_apart,
    xy_of,
)


@dataclass(frozen=True, slots=True, order=True)
class Vertex:
    """A corner by its place: part of the shape, ring of the part (0 the exterior), index in the ring.

    The first corner of a ring is not counted again at its end. As an edge it is the side that begins there.
    """

    part: int = 0
    ring: int = 0
    index: int = 0


@dataclass(frozen=True, slots=True)
class Handles:
    """All corners of a shape: xy (n, 2) metres, and `at` their n places."""

    xy: Path
    at: tuple[Vertex, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A corner or side near a place: `xy` the place on it, `distance_m` how far off it is."""

    at: Vertex
    xy: XY
    distance_m: float


def handles(shape: shapely.Geometry) -> Handles:
    """Return all corners of a shape, part by part and ring by ring."""
    paths = _paths(shape)
    at = tuple(Vertex(part, ring, i) for part, ring, path in paths for i in range(len(path)))
    return Handles(np.concatenate([path for _, _, path in paths]) if paths else np.empty((0, 2)), at)


def vertex_xy(shape: shapely.Geometry, at: Vertex) -> XY:
    """Return where a corner is. Raises IndexError where there is no such corner."""
    return xy_of(taken_apart(shape)[at.part][at.ring][at.index])


def nearest_vertex(shape: shapely.Geometry, xy: XY, within_m: float = np.inf) -> Hit | None:
    """Return the corner nearest to a place, None where none is within `within_m`."""
    found = handles(shape)
    if not found.at:
        return None
    far = lengths(found.xy - np.array(xy))
    best = int(far.argmin())
    return Hit(found.at[best], xy_of(found.xy[best]), float(far[best])) if far[best] <= within_m else None


def nearest_edge(shape: shapely.Geometry, xy: XY, within_m: float = np.inf) -> Hit | None:
    """Return the side nearest to a place, None where none is within `within_m` and for points."""
    best: Hit | None = None
    for part, ring, path in _paths(shape):
        start, end = _sides(path, closed=is_polygon(shape))
        if len(start):
            place, _ = foot(start, end, np.array(xy))
            far = lengths(place - np.array(xy))
            i = int(far.argmin())
            if far[i] <= (within_m if best is None else best.distance_m):
                best = Hit(Vertex(part, ring, i), xy_of(place[i]), float(far[i]))
    return best


def move_vertex(shape: shapely.Geometry, at: Vertex, xy: XY) -> shapely.Geometry:
    """Return the shape with one corner moved; whether it still is valid is for `topology` to say at the end."""
    parts = taken_apart(shape)
    path = parts[at.part][at.ring].copy()
    path[at.index] = xy
    parts[at.part][at.ring] = path
    return put_together(shape, parts)


def insert_vertex(shape: shapely.Geometry, edge: Vertex, xy: XY) -> shapely.Geometry:
    """Return the shape with a corner added on a side; its place is `edge` with the index one higher."""
    parts = taken_apart(shape)
    parts[edge.part][edge.ring] = np.insert(parts[edge.part][edge.ring], edge.index + 1, xy, axis=0)
    return put_together(shape, parts)


def delete_vertex(shape: shapely.Geometry, at: Vertex) -> shapely.Geometry:
    """Return the shape without one corner.

    Raises
    ------
    InputRefused
        if too few would be left: three for a ring, two for a line, one for a point.
    """
    parts = taken_apart(shape)
    path = parts[at.part][at.ring]
    if is_polygon(shape) and len(path) <= 3:
        reason = (
            tr("洞至少要有三个角点，不要这个洞请用“去洞”")
            if at.ring
            else tr("面至少要有三个角点，不能再删了")
        )
        raise InputRefused(reason)
    if is_line(shape) and len(path) <= 2:
        raise InputRefused(tr("线至少要有两个点，不能再删了"))
    if not is_polygon(shape) and not is_line(shape):
        raise InputRefused(tr("点没有可删的节点，要去掉它请删除整个对象"))
    parts[at.part][at.ring] = np.delete(path, at.index, axis=0)
    return put_together(shape, parts)


def _paths(shape: shapely.Geometry) -> list[tuple[int, int, Path]]:
    return [(p, r, path) for p, rings in enumerate(taken_apart(shape)) for r, path in enumerate(rings)]


def _sides(path: Path, *, closed: bool) -> tuple[Path, NDArray[np.float64]]:
    return (path, np.roll(path, -1, axis=0)) if closed else (path[:-1], path[1:])
