"""Roads as one long list of vertices, cleared of what no road can be made of."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Roads, Xy

TOUCH_M = 0.001  # vertices this near are the same place: what rounding and transforming leave
JOIN_M = 0.5  # an end this near to another road is meant to be on it
_FARTHEST_M = 1e9  # no grid on Earth has larger coordinates
_PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F)  # odd and large: corners side by side are far apart
_APART = ("桥", "隧")  # codes of `road_structure`: these pass over or under what they cross

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """`p` lines with `v` vertices in all, one after the other. A place on them is vertex + fraction of its side.

    xy : (v, 2) no two in succession equal. first, last : (p,) vertices. road : (p,) index of its row.
    path : (v,) which line a vertex is of. along : (v,) planar length from the first vertex of all; gaps count nothing.
    apart : (p,) bridges and tunnels. shape : (p,) the same for lines with the same sides, whichever way drawn.
    """

    xy: Xy
    first: Index
    last: Index
    road: Index
    path: Index
    along: NDArray[np.float64]
    apart: Flags
    shape: Index

    @property
    def sides(self) -> Index:
        """(s,) first vertices of all sides."""
        return np.delete(np.arange(len(self.xy)), self.last)

    def at(self, places: NDArray[np.float64]) -> Xy:
        """Return where (k,) places are, (k, 2); exactly the vertex where a place is one."""
        i = places.astype(np.int64)
        t = (places - i)[:, None]
        j = np.minimum(i + 1, len(self.xy) - 1)
        return np.where(t > 0, self.xy[i] + t * (self.xy[j] - self.xy[i]), self.xy[i])

    def measure(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far along (k,) places are, (k,)."""
        i = places.astype(np.int64)
        t = places - i
        j = np.minimum(i + 1, len(self.xy) - 1)
        return self.along[i] + t * (self.along[j] - self.along[i])

    def is_end(self, places: NDArray[np.float64]) -> Flags:
        """Return which of (k,) places are the first or last vertex of a line."""
        path = self.path[places.astype(np.int64)]
        return np.asarray((places == self.first[path]) | (places == self.last[path]))


def paths(roads: Roads) -> Paths:
    """Return the lines of all roads that have some length and finite coordinates."""
    parts, road = shapely.get_parts(roads.lines, return_index=True)
    sound = np.isin(shapely.get_type_id(parts), (1, 2)) & ~shapely.is_empty(parts)
    parts, road = parts[sound], road[sound]
    xy, of = shapely.get_coordinates(parts, return_index=True)
    wild = np.bincount(of, ~(np.abs(xy) < _FARTHEST_M).all(axis=1), minlength=len(parts)) > 0
    xy, of = xy[~wild[of]], of[~wild[of]]
    keep = np.ones(len(of), dtype=bool)
    keep[1:] = (of[1:] != of[:-1]) | ~(np.abs(xy[1:] - xy[:-1]) <= TOUCH_M).all(axis=1)
    keep &= (np.bincount(of, keep, minlength=len(parts)) > 1)[of]
    xy, of = xy[keep], of[keep]
    _, first, path, count = np.unique(of, return_index=True, return_inverse=True, return_counts=True)
    road = road[of[first]]
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    steps[first] = 0
    apart = np.array([x in _APART for x in roads.structures], dtype=bool)[road]
    last = first + count - 1
    return Paths(xy, first, last, road, path, np.cumsum(steps), apart, _shapes(xy, first, last))


def _shapes(xy: Xy, first: Index, last: Index) -> Index:
    """Return numbers of lines, (p,), equal where all sides are."""
    corner = np.round(xy / TOUCH_M).astype(np.int64).view(np.uint64) * np.array(_PRIMES, dtype=np.uint64)
    hashed = corner[:, 0] ^ (corner[:, 1] >> np.uint64(17)) ^ corner[:, 1]
    sides = np.append(hashed[:-1] * hashed[1:], np.uint64(0))
    sides[last] = 0
    sums = np.add.reduceat(sides, first) if len(first) else sides[:0]
    return np.asarray(np.unique(sums, return_inverse=True)[1], dtype=np.int64)
