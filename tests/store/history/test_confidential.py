"""The past is as closed as the present: other villages are not told of, masks stay masks, absent is absent."""

from typing import Any

import pytest

from mingqing.access.policy import Column
from mingqing.core.errors import InputRefused
from mingqing.store.history.dates import at, compare
from mingqing.store.history.gone import deleted, restore, revert
from mingqing.store.history.versions import of_action, of_row
from mingqing.store.history.village import of_village
from mingqing.store.session import Session
from tests.store.history.conftest import HERE, OTHER, PHONE, THERE, As, Clock, do

NAME, NEW_NAME, NUMBER = "甄一一", "甄二二", "99999919900307008X"
CANARIES = {PHONE: "phone", OTHER: "phone", NAME: "name", NEW_NAME: "name", NUMBER: "id_number"}


@pytest.fixture
def lived(session: Session, clock: Clock, person: int) -> int:
    """A person whose every number and name was changed, and who was then deleted and brought back."""
    clock.pass_(days=1)
    do(session, "修改住户", lambda e: e.change("resident", person, {"phone": OTHER, "name": NEW_NAME}))
    do(session, "修改住户", lambda e: e.change("resident", person, {"id_number": NUMBER}))
    do(session, "删除住户", lambda e: e.remove("resident", [person]))
    clock.pass_(days=1)
    return person


def everything(session: Session, person: int, clock: Clock) -> list[Any]:
    long_ago = clock.time.replace(year=2025)
    return [
        of_row(session, "resident", person),
        [of_action(session, done.seq) for done in of_village(session, None)],
        of_village(session, HERE),
        deleted(session),
        at(session, "resident", HERE, clock.time).columns,
        compare(session, HERE, "resident", long_ago, clock.time),
    ]


@pytest.mark.parametrize("role", ["viewer", "planner"])
@pytest.mark.parametrize("then", ["deleted", "restored"])
def test_no_past_value_reaches_a_role_that_has_masks(
    session: Session, lived: int, as_role: As, clock: Clock, role: str, then: str
) -> None:
    if then == "restored":
        do(session, "恢复", lambda e: len(restore(e, session, [("resident", lived)])))
    account = as_role(role, HERE)
    told = repr(everything(account, lived, clock))
    hidden = [w for w, f in CANARIES.items() if account.policy.column("resident", f) is not Column.CLEAR]
    assert NUMBER in hidden
    assert not [word for word in hidden if word in told]
    assert all(word in repr(everything(session, lived, clock)) for word in CANARIES)


def test_a_mask_is_that_of_what_was(lived: int, as_role: As) -> None:
    viewer = as_role("viewer", HERE)
    shown = {n: viewer.policy.column("resident", n) for n in ("name", "phone", "id_number")}
    assert Column.CLEAR not in shown.values()
    told = {(c.field, c.before, c.after) for v in of_row(viewer, "resident", lived) for c in v.changes}
    assert ("name", "甄**", "甄**") in told
    assert not [c for c in told if shown.get(c[0]) is Column.ABSENT]


def test_another_villages_editor_is_told_nothing(lived: int, as_role: As, clock: Clock) -> None:
    other = as_role("village_editor", THERE)
    assert everything(other, lived, clock)[:4] == [[], [], [], []]
    assert len(at(other, "resident", HERE, clock.time)) == 0
    assert of_village(other, None) == []
    with pytest.raises(InputRefused):
        do(other, "恢复", lambda e: len(restore(e, other, [("resident", lived)])))


def test_a_row_is_told_of_while_it_was_in_the_village_and_not_once_it_is_in_another(
    session: Session, house: int, as_role: As, clock: Clock
) -> None:
    do(session, "改村", lambda e: e.change("house", house, {"village_code": THERE}))
    do(session, "修改农房", lambda e: e.change("house", house, {"storeys": 5}))
    here, there = as_role("village_editor", HERE), as_role("village_editor", THERE)
    assert of_row(here, "house", house) == []
    assert of_village(here, HERE) == []
    assert len(at(here, "house", HERE, clock.time.replace(year=2025))) == 0
    assert [v.why for v in of_row(there, "house", house)] == ["修改农房"]
    seq = of_row(session, "house", house)[-1].seq
    assert of_action(there, seq) == []
    with pytest.raises(InputRefused):
        do(there, "改回", lambda e: revert(e, there, "house", house, "storeys", seq))


def test_a_row_that_was_deleted_in_another_village_is_not_told_of(
    session: Session, house: int, as_role: As
) -> None:
    do(session, "改村", lambda e: e.change("house", house, {"village_code": THERE}))
    do(session, "删除农房", lambda e: e.remove("house", [house]))
    here = as_role("village_editor", HERE)
    assert of_row(here, "house", house) == deleted(here) == of_village(here, HERE) == []
    assert [g.id for g in deleted(as_role("village_editor", THERE))] == [house]


def test_the_village_editor_is_told_all_of_the_village(lived: int, as_role: As, clock: Clock) -> None:
    told = repr(everything(as_role("village_editor", HERE), lived, clock))
    assert all(word in told for word in CANARIES)


@pytest.mark.parametrize("value", [PHONE, " 13800001111", "0578-8060000", "", "甄", None])
def test_a_past_value_is_shown_as_the_view_shows_a_present_one(
    session: Session, as_role: As, value: str | None
) -> None:
    with session.transaction("import", "导入") as change:
        rows = {"village_code": [HERE], "phone": [value], "name": [value], "id_number": [value]}
        change.insert("resident", [7], rows)
    viewer = as_role("viewer", HERE)
    row = viewer.row("resident", 7)
    assert row is not None
    for field in ("phone", "name", "id_number"):
        assert viewer.policy.shown("resident", field, value) == row[field]
