"""What each road has to bear, and where people are, minute by minute."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.flow.model import Flow, Lanes
from mingqing.evacuation.model import Seconds

_MINUTE_S = 60.0
_MOST_TIMES = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """What the `l` lanes that anybody walks have to bear.

    lane, people : (l,). peak : (l,) people who come through in the busiest minute.
    wait_s : (l,) the longest wait at its end. queue : (l,) people who wait there at the worst moment.
    waiting_s : (l,) seconds waited there, of all people together. begins_s, ends_s : (l,) when anybody waits there.
    """

    lane: Lanes
    people: NDArray[np.int64]
    peak: NDArray[np.int64]
    wait_s: Seconds
    queue: NDArray[np.int64]
    waiting_s: Seconds
    begins_s: Seconds
    ends_s: Seconds


def loads(flow: Flow) -> Loads:
    """Return what every lane that is walked has to bear."""
    walks = flow.walks
    people = np.where(walks.afoot, walks.people, 0)[walks.owner]
    lane, at = np.unique(walks.lane, return_inverse=True)
    count = len(lane)
    longest, begins, ends = np.zeros(count), np.full(count, np.inf), np.full(count, -np.inf)
    np.maximum.at(longest, at, flow.wait_s)
    held = flow.wait_s > 0
    np.minimum.at(begins, at[held], flow.reached[held])
    np.maximum.at(ends, at[held], flow.left[held])
    return Loads(
        lane,
        _whole(at, people, count),
        _busiest(at, flow.left, people, count),
        longest,
        _longest_queue(at[held], flow.reached[held], flow.left[held], people[held], count),
        np.bincount(at, weights=people * flow.wait_s, minlength=count).astype(np.float64),
        begins,
        ends,
    )


def _whole(at: NDArray[np.int64], people: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.rint(np.bincount(at, weights=people, minlength=count)).astype(np.int64)


def _busiest(
    at: NDArray[np.int64], left: Seconds, people: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Return the most people who come through within a minute."""
    found = np.zeros(count, dtype=np.int64)
    if len(at):
        order = np.lexsort((left, at))
        # Lanes one after another on a single axis of time, too far apart for a minute to reach the next.
        when = left[order] + at[order] * (np.ptp(left) + 2 * _MINUTE_S)
        before = np.concatenate([[0], np.cumsum(people[order])])
        within = before[np.searchsorted(when, when + _MINUTE_S)] - before[:-1]
        np.maximum.at(found, at[order], within)
    return found


def _longest_queue(
    at: NDArray[np.int64], came: Seconds, left: Seconds, people: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Return the most people who wait at once; those given do wait."""
    where, when = np.tile(at, 2), np.concatenate([came, left])
    change = np.concatenate([people, -people])
    order = np.lexsort((change, when, where))  # who goes on makes room before who comes joins
    waiting = np.cumsum(change[order])  # each lane's come to nothing at its end
    found = np.zeros(count, dtype=np.int64)
    np.maximum.at(found, where[order], waiting)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Where people are at `t` moments. times_s : (t,).

    at_home, on_road, waiting, arrived : (t,) people; those who wait are on the road too.
    edges : (u,) those walked. on_edge : (u, t) people on each, queueing or not, both directions together.
    """

    times_s: Seconds
    at_home: NDArray[np.int64]
    on_road: NDArray[np.int64]
    waiting: NDArray[np.int64]
    arrived: NDArray[np.int64]
    edges: NDArray[np.int64]
    on_edge: NDArray[np.int64]


def timeline(flow: Flow, step_s: float = _MINUTE_S) -> Timeline:
    """Return where people are, from when the first sets out until the last has arrived.

    step_s : between two moments; longer where it would make more than 1,000 of them.
    """
    walks = flow.walks
    going = np.isfinite(flow.arrival_s)
    begin = float(flow.depart_s[going].min(initial=flow.clearance_s))
    step_s = max(step_s, (flow.clearance_s - begin) / _MOST_TIMES)
    steps = int(np.ceil((flow.clearance_s - begin) / step_s))
    times = begin + step_s * np.arange(steps + 1, dtype=np.float64)
    edges, edge_of = np.unique(walks.lane // 2, return_inverse=True)
    people, each = walks.people[walks.owner], np.where(going, walks.people, 0)
    at_home, on_the_way = (
        _present(np.zeros(len(walks), np.int64), times[0], until, each, times, 1)[0]
        for until in (flow.depart_s, flow.arrival_s)
    )
    waiting = _present(np.zeros(len(people), np.int64), flow.reached, flow.left, people, times, 1)[0]
    on_edge = _present(edge_of, flow.entered, flow.left, people, times, len(edges))
    on_road, arrived = on_the_way - at_home, each.sum() - on_the_way
    return Timeline(times, at_home, on_road, waiting, arrived, edges, on_edge)


def _present(
    row: NDArray[np.int64],
    since: Seconds | float,
    until: Seconds,
    people: NDArray[np.int64],
    times: Seconds,
    rows: int,
) -> NDArray[np.int64]:
    """Return how many people are in each row at each time: those for whom since ≤ time < until."""
    columns = len(times) + 1
    change = np.zeros(rows * columns)
    for moments, sign in ((since, 1), (until, -1)):
        at = np.searchsorted(times, np.broadcast_to(moments, len(people)))
        change += sign * np.bincount(row * columns + at, weights=people, minlength=rows * columns)
    found = np.cumsum(change.reshape(rows, columns), axis=1)[:, :-1]
    return np.rint(found).astype(np.int64)
