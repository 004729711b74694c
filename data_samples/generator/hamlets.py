"""Where people live: hamlets on the valley floor and on gentle ground above, with their lanes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage
from shapely import LineString, Point, Polygon

from .curves import offset, resample, smooth
from .dice import dice
from .grid import Floats, gradient
from .roads import Road

if TYPE_CHECKING:
    from .relief import Relief


@dataclass
class Hamlet:
    """A cluster of houses.

    Attributes
    ----------
    village : number of its village, from 0.
    centre : x, y.
    houses : how many are wanted.
    place : "谷" on a valley floor, "坡" on a slope above.
    name : filled in when places are named.
    lanes : where houses stand in rows, filled in by `lay_lanes`.
    """

    village: int
    centre: Floats
    houses: int
    place: str
    name: str = ""
    lanes: list[Road] = field(default_factory=list)


def find_hamlets(relief: Relief, polygons: list[Polygon]) -> list[Hamlet]:
    """Choose the hamlets of every village and share its houses out among them, largest first."""
    hamlets = []
    slope_sites = _slope_sites(relief)
    for village, polygon in enumerate(polygons):
        rng = dice(relief.spec.seed, "hamlets", village)
        inner = polygon.buffer(-70.0)
        floor = [xy for xy in _floor_sites(relief, village, rng) if inner.contains(Point(xy))]
        slope = [xy for xy in slope_sites if inner.contains(Point(xy))]
        chosen: list[tuple[Floats, str]] = []
        for sites, place, most in ((floor, "谷", 4), (slope, "坡", 3)):
            taken = 0
            for xy in sites:
                if taken < most and all(np.hypot(*(xy - other)) > 300.0 for other, _ in chosen):
                    chosen.append((xy, place))
                    taken += 1
        shares = np.array([1.0, 0.62, 0.4, 0.3, 0.24, 0.2, 0.16])[: len(chosen)]
        shares = shares * rng.uniform(0.85, 1.15, len(shares))
        counts = np.round(shares / shares.sum() * relief.spec.houses[village] * 0.95).astype(int)
        order = sorted(range(len(chosen)), key=lambda i: chosen[i][1] == "坡")
        for count, i in zip(counts, order, strict=True):
            hamlets.append(Hamlet(village, chosen[i][0], int(count), chosen[i][1]))
    return hamlets


def _floor_sites(relief: Relief, village: int, rng: np.random.Generator) -> list[Floats]:
    number = village - relief.spec.main_villages
    valley = relief.main if number < 0 else relief.sides[number]
    out = (82.0, 108.0) if number < 0 else (46.0, 62.0)
    step = 24 if number < 0 else 16
    sites = []
    for i in range(8, len(valley.axis) - 8, step):
        side = 1.0 if rng.random() < 0.62 else -1.0
        along = int(np.clip(i + rng.integers(-5, 6), 2, len(valley.axis) - 3))
        sites.append(offset(valley.axis, side * rng.uniform(*out))[along])
    middle = relief.coarse.points()[relief.village.ravel() == village + 1].mean(axis=0)
    return sorted(sites, key=lambda xy: float(np.hypot(*(xy - middle))) * (1 + 0.25 * rng.random()))


def _slope_sites(relief: Relief) -> list[Floats]:
    """Return gentle places on the slopes, best first, a third of a kilometre apart."""
    grid = relief.grid
    dx, dy = gradient(relief.z, grid.cell, 45.0)
    steep = np.hypot(dx, dy)
    south = -dy / np.maximum(steep, 0.02)
    points = grid.points()
    away = np.min([_distance(points, v.axis) for v in relief.valleys()], axis=0).reshape(steep.shape)
    score = steep + 0.10 * (1 - south) + 0.00008 * np.abs(away - 500.0)
    score += np.where((away < 230.0), 5.0, 0.0)
    lowest = ndimage.minimum_filter(score, size=17) == score
    rows, cols = np.nonzero(lowest & (score < 0.42))
    order = np.argsort(score[rows, cols], kind="stable")
    return [points[rows[k] * grid.cols + cols[k]] for k in order]


def _distance(points: Floats, line: Floats) -> Floats:
    return np.asarray(shapely.distance(LineString(line), shapely.points(points)))


def lay_lanes(
    hamlet: Hamlet, relief: Relief, network: list[Road], water: shapely.Geometry, seed: int
) -> None:
    """Lay lanes along the contour, joined to one another and to the nearest road."""
    rng = dice(seed, "lanes", *np.round(hamlet.centre, 1))
    dx, dy = gradient(relief.z, relief.grid.cell, 42.0)
    down = np.array([relief.grid.sample(g, hamlet.centre[None])[0] for g in (dx, dy)]) * -1
    if np.hypot(*down) < 0.035:
        nearest = relief.main.axis[int(np.argmin(np.hypot(*(relief.main.axis - hamlet.centre).T)))]
        down = nearest - hamlet.centre
    down = down / np.hypot(*down)
    rows = int(np.clip(round(np.sqrt(hamlet.houses) / 1.75), 1, 6))
    length = hamlet.houses / rows * 8.2 + 26.0
    roads = shapely.union_all([r.line for r in network]).buffer(5.0)
    wet = water.buffer(9.0)
    for row in range(rows):
        pitch = (row - (rows - 1) / 2) * rng.uniform(31.0, 37.0)
        start = hamlet.centre - down * pitch + rng.normal(0, 3, 2)
        reach = length * rng.uniform(0.7, 1.15) * (1.0 - 0.07 * row)
        line = _contour(relief, (dx, dy), start, down, reach, rng.uniform(-0.2, 0.2))
        clear = LineString(line).difference(wet).difference(roads)
        parts = [p for p in shapely.get_parts(clear) if p.length > 24.0]
        if parts:
            best = np.asarray(max(parts, key=lambda p: p.length).coords)
            hamlet.lanes.append(Road(_crooked(resample(best, 9.0), rng), "巷道"))
    _join(hamlet, network, rng, water)


def _crooked(xy: Floats, rng: np.random.Generator) -> Floats:
    """Bend a lane a little, as lanes are that grew house by house."""
    s = np.arange(len(xy)) * 9.0
    bends = sum(a * np.sin(2 * np.pi * s / w + rng.uniform(0, 6.28)) for a, w in ((2.6, 95.0), (1.2, 44.0)))
    return offset(xy, bends)


def _contour(
    relief: Relief, slope: tuple[Floats, Floats], start: Floats, down: Floats, length: float, lean: float
) -> Floats:
    """Walk both ways along the contour from `start`, bending little where the ground is flat."""
    halves = []
    for sign in (1.0, -1.0):
        here, walk = start.copy(), [start.copy()]
        share = 0.5 + lean * sign
        for _ in range(int(length * share / 6.0)):
            g = np.array([relief.grid.sample(v, here[None])[0] for v in slope])
            fall = -g + down * 0.10
            fall = fall / max(float(np.hypot(*fall)), 1e-6)
            fall = fall + down * 0.5
            fall = fall / np.hypot(*fall)
            here = here + 6.0 * sign * np.array([-fall[1], fall[0]])
            walk.append(here.copy())
        halves.append(np.array(walk))
    return smooth(np.vstack([halves[1][:0:-1], halves[0]]), 1.5)


def _join(hamlet: Hamlet, network: list[Road], rng: np.random.Generator, water: shapely.Geometry) -> None:
    """Join lanes by short cross lanes, and the whole to the road, from vertex to vertex."""
    rows = list(hamlet.lanes)
    links: list[Floats] = []
    for above, below in zip(rows[1:], rows[:-1], strict=True):
        gaps = np.hypot(*(above.xy[:, None] - below.xy[None]).transpose(2, 0, 1))
        near = [int(i) for i in np.argsort(gaps.min(axis=1), kind="stable")]
        spots = [near[0]]
        if len(above.xy) > 9:
            ends = [1, len(above.xy) - 2]
            spots = [
                int(rng.integers(2, len(above.xy) // 2)),
                int(rng.integers(len(above.xy) // 2, len(above.xy) - 2)),
            ]
            spots += [pick for pick in ends if rng.random() < 0.25]
        for i in dict.fromkeys(spots):
            j = int(np.argmin(gaps[i]))
            if gaps[i, j] < 75.0:
                links.append(_bent(above.xy[i], below.xy[j], rng))
    nodes = np.vstack([r.xy for r in network])
    for row in _components(rows, links):
        vertices = np.vstack([rows[i].xy for i in row])
        gaps = np.hypot(*(vertices[:, None] - nodes[None]).transpose(2, 0, 1))
        dry = water.buffer(1.0)
        for flat in np.argsort(gaps, axis=None)[:400:7]:
            i, j = divmod(int(flat), len(nodes))
            if not LineString([vertices[i], nodes[j]]).intersects(dry):
                break
        else:
            i, j = divmod(int(np.argmin(gaps)), len(nodes))
        links.append(_bent(vertices[i], nodes[j], rng))
    hamlet.lanes += [Road(link, "巷道") for link in links if len(link) > 1]


def _components(rows: list[Road], links: list[Floats]) -> list[list[int]]:
    group = list(range(len(rows)))
    for link in links:
        touched = [
            i
            for i, row in enumerate(rows)
            if min(np.hypot(*(row.xy - e).T).min() for e in (link[0], link[-1])) < 0.01
        ]
        low = min(group[i] for i in touched)
        olds = {group[i] for i in touched}
        group = [low if g in olds else g for g in group]
    return [[i for i, g in enumerate(group) if g == head] for head in sorted(set(group))]


def _bent(a: Floats, b: Floats, rng: np.random.Generator) -> Floats:
    length = float(np.hypot(*(b - a)))
    if length < 0.5:
        return a[None]
    side = np.array([-(b - a)[1], (b - a)[0]]) / length
    middle = (a + b) / 2 + side * rng.normal(0, 0.11) * length
    return smooth(resample(np.vstack([a, middle, b]), 6.0), 1.2)
