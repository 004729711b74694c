"""Hazards: slopes that may slide on houses below, gullies, the stream in flood; shelters outside them, ways to go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from .curves import resample, ribbon, smooth
from .dice import dice
from .grid import Floats, gradient
from .hamlets import Hamlet
from .houses import House
from .network import Graph
from .relief import Relief


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
    found = []
    for use, kind in (("学校", "学校"), ("文化礼堂", "文化礼堂"), ("村委会", "村委会")):
        for house in houses:
            if house.use == use and len(found) < 2:
                xy = np.array(house.shape.representative_point().coords[0])
                area = round(house.shape.area * (1.7 if use == "学校" else 1.0))
                found.append(Shelter(xy, kind, int(area / 2.2) // 10 * 10, area))
    return found


def find_hazards(
    relief: Relief, polygon: Polygon, hamlets: list[Hamlet], houses: list[House], wanted: int, seed: int
) -> list[Hazard]:
    """Find the hazards of a village, those that threaten houses first."""
    rng = dice(seed, "hazards")
    kept_free = shapely.union_all([Point(s.xy).buffer(38.0) for s in shelters_of(houses)])
    slope = gradient(relief.z, relief.grid.cell, 26.0)
    candidates: list[tuple[Polygon, str, Hamlet]] = []
    for hamlet in hamlets:
        own = [h for h in houses if np.hypot(*(np.array(h.shape.centroid.coords[0]) - hamlet.centre)) < 190.0]
        if own:
            candidates += _around(relief, hamlet, own, slope, rng)
    tree = shapely.STRtree([h.shape for h in houses])
    found: list[Hazard] = []
    for shape, kind, hamlet in candidates:
        inside = shape.buffer(0).intersection(polygon.buffer(-3.0)).difference(kept_free)
        inside = max(shapely.get_parts(inside), key=lambda p: p.area, default=Polygon())
        if inside.area < 500.0 or any(inside.intersection(h.shape).area > 0.3 * inside.area for h in found):
            continue
        touched = sorted(int(i) for i in tree.query(inside, predicate="intersects"))
        found.append(Hazard(inside.simplify(0.4), kind, hamlet.name, touched))
    found.sort(key=lambda h: -min(len(h.houses), 12))
    return found[:wanted]


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
        if len(path) >= 9 and steep > 0.22:
            kind = "崩塌" if steep > 0.62 else "滑坡" if steep > 0.3 else "不稳定斜坡"
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
        left = float(np.cross(part[-1] - part[0], hamlet.centre - part[0])) > 0
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


def routes(graph: Graph, hazards: list[Hazard], houses: list[House], shelters: list[Shelter]) -> list[tuple[int, int, Floats]]:
    """Find the way from each hazard with houses to the shelter reached soonest: (hazard, shelter, vertices)."""
    found = []
    goals = [graph.nearest(s.xy) for s in shelters]
    for i, hazard in enumerate(hazards):
        if not hazard.houses:
            continue
        middle = np.mean([houses[k].shape.centroid.coords[0] for k in hazard.houses], axis=0)
        start = graph.nearest(middle)
        ways = [(graph.way(start, goal), k) for k, goal in enumerate(goals)]
        ways = [(LineString(xy).length, k, xy) for xy, k in ways if xy is not None and len(xy) > 1]
        if ways:
            _, k, xy = min(ways, key=lambda w: w[0])
            found.append((i, k, xy))
    return found


