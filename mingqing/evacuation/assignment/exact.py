"""The integer programme, for as many columns as can be proved about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mingqing.evacuation.assignment.model import Columns, Demand, Indices, Whole

_NODES = (
    2000  # of the search tree, after which what is known has to do; a limit of time would not repeat itself
)
_INFEASIBLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Proved:
    """What an integer programme found. at : (n,) columns, None if nothing. bound : on its objective."""

    at: Indices | None
    bound: float


def fewest_left(columns: Columns, demand: Demand) -> Proved:
    """Leave as few people nowhere as can be."""
    people = demand.people[columns.household].astype(float)
    return _solve(columns, demand, people * _nowhere(columns, demand), None)


def cheapest(columns: Columns, demand: Demand, left: int) -> Proved:
    """Place all but at most `left` people at the least cost."""
    cost = (demand.people * demand.weight)[columns.household] * columns.seconds
    cost[_nowhere(columns, demand)] = 0.0
    scale = float(cost.max()) or 1.0
    found = _solve(columns, demand, cost / scale, left)
    if found.at is None:
        return found
    value = Whole(columns, found.at).cost(demand)
    return Proved(found.at, min(value, found.bound * scale) if found.bound < np.inf else value)


def _nowhere(columns: Columns, demand: Demand) -> NDArray[np.bool_]:
    nowhere: NDArray[np.bool_] = columns.shelter == demand.nowhere
    return nowhere


def _solve(columns: Columns, demand: Demand, cost: NDArray[np.float64], left: int | None) -> Proved:
    """Choose one column for each household; a row for each of them, each shelter, and those left."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    size = demand.people[columns.household].astype(float)
    every = np.arange(len(columns))
    room = demand.room.astype(float)
    if left is not None:
        room[-1] = left
    matrix = csr_array(
        (
            np.concatenate([np.ones(len(columns)), size]),
            (np.concatenate([columns.household, len(demand) + columns.shelter]), np.tile(every, 2)),
        ),
        (len(demand) + len(room), len(columns)),
    )
    one = np.ones(len(demand))
    limits = LinearConstraint(
        matrix, np.concatenate([one, np.full(len(room), -np.inf)]), np.concatenate([one, room])
    )
    options = {"node_limit": _NODES, "mip_rel_gap": 0.0}
    found = milp(
        cost, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), constraints=limits, options=options
    )
    if found.status == _INFEASIBLE:
        return Proved(None, np.inf)
    if found.x is None:
        return Proved(None, float(found.mip_dual_bound if found.mip_dual_bound is not None else -np.inf))
    chosen = np.flatnonzero(found.x > 0.5)
    at = np.empty(len(demand), np.int64)
    at[columns.household[chosen]] = chosen
    return Proved(at, np.inf if found.status == 0 else float(found.mip_dual_bound))
