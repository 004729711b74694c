"""What can be proved about a plan in which places are short: how many must be left, and what it costs at least."""

import numpy as np

from mingqing.evacuation.assignment.model import Demand
from mingqing.evacuation.assignment.offers import Offers
from mingqing.evacuation.assignment.relax import Relaxed
from mingqing.evacuation.model import Seconds

_STEPS = 40  # two for each halving of what it costs to be left


def fewest_left(offers: Offers, demand: Demand, relaxed: Relaxed) -> int:
    """Return how many people cannot be placed, proved by shelters and those who can reach no others.

    Shelters whose places are worth nearly what it costs to be left are closed for a search; who then reaches
    none has only them, and what they do not hold of these people must be left.
    """
    if relaxed.left(demand) < 0.5:
        return 0
    dear = relaxed.solved.price >= relaxed.penalty / 2
    _, shelter = offers.best(np.where(dear, np.inf, 0.0))
    stuck = demand.people[shelter == demand.nowhere].sum()
    return max(int(stuck - demand.room[dear].sum()), 0)


def lower_bound(offers: Offers, demand: Demand, relaxed: Relaxed, left: int) -> float:
    """Return what those who are placed cost at least in any plan that leaves at most `left` people.

    Lagrange's bound at the relaxed prices, with the best price of being left; the prices of places that
    follow it go down with it.
    """
    penalty = relaxed.penalty
    bound = relaxed.bound - penalty * left
    if not left:
        return bound
    price, columns = relaxed.solved.price, relaxed.columns
    following = price >= penalty / 2

    def at(change: float) -> tuple[Seconds, float]:
        lower = np.where(following, np.maximum(price - change, 0), price)
        return lower, penalty - change

    def estimate(change: float) -> float:
        lower, leaving = at(change)
        dear = columns.dearness(demand, lower)
        best = dear[columns.cheapest(dear, len(demand))]
        return float(
            demand.people @ np.minimum(best, leaving) - demand.room[:-1] @ lower[:-1] - leaving * left
        )

    changes = penalty * (1 - 0.5 ** (np.arange(_STEPS) / 2))
    lower, leaving = at(max(changes, key=estimate))
    seconds, shelter = offers.best(lower)
    offered = np.minimum(demand.weight * seconds + lower[shelter], leaving)
    return max(bound, float(demand.people @ offered - demand.room[:-1] @ lower[:-1] - leaving * left))
