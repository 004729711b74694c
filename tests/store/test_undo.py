"""Undo and redo: unlimited, after closing too, and never over what somebody else did."""

from pathlib import Path

import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.edit import Referring, edit
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import Conflicts, next_redo, next_undo, redo, undo

SQUARE = shapely.box(500_000, 3_140_000, 500_010, 3_140_010)


def write(session: Session, house: int, **values: object) -> None:
    with edit(session, "修改农房") as e:
        e.change("house", house, values)


@pytest.fixture
def house(session: Session) -> int:
    with edit(session, "新增农房") as e:
        return e.add("house", {"storeys": 1}, SQUARE)


def storeys(session: Session) -> list[object]:
    return [n for (n,) in session.rows("house", ["storeys"])]


def test_every_step_is_taken_back_and_done_again(session: Session, house: int) -> None:
    for n in (2, 3):
        write(session, house, storeys=n)
    seen = []
    while next_undo(session):
        undo(session)
        seen.append(storeys(session))
    assert seen == [[2], [1], []]
    with pytest.raises(InputRefused, match="没有可以撤销"):
        undo(session)
    while next_redo(session):
        redo(session)
        seen.append(storeys(session))
    assert seen[3:] == [[1], [2], [3]]
    assert session.features("house", bounds=SQUARE.bounds).geometry[0].equals(SQUARE)


def test_undo_goes_on_where_it_was_after_closing(empty_project: Path) -> None:
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        with edit(session, "新增农房") as e:
            house = e.add("house", {"storeys": 1}, SQUARE)
        for n in (2, 3):
            write(session, house, storeys=n)
        undo(session)
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        undo(session)
        assert storeys(session) == [1]
        redo(session)
        redo(session)
        assert storeys(session) == [3]


def test_what_is_done_after_an_undo_ends_what_could_be_redone(session: Session, house: int) -> None:
    write(session, house, storeys=2)
    undo(session)
    write(session, house, storeys=9)
    assert next_redo(session) is None
    undo(session)
    assert storeys(session) == [1]


def test_redoing_in_between_keeps_what_is_left_to_redo(session: Session, house: int) -> None:
    for n in (2, 3):
        write(session, house, storeys=n)
    undo(session)
    undo(session)
    redo(session)
    assert (step := next_redo(session)) is not None
    redo(session)
    assert storeys(session) == [3]
    assert (last := next_undo(session)) is not None
    assert last.seq == step.seq


def test_a_deleted_house_comes_back_with_all_that_went_along(session: Session, house: int) -> None:
    with edit(session, "新增") as e:
        home = e.add("household", {"householder": "样一", "house": house})
        e.add("resident", {"name": "样一", "household": home})
    before = {t: session.rows(t, ["id", "created_at"]) for t in ("house", "household", "resident")}
    with edit(session, "删除农房") as e:
        e.remove("house", [house], Referring.ALONG)
    undo(session)
    assert {t: session.rows(t, ["id", "created_at"]) for t in before} == before


def test_what_was_changed_since_is_shown_and_not_touched(session: Session, house: int) -> None:
    write(session, house, storeys=2, house_no="7")
    with session.transaction("import", "导入") as change:
        change.update("house", [house], {"storeys": [5]})
    with pytest.raises(Conflicts, match="“农房”的层数后来被") as conflicts:
        undo(session)
    assert conflicts.value.found[0].fields == ("storeys",)
    assert session.row("house", house)["house_no"] == "7"  # type: ignore[index]
    undo(session, over=True)
    assert storeys(session) == [1]


def test_a_row_that_is_gone_is_a_conflict_too(session: Session, house: int) -> None:
    write(session, house, storeys=2)
    with session.transaction("import", "导入") as change:
        change.delete("house", [house])
    with pytest.raises(Conflicts):
        undo(session)
    undo(session, over=True)
    assert storeys(session) == []


def test_an_undo_is_a_change_of_its_own_in_the_history(session: Session, house: int) -> None:
    write(session, house, storeys=2)
    changed = undo(session)
    assert changed.why == "撤销：修改农房"
    assert changed.tables == {"house": {house}}
    row = session.row("house", house)
    assert row is not None
    assert row["updated_by"] == session.user
