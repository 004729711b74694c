"""Queues at the entrances of lanes, followed from event to event.

The model: a point queue at the entrance of every lane. Those who live in one house stay together; who comes first
enters first; the next may enter once those before have, at no more people a second than the width lets through
(`capacity`). In the lane everyone walks at a speed of their own and may overtake; a queue takes up no room, so it
does not reach back into the lane before. The two directions of a road do not hinder one another.
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
    capacity : (2e,) people a second who can enter each lane.
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
    freely = start[owner] + walks.before_s[owner] + walks.before(walks.seconds)
    shared = _shared(walks, serve)
    if len(shared):
        wait[shared] = _queue(walks.lane[shared], owner[shared], freely[shared], serve[shared], stop)
    spread = np.zeros(len(walks))
    np.maximum.at(spread, owner, serve)
    arrival = start + walks.before_s + walks.sum(walks.seconds + wait) + walks.after_s + spread
    return Flow(walks, capacity, start, freely + walks.before(wait), wait, arrival)


def _shared(walks: Walks, serve: Seconds) -> NDArray[np.int64]:
    """Return the visits to lanes that others walk too: only there can a queue form."""
    queueing = serve > 0
    visitors = np.bincount(walks.lane[queueing], minlength=int(walks.lane.max(initial=-1)) + 1)
    return np.flatnonzero(queueing & (visitors[walks.lane] > 1))


def _queue(
    lane: NDArray[np.int64],
    owner: NDArray[np.int64],
    freely: Seconds,
    serve: Seconds,
    stop: Callable[[], bool],
) -> Seconds:
    """Return how long each of the visits waits; they are in the order of their walks.

    freely : when each would come to the entrance if nobody ever waited.
    """
    _, lane_of = np.unique(lane, return_inverse=True)
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.diff(owner, append=-1) != 0
    gap = np.diff(freely, append=0.0).tolist()
    lanes, serves, is_last = lane_of.tolist(), serve.tolist(), last.tolist()
    waits = [0.0] * len(owner)
    free_at = [-np.inf] * (int(lane_of.max()) + 1)
    # The next visit of every walk, by when it comes to its entrance; among equals the earlier walk.
    due = list(zip(freely[begins].tolist(), begins.tolist(), strict=True))
    heapq.heapify(due)
    replace, pop = heapq.heapreplace, heapq.heappop
    for event in range(len(owner)):
        if not event % _ASK_EVERY and stop():
            raise Cancelled(tr("已停止推算人流。"))
        now, visit = due[0]
        at = lanes[visit]
        enters = max(now, free_at[at])
        free_at[at] = enters + serves[visit]
        waits[visit] = enters - now
        if is_last[visit]:
            pop(due)
        else:
            replace(due, (enters + gap[visit], visit + 1))
    return np.array(waits)
