"""The rules of `layers/` about shapes among each other, asked of whole tables.

What breaks a rule is the same as in `mingqing.digitising.topology`, which asks them of a few edited shapes.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.catalog.topology import Severity, TopologyKind, TopologyRule
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.digitising.paths import TOUCH_M
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.quality.ground import Ground
from mingqing.quality.places import OUTSIDE_M
from mingqing.quality.reading import VILLAGE, Ids, Rows, Scope, Shapes

_OVERLAP_M2 = 0.01
_MEETING_M = 2 * TOUCH_M  # both ends are known to a centimetre; while drawing, one is snapped to the other
_AT_ONCE = 10_000  # shapes that are compared before somebody may say that it is enough
_AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING)
_LEVELS = {Severity.REFUSE: Level.ERROR, Severity.TELL: Level.WARNING}


def topology(rows: Rows, scope: Scope, ground: Ground, watch: Watch) -> Iterator[Finding]:
    """Find shapes that break the rules of their table."""
    if rows.shapes is None or not len(rows.sound) or not rows.table.topology:
        return
    around = scope.around(rows)
    for rule in rows.table.topology:
        if rule.kind is TopologyKind.INSIDE:
            yield from _inside(rule, rows, scope, ground)
        else:
            yield from _AMONG[rule.kind](rule, rows, around, watch)


def _no_overlap(rule: TopologyRule, rows: Rows, around: Rows, watch: Watch) -> Iterator[Finding]:
    own, others = _once(rows), _once(around)
    left, right = rows.ids[own], around.ids[others]
    foreign = ~np.isin(right, left)
    shapes, near = _shapes(rows)[own], _shapes(around)[others]
    tree = shapely.STRtree(near)
    for start in range(0, len(shapes), _AT_ONCE):
        watch.step(tr("图形有没有重叠"), start, len(shapes))
        a, b = tree.query(shapes[start : start + _AT_ONCE])
        a += start
        pairs = (left[a] > right[b]) | foreign[b]  # of two that are in both, once
        for i, j, where, size in _overlaps(shapes, near, a[pairs], b[pairs]):
            said = tr("与{other}重叠了 {m2:.2f} 平方米，请调整边界").format(
                other=around.name(int(others[j])), m2=size
            )
            place = where.representative_point()
            at = (place.x, place.y)
            yield rows.finding(Kind.TOPOLOGY, _LEVELS[rule.severity], int(own[i]), said, at=at)


def _overlaps(
    shapes: Shapes, near: Shapes, a: NDArray[np.intp], b: NDArray[np.intp]
) -> Iterator[tuple[int, int, shapely.Geometry, float]]:
    """Yield those of some pairs that have ground in common, the largest piece of it, and how much in all."""
    common = shapely.relate_pattern(shapes[a], near[b], "T********")  # a fifth of the time of an overlay
    a, b = a[common], b[common]
    where, size = _thick(_overlay(shapely.intersection, shapes[a], near[b]))
    for k in np.flatnonzero(size > _OVERLAP_M2).tolist():
        yield int(a[k]), int(b[k]), where[k], float(size[k])


def _inside(rule: TopologyRule, rows: Rows, scope: Scope, ground: Ground) -> Iterator[Finding]:
    of = scope.session.catalog.tables[rule.of or VILLAGE]
    wholes = ground.borders if of.name == VILLAGE else _wholes(scope, of.name)
    if not len(wholes):
        return
    shapes = _shapes(rows)[rows.sound]
    within = np.zeros(len(shapes), np.bool_)
    within[shapely.STRtree(shapes).query(wholes, predicate="covers")[1]] = True
    doubt = np.flatnonzero(~within)
    tree = shapely.STRtree(wholes)
    touching, whole = tree.query(shapes[doubt], predicate="intersects")
    out = np.full(len(doubt), np.inf)
    rest = _overlay(shapely.difference, shapes[doubt[touching]], wholes[whole])
    np.minimum.at(out, touching, _size(rest))
    near = np.zeros(len(doubt), np.bool_)
    near[tree.query(shapes[doubt], predicate="dwithin", distance=OUTSIDE_M)[0]] = True
    for i in np.flatnonzero((out > 0) & near).tolist():
        said = (
            tr("不在“{table}”的范围之内，请核对位置")
            if np.isinf(out[i])
            else tr("有一部分在“{table}”的范围之外，请核对位置")
        )
        row = int(rows.sound[doubt[i]])
        yield rows.finding(Kind.TOPOLOGY, _LEVELS[rule.severity], row, said.format(table=of.title))


def _wholes(scope: Scope, table: str) -> Shapes:
    """The areas of another table that shapes must lie in."""
    if not scope.allows(table):
        return np.empty(0, object)
    found = scope.session.features(table).geometry
    areas: Shapes = found[shapely.is_valid(found) & np.isin(shapely.get_type_id(found), _AREAS)]
    return areas


def _ends_joined(rule: TopologyRule, rows: Rows, around: Rows, watch: Watch) -> Iterator[Finding]:
    own, others = _only(rows, _LINES), _only(around, _LINES)
    if rule.within_m is None or not len(own):
        return
    watch.step(tr("线的端头接上没有"))
    ends, of = shapely.get_parts(shapely.boundary(_shapes(rows)[own]), return_index=True)
    lines = _shapes(around)[others]
    end, line = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=rule.within_m)
    ids: Ids = rows.ids[own][of]
    foreign = ids[end] != around.ids[others][line]
    end, line = end[foreign], line[foreign]
    gap = shapely.distance(ends[end], lines[line])
    nearest = np.full(len(ends), np.inf)
    np.minimum.at(nearest, end, gap)
    told: set[frozenset[int]] = set()
    for i in np.flatnonzero((gap > _MEETING_M) & (gap == nearest[end])).tolist():
        pair = frozenset({int(ids[end[i]]), int(around.ids[others[line[i]]])})
        if pair not in told:
            told.add(pair)
            said = tr("的一头离{other}只差 {m:.2f} 米，没有接上，请连接").format(
                other=around.name(int(others[line[i]])), m=gap[i]
            )
            place = ends[end[i]]
            row = int(own[of[end[i]]])
            yield rows.finding(Kind.TOPOLOGY, _LEVELS[rule.severity], row, said, at=(place.x, place.y))


_AMONG: Mapping[TopologyKind, Callable[[TopologyRule, Rows, Rows, Watch], Iterator[Finding]]] = {
    TopologyKind.NO_OVERLAP: _no_overlap,
    TopologyKind.ENDS_JOINED: _ends_joined,
}


def _shapes(rows: Rows) -> Shapes:
    assert rows.shapes is not None  # noqa: S101 - rules about shapes are of tables with shapes
    return rows.shapes


def _once(rows: Rows) -> NDArray[np.intp]:
    """Which rows have an area, each area once: what is drawn twice is told of, and would overlap all it is drawn on."""
    areas = _only(rows, _AREAS)
    once: NDArray[np.intp] = areas[rows.firsts[areas] == areas]
    return once


def _only(rows: Rows, types: tuple[GeometryType, ...]) -> NDArray[np.intp]:
    """Which rows have a sound shape of some types."""
    return rows.sound[np.isin(shapely.get_type_id(_shapes(rows)[rows.sound]), types)]


def _thick(common: Shapes) -> tuple[Shapes, NDArray[np.float64]]:
    """Return of (n,) overlays the largest polygon wider than the rounding of borders, and the area of all such."""
    parts, of = shapely.get_parts(common, return_index=True)
    area = shapely.area(parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        thick = (area > _OVERLAP_M2) & (2 * area / shapely.length(parts) > TOUCH_M)
    parts, of, area = parts[thick], of[thick], area[thick]
    size = np.bincount(of, area, len(common)).astype(np.float64)
    largest: Shapes = np.full(len(common), shapely.Polygon(), object)
    order = np.argsort(area, kind="stable")
    largest[of[order]] = parts[order]
    return largest, size


def _size(rest: Shapes) -> NDArray[np.float64]:
    """How much of (n,) shapes is left outside, 0 for the rounding of a border: area, length, or 1 for points."""
    area = np.isin(shapely.get_type_id(rest), (*_AREAS, GeometryType.GEOMETRYCOLLECTION))
    length = np.where(shapely.length(rest) > TOUCH_M, shapely.length(rest), 0.0)
    dimension = shapely.get_dimensions(rest)
    found = np.where(dimension == 0, (~shapely.is_empty(rest)).astype(float), length)
    return np.where(area, _thick(rest)[1], found)


def _overlay(operation: Callable[[Shapes, Shapes], Shapes], a: Shapes, b: Shapes) -> Shapes:
    """Return overlays of pairs, nothing where GEOS cannot make one: then a few sides all but coincide."""
    try:
        return operation(a, b)
    except shapely.errors.GEOSException:
        found = np.full(len(a), shapely.Polygon(), object)
        for i in range(len(a)):
            try:
                found[i] = operation(a[i], b[i])
            except shapely.errors.GEOSException:
                continue
        return found
