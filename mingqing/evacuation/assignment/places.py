"""Whole households in shelters, and what is free there."""

import numpy as np

from mingqing.evacuation.assignment.model import Columns, Demand, Indices
from mingqing.evacuation.model import Seconds


class Places:
    """Who stands where; changed in place.

    at : (n,) column. room : (s + 1,) places still free. dear : (k,) weighted seconds of one person with the price.
    best : (n,) the least of `dear`.
    """

    def __init__(self, columns: Columns, demand: Demand, price: Seconds, at: Indices) -> None:
        self.columns, self.demand, self.price, self.at = columns, demand, price, at
        self.dear = columns.dearness(demand, price)
        self.best = self.dear[columns.cheapest(self.dear, len(demand))]
        load = np.bincount(columns.shelter[at], demand.people, minlength=len(demand.room))
        self.room = demand.room - load.astype(np.int64)
        size = demand.people[columns.household]
        real = columns.shelter != demand.nowhere
        self.of_size = {int(q): np.flatnonzero(real & (size == q)) for q in np.unique(size)}

    def left(self, size: int = 0) -> int:
        """Return how many people stand nowhere, in households of one size or in all."""
        away = self.demand.people[self.columns.shelter[self.at] == self.demand.nowhere]
        return int(away[away == size].sum() if size else away.sum())

    def put(self, household: int, column: int) -> None:
        """Move a household."""
        people = self.demand.people[household]
        self.room[self.columns.shelter[self.at[household]]] += people
        self.room[self.columns.shelter[column]] -= people
        self.at[household] = column

    def send_away(self, household: int) -> None:
        """Take a household's place from it."""
        nowhere = self.columns.index(np.array([household]), np.array([self.demand.nowhere]))
        self.put(household, int(nowhere[0]))

    def yielding(self, people: int) -> Indices:
        """Return households in whose stead, with the places free beside them, `people` would fit, though more."""
        shelter, mine = self.columns.shelter[self.at], self.demand.people
        fits = (mine < people) & (mine + self.room[shelter] >= people)
        return np.flatnonzero(fits & (shelter != self.demand.nowhere))

    def improve(self) -> None:
        """Move single households to where it is cheaper for them and there is room, until nobody gains."""
        people = self.demand.people[self.columns.household]
        cost = people * self.demand.weight[self.columns.household] * self.columns.seconds
        nowhere = self.columns.shelter == self.demand.nowhere
        for _ in range(len(self.at)):
            gain = cost[self.at][self.columns.household] - cost
            gain[(people > self.room[self.columns.shelter]) | nowhere] = 0
            best = int(gain.argmax())
            if gain[best] <= 1e-9 * cost[best]:
                return
            self.put(int(self.columns.household[best]), best)
