"""The linear programme over the columns there are: people may be split in it, which gives prices of places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mingqing.evacuation.assignment.model import Columns, Demand, Indices
from mingqing.evacuation.model import Seconds


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What the programme says.

    flow : (k,) people by column. price : (s + 1,) weighted seconds that one more place would save.
    worth : its objective; what the plan costs where no shelter is overfull. cost : of those not left nowhere.
    overfull : people beyond what shelters hold.
    """

    flow: NDArray[np.float64]
    price: Seconds
    worth: float
    cost: float
    overfull: float


def solve(columns: Columns, demand: Demand, price: Seconds, step: Seconds) -> Solved:
    """Send people as cheaply as can be, with prices of places not more than `step`, (s + 1,), from those given.

    In so small a box most households have only one column that can be the best; the programme is about the rest
    (du Merle et al., Stabilized column generation, Discrete Mathematics 194, 1999: the box step). A place too
    many costs the step, on top of its price.
    """
    dear = columns.dearness(demand, price)
    best = columns.cheapest(dear, len(demand))
    down = np.minimum(price, step)
    worst = dear + step[columns.shelter]
    worst = worst[columns.cheapest(worst, len(demand))]
    near = dear - down[columns.shelter] <= worst[columns.household]
    several = np.bincount(columns.household[near], minlength=len(demand)) > 1
    flow = np.zeros(len(columns))
    settled = best[~several]
    flow[settled] = demand.people[~several]
    load = np.bincount(columns.shelter[settled], flow[settled], minlength=len(demand.room))
    room = (demand.room - load).astype(float)
    open_ = np.flatnonzero(near & several[columns.household])
    excess = (dear - dear[best][columns.household])[open_]
    flow[open_], change, more = _programme(columns, demand, open_, excess, room, down, step)
    least = float(demand.people @ dear[best] - demand.room @ price)
    placed = columns.shelter < demand.nowhere
    cost = flow[placed] @ (demand.weight[columns.household] * columns.seconds)[placed]
    load = np.bincount(columns.shelter, flow, minlength=len(demand.room))
    overfull = np.maximum(load - demand.room, 0).sum()
    return Solved(flow, np.maximum(price + change, 0), least + more, float(cost), float(overfull))


def _programme(
    columns: Columns,
    demand: Demand,
    mine: Indices,
    cost: Seconds,
    room: NDArray[np.float64],
    down: Seconds,
    up: Seconds,
) -> tuple[NDArray[np.float64], Seconds, float]:
    """Solve for the columns `mine`: a row for each household, then one for each shelter."""
    from scipy.optimize import linprog  # slow to import, and only now needed

    shelters = len(room)
    who, row = np.unique(columns.household[mine], return_inverse=True)
    one, all_, some = np.ones(len(mine)), np.arange(len(mine)), np.arange(shelters)
    places = len(who) + some
    matrix = csr_array(
        (
            np.concatenate([one, one, -np.ones(shelters), np.ones(shelters)]),
            (
                np.concatenate([row, len(who) + columns.shelter[mine], places, places]),
                np.concatenate([all_, all_, len(mine) + some, len(mine) + shelters + some]),
            ),
        ),
        (len(who) + shelters, len(mine) + 2 * shelters),
    )
    cost, limits = np.concatenate([cost, up, down]), np.concatenate([demand.people[who], room])
    for method in ("highs-ds", "highs-ipm"):  # the second, slower, only where the first is at a loss
        found = linprog(cost, A_eq=matrix, b_eq=limits, method=method)
        if found.status == 0:
            break
    else:
        message = f"the linear programme of an assignment ended with: {found.message}"
        raise ArithmeticError(message)
    return found.x[: len(mine)], -found.eqlin.marginals[len(who) :], float(found.fun)
