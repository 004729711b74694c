"""Deleted rows: listed until they are back, and brought back with what belongs to them."""

import pytest

from mingqing.core.errors import InputRefused
from mingqing.store.edit import Edit, Referring
from mingqing.store.history.gone import deleted, restore
from mingqing.store.history.past import Key
from mingqing.store.session import Session
from mingqing.store.undo import undo
from tests.store.history.conftest import HERE, SQUARE, THERE, do

TABLES = ("house", "household", "resident")


def bring_back(session: Session, *rows: Key) -> None:
    do(session, "恢复", lambda e: len(restore(e, session, rows)))


@pytest.fixture
def family(session: Session) -> dict[str, int]:
    made: dict[str, int] = {}

    def arrive(e: Edit) -> int:
        made["house"] = e.add("house", {"village_code": HERE}, SQUARE)
        made["household"] = e.add("household", {"householder": "样一", "house": made["house"]})
        made["resident"] = e.add("resident", {"name": "样一", "household": made["household"]})
        return 0

    do(session, "新增", arrive)
    return made


def counts(session: Session) -> list[int]:
    return [session.counts()[t] for t in TABLES]


def test_a_deleted_row_is_listed_until_it_is_back(session: Session, house: int) -> None:
    do(session, "删除农房", lambda e: e.remove("house", [house]))
    (gone,) = deleted(session)
    assert (gone.table, gone.id, gone.why, gone.by) == ("house", house, "删除农房", session.user)
    assert gone.row["storeys"] == 1
    before = session.counts()["house"]
    bring_back(session, ("house", house))
    assert (before, session.counts()["house"], deleted(session)) == (0, 1, [])
    assert session.features("house").geometry[0].equals(SQUARE)
    undo(session)
    assert [g.id for g in deleted(session)] == [house]


def test_what_a_row_belongs_to_comes_back_with_it(session: Session, family: dict[str, int]) -> None:
    do(session, "删除农房", lambda e: e.remove("house", [family["house"]], Referring.ALONG))
    assert counts(session) == [0, 0, 0]
    assert len({g.seq for g in deleted(session)}) == 1
    bring_back(session, ("resident", family["resident"]))
    assert counts(session) == [1, 1, 1]


def test_what_was_left_without_a_house_belongs_to_it_again(session: Session, family: dict[str, int]) -> None:
    do(session, "删除农房", lambda e: e.remove("house", [family["house"]], Referring.DETACH))
    assert session.rows("household", ["house"]) == [(None,)]
    bring_back(session, ("house", family["house"]))
    assert session.rows("household", ["house"]) == [(family["house"],)]
    undo(session)
    assert session.rows("household", ["house"]) == [(None,)]


def test_who_lives_elsewhere_by_now_stays_there(session: Session, family: dict[str, int]) -> None:
    do(session, "删除农房", lambda e: e.remove("house", [family["house"]], Referring.DETACH))

    def move(e: Edit) -> None:
        new = e.add("house", {"village_code": HERE}, SQUARE)
        e.change("household", family["household"], {"house": new})

    do(session, "搬家", move)
    bring_back(session, ("house", family["house"]))
    assert session.rows("household", ["house"]) != [(family["house"],)]


def test_what_is_there_again_is_not_brought_back_twice(session: Session, house: int) -> None:
    do(session, "删除农房", lambda e: e.remove("house", [house]))
    bring_back(session, ("house", house))
    with pytest.raises(InputRefused, match="已经恢复了"):
        bring_back(session, ("house", house))


def test_rows_are_listed_by_table_and_village(session: Session, house: int) -> None:
    other = do(session, "新增农房", lambda e: e.add("house", {"village_code": THERE}, SQUARE))
    do(session, "删除农房", lambda e: e.remove("house", [house, other]))
    assert [g.id for g in deleted(session, "house", HERE)] == [house]
    assert [g.id for g in deleted(session, village=THERE)] == [other]
    assert deleted(session, "road") == []
