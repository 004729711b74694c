"""What it costs that SQLite itself holds every account back: the same work through the guard of a login and without.

    python -m benchmarks.confidentiality [--project DIR] [--villages 401] [--tree DIR] [--rounds 5]

Without is the same program whose connections have no views, no triggers and no authorizer. The sides take turns; CPU
seconds are compared, of all processes together: other programs disturb them less than the clock. At most 1.1 times as
many are wanted of the editors; a viewer's masks are made where they are asked for. A project to take is opened with the
account in MINGQING_USER and MINGQING_PASSWORD, which must see and edit everything.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import median
from subprocess import PIPE
from subprocess import run as run_and_listen
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.county import generated
from mingqing.access.policy import Policy
from mingqing.ingest.run import import_paths
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.store import session as store
from mingqing.store.backup import make_backup
from mingqing.store.guard import Unguarded
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session

_ACCOUNT = ("benchmark", "Zhu7ying-lin4")
_MOST_UNLOCK_S, _MOST_BACKUP_S = 1.0, 3.0
_WITHOUT, _EDITOR, _TOWN, _VIEWER = "without", "county_editor", "town_editor", "viewer"
_VILLAGES_OF_A_TOWN = 20
_SIZE_PX = (1600, 1000)
_SEEN = ["village_code", "household", "name", "phone"]
_LONG_ENOUGH_S = 0.2
Work = Callable[[Session], object]


@contextmanager
def _without_guard() -> Iterator[None]:
    """Let sessions begun within have no guard, and their queries reach the tables, which are called as the views."""
    guard = patch.object(store, "Guard", lambda _database, policy, _user: Unguarded(policy))
    with guard, patch.object(store, "box_view", "idx_{}_geometry".format):
        yield


def main() -> None:
    """Measure, and print how much more each work takes with than without."""
    parser = argparse.ArgumentParser(prog="benchmarks.confidentiality", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is imported")
    parser.add_argument("--villages", type=int, default=401, help="of the tree that is generated")
    parser.add_argument("--tree", type=Path, help="a folder of villages to import instead")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--import-one", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.import_one:
        _import_here(*chosen.import_one)
        return
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        folder, account, project = Path(name), _ACCOUNT, chosen.project
        if chosen.tree or not project:
            made = _imports(
                chosen.tree or generated(folder / "county", chosen.villages), folder, chosen.rounds
            )
            project = project or made
        if chosen.project:
            account = (os.environ["MINGQING_USER"], os.environ["MINGQING_PASSWORD"])
        _unlock_and_backup(project, account, folder, chosen.rounds)
        with open_project(project, user=account[0], password=account[1]) as session:
            _readings(session, chosen.rounds)


# ── Importing: a process of its own each time ────────────────────────────────────────────────────────────────


def _imports(tree: Path, folder: Path, rounds: int) -> Path:
    seconds: dict[str, list[float]] = {_WITHOUT: [], _EDITOR: []}
    for number in range(rounds):
        for side in seconds if number % 2 else reversed(seconds):
            project = folder / f"{side}.mingqing"
            shutil.rmtree(project, ignore_errors=True)
            command = [
                sys.executable,
                "-m",
                "benchmarks.confidentiality",
                "--import-one",
                side,
                tree,
                project,
            ]
            done = run_and_listen(list(map(str, command)), stdout=PIPE, check=True)
            seconds[side].append(json.loads(done.stdout))
    _compare("import", seconds)
    return folder / f"{_EDITOR}.mingqing"


def _import_here(side: str, tree: str, project: str) -> None:
    """Import in this process and print the CPU seconds of it and of those that read for it."""
    user, password = _ACCOUNT
    with (
        _without_guard() if side == _WITHOUT else nullcontext(),
        create_project(Path(project), "county", user=user, password=password, epsg=4549) as session,
    ):
        started = _cpu_s()
        import_paths(session, [Path(tree)])
    print(json.dumps(_cpu_s() - started))


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


# ── Reading: one process, the sides in turn, a new connection each time ──────────────────────────────────────


def _works(session: Session) -> dict[str, tuple[Work, Sequence[str]]]:
    """What is measured, and for whom: who is bound to villages sees less of the county, so that it is not compared."""
    west, south, east, north = session.extent() or (0, 0, 1, 1)
    village = session.villages()[0]
    x, y, *_ = village.bounds or (west, south, east, north)
    householder = session.rows("household", ["householder"], village=village.code)[0][0]
    everybody = (_EDITOR, _TOWN, _VIEWER)

    def drawing(theme: str, width_m: float) -> Work:
        view = Viewport.of_extent((x, y, x + width_m, y + width_m * _SIZE_PX[1] / _SIZE_PX[0]), _SIZE_PX)
        return lambda each: build_scene(each.catalog, each, theme, view)

    def search(each: Session) -> object:
        return each.rows("resident", ["id", "name"], village=village.code, where={"name": householder})

    return {
        "household map, all": (drawing("household", east - west), (_EDITOR, _VIEWER)),
        "household map, 10 km": (drawing("household", 10_000), (_EDITOR, _VIEWER)),
        "household map, 1.6 km": (drawing("household", 1_600), everybody),
        "disaster map, 10 km": (drawing("disaster", 10_000), (_EDITOR, _VIEWER)),
        "a name in the county": (
            lambda each: each.features("household", where={"householder": householder}),
            (_EDITOR, _VIEWER),
        ),
        "a name in a village": (search, everybody),
        "a village's residents": (lambda each: each.rows("resident", _SEEN, village=village.code), everybody),
        "every resident": (lambda each: each.rows("resident", _SEEN), (_EDITOR, _VIEWER)),
        "every house": (lambda each: each.features("house", columns=["structure"]), (_EDITOR, _VIEWER)),
        "a connection, one row": (lambda each: _one_row(each.clone()), everybody),
    }


def _one_row(session: Session) -> None:
    """What another thread waits for before its first answer."""
    with session:
        session.row("house", 1)


def _readings(session: Session, rounds: int) -> None:
    for title, (work, sides) in _works(session).items():
        seconds: dict[str, list[float]] = {side: [] for side in (_WITHOUT, *sides)}
        for number in range(rounds):
            for side in seconds if number % 2 else reversed(seconds):
                with _without_guard() if side == _WITHOUT else nullcontext(), _as(side, session) as each:
                    seconds[side].append(_cpu_of(work, each))
        _compare(title, seconds)


def _as(side: str, session: Session) -> Session:
    villages = [v.code for v in session.villages()[:_VILLAGES_OF_A_TOWN]] if side == _TOWN else None
    role = _EDITOR if side == _WITHOUT else side
    policy = Policy.of([role], villages, session.catalog, session.login.known)
    return Session(session.info, session.catalog, replace(session.login, policy=policy))


def _cpu_of(work: Work, session: Session) -> float:
    """CPU seconds of one run, of as many as take long enough to be measured; the first fills the caches."""
    work(session)
    runs, started = 0, time.process_time()
    while time.process_time() - started < _LONG_ENOUGH_S:
        work(session)
        runs += 1
    return (time.process_time() - started) / runs


def _unlock_and_backup(project: Path, account: tuple[str, str], folder: Path, rounds: int) -> None:
    unlock, backup = [], []
    for _ in range(rounds):
        started = time.process_time()
        session = open_project(project, user=account[0], password=account[1])
        unlock.append(time.process_time() - started)
        started = time.process_time()
        made = make_backup(session, folder)
        backup.append(time.process_time() - started)
        made.file.unlink()
        session.close()
    for title, taken, most in (("unlock", unlock, _MOST_UNLOCK_S), ("backup", backup, _MOST_BACKUP_S)):
        print(f"{title:24} {median(taken) * 1000:10.0f} ms {_spread(taken)} (at most {most:g} s)")


# ── Printing ─────────────────────────────────────────────────────────────────────────────────────────────────


def _compare(title: str, seconds: dict[str, list[float]]) -> None:
    base = median(seconds[_WITHOUT])
    print(f"{title:24} {base * 1000:10.2f} ms without {_spread(seconds[_WITHOUT])}", end="")
    for side in list(seconds)[1:]:
        print(f"   {median(seconds[side]) / base:5.2f} × {side} {_spread(seconds[side])}", end="")
    print(flush=True)


def _spread(seconds: Sequence[float]) -> str:
    return f"(±{50 * (max(seconds) - min(seconds)) / median(seconds):.0f} %)"


if __name__ == "__main__":
    main()
