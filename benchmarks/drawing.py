"""How long a map takes to draw, against QGIS on a plain SpatiaLite file of the same tables.

    python -m benchmarks.drawing [--project DIR] [--role county_editor] [--theme household] [--growth 25,100,401]

Both sides draw the same views in turn, 1600×1000, antialiased, each in one process of its own that runs on: ours reads
the encrypted project through the session of a role and draws as the window does (`build_scene`, `to_image`), QGIS draws
with QgsMapRendererParallelJob, its default simplification, and the classes, colours, widths and scale ranges of our
catalog, without what only we draw (`benchmarks.drawn.look`). Labels are a second pass.

What is cold: before every view both sides close the file and open it again, outside of the time taken, so that no
connection remembers a page; no place is drawn twice (the whole county is, each time some pixels further); neither side
keeps features. What is warm: the libraries, fonts, and the file in the system's memory. "kept open" are the same kind
of views without closing; "first" is the first view of a fresh process, with all that is made ready but once.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import pyogrio
import shapely

from benchmarks.county import account, county, imported
from benchmarks.drawn.look import Look, looks
from benchmarks.drawn.ours import as_role
from benchmarks.drawn.plain import export
from benchmarks.drawn.sides import OURS, QGIS, SIDES, Side, Took, canvas, ours, qgis, qgis_python
from mingqing.render.scale import Viewport
from mingqing.store.overview.build import is_behind, refresh
from mingqing.store.project import open_project

_SIZE_PX = (1600, 1000)
_TARGETS = {"whole": 0.25, "10 km": 0.5, "1.6 km": 0.5}
_WIDTHS_M = {"10 km": 10_000, "1.6 km": 1_600}
_MOST_PAN, _MOST_MEMORY = 0.25, 1.3
_SHIFT_PX = 7
_FRESH = 3  # views that a fresh process draws, or processes that draw a first view
_PARTS = "cold,labels,open,all,pan,first,memory"
_SEED = 1124


@dataclass(frozen=True)
class Data:
    """A project to draw, the same as a plain file, and twenty or so views of it at each scale."""

    project: Path
    plain: Path
    role: str
    theme: str
    views: dict[str, list[Viewport]]
    looks: dict[str, list[Look]]
    everything: dict[str, list[Look]]
    rows: int

    def sides(self, python: str | None, settings: Path) -> list[Side]:
        """Return the programs that draw it, ours first."""
        own = ours(self.project, self.role, self.theme)
        return [own, qgis(python, self.plain, settings)] if python else [own]


@dataclass
class Measured:
    """What the views of one kind took, by side; `most` is how much of QGIS's time ours may take."""

    title: str
    most: float | None = None
    took: dict[str, list[Took]] = field(default_factory=dict)

    def add(self, side: Side, took: Took) -> None:
        """Count one more view."""
        self.took.setdefault(side.title, []).append(took)

    def ms(self, side: str, what: str = "wall") -> float:
        """Return the median milliseconds of one side."""
        return 1000 * float(np.median([getattr(t, what) for t in self.took[side]]))

    def __str__(self) -> str:
        line = f"{self.title:20}"
        for side in SIDES:
            if side in self.took:
                p95 = 1000 * np.percentile([t.wall for t in self.took[side]], 95)
                line += f"{self.ms(side):9.0f} {p95:6.0f} {self.ms(side, 'cpu'):6.0f}"
            else:
                line += " " * 23
        if len(self.took) == len(SIDES):
            line += f"{self.ms(OURS, 'cpu') / self.ms(QGIS, 'cpu'):8.2f} × CPU"
            line += ratio(self.ms(OURS) / self.ms(QGIS), self.most)
        return line


_HEAD = f"{'ms':20}" + "".join(f"{side:>9}    p95    CPU" for side in SIDES)


def ratio(value: float, most: float | None) -> str:
    """Return a ratio with what is wanted of it, and a mark where it is missed."""
    wanted = "" if most is None else f" (at most {most:g}){' MISSED' if value > most else ''}"
    return f"{value:7.2f} ×{wanted}"


