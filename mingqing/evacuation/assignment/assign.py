"""The assignment of households to shelters."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.assignment.latest import latest
from mingqing.evacuation.assignment.locks import locked
from mingqing.evacuation.assignment.model import Assignment, Demand
from mingqing.evacuation.assignment.offers import Searched, nearest
from mingqing.evacuation.assignment.total import total
from mingqing.evacuation.model import Objective
from mingqing.evacuation.routing.travel import Travel

_NO_LOCKS: Mapping[int, int] = {}


def assign(
    travel: Travel,
    people: NDArray[np.int64],
    capacity: NDArray[np.int64],
    *,
    objective: Objective = Objective.TOTAL,
    locks: Mapping[int, int] = _NO_LOCKS,
    stop: Callable[[], bool] = lambda: False,
) -> Assignment:
    """Send every household to one shelter, as many people as possible, then as the objective asks.

    Parameters
    ----------
    travel : weights more than 0.
    people : (h,) in each household; one in which there is nobody goes where it is soonest and counts for nothing.
    capacity : (s,) people that a shelter holds.
    locks : shelter by household, the most important first. One that cannot be kept is in `broken_locks`.
    stop : asked again and again; true to give up.

    Raises
    ------
    Cancelled
        if `stop` said so.

    Examples
    --------
    >>> import numpy as np
    >>> class Table:  # two households, two shelters
    ...     groups, weights, shelters = np.zeros(2, np.int64), np.ones(1), 2
    ...     times = np.array([[60.0, 90.0], [30.0, 300.0]])
    ...     def soonest(self, group, handicap_s):
    ...         best = (self.times + handicap_s).argmin(axis=1)
    ...         return self.times[np.arange(2), best], best
    ...     def within(self, limit_s):
    ...         household, shelter = np.nonzero(self.times <= limit_s)
    ...         return household, shelter, self.times[household, shelter]
    >>> found = assign(Table(), np.array([3, 3]), np.array([5, 5]))
    >>> found.shelter.tolist(), found.value, found.gap
    ([1, 0], 360.0, 0.0)
    """
    people, capacity = np.asarray(people, np.int64), np.asarray(capacity, np.int64)
    weight = np.asarray(travel.weights, float)[travel.groups]
    near_s, near = nearest(travel)
    shelter, seconds, broken = locked(travel, people, capacity, locks)
    kept = shelter >= 0
    idle = ~kept & (people == 0)
    shelter[idle], seconds[idle] = near[idle], near_s[idle]

    room = capacity - np.bincount(shelter[kept], people[kept], len(capacity)).astype(np.int64)
    who = np.flatnonzero((near >= 0) & ~kept & ~idle)
    demand = Demand(people[who], weight[who], np.append(room, people[who].sum() + 1))
    offers = Searched(travel, who, demand, near_s[who], near[who])
    settled = Assignment.value_of(objective, people * weight, shelter, seconds)
    if objective is Objective.LATEST:
        plan, bound = latest(offers, demand, settled, stop)
    else:
        plan = total(offers, demand, stop)
        bound = plan.bound + settled
    sent = plan.whole.shelter() != demand.nowhere
    shelter[who[sent]] = plan.whole.shelter()[sent]
    seconds[who[sent]] = plan.whole.columns.seconds[plan.whole.at[sent]]

    value = Assignment.value_of(objective, people * weight, shelter, seconds)
    short = (near >= 0) & (shelter < 0)
    return Assignment(
        shelter=shelter,
        seconds=seconds,
        value=value,
        lower_bound=min(bound, value),
        unreachable=near < 0,
        short=short,
        missing=np.bincount(near[short], people[short], len(capacity)).astype(np.int64),
        fewest_left=plan.fewest_left,
        broken_locks=broken,
    )
