"""Ways that keep clear of queues: where many go, the road costs more, and some take another or go elsewhere.

After Shahabi, K. and Wilson, J. P. (2014): CASPER: Intelligent capacity-aware evacuation routing, Computers,
Environment and Urban Systems 46, 12-24. As there, people are routed one after another, those farthest away first, over
roads that cost more the more people use them already; what use costs is here the queue that it makes (`queues`).
Nothing of this is proved to be best: what is found is taken only where the last then arrives sooner.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.assignment.assign import assign
from mingqing.evacuation.flow.model import Flow, Walks
from mingqing.evacuation.flow.queues import simulate
from mingqing.evacuation.model import Objective, Seconds
from mingqing.evacuation.routing.search import Group, Routing
from mingqing.evacuation.routing.travel import Travel
from mingqing.evacuation.routing.ways import Ways

_BATCHES = 20
_PASSES = 2
_SHORT_S = 30.0  # who waits for less has no need of another way


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """`h` houses that leave. people : (h,). afoot : (h,) whether they walk.

    room : (s,) places in the shelters. lanes : (2e,) people a second who can enter each lane.
    locks : shelters fixed by hand, by position of the house.
    """

    people: NDArray[np.int64]
    afoot: NDArray[np.bool_]
    room: NDArray[np.int64]
    lanes: NDArray[np.float64]
    locks: Mapping[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Where houses go so that they keep out of one another's way. shelter : (h,) -1 where none.

    ways : theirs; seconds as if nobody else were there. flow, before : how it goes, and how it would by shortest ways.
    """

    shelter: NDArray[np.int64]
    ways: Ways
    flow: Flow
    before: Flow

    @property
    def helps(self) -> bool:
        """Whether the last arrives sooner for it."""
        return self.flow.clearance_s < self.before.clearance_s


def spread(
    routing: Routing,
    crowd: Crowd,
    shelter: NDArray[np.int64],
    ways: Ways,
    stop: Callable[[], bool] = lambda: False,
) -> Spread:
    """Return ways on which the last arrives no later than by those given, sooner where that can be found.

    Who has a place keeps one, and no shelter takes in more than it has room for.

    Parameters
    ----------
    shelter : (h,) where everybody goes, -1 where nowhere. ways : to there.

    Raises
    ------
    Cancelled
        once `stop` says so.
    """
    before = simulate(Walks.of(ways, crowd.people, crowd.afoot), crowd.lanes, stop=stop)
    best = Spread(shelter, ways, before, before)
    queueing = _queueing(before)
    farthest_first = queueing[np.argsort(-ways.seconds[queueing], kind="stable")]
    batches = np.array_split(farthest_first, max(min(_BATCHES, len(queueing)), 1))
    settled = shelter >= 0
    settled[queueing] = False
    for _ in range(_PASSES if len(queueing) else 0):
        for batch in batches:
            settled[batch] = False
            shelter, ways = _settle(routing, crowd, shelter, ways, batch, settled, stop)
            settled[batch] = True
        flow = simulate(Walks.of(ways, crowd.people, crowd.afoot), crowd.lanes, stop=stop)
        if _rank(flow) >= _rank(best.flow):
            break
        best = Spread(shelter, ways, flow, before)
    return best


def _queueing(flow: Flow) -> NDArray[np.int64]:
    """Return the houses on whose way anybody has to wait."""
    walks = flow.walks
    longest = np.zeros(int(walks.gate.max(initial=-1)) + 1)
    np.maximum.at(longest, walks.gate, flow.wait_s)
    return np.unique(walks.owner[(longest >= _SHORT_S)[walks.gate]])


def _rank(flow: Flow) -> tuple[float, float]:
    """Return what is to be small: when the last arrives, then everybody's time together."""
    arrived = np.isfinite(flow.arrival_s)
    return flow.clearance_s, float((flow.walks.people * flow.arrival_s)[arrived].sum())


