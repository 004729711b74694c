"""Small worlds, drawn by hand: metres east and north of a place on the central meridian."""

from collections.abc import Sequence

import numpy as np
import shapely

from mingqing.evacuation.model import Hazards, Houses, Roads, Shelters
from mingqing.evacuation.movement import movement
from mingqing.evacuation.network.noding import build
from mingqing.evacuation.world import World
from tests.evacuation.small import EPSG

VILLAGE = "331124204202"
Xy = tuple[float, float]
_ORIGIN = np.array([500_000.0, 3_150_000.0])


def there(xy: Sequence[Xy]) -> np.ndarray:
    """Return places in the CRS of the worlds, (k, 2)."""
    return np.array(xy, dtype=np.float64).reshape(-1, 2) + _ORIGIN


def area(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """Return a rectangle."""
    return shapely.box(*there([(x0, y0)])[0], *there([(x1, y1)])[0])


def world(
    roads: Sequence[Sequence[Xy]],
    houses: Sequence[Xy],
    shelters: Sequence[tuple[Xy, int]],
    hazards: Sequence[shapely.Geometry] = (),
    *,
    people: Sequence[int] | None = None,
    mobility: Sequence[int] | None = None,
    classes: Sequence[str | None] | None = None,
    widths: Sequence[float] | None = None,
    waters: Sequence[Sequence[Xy]] = (),
    closed: Sequence[bool] | None = None,
    villages: Sequence[str] | None = None,
    shelter_villages: Sequence[str] | None = None,
) -> World:
    """Return a world. Ids count from 1: roads 101, houses 1, shelters 51, hazards 71; houses are 2 m wide."""
    many = len(houses)
    at = there(houses)
    lines = np.array([shapely.LineString(there(road)) for road in roads], dtype=np.object_)
    none: list[str | None] = [None] * len(roads)
    built = build(
        EPSG,
        Roads(
            np.arange(101, 101 + len(roads)),
            lines,
            np.full(len(roads), np.nan) if widths is None else np.array(widths),
            list(classes or ["村道"] * len(roads)),
            none,
            none,
            [f"路{i}" for i in range(1, len(roads) + 1)],
        ),
    )
    count = np.array(people if people is not None else [1] * many, dtype=np.int64)
    return World(
        network=built,
        houses=Houses(
            np.arange(1, many + 1),
            shapely.box(at[:, 0] - 1, at[:, 1] - 1, at[:, 0] + 1, at[:, 1] + 1),
            at,
            list(villages or [VILLAGE] * many),
            np.ones(many, dtype=np.int64),
            count,
            count,
            np.array(mobility if mobility is not None else [0] * many, dtype=np.int8),
        ),
        shelters=Shelters(
            np.arange(51, 51 + len(shelters)),
            [f"避灾点{i}" for i in range(1, len(shelters) + 1)],
            there([xy for xy, _ in shelters]),
            np.array([capacity for _, capacity in shelters], dtype=np.int64),
            list(shelter_villages or [VILLAGE] * len(shelters)),
        ),
        hazards=Hazards(
            np.arange(71, 71 + len(hazards)),
            [f"隐患{i}" for i in range(1, len(hazards) + 1)],
            ["滑坡"] * len(hazards),
            [None] * len(hazards),
            [None] * len(hazards),
            np.array(closed if closed is not None else [False] * len(hazards), dtype=np.bool_),
            np.array(hazards, dtype=np.object_),
            [VILLAGE] * len(hazards),
        ),
        movement=movement(),
        villages={VILLAGE: "小竹溪村"},
        slope=None,
        waters=np.array([shapely.LineString(there(line)) for line in waters], dtype=np.object_),
        water_names=[f"溪{i}" for i in range(1, len(waters) + 1)],
        seconds=0.0,
    )
