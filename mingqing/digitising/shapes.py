"""Shapes drawn by rule, and whole shapes moved, turned, scaled and squared.

Angles are as surveyors in China measure them: azimuths in degrees, clockwise from the grid's north (坐标方位角),
0 ≤ azimuth < 360; a turn is positive clockwise too.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.digitising.paths import (
    TOUCH_M,
    XY,
    Path,
    cross,
    is_polygon,
    lengths,
    put_together,
    taken_apart,
    xy_of,
)

_SQUARE_WITHIN_DEG = 20.0  # a side farther off than this is meant to be slanting, as a bay or a cut corner is
_MOST_SLANTING = 0.4  # of its border
_MOST_CHANGED = 0.2  # of its area: squaring that does more has not understood the shape


def azimuth_deg(start: XY, end: XY) -> float:
    """Return the azimuth of the way from one place to another, 0 where they are one.

    Examples
    --------
    >>> azimuth_deg((0, 0), (10, 0)), azimuth_deg((0, 0), (-1, 1))
    (90.0, 315.0)
    """
    return float(np.degrees(np.arctan2(end[0] - start[0], end[1] - start[1])) % 360.0)


def at_length_and_azimuth(start: XY, length_m: float, azimuth: float) -> XY:
    """Return the place so far from another in a direction (degrees).

    Examples
    --------
    >>> [round(v, 3) for v in at_length_and_azimuth((100.0, 100.0), 10.0, 90.0)]
    [110.0, 100.0]
    """
    angle = np.radians(azimuth)
    return float(start[0] + length_m * np.sin(angle)), float(start[1] + length_m * np.cos(angle))


def width_towards(start: XY, end: XY, xy: XY) -> float:
    """Return how far a place is from the line of a side, in metres, positive to its left.

    Raises
    ------
    InputRefused
        if the side has no length.
    """
    along = _side(start, end)
    return float(cross(along, np.array(xy) - np.array(start)) / np.hypot(*along))


def rectangle(start: XY, end: XY, width_m: float) -> shapely.Polygon:
    """Return the rectangle on a side, to its left where `width_m` is positive, to its right where negative.

    Raises
    ------
    InputRefused
        if the side or the width is nothing.

    Examples
    --------
    >>> rectangle((0, 0), (10, 0), 6).wkt
    'POLYGON ((0 0, 10 0, 10 6, 0 6, 0 0))'
    """
    along = _side(start, end)
    if abs(width_m) < TOUCH_M:
        raise InputRefused(tr("房屋的宽度是零，请再向旁边拉开一些"))
    out = np.array([-along[1], along[0]]) * (width_m / np.hypot(*along))
    corners = [start, end, np.add(end, out), np.add(start, out)]
    return shapely.orient_polygons(shapely.Polygon(corners))


def square_on(drawn: Sequence[XY], xy: XY) -> XY:
    """Return the next corner square to the side drawn last, as near to `xy` as that allows.

    drawn : the corners so far; with one alone, any direction is free.
    """
    if len(drawn) < 2:
        return xy
    last, along = np.array(drawn[-1]), np.subtract(drawn[-1], drawn[-2])
    out = np.array([-along[1], along[0]])
    return xy_of(last + out * (np.subtract(xy, last) @ out) / (out @ out)) if out.any() else xy


def square_closed(drawn: Sequence[XY]) -> shapely.Polygon:
    """Return the polygon of corners drawn square, closed so that the angles at both ends are right too.

    Where the last side is square to the first a corner is added, where it is parallel its end is moved along it.

    Raises
    ------
    InputRefused
        if fewer than three corners are given, or the drawing does not close to a shape.
    """
    corners = np.array(drawn, dtype=np.float64)
    if len(corners) < 3:
        raise InputRefused(tr("至少要画出两条边，才能按直角闭合"))
    first, last = _side(drawn[0], drawn[1]), _side(drawn[-2], drawn[-1])
    home, out = np.array([-first[1], first[0]]), np.array([-last[1], last[0]])
    turn = float(cross(home, out)) / float(np.hypot(*home) * np.hypot(*out))
    if abs(turn) > 0.1:
        added = _meeting(corners[-1], out, corners[0], home)
        corners = np.vstack([corners, added])
    else:
        corners[-1] = _meeting(corners[-1], last, corners[0], home)
    shape = shapely.Polygon(corners)
    if not shape.is_valid or shape.area < TOUCH_M**2:
        raise InputRefused(tr("这样闭合会让边相互交叉，请再画一两个角点"))
    return shapely.orient_polygons(shape)


def moved(shape: shapely.Geometry, dx_m: float, dy_m: float) -> shapely.Geometry:
    """Return a shape, or (n,) shapes, moved to the east and north; kept beside the first it is a copy."""
    return shapely.transform(shape, lambda xy: xy + np.array([dx_m, dy_m]))


def turned(shape: shapely.Geometry, clockwise_deg: float, about: XY) -> shapely.Geometry:
    """Return a shape, or (n,) shapes, turned about a place."""
    angle = np.radians(clockwise_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return shapely.transform(shape, lambda xy: (xy - about) @ turn + about)


def scaled(shape: shapely.Geometry, factor: float, about: XY) -> shapely.Geometry:
    """Return a shape, or (n,) shapes, enlarged from a place.

    Raises
    ------
    InputRefused
        if the factor is not between a thousandth and a thousand.
    """
    if not 0.001 <= factor <= 1000:
        raise InputRefused(tr("缩放的倍数要在 0.001 到 1000 之间"))
    return shapely.transform(shape, lambda xy: (xy - about) * factor + about)


def orthogonalised(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a nearly rectangular shape with its angles right; sides that are clearly slanting stay so.

    The direction is the one that its sides have on the whole, by length.

    Raises
    ------
    InputRefused
        if it is not a polygon, or is too far from square for it to be the same shape afterwards.
    """
    if not is_polygon(shape):
        raise InputRefused(tr("只有面才能直角化"))
    parts = taken_apart(shape)
    sides = np.concatenate([np.roll(ring, -1, axis=0) - ring for rings in parts for ring in rings])
    weight, angle = lengths(sides), np.arctan2(sides[:, 1], sides[:, 0])
    frame = float(np.angle((weight * np.exp(4j * angle)).sum())) / 4
    found = put_together(shape, [[_squared(ring, frame) for ring in rings] for rings in parts])
    changed = shapely.symmetric_difference(shape, found).area if found.is_valid and shape.is_valid else np.inf
    if changed > _MOST_CHANGED * shape.area:
        raise InputRefused(tr("这个形状离直角太远，请先调整角点再直角化"))
    return found


