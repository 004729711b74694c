"""What must hold whatever the numbers are."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.evacuation.assignment.model import Assignment
from mingqing.evacuation.model import Objective
from tests.evacuation.assignment.tables import Case, random_case

_CASES = st.integers(0, 2**32 - 1).map(lambda seed: random_case(np.random.default_rng(seed), 9, 4))
_OBJECTIVES = st.sampled_from(Objective)


def _rank(case: Case, found: Assignment) -> tuple[int, float]:
    """Return what is compared: people without a place, then the objective, rounding aside."""
    left = int(case.people[found.shelter < 0].sum())
    return left, round(found.value, 6)


def _not_worse(case: Case, better: Assignment, found: Assignment) -> bool:
    return _rank(case, better) <= _rank(case, found)


@given(_CASES, _OBJECTIVES, st.integers(0, 3), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_one_more_place_never_makes_it_worse(
    case: Case, objective: Objective, shelter: int, places: int
) -> None:
    capacity = case.capacity.copy()
    capacity[shelter % len(capacity)] += places
    more = replace(case, capacity=capacity)
    assert _not_worse(case, more.solve(objective), case.solve(objective))


@given(_CASES, _OBJECTIVES)
@settings(max_examples=40, deadline=None)
def test_one_shelter_less_never_makes_it_better(case: Case, objective: Objective) -> None:
    fewer = case.shelters(np.arange(len(case.capacity) - 1))
    assert _not_worse(case, case.solve(objective), fewer.solve(objective))


@given(_CASES, _OBJECTIVES, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_households_and_shelters_changes_nothing(
    case: Case, objective: Objective, random: np.random.Generator
) -> None:
    rows, columns = list(range(len(case.people))), list(range(len(case.capacity)))
    random.shuffle(rows)
    random.shuffle(columns)
    turned = case.households(np.array(rows)).shelters(np.array(columns))
    assert _rank(turned, turned.solve(objective)) == _rank(case, case.solve(objective))


@given(_CASES, _OBJECTIVES)
@settings(max_examples=30, deadline=None)
def test_asked_again_the_answer_is_the_same(case: Case, objective: Objective) -> None:
    assert (case.solve(objective).shelter == case.solve(objective).shelter).all()


@given(_CASES, st.sampled_from([0.25, 7.0]))
@settings(max_examples=20, deadline=None)
def test_slower_by_a_factor_costs_the_factor(case: Case, factor: float) -> None:
    slower = replace(case, seconds=case.seconds * factor)
    left, value = _rank(case, case.solve())
    assert _rank(slower, slower.solve())[0] == left
    np.testing.assert_allclose(slower.solve().value, value * factor, rtol=1e-6, atol=1e-5)
