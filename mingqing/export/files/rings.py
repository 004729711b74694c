"""Lines, and rings of areas, of many shapes at once."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Counts = NDArray[np.int64]

_SEVERAL = (shapely.GeometryType.MULTILINESTRING, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Rings:
    """Rings of shapes, in the order in which `shapely.get_coordinates` gives their points.

    lengths : (k,) points of each. owners : (k,) whose each is. outer : (k,) False of holes.
    """

    lengths: Counts
    owners: Counts
    outer: NDArray[np.bool_]

    def of(self, rows: slice) -> "Rings":
        """Return those of some shapes, which are counted from 0 again."""
        first, last = np.searchsorted(self.owners, [rows.start, rows.stop])
        return Rings(self.lengths[first:last], self.owners[first:last] - rows.start, self.outer[first:last])


def rings_of(geometry: NDArray[np.object_]) -> Rings:
    """Return the rings of areas, or the lines, of (n,) shapes of one kind; of None there is none.

    Shapes of one ring, which most are, are not taken apart: that costs more than all the rest.
    """
    points = shapely.get_num_coordinates(geometry).astype(np.int64)
    several = (shapely.get_num_interior_rings(geometry) > 0) | np.isin(
        shapely.get_type_id(geometry), _SEVERAL
    )
    single = np.flatnonzero(~several & (points > 0))
    parts, of = shapely.get_parts(geometry[several], return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    if not len(rings):  # lines
        rings, part_of = parts, np.arange(len(parts))
    lengths = np.concatenate([points[single], shapely.get_num_coordinates(rings)])
    owners = np.concatenate([single, np.flatnonzero(several)[of[part_of]]])
    outer = np.concatenate([np.ones(len(single), dtype=bool), np.diff(part_of, prepend=-1) > 0])
    order = np.argsort(owners, kind="stable")
    return Rings(lengths[order], owners[order], outer[order])


def turned(xy: NDArray[np.float64], rings: Rings, *, clockwise: bool) -> NDArray[np.float64]:
    """Return the coordinates of rings with all outer ones clockwise (or not), and holes the other way."""
    if not len(xy):
        return xy
    starts = np.cumsum(rings.lengths) - rings.lengths
    near = xy - np.repeat(xy[starts], rings.lengths, axis=0)  # else what counts is lost behind the comma
    x, y = near.T
    crossed = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    crossed[starts + rings.lengths - 1] = 0.0  # from one ring to the next
    wrong = (np.add.reduceat(crossed, starts) < 0) != (rings.outer == clockwise)
    at = np.arange(len(xy))
    backwards = np.repeat(2 * starts + rings.lengths - 1, rings.lengths) - at
    return xy[np.where(np.repeat(wrong, rings.lengths), backwards, at)]
