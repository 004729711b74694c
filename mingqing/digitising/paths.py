"""Shapes taken apart into their paths, the corners of rings and lines, and put together again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr

XY = tuple[float, float]
Path = NDArray[np.float64]
Shapes = NDArray[np.object_]

TOUCH_M = 0.01  # nearer than this, two places are one: no survey of a village is finer than a centimetre

_POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)


_P = ParamSpec("_P")
_T = TypeVar("_T")


def refusing_the_incomputable(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """Return a function whose overlays, where GEOS cannot make them, are a sentence instead of a failure.

    That happens with shapes that cross themselves, and rarely with sides that all but coincide.
    """

    @wraps(work)
    def refusing(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return work(*args, **kwargs)
        except shapely.errors.GEOSException as error:
            raise InputRefused(tr("这里的边线自己交叉或几乎重合，算不出结果，请先调整角点")) from error

    return refusing


def is_polygon(shape: shapely.Geometry) -> bool:
    """Whether a shape is made of polygons."""
    return shapely.get_type_id(shape) in _POLYGONS


def is_line(shape: shapely.Geometry) -> bool:
    """Whether a shape is made of lines."""
    return shapely.get_type_id(shape) in _LINES


def shapes_of(shapes: list[shapely.Geometry]) -> Shapes:
    """Return shapes as (n,) array; numpy alone would take a multi-geometry apart."""
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def taken_apart(shape: shapely.Geometry) -> list[list[Path]]:
    """Return the paths of a shape by part and ring, the exterior first; a ring does not repeat its first corner.

    Returns
    -------
    list of list of (n, 2)
        one path a part for points and lines.
    """
    found = []
    for part in shapely.get_parts(shapely.force_2d(shape)):
        if is_polygon(part):
            found.append([shapely.get_coordinates(r)[:-1] for r in shapely.get_rings(part)])
        else:
            found.append([shapely.get_coordinates(part)])
    return found


def put_together(like: shapely.Geometry, parts: list[list[Path]]) -> shapely.Geometry:
    """Return the shape of the kind of `like` that has these paths; a single geometry where there is one part."""
    if is_polygon(like):
        made = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
    elif is_line(like):
        made = [shapely.LineString(rings[0]) for rings in parts]
    else:
        made = [shapely.Point(rings[0][0]) for rings in parts]
    return as_one(made)


def as_one(parts: list[shapely.Geometry]) -> shapely.Geometry:
    """Return parts of one kind as one shape."""
    if len(parts) == 1:
        return parts[0]
    if is_polygon(parts[0]):
        return shapely.multipolygons(parts)
    return shapely.multilinestrings(parts) if is_line(parts[0]) else shapely.multipoints(parts)


def polygons_of(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the polygons among the parts of whatever an overlay gave; lines and points are left out."""
    return [p for p in shapely.get_parts(shapely.get_parts(shape)) if is_polygon(p) and not p.is_empty]


def polygonal(shape: shapely.Geometry, least_m2: float = 0.0) -> shapely.Geometry:
    """Return the polygons of what an overlay gave, those larger than `least_m2`, as one shape, perhaps empty."""
    parts = [p for p in polygons_of(shape) if p.area > least_m2]
    return as_one(parts) if parts else shapely.Polygon()


@dataclass(frozen=True, slots=True)
class Segments:
    """The sides of many shapes.

    start, end : (m, 2).
    of : (m,) index of the shape each belongs to.
    """

    start: Path
    end: Path
    of: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.of)

    def near(self, box: tuple[float, float, float, float]) -> "Segments":
        """Return those whose box meets x min, y min, x max, y max."""
        lower, upper = np.minimum(self.start, self.end), np.maximum(self.start, self.end)
        keep = (lower[:, 0] <= box[2]) & (upper[:, 0] >= box[0])
        keep &= (lower[:, 1] <= box[3]) & (upper[:, 1] >= box[1])
        return self[keep]

    def __getitem__(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Segments":
        return Segments(self.start[which], self.end[which], self.of[which])


def segments(shapes: Shapes) -> Segments:
    """Return the sides of (n,) polygons and lines, in bulk; points have none."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    types = shapely.get_type_id(parts)
    polygon, line = types == GeometryType.POLYGON, np.isin(types, (1, 2))
    rings, ring_of = shapely.get_rings(parts[polygon], return_index=True)
    paths = np.concatenate([rings, parts[line]])
    owner = np.concatenate([part_of[polygon][ring_of], part_of[line]])
    xy, path_of = shapely.get_coordinates(paths, return_index=True)
    inside = path_of[1:] == path_of[:-1]
    return Segments(xy[:-1][inside], xy[1:][inside], owner[path_of[:-1][inside]])


def foot(start: Path, end: Path, xy: Path) -> tuple[Path, NDArray[np.float64]]:
    """Return the nearest place on each side.

    Parameters
    ----------
    start, end : (m, 2) ends of the sides.
    xy : (2,) or (m, 2).

    Returns
    -------
    place : (m, 2), exactly an end where that is nearest.
    t : (m,) where it is between start, 0, and end, 1.
    """
    along = end - start
    square = (along**2).sum(axis=1)
    t = ((xy - start) * along).sum(axis=1) / np.where(square > 0, square, 1.0)
    t = np.clip(np.where(square > 0, t, 0.0), 0.0, 1.0)
    place = start + t[:, None] * along
    place[t == 1.0] = end[t == 1.0]
    return place, t


def lengths(vectors: Path) -> NDArray[np.float64]:
    """Return (n,) lengths of (n, 2) vectors."""
    return np.hypot(vectors[:, 0], vectors[:, 1])


def cross(a: Path, b: Path) -> NDArray[np.float64]:
    """Return the z of the vector product of (…, 2) vectors: positive where b is to the left of a."""
    found: NDArray[np.float64] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return found


def xy_of(place: Path) -> XY:
    """Return one (2,) place as plain floats."""
    return float(place[0]), float(place[1])
