"""How long a wall map takes, against QGIS's layout atlas on a plain SpatiaLite file of the same tables.

    python -m benchmarks.printing [--project DIR] [--villages 8] [--atlas 40 | --all] [--jobs 2]

Both sides make the same pages in turn, each in one process that runs on: A3 landscape, 300 dpi, vectors with text as
text. QGIS has a layout atlas whose coverage is the villages: map, title, legend of what is in view, scale bar, north
arrow; frame, scale, classes, colours, labels, whose rows and the veil over the neighbours are those of our page.
Hatches, glyphs, grid, inset and statistics it is spared. Its connections and ours stay open, and one page of each is
not counted.
"all rows" is QGIS as an atlas that nobody told to leave the neighbours' rows out.

Then our own atlas: all themes of `--atlas` villages, or with `--all` of every village, with `--jobs` processes.
The log of what was printed goes into the project: give a copy.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.county import account, county
from benchmarks.drawing import ratio
from benchmarks.drawn.ours import as_role
from benchmarks.drawn.plain import export_tables
from benchmarks.drawn.sides import OURS, QGIS, Side, Took, qgis_python
from benchmarks.measure import largest_mb
from benchmarks.printed.pages import Page, pages, villages
from mingqing.store.project import open_project

ALL_ROWS = "QGIS, all rows"
_MOST, _MOST_MB, _MOST_HELD_MB, _MOST_SECONDS = 0.35, 1.5, 500.0, 300.0
_WATCHED = 12  # pages that a fresh process makes while its memory is looked at
_LOOK_S = 0.25


@dataclass
class Made:
    """What the pages of one side took, and how large they are."""

    took: list[Took] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def ms(self, what: str) -> float:
        """Return the median milliseconds of a page."""
        return 1000 * float(median(getattr(t, what) for t in self.took))

    def __str__(self) -> str:
        wall = sorted(t.wall for t in self.took)
        slow = 1000 * wall[len(wall) * 95 // 100]
        return f"{self.ms('wall'):9.0f} {slow:6.0f} {self.ms('cpu'):6.0f} {median(self.sizes) / 1e6:7.2f}"


def main() -> None:
    """Print pages, and how the two compare."""
    chosen = _arguments()
    python = qgis_python()
    if python is None:
        print("QGIS's Python library is not installed (package python3-qgis): nothing to compare with.")
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        folder = Path(name)
        keep = chosen.keep or folder
        keep.mkdir(parents=True, exist_ok=True)
        project = chosen.project or county(
            keep / f"village_{chosen.county}.mingqing", chosen.county, account()
        )
        if chosen.villages:
            _compare(project, python, keep, folder, chosen)
        if chosen.all or chosen.atlas:
            _atlas(project, folder / "atlas", chosen)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.printing", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--county", type=int, default=401, help="villages of the county that is generated")
    parser.add_argument("--role", default="county_editor", help="whose session prints")
    parser.add_argument(
        "--villages", type=int, default=8, help="whose pages are compared, every theme of each"
    )
    parser.add_argument("--themes", default="", help="those compared, such as household,disaster; all")
    parser.add_argument("--atlas", type=int, default=40, help="villages of our own atlas")
    parser.add_argument("--all", action="store_true", help="all villages")
    parser.add_argument("--jobs", type=int, default=2, help="processes of our own atlas")
    parser.add_argument("--keep", type=Path, help="where project and plain file stay for the next run")
    parser.add_argument("--pages", type=Path, help="where the pages of both sides stay, to be looked at")
    return parser.parse_args()


# ── A page ───────────────────────────────────────────────────────────────────────────────────────────────────


def _compare(project: Path, python: str | None, keep: Path, folder: Path, chosen: argparse.Namespace) -> None:
    plain, asked = _prepared(project, keep, chosen)
    out = chosen.pages or folder / "pages"
    out.mkdir(parents=True, exist_ok=True)
    print(f"\n{project.stem}: {len(asked)} pages, A3, 300 dpi, {chosen.role}, one process each")
    with ExitStack() as stack:
        sides = [stack.enter_context(side) for side in _sides(project, plain, python, folder, chosen.role)]
        made = _made(sides, asked, out)
    print(f"{'ms a page':20}{'wall':>9}    p95    CPU{'MB':>8}")
    for title, each in made.items():
        print(f"{title:20}{each}", flush=True)
    if QGIS in made:
        for what in ("wall", "cpu"):
            for other in (QGIS, ALL_ROWS):
                share = made[OURS].ms(what) / made[other].ms(what)
                print(f"{what}, of {other:14}{ratio(share, _MOST if other == QGIS else None)}")
    print(f"{'MB, median':20}{_bounded(median(made[OURS].sizes) / 1e6, _MOST_MB)}")
    _memory(_sides(project, plain, python, folder, chosen.role), asked, out)


def _memory(sides: Sequence[Side], asked: Sequence[Page], out: Path) -> None:
    """Print the most memory that each side holds while a fresh process makes some pages."""
    for fresh in sides:
        with fresh as side:
            for n, page in enumerate(asked[:_WATCHED]):
                side.ask(_to_save(page, out / f"{side.title}_{n}.pdf"), watch=True)
        most = _MOST_HELD_MB if side.title == OURS else None
        print(f"{'MB held, ' + side.title:20}{_bounded(side.peak_mb, most)}", flush=True)


def _prepared(project: Path, keep: Path, chosen: argparse.Namespace) -> tuple[Path, list[Page]]:
    """Return the plain file of all that the themes draw, and the pages; an extra first one, not to be counted."""
    user, password = account()
    with (
        open_project(project, user=user, password=password) as opened,
        as_role(opened, chosen.role) as session,
    ):
        themes = [t for t in chosen.themes.split(",") if t] or [t.code for t in session.catalog.themes]
        tables = dict.fromkeys(d.table for t in themes for d in session.catalog.layers[t].draws)
        plain = export_tables(
            session, list(tables), keep / f"{project.stem}_printed_{'-'.join(themes)}.sqlite"
        )
        codes = villages(session, chosen.villages)
        return plain, list(pages(session, themes, codes, plain))


def _sides(project: Path, plain: Path, python: str | None, settings: Path, role: str) -> list[Side]:
    own = Side(OURS, [sys.executable, "-m", "benchmarks.printed.ours", str(project), role])
    if python is None:
        return [own]
    script = Path(__file__).with_name("printed") / "theirs.py"
    return [own, Side(QGIS, [python, str(script), str(plain)], {"QGIS_CUSTOM_CONFIG_PATH": str(settings)})]


def _made(sides: Sequence[Side], asked: Sequence[Page], out: Path) -> dict[str, Made]:
    """Make the pages, one after another by each side in turn, after one that is not counted."""
    made = {side.title: Made() for side in sides}
    if QGIS in made:
        made[ALL_ROWS] = Made()
    for side in sides:
        side.ask(_to_save(asked[-1], out / f"{side.title}_warm.pdf"))
    for number, page in enumerate(asked):
        for side in sides if number % 2 else reversed(sides):
            _add(made[side.title], side, page, out)
            if side.title == QGIS:
                every = [{**look, "own": False} for look in page["looks"]]
                _add(made[ALL_ROWS], side, {**page, "looks": every}, out, "_all")
    return made


def _add(to: Made, side: Side, page: Page, out: Path, what: str = "") -> None:
    save = out / f"{page['village']}_{page['theme']}_{side.title}{what}.pdf"
    to.took.append(Took(**side.ask(_to_save(page, save))))
    to.sizes.append(save.stat().st_size)


def _to_save(page: Page, save: Path) -> Mapping[str, Any]:
    return {**page, "save": str(save)}


def _bounded(value: float, most: float | None) -> str:
    wanted = "" if most is None else f" (at most {most:g}){' MISSED' if value > most else ''}"
    return f"{value:9.2f}{wanted}"


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────


def _atlas(project: Path, folder: Path, chosen: argparse.Namespace) -> None:
    count = 0 if chosen.all else chosen.atlas
    words = [str(project), chosen.role, str(folder), str(chosen.jobs), str(count)]
    held = 0.0
    said = folder.with_suffix(".json")
    command = [sys.executable, "-m", "benchmarks.printed.atlas", *words]
    with said.open("wb") as stream, subprocess.Popen(command, stdout=stream) as process:
        while process.poll() is None:
            held = max(held, largest_mb(process.pid))
            time.sleep(_LOOK_S)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    found = json.loads(said.read_text(encoding="utf-8").splitlines()[-1])
    maps, seconds, cpu = found["maps"], found["seconds"], found["cpu"]
    print(f"\natlas: {maps:,} maps, {chosen.jobs} processes")
    for what, value in (("wall", seconds), ("CPU", cpu)):
        print(f"{what + ', s':20}{value:9.0f}{1000 * value / maps:8.0f} ms a map")
    if chosen.all:
        print(f"{'s, all':20}{_bounded(seconds, _MOST_SECONDS)}")
    print(f"{'MB, median':20}{_bounded(median(found['sizes']) / 1e6, _MOST_MB)}")
    print(f"{'MB, all':20}{sum(found['sizes']) / 1e6:9.0f}")
    print(f"{'MB held, largest':20}{_bounded(held, _MOST_HELD_MB)}")
    for sentence in [*found["failed"], found["stopped"]]:
        if sentence:
            print(f"FAILED {sentence}")


if __name__ == "__main__":
    main()
