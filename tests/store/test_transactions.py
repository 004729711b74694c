"""Every write is one recorded transaction: whole, undone by its inverse, chained by hash."""

import json
import zlib
from collections.abc import Sequence
from itertools import pairwise

import apsw
import numpy as np
import pytest
import shapely

from mingqing.core.errors import StoreBug
from mingqing.store.changes import Transaction, change_hash
from mingqing.store.check import check_project
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.owner import owner
from mingqing.store.session import Session
from tests.inside import alter, query

VILLAGE = "331124201215"


def house_shapes(count: int, x: float = 500_000.0) -> list[bytes | None]:
    return encode(
        np.array([shapely.box(x + 20 * i, 3e6, x + 20 * i + 9, 3e6 + 9) for i in range(count)]), 4549
    )


def add_houses(change: Transaction, numbers: Sequence[str]) -> list[int]:
    ids = list(new_ids(len(numbers)))
    columns = {"house_no": numbers, "village_code": [VILLAGE] * len(numbers)}
    change.insert("house", ids, columns, house_shapes(len(numbers)))
    return ids


PARTS = "seq, at, account, kind, why, counts"


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, and the boxes of their spatial indexes."""
    out = {}
    for table in session.catalog.tables.values():
        out[table.name] = query(session, f'SELECT * FROM "{table.name}" ORDER BY id')
        if table.has_geometry:
            out[f"{table.name} boxes"] = query(
                session, f'SELECT * FROM "idx_{table.name}_geometry" ORDER BY pkid'
            )
    return out


def changes(session: Session) -> list[tuple[object, ...]]:
    return query(session, "SELECT seq, account, kind, why, counts, changeset FROM mq_change ORDER BY seq")


def index_is_right(session: Session, table: str) -> bool:
    """Ask SpatiaLite itself."""
    return query(session, f"SELECT CheckSpatialIndex('{table}', 'geometry')")[0][0] == 1


def apply_inverse(session: Session, seq: int) -> None:
    raw = zlib.decompress(query(session, "SELECT changeset FROM mq_change WHERE seq = ?", (seq,))[0][0])  # type: ignore[arg-type]
    with owner(session, spatial=True, writing=True) as database:
        apsw.Changeset.apply(apsw.Changeset.invert(raw), database)


def test_rows_and_their_record_are_written_together(session: Session) -> None:
    with session.transaction("edit", "录入两座房子") as change:
        add_houses(change, ["001", "002"])
    assert session.counts()["house"] == 2
    ((seq, account, kind, why, counts, changeset),) = changes(session)
    assert (seq, account, kind, why) == (1, session.user, "edit", "录入两座房子")
    assert json.loads(str(counts)) == {"house": [2, 0, 0]}
    operations = [(c.op, c.name) for c in apsw.Changeset.iter(zlib.decompress(changeset))]  # type: ignore[arg-type]
    assert operations == [("INSERT", "house")] * 2


def test_who_and_when_stand_in_the_row(session: Session) -> None:
    with session.transaction("edit", "录入") as change:
        (house,) = add_houses(change, ["001"])
    row = session.row("house", house)
    assert row is not None
    assert row["created_by"] == session.user
    assert row["updated_at"] is None
    with session.transaction("edit", "改层数") as change:
        change.update("house", [house], {"storeys": [3]})
    row = session.row("house", house)
    assert row is not None
    assert (row["storeys"], row["updated_by"], row["house_no"]) == (3, session.user, "001")


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, PowerCut])
def test_a_transaction_that_fails_leaves_nothing(session: Session, error: type[BaseException]) -> None:
    with session.transaction("edit", "先有一座") as change:
        (house,) = add_houses(change, ["001"])
    before = everything(session), changes(session)

    def give_up() -> None:
        with session.transaction("edit", "半途而废") as change:
            add_houses(change, ["002", "003"])
            change.update("house", [house], {"storeys": [9]}, house_shapes(1, 510_000))
            change.delete("house", [house])
            raise error

    with pytest.raises(error):
        give_up()
    assert (everything(session), changes(session)) == before
    assert index_is_right(session, "house")
    with session.transaction("edit", "之后照常") as change:
        add_houses(change, ["004"])
    assert session.counts()["house"] == 2


def test_a_transaction_that_changes_nothing_leaves_no_record(session: Session) -> None:
    with session.transaction("edit", "空"):
        pass
    with session.transaction("edit", "来了又走") as change:
        change.delete("house", add_houses(change, ["001"]))
    assert changes(session) == []


def test_a_reference_to_nothing_is_not_written(session: Session) -> None:
    with pytest.raises(apsw.ConstraintError), session.transaction("edit", "无此房屋") as change:
        change.insert("household", new_ids(1), {"householder": ["甄一一"], "house": [12345]})
    assert session.counts()["household"] == 0
    assert changes(session) == []


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_the_inverse_of_the_last_change_restores_what_was_before(session: Session, seq: int) -> None:
    states = [everything(session)]
    with session.transaction("edit", "录入") as change:
        houses = add_houses(change, ["001", "002", "003"])
        change.insert("household", new_ids(2), {"householder": ["甄一一", "贾二二"], "house": houses[:2]})
    states.append(everything(session))
    with session.transaction("edit", "挪动并改名") as change:
        change.update("house", houses[:2], {"house_no": ["901", None]}, house_shapes(2, 620_000))
    states.append(everything(session))
    with session.transaction("edit", "抹去图形") as change:
        change.update("house", houses[2:], {}, [None])
    states.append(everything(session))
    with session.transaction("edit", "整户删除") as change:
        change.delete("household", [int(str(i)) for (i,) in query(session, "SELECT id FROM household")])
        change.delete("house", houses)
    states.append(everything(session))
    assert all(a != b for a, b in pairwise(states))
    for last in range(4, seq - 1, -1):
        apply_inverse(session, last)
        assert everything(session) == states[last - 1]
        assert index_is_right(session, "house")
    assert check_project(session) == []


def test_a_changeset_applied_elsewhere_gives_the_same_rows(session: Session, second_session: Session) -> None:
    with session.transaction("edit", "录入") as change:
        (house, *_) = add_houses(change, ["001", "002"])
    with session.transaction("edit", "修改") as change:
        change.update("house", [house], {"storeys": [2]}, house_shapes(1, 620_000))
    for *_, changeset in changes(session):
        with owner(second_session, spatial=True, writing=True) as database:
            apsw.Changeset.apply(zlib.decompress(changeset), database)  # type: ignore[arg-type]
    assert everything(second_session) == everything(session)
    assert index_is_right(second_session, "house")


def test_unknown_tables_and_columns_are_a_bug_of_ours_and_write_nothing(session: Session) -> None:
    for table, columns in (("hose", {}), ("house", {"hose_no": ["1"]}), ("mq_meta", {})):
        with pytest.raises(StoreBug), session.transaction("edit", "错") as change:
            change.insert(table, new_ids(1), columns)
    assert changes(session) == []


TAMPERINGS = {
    "another account": "UPDATE mq_change SET account = '别人' WHERE seq = 2",
    "another time": "UPDATE mq_change SET at = '2020-01-01T00:00:00+08:00' WHERE seq = 2",
    "another reason": "UPDATE mq_change SET why = why || '。' WHERE seq = 2",
    "another count": "UPDATE mq_change SET counts = '{}' WHERE seq = 2",
    "another content": "UPDATE mq_change SET changeset = (SELECT changeset FROM mq_change WHERE seq = 1) WHERE seq = 2",
    "no content": "UPDATE mq_change SET changeset = x'00' WHERE seq = 2",
    "another hash": "UPDATE mq_change SET hash = zeroblob(32) WHERE seq = 2",
    "one gone": "DELETE FROM mq_change WHERE seq = 2",
    "it and what follows gone": "DELETE FROM mq_change WHERE seq >= 2",
    "the first gone": "DELETE FROM mq_change WHERE seq = 1",
    "two changed about": "UPDATE mq_change SET seq = 9 WHERE seq = 2; UPDATE mq_change SET seq = 2 WHERE seq = 3;"
    "UPDATE mq_change SET seq = 3 WHERE seq = 9",
}


@pytest.mark.parametrize("sql", TAMPERINGS.values(), ids=TAMPERINGS)
def test_an_altered_record_breaks_the_chain(session: Session, sql: str) -> None:
    for number in ("001", "002", "003"):
        with session.transaction("edit", f"录入 {number}") as change:
            add_houses(change, [number])
    assert check_project(session) == []
    alter(session, sql)
    problems = check_project(session)
    assert any("第 2 次修改" in problem or "日志第 6 条所说的修改" in problem for problem in problems)


def test_a_chain_forged_from_end_to_end_does_not_fit_the_log(session: Session) -> None:
    for number in ("001", "002", "003"):
        with session.transaction("edit", f"录入 {number}") as change:
            add_houses(change, [number])
    with owner(session, spatial=False, writing=True) as database:
        database.execute("UPDATE mq_change SET account = '别人' WHERE seq = 2")
        previous = b""
        for *entry, digest in list(database.execute(f"SELECT {PARTS}, digest FROM mq_change ORDER BY seq")):
            previous = change_hash(previous, entry, digest)
            database.execute("UPDATE mq_change SET hash = ? WHERE seq = ?", (previous, entry[0]))
    problems = "；".join(check_project(session))
    assert "第 2 次修改没有对应的日志" in problems
    assert "第 3 次修改没有对应的日志" in problems
    assert "第 1 次修改" not in problems
