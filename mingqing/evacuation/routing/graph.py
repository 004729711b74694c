"""Pieces of road as a graph of states, searched backwards from the shelters.

A state is a node and the set of hazards one is still in; the set may only shrink on the way. So a way leaves the
hazards it starts in, and never enters one: neither another, nor the same again.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mingqing.evacuation.model import Seconds
from mingqing.evacuation.routing.pieces import SAFE, Pieces

NONE = -1


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
) -> Graph:
    """Return the graph of pieces.

    Parameters
    ----------
    forth_s, back_s : (p,) along a piece and against it, inf where one may not go.
    leg_s : (s,) from where each shelter joins to the shelter.
    """
    tail, head, states, shed = _states(pieces)
    shelters = len(pieces.shelters)
    count = len(pieces)
    both = np.arange(count)
    joined = np.flatnonzero(pieces.shelters >= 0)
    steps = _quickest(
        Steps(
            source=np.concatenate([tail, head, shed[0], pieces.shelters[joined]]),
            target=np.concatenate([head, tail, shed[1], states + joined]),
            seconds=np.concatenate([forth_s, back_s, np.zeros(len(shed[0])), leg_s[joined]]),
            piece=np.concatenate([both, both, np.full(len(shed[0]) + len(joined), NONE)]),
            forth=np.concatenate(
                [np.ones(count, np.bool_), np.zeros(count + len(shed[0]) + len(joined), np.bool_)]
            ),
        ),
        states + shelters + 1,
    )
    keys = steps.source * (states + shelters + 1) + steps.target
    return Graph(tail, head, states, shelters, steps, _backwards(steps, states, shelters), keys)


def _states(
    pieces: Pieces,
) -> tuple[NDArray[np.int64], NDArray[np.int64], int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the states at the tails and heads of pieces, how many there are, and which may shed a hazard into which.

    A node by itself is the state without hazards.
    """
    tail, head = pieces.tail.copy(), pieces.head.copy()
    unsafe = np.flatnonzero(pieces.label != SAFE)
    many = len(pieces.labels)
    key = np.concatenate([pieces.tail[unsafe], pieces.head[unsafe]]) * many + np.tile(pieces.label[unsafe], 2)
    known, which = np.unique(key, return_inverse=True)
    tail[unsafe] = pieces.nodes + which[: len(unsafe)]
    head[unsafe] = pieces.nodes + which[len(unsafe) :]
    node, label = known // many, known % many
    numbers = pieces.nodes + np.arange(len(known))
    source, target = [numbers], [node]
    # States of one node stand side by side; of two, one leads to the other where its hazards are fewer.
    fewer = _Fewer(pieces)
    for apart in range(1, len(known)):
        pair = np.flatnonzero(node[apart:] == node[:-apart])
        if not len(pair):
            break
        for one, other in ((pair, pair + apart), (pair + apart, pair)):
            leads = fewer(label[one], label[other])
            source.append(numbers[one[leads]])
            target.append(numbers[other[leads]])
    return tail, head, pieces.nodes + len(known), (np.concatenate(source), np.concatenate(target))


class _Fewer:
    """Whether the hazards of one label hold those of another, all and more."""

    def __init__(self, pieces: Pieces) -> None:
        self._labels = pieces.labels

    def __call__(self, label: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        pairs, which = np.unique(np.stack([label, other]), axis=1, return_inverse=True)
        held = [self._labels[b] < self._labels[a] for a, b in pairs.T.tolist()]
        return np.asarray(held, dtype=np.bool_)[which.reshape(-1)]


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