def _squared(ring: Path, frame: float) -> Path:
    """Return a ring whose sides near to the two directions of the frame (radians) have them exactly."""
    turn = np.array([[np.cos(frame), -np.sin(frame)], [np.sin(frame), np.cos(frame)]])
    corners = (ring - ring[0]) @ turn
    start, end = corners, np.roll(corners, -1, axis=0)
    side = end - start
    slope = np.degrees(np.arctan2(np.abs(side[:, 1]), np.abs(side[:, 0])))
    kind = np.where(slope < _SQUARE_WITHIN_DEG, 0, np.where(slope > 90 - _SQUARE_WITHIN_DEG, 1, 2))
    first = next((i for i in range(len(kind)) if kind[i] != kind[i - 1]), None)
    if first is None or lengths(side[kind == 2]).sum() > _MOST_SLANTING * lengths(side).sum():
        raise InputRefused(tr("这个形状离直角太远，请先调整角点再直角化"))
    order = np.roll(np.arange(len(kind)), -first)
    lines: list[tuple[Path, Path]] = []  # a place on each line, and its direction
    runs = np.flatnonzero(np.diff(kind[order], prepend=-1) | (kind[order] == 2))
    for run in np.split(order, runs[1:]):
        weight = lengths(side[run])
        middle = np.average((start[run] + end[run]) / 2, axis=0, weights=weight + 1e-12)
        way = side[run[0]] if kind[run[0]] == 2 else np.eye(2)[kind[run[0]]]
        lines.append((middle, way))
    found = [
        _meeting(*lines[i - 1], *lines[i], otherwise=start[run[0]])
        for i, run in enumerate(np.split(order, runs[1:]))
    ]
    squared: Path = np.array(found) @ turn.T + ring[0]
    return squared


def _meeting(a: Path, along_a: Path, b: Path, along_b: Path, otherwise: Path | None = None) -> Path:
    """Return where two lines meet; `otherwise` where they are all but parallel."""
    turn = cross(along_a, along_b)
    if otherwise is not None and abs(turn) < 0.1 * np.hypot(*along_a) * np.hypot(*along_b):
        return otherwise
    place: Path = a + along_a * (cross(b - a, along_b) / turn)
    return place


def _side(start: XY, end: XY) -> Path:
    along = np.subtract(end, start).astype(np.float64)
    if np.hypot(*along) < TOUCH_M:
        raise InputRefused(tr("这条边的长度是零，请换一个位置"))
    return along
