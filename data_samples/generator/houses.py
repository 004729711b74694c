"""Houses in rows along the lanes: plain, L-shaped and around a court, never on anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Polygon
from shapely.affinity import affine_transform

from .curves import chainage
from .dice import dice, pick
from .roads import Road

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .grid import Floats
    from .hamlets import Hamlet
    from .relief import Relief


@dataclass(frozen=True)
class House:
    """A building.

    Attributes
    ----------
    shape : footprint.
    village, hamlet : numbers, from 0.
    old : it stands in an old row.
    use : "住宅" or what else it serves.
    """

    shape: Polygon
    village: int
    hamlet: int
    old: bool
    use: str = "住宅"


class Site:
    """What is built already, so that the next house does not stand on it."""

    def __init__(
        self, relief: Relief, roads: list[Road], water: shapely.Geometry, polygons: list[Polygon]
    ) -> None:
        self.relief = relief
        self.water = water.buffer(3.5)
        self.paved = shapely.union_all([r.line.buffer(r.half_m + 0.7, cap_style="flat") for r in roads])
        self.inner = [p.buffer(-6.0) for p in polygons]
        for area in (self.water, self.paved, *self.inner):
            shapely.prepare(area)
        self.shapes: list[Polygon] = []
        self.centres: list[tuple[float, float]] = []

    def free(self, shape: Polygon, village: int, gap_m: float) -> bool:
        """Tell whether a footprint can stand here."""
        if (
            self.paved.intersects(shape)
            or self.water.intersects(shape)
            or not self.inner[village].contains(shape)
        ):
            return False
        ring = np.asarray(shape.exterior.coords)
        z = self.relief.height(ring)
        if z.max() - z.min() > 0.75 * np.sqrt(shape.area):
            return False
        if not self.shapes:
            return True
        centre = ring[:-1].mean(axis=0)
        away = np.hypot(*(np.array(self.centres) - centre).T)
        near = [self.shapes[i] for i in np.flatnonzero(away < 45.0)]
        return not near or float(shapely.distance(shape, near).min()) > gap_m

    def add(self, shape: Polygon) -> None:
        """Take the ground under a footprint."""
        self.shapes.append(shape)
        self.centres.append(tuple(np.asarray(shape.exterior.coords)[:-1].mean(axis=0)))


def footprint(rng: np.random.Generator, *, old: bool) -> list[tuple[float, float]]:
    """Return a footprint in its own axes: u along the lane from 0, v away from the lane from 0, metres."""
    kind = pick(rng, ["plain", "ell", "court"], [0.66, 0.26, 0.08] if old else [0.76, 0.22, 0.02])
    width, depth = float(rng.uniform(7.5, 13.5)), float(rng.uniform(7.2, 10.2))
    if kind == "plain":
        return [(0, 0), (width, 0), (width, depth), (0, depth)]
    if kind == "ell":
        wing, wide = float(rng.uniform(3.0, 4.6)), float(rng.uniform(3.4, 4.8))
        shape = [
            (0, wing),
            (0, wing + depth),
            (width, wing + depth),
            (width, 0),
            (width - wide, 0),
            (width - wide, wing),
        ]
        return shape if rng.random() < 0.5 else [(width - u, v) for u, v in shape]
    width, depth = float(rng.uniform(13.5, 17.0)), float(rng.uniform(12.0, 14.5))
    wide, court = float(rng.uniform(3.8, 4.6)), float(rng.uniform(5.0, 6.2))
    return [
        (0, 0),
        (0, depth),
        (width, depth),
        (width, 0),
        (width - wide, 0),
        (width - wide, court),
        (wide, court),
        (wide, 0),
    ]


def _place(
    shape: Sequence[tuple[float, float]], at: Floats, along: Floats, side: float, setback: float
) -> Polygon:
    out = np.array([-along[1], along[0]]) * side
    matrix = [along[0], out[0], along[1], out[1], at[0] + out[0] * setback, at[1] + out[1] * setback]
    placed = affine_transform(Polygon(shape), matrix)
    return shapely.orient_polygons(shapely.set_precision(placed, 0.01, mode="pointwise"))


def row_of_houses(
    site: Site, road: Road, hamlet: Hamlet, number: int, rng: np.random.Generator, *, old_share: float
) -> list[House]:
    """Set houses on both sides of a lane, as many as find room."""
    built = []
    s = chainage(road.xy)
    for side in (1.0, -1.0):
        at = float(rng.uniform(1.0, 6.0))
        old = rng.random() < old_share
        while at < s[-1] - 5.0:
            if rng.random() < (0.3 if old else 0.5):
                old = rng.random() < old_share
            gap = (
                float(rng.uniform(0.18, 0.4)) if old and rng.random() < 0.72 else float(rng.uniform(1.4, 6.5))
            )
            shape = footprint(rng, old=bool(old))
            width = max(u for u, _ in shape)
            setback = road.half_m + float(rng.uniform(0.9, 1.4) if old else rng.uniform(1.4, 4.0))
            start, end = (
                np.array([np.interp(t, s, road.xy[:, k]) for k in (0, 1)]) for t in (at, at + width)
            )
            along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
            turn = 0.0 if old else float(rng.normal(0, 0.035))
            along = np.array([along[0] - turn * along[1], along[1] + turn * along[0]]) / np.hypot(1.0, turn)
            house = _place(shape, start, along, side, setback)
            if site.free(house, hamlet.village, 0.12):
                site.add(house)
                built.append(House(house, hamlet.village, number, bool(old)))
                at += width + gap
            else:
                at += 2.5
    return built


def public_buildings(site: Site, hamlet: Hamlet, number: int, roads: list[Road]) -> list[House]:
    """Set the village hall and the school by the road near the main hamlet."""
    lines = [r for r in roads if r.kind != "步道" and r.line.distance(shapely.Point(hamlet.centre)) < 420.0]
    found = []
    for use, shape in (
        ("村委会", [(0, 0), (22, 0), (22, 11), (0, 11)]),
        ("学校", [(0, 0), (34, 0), (34, 10), (10, 10), (10, 26), (0, 26)]),
        ("文化礼堂", [(0, 0), (18, 0), (18, 14), (0, 14)]),
    ):
        spots = []
        for road in lines:
            s = chainage(road.xy)
            spots += [(road, s, t, side) for t in np.arange(0.0, s[-1] - 20.0, 12.0) for side in (1.0, -1.0)]
        gaps = [
            np.hypot(
                np.interp(t + 10, s, r.xy[:, 0]) - hamlet.centre[0],
                np.interp(t + 10, s, r.xy[:, 1]) - hamlet.centre[1],
            )
            for r, s, t, _ in spots
        ]
        for k in np.argsort(gaps, kind="stable"):
            road, s, t, side = spots[int(k)]
            width = max(u for u, _ in shape)
            start, end = (np.array([np.interp(q, s, road.xy[:, j]) for j in (0, 1)]) for q in (t, t + width))
            along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
            house = _place(shape, start, along, side, road.half_m + 5.0)
            if site.free(house, hamlet.village, 2.0):
                site.add(house)
                found.append(House(house, hamlet.village, number, old=False, use=use))
                break
    return found


def build_houses(
    site: Site, hamlets: list[Hamlet], roads: list[Road], seed: int, wanted: tuple[int, ...]
) -> list[House]:
    """Build every village up to the number of houses wanted, hamlet by hamlet, then by the road."""
    houses: list[House] = []
    for village in range(len(wanted)):
        own = [(i, h) for i, h in enumerate(hamlets) if h.village == village]
        mine = public_buildings(site, own[0][1], own[0][0], roads)
        for i, hamlet in own:
            rng = dice(seed, "houses", i)
            rows = [
                h for lane in hamlet.lanes for h in row_of_houses(site, lane, hamlet, i, rng, old_share=0.55)
            ]
            mine += _thin(rows, hamlet.houses, rng, site)
        for i, hamlet in own:
            if len(mine) >= wanted[village]:
                break
            rng = dice(seed, "roadside", i)
            near = [_near(r, hamlet.centre, 330.0) for r in roads if r.kind in {"县道", "乡道", "村道"}]
            extra = [h for r in near if r for h in row_of_houses(site, r, hamlet, i, rng, old_share=0.1)]
            mine += _thin(extra, wanted[village] - len(mine), rng, site)
        houses += mine[: wanted[village]]
    return houses


def _near(road: Road, centre: Floats, reach_m: float) -> Road | None:
    close = np.flatnonzero(np.hypot(*(road.xy - centre).T) < reach_m)
    if len(close) < 3:
        return None
    return Road(road.xy[close[0] : close[-1] + 1], road.kind)


def _thin(houses: list[House], wanted: int, rng: np.random.Generator, site: Site) -> list[House]:
    """Take houses away until `wanted` are left, the outermost first."""
    if len(houses) <= wanted:
        return houses
    centres = np.array([[h.shape.centroid.x, h.shape.centroid.y] for h in houses])
    away = np.hypot(*(centres - np.median(centres, axis=0)).T) * rng.uniform(0.55, 1.3, len(houses))
    kept = np.sort(np.argsort(away, kind="stable")[: max(wanted, 0)])
    gone = {id(houses[i].shape) for i in range(len(houses)) if i not in set(kept.tolist())}
    keep = [i for i, shape in enumerate(site.shapes) if id(shape) not in gone]
    site.shapes = [site.shapes[i] for i in keep]
    site.centres = [site.centres[i] for i in keep]
    return [houses[int(i)] for i in kept]


def pave(houses: list[House]) -> shapely.Geometry:
    """Return the ground under all houses."""
    return shapely.union_all([h.shape.buffer(1.0) for h in houses])
