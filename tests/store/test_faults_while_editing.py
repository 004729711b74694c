"""A disk that fills up, a stick pulled out, a clock set back in the midst of editing: one sentence, nothing lost."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import apsw
import pytest
import shapely

from mingqing.core.errors import MingqingError, ProjectUnavailable
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import changes
from mingqing.store.check import check_project
from mingqing.store.edit import edit
from mingqing.store.history.versions import of_row
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import next_undo, redo, undo
from tests.inside import query, unguarded

SQUARE = shapely.box(500_000, 3_140_000, 500_010, 3_140_010)
LONG = "很长的备注" * 800


def add(session: Session, **values: object) -> int:
    with edit(session, "新增农房") as e:
        return e.add("house", values, SQUARE)


def assert_one_sentence(error: MingqingError) -> None:
    said = str(error)
    assert said
    assert "\n" not in said
    assert not said.isascii()


def test_a_disk_that_is_full_takes_no_edit_and_no_undo_and_loses_none(session: Session) -> None:
    house = add(session, storeys=1)
    with edit(session, "修改农房") as e:
        e.change("house", house, {"storeys": 2})
    with unguarded(session) as database:
        database.pragma("max_page_count", database.pragma("page_count"))
    refused: list[ProjectUnavailable] = []
    for _ in range(200):
        try:
            with edit(session, "新增") as e:
                e.add("resource", {"name": "古树", "note": LONG})
        except ProjectUnavailable as error:
            refused.append(error)
            break
    assert_one_sentence(refused[0])
    assert "磁盘已满，本次改动没有写入" in str(refused[0])
    assert check_project(session) == []
    before = session.counts()["resource"]
    with unguarded(session) as database:
        database.pragma("max_page_count", 1 << 30)
    with edit(session, "新增") as e:
        e.add("resource", {"name": "古树", "note": LONG})
    assert session.counts()["resource"] == before + 1
    undo(session)
    assert session.counts()["resource"] == before


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A medium that can be pulled out."""
    place = tmp_path / "u盘"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting a medium needs root")
    yield place
    subprocess.run(["umount", "-l", place], capture_output=True, check=False)


def test_a_stick_pulled_out_is_one_sentence_and_what_was_finished_is_on_it(
    stick: Path, empty_project: Path, tmp_path: Path
) -> None:
    path = shutil.copytree(empty_project, stick / empty_project.name)
    behind = tmp_path / "插回来"
    behind.mkdir()
    subprocess.run(["mount", "--bind", stick, behind], check=True)
    try:
        with open_project(path, user=USER, password=PASSWORD) as session:
            house = add(session, storeys=1)
            subprocess.run(["umount", "-l", stick], check=True)
            with pytest.raises(ProjectUnavailable) as refused, edit(session, "修改农房") as e:
                e.change("house", house, {"storeys": 2})
            assert_one_sentence(refused.value)
            assert "把 U 盘插回去" in str(refused.value)
        with open_project(behind / path.name, user=USER, password=PASSWORD) as session:
            assert session.rows("house", ["storeys"]) == [(1,)]
            assert check_project(session) == []
    finally:
        subprocess.run(["umount", "-l", behind], check=True)


@pytest.mark.parametrize(
    "trouble", [apsw.IOError("disk I/O error"), apsw.FullError("full"), apsw.CantOpenError("unable to open")]
)
def test_trouble_of_the_disk_at_the_end_of_an_edit_takes_all_of_it_back(
    session: Session, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    house = add(session, storeys=1)

    def fail(*_: object, **__: object) -> None:
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(changes.Transaction, "_record", fail)
        with pytest.raises(ProjectUnavailable) as refused, edit(session, "修改农房") as e:
            e.change("house", house, {"storeys": 2}, shapely.box(0, 0, 1, 1))
    assert_one_sentence(refused.value)
    assert session.rows("house", ["storeys"]) == [(1,)]
    assert len(session.features("house", bounds=SQUARE.bounds)) == 1
    assert len(of_row(session, "house", house)) == 1


class _Clock:
    def __init__(self, at: str) -> None:
        self.time = datetime.fromisoformat(at)

    def now(self, _zone: object) -> datetime:
        return self.time


def test_with_the_clock_set_back_history_and_undo_keep_their_order(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _Clock("2026-11-22T14:05:00+08:00")
    monkeypatch.setattr(changes, "datetime", clock)
    house = add(session, storeys=1)
    clock.time = datetime.fromisoformat("2000-01-01T00:00:00+08:00")
    for storeys in (2, 3):
        with edit(session, f"改成 {storeys} 层") as e:
            e.change("house", house, {"storeys": storeys})
    assert [v.why for v in of_row(session, "house", house)] == ["改成 3 层", "改成 2 层", "新增农房"]
    undo(session)
    assert session.rows("house", ["storeys"]) == [(2,)]
    assert (step := next_undo(session)) is not None
    assert step.why == "改成 2 层"
    redo(session)
    assert session.rows("house", ["storeys"]) == [(3,)]
    assert query(session, "SELECT seq FROM mq_change ORDER BY seq") == [(n,) for n in range(1, 6)]
    assert check_project(session) == []
