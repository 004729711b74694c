"""Handing a county on: our export and publishing, against ogr2ogr from a plain SpatiaLite file of the same rows.

    python -m benchmarks.exchange [--project DIR] [--villages 401] [--times 7] [--publish 3] [--keep DIR]

The plain file is made beforehand, with the columns that leave, so that ogr2ogr has nothing to rename, to code, to mask
or to decrypt. Both sides take turns, ours in one process that has the project open, and the first turn of each is not
counted: the files are in the system's memory for both. "companions" is with data dictionary, metadata and hashes;
"masked" is an account that sees persons masked: what it may not hand on of houses is absent, of households masked.
"whole command" is `mingqing export`, from the start of Python to its end.
Publishing is of all tables, into an empty database each time, of one PostgreSQL that is started for it.
The log of what left goes into the project: give a copy.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.county import account, county
from benchmarks.drawing import ratio
from benchmarks.drawn.sides import Side
from benchmarks.exchanged.server import address, new_database, programs, server

_MOST, _MOST_MB = 1.0, 500.0
_EDITOR, _TABLE = "county_editor", "house"
_HANDED_ON = ((_EDITOR, _TABLE), ("masked", _TABLE), ("masked", "household"))
_LOOK_S = 0.005
_DRIVERS = {"shp": ("ESRI Shapefile", ""), "gpkg": ("GPKG", ".gpkg")}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one turn took: seconds by the clock and of the processor; megabytes at most, of the process so far."""

    wall: float
    cpu: float
    mb: float


def main() -> None:
    """Export and publish, and print how the two sides compare."""
    chosen = _arguments()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        folder = Path(name)
        keep = chosen.keep or folder
        project = chosen.project or county(
            keep / f"county_{chosen.villages}.mingqing", chosen.villages, account()
        )
        for role, table in _HANDED_ON:
            with _ours(project, role) as side:
                _files(side, folder, role, table, chosen.times)
        print()
        for form, (_, suffix) in _DRIVERS.items():
            whole = [_command(project, form, folder / f"whole{n}{suffix}") for n in range(3)]
            print(f"{f'whole command, {form}':26}{_spread(whole)}")
        if chosen.publish:
            _publish(project, folder, chosen.publish)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.exchange", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the one that is generated")
    parser.add_argument("--times", type=int, default=7, help="turns of each side")
    parser.add_argument("--publish", type=int, default=3, help="turns of publishing; 0 for none")
    parser.add_argument("--keep", type=Path, help="where the generated project stays for the next run")
    return parser.parse_args()


def _ours(project: Path, role: str) -> Side:
    return Side("mingqing", [sys.executable, "-m", "benchmarks.exchanged.ours", str(project), role])


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────


def _files(side: Side, folder: Path, role: str, table: str, times: int) -> None:
    plain = folder / f"{role}_{table}.sqlite"
    rows = side.ask(_request("spatialite", [table], plain))["rows"]
    print(f"\n{rows:,.0f} rows of {table}, as {role}; best and median of {times}")
    for form, (driver, suffix) in _DRIVERS.items():
        sides: dict[str, Callable[[Path], Cost]] = {
            "ours": lambda place, form=form: _asked(side, _request(form, [table], place)),  # type: ignore[misc]
            "ours, with companions": lambda place, form=form: _asked(  # type: ignore[misc]
                side, _request(form, [table], place, companions=True)
            ),
        }
        if shutil.which("ogr2ogr"):
            sides["ogr2ogr"] = lambda place, driver=driver: _ogr2ogr(driver, place, plain, _UTF8)  # type: ignore[misc]
        else:
            print("ogr2ogr is not installed (package gdal-bin): nothing to compare with.")
        _tell(form, _turns(sides, folder, suffix, times), bound=table == _TABLE)


def _turns(
    sides: Mapping[str, Callable[[Path], Cost]], folder: Path, suffix: str, times: int
) -> dict[str, list[Cost]]:
    took: dict[str, list[Cost]] = {title: [] for title in sides}
    for turn in range(times + 1):
        for title, run in sides.items():
            place = folder / f"out{suffix}"
            cost = run(place)
            shutil.rmtree(folder / f"out{suffix}_说明", ignore_errors=True)
            (shutil.rmtree if place.is_dir() else Path.unlink)(place)
            if turn:
                took[title].append(cost)
    return took


def _request(form: str, tables: Sequence[str], place: Path, *, companions: bool = False) -> dict[str, object]:
    return {"format": form, "tables": list(tables), "save": str(place), "companions": companions}


