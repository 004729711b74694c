"""One noded network: roads meet at common vertices, are cut at village borders, and can be walked."""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from shapely import LineString, Polygon

from .coverage import PRECISION_M
from .dice import dice
from .roads import WIDTH_M, Road

if TYPE_CHECKING:
    from .grid import Floats

RANK = {kind: i for i, kind in enumerate(WIDTH_M)}
Node = tuple[float, float]


def node_roads(roads: list[Road], borders: list[Polygon]) -> list[Road]:
    """Cut roads wherever they meet one another or a border; ends that meet are exactly equal.

    Parameters
    ----------
    roads : lines that may cross.
    borders : village polygons; no piece returned crosses one.

    Returns
    -------
    pieces with the attributes of the road they come from, the higher class where two lie on each other.
    """
    ordered = sorted(roads, key=lambda r: (RANK[r.kind], r.crossing == ""))
    lines = shapely.set_precision([r.line for r in ordered], PRECISION_M)
    cuts = shapely.union_all([p.boundary for p in borders], grid_size=PRECISION_M)
    noded = shapely.union_all([*lines, *_ticks(lines, cuts)], grid_size=PRECISION_M)
    pieces = [p for p in shapely.get_parts(noded) if p.length > 0]
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = shapely.STRtree(lines)
    source: dict[int, int] = {}
    for piece, line in tree.query(middles, predicate="dwithin", distance=0.03).T:
        source[int(piece)] = min(int(line), source.get(int(piece), 10**9))
    found = [(pieces[i], ordered[k]) for i, k in sorted(source.items())]
    return _chain(found, cuts)


def _ticks(lines: list[LineString], cuts: shapely.Geometry) -> list[LineString]:
    """Return very short strokes where roads cross borders, so that noding cuts the road there."""
    ticks = []
    for line in lines:
        if line is None or line.is_empty or not cuts.intersects(line):
            continue
        points = [p for p in shapely.get_parts(cuts.intersection(line)) if p.geom_type == "Point"]
        ticks += [LineString([(p.x - 0.01, p.y - 0.01), (p.x + 0.01, p.y + 0.01)]) for p in points]
    return ticks


def _chain(found: list[tuple[LineString, Road]], cuts: shapely.Geometry) -> list[Road]:
    """Join pieces of one road that meet where nothing else does."""
    groups: dict[tuple[str, str, str], list[LineString]] = defaultdict(list)
    degree: dict[Node, int] = defaultdict(int)
    for piece, road in found:
        groups[road.kind, road.name, road.crossing].append(piece)
        for end in (piece.coords[0], piece.coords[-1]):
            degree[end] += 1
    out = []
    for (kind, name, crossing), pieces in groups.items():
        merged = shapely.line_merge(shapely.MultiLineString(pieces))
        for line in shapely.get_parts(merged):
            out += [Road(xy, kind, name, crossing) for xy in _cut_at(np.asarray(line.coords), degree, cuts)]
    return out


def _cut_at(xy: Floats, degree: dict[Node, int], cuts: shapely.Geometry) -> list[Floats]:
    on_border = shapely.dwithin(cuts, shapely.points(xy), 0.02)
    inner = [i for i in range(1, len(xy) - 1) if degree.get(tuple(xy[i]), 2) > 2 or on_border[i]]
    stops = [0, *inner, len(xy) - 1]
    return [xy[a : b + 1] for a, b in itertools.pairwise(stops)]


def pin_ends(roads: list[Road], portals: Floats, reach_m: float = 4.0) -> list[Road]:
    """Move ends that lie near a portal onto it: the next block's road begins at the very same point."""
    out = []
    for road in roads:
        xy = road.xy.copy()
        for end in (0, -1):
            gap = np.hypot(*(portals - xy[end]).T)
            if gap.min() < reach_m:
                xy[end] = portals[int(np.argmin(gap))]
        out.append(replace(road, xy=xy))
    return out


