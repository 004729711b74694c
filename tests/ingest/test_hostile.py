"""Broken and strange files collected by other projects: rows in, or one sentence; the project stays sound."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mingqing.ingest.report import ImportReport
from mingqing.store.check import check_project
from mingqing.store.session import Session
from tests.files import take
from tests.inside import query

SECONDS = 20
WAYS: dict[str, dict[str, Any]] = {
    "as they come": {},
    "as houses in degrees": {"table": "house", "crs": "EPSG:4326"},
    "as people in GBK": {"table": "resident", "encoding": "GBK", "mapping": {"name": "NAME"}},
}


@contextmanager
def no_hang() -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def hostile(shared_data: Path) -> list[Path]:
    return sorted(p for p in (shared_data / "hostile").rglob("*") if p.is_file())


def assert_told(report: ImportReport) -> None:
    """Every source says what became of its rows, in sentences a person can read."""
    assert report.stopped is None
    for source in report.sources:
        for sentence in (source.error, *source.notes, *(x.reason for x in source.left_out)):
            assert sentence is None or (sentence and "\n" not in sentence and "Traceback" not in sentence)
            assert sentence is None or any("一" <= ch <= "鿿" for ch in sentence), sentence
        if source.error is None and source.table is not None:
            done = source.added[source.table] + source.updated[source.table] + source.unchanged[source.table]
            assert done + source.rows_left_out == source.read, source.path
        else:
            assert source.error


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)
def test_each_file_by_itself_is_taken_or_refused_and_the_project_is_sound(
    session: Session, hostile: list[Path], options: dict[str, Any]
) -> None:
    session.choose_crs(4549)
    for path in hostile:
        before = session.counts()
        with no_hang():
            report = take(session, path, **options)
        assert report.sources, path
        assert_told(report)
        after = session.counts()
        gained = sum(after.values()) - sum(before.values())
        assert gained == report.total("added"), path
    assert check_project(session) == []


def test_the_whole_folder_is_taken_and_the_project_is_sound(session: Session, shared_data: Path) -> None:
    with no_hang():
        report = take(session, shared_data / "hostile")
    assert_told(report)
    assert not report.complete
    assert check_project(session) == []
    seqs = query(session, "SELECT count(*) FROM mq_change")
    again = take(session, shared_data / "hostile")
    assert again.total("added") == 0
    assert query(session, "SELECT count(*) FROM mq_change") == seqs


def test_what_is_readable_among_them_is_read(session: Session, shared_data: Path) -> None:
    session.choose_crs(4326)  # of all the world, where they are from
    take(session, shared_data / "hostile", table="house", crs="EPSG:4326")
    assert session.counts()["house"] > 100


def test_another_countrys_roads_and_houses_come_in(session: Session, shared_data: Path) -> None:
    report = take(session, shared_data / "andorra")
    assert {s.table for s in report.sources if s.error is None} >= {"road", "house"}
    assert session.counts()["road"] > 4000
    assert check_project(session) == []
