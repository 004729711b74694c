"""Hazards: slopes that may slide, gullies, the stream in flood; shelters outside them, ways to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from .coverage import PRECISION_M
from .curves import resample, ribbon, smooth
from .dice import dice
from .grid import Floats, gradient

if TYPE_CHECKING:
    from .hamlets import Hamlet
    from .houses import House
    from .network import Graph
    from .relief import Relief
    from .roads import Road


@dataclass(frozen=True)
class Hazard:
    """A place where the slope or the water may move.

    Attributes
    ----------
    houses : indices of the village's houses that it touches.
    """

    shape: Polygon
    kind: str
    hamlet: str
    houses: list[int]


@dataclass(frozen=True)
class Shelter:
    """Where people go."""

    xy: Floats
    kind: str
    capacity: int
    area_m2: int


def shelters_of(houses: list[House]) -> list[Shelter]:
    """Return the two shelters of a village: its school and its hall."""
    found: list[Shelter] = []
    for use, kind in (("学校", "学校"), ("文化礼堂", "文化礼堂"), ("村委会", "村委会")):
        for house in houses:
            if house.use == use and len(found) < 2:
                xy = np.array(house.shape.representative_point().coords[0])
                area = round(house.shape.area * (1.7 if use == "学校" else 1.0))
                found.append(Shelter(xy, kind, int(area / 2.2) // 10 * 10, area))
    return found


def find_hazards(
    relief: Relief,
    polygon: Polygon,
    hamlets: list[Hamlet],
    houses: list[House],
    roads: list[Road],
    wanted: int,
    seed: int,
) -> list[Hazard]:
    """Find the hazards of a village: of every kind in turn, those that threaten most houses first."""
    rng = dice(seed, "hazards")
    kept_free = shapely.union_all([Point(s.xy).buffer(38.0) for s in shelters_of(houses)])
    slope = gradient(relief.z, relief.grid.cell, 26.0)
    candidates: list[tuple[Polygon, str, Hamlet]] = []
    for hamlet in hamlets:
        own = [h for h in houses if np.hypot(*(np.array(h.shape.centroid.coords[0]) - hamlet.centre)) < 190.0]
        if own:
            candidates += _around(relief, hamlet, own, slope, rng)
    candidates += _above_roads(relief, roads, hamlets, slope, rng)
    tree = shapely.STRtree([h.shape for h in houses])
    found: list[Hazard] = []
    for shape, kind, hamlet in candidates:
        inside = shape.buffer(0).intersection(polygon.buffer(-3.0)).difference(kept_free)
        inside = max(shapely.get_parts(inside), key=lambda p: p.area, default=Polygon())
        if inside.area < 500.0 or any(inside.intersection(h.shape).area > 0.3 * inside.area for h in found):
            continue
        touched = sorted(int(i) for i in tree.query(inside, predicate="intersects"))
        found.append(Hazard(_clean(inside), kind, hamlet.name, touched))
    found.sort(key=lambda h: -len(h.houses))
    turn = {id(h): [o for o in found if o.kind == h.kind].index(h) for h in found}
    return sorted(found, key=lambda h: turn[id(h)])[:wanted]


def _above_roads(
    relief: Relief,
    roads: list[Road],
    hamlets: list[Hamlet],
    slope: tuple[Floats, Floats],
    rng: np.random.Generator,
) -> list[tuple[Polygon, str, Hamlet]]:
    """Find the two steepest cuttings along the village's roads."""
    spots = np.vstack([resample(r.xy, 30.0) for r in roads if r.kind in {"县道", "乡道", "村道"}])
    steep = np.hypot(*(relief.grid.sample(v, spots) for v in slope))
    found: list[tuple[Polygon, str, Hamlet]] = []
    for i in np.argsort(-steep, kind="stable")[:60]:
        if len(found) == 2 or steep[i] < 0.3:
            break
        near = min(hamlets, key=lambda h: float(np.hypot(*(h.centre - spots[i]))))
        path = _uphill(relief, spots[i], slope, float(rng.uniform(34.0, 60.0)))
        shape = _lobe(path, rng, float(rng.uniform(13.0, 20.0))) if len(path) > 4 else Polygon()
        if shape.area > 600.0 and all(shape.distance(other) > 150.0 for other, _, _ in found):
            found.append((shape, "崩塌", near))
    return found


def _clean(shape: Polygon) -> Polygon:
    """Thin the outline and set it on whole centimetres, valid."""
    parts = shapely.get_parts(shapely.set_precision(shape.simplify(0.4), PRECISION_M))
    return max(parts, key=lambda part: part.area)


