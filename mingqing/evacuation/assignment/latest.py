"""The last to arrive as early as can be, among the plans that place as many people; then the least person-time."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from mingqing.core.errors import Cancelled
from mingqing.evacuation.assignment.model import Columns, Demand
from mingqing.evacuation.assignment.offers import Listed, Offers
from mingqing.evacuation.assignment.relax import Stop
from mingqing.evacuation.assignment.total import Plan, total
from mingqing.evacuation.model import Seconds

_MANY = 100_000  # pairs; with more, a limit is tried only so often
_TRIES = 6


def latest(offers: Offers, demand: Demand, not_before: float, stop: Stop) -> tuple[Plan, float]:
    """Return a plan, and the seconds before which no plan that leaves as few people has everybody in.

    Parameters
    ----------
    not_before : seconds; that some arrive as late as this is settled already.
    """
    plan = total(offers, demand, stop)
    longest = _last(plan)
    bound = not_before if plan.left else max(not_before, float(offers.soonest()[0].max(initial=0.0)))
    if longest <= bound:
        return plan, min(bound, longest)
    pairs = offers.every(longest)
    limits = np.unique(np.append(pairs.seconds[pairs.seconds > bound], bound))
    low = _first_that_holds(pairs, demand, limits, int(demand.people.sum()) - plan.left, stop)
    high, best, bound = len(limits) - 1, plan, float(limits[low])
    tries, middle = (_TRIES, low) if len(pairs) > _MANY else (len(limits), low)
    while low < high and tries:
        tried = total(Listed(pairs.where(pairs.seconds <= limits[middle]), demand), demand, stop)
        if tried.left <= plan.left:
            high, best = middle, tried
        else:
            low = middle + 1
            bound = float(limits[low]) if tried.fewest_left > plan.left else bound
        tries -= 1
        middle = min(int(np.searchsorted(limits, np.sqrt(limits[low] * limits[high]))), high - 1)
        middle = max(middle, low)
    return best, bound


def _last(plan: Plan) -> float:
    """Return when the last arrives."""
    placed = plan.whole.shelter() != plan.demand.nowhere
    return float(plan.whole.columns.seconds[plan.whole.at[placed]].max(initial=0.0))


def _first_that_holds(pairs: Columns, demand: Demand, limits: Seconds, people: int, stop: Stop) -> int:
    """Return the index of the first limit within which so many people could be placed if they may be split."""
    low, high = 0, len(limits) - 1
    while low < high:
        if stop():
            raise Cancelled
        middle = (low + high) // 2
        if _placeable(pairs.where(pairs.seconds <= limits[middle]), demand) >= people:
            high = middle
        else:
            low = middle + 1
    return low


def _placeable(pairs: Columns, demand: Demand) -> int:
    """Return how many people shelters can take: a maximum flow from households to shelters."""
    n, s = len(demand), demand.nowhere
    tail = np.concatenate([np.full(n, n + s), pairs.household, n + np.arange(s)])
    head = np.concatenate([np.arange(n), n + pairs.shelter, np.full(s, n + s + 1)])
    most = np.concatenate([demand.people, demand.people[pairs.household], demand.room[:-1]]).astype(np.int32)
    network = csr_array((most, (tail, head)), (n + s + 2, n + s + 2))
    return int(maximum_flow(network, n + s, n + s + 1).flow_value)
