"""A made up village as a plan sees it; the id of each row is its index and a hundred."""

from collections.abc import Sequence

import numpy as np
import shapely

from mingqing.evacuation.model import Hazards, Houses, Roads, Shelters
from mingqing.evacuation.movement import movement
from mingqing.evacuation.network.noding import build
from mingqing.evacuation.world import World
from tests.evacuation.villages import CODE, EPSG, Village

FIRST_ID = 100


def world_of(village: Village) -> World:
    """Return a village as a plan sees it."""
    people, capacity = (np.array(n, dtype=np.int64) for n in (village.people, village.capacity))
    houses, hazards = shapes(village.houses), shapes(village.hazards)
    roads, shelters = len(village.roads), len(village.shelters)
    return World(
        network=build(
            EPSG,
            Roads(
                ids(roads),
                shapes(village.roads),
                np.full(roads, np.nan),
                village.classes,
                village.structures,
                [None] * roads,
                [None] * roads,
            ),
        ),
        houses=Houses(
            ids(len(houses)),
            houses,
            shapely.get_coordinates(shapely.centroid(houses)),
            [CODE] * len(houses),
            np.ones_like(people),
            people,
            people,
            np.array(village.mobility, dtype=np.int8),
        ),
        shelters=Shelters(
            ids(shelters),
            [f"避灾点{i}" for i in range(shelters)],
            shapely.get_coordinates(shapes(village.shelters)),
            capacity,
            [CODE] * shelters,
        ),
        hazards=Hazards(
            ids(len(hazards)),
            [f"隐患点{i}" for i in range(len(hazards))],
            *([None] * len(hazards) for _ in range(3)),
            np.zeros(len(hazards), dtype=np.bool_),
            hazards,
            [CODE] * len(hazards),
        ),
        movement=movement(),
        villages={CODE: "小竹溪村"},
        slope=None,
        waters=shapes([]),
        water_names=[],
        seconds=0.0,
    )


def ids(count: int) -> np.ndarray:
    """Return the ids of so many rows."""
    return np.arange(FIRST_ID, FIRST_ID + count)


def shapes(some: Sequence[shapely.Geometry | None]) -> np.ndarray:
    """Return geometries as columns hold them."""
    column = np.empty(len(some), dtype=np.object_)
    column[:] = some
    return column
