"""Where on the pieces of road the way of every house begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Seconds, Xy
from mingqing.evacuation.network.model import Joins
from mingqing.evacuation.routing.danger import TOUCH_M, Danger
from mingqing.evacuation.routing.graph import Graph
from mingqing.evacuation.routing.pieces import SAFE, Pieces, ramp


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Ways to set out, `a` of them, by house: along a piece to one of its ends.

    house, piece : (a,). at : (a,) where on the edge, units of the CRS. forth : (a,) along its line or against it.
    state : (a,) where it leads to. seconds : (a,) access leg and the rest of the piece.
    begins : (b,) the first of every house that has any; those houses in `houses`.
    """

    house: NDArray[np.int64]
    piece: NDArray[np.int64]
    at: NDArray[np.float64]
    forth: NDArray[np.bool_]
    state: NDArray[np.int64]
    seconds: Seconds
    begins: NDArray[np.int64]
    houses: NDArray[np.int64]

    def best(self, arrival: Seconds, count: int) -> tuple[Seconds, NDArray[np.int64]]:
        """Return for `count` houses the least of seconds + arrival, inf where there is none, and the start of it.

        arrival : (m,) from every state to the end.
        """
        seconds, chosen = np.full(count, np.inf), np.full(count, -1, dtype=np.int64)
        if len(self.begins):
            whole = self.seconds + arrival[self.state]
            least = np.minimum.reduceat(whole, self.begins)
            seconds[self.houses] = least
            span = np.diff(np.append(self.begins, len(whole)))
            hit = np.flatnonzero(whole == np.repeat(least, span))
            chosen[self.house[hit[::-1]]] = hit[::-1]
        chosen[np.isinf(seconds)] = -1
        return seconds, chosen


def starts(
    at: Xy,
    joins: Joins,
    leg_s: Seconds,
    pieces: Pieces,
    graph: Graph,
    danger: Danger,
    piece_s: tuple[Seconds, Seconds],
    dear_s: float | None = None,
) -> Starts:
    """Return how the houses at `at` may set out from where they join the network, in (h, 2).

    piece_s : (p,) seconds along and against every piece.
    dear_s : what entering a hazard costs, each time; None where that may not be.
    """
    house, piece = _pieces_at(joins, pieces)
    more = np.zeros(len(piece))  # hazards that one would enter with the first step on the road
    doubtful = np.flatnonzero(pieces.label[piece] != SAFE)
    if len(doubtful):
        still_in = _still_in(at, joins.foot, danger, np.unique(house[doubtful]))
        nothing: frozenset[int] = frozenset()
        more[doubtful] = [
            len(pieces.labels[label] - still_in.get(one, nothing))
            for one, label in zip(
                house[doubtful].tolist(), pieces.label[piece[doubtful]].tolist(), strict=True
            )
        ]
    allowed = more == 0 if dear_s is None else np.ones(len(piece), dtype=np.bool_)
    house, piece, more = (np.repeat(x[allowed], 2) for x in (house, piece, more))
    forth = np.arange(len(piece)) % 2 == 0
    where = np.clip(joins.at[house], pieces.begin[piece], pieces.end[piece])
    span = pieces.end[piece] - pieces.begin[piece]
    left = np.where(forth, pieces.end[piece] - where, where - pieces.begin[piece])
    share = np.divide(left, span, out=np.zeros(len(left)), where=span > 0)
    along = np.where(forth, piece_s[0][piece], piece_s[1][piece])
    # To an end that one stands on already, one need not be allowed to go.
    seconds = leg_s[house] + np.where(share > 0, share * np.where(share > 0, along, 1.0), 0.0)
    if dear_s is not None:
        seconds += more * dear_s
    state = np.where(forth, graph.head[piece], graph.tail[piece])
    houses, begins = np.unique(house, return_index=True)
    return Starts(house, piece, where, forth, state, seconds, begins, houses)


def _pieces_at(joins: Joins, pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (house, piece) for all that join the network: one piece, two where they join at a cut."""
    house = np.flatnonzero(joins.edge >= 0)
    edge = joins.edge[house]
    first = np.searchsorted(pieces.edge, edge)
    count = np.searchsorted(pieces.edge, edge, side="right") - first
    owner = np.repeat(house, count)
    piece = np.repeat(first, count) + ramp(count)
    here = (joins.at[owner] >= pieces.begin[piece] - TOUCH_M) & (
        joins.at[owner] <= pieces.end[piece] + TOUCH_M
    )
    return owner[here], piece[here]


def _still_in(at: Xy, foot: Xy, danger: Danger, houses: NDArray[np.int64]) -> dict[int, frozenset[int]]:
    """Return the hazards that houses stand in and have not left where they come to the road."""
    many = max(len(danger), 1)
    keys = []
    for places in (at, foot):
        which, hazard = danger.around(places[houses])
        keys.append(houses[which] * many + hazard)
    both = np.intersect1d(keys[0], keys[1])
    found: dict[int, set[int]] = {}
    for key in both.tolist():
        found.setdefault(key // many, set()).add(key % many)
    return {house: frozenset(hazards) for house, hazards in found.items()}
