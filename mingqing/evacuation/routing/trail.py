"""Ways followed through what a search found, for many houses at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.routing.graph import Found, Graph
from mingqing.evacuation.routing.pieces import Pieces
from mingqing.evacuation.routing.starts import Starts


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """Stretches of road, `q` of them. owner : (q,) whose way each is part of. order : (q,) the how manieth of it.

    edge : (q,). begin, end : (q,) along the edge's line in the direction of walking, units of the CRS.
    """

    owner: NDArray[np.int64]
    order: NDArray[np.int64]
    edge: NDArray[np.int64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]


def follow(
    pieces: Pieces,
    graph: Graph,
    starts: Starts,
    found: Found,
    owner: NDArray[np.int64],
    chosen: NDArray[np.int64],
) -> Trail:
    """Return the ways that begin with the starts `chosen` and go on as a search found; `owner` is whose each is."""
    piece, forth = starts.piece[chosen], starts.forth[chosen]
    out = np.where(forth, pieces.end[piece], pieces.begin[piece])
    parts = [Trail(owner, np.zeros(len(owner), dtype=np.int64), pieces.edge[piece], starts.at[chosen], out)]
    state = starts.state[chosen]
    while len(state):
        onward = found.onward[state].astype(np.int64)
        owner, state, onward = owner[onward >= 0], state[onward >= 0], onward[onward >= 0]
        step = graph.step_between(state, onward)
        walked = graph.steps.piece[step] >= 0  # not where one only sheds a hazard, or turns in at the shelter
        piece, forth = graph.steps.piece[step][walked], graph.steps.forth[step][walked]
        low, high = pieces.begin[piece], pieces.end[piece]
        order = np.full(len(piece), len(parts))
        begin, end = np.where(forth, low, high), np.where(forth, high, low)
        parts.append(Trail(owner[walked], order, pieces.edge[piece], begin, end))
        state = onward
    return together(parts)


def together(parts: Sequence[Trail]) -> Trail:
    """Return the stretches of several, by owner and in the order they are walked."""
    owner, order, edge, begin, end = (
        np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Trail)
    )
    sort = np.lexsort((order, owner))
    return Trail(owner[sort], order[sort], edge[sort], begin[sort], end[sort])
