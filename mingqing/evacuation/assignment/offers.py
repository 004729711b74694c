"""Who answers which shelter is best for each household at given prices of its places."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mingqing.evacuation.assignment.model import Columns, Demand, Indices
from mingqing.evacuation.model import Seconds
from mingqing.evacuation.routing.travel import Travel


class Offers(Protocol):
    """Ways to shelters that are big enough for the household."""

    def best(self, price: Seconds) -> tuple[Seconds, Indices]:
        """Return (n,) the seconds to, and the index of, the shelter where weight × seconds + price is least.

        price : (s + 1,), inf closes a shelter. Where all are closed, inf and the index of nowhere.
        """
        ...

    def soonest(self) -> tuple[Seconds, Indices]:
        """Return the best where places cost nothing."""
        ...

    def others(self, price: Seconds) -> Columns:
        """Return columns to places still open at a price, for when the ones considered do not suffice."""
        ...

    def every(self, limit_s: float) -> Columns:
        """Return all columns of not more than `limit_s`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """Offers found by searches over the roads.

    who : (n,) the travel's indices of the households. near_s, near : (n,) the way to the soonest shelter, full or not.
    """

    travel: Travel
    who: Indices
    demand: Demand
    near_s: Seconds
    near: Indices

    def best(self, price: Seconds) -> tuple[Seconds, Indices]:
        """Search once for each group, and again for those who do not fit what they were sent to."""
        none = np.full(len(self.who), -1)
        return self._fitting(price, none.astype(float), none, np.arange(len(self.who)))

    def soonest(self) -> tuple[Seconds, Indices]:
        """Search for those alone who do not fit the shelter soonest for them."""
        return self._fitting(
            np.zeros(len(self.demand.room)), self.near_s, self.near, self._misfits(self.near)
        )

    def _misfits(self, shelter: Indices) -> Indices:
        return np.flatnonzero((shelter >= 0) & (self.demand.people > self.demand.room[shelter]))

    def _fitting(
        self, price: Seconds, seconds: Seconds, shelter: Indices, todo: Indices
    ) -> tuple[Seconds, Indices]:
        """Search for some, and for those of them again who were sent where they do not fit."""
        people, room = self.demand.people, self.demand.room
        seconds, shelter = seconds.copy(), shelter.copy()
        while len(todo):
            fitting = np.where(room < people[todo].min(), np.inf, price)[:-1]
            seconds[todo], shelter[todo] = ask(self.travel, self.who[todo], fitting)
            todo = self._misfits(shelter)
        return seconds, np.where(shelter < 0, self.demand.nowhere, shelter)

    def others(self, price: Seconds) -> Columns:
        """Search for the best of each household."""
        seconds, shelter = self.best(price)
        found = np.flatnonzero(shelter != self.demand.nowhere)
        return Columns(found, shelter[found], seconds[found])

    def every(self, limit_s: float) -> Columns:
        """Return all pairs that the roads allow and that fit."""
        household, shelter, seconds = self.travel.within(limit_s)
        known = np.full(len(self.travel.groups), -1, np.int64)
        known[self.who] = np.arange(len(self.who))
        mine = known[household]
        fits = (mine >= 0) & (self.demand.people[mine] <= self.demand.room[shelter]) & np.isfinite(seconds)
        return Columns.none().plus(mine[fits], shelter[fits], seconds[fits])


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Offers from a list that holds them all."""

    columns: Columns
    demand: Demand

    def best(self, price: Seconds) -> tuple[Seconds, Indices]:
        """Look them all through."""
        dear = self.columns.dearness(self.demand, price)
        chosen = self.columns.cheapest(dear, len(self.demand))
        found = chosen >= 0
        found[found] = np.isfinite(dear[chosen[found]])
        seconds, shelter = np.full(len(chosen), np.inf), np.full(len(chosen), self.demand.nowhere)
        seconds[found] = self.columns.seconds[chosen[found]]
        shelter[found] = self.columns.shelter[chosen[found]]
        return seconds, shelter

    def soonest(self) -> tuple[Seconds, Indices]:
        """Look them all through, prices aside."""
        return self.best(np.zeros(len(self.demand.room)))

    def others(self, price: Seconds) -> Columns:  # noqa: ARG002 - all there are, whatever the price
        """Return the whole list: a chain may lead through any of it."""
        return self.columns

    def every(self, limit_s: float) -> Columns:
        """Return those of the list."""
        return self.columns.where(self.columns.seconds <= limit_s)


def ask(travel: Travel, who: Indices, handicap: Seconds) -> tuple[Seconds, Indices]:
    """Return the seconds to, and index of, the shelter best for some households; handicaps in weighted seconds."""
    seconds, shelter = np.full(len(travel.groups), np.inf), np.full(len(travel.groups), -1, np.int64)
    if not travel.shelters:
        return seconds[who], shelter[who]
    for group in np.unique(travel.groups[who]):
        members = np.flatnonzero(travel.groups == group)
        seconds[members], shelter[members] = travel.soonest(int(group), handicap / travel.weights[group])
    return seconds[who], shelter[who]


def nearest(travel: Travel) -> tuple[Seconds, Indices]:
    """Return the seconds to, and index of, the shelter soonest for each household, full or not."""
    return ask(travel, np.arange(len(travel.groups)), np.zeros(travel.shelters))
