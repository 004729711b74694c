"""Which parts of the roads are within so many seconds of a shelter, walking towards it."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Seconds
from mingqing.evacuation.routing.search import Movers
from mingqing.evacuation.routing.ways import stretch

_WIDE_M = 40.0  # on both sides of a road: where those live whom it serves
_CORNERS = 3  # in a quarter of a circle
_SMOOTH_M = 2.0
_BATCH = 20
_NEAR_M = 500.0


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """How soon one is in a shelter from every piece of road.

    tail_s, head_s : (p,) from the ends of the pieces, inf where no shelter can be reached.
    back_s, forth_s : (p,) along the whole piece to its tail, to its head.
    """

    movers: Movers
    tail_s: Seconds
    head_s: Seconds
    back_s: Seconds
    forth_s: Seconds

    @classmethod
    def of(cls, movers: Movers) -> "Reach":
        """Return how soon one is in the nearest shelter, by the ways that the safety rule allows."""
        seconds, graph = movers.freely.seconds, movers.graph
        forth, back = movers.piece_s
        return cls(movers, seconds[graph.tail], seconds[graph.head], back, forth)

    def between(self, beyond_s: float, limit_s: float) -> NDArray[np.object_]:
        """Return the stretches of road from which one is in a shelter within the limit, but not within `beyond_s`.

        Roads are cut exactly where the time runs out.
        """
        # What is left of a piece beyond the nearer limit is one stretch, of which the farther one may leave a middle.
        begin, end = self._left_over(beyond_s)
        tail_side, head_side = self._left_over(limit_s)
        whole = tail_side >= head_side
        there = begin < end
        upper, lower = np.where(whole, end, tail_side), np.where(whole, end, head_side)
        first = np.flatnonzero(there & (upper > begin))
        second = np.flatnonzero(there & (lower < end))
        return np.concatenate(
            [self._lines(first, begin[first], upper[first]), self._lines(second, lower[second], end[second])]
        )

    def _left_over(self, limit_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return from where to where on each piece one is not in a shelter in time, 0 to 1; none where from ≥ to."""
        from_tail = _share(limit_s - self.tail_s, self.back_s)
        return from_tail, 1.0 - _share(limit_s - self.head_s, self.forth_s)

    def _lines(
        self, piece: NDArray[np.int64], begin: NDArray[np.float64], end: NDArray[np.float64]
    ) -> NDArray[np.object_]:
        """Return pieces from one share of them to another."""
        ground = self.movers.ground
        edge, span = ground.pieces.edge[piece], (ground.pieces.end - ground.pieces.begin)[piece]
        begin, end = (ground.pieces.begin[piece] + share * span for share in (begin, end))
        lines = ground.network.lines[edge]
        for i in np.flatnonzero((begin > 0) | (end < ground.length[edge])).tolist():
            xy = stretch(ground.network, int(edge[i]), float(begin[i]), float(end[i]))
            lines[i] = shapely.LineString(xy)
        return lines


def _share(left_s: Seconds, whole_s: Seconds) -> NDArray[np.float64]:
    """Return how much of a piece, 0 to 1, can be walked in the seconds left."""
    enough = left_s >= whole_s
    part = np.divide(left_s, whole_s, out=np.zeros(len(left_s)), where=np.isfinite(whole_s) & (whole_s > 0))
    return np.where(enough & np.isfinite(whole_s), 1.0, np.clip(part, 0.0, 1.0))


def ground_along(lines: NDArray[np.object_], scale: float) -> shapely.Geometry:
    """Return the ground along roads as one shape, project's CRS; empty where there are none.

    scale : units of the CRS to a metre on the ground.
    """
    # Strips of a few near roads at a time: GEOS takes the square of how many there are.
    at = shapely.get_coordinates(shapely.centroid(lines)) // (_NEAR_M * scale)
    near = np.lexsort((at[:, 1], at[:, 0]))
    simple = shapely.simplify(lines[near], _SMOOTH_M * scale)
    some = np.arange(len(simple)) // _BATCH
    strips = shapely.buffer(
        shapely.multilinestrings(simple, indices=some), _WIDE_M * scale, quad_segs=_CORNERS
    )
    return shapely.union_all(strips)
