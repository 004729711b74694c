"""Small worlds for an assignment: every time from every household to every shelter in one table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mingqing.evacuation.assignment.assign import assign
from mingqing.evacuation.assignment.model import Assignment
from mingqing.evacuation.model import Objective


@dataclass(frozen=True)
class Table:
    """A `Travel` that knows all times. seconds : (h, s), inf where there is no way."""

    seconds: NDArray[np.float64]
    groups: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def shelters(self) -> int:
        return self.seconds.shape[1]

    def soonest(
        self, group: int, handicap_s: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        mine = self.seconds[self.groups == group]
        rows, best = np.arange(len(mine)), (mine + handicap_s).argmin(axis=1)
        reached = np.isfinite((mine + handicap_s)[rows, best])
        return np.where(reached, mine[rows, best], np.inf), np.where(reached, best, -1)

    def within(self, limit_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        household, shelter = np.nonzero((self.seconds <= limit_s) & np.isfinite(self.seconds))
        return household, shelter, self.seconds[household, shelter]


@dataclass(frozen=True)
class Case:
    """Who has to leave, and where there is room."""

    seconds: NDArray[np.float64]
    people: NDArray[np.int64]
    capacity: NDArray[np.int64]
    groups: NDArray[np.int64]
    weights: NDArray[np.float64]

    @property
    def burden(self) -> NDArray[np.float64]:
        """By household, what one second of all its people counts."""
        weighted: NDArray[np.float64] = self.people * self.weights[self.groups]
        return weighted

    def households(self, order: NDArray[np.int64]) -> "Case":
        return replace(
            self, seconds=self.seconds[order], people=self.people[order], groups=self.groups[order]
        )

    def shelters(self, order: NDArray[np.int64]) -> "Case":
        return replace(self, seconds=self.seconds[:, order], capacity=self.capacity[order])

    def solve(
        self, objective: Objective = Objective.TOTAL, locks: Mapping[int, int] | None = None
    ) -> Assignment:
        table = Table(self.seconds, self.groups, self.weights)
        return assign(table, self.people, self.capacity, objective=objective, locks=locks or {})

    def check(self, found: Assignment) -> int:
        """Assert what every plan must keep to; return how many people have a place."""
        sent = np.flatnonzero(found.shelter >= 0)
        load = np.bincount(found.shelter[sent], self.people[sent], len(self.capacity))
        assert (load <= self.capacity).all()
        assert (found.seconds[sent] == self.seconds[sent, found.shelter[sent]]).all()
        assert np.isinf(found.seconds[found.shelter < 0]).all()
        assert (found.unreachable == np.isinf(self.seconds).all(axis=1)).all()
        assert (found.short == ((found.shelter < 0) & ~found.unreachable)).all()
        assert found.missing.sum() == self.people[found.short].sum() >= found.fewest_left
        assert found.lower_bound <= found.value
        return int(self.people[sent].sum())


def case(seconds: list[list[float]], people: list[int], capacity: list[int]) -> Case:
    """A case in which all move alike."""
    table = np.array(seconds, float).reshape(len(people), len(capacity))
    groups = np.zeros(len(people), np.int64)
    return Case(table, np.array(people, np.int64), np.array(capacity, np.int64), groups, np.ones(1))


def random_case(rng: np.random.Generator, households: int = 12, shelters: int = 5) -> Case:
    """A case with ties or without, ways missing, groups and weights, places in plenty, just enough, or too few."""
    h, s = int(rng.integers(1, households + 1)), int(rng.integers(1, shelters + 1))
    ties = rng.random() < 0.4
    seconds = rng.integers(1, 30, (h, s)).astype(float) if ties else rng.uniform(1, 1000, (h, s))
    seconds[rng.random((h, s)) < rng.choice([0, 0.2, 0.5])] = np.inf
    people = rng.integers(rng.random() > 0.3, 8, h)
    places = int(people.sum() * rng.choice([0.6, 0.9, 1.0, 1.1, 1.5]))
    capacity = rng.multinomial(places, rng.dirichlet(np.full(s, 3.0)))
    groups = int(rng.integers(1, 4))
    weights = rng.choice([0.5, 1.0, 1.0, 2.0, 3.0], groups)
    return Case(seconds, people, capacity, rng.integers(0, groups, h), weights)
