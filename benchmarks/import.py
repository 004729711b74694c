# ruff: noqa: N999
"""A county's shapefiles and registers into a project, against ogr2ogr making a plain SpatiaLite file of the shapefiles.

    python -m benchmarks.import [--villages 401] [--tree DIR] [--rounds 1]

Ours is encrypted, indexed, linked and recorded as changes, and reads the registers too; theirs is one union VRT a
table and `-gt 65536`, once as ogr2ogr comes and once told not to identify every .prj.
"""

import argparse
import json
import shutil
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from benchmarks.county import generated
from benchmarks.measure import Cost, run

_ACCOUNT = {"MINGQING_USER": "benchmark", "MINGQING_PASSWORD": "Zhu7ying-lin4"}
_OURS, _PLAIN, _TOLD = "mingqing import", "ogr2ogr", "ogr2ogr, USE_OSR_FIND_MATCHES NO"
_TARGETS = {_PLAIN: 0.35, _TOLD: 1.5}
_MOST_MB = 600
_TAKEN = (0, 1)  # exit codes of an import: all of it, or all but rows that are listed


def main() -> None:
    """Run each side in turn and print what it cost."""
    parser = argparse.ArgumentParser(prog="benchmarks.import", description=__doc__.splitlines()[0])
    parser.add_argument("--villages", type=int, default=401, help="of the tree that is generated")
    parser.add_argument("--tree", type=Path, help="a folder of villages to take instead")
    parser.add_argument("--rounds", type=int, default=1, help="each side is run so many times, in turn")
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        folder = Path(name)
        tree = chosen.tree or generated(folder / "county", chosen.villages)
        unions = _unions(tree, folder) if shutil.which("ogr2ogr") else []
        costs: dict[str, list[Cost]] = defaultdict(list)
        rows: dict[str, int] = {}
        for _ in range(chosen.rounds):
            cost, rows[_OURS] = _import(tree, folder / "county.mingqing")
            costs[_OURS].append(cost)
            for side, options in (_TOLD, ["--config", "USE_OSR_FIND_MATCHES", "NO"]), (_PLAIN, []):
                if unions:
                    cost, rows[side] = _convert(unions, folder / "county.sqlite", options)
                    costs[side].append(cost)
    _report(costs, rows)


def _import(tree: Path, project: Path) -> tuple[Cost, int]:
    shutil.rmtree(project, ignore_errors=True)
    program: list[str | Path] = [sys.executable, "-m", "mingqing"]
    run([*program, "new", project, "--name", "county", "--crs", "EPSG:4549"], _ACCOUNT)
    report = project.with_name("report.json")
    cost = run([*program, "import", project, tree, "--report", report], _ACCOUNT, fine=_TAKEN)
    return cost, int(json.loads(report.read_text(encoding="utf-8"))["added"])


def _unions(tree: Path, folder: Path) -> list[Path]:
    """A VRT for each shapefile's name, the union of all that have it."""
    named: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(tree.rglob("*.shp")):
        named[path.stem].append(path.resolve())
    made = []
    for number, (stem, paths) in enumerate(named.items()):
        layers = "".join(
            f'<OGRVRTLayer name="{escape(stem)}"><SrcDataSource>{escape(str(p))}</SrcDataSource></OGRVRTLayer>'
            for p in paths
        )
        made.append(folder / f"{number}.vrt")
        made[-1].write_text(
            f'<OGRVRTDataSource><OGRVRTUnionLayer name="t{number}">{layers}</OGRVRTUnionLayer></OGRVRTDataSource>',
            encoding="utf-8",
        )
    return made


def _convert(unions: list[Path], target: Path, options: list[str]) -> tuple[Cost, int]:
    target.unlink(missing_ok=True)
    seconds, peak = 0.0, 0.0
    for union in unions:
        how = ["-update", "-append"] if target.exists() else ["-dsco", "SPATIALITE=YES"]
        cost = run(["ogr2ogr", *options, "-f", "SQLite", *how, "-gt", "65536", target, union])
        seconds, peak = seconds + cost.seconds, max(peak, cost.peak_mb)
    with closing(sqlite3.connect(target)) as made:
        tables = [name for (name,) in made.execute("SELECT f_table_name FROM geometry_columns")]
        rows = sum(made.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables)
    return Cost(seconds, peak), rows


def _report(costs: dict[str, list[Cost]], rows: dict[str, int]) -> None:
    for side, each in costs.items():
        print(f"{side:34} {rows[side]:9,} rows  " + "   ".join(map(str, each)))
    ours = median(c.seconds for c in costs[_OURS])
    for side, target in _TARGETS.items():
        if side in costs:
            print(f"{ours / median(c.seconds for c in costs[side]):.2f} × {side} (at most {target})")
    if len(costs) == 1:
        print("ogr2ogr is not installed (package gdal-bin): nothing to compare with.")
    print(f"{max(c.peak_mb for c in costs[_OURS]):.0f} MB at most held at once (at most {_MOST_MB})")


if __name__ == "__main__":
    main()
