"""Where lines meet: pairs of places on them that are one place on the ground."""

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Xy
from mingqing.evacuation.network.paths import JOIN_M, TOUCH_M, Index, Paths

Places = NDArray[np.float64]
Links = tuple[Places, Places]
Shapes = NDArray[np.object_]


def meetings(paths: Paths) -> Links:
    """Return pairs of places, as of `Paths`, at which lines join: (k,), (k,).

    Lines join where they cross or touch, unless one of them is a bridge or tunnel; where they share a vertex; and
    wherever a line ends on or close to another, or to itself farther along.
    """
    sides = paths.sides
    low = np.minimum(paths.xy[sides], paths.xy[sides + 1]) - TOUCH_M
    high = np.maximum(paths.xy[sides], paths.xy[sides + 1]) + TOUCH_M
    boxes = shapely.box(*low.T, *high.T)
    tree = shapely.STRtree(boxes)
    found = _crossings(paths, tree, sides, boxes), _shared(paths, tree, sides), _endings(paths, tree, sides)
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def _crossings(paths: Paths, tree: shapely.STRtree, sides: Index, boxes: Shapes) -> Links:
    """Return where lines that are on the ground cross or touch one another or themselves."""
    ground = np.flatnonzero(~paths.apart[paths.path[sides]])
    a, b = tree.query(boxes[ground])
    a = ground[a]
    a, b = sides[a[a < b]], sides[b[a < b]]
    one, other = paths.path[a], paths.path[b]
    # Lines drawn twice join at their ends: where else one changes from one to the other does not matter.
    keep = ~paths.apart[other] & ((one == other) | (paths.shape[one] != paths.shape[other]))
    before, after = paths.xy[a + 1] - paths.xy[a], paths.xy[b + 1] - paths.xy[b]
    keep &= (b != a + 1) | (one != other) | ((before * after).sum(axis=1) < 0)
    a, b = a[keep], b[keep]
    corners = [_corner_on_side(paths, *pair) for pair in ((a, b), (a + 1, b), (b, a), (b + 1, a))]
    free = ~np.logical_or.reduce([near for near, _, _ in corners])
    found = [(v[near].astype(float), place[near]) for near, v, place in corners] + [
        _cut(paths, a[free], b[free])
    ]
    p, q = (np.concatenate(column) for column in zip(*found, strict=True))
    return p[p != q], q[p != q]


def _shared(paths: Paths, tree: shapely.STRtree, sides: Index) -> Links:
    """Return where bridges and tunnels share a vertex with another line: who draws that means that they join."""
    mine = np.flatnonzero(np.isin(paths.path, np.flatnonzero(paths.apart)))
    which, hit = tree.query(shapely.points(paths.xy[mine]))
    vertex, side = mine[which], sides[hit]
    place, far = nearest_on_side(paths, vertex, side)
    same = (far <= TOUCH_M) & (place == np.floor(place)) & (paths.path[vertex] != paths.path[side])
    return vertex[same].astype(float), place[same]


def _corner_on_side(paths: Paths, vertex: Index, side: Index) -> tuple[NDArray[np.bool_], Index, Places]:
    """Return which vertices touch a side, all the vertices, and where on their side they are nearest."""
    place, far = nearest_on_side(paths, vertex, side)
    return far <= TOUCH_M, vertex, place


def nearest_on_side(paths: Paths, vertex: Index, side: Index) -> tuple[Places, NDArray[np.float64]]:
    """Return the place on each side nearest to each vertex, the corner where one is near, and how far that is."""
    start, step = paths.xy[side], paths.xy[side + 1] - paths.xy[side]
    out = paths.xy[vertex] - start
    length = np.hypot(step[:, 0], step[:, 1])
    t = np.clip((out * step).sum(axis=1) / (length * length), 0.0, 1.0)
    t = np.where(t * length <= TOUCH_M, 0.0, np.where((1 - t) * length <= TOUCH_M, 1.0, t))
    off = out - t[:, None] * step
    return np.asarray(side + t), np.asarray(np.hypot(off[:, 0], off[:, 1]))


def _cut(paths: Paths, a: Index, b: Index) -> Links:
    """Return where the insides of two sides cut each other."""
    p, q = paths.xy[a], paths.xy[b]
    d, e, out = paths.xy[a + 1] - p, paths.xy[b + 1] - q, q - p
    turn = _cross(d, e)
    with np.errstate(divide="ignore", invalid="ignore"):
        t, u = _cross(out, e) / turn, _cross(out, d) / turn
    inside = (t > 0) & (t < 1) & (u > 0) & (u < 1)
    return (a + t)[inside], (b + u)[inside]


def _cross(a: Xy, b: Xy) -> NDArray[np.float64]:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _endings(paths: Paths, tree: shapely.STRtree, sides: Index) -> Links:
    """Return for every end of a line the nearest place on each line, as often as it comes within reach of it."""
    ends = np.concatenate([paths.first, paths.last])
    e, hit = tree.query(shapely.box(*(paths.xy[ends] - JOIN_M).T, *(paths.xy[ends] + JOIN_M).T))
    end, side = ends[e], sides[hit]
    own = paths.path[end] == paths.path[side]
    place, far = nearest_on_side(paths, end, side)
    along = paths.measure(place)
    # Its own line counts only where it comes back, not where it leaves.
    near = np.flatnonzero((far <= JOIN_M) & (~own | (np.abs(along - paths.along[end]) > 2 * JOIN_M)))
    near = near[np.lexsort((place[near], end[near]))]
    end, place, far, along = end[near], place[near], far[near], along[near]
    passing = np.diff(end, prepend=-1) != 0
    passing |= (np.diff(paths.path[side[near]], prepend=-1) != 0) | (np.diff(along, prepend=-1) > 2 * JOIN_M)
    which = np.cumsum(passing)
    nearest = np.lexsort((far, which))[passing]
    return end[nearest].astype(float), place[nearest]
