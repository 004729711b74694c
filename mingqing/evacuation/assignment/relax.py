"""Column generation: prices of places at which nobody has a better way than those considered, and the bound."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mingqing.core.errors import Cancelled
from mingqing.evacuation.assignment.master import Solved, solve
from mingqing.evacuation.assignment.model import Columns, Demand
from mingqing.evacuation.assignment.offers import Offers
from mingqing.evacuation.model import Seconds

Stop = Callable[[], bool]

MANY = 1000  # households; above, prices move step by step, and need not be exact
_CLOSE = 5e-4  # of the cost: how near the bound has to be then
_FASTER = 8.0  # how much further prices may move once nothing but shelters that are overfull is amiss
_ROUNDS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The best plan if households could be split.

    columns : what was considered. solved : flow by column, and prices.
    bound : no plan costs less, `penalty` for each person left nowhere included.
    """

    columns: Columns
    solved: Solved
    bound: float
    penalty: float

    def left(self, demand: Demand) -> float:
        """Return how many people go nowhere."""
        return float(self.solved.flow[self.columns.shelter == demand.nowhere].sum())


def relax(
    offers: Offers, demand: Demand, columns: Columns, price: Seconds, penalty: float, stop: Stop
) -> Relaxed:
    """Send people as cheaply as can be, with new columns until none would help.

    Parameters
    ----------
    columns, price : to begin with; the soonest of each household is among them.
    penalty : weighted seconds that it costs to leave one person nowhere.
    """
    everyone = np.arange(len(demand))
    columns = columns.plus(everyone, np.full(len(demand), demand.nowhere), penalty / demand.weight)
    step, close = _first_step(demand, columns)
    bound = -np.inf
    for _ in range(_ROUNDS):
        if stop():
            raise Cancelled
        solved, used = solve(columns, demand, price, np.full(len(price), step)), columns
        tried, wider = _bound(offers, demand, columns, solved.price)
        settled = len(wider) == len(columns) or solved.worth - tried <= close * solved.cost
        if settled and solved.overfull < 1:
            break
        if tried > bound:
            bound, price = tried, solved.price
            step = _FASTER * step if settled else step
        else:
            step = step / 2
        columns = wider
    return Relaxed(used, solved, max(bound, tried), penalty)


def _first_step(demand: Demand, columns: Columns) -> tuple[float, float]:
    """Return how far prices may move at first, and how near the bound has to come to the programme."""
    dear = demand.weight[columns.household] * columns.seconds
    if len(demand) <= MANY:
        return 2 * float(dear.max()), 0.0
    return usual(demand, columns), _CLOSE


def usual(demand: Demand, columns: Columns) -> float:
    """Return the weighted seconds of one person on the way to the soonest shelter, on average."""
    dear = demand.weight[columns.household] * columns.seconds
    first = columns.cheapest(dear, len(demand))
    first = first[first >= 0]
    people = demand.people[columns.household[first]]
    return float(people @ dear[first] / max(people.sum(), 1)) + 1


def _bound(offers: Offers, demand: Demand, columns: Columns, price: Seconds) -> tuple[float, Columns]:
    """Return Lagrange's bound at some prices, and the columns with those that are better than the ones known."""
    seconds, shelter = offers.best(price)
    offered = demand.weight * seconds + price[shelter]
    dear = columns.dearness(demand, price)
    known = dear[columns.cheapest(dear, len(demand))]
    better = np.flatnonzero(offered < known - 1e-9 * (1 + known))
    bound = float(demand.people @ np.minimum(offered, known) - demand.room[:-1] @ price[:-1])
    return bound, columns.plus(better, shelter[better], seconds[better])
