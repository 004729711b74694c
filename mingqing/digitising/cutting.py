"""Shapes cut, joined, and given another border by a line drawn across them. Areas are kept."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.digitising.paths import (
    TOUCH_M,
    XY,
    Path,
    Shapes,
    as_one,
    is_line,
    is_polygon,
    put_together,
    refusing_the_incomputable,
    shapes_of,
    taken_apart,
)
from mingqing.digitising.tying import corners_of, noded, tied


@refusing_the_incomputable
def split(shape: shapely.Geometry, line: shapely.LineString) -> list[shapely.Geometry]:
    """Return the pieces of a polygon or line that a drawn line cuts, the largest first.

    Holes are kept. Parts of a shape that the line does not reach stay with the largest piece.

    Raises
    ------
    InputRefused
        if nothing is cut off.
    """
    pieces: list[shapely.Geometry] = []
    whole: list[shapely.Geometry] = []
    for part in shapely.get_parts(shape):
        found = _faces(part, line) if is_polygon(part) else _stretches(part, line)
        (pieces if len(found) > 1 else whole).extend(found if len(found) > 1 else [part])
    if not pieces:
        raise InputRefused(
            tr("这条线没有把图形切开，请从图形外面画起，画到另一边外面为止")
            if is_polygon(shape)
            else tr("这条线没有和要切的线相交，请画一条横穿它的线")
        )
    pieces.sort(key=lambda p: (p.area, p.length), reverse=True)
    return [as_one([pieces[0], *whole]), *pieces[1:]]


@refusing_the_incomputable
def merge(shapes: Sequence[shapely.Geometry], *, multipart: bool = False) -> shapely.Geometry:
    """Return several polygons, or several lines joined end to end, as one.

    Parameters
    ----------
    multipart : whether they may stay apart.

    Raises
    ------
    InputRefused
        if there are fewer than two, they are of several kinds or points, or do not touch and may not stay apart.
    """
    if len(shapes) < 2:
        raise InputRefused(tr("请至少选中两个图形再合并"))
    polygons = [is_polygon(s) for s in shapes]
    if not all(polygons) and not all(is_line(s) for s in shapes):
        raise InputRefused(tr("只有面和面、线和线才能合并"))
    met = _met(shapes)
    whole = shapely.union_all(met) if all(polygons) else _joined(met)
    left = shapely.get_num_geometries(whole)
    if not multipart and left > shapely.get_num_geometries(shapes_of(list(shapes))).sum() - len(shapes) + 1:
        raise InputRefused(
            tr("选中的几块不相邻，合并后会成为分开的 {n} 片").format(n=left)
            if all(polygons)
            else tr("选中的几条线没有首尾相接，合并后会成为分开的 {n} 条").format(n=left)
        )
    return whole


@refusing_the_incomputable
def reshape(shape: shapely.Geometry, line: shapely.LineString) -> shapely.Geometry:
    """Return a shape with part of its border, or of its course, replaced by a drawn line.

    The line must meet the border twice at least; from the first to the last meeting it becomes the border. Of the two
    sides that may be kept, the one that has more in common with the shape as it was is kept.

    Raises
    ------
    InputRefused
        if the line meets the border less than twice, or the new border would cross itself.
    """
    drawn, tied_shape = noded(line, shape)
    way = shapely.get_coordinates(drawn)
    parts = taken_apart(tied_shape)
    meetings = {(p, r): _meetings(way, path) for p, rings in enumerate(parts) for r, path in enumerate(rings)}
    at = max(meetings, key=lambda key: len(meetings[key]))
    if len(meetings[at]) < 2:
        raise InputRefused(tr("画的线要和原来的边界相交两次，中间这一段才能成为新边界"))
    (first, start), (last, end) = meetings[at][0], meetings[at][-1]
    new, path = way[first : last + 1], parts[at[0]][at[1]]
    if not is_polygon(shape):
        parts[at[0]][0] = _rerouted(path, new, start, end)
        return put_together(shape, parts)
    return put_together(shape, _reshaped(parts, at, new, (start, end)))


@refusing_the_incomputable
def add_hole(shape: shapely.Geometry, hole: shapely.Polygon) -> shapely.Geometry:
    """Return a polygon with a hole.

    Raises
    ------
    InputRefused
        if the hole is not wholly inside the polygon, or crosses itself.
    """
    parts = list(shapely.get_parts(shape))
    for i, part in enumerate(parts):
        if hole.is_valid and not hole.is_empty and part.contains_properly(hole):
            parts[i] = shapely.Polygon(part.exterior, [*part.interiors, hole.exterior])
            return as_one(parts)
    raise InputRefused(tr("洞要整个画在面的里面，不能碰到边界和别的洞，边线也不能互相交叉"))


def fill_hole(shape: shapely.Geometry, xy: XY) -> tuple[shapely.Geometry, shapely.Polygon]:
    """Return a polygon without the hole at a place, and the hole as a polygon of its own.

    Raises
    ------
    InputRefused
        if there is no hole at the place.
    """
    parts = list(shapely.get_parts(shape))
    for i, part in enumerate(parts):
        holes = [shapely.Polygon(ring) for ring in part.interiors]
        for hole in holes:
            if shapely.intersects_xy(hole, *xy):
                parts[i] = shapely.Polygon(part.exterior, [h.exterior for h in holes if h is not hole])
                return as_one(parts), hole
    raise InputRefused(tr("这里没有洞，请点在洞的里面"))


def without_part(shape: shapely.Geometry, part: int) -> shapely.Geometry:
    """Return a shape without one of its parts.

    Raises
    ------
    InputRefused
        if it is the only one.
    """
    parts = list(shapely.get_parts(shape))
    if len(parts) < 2:
        raise InputRefused(tr("图形只有这一部分，要去掉它请删除整个对象"))
    del parts[part]
    return as_one(parts)


def _faces(polygon: shapely.Polygon, line: shapely.LineString) -> list[shapely.Polygon]:
    drawn, shape = noded(line, polygon)
    lines = shapely.union_all(shapes_of([shapely.boundary(shape), drawn]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    shapely.prepare(shape)
    return [f for f in faces if shape.contains(f.representative_point())]


def _stretches(course: shapely.LineString, line: shapely.LineString) -> list[shapely.LineString]:
    drawn, shape = noded(line, course)
    met = corners_of(drawn)
    path = shapely.get_coordinates(shape)
    return _cut(path, [i for i in range(1, len(path) - 1) if tuple(path[i].tolist()) in met])


def _cut(path: Path, at: Sequence[int]) -> list[shapely.LineString]:
    ends = [0, *at, len(path) - 1]
    return [shapely.LineString(path[a : b + 1]) for a, b in pairwise(ends)]


def _met(shapes: Sequence[shapely.Geometry]) -> Shapes:
    """Return shapes that have the same corners along their common borders."""
    met = list(shapes)
    for i in range(len(met)):
        for j in range(len(met)):
            if i != j and shapely.dwithin(met[i], met[j], TOUCH_M):
                met[i] = tied(met[i], shapely.get_coordinates(met[j]))
    return shapes_of(met)


def _joined(lines: Shapes) -> shapely.Geometry:
    return shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines)))


def _meetings(way: Path, path: Path) -> list[tuple[int, int]]:
    """Return where a drawn way and a path have a corner in common: index in the one, in the other."""
    index = {tuple(corner): i for i, corner in enumerate(path.tolist())}
    return [(i, index[tuple(c)]) for i, c in enumerate(way.tolist()) if tuple(c) in index]


def _rerouted(path: Path, new: Path, start: int, end: int) -> Path:
    if start > end:
        start, end, new = end, start, new[::-1]
    return np.concatenate([path[:start], new, path[end + 1 :]])


def _reshaped(
    parts: list[list[Path]], at: tuple[int, int], new: Path, ends: tuple[int, int]
) -> list[list[Path]]:
    """Return the paths of a polygon in which `new` runs between two corners of one ring."""
    ring = parts[at[0]][at[1]]
    before = shapely.Polygon(ring)
    best, shared = None, 0.0
    for way, start, end in ((new, *ends), (new[::-1], *ends[::-1])):
        kept = np.roll(ring, -end - 1, axis=0)[: (start - end - 1) % len(ring)]
        path = np.concatenate([way, kept])
        found = shapely.Polygon(path) if len(path) > 2 else shapely.Polygon()
        if found.is_valid and (common := float(found.intersection(before).area)) > shared:
            best, shared = path, common
    if best is None:
        raise InputRefused(tr("画的线和边界交错太多，新边界会自相交，请分几次修改"))
    rings = list(parts[at[0]])
    rings[at[1]] = best
    part = shapely.Polygon(rings[0])
    if len(rings) > 1:
        part = part.difference(
            shapely.union_all(shapely.polygons([shapely.linearrings(r) for r in rings[1:]]))
        )
    if not is_polygon(part) or part.is_empty:
        raise InputRefused(tr("新边界会盖住整个图形，请重画"))
    return [*parts[: at[0]], *taken_apart(part), *parts[at[0] + 1 :]]
