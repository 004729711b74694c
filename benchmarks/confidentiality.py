"""What it costs that SQLite itself holds every account back: the same work through the guard of a login and without.

    python -m benchmarks.confidentiality [--project DIR] [--villages 401] [--tree DIR] [--rounds 5]

Without is the same program whose connections have no views, no triggers and no authorizer. The two take turns; CPU
seconds are compared, all processes together, because other programs disturb them less than the clock. A project to
take is opened with the account in MINGQING_USER and MINGQING_PASSWORD, which must see and edit everything.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import median
from subprocess import PIPE
from subprocess import run as run_and_listen
from tempfile import TemporaryDirectory
from unittest.mock import patch

import apsw

from benchmarks.measure import run
from mingqing.access.policy import Policy
from mingqing.ingest.run import import_paths
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.store import session as store
from mingqing.store.backup import make_backup
from mingqing.store.project import create_project, open_project
from mingqing.store.session import Session

_ACCOUNT = ("benchmark", "Zhu7ying-lin4")
_MOST, _MOST_UNLOCK_S, _MOST_BACKUP_S = 1.10, 1.0, 3.0
_WITHOUT, _EDITOR, _VIEWER = "without", "county_editor", "viewer"
_SIZE_PX = (1600, 1000)
_PEOPLE = ["village_code", "household", "sex", "birth_date", "relation", "at_home"]
Work = Callable[[Session], object]


class _NoGuard:
    """In the place of a guard: no views, so that queries reach the tables; no triggers, nobody asked."""

    triggered: frozenset[str] = frozenset()

    def __init__(self, database: apsw.Connection, policy: Policy) -> None:
        self.writable = {
            name: frozenset(("id", "geometry", *t.column_names)) for name, t in policy.catalog.tables.items()
        }

    @contextmanager
    def writing(self) -> Iterator[None]:
        yield


@contextmanager
def _without_guard() -> Iterator[None]:
    with patch.object(store, "Guard", _NoGuard), patch.object(store, "box_view", "idx_{}_geometry".format):
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
                chosen.tree or _generated(folder / "county", chosen.villages), folder, chosen.rounds
            )
            project = project or made
        if chosen.project:
            account = (os.environ["MINGQING_USER"], os.environ["MINGQING_PASSWORD"])
        _unlock_and_backup(project, account, folder, chosen.rounds)
        with open_project(project, user=account[0], password=account[1]) as session:
            _readings(session, chosen.rounds)


# ── Importing: a process of its own each time ────────────────────────────────────────────────────────────────


def _generated(folder: Path, villages: int) -> Path:
    print(f"generating {villages} villages …", flush=True)
    run([sys.executable, "-m", "data_samples.generator", "--villages", str(villages), "--out", folder])
    return folder


def _imports(tree: Path, folder: Path, rounds: int) -> Path:
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds):
        for side in (_WITHOUT, _EDITOR) if number % 2 == 0 else (_EDITOR, _WITHOUT):
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


# ── Reading: one process, the sides in turn ──────────────────────────────────────────────────────────────────


def _works(session: Session) -> dict[str, Work]:
    west, south, east, north = session.extent() or (0, 0, 1, 1)
    x, y = (west + east) / 2, (south + north) / 2
    county = Viewport.of_extent((west, south, east, north), _SIZE_PX)

    def drawing(theme: str, view: Viewport) -> Work:
        return lambda each: build_scene(each.catalog, each, theme, view)

    def wide(metres: float) -> Viewport:
        return Viewport.of_extent((x, y, x + metres, y + metres / 2), _SIZE_PX)

    householder = session.rows("household", ["householder"])[0][0]
    village = session.villages()[0].code
    return {
        "household map, all": drawing("household", county),
        "household map, 10 km": drawing("household", wide(10_000)),
        "household map, 1.6 km": drawing("household", wide(1_600)),
        "disaster map, 10 km": drawing("disaster", wide(10_000)),
        "search a name in all": lambda s: s.features("household", where={"householder": householder}),
        "search a name in a village": lambda s: [
            s.rows("resident", ["id", "name"], village=village, where={"name": householder})
            for _ in range(50)
        ],
        "read all residents": lambda s: s.rows("resident", _PEOPLE),
        "read all houses": lambda s: s.features("house", columns=["structure", "storeys"]),
        "count every table": lambda s: s.counts(),
    }


def _readings(session: Session, rounds: int) -> None:
    viewer = replace(session.login, policy=Policy.of([_VIEWER], None, session.catalog, session.login.known))
    with _without_guard():
        without = session.clone()
    sides = {_WITHOUT: without, _EDITOR: session, _VIEWER: Session(session.info, session.catalog, viewer)}
    for title, work in _works(session).items():
        seconds: dict[str, list[float]] = defaultdict(list)
        for number in range(rounds + 1):
            for name, each in sides.items() if number % 2 else reversed(sides.items()):
                with _without_guard() if name == _WITHOUT else nullcontext():
                    started = time.process_time()
                    work(each)
                    seconds[name].append(time.process_time() - started)
        _compare(title, {name: each[1:] for name, each in seconds.items()})  # the first fills the caches
    for each in sides.values():
        each.close()
    _clones(session, rounds)


def _clones(session: Session, rounds: int) -> None:
    """What a thread waits for its own connection, and for its first answer."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for side in (_WITHOUT, _EDITOR):
            with _without_guard() if side == _WITHOUT else nullcontext():
                started = time.process_time()
                with session.clone() as each:
                    each.row("house", 1)
                seconds[side].append(time.process_time() - started)
    print("a session of another thread, and its first row:")
    _compare("clone", seconds)


def _unlock_and_backup(project: Path, account: tuple[str, str], folder: Path, rounds: int) -> None:
    unlock, backup = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        session = open_project(project, user=account[0], password=account[1])
        unlock.append(time.perf_counter() - started)
        started = time.perf_counter()
        made = make_backup(session, folder)
        backup.append(time.perf_counter() - started)
        made.file.unlink()
        session.close()
    for title, taken, most in (("unlock", unlock, _MOST_UNLOCK_S), ("backup", backup, _MOST_BACKUP_S)):
        print(f"{title:28} {median(taken):8.3f} s by the clock (at most {most:g})  {_each(taken)}")


# ── Printing ─────────────────────────────────────────────────────────────────────────────────────────────────


def _compare(title: str, seconds: dict[str, list[float]]) -> None:
    base = median(seconds[_WITHOUT])
    print(f"{title:28} {base:8.4f} s without", end="")
    for side in (_EDITOR, _VIEWER):
        if side in seconds:
            print(f"   {median(seconds[side]) / base:5.2f} × {side}", end="")
    print(f"   {'  '.join(_each(each) for each in seconds.values())}", flush=True)


def _each(seconds: Sequence[float]) -> str:
    return "(" + " ".join(f"{s:.3f}" for s in seconds) + ")"


if __name__ == "__main__":
    main()
