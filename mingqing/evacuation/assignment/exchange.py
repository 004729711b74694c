"""Households of one size may take one another's places: the best way to do so has whole numbers by itself."""

import numpy as np

from mingqing.evacuation.assignment.master import solve
from mingqing.evacuation.assignment.model import Columns, Demand, Whole
from mingqing.evacuation.model import Seconds


def exchanged(whole: Whole, demand: Demand, price: Seconds) -> Whole:
    """Return the plan after the cheapest exchange of places among households of each size, big ones first.

    With one size only, the programme is that of a transport of wholes, whose corners are whole too.
    """
    columns, at = whole.columns, whole.at.copy()
    highest = float((demand.weight[columns.household] * columns.seconds).max())
    far = np.full(len(price), 4 * highest)
    for size in np.unique(demand.people)[::-1]:
        alike = np.flatnonzero(demand.people == size)
        shelter = columns.shelter[at]
        free = demand.room - np.bincount(shelter, demand.people, minlength=len(demand.room)).astype(np.int64)
        slots = np.bincount(shelter[alike], minlength=len(demand.room)) + free // size
        slots[-1] = np.count_nonzero(
            shelter[alike] == demand.nowhere
        )  # not one more is left for being far off
        rank = np.full(len(demand), -1)
        rank[alike] = np.arange(len(alike))
        mine = np.flatnonzero(rank[columns.household] >= 0)
        part = Columns(rank[columns.household[mine]], columns.shelter[mine], columns.seconds[mine])
        units = Demand(np.ones(len(alike), np.int64), demand.weight[alike], slots)
        solved = solve(part, units, price, far)
        chosen = mine[solved.flow > 0.5]
        if len(chosen) == len(alike) and solved.overfull < 0.5:
            at[alike] = chosen
    return Whole(columns, at)
