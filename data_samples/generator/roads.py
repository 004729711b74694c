"""Roads of a block: along the streams, up to the hamlets by the easiest way, and footpaths beyond."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree
from shapely import LineString, MultiLineString

from .curves import offset, resample, smooth
from .dice import dice
from .valley import ROAD_OFFSET_M

if TYPE_CHECKING:
    from .grid import Floats
    from .relief import Relief

WIDTH_M = {"县道": 6.5, "乡道": 4.5, "村道": 3.5, "巷道": 2.2, "步道": 1.2}


@dataclass(frozen=True)
class Road:
    """A stretch of road.

    Attributes
    ----------
    xy : vertices.
    kind : class of road, a key of `WIDTH_M`.
    name : what it is called, or nothing.
    crossing : "桥" where it crosses water.
    """

    xy: Floats
    kind: str
    name: str = ""
    crossing: str = ""

    @property
    def line(self) -> LineString:
        """The centre line."""
        return LineString(self.xy)

    @property
    def half_m(self) -> float:
        """Half the width."""
        return WIDTH_M[self.kind] / 2


def main_road(relief: Relief, name: str) -> Road:
    """Draw the road along the main stream, from bank to bank over a few bridges."""
    spec, axis, s = relief.spec, relief.main.axis, relief.main.s
    rng = dice(spec.seed, "main road")
    count = 2 if spec.framed else 3
    places = (np.arange(count) + rng.uniform(0.32, 0.68, count)) * s[-1] / count
    side = np.ones(len(s))
    for i, place in enumerate(places):
        side += (-2.0 if i % 2 == 0 else 2.0) / (1 + np.exp(-(s - place) / 17.0))
    swing = 1.0 + 0.16 * np.sin(s / 130.0) * np.clip(np.minimum(s, s[-1] - s) / 300 - 0.9, 0, 1)
    line = smooth(offset(axis, side * ROAD_OFFSET_M * swing), 2.5)
    return Road(line, "县道", name)


def side_road(relief: Relief, number: int, main: Road, name: str) -> Road:
    """Draw the township road up side valley `number`, beginning on a vertex of the main road."""
    valley = relief.sides[number]
    rng = dice(relief.spec.seed, "side road", number)
    side = 1.0 if rng.random() < 0.5 else -1.0
    s = valley.s
    away = s[-1] - s
    wave = 1.0 + 0.25 * np.sin(s / 90.0)
    flip = np.tanh((s - s[-1] * rng.uniform(0.35, 0.6)) / 22.0)
    line = offset(valley.axis, side * flip * 17.0 * wave)[away > 75.0][::-1]
    joint = main.xy[int(np.argmin(np.hypot(*(main.xy - line[0]).T)))]
    line = line[np.hypot(*(line - joint).T) > 40.0]
    return Road(smooth(resample(np.vstack([joint, line]), 10.0), 2.0), "乡道", name)


class Ground:
    """The cost of going from cell to cell, for finding ways where nobody has built a road yet."""

    def __init__(self, relief: Relief, grade: float, blocked: shapely.Geometry | None = None) -> None:
        grid, z = relief.grid, relief.z
        self.grid = grid
        index = np.arange(z.size).reshape(z.shape)
        blurred = ndimage.gaussian_filter(z, 0.8)
        steep = np.hypot(*np.gradient(blurred, grid.cell))
        extra = 1.0 + (steep / (grade * 7)) ** 2 + self._water(relief)
        if blocked is not None:
            shapely.prepare(blocked)
            inside = shapely.contains_xy(blocked, grid.points()).reshape(z.shape)
            extra = extra + 40.0 * inside
        rows, cols, costs = [], [], []
        for dr, dc in [(0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (2, -1), (1, -2)]:
            here = (slice(0, z.shape[0] - dr), slice(max(0, -dc), z.shape[1] - max(0, dc)))
            there = (slice(dr, z.shape[0]), slice(max(0, dc), z.shape[1] + min(0, dc)))
            length = grid.cell * float(np.hypot(dr, dc))
            rise = np.abs(blurred[there] - blurred[here]) / length
            cost = length * (1 + (rise / grade) ** 2) * (extra[here] + extra[there]) / 2
            rows.append(index[here].ravel())
            cols.append(index[there].ravel())
            costs.append(cost.ravel())
        entries = (np.concatenate(costs), (np.concatenate(rows), np.concatenate(cols)))
        self.graph = sparse.csr_matrix(entries, shape=(z.size, z.size))

    def _water(self, relief: Relief) -> Floats:
        wet = np.zeros(relief.z.shape)
        for line in [v.bed for v in relief.valleys()] + [b.line for b in relief.brooks]:
            wet[relief.grid.cell_of(resample(line, 8.0))] = 3.0
        return wet

    def ways(self, network: Floats, targets: Floats, smooth_m: float = 20.0) -> list[Floats]:
        """Find the easiest ways from a network to each target; ways that meet go on together.

        Parameters
        ----------
        network : vertices of the roads that are there, (n, 2); ways begin on one of them.
        targets : where to go, (m, 2).
        smooth_m : how far along them bends are rounded off.

        Returns
        -------
        lines from node to node; they share end vertices exactly.
        """
        row, col = self.grid.cell_of(network)
        sources = np.unique(row * self.grid.cols + col)
        _, before, _ = csgraph.dijkstra(
            self.graph, directed=False, indices=sources, min_only=True, return_predecessors=True
        )
        row, col = self.grid.cell_of(targets)
        edges = set()
        for cell in row * self.grid.cols + col:
            here = int(cell)
            while before[here] >= 0 and (int(before[here]), here) not in edges:
                edges.add((int(before[here]), here))
                here = int(before[here])
        if not edges:
            return []
        points = self.grid.points()
        merged = shapely.line_merge(MultiLineString([points[list(edge)] for edge in sorted(edges)]))
        on_network = {tuple(points[i]) for i in sources}
        tree = cKDTree(network)
        found = []
        for part in shapely.get_parts(merged):
            xy = np.asarray(part.coords)
            stops = [0, *(i for i in range(1, len(xy) - 1) if tuple(xy[i]) in on_network), len(xy) - 1]
            found += [xy[a : b + 1] for a, b in itertools.pairwise(stops)]
        return [self._settle(xy, on_network, tree, smooth_m) for xy in found]

    def _settle(
        self, xy: Floats, on_network: set[tuple[float, ...]], tree: cKDTree, smooth_m: float
    ) -> Floats:
        ends = [xy[0].copy(), xy[-1].copy()]
        for i, end in enumerate((0, -1)):
            if tuple(xy[end]) in on_network:
                ends[i] = tree.data[tree.query(xy[end])[1]]
        line = np.vstack([ends[0], xy[1:-1], ends[1]])
        return smooth(resample(line, 8.0), smooth_m / 8.0)


def cross_water(roads: list[Road], relief: Relief, stream: shapely.Geometry) -> list[Road]:
    """Cut roads where they cross water and mark the stretch over it as a bridge."""
    brooks = [LineString(v.bed) for v in relief.sides] + [LineString(b.line) for b in relief.brooks]
    centres = shapely.union_all([LineString(relief.main.bed), *brooks])
    zone = shapely.union_all([stream.buffer(3.0), shapely.union_all(brooks).buffer(4.5)])
    shapely.prepare(centres)
    out = []
    for road in roads:
        line = road.line
        if road.kind == "步道" or not centres.intersects(line):
            out.append(road)
            continue
        for part in shapely.get_parts(shapely.union_all([line.difference(zone), line.intersection(zone)])):
            limit = 60.0 if stream.distance(part) < 1.0 else 30.0
            bridge = part.length < limit and zone.contains(part.interpolate(0.5, normalized=True))
            crosses = bridge and centres.intersects(part)
            out.append(replace(road, xy=np.asarray(part.coords), crossing="桥" if crosses else ""))
    return out


def vertices(roads: list[Road]) -> Floats:
    """Return the vertices of all roads, (n, 2)."""
    return np.vstack([road.xy for road in roads])


def dense(xy: Floats, step_m: float) -> Floats:
    """Add vertices so that none are further apart than `step_m`; those that are there stay."""
    pieces = []
    for a, b in itertools.pairwise(xy):
        n = max(1, int(np.ceil(np.hypot(*(b - a)) / step_m)))
        pieces.append(a + (b - a) * (np.arange(n) / n)[:, None])
    return np.vstack([*pieces, xy[-1:]])
