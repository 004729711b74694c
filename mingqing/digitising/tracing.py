"""The way along lines and borders that are there already, between two places on them."""

import heapq
from collections import defaultdict

import numpy as np
import shapely

from mingqing.digitising.paths import TOUCH_M, XY, Path, Shapes, foot, lengths, segments, shapes_of
from mingqing.digitising.tying import tied

_Node = tuple[float, float]


class Tracer:
    """The sides of shapes as a net of ways; where they meet or cross one may turn.

    Parameters
    ----------
    shapes : (n,) polygons and lines near the view; points lend no way.
    """

    def __init__(self, shapes: Shapes) -> None:
        sides = segments(_met(shapes))
        lines = shapely.linestrings(np.stack([sides.start, sides.end], axis=1))
        net = segments(shapely.get_parts(shapely.unary_union(lines))) if len(lines) else sides
        self._start, self._end = net.start, net.end
        self._ways: defaultdict[_Node, list[tuple[_Node, float]]] = defaultdict(list)
        starts, ends = map(tuple, net.start.tolist()), map(tuple, net.end.tolist())
        for a, b, far in zip(starts, ends, lengths(net.end - net.start).tolist(), strict=True):
            self._ways[a].append((b, far))
            self._ways[b].append((a, far))

    def trace(self, start: XY, end: XY, within_m: float = TOUCH_M) -> Path | None:
        """Return the shortest way along the lines from one place to another.

        Parameters
        ----------
        start, end : on a line or border, as they were snapped; metres.
        within_m : how far from it they may be.

        Returns
        -------
        (k, 2) or None
            all corners of the way, both places included; None where one of them is on no line, or no way leads there.
        """
        a, b = self._entry(start, within_m), self._entry(end, within_m)
        if a is None or b is None:
            return None
        (from_xy, side_a, first), (to_xy, side_b, last) = a, b
        if side_a == side_b:
            return _clean([from_xy, to_xy])
        way = self._shortest(first, dict(last))
        return None if way is None else _clean([from_xy, *way, to_xy])

    def _entry(self, xy: XY, within_m: float) -> tuple[_Node, int, list[tuple[_Node, float]]] | None:
        """Return the place on the net nearest to another, its side, and how far it is to the ends of that."""
        if not len(self._start):
            return None
        places, _ = foot(self._start, self._end, np.array(xy))
        far = lengths(places - np.array(xy))
        side = int(far.argmin())
        if far[side] > within_m:
            return None
        ends = np.stack([self._start[side], self._end[side]])
        costs = lengths(ends - places[side]).tolist()
        nodes = [(float(x), float(y)) for x, y in ends]
        x, y = places[side].tolist()
        return (x, y), side, list(zip(nodes, costs, strict=True))

    def _shortest(self, first: list[tuple[_Node, float]], last: dict[_Node, float]) -> list[_Node] | None:
        """Return the nodes of the shortest way from one of `first` to one of `last`, whose costs are added."""
        queue = [(cost, node, node, False) for node, cost in first]
        heapq.heapify(queue)
        came: dict[_Node, _Node] = {}  # where each was come to from; the first from itself
        while queue:
            cost, node, before, arrived = heapq.heappop(queue)
            if arrived:
                return _back(came, node)
            if node in came:
                continue
            came[node] = before
            if node in last:
                heapq.heappush(queue, (cost + last[node], node, before, True))
            for other, far in self._ways[node]:
                if other not in came:
                    heapq.heappush(queue, (cost + far, other, node, False))
        return None


def _back(came: dict[_Node, _Node], node: _Node) -> list[_Node]:
    way = [node]
    while (before := came[way[-1]]) != way[-1]:
        way.append(before)
    return way[::-1]


def _clean(way: list[_Node]) -> Path:
    """Return a way without corners that repeat."""
    path = np.array(way)
    keep = np.ones(len(path), dtype=bool)
    keep[1:] = lengths(np.diff(path, axis=0)) > 0
    return path[keep]


def _met(shapes: Shapes) -> Shapes:
    """Return shapes with a corner wherever the corner of another lies on their border."""
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    if not len(corners):
        return shapes
    tree = shapely.STRtree(shapes)
    corner, shape = tree.query(shapely.points(corners), predicate="dwithin", distance=TOUCH_M)
    own = set(zip(owner.tolist(), *corners.T.tolist(), strict=True))
    pairs = zip(shape.tolist(), *corners[corner].T.tolist(), strict=True)
    foreign = np.array([pair not in own for pair in pairs], dtype=bool)
    corner, shape = corner[foreign], shape[foreign]
    found = list(shapes)
    for i in np.unique(shape).tolist():
        found[i] = tied(found[i], np.unique(corners[corner[shape == i]], axis=0))
    return shapes_of(found)
