"""What an assignment is made of, and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.model import Objective, Seconds

Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


class BrokenLock(StrEnum):
    """Why a household could not be sent where it was locked to."""

    UNREACHABLE = "unreachable"
    FULL = "full"  # the household alone, or locks given before it, take all places


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Where `h` households go; nobody is split and no shelter holds more than it can.

    shelter : (h,) index, -1 where none. seconds : (h,) on the way, inf where none.
    value : weighted person-seconds, or seconds until the last arrives, of all who are placed.
    lower_bound : what no plan over all shelters can be below that leaves no more people without a place.
    unreachable : (h,) no shelter can be reached. short : (h,) one can, but the places do not suffice.
    missing : (s,) by the shelter soonest for them, how many people are left for want of places.
    fewest_left : proved: no plan leaves fewer than this many people for want of places.
    broken_locks : by household, locks that could not be kept; these households were placed like any other.
    """

    shelter: Indices
    seconds: Seconds
    value: float
    lower_bound: float
    unreachable: Flags
    short: Flags
    missing: Indices
    fewest_left: int
    broken_locks: Mapping[int, BrokenLock]

    @staticmethod
    def value_of(
        objective: Objective, burden: NDArray[np.float64], shelter: Indices, seconds: Seconds
    ) -> float:
        """Return the objective of those who have a place; burden : (h,) people times their weight."""
        moving = (shelter >= 0) & (burden > 0)
        if objective is Objective.LATEST:
            return float(seconds[moving].max(initial=0.0))
        return float(burden[moving] @ seconds[moving])

    @property
    def gap(self) -> float:
        """Return how far from the best the plan is at most, as a share of its value."""
        return (self.value - self.lower_bound) / self.value if self.value else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """`n` households, `s` shelters, and nowhere: one more, with more places than there are people.

    people : (n,) more than none. weight : (n,) what a second of one person counts. room : (s + 1,) places.
    """

    people: Indices
    weight: NDArray[np.float64]
    room: Indices

    def __len__(self) -> int:
        return len(self.people)

    @property
    def nowhere(self) -> int:
        """Return the index under which those stand who are left without a place."""
        return len(self.room) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Pairs of household and shelter that are considered, sorted by household, then shelter, none twice."""

    household: Indices
    shelter: Indices
    seconds: Seconds

    @classmethod
    def none(cls) -> Self:
        """Return no columns."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    def __len__(self) -> int:
        return len(self.household)

    def where(self, keep: Flags) -> Self:
        """Return those marked."""
        return type(self)(self.household[keep], self.shelter[keep], self.seconds[keep])

    def plus(self, household: Indices, shelter: Indices, seconds: Seconds) -> Self:
        """Return these and others."""
        one = np.concatenate([self.household, household])
        two = np.concatenate([self.shelter, shelter])
        order = np.lexsort((two, one))
        one, two = one[order], two[order]
        first = np.ones(len(one), np.bool_)
        first[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
        times = np.concatenate([self.seconds, seconds])[order]
        return type(self)(one[first], two[first], times[first])

    def dearness(self, demand: Demand, price: Seconds) -> Seconds:
        """Return (k,) weighted seconds of one person, with the price of the place."""
        return demand.weight[self.household] * self.seconds + price[self.shelter]

    def cheapest(self, dearness: Seconds, households: int) -> Indices:
        """Return (n,) for each household the first of its columns that is cheapest, -1 where it has none."""
        least = np.full(households, np.inf)
        np.minimum.at(least, self.household, dearness)
        good = np.flatnonzero(dearness <= least[self.household])
        chosen = np.full(households, -1, np.int64)
        chosen[self.household[good[::-1]]] = good[::-1]
        return chosen

    def index(self, household: Indices, shelter: Indices) -> Indices:
        """Return where pairs stand that are among them."""
        width = int(self.shelter.max()) + 1
        found: Indices = np.searchsorted(self.household * width + self.shelter, household * width + shelter)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A plan that splits nobody. at : (n,) the column of each household."""

    columns: Columns
    at: Indices

    def shelter(self) -> Indices:
        """Return (n,) where each goes."""
        return self.columns.shelter[self.at]

    def left(self, demand: Demand) -> int:
        """Return how many people stand nowhere."""
        return int(demand.people[self.shelter() == demand.nowhere].sum())

    def cost(self, demand: Demand) -> float:
        """Return weighted person-seconds of those who have a place."""
        placed = self.shelter() != demand.nowhere
        return float((demand.people * demand.weight * self.columns.seconds[self.at])[placed].sum())
