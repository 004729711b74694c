"""Roads drawn by hand, and the same joined slowly: every side against every other."""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import shapely
from shapely import LineString, Point

from mingqing.evacuation.model import Roads
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.network.noding import build

EPSG = 4549
EAST, NORTH = (
    500_000.0,
    3_100_000.0,
)  # on the central meridian, where a metre of the grid is one of the ground
Line = Sequence[tuple[float, float]]
Place = tuple[int, float]  # which line, how far along


def line(points: Line) -> LineString:
    """A line so many metres east and north of the origin."""
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def roads(
    *lines: Line | shapely.Geometry | None,
    structures: Sequence[str | None] = (),
    names: Sequence[str | None] = (),
) -> Roads:
    """Rows with ids from 1; a shape stands as it is, points are metres from the origin."""
    count = len(lines)
    shapes = np.empty(count, dtype=object)
    shapes[:] = [x if x is None or isinstance(x, shapely.Geometry) else line(x) for x in lines]
    nothing = [None] * count
    return Roads(
        np.arange(1, count + 1),
        shapes,
        np.full(count, np.nan),
        ["村道"] * count,
        list(structures) or nothing,
        nothing,
        list(names) or nothing,
    )


def network(*lines: Line | shapely.Geometry | None, structures: Sequence[str | None] = ()) -> Network:
    return build(EPSG, roads(*lines, structures=structures))


def as_graph(found: Network) -> "nx.MultiGraph[int]":
    """The network for networkx; lengths on the grid."""
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_nodes_from(range(len(found.xy)))
    ends = zip(found.tail.tolist(), found.head.tolist(), shapely.length(found.lines).tolist(), strict=True)
    graph.add_weighted_edges_from(ends)
    return graph


def node_at(found: Network, x: float, y: float, within_m: float = 0.5) -> int:
    """The node nearest to a place, which must not be farther."""
    far = np.hypot(*(found.xy - (EAST + x, NORTH + y)).T)
    assert far.min() <= within_m
    return int(far.argmin())


def joined(found: Network, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether one gets by road from one place to the other."""
    return bool(nx.has_path(as_graph(found), node_at(found, *a), node_at(found, *b)))


def slow_graph(lines: Sequence[LineString], apart: Sequence[bool]) -> "nx.Graph[Place]":
    """What the rules ask for, told by every pair of sides and by every end and line. Nodes are places on lines."""
    links = [link for pair in combinations(_sides(lines), 2) for link in _crossings(*pair, apart)]
    links += [link for i in range(len(lines)) for link in _endings(i, lines)]
    places = {place for link in links for place in link}
    graph: nx.Graph[Place] = nx.Graph()
    for i, whole in enumerate(lines):
        stops = sorted({0.0, whole.length, *(s for j, s in places if j == i)})
        for s, t in pairwise(stops):
            graph.add_edge((i, s), (i, t), weight=t - s)
        links += [((i, 0.0), (i, s)) for s in stops if s <= 0.5]
        links += [((i, whole.length), (i, s)) for s in stops if s >= whole.length - 0.5]
    graph.add_edges_from(links, weight=0.0)
    return graph


def _sides(lines: Iterable[LineString]) -> list[tuple[int, int, float, LineString]]:
    """Every side of every line: which line, the how-manieth, how far along it begins, and its shape."""
    found = []
    for i, whole in enumerate(lines):
        start = 0.0
        for k, ends in enumerate(pairwise(whole.coords)):
            found.append((i, k, start, LineString(ends)))
            start += found[-1][3].length
    return found


def _crossings(
    one: tuple[int, int, float, LineString],
    other: tuple[int, int, float, LineString],
    apart: Sequence[bool],
) -> list[tuple[Place, Place]]:
    (i, k, start, a), (j, m, begin, b) = one, other
    met = shapely.intersection(a, b)
    if apart[i] or apart[j]:
        shared = set(a.coords) & set(b.coords) if i != j else set()
        met = shapely.MultiPoint(sorted(shared))
    if i == j and m == k + 1 and met.geom_type == "Point":
        return []
    return [
        ((i, start + a.project(Point(p))), (j, begin + b.project(Point(p))))
        for p in shapely.get_coordinates(met)
    ]


def _endings(i: int, lines: Sequence[LineString]) -> list[tuple[Place, Place]]:
    found: list[tuple[Place, Place]] = []
    for at, end in ((0.0, Point(lines[i].coords[0])), (lines[i].length, Point(lines[i].coords[-1]))):
        for j, _, begin, side in _sides(lines):
            place = begin + side.project(end)
            if side.distance(end) <= 0.5 and (j != i or abs(place - at) > 1):
                found.append(((i, at), (j, place)))
    return found
