"""Villages made up at random, small enough to be solved by trying everything."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, affinity

EPSG = 4549
ORIGIN = 500_000.0, 3_150_000.0  # on the central meridian: metres of the map are metres on the ground
CODE = "331124204202"
_GRID_M = 100.0
_SAME_M, _CLEAR_M = 1e-6, 1.0
BRIDGE, TUNNEL = "桥", "隧"
CLASSES = ("乡道", "村道", "步道")
MOBILITY = ("自行", "需搀扶", "卧床")


@dataclass(frozen=True)
class Village:
    """Roads, hazards, houses and shelters as lists; `cut` and `chosen` are indices, `mobility` those of `MOBILITY`."""

    roads: list[LineString]
    structures: list[str | None]
    cut: frozenset[int]
    hazards: list[Polygon]
    houses: list[Polygon]
    people: list[int]
    shelters: list[Point]
    capacity: list[int]
    chosen: frozenset[int]
    classes: list[str]
    mobility: list[int]


def village(seed: int) -> Village:
    """Return the village of a number, the same every time."""
    dice = np.random.default_rng(seed)
    roads, structures = _clear_roads(dice)
    extent = shapely.total_bounds(roads)
    houses = [_house(dice, roads, extent) for _ in range(dice.integers(2, 16))]
    people = [int(n) for n in dice.integers(1, 9, len(houses))]
    shelters = [_place(dice, roads, extent, 20.0) for _ in range(dice.integers(1, 6))]
    return Village(
        roads,
        structures,
        frozenset(np.flatnonzero(dice.random(len(roads)) < 0.04).tolist()),
        [_hazard(dice, houses, extent) for _ in range(dice.integers(0, 5))],
        houses,
        people,
        shelters,
        _capacity(dice, sum(people), len(shelters)),
        frozenset(range(len(houses)) if dice.random() < 0.6 else ()),
        dice.choice(CLASSES, len(roads)).tolist(),
        dice.choice(len(MOBILITY), len(houses), p=[0.7, 0.2, 0.1]).tolist(),
    )


def _clear_roads(dice: np.random.Generator) -> tuple[list[LineString], list[str | None]]:
    """Return roads that meet in places well apart: of what is almost one place, the noding's tests tell."""
    while True:
        pairs = [*_grid(dice), *_long(dice)]
        grid = [line for line, structure in pairs if structure is None]
        pairs += [(each, None) for each in _side_roads(dice, grid)]
        lines = [line for line, _ in pairs]
        if _clear(lines):
            return lines, [structure for _, structure in pairs]


def _clear(lines: list[LineString]) -> bool:
    """Whether the places where roads end and meet are the same, or a metre apart; and no end only almost touches."""
    ends = [Point(line.coords[at]) for line in lines for at in (0, -1)]
    apart = shapely.distance(np.array(ends)[:, None], np.array(lines)[None, :])
    met = shapely.get_parts([a.intersection(b) for a, b in combinations(lines, 2)])
    places = shapely.get_coordinates([*ends, *met])
    gaps = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))
    return not any(((d > _SAME_M) & (d < _CLEAR_M)).any() for d in (apart, gaps))


def _grid(dice: np.random.Generator) -> Iterator[tuple[LineString, str | None]]:
    """Streets that bend, some of them one row from end to end, some missing; neighbours share their ends."""
    columns, rows = dice.integers(2, 7, 2)
    x, y = np.meshgrid(np.arange(columns) * _GRID_M, np.arange(rows) * _GRID_M)
    nodes = np.stack([x + ORIGIN[0], y + ORIGIN[1]], axis=-1) + dice.uniform(-25, 25, (rows, columns, 2))
    for street in [*nodes, *nodes.swapaxes(0, 1)]:
        run: list[np.ndarray] = [street[0]]
        for before, after in pairwise(street):
            if dice.random() < 0.12:  # this piece is missing
                if len(run) > 1:
                    yield LineString(run), None
                run = [after]
                continue
            run += [(before + after) / 2 + dice.uniform(-12, 12, 2), after]
            if dice.random() < 0.5:  # another row goes on from here
                yield LineString(run), None
                run = [after]
        if len(run) > 1:
            yield LineString(run), None


def _long(dice: np.random.Generator) -> Iterator[tuple[LineString, str | None]]:
    """Roads straight across: some of them bridges and tunnels, which pass what they cross."""
    for _ in range(dice.integers(1, 4)):
        ends = np.array(ORIGIN) + dice.uniform(-60, 460, (2, 2))
        structure = [None, BRIDGE, TUNNEL][dice.integers(0, 3)]
        if math.dist(*ends) < 30:
            continue
        yield LineString(ends), structure
        if structure is not None:  # and its ramps
            for end in ends:
                yield LineString([end, end + dice.uniform(-90, 90, 2)]), None


def _side_roads(dice: np.random.Generator, roads: list[LineString]) -> Iterator[LineString]:
    """Roads from the side of another, where that has no vertex, and some that reach nothing."""
    for _ in range(dice.integers(0, 5)):
        road = roads[dice.integers(len(roads))]
        start = np.array(road.interpolate(dice.uniform(0.1, 0.9), normalized=True).coords[0])
        if shapely.distance(shapely.points(road.coords), Point(start)).min() > _CLEAR_M:
            aside = dice.uniform(5, 9, 2) if dice.random() < 0.2 else 0.0
            bend = start + dice.uniform(-50, 50, 2)
            yield LineString([start + aside, bend, bend + dice.uniform(-50, 50, 2)])


def _place(dice: np.random.Generator, roads: list[LineString], extent: np.ndarray, off_m: float) -> Point:
    """Return a place beside a road, or now and then anywhere."""
    if dice.random() < 0.2:
        return Point(dice.uniform(extent[:2], extent[2:]))
    road = roads[dice.integers(len(roads))]
    on = np.array(road.interpolate(dice.random(), normalized=True).coords[0])
    return Point(on + dice.uniform(-off_m, off_m, 2))


def _house(dice: np.random.Generator, roads: list[LineString], extent: np.ndarray) -> Polygon:
    at = _place(dice, roads, extent, 35.0)
    return affinity.rotate(shapely.box(at.x - 6, at.y - 4, at.x + 6, at.y + 4), dice.uniform(0, 180))


def _hazard(dice: np.random.Generator, houses: list[Polygon], extent: np.ndarray) -> Polygon:
    """Return a slope that may come down, with bays and points, or a river from edge to edge."""
    if dice.random() < 0.3:
        middle = Point(dice.uniform(extent[:2], extent[2:]))
        river = LineString([(middle.x - 900, middle.y), (middle.x + 900, middle.y)]).buffer(
            8, cap_style="flat"
        )
        return affinity.rotate(river, dice.uniform(0, 180), origin=middle)
    centre = np.array(houses[dice.integers(len(houses))].centroid.coords[0]) + dice.uniform(-60, 60, 2)
    turns = np.sort(dice.uniform(0, 2 * np.pi, 9))
    radii = dice.uniform(30, 140) * dice.uniform(0.3, 1, 9)
    shape = Polygon(centre + np.stack([np.cos(turns), np.sin(turns)], axis=1) * radii[:, None])
    return shape if shape.is_valid else shape.convex_hull


def _capacity(dice: np.random.Generator, people: int, shelters: int) -> list[int]:
    """Return places: plenty, hardly enough or too few, and some shelters of which nothing is known."""
    places = people * dice.choice([0.5, 0.8, 1.0, 2.0]) / shelters
    return [int(places * dice.uniform(0.4, 1.6)) * int(dice.random() > 0.08) for _ in range(shelters)]
