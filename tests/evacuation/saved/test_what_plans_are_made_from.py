"""A world holds who lives where and how able they are, as far as the account may see it, and is refused else."""

from datetime import date

import pytest

from mingqing.core.errors import NotAllowed
from mingqing.evacuation.gather import world
from mingqing.store.session import Session
from tests.evacuation.saved.conftest import HERE, As, Valley

TODAY = date(2026, 8, 3)


def by_house(session: Session, valley: Valley, column: str) -> list[int]:
    """Return a column of the houses in the order of the valley."""
    houses = world(session, on=TODAY).houses
    found = dict(zip(houses.ids.tolist(), getattr(houses, column).tolist(), strict=True))
    return [found[house] for house in valley.houses]


def test_the_slowest_of_a_house_tells_how_able_it_is(valley: Valley) -> None:
    assert by_house(valley.session, valley, "mobility") == [0, 2, 0, 0]  # by the list of key persons
    eldest = [{"birth_date": day} for day in ("1946-08-03", "1946-08-04", "2020-08-04", "2020-08-03")]
    for resident, said in zip(valley.residents, eldest, strict=True):
        valley.do(lambda e, r=resident, s=said: e.change("resident", r, s))  # type: ignore[misc]
    # Eighty today, eighty tomorrow but carried, six tomorrow, six today.
    assert by_house(valley.session, valley, "mobility") == [1, 2, 1, 0]


def test_who_is_away_is_counted_apart(valley: Valley) -> None:
    valley.do(lambda e: e.change("resident", valley.residents[0], {"at_home": "外出"}))
    assert by_house(valley.session, valley, "people") == [2, 2, 2, 2]
    assert by_house(valley.session, valley, "present") == [1, 2, 2, 2]


def test_people_of_a_household_without_a_count_are_those_entered_one_at_least(valley: Valley) -> None:
    valley.do(lambda e: e.change_all("household", {key: {"people_count": None} for key in valley.households}))
    more = {"village_code": HERE, "household": valley.households[0], "name": "甄小"}
    valley.do(lambda e: e.add("resident", more))
    valley.do(lambda e: e.remove("resident", [valley.residents[3]]))
    assert by_house(valley.session, valley, "people") == [2, 1, 1, 1]


def test_a_house_in_which_nobody_is_entered_needs_not_leave(valley: Valley) -> None:
    valley.do(lambda e: e.change("household", valley.households[3], {"house": valley.houses[0]}))
    houses = world(valley.session, on=TODAY).houses
    assert set(houses.ids.tolist()) == set(valley.houses[:3])
    assert dict(zip(houses.ids.tolist(), houses.households.tolist(), strict=True))[valley.houses[0]] == 2


def test_planners_know_who_is_carried_though_not_how_old_anybody_is(valley: Valley, as_role: As) -> None:
    valley.do(lambda e: e.change("resident", valley.residents[0], {"birth_date": "1930-01-01"}))
    assert by_house(as_role("planner", None), valley, "mobility") == [0, 2, 0, 0]


@pytest.mark.parametrize("role", ["viewer", "department", "auditor", "system_admin"])
def test_who_may_not_know_how_many_live_where_makes_no_plan(valley: Valley, as_role: As, role: str) -> None:
    with pytest.raises(NotAllowed, match="看不到各户人数"):
        world(as_role(role, None), on=TODAY)
