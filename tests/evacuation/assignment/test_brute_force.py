"""Against a plain integer programme over the whole table: the same totals, nobody more without a place."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from mingqing.evacuation.assignment import relax, total
from mingqing.evacuation.model import Objective
from tests.evacuation.assignment.tables import Case, random_case

_CASES = 500


class _Plain:
    """One binary variable for each household and each shelter it can reach and that it fits."""

    def __init__(self, case: Case) -> None:
        fits = (
            np.isfinite(case.seconds) & (case.people[:, None] <= case.capacity) & (case.people[:, None] > 0)
        )
        self.household, self.shelter = np.nonzero(fits)
        self.people = case.people[self.household].astype(float)
        self.seconds = case.seconds[self.household, self.shelter]
        self.cost = case.burden[self.household] * self.seconds
        once = (np.arange(len(case.people))[:, None] == self.household).astype(float)
        held = (np.arange(len(case.capacity))[:, None] == self.shelter) * self.people
        limits = np.concatenate([np.ones(len(once)), case.capacity])
        self.rules = LinearConstraint(np.vstack([once, held]), -np.inf, limits)

    def solve(self, cost: NDArray[np.float64], limit_s: float, placed: float = 0.0) -> NDArray[np.float64]:
        rules = [self.rules, LinearConstraint(self.people[None], placed - 0.5, np.inf)]
        allowed = Bounds(0, (self.seconds <= limit_s).astype(float))
        found = milp(cost, integrality=np.ones(len(cost)), bounds=allowed, constraints=rules)
        assert found.status == 0, found.message
        chosen: NDArray[np.float64] = found.x.round()
        return chosen

    def most(self, limit_s: float = np.inf) -> int:
        """How many people can be placed within a limit."""
        return round(float(self.people @ self.solve(-self.people, limit_s)))

    def least_total(self, placed: int) -> float:
        return float(self.cost @ self.solve(self.cost, np.inf, placed))

    def least_latest(self, placed: int) -> float:
        limits = np.unique(np.append(self.seconds, 0.0))
        low, high = 0, len(limits) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.most(limits[middle]) >= placed else (middle + 1, high)
        return float(limits[low])


def _cases(seed: int, count: int) -> list[Case]:
    rng = np.random.default_rng(seed)
    return [random_case(rng) for _ in range(count)]


@pytest.mark.parametrize("block", range(10))
def test_as_good_as_a_plain_integer_programme(block: int) -> None:
    for case in _cases(block, _CASES // 10):
        plain = _Plain(case)
        placed = plain.most() if len(plain.cost) else 0
        for objective in Objective:
            found = case.solve(objective)
            assert case.check(found) == placed
            assert found.fewest_left == case.people[found.short].sum()
            least = 0.0
            if placed:
                total_ = objective is Objective.TOTAL
                least = plain.least_total(placed) if total_ else plain.least_latest(placed)
            assert found.value == pytest.approx(least, rel=1e-7)
            assert found.gap <= 1e-9


def test_the_latest_arrival_settled_the_total_is_the_least() -> None:
    for case in _cases(99, 60):
        plain = _Plain(case)
        if not len(plain.cost):
            continue
        found = case.solve(Objective.LATEST)
        sent = found.shelter >= 0
        least = plain.cost @ plain.solve(plain.cost, found.value, case.check(found))
        assert case.burden[sent] @ found.seconds[sent] == pytest.approx(least, rel=1e-7)


def test_what_is_done_for_very_many_is_never_below_its_bound_and_near_the_best(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Small cases sent the way of large ones: prices step by step, households rounded, nothing enumerated."""
    monkeypatch.setattr(relax, "MANY", 0)
    monkeypatch.setattr(total, "_PROVABLE", 0)
    worse = []
    for case in _cases(7, 150):
        plain = _Plain(case)
        if not len(plain.cost):
            continue
        found, most = case.solve(), plain.most()
        placed = case.check(found)
        assert found.fewest_left <= case.people.sum() - case.people[found.unreachable].sum() - most
        assert placed <= most
        least = plain.least_total(placed)
        assert found.lower_bound <= least * (1 + 1e-9) + 1e-6
        assert found.value >= least * (1 - 1e-9)
        worse.append((placed < most, found.value / least if least else 1.0))
    assert np.mean([left for left, _ in worse]) < 0.3
    assert np.mean([value for _, value in worse]) < 1.05