def connected(roads: list[Road]) -> list[Road]:
    """Return the roads of the largest part of the network that hangs together."""
    ends = [(tuple(r.xy[0]), tuple(r.xy[-1])) for r in roads]
    number = {node: i for i, node in enumerate(dict.fromkeys(node for pair in ends for node in pair))}
    a, b = np.array([[number[p], number[q]] for p, q in ends]).T
    links = sparse.coo_matrix((np.ones(len(a)), (a, b)), shape=(len(number), len(number)))
    _, part = csgraph.connected_components(links, directed=False)
    largest = np.bincount(part[a]).argmax()
    return [r for r, k in zip(roads, part[a], strict=True) if k == largest]


def village_of(roads: list[Road], polygons: list[Polygon]) -> list[int]:
    """Return the number of the village each piece lies in, -1 outside all."""
    middles = shapely.line_interpolate_point([r.line for r in roads], 0.5, normalized=True)
    number = np.full(len(roads), -1)
    for i, polygon in enumerate(polygons):
        number[shapely.intersects(polygon, middles)] = i
    return [int(n) for n in number]


def fit_count(roads: list[Road], wanted: int, seed: int, others: list[Road]) -> list[Road]:
    """Bring the number of pieces to `wanted`: footpaths that lead nowhere go, long pieces are divided.

    Roads of other villages (`others`) go on where these end, so that an end on the border is not a dead end.
    """
    rng = dice(seed, "road count")
    roads = list(roads)
    while len(roads) > wanted:
        degree: dict[Node, int] = defaultdict(int)
        for road in [*roads, *others]:
            degree[tuple(road.xy[0])] += 1
            degree[tuple(road.xy[-1])] += 1
        loose = [
            i
            for i, r in enumerate(roads)
            if r.kind in {"步道", "巷道"} and min(degree[tuple(r.xy[0])], degree[tuple(r.xy[-1])]) == 1
        ]
        if not loose:
            break
        gone = set(rng.permutation(loose)[: len(roads) - wanted].tolist())
        roads = [r for i, r in enumerate(roads) if i not in gone]
    heap = [(-r.line.length, i) for i, r in enumerate(roads)]
    heapq.heapify(heap)
    while len(roads) < wanted and heap:
        _, i = heapq.heappop(heap)
        road, middle = roads[i], len(roads[i].xy) // 2
        if 0 < middle < len(road.xy) - 1:
            roads[i] = replace(road, xy=road.xy[: middle + 1])
            roads.append(replace(road, xy=road.xy[middle:]))
            for k in (i, len(roads) - 1):
                heapq.heappush(heap, (-roads[k].line.length, k))
    return roads


class Graph:
    """The network as nodes and edges, for finding the way to a shelter."""

    def __init__(self, roads: list[Road]) -> None:
        self.roads = roads
        self.edges: dict[Node, list[tuple[Node, float, int]]] = defaultdict(list)
        for i, road in enumerate(roads):
            a, b, length = tuple(road.xy[0]), tuple(road.xy[-1]), road.line.length
            cost = length * (1.0 if road.kind != "步道" else 1.6)
            self.edges[a].append((b, cost, i))
            self.edges[b].append((a, cost, i))
        self.nodes = sorted(self.edges)

    def nearest(self, xy: Floats) -> Node:
        """Return the node nearest to a point."""
        return self.nodes[int(np.argmin(np.hypot(*(np.array(self.nodes) - xy).T)))]

    def way(self, start: Node, goal: Node) -> Floats | None:
        """Return the vertices of the shortest way, nothing where there is none."""
        best: dict[Node, float] = {start: 0.0}
        before: dict[Node, tuple[Node, int]] = {}
        heap = [(0.0, start)]
        while heap:
            cost, here = heapq.heappop(heap)
            if here == goal:
                break
            if cost > best[here]:
                continue
            for there, step, edge in self.edges[here]:
                if cost + step < best.get(there, np.inf):
                    best[there] = cost + step
                    before[there] = (here, edge)
                    heapq.heappush(heap, (cost + step, there))
        if goal not in before:
            return None
        parts, here = [], goal
        while here != start:
            previous, edge = before[here]
            xy = self.roads[edge].xy
            parts.append(xy if tuple(xy[0]) == previous else xy[::-1])
            here = previous
        return np.vstack([parts[-1][:1], *[p[1:] for p in reversed(parts)]])
