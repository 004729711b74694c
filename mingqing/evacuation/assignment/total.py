"""As many people as possible in shelters, then the least person-time: a plan, and how good it is at least."""

from dataclasses import dataclass

import numpy as np

from mingqing.evacuation.assignment import exact
from mingqing.evacuation.assignment.exchange import exchanged
from mingqing.evacuation.assignment.model import Columns, Demand, Flags, Whole
from mingqing.evacuation.assignment.offers import Offers
from mingqing.evacuation.assignment.relax import Relaxed, Stop, relax, usual
from mingqing.evacuation.assignment.rounding import rounded
from mingqing.evacuation.assignment.shortage import fewest_left, lower_bound

_PENALTIES = (64.0, 2e3, 1e5)  # times the usual way: what it costs to be left, until that is enough
_PRECISE = 1e-9  # of a cost: less is nothing
_PROVABLE = 100_000  # pairs of household and shelter that are all looked at
_COLUMNS = 4_000  # of them that may be in an integer programme


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A plan, below what no other can cost that leaves no more people, and how few may be left at all."""

    demand: Demand
    whole: Whole
    left: int
    cost: float
    bound: float
    fewest_left: int

    @property
    def proved(self) -> bool:
        """Whether there is none better."""
        return self.left == self.fewest_left and self.cost - self.bound <= _PRECISE * self.cost


def total(offers: Offers, demand: Demand, stop: Stop) -> Plan:
    """Return the best plan that could be found."""
    if not len(demand):
        return Plan(demand, Whole(Columns.none(), np.empty(0, np.int64)), 0, 0.0, 0.0, 0)
    relaxed, fewest = _relaxed(offers, demand, stop)
    whole = rounded(offers, demand, relaxed, fewest, stop)
    value = whole.cost(demand) + relaxed.penalty * whole.left(demand)
    if value - relaxed.bound > _PRECISE * value:
        whole = exchanged(whole, demand, relaxed.solved.price)
    plan = _plan(offers, demand, relaxed, whole, fewest)
    if plan.proved or len(demand) * len(demand.room) > _PROVABLE:
        return plan
    return _proved(offers, demand, relaxed, plan)


def _plan(offers: Offers, demand: Demand, relaxed: Relaxed, whole: Whole, fewest: int) -> Plan:
    left, cost = whole.left(demand), whole.cost(demand)
    return Plan(
        demand, whole, left, cost, min(lower_bound(offers, demand, relaxed, left), cost), min(fewest, left)
    )


def _relaxed(offers: Offers, demand: Demand, stop: Stop) -> tuple[Relaxed, int]:
    """Return the best plan of people that may be split, and how few may be left."""
    seconds, shelter = offers.soonest()
    found = np.flatnonzero(shelter != demand.nowhere)
    columns = Columns.none().plus(found, shelter[found], seconds[found])
    price, far = np.zeros(len(demand.room)), usual(demand, columns)
    for factor in _PENALTIES:
        relaxed = relax(offers, demand, columns, price, factor * far, stop)
        fewest = fewest_left(offers, demand, relaxed)
        if relaxed.left(demand) < fewest + 0.5:
            break
        columns = relaxed.columns.where(relaxed.columns.shelter != demand.nowhere)
        price = relaxed.solved.price
    return relaxed, fewest


def _proved(offers: Offers, demand: Demand, relaxed: Relaxed, plan: Plan) -> Plan:
    """Return the best of all plans, as far as integer programmes over all columns that matter can prove it."""
    nowhere = relaxed.columns.where(relaxed.columns.shelter == demand.nowhere)
    every = offers.every(np.inf).plus(nowhere.household, nowhere.shelter, nowhere.seconds)
    if plan.left > plan.fewest_left and len(every) <= _COLUMNS:
        found = exact.fewest_left(every, demand)
        whole = plan.whole if found.at is None else Whole(every, found.at)
        if whole.left(demand) >= plan.left:
            whole = plan.whole
        fewest = min(
            whole.left(demand), int(np.ceil(found.bound - 1e-6)) if found.bound < np.inf else plan.left
        )
        plan = _plan(offers, demand, relaxed, whole, max(plan.fewest_left, fewest))
    kept = every.where(_worth_trying(every, demand, relaxed, plan))
    if plan.proved or len(kept) > _COLUMNS:
        return plan
    found = exact.cheapest(kept, demand, plan.left)
    whole = plan.whole if found.at is None else Whole(kept, found.at)
    if whole.cost(demand) > plan.cost:
        whole = plan.whole
    cost = whole.cost(demand)
    return Plan(demand, whole, plan.left, cost, max(plan.bound, min(found.bound, cost)), plan.fewest_left)


def _worth_trying(every: Columns, demand: Demand, relaxed: Relaxed, plan: Plan) -> Flags:
    """Return which columns can be in a better plan that leaves as many people.

    Those cannot that, at the prices of the relaxed plan, cost more above the best than the gap is wide.
    """
    price = relaxed.solved.price
    dear = every.dearness(demand, price)
    best = dear[every.cheapest(dear, len(demand))]
    above = demand.people[every.household] * (dear - best[every.household])
    least = float(demand.people @ best - demand.room[:-1] @ price[:-1])
    gap = plan.cost + plan.left * relaxed.penalty - least
    worth: Flags = (above <= gap * (1 + 1e-9) + 1e-6) | (every.shelter == demand.nowhere)
    return worth
