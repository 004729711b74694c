"""Documents are made in a process of their own, which writes the log beside the window, and leaves nothing behind."""

import os
import pickle
import threading
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest

from mingqing.access.audit import Act
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.desktop.printing.documents import EVERY, OF_VILLAGE
from mingqing.desktop.printing.making import Made, Wanted, every, make
from mingqing.store.log import entries, verify_log
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.desktop.conftest import PASSWORD, USER, VILLAGES
from tests.desktop.printing.odd import ends, nobody, refused, who_makes

HERE, THERE = VILLAGES


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    with open_project(project, user=USER, password=PASSWORD) as opened:
        yield opened


def made(
    session: Session, wanted: list[Wanted], folder: Path, watch: Watch = UNWATCHED
) -> tuple[Made, list[tuple[str, str]]]:
    """Make documents; return what came of it, and what failed with the reason."""
    failed: list[tuple[str, str]] = []
    before = set(active_children())
    done = make(
        session,
        wanted,
        VILLAGES,
        folder,
        watch,
        paused=lambda: False,
        failing=lambda each, why: failed.append((each.village, why)),
    )
    assert set(active_children()) <= before
    return done, failed


def test_it_is_another_process_that_makes_them(session: Session, tmp_path: Path) -> None:
    done, _ = made(session, every([who_makes], [HERE, THERE]), tmp_path / "表")
    makers = {file.read_text() for file in (tmp_path / "表").iterdir()}
    assert (done.files, done.stopped) == (2, "")
    assert len(makers) == 1
    assert str(os.getpid()) not in makers


def test_the_log_has_them_and_holds_though_the_window_writes_it_meanwhile(
    session: Session, tmp_path: Path
) -> None:
    over = threading.Event()

    def write() -> None:
        with session.clone() as own:
            while not over.wait(0.02):
                own.record(Act.LOCK)

    window = threading.Thread(target=write)
    window.start()
    try:
        done, failed = made(session, every(OF_VILLAGE, [HERE, THERE]), tmp_path / "表")
    finally:
        over.set()
        window.join()
    assert (done.files, failed) == (6, [])
    found = entries(session)
    assert sum(e.act in {Act.PRINT, Act.EXPORT} for e in found) == 6
    assert sum(e.act == Act.LOCK for e in found) > 0
    assert verify_log(session) == []


def test_what_fails_there_is_told_here_and_the_rest_goes_on(session: Session, tmp_path: Path) -> None:
    wanted = [*every([ends], [HERE, THERE]), Wanted(refused, HERE)]
    wanted.append(Wanted(nobody, HERE))
    done, failed = made(session, wanted, tmp_path / "表")
    assert (done.files, done.failed, done.nothing) == (1, 2, 1)
    assert failed[0][0] == HERE
    assert "两次意外结束" in failed[0][1]
    assert failed[1] == (HERE, "模板写错了")
    assert [file.name for file in (tmp_path / "表").iterdir()] == [f"{THERE}_横岗村_怪表.txt"]


def test_what_is_stopped_leaves_whole_files_alone(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "表"
    watch = Watch(cancelled=lambda: folder.is_dir() and any(folder.glob("*.txt")))
    done, failed = made(session, every([who_makes], [HERE, THERE]), folder, watch)
    assert (done.files, done.stopped, failed) == (1, "已停下", [])
    assert [file.name for file in folder.iterdir()] == [f"{HERE}_小竹溪村_怪表.txt"]


def test_every_document_can_be_sent() -> None:
    sent = pickle.loads(pickle.dumps(EVERY))  # noqa: S301 - our own
    assert [each.code for each in sent] == [each.code for each in EVERY]
