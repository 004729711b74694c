"""While people are moved, it is ticked off who has left."""

from datetime import datetime

import pytest

from mingqing.core.errors import NotAllowed
from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.kept import load
from mingqing.evacuation.saved.progress import tick
from mingqing.store.undo import undo
from tests.evacuation.saved.conftest import HERE, As, Valley

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


@pytest.mark.parametrize("role", ["planner", "town_editor", "village_editor"])
def test_who_helps_to_move_people_ticks_in_their_villages(
    valley: Valley, number: int, ids: list[int], as_role: As, role: str
) -> None:
    helper = as_role(role, HERE)
    tick(helper, load(helper, number).evacuees.ids.tolist(), moved=True)
    assert load(valley.session, number).evacuees.moved.tolist() == [True] * 3 + [False]
    with pytest.raises(Exception, match="不在您管辖的村"):
        tick(helper, ids[3:], moved=True)


@pytest.mark.parametrize("role", ["viewer", "department"])
def test_who_only_looks_ticks_nothing(ids: list[int], as_role: As, role: str) -> None:
    with pytest.raises(NotAllowed):
        tick(as_role(role, None), ids, moved=True)
