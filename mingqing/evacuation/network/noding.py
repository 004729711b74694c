"""From roads as they were drawn to a network: pieces of road between the places where one can choose."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mingqing.crs.ground import metric, on_ground
from mingqing.evacuation.model import Roads
from mingqing.evacuation.network.meeting import Places, meetings
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.network.paths import JOIN_M, TOUCH_M, Index, Paths, paths


def build(epsg: int, roads: Roads) -> Network:
    """Join roads to a network.

    Roads join where they share a vertex (to 1 mm), where one ends within 0.5 m of another, and where they cross.
    A bridge or tunnel joins only at ends, its own or another's, and at vertices it shares. What has no length or no
    finite coordinates is left out, as are pieces that lie within one node; `faults` tells of them.

    Parameters
    ----------
    epsg : the CRS of the roads, metres.
    roads : shapes may be missing, empty, closed, cross themselves or lie twice; twins stay, see `twins`.
    """
    way = paths(roads)
    places, node = _nodes(way, *meetings(way))
    tail, head = _pieces(way, places, node)
    xy = _where(way, places, node)
    used, ends = np.unique(np.concatenate([node[tail], node[head]]), return_inverse=True)
    lines = _lines(way, places, xy[node], tail, head)
    network_tail, network_head = ends.astype(np.int32).reshape(2, -1)
    road = way.road[way.path[places[tail].astype(np.int64)]].astype(np.int32)
    return Network(epsg, roads, xy[used], network_tail, network_head, lines, lengths_m(lines, epsg), road)


def _nodes(way: Paths, a: Places, b: Places) -> tuple[Places, Index]:
    """Return all places where pieces begin or end, in order along the lines, and the node of each."""
    ends = np.concatenate([way.first, way.last]).astype(float)
    places, which = np.unique(np.concatenate([ends, a, b]), return_inverse=True)
    links = [(which[len(ends) : len(ends) + len(a)], which[len(ends) + len(a) :]), *_close(way, places)]
    i, j = (np.concatenate(column) for column in zip(*links, strict=True))
    graph = coo_array((np.ones(len(i), dtype=bool), (i, j)), shape=(len(places), len(places)))
    return places, connected_components(graph, directed=False)[1].astype(np.int64)


def _close(way: Paths, places: Places) -> list[tuple[Index, Index]]:
    """Return places on one line that are too near to each other to be two nodes."""
    path, along = way.path[places.astype(np.int64)], way.measure(places)
    first = np.searchsorted(places, way.first)[path]
    last = np.searchsorted(places, way.last)[path]
    every = np.arange(len(places))
    step = np.flatnonzero((path[1:] == path[:-1]) & (np.diff(along) <= TOUCH_M))
    to_first = np.flatnonzero(along - along[first] <= JOIN_M)
    to_last = np.flatnonzero(along[last] - along <= JOIN_M)
    return [(step, step + 1), (every[to_first], first[to_first]), (every[to_last], last[to_last])]


def _pieces(way: Paths, places: Places, node: Index) -> tuple[Index, Index]:
    """Return the pieces as pairs of places; not those that lie within one node."""
    path = way.path[places.astype(np.int64)]
    tail = np.flatnonzero(path[1:] == path[:-1])
    head = tail + 1
    along = way.measure(places)
    inner = np.ceil(places[head]) - np.floor(places[tail]) - 1
    within = (node[tail] == node[head]) & ((along[head] - along[tail] <= 2 * JOIN_M) | (inner < 1))
    return tail[~within], head[~within]


def _where(way: Paths, places: Places, node: Index) -> NDArray[np.float64]:
    """Return where the nodes are: on a road that goes through if there is one, else at the first end."""
    order = np.lexsort((places, way.is_end(places), node))
    chosen = order[np.diff(node[order], prepend=-1) > 0]
    return way.at(places[chosen])


def _lines(
    way: Paths, places: Places, xy: NDArray[np.float64], tail: Index, head: Index
) -> NDArray[np.object_]:
    """Return the line of each piece, from node to node by the vertices between. xy : of the node of each place."""
    start = np.floor(places[tail]).astype(np.int64) + 1
    count = np.ceil(places[head]).astype(np.int64) - start
    of = np.repeat(np.arange(len(tail)), count + 2)
    begin = np.cumsum(count + 2) - (count + 2)
    vertex = start[of] + np.arange(len(of)) - begin[of] - 1
    line = way.xy[np.clip(vertex, 0, max(len(way.xy) - 1, 0))]
    line[begin], line[begin + count + 1] = xy[tail], xy[head]
    return np.asarray(shapely.linestrings(line, indices=of), dtype=object)


def lengths_m(lines: NDArray[np.object_], epsg: int) -> NDArray[np.float64]:
    """Return how long (e,) lines are on the ground, reckoned with the grid's scale in their middles."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    side = np.flatnonzero(of[1:] == of[:-1])
    bounds = shapely.bounds(lines).reshape(-1, 4)
    form = metric((bounds[:, :2] + bounds[:, 2:]) / 2, epsg)
    steps = on_ground(xy[side + 1] - xy[side], form[of[side]])
    return np.asarray(np.bincount(of[side], steps, minlength=len(lines)), dtype=np.float64)
