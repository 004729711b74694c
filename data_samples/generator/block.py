"""A block of villages put together: ground, water, roads, houses, fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Polygon

from .fields import Fields, land_raster, village_fields
from .hamlets import Hamlet, find_hamlets, lay_lanes
from .houses import House, Site, build_houses, pave
from .network import connected, fit_count, node_roads, pin_ends, village_of
from .paths import footpaths
from .relief import Relief, build_relief
from .roads import Ground, Road, cross_water, main_road, side_road, vertices
from .villages import portals, village_polygons
from .water import Waters, build_water

if TYPE_CHECKING:
    from .grid import Floats
    from .valley import BlockSpec


@dataclass(frozen=True)
class BlockNames:
    """What the streams and roads of a block are called."""

    stream: str
    road: str
    side_streams: tuple[str, ...]
    side_roads: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """Everything that stands on the ground.

    Attributes
    ----------
    polygons : the villages, in the order of their numbers.
    roads : noded pieces of every village.
    fields : of every village.
    """

    relief: Relief
    polygons: list[Polygon]
    waters: Waters
    hamlets: list[Hamlet]
    houses: list[House]
    roads: list[list[Road]]
    fields: list[Fields]
    names: BlockNames


def build_block(spec: BlockSpec, names: BlockNames, road_pieces: int, paths: int = 14) -> Block:
    """Invent a block; every village gets `road_pieces` pieces of road."""
    relief = build_relief(spec)
    polygons = village_polygons(relief)
    waters = build_water(relief, list(names.side_streams))
    surface = waters.surface()
    main = main_road(relief, names.road)
    roads = [main, *(side_road(relief, i, main, n) for i, n in enumerate(names.side_roads))]
    hamlets = find_hamlets(relief, polygons)
    abroad = shapely.union_all([_abroad(relief, polygons), *(p[0].buffer(14.0) for p in waters.ponds)])
    high = [h.centre for h in hamlets if h.place == "坡"] + _passes(spec)
    if high:
        ground = Ground(relief, 0.09, abroad)
        roads += [Road(xy, "村道") for xy in ground.ways(vertices(roads), np.array(high), 38.0)]
    if spec.framed:
        roads = _reach_passes(roads, spec)
    for hamlet in hamlets:
        lay_lanes(hamlet, relief, roads, surface, spec.seed)
    roads += [lane for h in hamlets for lane in h.lanes]
    houses = build_houses(Site(relief, roads, surface, polygons), hamlets, roads, spec.seed, spec.houses)
    built = pave(houses)
    shapely.prepare(built)
    roads += footpaths(relief, roads, hamlets, built, abroad, polygons, paths)
    noded = node_roads(cross_water(roads, relief, waters.stream), polygons)
    if spec.framed:
        noded = pin_ends(noded, portals(spec))
    inside = [r for r, n in zip(noded, village_of(noded, polygons), strict=True) if n >= 0]
    noded = connected(inside)
    number = village_of(noded, polygons)
    each = [[r for r, n in zip(noded, number, strict=True) if n == v] for v in range(spec.villages)]
    for v, own in enumerate(each):
        others = [r for w, roads_there in enumerate(each) if w != v for r in roads_there]
        each[v] = fit_count(own, road_pieces, spec.seed + v, others)
    raster = land_raster(relief, houses)
    fields = []
    for polygon, own in zip(polygons, each, strict=True):
        paved = shapely.union_all([r.line.buffer(r.half_m + 0.5, cap_style="flat") for r in own] + [built])
        fields.append(village_fields(raster, polygon, waters, paved))
    return Block(relief, polygons, waters, hamlets, houses, each, fields, names)


def _abroad(relief: Relief, polygons: list[Polygon]) -> shapely.Geometry:
    """Return the ground outside the block's villages, where its roads do not go."""
    grid = relief.grid
    whole = shapely.box(grid.x0, grid.y0, grid.x0 + grid.cols * grid.cell, grid.y0 + grid.rows * grid.cell)
    return whole.difference(shapely.union_all(polygons).buffer(-18.0))


def _passes(spec: BlockSpec) -> list[Floats]:
    """Return places just inside the ridges over which a framed block's roads go on."""
    if not spec.framed:
        return []
    north, south = portals(spec)[2:]
    return [north - np.array([0.0, 30.0]), south + np.array([0.0, 30.0])]


def _reach_passes(roads: list[Road], spec: BlockSpec) -> list[Road]:
    """Lead the roads over the ridge to the very point where the next block's road begins."""
    extra = []
    for portal, beyond in zip(portals(spec)[2:], ([0.0, 1.0], [0.0, -1.0]), strict=True):
        nodes = vertices(roads)
        start = nodes[int(np.argmin(np.hypot(*(nodes - portal).T)))]
        extra.append(Road(np.vstack([start, portal, portal + beyond]), "村道"))
    return roads + extra
