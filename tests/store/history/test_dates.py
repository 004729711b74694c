"""A village at two times: what came, what went, what changed; also where the clock was set back in between."""

from datetime import datetime

from shapely.affinity import translate

from mingqing.store.edit import Edit
from mingqing.store.history.dates import at, compare
from mingqing.store.history.gone import restore
from mingqing.store.ids import new_ids
from mingqing.store.session import Session
from tests.store.history.conftest import HERE, SQUARE, THERE, Clock, do


def house(e: Edit, **values: object) -> int:
    return e.add("house", {"village_code": HERE, **values}, SQUARE)


def ids(session: Session, when: datetime) -> list[int]:
    return [int(i) for i in at(session, "house", HERE, when).ids]


def test_rows_are_as_they_were(session: Session, clock: Clock) -> None:
    row = do(session, "新增农房", lambda e: house(e, storeys=1))
    first = clock.pass_(days=1)
    do(session, "修改农房", lambda e: e.change("house", row, {"storeys": 2}, translate(SQUARE, 5)))
    second = clock.pass_(days=1)
    do(session, "删除农房", lambda e: e.remove("house", [row]))
    third = clock.pass_(days=1)
    do(session, "恢复", lambda e: len(restore(e, session, [("house", row)])))
    then = [at(session, "house", HERE, when) for when in (first, second, third, clock.time)]
    assert [list(f.columns.get("storeys", [])) for f in then] == [[1], [2], [], [2]]
    assert then[0].geometry[0].equals(SQUARE)
    assert then[1].geometry[0].equals(translate(SQUARE, 5))
    assert ids(session, first.replace(year=2020)) == []


def test_what_an_import_brought_was_not_there_before_it(session: Session, clock: Clock) -> None:
    before = clock.pass_(days=1)
    with session.transaction("import", "导入") as change:
        change.insert("house", new_ids(2), {"village_code": [HERE, THERE]}, [None, None])
    assert len(ids(session, clock.time)) == 1
    assert ids(session, before) == []


def test_a_row_is_in_the_village_it_belonged_to(session: Session, clock: Clock) -> None:
    row = do(session, "新增农房", house)
    first = clock.pass_(days=1)
    do(session, "改村", lambda e: e.change("house", row, {"village_code": THERE}))
    assert ids(session, first) == [row]
    assert ids(session, clock.time) == []
    assert [int(i) for i in at(session, "house", THERE, clock.time).ids] == [row]
    assert len(at(session, "house", THERE, first)) == 0


def test_two_dates_are_compared(session: Session, clock: Clock) -> None:
    stays, changes, goes = (do(session, "新增农房", lambda e: house(e, storeys=1)) for _ in range(3))
    one = clock.pass_(days=3)
    comes = do(session, "新增农房", house)
    do(session, "修改农房", lambda e: e.change("house", changes, {"storeys": 2}))
    do(session, "修改农房", lambda e: e.change("house", stays, {"storeys": 9}))
    do(session, "修改农房", lambda e: e.change("house", stays, {"storeys": 1}))
    do(session, "删除农房", lambda e: e.remove("house", [goes]))
    found = compare(session, HERE, "house", one, clock.time)
    assert [[d.id for d in part] for part in (found.added, found.removed, found.changed)] == [
        [comes],
        [goes],
        [changes],
    ]
    (change,) = found.changed[0].changes
    assert (change.title, change.before, change.after) == ("层数", 1, 2)
    assert found.changed[0].new is None


def test_a_shape_that_moved_is_a_difference_of_its_own(session: Session, clock: Clock) -> None:
    row = do(session, "新增农房", house)
    one = clock.pass_(days=1)
    do(session, "移动农房", lambda e: e.change("house", row, shape=translate(SQUARE, 5)))
    (moved,) = compare(session, HERE, "house", one, clock.time).changed
    assert moved.changes == ()
    assert moved.old is not None
    assert moved.new is not None


def test_the_order_of_changes_holds_where_the_clock_was_set_back(session: Session, clock: Clock) -> None:
    row = do(session, "新增农房", lambda e: house(e, storeys=1))
    first = clock.pass_(days=1)
    clock.time = first.replace(year=2000)
    do(session, "修改农房", lambda e: e.change("house", row, {"storeys": 2}))
    clock.time = first.replace(day=first.day + 5)
    do(session, "修改农房", lambda e: e.change("house", row, {"storeys": 3}))
    assert ids(session, first.replace(year=2001)) == []
    assert at(session, "house", HERE, first).columns["storeys"] == [2]
    assert at(session, "house", HERE, clock.time).columns["storeys"] == [3]
