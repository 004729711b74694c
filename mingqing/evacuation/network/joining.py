"""Where houses and shelters come to the roads: the nearest place on the nearest road that may be used."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.crs.ground import metric, on_ground
from mingqing.evacuation.model import Xy
from mingqing.evacuation.network.model import Joins, Network

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]
Allowed = Callable[[Index, Index, Xy], Flags]
Found = tuple[shapely.STRtree, Index]  # the tree of some edges' lines, and which edges these are

MOST_TRIED = 512  # edges tried for one place; beyond them it counts as out of reach
_STRETCHED = 1.5  # by how much a grid may lengthen what is on the ground: 网络墨卡托 as far north as Harbin
_FIRST_M = 20.0  # how far around to look first when the nearest road is refused
_BATCH = 500  # places looked at together: bounds what their candidates take of memory
_KEPT_TREES = 4


def join(network: Network, at: Xy, usable: Flags, allowed: Allowed | None = None) -> Joins:
    """Bring places to the network once; see `Approach.join`."""
    return Approach(network).join(at, usable, allowed)


class Approach:
    """A network that places are brought to again and again; keeps the search trees of the last roads used."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._trees: OrderedDict[bytes, Found] = OrderedDict()

    def join(
        self, at: Xy, usable: Flags, allowed: Allowed | None = None, *, within_m: float = np.inf
    ) -> Joins:
        """Bring places to the nearest place on the nearest edge; of edges equally near to the first.

        Parameters
        ----------
        at : (k, 2) places in the project's CRS; NaN for none.
        usable : (e,) which edges may be joined at all.
        allowed : told places (m,), edges (m,) and feet (m, 2), says which of these legs may be walked. Where one may
            not, the next nearest edge is tried, up to `MOST_TRIED` edges. It may be asked about a leg twice.
        within_m : how long a leg may be, on the ground; who is farther from every road comes to none.
        """
        at = np.asarray(at, dtype=np.float64).reshape(-1, 2)
        edge = np.full(len(at), -1, dtype=np.int64)
        tree, edges = found = self._tree(usable)
        there = np.flatnonzero(np.isfinite(at).all(axis=1))
        if len(edges) and len(there):
            place, hit = tree.query_nearest(shapely.points(at[there]))
            nearest = np.full(len(there), len(edges), dtype=np.int64)
            np.minimum.at(nearest, place, hit)
            edge[there] = edges[nearest]
            if allowed is not None:
                refused = there[~allowed(there, edge[there], self._feet(at[there], edge[there])[0])]
                for begin in range(0, len(refused), _BATCH):
                    batch = refused[begin : begin + _BATCH]
                    edge[batch] = self._search(at, batch, found, allowed, within_m * _STRETCHED)
        joins = self._joins(at, edge)
        edge[joins.leg_m > within_m] = -1
        return joins if np.isinf(within_m) else self._joins(at, edge)

    def _tree(self, usable: Flags) -> Found:
        key = np.packbits(usable).tobytes()
        if key not in self._trees:
            edges = np.flatnonzero(usable)
            self._trees[key] = shapely.STRtree(self._network.lines[edges]), edges
            if len(self._trees) > _KEPT_TREES:
                self._trees.popitem(last=False)
        self._trees.move_to_end(key)
        return self._trees[key]

    def _search(self, at: Xy, places: Index, found: Found, allowed: Allowed, reach: float) -> Index:
        """Return for each of some places the nearest edge that it is allowed, -1 if none, in rings ever wider."""
        tree, edges = found
        points = shapely.points(at[places])
        chosen = np.full(len(places), -1, dtype=np.int64)
        tried = np.zeros(len(places), dtype=np.int64)
        left = np.arange(len(places))
        inner, outer = 0.0, _FIRST_M
        while len(left) and inner < reach:
            which, hit = tree.query(points[left], predicate="dwithin", distance=outer)
            everything = np.bincount(which, minlength=len(left)) == len(edges)
            which, edge = left[which], edges[hit]
            far = shapely.distance(points[which], self._network.lines[edge])
            order = np.lexsort((edge, far, which))
            # What rounding puts on the border of two rings is asked about twice rather than never.
            order = order[far[order] >= inner * (1 - 1e-9)]
            keep = order[_rank(which[order]) + tried[which[order]] < MOST_TRIED]
            which, edge = which[keep], edge[keep]
            tried += np.bincount(which, minlength=len(places))
            feet, _ = self._feet(at[places[which]], edge)
            good = np.flatnonzero(allowed(places[which], edge, feet))[::-1]
            chosen[which[good]] = edge[good]
            left = left[(chosen[left] < 0) & (tried[left] < MOST_TRIED) & ~everything]
            inner, outer = outer, outer * 2
        return chosen

    def _feet(self, at: Xy, edge: Index) -> tuple[Xy, NDArray[np.float64]]:
        """Return the nearest place on each edge, (k, 2), and how far along it that is, (k,)."""
        lines = self._network.lines[edge]
        along = shapely.line_locate_point(lines, shapely.points(at))
        return shapely.get_coordinates(shapely.line_interpolate_point(lines, along)), along

    def _joins(self, at: Xy, edge: Index) -> Joins:
        has = edge >= 0
        foot, along, leg_m = np.full((len(at), 2), np.nan), np.full(len(at), np.nan), np.full(len(at), np.nan)
        foot[has], along[has] = self._feet(at[has], edge[has])
        step = foot[has] - at[has]
        leg_m[has] = on_ground(step, metric(at[has] + step / 2, self._network.epsg))
        return Joins(edge.astype(np.int32), along, foot, leg_m)


def _rank(groups: Index) -> Index:
    """Return how many of its group stand before each; groups stand together."""
    new = np.diff(groups, prepend=-1) != 0
    return np.asarray(np.arange(len(groups)) - np.flatnonzero(new)[np.cumsum(new) - 1], dtype=np.int64)
