"""Pieces of road as a graph of states, searched backwards from the shelters.

A state is a node and the set of hazards one is still in; the set may only shrink on the way. So a way leaves the
hazards it starts in, and never enters one: neither another, nor the same again.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mingqing.evacuation.model import Seconds
from mingqing.evacuation.routing.pieces import SAFE, Pieces

NONE = -1
_NO_STATES = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search from shelters backwards gives. seconds : (m,) to the shelter, inf where there is no way.

    onward : (m,) the state to go to next; -1 at the end and where there is no way.
    """

    seconds: Seconds
    onward: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Ways to move, `a` of them: from a state to a state along a piece, or with piece -1 to shed a hazard.

    forth : (a,) whether along the piece's line or against it.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    seconds: Seconds
    piece: NDArray[np.int64]
    forth: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """States, the steps between them, and a state for every shelter, at which its access leg begins.

    tail, head : (p,) the state of each piece at its ends. states : how many; then `s` shelters, then one to start from.
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    states: int
    shelters: int
    steps: Steps
    matrix: csr_array
    _keys: NDArray[np.int64] = field(repr=False)

    def search(self, handicap_s: Seconds, limit_s: float = np.inf) -> Found:
        """Return the soonest way from every state to the shelter of least time and handicap; inf closes one."""
        start = self.states + self.shelters
        row = slice(self.matrix.indptr[start], self.matrix.indptr[start + 1])
        self.matrix.data[row] = handicap_s
        seconds, onward = dijkstra(
            self.matrix, directed=True, indices=start, limit=limit_s, return_predecessors=True
        )
        onward[(onward < 0) | (onward == start)] = NONE
        return Found(seconds, onward)

    def shelter_of(self, found: Found) -> NDArray[np.int64]:
        """Return for every state the shelter its way ends at, -1 where there is none."""
        jump = np.where(found.onward >= 0, found.onward, np.arange(len(found.onward)))
        while True:
            further = jump[jump]
            if np.array_equal(further, jump):
                break
            jump = further
        ends = jump - self.states
        return np.where((ends >= 0) & (ends < self.shelters) & np.isfinite(found.seconds), ends, NONE)

    def step_between(self, source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the steps that lead from states to states, those of least time."""
        return np.searchsorted(self._keys, source * (self.states + self.shelters + 1) + target)


def build(
    pieces: Pieces,
    forth_s: Seconds,
    back_s: Seconds,
    leg_s: Seconds,
    dear_s: float | None = None,
) -> Graph:
    """Return the graph of pieces.

    Parameters
    ----------
    forth_s, back_s : (p,) along a piece and against it, inf where one may not go.
    leg_s : (s,) from where each shelter joins to the shelter.
    dear_s : what entering a hazard costs, each time; None where that may not be.
    """
    tail, head, states, turns = _states(pieces, dear_s)
    shelters = len(pieces.shelters)
    count = len(pieces)
    both = np.arange(count)
    joined = np.flatnonzero(pieces.shelters >= 0)
    steps = _quickest(
        Steps(
            source=np.concatenate([tail, head, turns.source, pieces.shelters[joined]]),
            target=np.concatenate([head, tail, turns.target, states + joined]),
            seconds=np.concatenate([forth_s, back_s, turns.seconds, leg_s[joined]]),
            piece=np.concatenate([both, both, np.full(len(turns.source) + len(joined), NONE)]),
            forth=np.concatenate(
                [np.ones(count, np.bool_), np.zeros(count + len(turns.source) + len(joined), np.bool_)]
            ),
        ),
        states + shelters + 1,
    )
    keys = steps.source * (states + shelters + 1) + steps.target
    return Graph(tail, head, states, shelters, steps, _backwards(steps, states, shelters), keys)


class _Turns(NamedTuple):
    """Steps between the states of one node: shedding a hazard takes no time, entering one what it costs."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    seconds: Seconds


def _states(pieces: Pieces, dear_s: float | None) -> tuple[NDArray[np.int64], NDArray[np.int64], int, _Turns]:
    """Return the states at the tails and heads of pieces, how many there are, and the turns between them.

    A node by itself is the state without hazards.
    """
    tail, head = pieces.tail.copy(), pieces.head.copy()
    unsafe = np.flatnonzero(pieces.label != SAFE)
    many = len(pieces.labels)
    key = np.concatenate([pieces.tail[unsafe], pieces.head[unsafe]]) * many + np.tile(pieces.label[unsafe], 2)
    known, which = np.unique(key, return_inverse=True)
    tail[unsafe] = pieces.nodes + which[: len(unsafe)]
    head[unsafe] = pieces.nodes + which[len(unsafe) :]
    # The states of one node side by side, the one without hazards among them.
    node = np.concatenate([known // many, np.unique(known // many)])
    label = np.concatenate([known % many, np.full(len(node) - len(known), SAFE)])
    number = np.concatenate([pieces.nodes + np.arange(len(known)), node[len(known) :]])
    order = np.lexsort((label, node))
    turns = _turns(pieces, node[order], label[order], number[order], dear_s)
    return tail, head, pieces.nodes + len(known), turns


def _turns(
    pieces: Pieces,
    node: NDArray[np.int64],
    label: NDArray[np.int64],
    number: NDArray[np.int64],
    dear_s: float | None,
) -> _Turns:
    """Return the turns between states of given nodes and labels, those of one node side by side."""
    source, target, seconds = [_NO_STATES], [_NO_STATES], [np.empty(0)]
    for apart in range(1, len(node)):
        pair = np.flatnonzero(node[apart:] == node[:-apart])
        if not len(pair):
            break
        for one, other in ((pair, pair + apart), (pair + apart, pair)):
            more = entered(pieces, label[one], label[other])
            takes = np.where(more > 0, np.inf, 0.0) if dear_s is None else more * dear_s
            source.append(number[one])
            target.append(number[other])
            seconds.append(takes)
    return _Turns(np.concatenate(source), np.concatenate(target), np.concatenate(seconds))


def entered(pieces: Pieces, label: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many hazards one enters from ground of a label to ground of another, (k,)."""
    pairs, which = np.unique(np.stack([label, other]), axis=1, return_inverse=True)
    more = [len(pieces.labels[b] - pieces.labels[a]) for a, b in pairs.T.tolist()]
    return np.asarray(more, dtype=np.float64)[which.reshape(-1)]


def _quickest(steps: Steps, states: int) -> Steps:
    """Return the steps that can be gone, by source and target, of several between the same two the quickest."""
    order = np.lexsort((steps.seconds, steps.target, steps.source))
    order = order[np.isfinite(steps.seconds[order])]
    key = steps.source[order] * states + steps.target[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = np.diff(key) != 0
    kept = order[new]
    return Steps(
        steps.source[kept], steps.target[kept], steps.seconds[kept], steps.piece[kept], steps.forth[kept]
    )


def _backwards(steps: Steps, states: int, shelters: int) -> csr_array:
    """Return the matrix of steps turned round, its last row leading to every shelter.

    Built by hand, since scipy would drop steps that take no time.
    """
    size = states + shelters + 1
    order = np.lexsort((steps.source, steps.target))
    counts = np.bincount(steps.target, minlength=size)
    counts[size - 1] = shelters
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    indices = np.concatenate([steps.source[order], states + np.arange(shelters)]).astype(np.int32)
    data = np.concatenate([steps.seconds[order], np.zeros(shelters)])
    return csr_array((data, indices, indptr), shape=(size, size))
