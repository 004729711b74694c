"""kill -9 in the midst of editing: what was finished is there, and nothing is there by halves.

Two hundred times; `MINGQING_KILLS` says how often else.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.check import check_project
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.inside import query
from tests.store import editing
from tests.store.editing import place

KILLS = int(os.environ.get("MINGQING_KILLS", "200"))
_LONGEST_S = 0.15
_BETWEEN_CHECKS = 20
Killed = Callable[[int, float], list[str]]


@pytest.fixture
def killed(empty_project: Path, tmp_path: Path) -> Iterator[Killed]:
    """Let a process edit, kill it after so many seconds, and return what it said it had finished."""
    told = tmp_path / "finished.txt"
    with subprocess.Popen(
        [sys.executable, "-m", editing.__name__, empty_project, told],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None

        def kill(seed: int, seconds: float) -> list[str]:
            told.unlink(missing_ok=True)
            print(seed, file=parent.stdin, flush=True)
            child = int(parent.stdout.readline())  # type: ignore[union-attr]
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
            assert int(parent.stdout.readline()) == -signal.SIGKILL  # type: ignore[union-attr]
            return told.read_text().splitlines() if told.exists() else []

        yield kill
        parent.stdin.close()


def assert_nothing_by_halves(session: Session) -> None:
    houses = session.features("house", columns=["house_no"])
    numbers = sorted(int(str(n)) for n in houses.columns["house_no"])
    assert numbers == sorted(int(name[1:]) for (name,) in session.rows("resident", ["name"]))
    for number, shape in zip(houses.columns["house_no"], houses.geometry, strict=True):
        assert shape.equals(place(int(str(number))))
        assert len(session.features("house", bounds=shape.bounds)) >= 1


def changes(session: Session) -> list[str]:
    return [f"{seq} {why}" for seq, why in query(session, "SELECT seq, why FROM mq_change ORDER BY seq")]


def test_no_finished_edit_is_lost_and_none_is_half_there(killed: Killed, empty_project: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - to be the same each time
    known: list[str] = []
    finished = 0
    for kill in range(KILLS):
        said = killed(kill, chance.uniform(0, _LONGEST_S))
        finished += len(said)
        with open_project(empty_project, user=USER, password=PASSWORD) as session:
            now = changes(session)
            more = now[len(known) + len(said) :]
            assert now[: len(known) + len(said)] == known + said
            assert len(more) <= 1, "more than the one action that it was about to tell of"
            known = now
            assert_nothing_by_halves(session)
            if kill % _BETWEEN_CHECKS == 0 or kill == KILLS - 1:
                assert query(session, "PRAGMA integrity_check") == [("ok",)]
                assert check_project(session) == []
    assert finished, "killed each time before anything was done"
