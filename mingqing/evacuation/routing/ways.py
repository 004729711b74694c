"""Ways, leg by leg: which pieces of road they take, how long they are, and their lines."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Seconds, Xy
from mingqing.evacuation.network.model import Network


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways of `k` houses, one after another; those of a house that has none are empty.

    first : (k + 1,) where each begins among the `q` stretches of road.
    edge : (q,). begin, end : (q,) along the edge's line, units of the CRS; from the greater to the less is against it.
    road_s : (q,) seconds on each stretch. leg_s : (k, 2) on the access legs of house and shelter.
    start, join, leave, goal : (k, 2) house, where it comes to the road and leaves it, shelter; NaN where there is none.
    metres : (k,) on the ground, access legs included; NaN where there is no way.
    """

    first: NDArray[np.int64]
    edge: NDArray[np.int64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    road_s: Seconds
    leg_s: Seconds
    start: Xy
    join: Xy
    leave: Xy
    goal: Xy
    metres: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.metres)

    @property
    def owner(self) -> NDArray[np.int64]:
        """The way that each stretch belongs to, (q,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @property
    def seconds(self) -> Seconds:
        """How long each takes, (k,); inf where there is no way."""
        road = np.bincount(self.owner, weights=self.road_s, minlength=len(self))
        whole: Seconds = np.where(np.isnan(self.metres), np.inf, road + self.leg_s.sum(axis=1))
        return whole

    def stretches(self, way: int) -> Iterator[tuple[int, float, float]]:
        """Yield edge, begin and end of the stretches of one way."""
        part = slice(self.first[way], self.first[way + 1])
        yield from zip(
            self.edge[part].tolist(), self.begin[part].tolist(), self.end[part].tolist(), strict=True
        )

    def line(self, network: Network, way: int) -> shapely.LineString | None:
        """Return the line of one way from house to shelter, project's CRS; None where there is none."""
        if np.isnan(self.metres[way]):
            return None
        parts = [self.start[way : way + 1], self.join[way : way + 1]]
        parts += [stretch(network, *piece) for piece in self.stretches(way)]
        parts += [self.leave[way : way + 1], self.goal[way : way + 1]]
        xy = np.concatenate(parts)
        new = np.ones(len(xy), dtype=np.bool_)
        new[1:] = (np.abs(np.diff(xy, axis=0)) > 1e-9).any(axis=1)
        kept = xy[new]
        return shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))


def nowhere(count: int) -> Ways:
    """Return the ways of houses that none leads away from."""
    far = np.full((count, 2), np.nan)
    first, none = np.zeros(count + 1, dtype=np.int64), np.empty(0)
    return Ways(first, first[:0], none, none, none, far, far, far, far, far, np.full(count, np.nan))


def stretch(network: Network, edge: int, begin: float, end: float) -> Xy:
    """Return the vertices of an edge from one place on it to another, in the order one walks them."""
    line = network.lines[edge]
    low, high = min(begin, end), max(begin, end)
    if low <= 0 and high >= line.length:
        xy = shapely.get_coordinates(line)
    else:
        corners = shapely.get_coordinates(line)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [low, high]))
        xy = np.concatenate([ends[:1], corners[(along > low) & (along < high)], ends[1:]])
    walked: Xy = xy if end >= begin else xy[::-1]
    return walked
