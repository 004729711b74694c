"""What is other than it was at a change: what came of all that was done since."""

from datetime import datetime

import shapely

from mingqing.access.audit import Act
from mingqing.store.history.since import Altered, altered, last_change
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from mingqing.store.undo import undo
from tests.store.history.conftest import HERE, OTHER, PHONE, SQUARE, THERE, As, Clock, do

HOUSES = {"house": {"storeys", "geometry", "house_no"}}
PEOPLE = {"resident": {"phone", "name"}}


def test_nothing_is_other_than_it_was_just_now(session: Session, house: int) -> None:
    assert altered(session, last_change(session), HOUSES, [HERE]) == []
    assert last_change(session) == 1


def test_a_project_in_which_nothing_was_done_has_no_last_change(session: Session) -> None:
    assert last_change(session) == 0


def test_several_changes_are_one_difference_told_by_the_last_that_matters(
    session: Session, house: int, clock: Clock
) -> None:
    before = last_change(session)
    do(session, "改", lambda e: e.change("house", house, {"storeys": 2}))
    clock.pass_(days=1)
    do(session, "改", lambda e: e.change("house", house, {"storeys": 3}))
    when = clock.pass_(days=1)
    do(session, "改", lambda e: e.change("house", house, {"use": "居住"}))
    (found,) = altered(session, before, HOUSES, [HERE])
    assert (found.id, found.fields, datetime.fromisoformat(found.at)) == (house, {"storeys"}, when)
    assert found.before is not None
    assert found.after is not None
    assert (found.before["storeys"], found.after["storeys"]) == (1, 3)


def test_what_is_as_it_was_is_not_told_whoever_made_it_so(session: Session, house: int) -> None:
    before = last_change(session)
    do(
        session,
        "改",
        lambda e: e.change("house", house, {"storeys": 2}, shapely.affinity.translate(SQUARE, 5)),
    )
    assert altered(session, before, HOUSES, [HERE])[0].fields == {"storeys", "geometry"}
    do(session, "改", lambda e: e.change("house", house, {"storeys": 1}, SQUARE))
    assert altered(session, before, HOUSES, [HERE]) == []


def test_rows_that_came_and_rows_that_went_are_told_and_what_did_both_is_not(
    session: Session, house: int
) -> None:
    before = last_change(session)
    do(session, "删", lambda e: e.remove("house", [house]))
    new = do(session, "增", lambda e: e.add("house", {"village_code": HERE}, SQUARE))
    short = do(session, "增", lambda e: e.add("house", {"village_code": HERE}, SQUARE))
    undo(session)
    gone, come = altered(session, before, HOUSES, [HERE])
    assert (gone.id, gone.after, gone.fields) == (house, None, HOUSES["house"])
    assert (come.id, come.before) == (new, None)
    assert short not in {gone.id, come.id}


def test_what_an_import_brought_is_told_and_what_was_there_in_the_same_second_is_not(
    session: Session, person: int, clock: Clock
) -> None:
    before = last_change(session)
    with session.transaction(Act.IMPORT, "导入") as change:
        change.insert(
            "resident", ids := new_ids(2), {"village_code": [HERE, THERE], "name": ["甄二", "甄三"]}
        )
    assert [a.id for a in altered(session, before, PEOPLE, [HERE])] == [ids[0]]
    do(session, "改", lambda e: e.change("resident", ids[0], {"phone": OTHER}))
    (found,) = altered(session, before, PEOPLE, [HERE])
    assert (found.before, found.after and found.after["phone"]) == (None, OTHER)


def test_only_the_villages_asked_for_are_looked_at_and_rows_that_are_named(
    session: Session, house: int
) -> None:
    elsewhere = do(session, "增", lambda e: e.add("house", {"village_code": THERE}, SQUARE))
    nowhere = do(session, "增", lambda e: e.add("house", {"house_no": "9"}, None))
    before = last_change(session)
    for row in (house, elsewhere, nowhere):
        do(session, "改", lambda e, row=row: e.change("house", row, {"storeys": 9}))

    def ids(found: list[Altered]) -> set[int]:
        return {a.id for a in found}

    assert ids(altered(session, before, HOUSES, [HERE])) == {house}
    assert ids(altered(session, before, HOUSES, [THERE, None])) == {elsewhere, nowhere}
    assert ids(altered(session, before, HOUSES, [HERE], {"house": [elsewhere]})) == {house, elsewhere}
    assert altered(session, before, PEOPLE, [HERE], {"house": [elsewhere]}) == []


def test_an_account_is_told_no_more_than_it_may_see(session: Session, person: int, as_role: As) -> None:
    before = last_change(session)
    do(session, "改", lambda e: e.change("resident", person, {"phone": OTHER}))
    (found,) = altered(as_role("viewer", HERE), before, PEOPLE, [HERE])
    assert found.before is not None
    assert found.before["phone"] not in {PHONE, OTHER}
    assert altered(as_role("viewer", THERE), before, PEOPLE, [HERE]) == []
    assert altered(as_role("department", HERE), before, PEOPLE, [HERE]) == []
