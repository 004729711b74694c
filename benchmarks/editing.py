"""How long it takes to save what was edited, one row or ten thousand, and to undo it, against QGIS.

    python -m benchmarks.editing [--project DIR] [--villages 401] [--rows 10000] [--rounds 9]

Ours goes through the session of an editor of the county: rules, history, log and spatial index are part of it. QGIS
edits a plain SpatiaLite file of the same houses with startEditing, changeAttributeValue and so on, commitChanges; what
is committed there cannot be undone. The sides take turns, each in one process that runs on, on copies of their own.
Opening and copying is left out. "many rows" is, as in the window, what would happen and then doing it.

A project to take is opened with the account in MINGQING_USER and MINGQING_PASSWORD, which must edit everything; the
project itself stays as it is.
"""

import argparse
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import shapely

from benchmarks.county import account, county
from benchmarks.drawn.plain import export_tables, layer_name
from benchmarks.drawn.sides import Side, qgis_python
from mingqing.catalog.style import Shape
from mingqing.store.bulk import Put, apply, preview
from mingqing.store.edit import edit
from mingqing.store.project import open_project
from mingqing.store.session import Session
from mingqing.store.undo import undo

_TABLE, _FIELD = "house", "storeys"
_MOST_S = {"one field": 0.05, "one shape": 0.05, "a new row": 0.05, "many rows": 3.0}
Times = defaultdict[str, list[float]]
Act = Callable[[Session], object]


def main() -> None:
    """Edit, and print how the two compare."""
    parser = argparse.ArgumentParser(prog="benchmarks.editing", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the county that is generated")
    parser.add_argument("--rows", type=int, default=10_000, help="that are changed at once")
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    user, password = account()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        copy = folder / "copy.mingqing"
        shutil.copytree(
            chosen.project or county(folder / "county.mingqing", chosen.villages, (user, password)), copy
        )
        session = stack.enter_context(open_project(copy, user=user, password=password))
        plain = export_tables(session, [_TABLE], folder / "plain.sqlite")
        theirs = _qgis(plain, folder)
        if theirs is not None:
            stack.enter_context(theirs)
        _compare(session, theirs, chosen.rows, chosen.rounds)


def _qgis(plain: Path, folder: Path) -> Side | None:
    python = qgis_python()
    if python is None:
        print("QGIS's Python library is not installed (package python3-qgis): nothing to compare with.")
        return None
    script = Path(__file__).parent / "edited" / "theirs.py"
    command = [python, str(script), str(plain), layer_name(_TABLE, Shape.POLYGON)]
    return Side("QGIS", command, {"QGIS_CUSTOM_CONFIG_PATH": str(folder)})


def _compare(session: Session, theirs: Side | None, rows: int, rounds: int) -> None:
    ids = [i for (i,) in session.rows(_TABLE, ["id"])][:rows]
    place = shapely.Point(*(session.extent(_TABLE) or (0, 0))[:2])
    ours, undone, other = Times(list), Times(list), Times(list)
    for number in range(rounds):
        for title, (act, request) in _acts(ids, place, number).items():
            if theirs is not None:
                other[title].append(theirs.ask(request)["wall"])
            ours[title].append(_seconds(partial(act, session)))
            undone[title].append(_seconds(partial(undo, session)))
    print(f"{'ms':12}{'save':>8}{'worst':>8}{'undo':>8}{'worst':>8}{'QGIS':>8}")
    for title in ours:
        print(_line(title, ours[title], undone[title], other.get(title)), flush=True)


def _acts(ids: list[int], place: shapely.Point, number: int) -> dict[str, tuple[Act, Mapping[str, Any]]]:
    """What is done in one round, on our side and as QGIS is asked for it; each round with other values."""
    storeys, one = number % 9 + 20, ids[number]
    shape = shapely.box(place.x + 20 * number, place.y, place.x + 20 * number + 12, place.y + 9)
    field = {"do": "change", "field": _FIELD, "value": storeys}
    return {
        "one field": (lambda s: _change(s, [one], storeys), {**field, "rows": 1}),
        "one shape": (lambda s: _draw(s, one, shape), {"do": "move", "rows": 1, "wkt": shape.wkt}),
        "a new row": (lambda s: _draw(s, None, shape), {"do": "add", "rows": 0, "wkt": shape.wkt}),
        "many rows": (lambda s: _change_all(s, ids, storeys), {**field, "rows": len(ids)}),
    }


def _change(session: Session, ids: list[int], value: int) -> None:
    with edit(session, "benchmark") as made:
        made.change_all(_TABLE, {i: {_FIELD: value} for i in ids})


def _change_all(session: Session, ids: list[int], value: int) -> None:
    """As in the window: what would happen is looked at first."""
    found = preview(session, _TABLE, ids, Put(_FIELD, value))
    with edit(session, "benchmark") as made:
        apply(made, found)


def _draw(session: Session, row_id: int | None, shape: shapely.Geometry) -> None:
    with edit(session, "benchmark") as made:
        if row_id is None:
            made.add(_TABLE, {}, shape)
        else:
            made.change(_TABLE, row_id, shape=shape)


def _line(title: str, ours: list[float], undone: list[float], theirs: list[float] | None) -> str:
    line = f"{title:12}"
    for seconds in (ours, undone):
        line += f"{median(seconds) * 1000:8.1f}{max(seconds) * 1000:8.1f}"
    if theirs is not None:
        line += f"{median(theirs) * 1000:8.1f}{median(ours) / median(theirs):7.2f} ×"
    late = max(median(ours), median(undone)) > _MOST_S[title]
    return f"{line}  (at most {_MOST_S[title] * 1000:.0f} ms){' MISSED' if late else ''}"


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