def _settle(
    routing: Routing,
    crowd: Crowd,
    shelter: NDArray[np.int64],
    ways: Ways,
    batch: NDArray[np.int64],
    settled: NDArray[np.bool_],
    stop: Callable[[], bool],
) -> tuple[NDArray[np.int64], Ways]:
    """Return shelters and ways of all after those of a batch have chosen again, past the queues of the settled."""
    present = np.where(settled, crowd.people, 0)
    flow = simulate(Walks.of(ways, present, crowd.afoot & settled), crowd.lanes, stop=stop)
    queued = np.zeros(len(crowd.lanes))
    np.maximum.at(queued, flow.walks.lane, flow.wait_s)
    dearer = _dearer(routing, crowd, queued)
    here = np.zeros(len(shelter), dtype=np.bool_)
    here[batch] = True
    others = np.flatnonzero((shelter >= 0) & ~here)
    taken = np.bincount(shelter[others], weights=crowd.people[others], minlength=len(crowd.room))
    position = {int(house): at for at, house in enumerate(batch.tolist())}
    found = assign(
        _Some(dearer, batch),
        crowd.people[batch],
        crowd.room - taken.astype(np.int64),
        objective=Objective.TOTAL,
        locks={position[h]: s for h, s in crowd.locks.items() if h in position},
        stop=stop,
    )
    if (found.shelter < 0).any():  # by shortest ways all of them had a place: they keep it
        return shelter, ways
    chosen, asked = shelter.copy(), np.full(len(shelter), -1)
    chosen[batch] = asked[batch] = found.shelter
    return chosen, _instead(ways, _freely(dearer.ways(asked), routing), here)


class _Some:
    """Some of the houses of a routing: `Travel` for an assignment of these alone."""

    def __init__(self, travel: Travel, houses: NDArray[np.int64]) -> None:
        self._travel, self._houses = travel, houses
        self.groups, self.weights, self.shelters = travel.groups[houses], travel.weights, travel.shelters

    def soonest(self, group: int, handicap_s: Seconds) -> tuple[Seconds, NDArray[np.int64]]:
        seconds, shelter = self._travel.soonest(group, handicap_s)
        whole, goal = np.full(len(self._travel.groups), np.inf), np.full(len(self._travel.groups), -1)
        members = np.flatnonzero(self._travel.groups == group)
        whole[members], goal[members] = seconds, shelter
        mine = self._houses[self.groups == group]
        return whole[mine], goal[mine]

    def within(self, limit_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64], Seconds]:
        houses, shelters, seconds = self._travel.within(limit_s)
        number = np.full(len(self._travel.groups), -1)
        number[self._houses] = np.arange(len(self._houses))
        mine = number[houses] >= 0
        return number[houses[mine]], shelters[mine], seconds[mine]


def _dearer(routing: Routing, crowd: Crowd, queued: Seconds) -> Routing:
    """Return a routing in which every lane takes as much longer as people queue there, (2e,)."""

    def waits(part: Group) -> Group:
        if not crowd.afoot[part.members].all():
            return part
        # A queue holds up the slow for no longer than the quick.
        forth, back = queued[0::2] / part.pace, queued[1::2] / part.pace
        movers = part.movers
        return replace(
            part, movers=replace(movers, forth_s=movers.forth_s + forth, back_s=movers.back_s + back)
        )

    return Routing([waits(part) for part in routing.parts], routing.houses, routing.shelters)


def _freely(ways: Ways, routing: Routing) -> Ways:
    """Return ways with the seconds that they take by a routing, whatever they were found by."""
    number = routing.groups[ways.owner]
    seconds = np.zeros(len(ways.edge))
    for group, part in enumerate(routing.parts):
        mine = np.flatnonzero((number == group) & (ways.begin != ways.end))
        edge, walked = ways.edge[mine], (ways.end - ways.begin)[mine]
        along = np.where(walked > 0, part.movers.forth_s[edge], part.movers.back_s[edge])
        seconds[mine] = np.abs(walked) / part.movers.ground.length[edge] * along * part.pace
    return replace(ways, road_s=seconds)


_OF_STRETCHES = ("edge", "begin", "end", "road_s")


def _instead(ways: Ways, others: Ways, which: NDArray[np.bool_]) -> Ways:
    """Return ways with some of them replaced by others; which : (h,)."""
    count = np.where(which, np.diff(others.first), np.diff(ways.first))
    begins = np.where(which, others.first[:-1] + len(ways.edge), ways.first[:-1])
    first = np.concatenate([[0], np.cumsum(count)])
    take = np.repeat(begins - first[:-1], count) + np.arange(int(first[-1]))
    made = {"first": first}
    for name in (f.name for f in fields(Ways) if f.name != "first"):
        one, other = getattr(ways, name), getattr(others, name)
        if name in _OF_STRETCHES:
            made[name] = np.concatenate([one, other])[take]
        else:
            made[name] = np.where(which.reshape(-1, *[1] * (one.ndim - 1)), other, one)
    return Ways(**made)
