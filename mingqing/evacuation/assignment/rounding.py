"""From people by column to whole households: nobody split, no shelter overfull, nearly as cheap."""

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import Cancelled
from mingqing.evacuation.assignment.chains import Chains
from mingqing.evacuation.assignment.model import Columns, Demand, Indices, Whole
from mingqing.evacuation.assignment.offers import Offers
from mingqing.evacuation.assignment.places import Places
from mingqing.evacuation.assignment.relax import Relaxed, Stop

_SEARCHES = 8  # for places further away, before one is left without


def rounded(offers: Offers, demand: Demand, relaxed: Relaxed, fewest: int, stop: Stop) -> Whole:
    """Return a plan: each goes where most of it went, and those who are too many there move on.

    fewest : people who must be left nowhere whatever is done.
    """
    price, columns = relaxed.solved.price, relaxed.columns
    share = relaxed.solved.flow / demand.people[columns.household]
    at = _fitting(columns, columns.cheapest(-share, len(demand)), share, demand)
    for _ in range(_SEARCHES):
        places = Places(columns, demand, price, at)
        _settle(places, fewest, relaxed.penalty, stop)
        places.improve()
        at = places.at
        left = demand.people[columns.shelter[at] == demand.nowhere]
        free = places.room >= left.min(initial=demand.room[-1])
        if left.sum() <= fewest or not free[:-1].any():
            break
        others = offers.others(np.where(free, price, np.inf))
        wider = columns.plus(others.household, others.shelter, others.seconds)
        if len(wider) == len(columns):
            break
        at = wider.index(columns.household[at], columns.shelter[at])
        columns = wider
    return _narrowed(columns, at, relaxed.columns)


def _narrowed(columns: Columns, at: Indices, known: Columns) -> Whole:
    """Return the plan with the columns known before and those that it uses."""
    household, shelter = columns.household[at], columns.shelter[at]
    few = known.plus(household, shelter, columns.seconds[at])
    return Whole(few, few.index(household, shelter))


def _fitting(columns: Columns, at: Indices, share: NDArray[np.float64], demand: Demand) -> Indices:
    """Return `at` with those sent nowhere whom the shelters do not hold, first those of whom least was there."""
    shelter = columns.shelter[at]
    order = np.lexsort((-share[at], shelter))
    total = np.cumsum(demand.people[order])
    first = np.searchsorted(shelter[order], np.arange(len(demand.room)))
    before = np.concatenate([[0], total])[first]
    beyond = order[total - before[shelter[order]] > demand.room[shelter[order]]]
    at = at.copy()
    at[beyond] = columns.index(beyond, np.full(len(beyond), demand.nowhere))
    return at


def _settle(places: Places, fewest: int, penalty: float, stop: Stop) -> None:
    """Place those who stand nowhere, big ones first and of them the cheapest, until only the `fewest` are left.

    One takes the place of somebody smaller, who is then to be placed, where that is cheaper, or the only way;
    so those who wait become fewer people with every step, and it ends.
    """
    for size in sorted(places.of_size, reverse=True):
        while places.left(size) and places.left() > fewest:
            if stop():
                raise Cancelled
            chains = Chains(places, size)
            end, each = chains.nearest(np.flatnonzero(places.room[:-1] >= size), penalty)
            out = chains.instead(places.yielding(size), each)
            if out >= 0:
                chains.run(int(places.columns.shelter[places.at[out]]))
                places.send_away(out)
            elif end >= 0:
                chains.run(end)
            else:
                break