def _asked(side: Side, request: Mapping[str, object]) -> Cost:
    answer = side.ask(request)
    return Cost(answer["wall"], answer["cpu"], answer["mb"])


_UTF8 = ("-lco", "ENCODING=UTF-8")


def _ogr2ogr(driver: str, place: Path | str, plain: Path, options: Sequence[str] = ()) -> Cost:
    chosen = options if driver == "ESRI Shapefile" else ()
    return _run(["ogr2ogr", "-f", driver, *chosen, str(place), str(plain), *_layers(plain)])


def _layers(plain: Path) -> list[str]:
    """The tables of a plain file; by itself GDAL would pass over those without shapes."""
    sql = (
        "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        " AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND c.name = 'MQID'"
    )
    with closing(sqlite3.connect(plain)) as database:
        return [name for (name,) in database.execute(sql)]


def _command(project: Path, form: str, place: Path) -> Cost:
    known = dict(zip(("MINGQING_USER", "MINGQING_PASSWORD"), account(), strict=True))
    asked = ["export", str(project), str(place), "--format", form, "--tables", _TABLE, "--check", "skip"]
    return _run([sys.executable, "-m", "mingqing", *asked], known)


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; the processor's seconds are its own, not those of a server that it talks to."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    held = 0.0
    while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
        held = max(held, _most_mb(process.pid))
        time.sleep(_LOOK_S)
    wall = time.perf_counter() - started
    _, status, used = ended
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, used.ru_utime + used.ru_stime, held)


def _most_mb(pid: int) -> float:
    """The most megabytes that a process has held so far. Of a child that ended the kernel tells its parent's too."""
    try:
        said = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:  # it has just ended
        return 0.0
    found = [line.split()[1] for line in said.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) / 1024 if found else 0.0


# ── PostGIS ──────────────────────────────────────────────────────────────────────────────────────────────────


def _publish(project: Path, folder: Path, times: int) -> None:
    home = programs()
    if home is None or not shutil.which("ogr2ogr"):
        print("\nPostgreSQL with PostGIS, or ogr2ogr, is not installed: publishing is not measured.")
        return
    plain = folder / "county.sqlite"
    with _ours(project, _EDITOR) as side:
        rows = side.ask({**_request("spatialite", (), plain), "tables": None})["rows"]
    with server(home) as socket, _ours(project, _EDITOR) as side:
        print(f"\n{project.stem}: {rows:,.0f} rows of all tables to PostGIS; best and median of {times}")

        def ours(_: Path) -> Cost:
            return _asked(side, {"dsn": new_database(socket, "ours")})

        def theirs(_: Path) -> Cost:
            new_database(socket, "theirs")
            return _ogr2ogr("PostgreSQL", f"PG:{address(socket, 'theirs')}", plain)

        took: dict[str, list[Cost]] = {"ours": [], "ogr2ogr": []}
        for _ in range(times):
            took["ours"].append(ours(folder))
            took["ogr2ogr"].append(theirs(folder))
        _tell("publish", took, bound=True)


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────


def _tell(what: str, took: Mapping[str, Sequence[Cost]], *, bound: bool) -> None:
    print(f"{what:26}{'wall':>14}{'CPU':>16}{'MB':>8}")
    for title, costs in took.items():
        print(f"{title:26}{_spread(costs)}", flush=True)
    theirs = took.get("ogr2ogr")
    for title, costs in took.items() if theirs else ():
        if title != "ogr2ogr":
            shares = [
                pick([c.wall for c in costs]) / pick([c.wall for c in theirs or ()]) for pick in (min, median)
            ]
            cpu = median(c.cpu for c in costs) / median(c.cpu for c in theirs or ())
            wanted = _MOST if bound and title == "ours" else None
            print(
                f"{title + ' of ogr2ogr':26}best {ratio(shares[0], wanted)}, median {shares[1]:.2f}, CPU {cpu:.2f}"
            )
    held = max(c.mb for c in took["ours"])
    print(f"{'memory':26}{held:7.0f} MB (at most {_MOST_MB:g}){' MISSED' if held > _MOST_MB else ''}")


def _spread(costs: Sequence[Cost]) -> str:
    wall, cpu = sorted(c.wall for c in costs), sorted(c.cpu for c in costs)
    return f"{wall[0]:7.2f}{median(wall):7.2f}{cpu[0]:9.2f}{median(cpu):7.2f}{max(c.mb for c in costs):8.0f}"


if __name__ == "__main__":
    main()
