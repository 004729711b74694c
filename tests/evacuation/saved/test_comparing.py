"""Two plans side by side."""

from dataclasses import replace

import numpy as np
import pytest

from mingqing.core.errors import InputRefused
from mingqing.evacuation.saved.compare import Elsewhere, Used, compare
from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.outcome import Outcome
from tests.evacuation.saved.conftest import Valley


def without(outcome: Outcome, house: int) -> Outcome:
    """The plan as though nobody had to leave a house, which stands last in it."""
    assert house == outcome.houses[-1]
    cut = {n: getattr(outcome, n)[:-1] for n in ("houses", "villages", "households", "people", "mobility")}
    cut |= {n: getattr(outcome, n)[:-1] for n in ("hazards", "shelters", "directions", "reasons")}
    cut |= {n: getattr(outcome, n)[:-1] for n in ("leaders", "phones")}
    ways = outcome.ways
    cut_ways = {
        n: getattr(ways, n)[:-1] for n in ("first", "leg_s", "start", "join", "leave", "goal", "metres")
    }
    return replace(outcome, **cut, ways=replace(ways, **cut_ways))


def test_a_plan_is_as_it_is(valley: Valley) -> None:
    numbers = [save(valley.session, valley.outcome(), "台风预案") for _ in range(2)]
    found = compare(valley.session, *numbers)
    assert all(f.one == f.two for f in found.figures)
    assert (found.elsewhere, found.reached, found.lost) == ((), (), ())
    assert (found.only_one, found.only_two, found.roads) == ((), (), ())


def test_who_goes_elsewhere_who_gets_a_place_and_who_loses_it_is_told(valley: Valley) -> None:
    one = save(valley.session, valley.outcome(shelters=(0, 0, -1)), "台风预案")
    two = save(valley.session, valley.outcome(shelters=(1, -1, 0)), "台风预案")
    found = compare(valley.session, one, two)
    (other,) = found.elsewhere
    assert other == Elsewhere(valley.houses[0], (valley.shelters[0], valley.shelters[1]), (2.0, 2.0))
    assert found.reached == (valley.houses[2],)
    assert found.lost == (valley.houses[1],)
    told = {f.title: (f.one, f.two) for f in found.figures}
    assert told["已安排人数"] == (7, 6)
    assert told["无安全路线人数"] == (3, 4)
    assert told["用到的避灾点"] == (1, 2)


def test_houses_that_one_plan_alone_moves_are_told(valley: Valley) -> None:
    outcome = valley.outcome()
    one = save(valley.session, without(outcome, valley.houses[3]), "台风预案")
    two = save(valley.session, outcome, "台风预案")
    assert compare(valley.session, one, two).only_two == (valley.houses[3],)
    assert compare(valley.session, two, one).only_one == (valley.houses[3],)


def test_roads_that_carry_more_or_fewer_people_are_told_the_most_so_first(valley: Valley) -> None:
    outcome = valley.outcome()
    one = save(valley.session, outcome, "台风预案")
    two = save(valley.session, replace(outcome, people=np.array([4, 3, 7, 1])), "台风预案")
    main, lane = valley.roads[:2]
    assert compare(valley.session, one, two).roads == (Used(main, 9, 14), Used(lane, 2, 7))
    with pytest.raises(InputRefused):
        compare(valley.session, one, 1)
