"""Setting out one group after another, so that nobody queues on the road for longer than need be."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mingqing.evacuation.flow.model import Flow
from mingqing.evacuation.flow.queues import simulate
from mingqing.evacuation.model import Seconds, Xy

_ROUND_S = 60.0  # what a loudspeaker can call out
_ROUNDS = 3
_APART_M = 60.0
_SHARES = (1.0, 0.75, 0.5, 0.25)


@dataclass(frozen=True, slots=True, eq=False)
class Stagger:
    """Groups that set out one after another.

    delay_s : (g,) after the first signal, whole minutes, by number of group. before, after : how it goes without, with.
    """

    delay_s: Seconds
    before: Flow
    after: Flow

    @property
    def helps(self) -> bool:
        """Whether anybody waits less for it."""
        return self.after.waiting_s < self.before.waiting_s


def stagger(flow: Flow, group: NDArray[np.int64], stop: Callable[[], bool] = lambda: False) -> Stagger:
    """Return when groups should set out so that they queue less and the last arrives no later.

    Where groups meet at a narrow road each gets a turn of its own there, in the order in which they would come to it,
    as long as all of its people need to pass; it sets out that much later. What makes the last arrive later, or does
    not shorten the queues, is not taken.

    Parameters
    ----------
    group : (k,) number of the group of every walk, from 0.
    """
    count = int(group.max(initial=-1)) + 1
    best, delay = flow, np.zeros(count)
    for _ in range(_ROUNDS):
        turns = _turns(best, group, count)
        better = None
        for share in _SHARES:
            tried = delay + np.floor(turns * share / _ROUND_S) * _ROUND_S
            if (tried == delay).all():
                break
            then = simulate(flow.walks, flow.capacity, flow.depart_s + tried[group], stop)
            if then.clearance_s <= flow.clearance_s and then.waiting_s < best.waiting_s:
                best, better = then, tried
                break
        if better is None:
            break
        delay = better
    return Stagger(delay, flow, best)


def _turns(flow: Flow, group: NDArray[np.int64], count: int) -> Seconds:
    """Return how much later each group should set out to have a turn of its own where it loses the most time."""
    walks = flow.walks
    of, gate = _worst(flow, group[walks.owner])
    later = np.zeros(count)
    by_gate = np.argsort(walks.gate, kind="stable")
    gates = walks.gate[by_gate]
    for narrow in np.unique(gate).tolist():
        there = by_gate[np.searchsorted(gates, narrow) : np.searchsorted(gates, narrow, side="right")]
        who, here = np.unique(group[walks.owner[there]], return_inverse=True)
        people = np.bincount(here, weights=walks.people[walks.owner[there]])
        comes = np.full(len(who), np.inf)
        np.minimum.at(comes, here, flow.reached[there])
        free_at, held = -np.inf, set(of[gate == narrow].tolist())
        per_s = float(flow.capacity[walks.lane[there[0]]])
        for one in np.argsort(comes, kind="stable").tolist():
            turn = max(float(comes[one]), free_at)
            if int(who[one]) in held:
                later[who[one]] = turn - comes[one]
            free_at = turn + people[one] / per_s
    return later


def _worst(flow: Flow, of: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the groups that queue for a minute or more, and for each the gate where it loses the most time.

    of : the group of each visit.
    """
    walks = flow.walks
    waits = np.flatnonzero(flow.wait_s >= _ROUND_S)
    many = int(walks.gate.max(initial=0)) + 1
    key, which = np.unique(of[waits] * many + walks.gate[waits], return_inverse=True)
    lost = np.bincount(
        which, weights=walks.people[walks.owner[waits]] * flow.wait_s[waits], minlength=len(key)
    )
    group, gate = np.divmod(key, many)
    order = np.lexsort((lost, group))
    last = order[np.diff(group[order], append=-1) != 0]
    return group[last], gate[last]


def hamlets(at: Xy, apart_m: float = _APART_M) -> NDArray[np.int64]:
    """Return the hamlet of every house, (k,) numbered from 0: houses less than `apart_m` apart are of one.

    at : (k, 2) where they stand.

    Examples
    --------
    >>> hamlets(np.array([[0.0, 0], [50, 0], [500, 0], [90, 0]])).tolist()
    [0, 0, 1, 0]
    """
    from scipy.spatial import cKDTree

    pairs = cKDTree(at).query_pairs(apart_m, output_type="ndarray").T if len(at) else np.empty((2, 0), int)
    links = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(at), len(at)))
    found: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return found
