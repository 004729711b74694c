"""While people are moved, it is ticked off who has left, and told who is still there."""

from datetime import datetime

import pytest

from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.kept import load
from mingqing.evacuation.saved.progress import Count, counts, left, tick
from mingqing.store.undo import undo
from tests.evacuation.saved.conftest import HERE, LEADER, PHONE, THERE, As, Valley

DUSK = datetime.fromisoformat("2026-08-03T18:20:59+08:00")


@pytest.fixture
def number(valley: Valley) -> int:
    return save(valley.session, valley.outcome(), "台风预案")


@pytest.fixture
def ids(valley: Valley, number: int) -> list[int]:
    return load(valley.session, number).evacuees.ids.tolist()


def test_several_are_ticked_in_one_step(valley: Valley, number: int, ids: list[int]) -> None:
    tick(valley.session, ids[:2], moved=True, at=DUSK)
    found = load(valley.session, number).evacuees
    assert found.moved.tolist() == [True, True, False, False]
    assert list(found.moved_at) == ["2026-08-03 18:20"] * 2 + ["", ""]
    undo(valley.session)
    assert not load(valley.session, number).evacuees.moved.any()


def test_what_was_ticked_keeps_its_time_and_a_tick_can_be_taken_off(
    valley: Valley, number: int, ids: list[int]
) -> None:
    tick(valley.session, ids[:1], moved=True, at=DUSK)
    assert tick(valley.session, ids[:1], moved=True).seq == 0
    tick(valley.session, ids[:2], moved=True)
    times = load(valley.session, number).evacuees.moved_at
    assert times[0] == "2026-08-03 18:20" != times[1]
    tick(valley.session, ids[:1], moved=False)
    found = load(valley.session, number).evacuees
    assert (found.moved.tolist(), found.moved_at[0]) == ([False, True, False, False], "")


def test_what_is_left_is_counted_by_village_and_shelter(valley: Valley, number: int, ids: list[int]) -> None:
    tick(valley.session, ids[:1], moved=True)
    shelter = valley.shelters[0]
    assert sorted(counts(valley.session, number), key=lambda c: c.village or "") == [
        Count(HERE, shelter, 3, 9, 2, 5),
        Count(THERE, 0, 1, 1, 1, 1),
    ]


def test_who_is_left_is_told_by_name_those_first_who_have_no_place_or_cannot_walk(
    valley: Valley, number: int, ids: list[int]
) -> None:
    tick(valley.session, [ids[2]], moved=True)
    found = left(valley.session, number)
    assert [e.id for e in found] == [ids[3], ids[1], ids[0]]
    assert [e.placed for e in found] == [False, True, True]
    carried = found[1]
    assert (carried.names, carried.phones) == (("甄户2",), ("13900000002",))
    assert (carried.mobility, carried.people, carried.leader, carried.leader_phone) == (
        "卧床",
        3,
        LEADER,
        PHONE,
    )


def test_the_households_of_a_house_are_all_named(valley: Valley, number: int) -> None:
    said = {"village_code": HERE, "house": valley.houses[0], "householder": "甄分户"}
    valley.do(lambda e: e.add("household", said))
    named = next(e for e in left(valley.session, number) if e.house == valley.houses[0])
    assert (set(named.names), named.phones) == ({"甄户1", "甄分户"}, ("13900000001",))


@pytest.mark.parametrize("role", ["planner", "town_editor", "village_editor"])
def test_who_helps_to_move_people_ticks_in_their_villages(
    valley: Valley, number: int, ids: list[int], as_role: As, role: str
) -> None:
    helper = as_role(role, HERE)
    tick(helper, [e.id for e in left(helper, number)], moved=True)
    assert load(valley.session, number).evacuees.moved.tolist() == [True] * 3 + [False]
    with pytest.raises(Exception, match="不在您管辖的村"):
        tick(helper, ids[3:], moved=True)


@pytest.mark.parametrize("role", ["viewer", "department"])
def test_who_only_looks_ticks_nothing_and_is_told_no_names(
    number: int, ids: list[int], as_role: As, role: str
) -> None:
    reader = as_role(role, None)
    for told in (left, counts):
        with pytest.raises(InputRefused):
            told(reader, number)
    with pytest.raises(NotAllowed):
        tick(reader, ids, moved=True)
