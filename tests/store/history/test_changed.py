"""Which rows are other than at a moment: all that were touched, or that nobody can say."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.edit import Referring, edit
from mingqing.store.geometry import encode
from mingqing.store.history import changed as module
from mingqing.store.history.changed import Moment, changed, moment
from mingqing.store.ids import new_ids
from mingqing.store.people.erase import erase
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import redo, undo

from .conftest import HERE, SQUARE, do


def touched(session: Session, since: Moment) -> dict[str, set[int]]:
    found = changed(session, since)
    assert found is not None
    return {table: set(ids) for table, ids in found.rows.items()}


def test_nothing_happened_since_now(session: Session, house: int) -> None:
    assert touched(session, moment(session)[1]) == {}


def test_rows_added_changed_deleted_undone_and_imported_are_told(session: Session, house: int) -> None:
    other = do(session, "另一座", lambda e: e.add("house", {"village_code": HERE}, SQUARE))
    before = moment(session)[1]
    new = do(session, "新增", lambda e: e.add("house", {"village_code": HERE}, SQUARE))
    with edit(session, "改和删") as e:
        e.change("house", house, {"storeys": 3})
        e.remove("house", [other], Referring.DETACH)
    assert touched(session, before) == {"house": {house, other, new}}
    later = moment(session)[1]
    undo(session)
    assert touched(session, later) == {"house": {house, other}}
    redo(session)
    with session.transaction("import", "导入 农房.shp") as change:
        brought = new_ids(2)
        shapes = encode(np.array([SQUARE, SQUARE]), session.info.epsg)
        change.insert("house", brought, {"village_code": [HERE, HERE]}, shapes)
        change.update("house", [house], {"storeys": [4]})
    assert touched(session, later) == {"house": {house, other, *brought}}
    assert touched(session, Moment()) == {"house": {house, other, new, *brought}}


def test_of_another_history_nobody_can_say(session: Session, house: int, tmp_path: Path) -> None:
    kept = shutil.copytree(session.info.path, tmp_path / "备份.mingqing")
    do(session, "一种后来", lambda e: e.change("house", house, {"storeys": 2}))
    known = moment(session)[1]
    with open_project(kept, user=USER, password=PASSWORD) as restored:
        assert changed(restored, known) is None
        do(restored, "另一种后来", lambda e: e.change("house", house, {"storeys": 3}))
        assert moment(restored)[1].seq == known.seq
        assert changed(restored, known) is None
        assert moment(restored)[0] == moment(session)[0]


def test_of_whoever_was_erased_nobody_says_less_than_all(session: Session, person: int) -> None:
    with edit(session, "隐患") as e:
        e.add(
            "hazard",
            {"village_code": HERE, "name": "后山", "monitor": "甄一一", "monitor_phone": "13800001111"},
        )
    before = moment(session)[1]
    erase(session, person, "本人要求")
    since = changed(session, before)
    assert since is None or {"hazard", "resident"} <= since.erased


def test_much_that_happened_is_rather_compared(
    session: Session, house: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = moment(session)[1]
    do(session, "改", lambda e: e.change("house", house, {"storeys": 2}))
    monkeypatch.setattr(module, "_MOST_BYTES", 10)
    assert changed(session, before) is None
