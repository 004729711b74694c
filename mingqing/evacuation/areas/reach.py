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
class Stretches:
    """Stretches of road. lines : (n,) project's CRS. cut : (n,) whether one ends where time runs out."""

    lines: NDArray[np.object_]
    cut: NDArray[np.bool_]

    def ground(self, scale: float) -> shapely.Geometry:
        """Return the ground along them as one shape; empty where there are none.

        It goes round the end of a road, and stops straight across it where time runs out.

        scale : units of the CRS to a metre on the ground.
        """
        strips = [
            _strips(self.lines[self.cut == cut], scale, cap)
            for cut, cap in ((False, "round"), (True, "flat"))
        ]
        return shapely.union_all(np.concatenate(strips))


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

    def between(self, beyond_s: float, limit_s: float) -> Stretches:
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
        lines = (
            self._lines(first, begin[first], upper[first]),
            self._lines(second, lower[second], end[second]),
        )
        return Stretches(np.concatenate(lines), ~whole[np.concatenate([first, second])])

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


def _strips(lines: NDArray[np.object_], scale: float, cap: str) -> NDArray[np.object_]:
    """Return strips along roads, each of a few near ones: GEOS takes the square of how many there are."""
    at = shapely.get_coordinates(shapely.centroid(lines)) // (_NEAR_M * scale)
    near = np.lexsort((at[:, 1], at[:, 0]))
    some = shapely.multilinestrings(
        shapely.simplify(lines[near], _SMOOTH_M * scale), indices=np.arange(len(near)) // _BATCH
    )
    strips: NDArray[np.object_] = shapely.buffer(some, _WIDE_M * scale, quad_segs=_CORNERS, cap_style=cap)
    return strips
