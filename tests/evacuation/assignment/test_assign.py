"""Who goes where: whole households, as many people as there is room for, locks, and what is said of the rest."""

import numpy as np
import pytest

from mingqing.core.errors import Cancelled
from mingqing.evacuation.assignment.assign import assign
from mingqing.evacuation.assignment.model import BrokenLock
from mingqing.evacuation.model import Objective
from tests.evacuation.assignment.tables import Table, case, random_case

_INF = np.inf


def test_where_there_is_room_everybody_goes_where_it_is_soonest() -> None:
    found = case([[10, 20], [30, 5], [7, 8]], [4, 3, 2], [6, 6]).solve()
    assert found.shelter.tolist() == [0, 1, 0]
    assert (found.value, found.lower_bound, found.gap) == (69.0, 69.0, 0.0)


def test_who_has_the_least_to_lose_gives_way() -> None:
    found = case([[10, 100], [10, 15]], [4, 4], [4, 8]).solve()
    assert found.shelter.tolist() == [0, 1]


def test_a_household_is_never_split() -> None:
    found = case([[10, 10]], [5], [3, 3]).solve()
    assert found.shelter.tolist() == [-1]
    assert found.short.tolist() == [True]
    assert (found.fewest_left, found.missing.sum()) == (5, 5)


def test_more_people_count_for_more_than_less_time() -> None:
    found = case([[1], [1], [900]], [2, 2, 5], [5]).solve()
    assert found.shelter.tolist() == [-1, -1, 0]
    assert found.value == 4500


def test_of_plans_that_place_as_many_the_cheaper_is_taken() -> None:
    found = case([[50], [40], [30]], [3, 3, 3], [6]).solve()
    assert found.shelter.tolist() == [-1, 0, 0]
    assert (found.value, found.gap) == (210.0, 0.0)


def test_a_long_chain_of_households_makes_room_for_one_more() -> None:
    n = 30
    seconds = np.full((n, n), _INF)
    seconds[np.arange(n), np.arange(n)] = 1
    seconds[np.arange(1, n), np.arange(n - 1)] = 1000
    seconds[0, n - 1] = 1  # wants the last place, which its owner leaves only if everybody moves by one
    seconds[0, 0] = _INF
    found = case(seconds.tolist(), [2] * n, [2] * n).solve()
    assert not found.short.any()
    assert found.shelter.tolist() == [n - 1, *range(n - 1)]


def test_no_way_is_not_a_matter_of_places() -> None:
    found = case([[_INF, _INF], [1, 2]], [3, 3], [0, 0]).solve()
    assert found.unreachable.tolist() == [True, False]
    assert found.short.tolist() == [False, True]
    assert (found.fewest_left, found.missing.tolist()) == (3, [3, 0])


def test_places_are_missing_at_the_shelter_soonest_for_those_left() -> None:
    found = case([[5, _INF], [6, _INF], [_INF, 1]], [4, 3, 2], [4, 9]).solve()
    assert found.short.tolist() == [False, True, False]
    assert found.missing.tolist() == [3, 0]


def test_slow_people_weigh_as_declared() -> None:
    table = Table(np.array([[10.0, 30.0], [10.0, 30.0]]), np.array([0, 1]), np.array([1.0, 3.0]))
    found = assign(table, np.array([2, 2]), np.array([2, 2]))
    assert found.shelter.tolist() == [1, 0]
    assert found.value == 2 * 30 + 3 * 2 * 10


def test_an_empty_house_takes_no_place_and_no_time() -> None:
    found = case([[600, 900], [5, 10]], [0, 4], [4, 0]).solve(Objective.LATEST)
    assert found.shelter.tolist() == [0, 0]
    assert found.value == 5


def test_the_last_arrival_comes_before_the_total() -> None:
    world = case([[1, 50], [40, 60]], [1, 1], [1, 1])
    total = world.solve(Objective.TOTAL)
    assert (total.shelter.tolist(), total.value, total.gap) == ([0, 1], 61.0, 0.0)
    latest = world.solve(Objective.LATEST)
    assert (latest.shelter.tolist(), latest.value, latest.gap) == ([1, 0], 50.0, 0.0)


def test_locks_are_kept() -> None:
    found = case([[10, 90], [10, 90], [10, 90]], [2, 2, 2], [4, 4]).solve(locks={0: 1})
    assert found.shelter.tolist() == [1, 0, 0]
    assert (found.value, found.gap, found.broken_locks) == (220.0, 0.0, {})


def test_a_lock_takes_its_place_from_others() -> None:
    found = case([[10, 90], [10, 20]], [2, 2], [2, 2]).solve(locks={1: 0})
    assert found.shelter.tolist() == [1, 0]


def test_a_lock_to_where_no_way_leads_is_said_and_left_aside() -> None:
    found = case([[10, _INF]], [2], [4, 4]).solve(locks={0: 1})
    assert found.shelter.tolist() == [0]
    assert found.broken_locks == {0: BrokenLock.UNREACHABLE}


def test_of_locks_that_do_not_fit_together_the_first_are_kept() -> None:
    found = case([[10, 90], [10, 90], [10, 90]], [3, 3, 2], [5, 9]).solve(locks={1: 0, 0: 0, 2: 0})
    assert found.shelter.tolist() == [1, 0, 0]
    assert found.broken_locks == {0: BrokenLock.FULL}


def test_what_is_locked_late_lets_the_others_take_their_time() -> None:
    found = case([[1, 80], [30, 2], [60, 2]], [1, 1, 1], [3, 1]).solve(Objective.LATEST, {0: 1})
    assert found.value == 80
    assert found.shelter.tolist() == [1, 0, 0]


@pytest.mark.parametrize("objective", Objective)
def test_nobody_or_nowhere_to_go(objective: Objective) -> None:
    nobody = case([], [], [5]).solve(objective)
    assert (len(nobody.shelter), nobody.value, nobody.gap) == (0, 0.0, 0.0)
    nowhere = case([[], []], [2, 3], []).solve(objective)
    assert nowhere.unreachable.all()
    assert nowhere.fewest_left == 0


def test_stopped_it_says_so() -> None:
    world = random_case(np.random.default_rng(3))
    table = Table(world.seconds, world.groups, world.weights)
    with pytest.raises(Cancelled):
        assign(table, world.people, world.capacity, stop=lambda: True)


def test_a_town_is_planned_nearly_as_well_as_can_be() -> None:
    """2,500 households in clusters: too many to enumerate, so that the bound has to speak."""
    rng = np.random.default_rng(5)
    towns = rng.uniform(0, 20_000, (25, 2))
    homes = towns[rng.integers(0, 25, 2500)] + rng.normal(0, 600, (2500, 2))
    places = towns[rng.integers(0, 25, 90)] + rng.normal(0, 600, (90, 2))
    seconds = np.hypot(*(homes[:, None] - places).transpose(2, 0, 1))
    people = rng.integers(1, 7, 2500)
    wanted = np.bincount(seconds.argmin(axis=1), people, 90)
    capacity = np.maximum(wanted * rng.choice([0.8, 1.1, 2.0], 90), 10).astype(np.int64)
    found = assign(Table(seconds, np.zeros(2500, np.int64), np.ones(1)), people, capacity)
    assert not found.short.any()
    assert (np.bincount(found.shelter, people, 90) <= capacity).all()
    assert found.gap < 0.01
