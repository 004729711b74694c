"""Many shapes as flat arrays: what drawing works on, and what overviews of a project are kept as."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType


class Shape(StrEnum):
    """The kinds of geometry there are."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


_TYPES = {
    Shape.POINT: (GeometryType.POINT, GeometryType.MULTIPOINT),
    Shape.LINE: (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING),
    Shape.POLYGON: (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
}


@dataclass(frozen=True, slots=True)
class Paths:
    """`n` features (points, lines, or polygons with their holes) made of `p` parts of `m` vertices.

    xy : (m, 2) metres in the project's CRS, or pixels, y down. parts : (p + 1,) offsets into `xy`, of points, lines or
    rings. features : (n + 1,) offsets into `parts`. rows : (n,) which row of the table a feature belongs to; what has
    several pieces has several features. closed : polygons. One of a single vertex is a speck: smaller than anything
    that could be seen at the scale it was made for.
    """

    xy: NDArray[np.float64]
    parts: NDArray[np.int64]
    features: NDArray[np.int64]
    rows: NDArray[np.int64]
    closed: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def none(cls, *, closed: bool = False) -> "Paths":
        """Return no features."""
        start = np.zeros(1, dtype=np.int64)
        return cls(np.empty((0, 2)), start, start, np.zeros(0, dtype=np.int64), closed)

    @classmethod
    def of(cls, geometry: NDArray[np.object_], shape: Shape) -> "Paths":
        """Return what of (n,) shapely geometries (or None) is of `shape`; `rows` are positions in `geometry`.

        Collections contribute their members; what has a coordinate that is no number is left out.
        """
        rows = np.arange(len(geometry))
        types = shapely.get_type_id(geometry)
        mixed = types == GeometryType.GEOMETRYCOLLECTION
        if mixed.any():
            members, owner = shapely.get_parts(geometry[mixed], return_index=True)
            rows = np.concatenate([rows[~mixed], rows[mixed][owner]])
            geometry = np.concatenate([geometry[~mixed], members])
            types = shapely.get_type_id(geometry)
        wanted = np.isin(types, _TYPES[shape]) & ~shapely.is_empty(geometry)
        return _flatten(geometry[wanted], rows[wanted], shape).finite()

    def finite(self) -> "Paths":
        """Return the features all of whose coordinates are numbers."""
        good = np.isfinite(self.xy).all(axis=1) if not np.isfinite(self.xy.sum()) else None
        return self if good is None else self.take(np.logical_and.reduceat(good, self.first))

    @property
    def first(self) -> NDArray[np.int64]:
        """(n,) offset in `xy` of each feature's first vertex."""
        return self.parts[self.features[:-1]]

    @property
    def specks(self) -> NDArray[np.bool_]:
        """(n,) whether a feature is a polygon of a single vertex."""
        vertices = np.diff(self.parts[self.features])
        return np.asarray((vertices == 1) & self.closed)

    def bounds(self) -> NDArray[np.float64]:
        """Return (n, 4) least x, least y, greatest x, greatest y. Every feature has at least one vertex."""
        if not len(self):
            return np.empty((0, 4))
        low = np.minimum.reduceat(self.xy, self.first)
        return np.hstack([low, np.maximum.reduceat(self.xy, self.first)])

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Paths":
        """Return the features that a mask or an array of positions picks, in that order."""
        if which.dtype == np.bool_ and which.all():
            return self
        index = np.arange(len(self))[which]
        part_index, features = _gather(self.features, index)
        vertex_index, parts = _gather(self.parts, part_index)
        return Paths(self.xy[vertex_index], parts, features, self.rows[index], self.closed)

    def thinned(self, step: float = 0.5) -> "Paths":
        """Return the same without vertices that fall in the same cell of `step` as the one before them."""
        if len(self.xy) < 2:
            return self
        cell = np.floor(self.xy / step).astype(np.int64)
        keep = np.empty(len(cell), dtype=bool)
        keep[0] = True
        np.not_equal(cell[1:, 0], cell[:-1, 0], out=keep[1:])
        keep[1:] |= cell[1:, 1] != cell[:-1, 1]
        return self._kept(keep)

    def capped(self, most: float = 400_000.0) -> "Paths":
        """Return the same with only some vertices of features longer than `most`, on the axes' sum.

        In pixels, such a feature scribbles over a whole screen; nobody can tell, and Qt would take seconds for it.
        """
        if not len(self):
            return self
        step = np.abs(np.diff(self.xy, axis=0, append=self.xy[-1:])).sum(axis=1)
        length = np.add.reduceat(step, self.first)
        if not (length > most).any():
            return self
        every = np.repeat(np.where(length > most, 4, 1), np.diff(self.parts[self.features]))
        keep: NDArray[np.bool_] = np.arange(len(self.xy)) % every == 0
        fewer = self._kept(keep)
        return fewer.capped(most) if len(fewer.xy) < len(self.xy) else self

    def _kept(self, keep: NDArray[np.bool_]) -> "Paths":
        """Return the same with some of the vertices, and the ends of all parts."""
        keep[self.parts[:-1]] = True
        keep[self.parts[1:] - 1] = True
        counted = np.concatenate([[0], np.cumsum(keep)])
        return Paths(self.xy[keep], counted[self.parts], self.features, self.rows, self.closed)

    def oriented(self) -> "Paths":
        """Return the same polygons with outer rings all one way round and holes the other.

        Then a winding fill leaves holes open, and what overlaps filled.
        """
        if not len(self):
            return self
        start, length = self.parts[:-1], np.diff(self.parts)
        following = np.roll(self.xy, -1, axis=0)
        cross = self.xy[:, 0] * following[:, 1] - self.xy[:, 1] * following[:, 0]
        cross[self.parts[1:] - 1] = (
            0.0  # from the last vertex of a ring (equal to its first) nothing leads on
        )
        outer = np.zeros(len(start), dtype=bool)
        outer[self.features[:-1]] = True
        turned = (np.add.reduceat(cross, start) > 0) != outer
        if not turned.any():
            return self
        index = np.arange(len(self.xy))
        mirrored = np.repeat(start + self.parts[1:] - 1, length) - index
        xy = self.xy[np.where(np.repeat(turned, length), mirrored, index)]
        return Paths(xy, self.parts, self.features, self.rows, self.closed)


def _flatten(geometry: NDArray[np.object_], rows: NDArray[np.int64], shape: Shape) -> Paths:
    if not len(geometry):
        return Paths.none(closed=shape is Shape.POLYGON)
    _, xy, offsets = shapely.to_ragged_array(geometry, include_z=False)
    levels = [np.asarray(o, dtype=np.int64) for o in offsets]
    if shape is Shape.POLYGON:
        parts, features, *several = levels
    elif shape is Shape.LINE:
        parts, *several = levels
        features = np.arange(len(parts))
    else:
        several = levels
        parts = features = np.arange(len(xy) + 1)
    if several:
        rows = np.repeat(rows, np.diff(several[0]))
    return Paths(xy, parts, features, rows, shape is Shape.POLYGON)


def _gather(
    offsets: NDArray[np.int64], index: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions that ragged rows `index` cover, and the offsets of those rows once gathered."""
    start, length = offsets[index], offsets[index + 1] - offsets[index]
    new = np.concatenate([[0], np.cumsum(length)])
    return np.repeat(start - new[:-1], length) + np.arange(new[-1]), new
