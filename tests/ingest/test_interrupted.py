"""Ctrl-C and kill −9 in the middle of an import: every file is wholly in or wholly out, and the project is sound."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from mingqing.core.sample import PASSWORD, USER
from mingqing.store.check import check_project
from mingqing.store.project import open_project
from mingqing.store.session import Session
from tests.files import box, take, write_shp, write_village
from tests.inside import query

FILES, ROWS = 12, 30
NUMBERS = "甲乙丙丁戊己庚辛壬癸子丑"

# The import itself, with small transactions; it tells how far it is, and is halted there to be killed.
IMPORT = """
import os, signal, sys
from mingqing.cli import main
from mingqing.ingest import run
from mingqing.ingest.write import Writer
from mingqing.store.changes import Transaction
run._ROWS_A_BATCH = 40
where, count, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seen = 0

def at(place):
    global seen
    seen += place == where
    if seen == count and place == where:
        os.kill(os.getpid(), number)

def after(owner, name, place):
    real = getattr(owner, name)
    def call(*arguments, **named):
        result = real(*arguments, **named)
        at(place)
        return result
    setattr(owner, name, call)

after(run, "prepare", "read")
after(Transaction, "__enter__", "begun")
after(Transaction, "insert", "inserted")
after(Writer, "write", "written")
after(Transaction, "_record", "recorded")
after(Transaction, "__exit__", "committed")
sys.argv = ["mingqing", "import", *sys.argv[4:]]
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve villages of thirty houses with their households."""
    for i, letter in enumerate(NUMBERS):
        place = tmp_path / "全乡" / f"{letter}溪村"
        columns = {"房屋编号": [f"{j:03}" for j in range(ROWS)], "户主": [f"甄{j}" for j in range(ROWS)]}
        write_shp(place / "农房.shp", columns, [box(j, 50 * i) for j in range(ROWS)])
    write_village(tmp_path / "全乡" / "甲溪村", "331124201201", "甲溪村")
    return tmp_path / "全乡"


def interrupted(
    project: Path, folder: Path, where: str, count: int, number: int
) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", IMPORT, where, str(count), str(number), project, folder]
    env = {**os.environ, "MINGQING_USER": USER, "MINGQING_PASSWORD": PASSWORD}
    return subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=60, check=False)


def files_in(session: Session) -> set[str]:
    """Files that are in; fails where one is in by half."""
    houses = Counter(str(s) for (s,) in session.rows("house", ["source"]))
    households = Counter(str(s) for (s,) in session.rows("household", ["source"]))
    assert set(houses.values()) <= {ROWS}
    assert households == houses
    return set(houses)


def assert_whole_and_finished_by_the_next_import(project: Path, folder: Path) -> int:
    """Check the project, import again, and return how many files had been in."""
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert check_project(session) == []
        done = files_in(session)
        seqs = [s for (s,) in query(session, "SELECT seq FROM mq_change ORDER BY seq")]
        assert seqs == list(range(1, len(seqs) + 1))
        report = take(session, folder)
        assert report.total("unchanged") >= len(done) * ROWS * 2
        assert len(files_in(session)) == FILES
        assert session.counts()["house"] == session.counts()["household"] == FILES * ROWS
        assert check_project(session) == []
        return len(done)


# How often what had happened when the import was struck, and whether files were in by then: two go in at a time.
MOMENTS = [
    ("read", 3, "none"),
    ("begun", 2, "some"),
    ("inserted", 1, "none"),
    ("inserted", 9, "some"),
    ("written", 5, "some"),
    ("recorded", 2, "some"),
    ("committed", 3, "some"),
]


@pytest.mark.parametrize(("where", "count", "in_by_then"), MOMENTS)
def test_a_killed_import_leaves_whole_files(
    empty_project: Path, folder: Path, where: str, count: int, in_by_then: str
) -> None:
    killed = interrupted(empty_project, folder, where, count, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    done = assert_whole_and_finished_by_the_next_import(empty_project, folder)
    assert done < FILES
    assert (done > 0) is (in_by_then == "some")


@pytest.mark.parametrize(("where", "count", "in_by_then"), MOMENTS)
def test_an_import_stopped_with_ctrl_c_leaves_whole_files_and_says_so(
    empty_project: Path, folder: Path, where: str, count: int, in_by_then: str
) -> None:
    stopped = interrupted(empty_project, folder, where, count, signal.SIGINT)
    assert stopped.returncode in {1, 2}
    assert "已取消" in stopped.stdout + stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not (empty_project / "map.db-journal").exists()
    done = assert_whole_and_finished_by_the_next_import(empty_project, folder)
    assert done < FILES
    assert (done > 0) is (in_by_then == "some") is (stopped.returncode == 1)


def test_a_kill_with_pages_half_written_is_rolled_back(empty_project: Path, folder: Path) -> None:
    code = IMPORT.replace(
        "seen = 0", "seen = 0\nfrom mingqing.store import connection\nreal_connect = connection.connect"
    ).replace(
        'after(run, "prepare", "read")',
        "from mingqing.store import session as s\n"
        "def small(*a, **k):\n    d = real_connect(*a, **k)\n    d.pragma('cache_size', 3)\n    return d\n"
        "s.connect = small\nafter(run, 'prepare', 'read')",
    )
    arguments = [sys.executable, "-c", code, "recorded", "3", str(int(signal.SIGKILL)), empty_project, folder]
    env = {**os.environ, "MINGQING_USER": USER, "MINGQING_PASSWORD": PASSWORD}
    killed = subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (empty_project / "map.db-journal").stat().st_size > 0
    assert 0 < assert_whole_and_finished_by_the_next_import(empty_project, folder) < FILES


def test_ctrl_c_while_the_libraries_load_is_answered_too(empty_project: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "class Watcher:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'shapely':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Watcher())\n"
        "from mingqing.cli import main\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "info", empty_project],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (2, "")
