"""A county that is not ours: roads and buildings of OpenStreetMap, everything else made up."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely

from benchmarks.county import account, imported
from mingqing.evacuation.gather import world
from mingqing.evacuation.model import Hazards, Houses, Ids, Shelters
from mingqing.evacuation.world import World
from mingqing.store.project import open_project

_CRS = "EPSG:32631"
_SHELTERS, _HAZARDS, _ROOM = 60, 150, 400
_SQUARE_M = 5000.0


def andorra(folder: Path) -> World:
    """Return the world of the roads and buildings in a folder; the rest is put in at random, the same every time."""
    files = sorted(path for path in folder.iterdir() if path.suffix in {".shp", ".gpkg"})
    known = account()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        project = imported(Path(name) / "andorra.mingqing", files, known, ["--crs", _CRS])
        with open_project(project, user=known[0], password=known[1]) as session:
            made = world(session, on=date(2026, 6, 1))
            buildings = session.features("house").geometry
    dice = np.random.default_rng(1)
    shapes = buildings[shapely.area(buildings) > 0]
    at = shapely.get_coordinates(shapely.centroid(shapes))
    squares = [f"{x:.0f},{y:.0f}" for x, y in (at // _SQUARE_M).tolist()]
    people = dice.integers(1, 7, len(at))
    alone = np.ones_like(people)
    houses = Houses(_ids(len(at)), shapes, at, squares, alone, people, people, np.zeros(len(at), np.int8))
    chosen = dice.choice(len(at), _SHELTERS, replace=False)
    shelters = Shelters(
        _ids(_SHELTERS),
        [f"避灾点{i}" for i in range(_SHELTERS)],
        at[chosen] + dice.uniform(-30, 30, (_SHELTERS, 2)),
        np.full(_SHELTERS, _ROOM),
        [squares[i] for i in chosen.tolist()],
    )
    return replace(made, houses=houses, shelters=shelters, hazards=_hazards(dice, made))


def _hazards(dice: np.random.Generator, made: World) -> Hazards:
    """Return round slopes over roads, wherever those are."""
    lines = dice.choice(len(made.network.lines), _HAZARDS, replace=False)
    middles = shapely.line_interpolate_point(made.network.lines[lines], 0.5, normalized=True)
    shapes = shapely.buffer(middles, dice.uniform(40, 200, _HAZARDS))
    squares = (shapely.get_coordinates(middles) // _SQUARE_M).tolist()
    nothing = [None] * _HAZARDS
    return Hazards(
        _ids(_HAZARDS),
        [f"隐患点{i}" for i in range(_HAZARDS)],
        nothing,
        nothing,
        nothing,
        np.zeros(_HAZARDS, np.bool_),
        shapes,
        [f"{x:.0f},{y:.0f}" for x, y in squares],
    )


def _ids(count: int) -> Ids:
    return np.arange(1, count + 1)