def main() -> None:
    """Draw, and print how the two compare."""
    chosen = _arguments()
    python = qgis_python()
    if python is None:
        print("QGIS's Python library is not installed (package python3-qgis): nothing to compare with.")
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        folder = Path(name)
        keep = chosen.keep or folder
        keep.mkdir(parents=True, exist_ok=True)
        given = {"role": chosen.role, "theme": chosen.theme, "count": chosen.views}
        project = chosen.project or county(
            keep / f"village_{chosen.villages}.mingqing", chosen.villages, account()
        )
        _compare(prepare(project, keep, **given), python, folder, chosen)
        if chosen.andorra:
            files = sorted(p for p in chosen.andorra.iterdir() if p.suffix in {".shp", ".gpkg"})
            project = keep / "andorra.mingqing"
            if not project.exists():
                imported(project, files, account())
            _compare(prepare(project, keep, **given), python, folder, chosen)
        _growth([int(n) for n in chosen.growth.split(",") if n], keep, python, folder, chosen)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.drawing", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the county that is generated")
    parser.add_argument(
        "--role", default="county_editor", help="whose session draws; viewer sees masked values"
    )
    parser.add_argument("--theme", default="household")
    parser.add_argument("--views", type=int, default=20, help="of each scale")
    parser.add_argument("--parts", default=_PARTS, help=f"what of it: {_PARTS}")
    parser.add_argument("--andorra", type=Path, help="a folder with roads.shp and buildings.gpkg, drawn too")
    parser.add_argument(
        "--growth", default="", help="counties of so many villages to compare: 25,100,401,1600"
    )
    parser.add_argument("--keep", type=Path, help="where projects and plain files stay for the next run")
    parser.add_argument("--pictures", type=Path, help="where one picture of each side and scale is saved")
    return parser.parse_args()


# ── What is drawn ────────────────────────────────────────────────────────────────────────────────────────────


def prepare(project: Path, keep: Path, *, role: str, theme: str, count: int) -> Data:
    """Export the tables of a theme to a plain file in `keep`, and choose `count` views of each scale."""
    user, password = account()
    with (
        open_project(project, user=user, password=password) as opened,
        as_role(opened, role) as session,
    ):
        if is_behind(opened):
            started = time.perf_counter()
            refresh(opened)
            print(f"\n{project.stem}: overviews made in {time.perf_counter() - started:.0f} s")
        plain = export(session, theme, keep / f"{project.stem}_{theme}_{role}.sqlite")
        layers = [str(name) for name, _ in pyogrio.list_layers(plain)]
        views = {
            "whole": list(_whole(session.extent() or (0, 0, 1, 1), count)),
            **{
                scale: list(_around(session.features("house").geometry.tolist(), width, count))
                for scale, width in _WIDTHS_M.items()
            },
        }
        told = {
            everything: {
                scale: looks(session.catalog, theme, each[0], layers, everything=everything)
                for scale, each in views.items()
            }
            for everything in (False, True)
        }
        drawn = {d.table for d in session.catalog.layers[theme].draws}
        rows = sum(n for name, n in session.counts().items() if name in drawn)
    return Data(project, plain, role, theme, views, told[False], told[True], rows)


def _whole(extent: tuple[float, float, float, float], count: int) -> Iterator[Viewport]:
    """Yield all of it, each time some pixels further east and north."""
    view = Viewport.of_extent(extent, _SIZE_PX)
    for n in range(count):
        yield _moved(view, n * _SHIFT_PX, n * _SHIFT_PX)


def _around(houses: Sequence[shapely.Geometry], width_m: float, count: int) -> Iterator[Viewport]:
    """Yield views around houses taken at even steps from the list, which goes village by village."""
    steps = np.random.default_rng(_SEED).uniform(size=count) + np.arange(count)
    for n in (steps * len(houses) / count).astype(int).tolist():
        at = shapely.centroid(houses[n])
        yield Viewport((at.x, at.y), width_m / _SIZE_PX[0], _SIZE_PX)


def _moved(view: Viewport, right_px: float, up_px: float) -> Viewport:
    x, y = view.center
    metres = view.metres_per_px
    return Viewport((x + right_px * metres, y + up_px * metres), metres, view.size_px)


# ── One project ──────────────────────────────────────────────────────────────────────────────────────────────


def _compare(data: Data, python: str | None, folder: Path, chosen: argparse.Namespace) -> None:
    print(f"\n{data.project.stem}: {data.rows:,} rows, {data.theme}, {data.role}, {chosen.views} views each")
    print(_HEAD, flush=True)
    pictures = chosen.pictures
    with ExitStack() as stack:
        sides = [stack.enter_context(side) for side in data.sides(python, folder)]
        parts: dict[str, Callable[[str], object]] = {
            "cold": lambda scale: _cold(data, sides, scale, labels=False, pictures=pictures),
            "labels": lambda scale: _cold(data, sides, scale, labels=True, pictures=pictures),
            "open": lambda scale: _kept_open(data, sides, scale),
            "all": lambda scale: _everything(data, sides[1:], scale),
            "first": lambda scale: _first(data, python, folder, scale),
        }
        for part in [p for p in parts if p in chosen.parts]:
            for scale in data.views:
                print(parts[part](scale), flush=True)
    if "pan" in chosen.parts:
        for line in _pans(data, folder):
            print(line, flush=True)
    if "memory" in chosen.parts:
        print(_memory(data, python, folder), flush=True)


