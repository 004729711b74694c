"""What a plan says beside who goes where: places that are missing, and wishes that cannot be met."""

import pytest

from mingqing.core.errors import InputRefused
from mingqing.evacuation.model import Objective
from mingqing.evacuation.planning import plan
from mingqing.evacuation.scenario import Scenario
from tests.evacuation.worlds import area, world

STRAIGHT = [[(0.0, 0.0), (1000.0, 0.0)]]
HOMES = [(100, 10), (110, 10), (120, 10)]
DANGER = area(90, 5, 130, 15)


def test_how_many_places_are_missing_is_told_by_village() -> None:
    made = plan(world(STRAIGHT, HOMES, [((500, 0), 5)], [DANGER], people=[3, 4, 2]), Scenario())
    assert made.people[made.placed].sum() == 5
    assert made.notes == ("避灾点容量不够，共缺 4 个位置：小竹溪村 4 个",)


@pytest.mark.parametrize("objective", list(Objective))
def test_who_is_locked_goes_where_he_is_told(objective: Objective) -> None:
    here = world(STRAIGHT, HOMES, [((200, 0), 9), ((900, 0), 9)], [DANGER])
    free = plan(here, Scenario(objective=objective))
    locked = plan(here, Scenario(objective=objective, locks=((2, 52),)))
    assert free.shelters.tolist() == [0, 0, 0]
    assert locked.shelters.tolist() == [0, 1, 0]
    assert locked.notes == ()


def test_lock_to_a_shelter_that_takes_nobody_is_told_and_the_house_goes_elsewhere() -> None:
    here = world(STRAIGHT, HOMES, [((200, 0), 9), ((900, 0), 9)], [DANGER, area(890, -5, 910, 5)])
    made = plan(here, Scenario(locks=((1, 52), (2, 52))))
    assert made.shelters.tolist() == [0, 0, 0]
    assert any(note.startswith("指定去避灾点2的 2 户改为自动安排") for note in made.notes)


def test_lock_to_what_is_no_shelter_is_refused() -> None:
    with pytest.raises(InputRefused, match="没有编号为 99 的避灾点"):
        plan(world(STRAIGHT, HOMES, [((200, 0), 9)], [DANGER]), Scenario(locks=((1, 99),)))


def test_only_those_at_home_count_where_that_is_asked_for() -> None:
    here = world(STRAIGHT, HOMES, [((200, 0), 9)], [DANGER], people=[3, 4, 2])
    here.houses.present[:] = [1, 0, 2]
    made = plan(here, Scenario(at_home=True))
    assert made.people.tolist() == [1, 0, 2]
    assert made.placed.all()


def test_the_last_arrives_sooner_where_that_is_the_objective() -> None:
    here = world(
        STRAIGHT,
        [(300, 1), (310, 1), (900, 1)],
        [((200, 0), 2), ((1000, 0), 2)],
        [area(0, 0.5, 1000, 2)],
        people=[1, 2, 1],
    )
    total, latest = (plan(here, Scenario(objective=each, walk_kmh=3.6)) for each in Objective)
    assert latest.latest_minutes <= total.latest_minutes
    assert total.person_minutes <= latest.person_minutes
    assert total.assignment.gap == latest.assignment.gap == 0
