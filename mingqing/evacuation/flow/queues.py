"""Queues at the ends of lanes, followed from event to event.

The model: a point queue at the end of every lane. Those who live in one house stay together; who comes first passes
first; the next may pass once those before have, at no more people a second than the width lets through (`capacity`).
In the lane everyone walks at a speed of their own and may overtake; a queue takes up no room, so it does not reach back
into the lane before. Whoever turns in at a shelter before the end of a lane queues there, with others who do, and not
at its end. The two directions of a road do not hinder one another.
"""

import heapq
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.evacuation.flow.model import Flow, Walks
from mingqing.evacuation.model import Seconds

_ASK_EVERY = 1 << 16


def simulate(
    walks: Walks,
    capacity: NDArray[np.float64],
    depart_s: Seconds | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Flow:
    """Return how walks go when each sets out at a time of its own, or all at once.

    Parameters
    ----------
    capacity : (2e,) people a second whom each lane lets through.
    depart_s : (k,) when each sets out.

    Raises
    ------
    Cancelled
        once `stop` says so.
    """
    start = np.zeros(len(walks)) if depart_s is None else depart_s
    owner = walks.owner
    serve = np.where(walks.afoot[owner], walks.people[owner] / capacity[walks.lane], 0.0)
    wait = np.zeros(len(owner))
    freely = start[owner] + walks.before_s[owner] + walks.before(walks.seconds) + walks.seconds
    shared = _shared(walks, serve)
    if len(shared):
        wait[shared] = _queue(walks.gate[shared], owner[shared], freely[shared], serve[shared], stop)
    spread = np.zeros(len(walks))
    np.maximum.at(spread, owner, serve)
    arrival = start + walks.before_s + walks.sum(walks.seconds + wait) + walks.after_s + spread
    return Flow(walks, capacity, start, freely + walks.before(wait), wait, arrival)


def _shared(walks: Walks, serve: Seconds) -> NDArray[np.int64]:
    """Return the visits to lanes that others leave there too: only there can a queue form."""
    queueing = serve > 0
    visitors = np.bincount(walks.gate[queueing], minlength=int(walks.gate.max(initial=-1)) + 1)
    return np.flatnonzero(queueing & (visitors[walks.gate] > 1))


def _queue(
    gate: NDArray[np.int64],
    owner: NDArray[np.int64],
    freely: Seconds,
    serve: Seconds,
    stop: Callable[[], bool],
) -> Seconds:
    """Return how long each of the visits waits; they are in the order of their walks.

    freely : when each would come to its gate if nobody ever waited.
    """
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.diff(owner, append=-1) != 0
    gap = np.diff(freely, append=0.0).tolist()
    gates, serves, is_last = gate.tolist(), serve.tolist(), last.tolist()
    waits = [0.0] * len(owner)
    free_at = [-np.inf] * (int(gate.max()) + 1)
    # The next visit of every walk, by when it comes to its gate; among equals the earlier walk.
    due = list(zip(freely[begins].tolist(), begins.tolist(), strict=True))
    heapq.heapify(due)
    replace, pop = heapq.heapreplace, heapq.heappop
    for event in range(len(owner)):
        if not event % _ASK_EVERY and stop():
            raise Cancelled(tr("已停止推算人流。"))
        now, visit = due[0]
        at = gates[visit]
        passes = max(now, free_at[at])
        free_at[at] = passes + serves[visit]
        waits[visit] = passes - now
        if is_last[visit]:
            pop(due)
        else:
            replace(due, (passes + gap[visit], visit + 1))
    return np.array(waits)