def _cold(data: Data, sides: Sequence[Side], scale: str, *, labels: bool, pictures: Path | None) -> Measured:
    measured = Measured(f"{scale}, labels" if labels else scale, _TARGETS[scale])
    for number, view in enumerate(data.views[scale]):
        for side in sides if number % 2 else reversed(sides):
            side.open(data.looks[scale])
            measured.add(side, side.draw(view, labels=labels))
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        for side in sides:
            name = f"{data.project.stem}_{data.theme}_{measured.title}_{side.title}.png"
            save = pictures / name.replace(", ", "_").replace(" ", "")
            side.draw(data.views[scale][0], labels=labels, save=save)
    return measured


def _kept_open(data: Data, sides: Sequence[Side], scale: str) -> Measured:
    measured = Measured(f"{scale}, kept open")
    for side in sides:
        side.open(data.looks[scale])
    for number, view in enumerate(data.views[scale]):
        for side in sides if number % 2 else reversed(sides):
            measured.add(side, side.draw(view, labels=False))
    return measured


def _everything(data: Data, sides: Sequence[Side], scale: str) -> Measured:
    """QGIS with every table at every scale, as it draws a file whose layers nobody gave scale ranges."""
    measured = Measured(f"{scale}, all tables")
    for view in data.views[scale]:
        for side in sides:
            side.open(data.everything[scale])
            measured.add(side, side.draw(view, labels=False))
    return measured


def _pans(data: Data, folder: Path) -> Iterator[str]:
    """Yield what pans by half a screen take on the window's canvas, against a view drawn anew there."""
    with canvas(data.project, data.role, data.theme, folder) as side:
        for scale, views in data.views.items():
            took = [side.pan(view) for view in views]
            anew, *pans = ([1000 * t[kind] for t in took] for kind in ("anew", "rested", "at once"))
            for title, ms in zip(("pan", "pan at once"), pans, strict=True):
                p95 = np.percentile(ms, 95)
                share = ratio(median(ms) / median(anew), _MOST_PAN)
                yield f"{scale + ', ' + title:20}{median(ms):9.1f} {p95:6.1f}{share} of {median(anew):.0f} ms anew"
        yield f"{'MB, window':20}{side.peak_mb:9.0f}"


def _first(data: Data, python: str | None, folder: Path, scale: str) -> Measured:
    measured = Measured(f"{scale}, first")
    for view in data.views[scale][:_FRESH]:
        for side in data.sides(python, folder):
            with side:
                side.open(data.looks[scale])
                measured.add(side, side.draw(view, labels=True))
    return measured


def _memory(data: Data, python: str | None, folder: Path) -> str:
    mb = _peaks_mb(data, python, folder)
    share = ratio(mb[OURS] / mb[QGIS], _MOST_MEMORY) if QGIS in mb else ""
    return f"{'MB, at most':20}" + "".join(f"{mb[side]:9.0f}{'':14}" for side in mb) + f"{'':14}{share}"


def _peaks_mb(data: Data, python: str | None, folder: Path) -> dict[str, float]:
    """Return the most memory each side held while a fresh process drew three views of each scale."""
    peaks = {}
    for side in data.sides(python, folder):
        with side:
            for scale, views in data.views.items():
                side.open(data.looks[scale])
                for view in views[:_FRESH]:
                    side.draw(view, labels=True, watch=True)
            peaks[side.title] = side.peak_mb
    return peaks


# ── Counties of several sizes ────────────────────────────────────────────────────────────────────────────────


def _growth(
    sizes: Sequence[int], keep: Path, python: str | None, folder: Path, chosen: argparse.Namespace
) -> None:
    """Print what a view takes in counties of so many villages: that of a village must not grow with the county."""
    for number, villages in enumerate(sizes):
        data = prepare(
            county(keep / f"village_{villages}.mingqing", villages, account()),
            keep,
            role=chosen.role,
            theme=chosen.theme,
            count=chosen.views,
        )
        if number == 0:
            scales = "".join(f"{scale + ', labels':>20}{'':12}" for scale in reversed(data.views))
            print(f"\nms, MB: {' / '.join(SIDES)}\n{'villages':>9}{'rows drawn':>12}{scales}{'memory':>20}")
        with ExitStack() as stack:
            sides = [stack.enter_context(side) for side in data.sides(python, folder)]
            found = [_cold(data, sides, s, labels=True, pictures=None) for s in reversed(data.views)]
        pairs = [{side: each.ms(side) for side in each.took} for each in found]
        pairs.append(_peaks_mb(data, python, folder))
        print(f"{villages:9,}{data.rows:12,}" + "".join(map(_pair, pairs)), flush=True)


def _pair(by_side: Mapping[str, float]) -> str:
    share = f" {by_side[OURS] / by_side[QGIS]:6.2f} ×   " if QGIS in by_side else ""
    return f"{' / '.join(f'{by_side[s]:.0f}' for s in SIDES if s in by_side):>20}{share}"


if __name__ == "__main__":
    main()
