"""The history of a row: who, when, field by field, from what it is back to what brought it."""

import pytest
from shapely.affinity import translate

from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.store.edit import Edit, Referring, Refused
from mingqing.store.history.gone import restore, revert
from mingqing.store.history.person import of_person
from mingqing.store.history.versions import Did, of_action, of_row
from mingqing.store.ids import new_ids
from mingqing.store.people.who import How
from mingqing.store.session import Session
from mingqing.store.undo import undo
from tests.store.history.conftest import HERE, OTHER, PHONE, SQUARE, THERE, As, do


def told(session: Session, table: str, row: int) -> list[tuple[str, list[tuple[object, ...]]]]:
    return [
        (v.why, [(c.field, c.before, c.after) for c in v.changes if c.field != "village_code"])
        for v in of_row(session, table, row)
    ]


def test_every_version_is_told_field_by_field_newest_first(session: Session, house: int) -> None:
    do(session, "修改农房", lambda e: e.change("house", house, {"storeys": 2, "house_no": "7"}))
    undo(session)
    assert told(session, "house", house) == [
        ("撤销：修改农房", [("house_no", "7", None), ("storeys", 2, 1)]),
        ("修改农房", [("house_no", None, "7"), ("storeys", 1, 2)]),
        ("新增农房", [("storeys", None, 1)]),
    ]
    newest = of_row(session, "house", house)[0]
    assert (newest.by, newest.kind, newest.did) == (session.user, "undo", Did.CHANGED)


def test_a_moved_house_is_told_with_its_shape_before_and_after(session: Session, house: int) -> None:
    there = translate(SQUARE, 30)
    do(session, "移动农房", lambda e: e.change("house", house, shape=there))
    moved = of_row(session, "house", house)[0]
    assert moved.changes == ()
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.equals(SQUARE), moved.after.equals(there)) == (True, True)


def test_a_row_that_an_import_brought_says_from_which_file(session: Session) -> None:
    with session.transaction("import", "导入") as change:
        ids = list(new_ids(2))
        change.insert("resource", ids, {"name": ["古树", "祠堂"], "source": ["资源.shp"] * 2}, [None, None])
    do(session, "修改资源", lambda e: e.change("resource", ids[0], {"name": "樟树"}))
    newest, first = of_row(session, "resource", ids[0])
    assert (newest.did, newest.source) == (Did.CHANGED, "")
    assert (first.kind, first.source, first.row["name"]) == ("import", "资源.shp", "古树")
    assert [v.kind for v in of_row(session, "resource", ids[1])] == ["import"]


def test_a_deleted_and_restored_row_keeps_its_whole_history(session: Session, house: int) -> None:
    do(session, "删除农房", lambda e: e.remove("house", [house]))
    assert [v.did for v in of_row(session, "house", house)] == [Did.REMOVED, Did.ADDED]
    do(session, "恢复", lambda e: len(restore(e, session, [("house", house)])))
    assert [v.did for v in of_row(session, "house", house)] == [Did.ADDED, Did.REMOVED, Did.ADDED]


def test_one_field_is_put_back_and_the_rest_stays(session: Session, house: int) -> None:
    do(session, "修改农房", lambda e: e.change("house", house, {"storeys": 2, "house_no": "7"}))
    seq = of_row(session, "house", house)[0].seq
    do(session, "改回", lambda e: revert(e, session, "house", house, "storeys", seq))
    row = session.row("house", house)
    assert row is not None
    assert (row["storeys"], row["house_no"]) == (1, "7")


def test_a_shape_is_put_back(session: Session, house: int) -> None:
    do(session, "移动农房", lambda e: e.change("house", house, shape=translate(SQUARE, 30)))
    seq = of_row(session, "house", house)[0].seq
    do(session, "改回", lambda e: revert(e, session, "house", house, "geometry", seq))
    assert session.features("house").geometry[0].equals(SQUARE)


def test_what_would_break_a_rule_is_not_put_back(session: Session, house: int) -> None:
    do(session, "修改农房", lambda e: e.change("house", house, {"house_no": "7"}))
    do(session, "修改农房", lambda e: e.change("house", house, {"house_no": "8"}))
    do(session, "新增农房", lambda e: e.add("house", {"village_code": HERE, "house_no": "7"}, SQUARE))
    seq = of_row(session, "house", house)[0].seq
    with pytest.raises(Refused, match="本村已经有一条"):
        do(session, "改回", lambda e: revert(e, session, "house", house, "house_no", seq))


def test_a_field_that_a_change_left_alone_is_not_put_back_by_it(session: Session, house: int) -> None:
    do(session, "修改农房", lambda e: e.change("house", house, {"storeys": 2}))
    seq = of_row(session, "house", house)[0].seq
    with pytest.raises(InputRefused, match="没有改过这一项"):
        do(session, "改回", lambda e: revert(e, session, "house", house, "house_no", seq))
    with pytest.raises(InputRefused, match="找不到这一次"):
        do(session, "改回", lambda e: revert(e, session, "house", house, "house_no", seq + 1))


def test_an_action_is_told_row_by_row(session: Session, house: int) -> None:
    other = do(session, "新增农房", lambda e: e.add("house", {"village_code": THERE}, SQUARE))
    do(session, "批量", lambda e: e.change_all("house", {house: {"storeys": 3}, other: {"storeys": 4}}))
    seq = of_row(session, "house", house)[0].seq
    assert [v.id for v in of_action(session, seq)] == [house, other]
    assert [v.id for v in of_action(session, seq, village=THERE)] == [other]


def test_a_persons_history_is_that_of_all_their_rows_also_of_deleted_ones(session: Session) -> None:
    def arrive(e: Edit) -> int:
        house = e.add("house", {"village_code": HERE}, SQUARE)
        home = e.add("household", {"householder": "甄一一", "house": house})
        person = e.add("resident", {"name": "甄一一", "phone": PHONE, "household": home})
        e.add("key_person", {"resident": person, "category": "独居老人"})
        return person

    person = do(session, "新增", arrive)
    ((cared,),) = session.rows("key_person", ["id"])
    do(session, "删除", lambda e: e.remove("key_person", [cared], Referring.ALONG))
    do(session, "修改住户", lambda e: e.change("resident", person, {"phone": OTHER}))
    found = {one.table: (one.how, [v.did for v in versions]) for one, versions in of_person(session, person)}
    assert found["resident"] == (How.SELF, [Did.CHANGED, Did.ADDED])
    assert found["key_person"] == (How.ABOUT, [Did.REMOVED, Did.ADDED])
    assert {"household", "house"} <= found.keys()


def test_who_sees_masks_alone_is_told_nothing_of_a_person(person: int, as_role: As) -> None:
    with pytest.raises(NotAllowed, match="看不全"):
        of_person(as_role("viewer", HERE), person)
