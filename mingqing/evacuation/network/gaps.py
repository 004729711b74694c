"""Ends of roads, and those that stop short of another road."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from mingqing.evacuation.network.model import Network

GAP_M = 5.0  # on the grid, as the rule `ends_joined` of the table road
_DETOUR_M = (
    30.0  # an end from which the road so near is reached sooner than this is a spur beside it, not a gap
)
_BATCH = 500

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gap:
    """An end that stops short of a road.

    node : where it is. road, other : rows, as indices. line : from the end to the other road.
    """

    node: int
    road: int
    other: int
    line: shapely.LineString


def dead_ends(network: Network) -> tuple[Index, Index]:
    """Return the nodes, (d,), at which a single edge ends, and that edge, (d,)."""
    ends = np.concatenate([network.tail, network.head])
    nodes, first, count = np.unique(ends, return_index=True, return_counts=True)
    return nodes[count == 1].astype(np.int64), first[count == 1] % max(len(network.tail), 1)


def gaps(network: Network) -> list[Gap]:
    """Return where a road ends within 5 m of another, or of itself, from which it is far by road; narrow ones first."""
    nodes, own = dead_ends(network)
    if not len(nodes):
        return []
    points = shapely.points(network.xy[nodes])
    which, edge = shapely.STRtree(network.lines).query(points, predicate="dwithin", distance=GAP_M)
    keep = edge != own[which]
    which, edge = which[keep], edge[keep]
    along = shapely.line_locate_point(network.lines[edge], points[which])
    feet = shapely.line_interpolate_point(network.lines[edge], along)
    far = shapely.distance(points[which], feet)
    order = np.lexsort((edge, which, far))
    order = order[_by_road(network, nodes[which], edge, along)[order] > _DETOUR_M]
    found: dict[frozenset[tuple[float, ...]], Gap] = {}
    told: set[int] = set()
    for i in order:
        node = int(nodes[which[i]])
        if node in told:
            continue
        told.add(node)
        line = shapely.linestrings([network.xy[node], shapely.get_coordinates(feet[i])[0]])
        gap = Gap(node, int(network.road[own[which[i]]]), int(network.road[edge[i]]), line)
        found.setdefault(frozenset(map(tuple, shapely.get_coordinates(line).round(3).tolist())), gap)
    return list(found.values())


def _by_road(network: Network, node: Index, edge: Index, along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far it is by road from nodes to places on edges, metres; inf beyond the detour that matters."""
    graph = _graph(network)
    rest = network.length_m[edge] * along / np.maximum(shapely.length(network.lines[edge]), 1e-9)
    far = np.full(len(node), np.inf)
    starts, which = np.unique(node, return_inverse=True)
    for begin in range(0, len(starts), _BATCH):
        reach = dijkstra(graph, directed=False, indices=starts[begin : begin + _BATCH], limit=_DETOUR_M)
        here = np.flatnonzero((which >= begin) & (which < begin + _BATCH))
        row, e = which[here] - begin, edge[here]
        to_tail, to_head = reach[row, network.tail[e]], reach[row, network.head[e]]
        far[here] = np.minimum(to_tail + rest[here], to_head + network.length_m[e] - rest[here])
    return far


def _graph(network: Network) -> csr_array:
    """Return lengths between nodes; of several edges between two nodes the shortest."""
    order = np.argsort(network.length_m, kind="stable")
    ends = np.sort(np.column_stack([network.tail, network.head])[order], axis=1)
    _, first = np.unique(ends, axis=0, return_index=True)
    count = len(network.xy)
    return csr_array((network.length_m[order][first], tuple(ends[first].T)), shape=(count, count))