def _around(
    relief: Relief, hamlet: Hamlet, own: list[House], slope: tuple[Floats, Floats], rng: np.random.Generator
) -> list[tuple[Polygon, str, Hamlet]]:
    found = []
    centres = np.array([h.shape.centroid.coords[0] for h in own])
    heights = relief.height(centres)
    for rank in (0.95, 0.6):
        toe = centres[int(np.argsort(heights, kind="stable")[int((len(own) - 1) * rank)])]
        path = _uphill(relief, toe, slope, float(rng.uniform(110.0, 210.0)))
        rise = relief.height(path)
        steep = (rise[-1] - rise[0]) / max(len(path) * 8.0, 1.0)
        if len(path) >= 9 and steep > 0.19:
            kind = "崩塌" if steep > 0.62 else "滑坡" if steep > 0.26 else "不稳定斜坡"
            found.append((_lobe(path, rng, float(rng.uniform(17.0, 33.0))), kind, hamlet))
            break
    for brook in relief.brooks:
        gap = np.hypot(*(brook.line - hamlet.centre).T)
        if gap.min() < 150.0 and len(brook.line) > 14:
            end = min(int(np.argmin(gap)) + 6, len(brook.line))
            part = brook.line[max(0, end - 36) : end]
            if len(part) > 8:
                u = np.linspace(0, 1, len(part))
                half = 8.0 + 3.0 * np.sin(u * 9) + 22.0 * np.clip(u - 0.62, 0, 1) ** 1.2 * 2
                found.append((Polygon(ribbon(part, half, half * 1.1)).buffer(0), "泥石流", hamlet))
    valley = min(relief.valleys(), key=lambda v: float(np.hypot(*(v.axis - hamlet.centre).T).min()))
    gap = np.hypot(*(valley.axis - hamlet.centre).T)
    if gap.min() < 150.0 and hamlet.place == "谷":
        at = int(np.argmin(gap))
        part = valley.bed[max(0, at - 17) : at + 18]
        u = np.linspace(0, 1, len(part))
        reach = (gap.min() * 0.72 if valley.main else 20.0) * np.sin(np.pi * u) ** 0.5
        (ax, ay), (bx, by) = part[-1] - part[0], hamlet.centre - part[0]
        left = ax * by - ay * bx > 0
        near, far = 10.0 + reach + 4 * np.sin(u * 11), 12.0 + 5 * np.sin(u * 7)
        ring = ribbon(smooth(part, 3.0), near if left else far, far if left else near)
        found.append((Polygon(ring).buffer(0), "山洪", hamlet))
    return found


def _uphill(relief: Relief, start: Floats, slope: tuple[Floats, Floats], length: float) -> Floats:
    here, path = start.copy(), [start.copy()]
    for _ in range(int(length / 8.0)):
        g = np.array([relief.grid.sample(v, here[None])[0] for v in slope])
        size = float(np.hypot(*g))
        if size < 0.05:
            break
        here = here + g / size * 8.0
        path.append(here.copy())
    return np.array(path)


def _lobe(path: Floats, rng: np.random.Generator, half_m: float) -> Polygon:
    """Return a tongue from its foot (first vertex) up to its crown, wavy like a slide on a map."""
    line = smooth(resample(path, 5.0), 3.0)
    u = np.linspace(0, 1, len(line))
    body = half_m * (np.sin(np.pi * np.clip(u * 0.92 + 0.06, 0, 1)) ** 0.45) * (1.15 - 0.35 * u)
    left = body * (1 + 0.13 * np.sin(u * 8 + rng.uniform(0, 6)))
    right = body * (1 + 0.13 * np.sin(u * 7 + rng.uniform(0, 6)))
    return Polygon(ribbon(line, left, right)).buffer(4.0).buffer(-4.0)


def routes(
    graph: Graph, hazards: list[Hazard], houses: list[House], shelters: list[Shelter]
) -> list[tuple[int, int, Floats]]:
    """Find the way from each hazard with houses to the nearest shelter: (hazard, shelter, vertices)."""
    found = []
    goals = [graph.nearest(s.xy) for s in shelters]
    for i, hazard in enumerate(hazards):
        if not hazard.houses:
            continue
        middle = np.mean([houses[k].shape.centroid.coords[0] for k in hazard.houses], axis=0)
        start = graph.nearest(middle)
        every = [(k, graph.way(start, goal)) for k, goal in enumerate(goals)]
        ways = [(LineString(xy).length, k, xy) for k, xy in every if xy is not None and len(xy) > 1]
        if ways:
            _, k, xy = min(ways, key=lambda way: way[0])
            found.append((i, k, xy))
    return found
