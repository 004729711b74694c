"""One without a place takes another's of the same size, who takes a third's, until there is one that is free."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mingqing.evacuation.assignment.model import Indices
from mingqing.evacuation.assignment.places import Places

_TINY = 1e-6  # seconds; csgraph takes 0 for no way


class Chains:
    """The cheapest chains to every shelter that begin with any household of a size that stands nowhere."""

    def __init__(self, places: Places, size: int) -> None:
        columns, self.places = places.columns, places
        self.start, self.size = places.demand.nowhere, size
        mine = places.of_size[size]
        now = places.at[columns.household[mine]]
        tail, head = columns.shelter[now], columns.shelter[mine]
        use = tail != head
        mine, now, tail, head = mine[use], now[use], tail[use], head[use]
        cost = places.dear[mine] - np.where(tail == self.start, 0.0, places.dear[now])
        cost = np.maximum(cost, 0) + _TINY
        order = np.lexsort((cost, head, tail))
        first = np.ones(len(order), np.bool_)
        first[1:] = (tail[order][1:] != tail[order][:-1]) | (head[order][1:] != head[order][:-1])
        arcs = order[first]
        self.column, self.tail, self.head = mine[arcs], tail[arcs], head[arcs]
        ways = csr_array((cost[arcs], (self.tail, self.head)), (self.start + 1, self.start + 1))
        self.far, self.before = dijkstra(ways, indices=self.start, return_predecessors=True)

    def nearest(self, ends: Indices, penalty: float) -> tuple[int, float]:
        """Return the cheapest of some ends, and what it costs for each person; -1 and the penalty if there is none."""
        each = self.far[ends] - self.places.price[ends]  # its free places are worth nothing unless used
        if not np.isfinite(each).any():
            return -1, penalty
        return int(ends[each.argmin()]), float(each.min())

    def instead(self, smaller: Indices, each: float) -> int:
        """Return who of some smaller households should yield its place; -1 if none.

        each : what it costs, for each person, to go where there is room; a guess for who yields.
        """
        places, people = self.places, self.places.demand.people[smaller]
        shelter = places.columns.shelter[places.at[smaller]]
        relieved = people * (places.dear[places.at[smaller]] - places.best[smaller])
        filled = places.price[shelter] * (self.size - people)
        cost = self.size * self.far[shelter] - relieved - filled + people * each
        if not len(cost) or not cost.min() < self.size * each - _TINY:
            return -1
        return int(smaller[cost.argmin()])

    def run(self, end: int) -> None:
        """Move everybody on along the chain to a shelter."""
        place = end
        while place != self.start:
            arc = np.flatnonzero((self.tail == self.before[place]) & (self.head == place))[0]
            column = int(self.column[arc])
            self.places.put(int(self.places.columns.household[column]), column)
            place = int(self.tail[arc])
