"""Shapes that nearly meet made to meet exactly: the same corners on both sides of every common border."""

import numpy as np
import shapely

from mingqing.digitising.paths import TOUCH_M, Path, foot, is_polygon, lengths, put_together, taken_apart

SAME_M = 1e-8  # the rounding of coordinates of seven digits before the point


def tied(shape: shapely.Geometry, places: Path, corner_m: float = TOUCH_M) -> shapely.Geometry:
    """Return a shape with a corner exactly at each place that lies on its border.

    A place within a centimetre of a side becomes a corner.

    Parameters
    ----------
    places : (k, 2)
    corner_m : a corner nearer than this to a place is moved there, and no other is made.

    Returns
    -------
    shape
        the very same object where there is nothing to change.
    """
    if not len(places) or shapely.is_empty(shape):
        return shape
    changed = False
    parts = taken_apart(shape)
    for rings in parts:
        for i, path in enumerate(rings):
            new = _tied_path(path, places, corner_m, closed=is_polygon(shape))
            if new is not None:
                rings[i], changed = new, True
    return put_together(shape, parts) if changed else shape


def _tied_path(path: Path, places: Path, corner_m: float, *, closed: bool) -> Path | None:
    """Return one path tied, None where nothing changes."""
    end = np.roll(path, -1, axis=0)
    sides = np.arange(len(path) if closed else len(path) - 1)
    low, high = places.min(axis=0) - TOUCH_M, places.max(axis=0) + TOUCH_M
    sides = sides[((np.minimum(path, end) <= high) & (np.maximum(path, end) >= low)).all(axis=1)[sides]]
    tree = shapely.STRtree(shapely.linestrings(np.stack([path[sides], end[sides]], axis=1)))
    which, hit = tree.query(shapely.points(places), predicate="dwithin", distance=TOUCH_M)
    if not len(which):
        return None
    side, place = sides[hit], places[which]
    _, t = foot(path[side], end[side], place)
    moved = path.copy()
    at_corner = np.zeros(len(places), dtype=bool)
    nearest = np.full(len(path), np.inf)
    for corner in (side, (side + 1) % len(path)):
        far = lengths(path[corner] - place)
        at_corner[which[far <= corner_m]] = True
        for i in np.flatnonzero(far <= corner_m):
            if far[i] < nearest[corner[i]]:
                nearest[corner[i]], moved[corner[i]] = far[i], place[i]
    new = np.flatnonzero(~at_corner[which])
    if not len(new) and (moved == path).all():
        return None
    new = new[np.lexsort((t[new], side[new]))]
    return _without_repeats(np.insert(moved, side[new] + 1, place[new], axis=0), closed=closed)


def _without_repeats(path: Path, *, closed: bool) -> Path:
    keep = np.ones(len(path), dtype=bool)
    keep[1:] = (path[1:] != path[:-1]).any(axis=1)
    if closed and len(path) > 1 and (path[0] == path[-1]).all():
        keep[-1] = False
    return path[keep]


def corners_of(shape: shapely.Geometry) -> set[tuple[float, float]]:
    """Return the corners of a shape, to be asked whether a place is exactly one of them."""
    return set(map(tuple, shapely.get_coordinates(shape).tolist()))


def noded(line: shapely.Geometry, shape: shapely.Geometry) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return a drawn line and a shape that have exactly the same corner wherever they meet.

    The line gives way, by a centimetre at most; the shape only gains corners.
    """
    line = tied(line, shapely.get_coordinates(shape))
    border = shapely.boundary(shape) if is_polygon(shape) else shape
    corners = shapely.points(shapely.get_coordinates(line))
    near = corners[shapely.dwithin(corners, border, TOUCH_M)]
    feet = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(border, near), 0))
    line, shape = tied(line, feet), tied(shape, feet, SAME_M)
    border = shapely.boundary(shape) if is_polygon(shape) else shape
    met = shapely.get_coordinates(shapely.intersection(line, border))
    return tied(line, met, SAME_M), tied(shape, met, SAME_M)
