"""Whether edited shapes keep to what `layers/` says of their table, and what can be mended without asking."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import Catalog
from mingqing.catalog.topology import Severity, TopologyKind, TopologyRule
from mingqing.core.text import tr
from mingqing.digitising.paths import (
    TOUCH_M,
    Shapes,
    is_line,
    is_polygon,
    polygonal,
    polygons_of,
    refusing_the_incomputable,
    shapes_of,
)
from mingqing.digitising.soundness import SPIKE_M, spikes, without_slivers, without_spikes

_OVERLAP_M2 = 0.01
_KEPT = 0.5  # of its area, at least, where a shape is mended by itself
_CORNER_M = 0.5  # a line's end is joined to a corner so near, rather than to the side beside it
_PLACE = re.compile(r"\[(-?[\d.e+]+) (-?[\d.e+]+)\]")

_UNSOUND = {  # as GEOS begins its reasons
    "Self-intersection": tr("图形的边自己交叉了"),
    "Ring Self-intersection": tr("图形的边自己交叉了"),
    "Hole lies outside": tr("有一个洞不在面的里面"),
    "Holes are nested": tr("有两个洞套在一起"),
    "Interior is disconnected": tr("洞把面隔成了几块，请先切开"),
    "Nested shells": tr("面的两个部分套在一起"),
    "Too few points": tr("角点太少，围不成图形"),
}

Repair = Callable[[shapely.Geometry], shapely.Geometry]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table: ids (n,), and shapes (n,) in the project's CRS, none of them None."""

    ids: NDArray[np.int64]
    shapes: Shapes


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where an edited shape breaks a rule.

    kind : "invalid", "spike", "sliver", or a `TopologyKind`.
    where : what is to be shown: the overlap, the gap, the place.
    rows : ids in the edited table, the edited one first.
    sentence : Chinese, part of a sentence, without full stop.
    repair : from the edited row's shape to a better one, where that is safe; None where a person must decide.
        Several repairs of one row may be done one after another.
    """

    kind: str
    where: shapely.Geometry
    rows: tuple[int, ...]
    sentence: str
    severity: Severity
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One edited shape, what edited rows were, and what it is checked against; other rows of its table in `others`."""

    row: int
    shape: shapely.Geometry
    was: Mapping[int, shapely.Geometry]
    others: Rows
    around: Mapping[str, Rows]
    catalog: Catalog

    @property
    def before(self) -> shapely.Geometry | None:
        """What the edited shape was."""
        return self.was.get(self.row)


@refusing_the_incomputable
def check(
    catalog: Catalog, table: str, edited: Rows, around: Mapping[str, Rows], before: Rows | None = None
) -> list[Fault]:
    """Return what is wrong with edited shapes.

    A fault that was there before and has not become worse is told, and never a reason to refuse.

    Parameters
    ----------
    edited : as they are to be; a new row under any id that no other has.
    around : rows near them by table: of `table` itself, and of each that one of its rules is about. A table that
        is not there is not checked; "inside its village" is asked by giving its village alone.
    before : the edited rows as they were, those that were there.

    Returns
    -------
    list of Fault
        those that are a reason to refuse first.
    """
    was = {} if before is None else dict(zip(before.ids.tolist(), before.shapes, strict=True))
    found: list[Fault] = []
    for i, (row, shape) in enumerate(zip(edited.ids.tolist(), edited.shapes, strict=True)):
        found += _unsound(row, shape)
        if not shape.is_valid or shape.is_empty:
            continue
        others = _others(edited, around.get(table), skip=i)
        case = _Case(row, shape, was, others, around, catalog)
        for rule in catalog.tables[table].topology:
            found += _CHECKS[rule.kind](rule, case)
    return sorted(found, key=lambda fault: fault.severity is not Severity.REFUSE)


def tables_needed(catalog: Catalog, table: str) -> frozenset[str]:
    """Return the tables whose rows near an edited shape `check` wants to see."""
    rules = catalog.tables[table].topology
    return frozenset({rule.of or table for rule in rules})


def reach_m(catalog: Catalog, table: str) -> float:
    """Return how far from the edited shapes those rows may be, in metres."""
    return max((rule.within_m or 0.0 for rule in catalog.tables[table].topology), default=0.0) + TOUCH_M


def repaired(edited: Rows, faults: Sequence[Fault]) -> dict[int, shapely.Geometry]:
    """Return the shapes, by id, of the rows that safe repairs change."""
    shapes = dict(zip(edited.ids.tolist(), edited.shapes, strict=True))
    found: dict[int, shapely.Geometry] = {}
    for fault in faults:
        if fault.repair is not None:
            found[fault.rows[0]] = fault.repair(found.get(fault.rows[0], shapes[fault.rows[0]]))
    return found


def _others(edited: Rows, around: Rows | None, *, skip: int) -> Rows:
    """Return the rows of the table that one edited row is checked against: each pair of edited ones once."""
    earlier = edited.ids[:skip]
    if around is None:
        return Rows(earlier, edited.shapes[:skip])
    rest = ~np.isin(around.ids, edited.ids)
    return Rows(
        np.concatenate([earlier, around.ids[rest]]),
        np.concatenate([edited.shapes[:skip], around.shapes[rest]]),
    )


def _unsound(row: int, shape: shapely.Geometry) -> Iterator[Fault]:
    """Yield what is wrong with a shape by itself."""
    if not shape.is_valid or shape.is_empty:
        where, why = why_unsound(shape)
        yield Fault("invalid", where, (row,), why, Severity.REFUSE, _made_valid(shape))
        return
    for place in spikes(shape):
        sentence = tr("这里有一个不到 {cm:.0f} 厘米宽的尖刺").format(cm=SPIKE_M * 100)
        yield Fault("spike", shapely.Point(place), (row,), sentence, Severity.TELL, without_spikes)
    whole = without_slivers(shape)
    if whole is not shape:
        repair = without_slivers if whole is not None else None
        yield Fault("sliver", shape, (row,), tr("这个面窄得像一条线"), Severity.TELL, repair)


def why_unsound(shape: shapely.Geometry) -> tuple[shapely.Geometry, str]:
    """Return where an invalid shape is so, the shape itself where that is not one place, and why in Chinese."""
    reason = shapely.is_valid_reason(shape)
    place = _PLACE.search(reason)
    where = shapely.Point(float(place[1]), float(place[2])) if place else shape
    if is_polygon(shape) and not shape.is_empty and shape.convex_hull.area < TOUCH_M**2:
        return where, _UNSOUND["Too few points"]
    return where, next((s for begins, s in _UNSOUND.items() if reason.startswith(begins)), tr("图形不完整"))


def _made_valid(shape: shapely.Geometry) -> Repair | None:
    """Return how a shape that crosses itself is mended; None where it would fall into pieces."""
    if not is_polygon(shape):
        return None

    def mended(broken: shapely.Geometry) -> shapely.Geometry:
        return shapely.make_valid(broken, method="structure", keep_collapsed=False)

    parts = polygons_of(mended(shape))
    return mended if parts and len(parts) == shapely.get_num_geometries(shape) else None


def _no_overlap(rule: TopologyRule, case: _Case) -> Iterator[Fault]:
    if not is_polygon(case.shape):
        return
    for i in shapely.STRtree(case.others.shapes).query(case.shape, predicate="intersects").tolist():
        other, row = case.others.shapes[i], int(case.others.ids[i])
        common = _thick(case.shape.intersection(other)) if is_polygon(other) and other.is_valid else None
        if common is None:
            continue
        was = 0.0 if case.before is None else case.before.intersection(case.was.get(row, other)).area
        severity = Severity.TELL if common.area <= was + _OVERLAP_M2 else rule.severity
        sentence = tr("与相邻的图形重叠了 {m2:.1f} 平方米").format(m2=common.area)
        yield Fault(rule.kind, common, (case.row, row), sentence, severity, _clipped_by(case.shape, other))


def _clipped_by(shape: shapely.Geometry, other: shapely.Geometry) -> Repair | None:
    """Return how the edited shape gives way to another; None where too little, or pieces, would be left."""

    def clipped(edited: shapely.Geometry) -> shapely.Geometry:
        return polygonal(edited.difference(other), _OVERLAP_M2)

    left = clipped(shape)
    whole = shapely.get_num_geometries(left) == shapely.get_num_geometries(shape)
    return clipped if whole and left.area >= _KEPT * shape.area else None


def _inside(rule: TopologyRule, case: _Case) -> Iterator[Fault]:
    if rule.of is None or rule.of not in case.around:
        return
    wholes = case.around[rule.of].shapes
    near = wholes[shapely.STRtree(wholes).query(case.shape, predicate="intersects")]
    outside = min((_left(case.shape, whole) for whole in near), key=_size, default=case.shape)
    if outside.is_empty:
        return
    was = 0.0 if case.before is None else min((_size(_left(case.before, w)) for w in near), default=np.inf)
    severity = Severity.TELL if _size(outside) <= was + TOUCH_M else rule.severity
    title = case.catalog.tables[rule.of].title
    sentence = tr("有一部分在“{title}”的范围之外") if len(near) else tr("不在“{title}”的范围之内")
    yield Fault(rule.kind, outside, (case.row,), sentence.format(title=title), severity)


def _left(shape: shapely.Geometry, whole: shapely.Geometry) -> shapely.Geometry:
    """Return what of a shape is outside another, nothing where that is the rounding of a border."""
    rest = shape.difference(whole)
    if is_polygon(shape):
        return _thick(rest) or shapely.Polygon()
    return rest if rest.length > TOUCH_M or (not is_line(shape) and not rest.is_empty) else shapely.Point()


def _size(shape: shapely.Geometry) -> float:
    return float(shape.area or shape.length or (not shape.is_empty))


def _thick(common: shapely.Geometry) -> shapely.Geometry | None:
    """Return the polygons of an overlay that are wider than the rounding of borders; None where none is."""
    parts = [p for p in polygons_of(common) if p.area > _OVERLAP_M2 and 2 * p.area / p.length > TOUCH_M]
    return shapely.multipolygons(parts) if parts else None


def _ends_joined(rule: TopologyRule, case: _Case) -> Iterator[Fault]:
    lines = shapes_of([o for o in case.others.shapes if is_line(o)])
    ids = [int(i) for i, o in zip(case.others.ids, case.others.shapes, strict=True) if is_line(o)]
    if not is_line(case.shape) or rule.within_m is None or not len(lines):
        return
    tree = shapely.STRtree(lines)
    for end in shapely.get_parts(shapely.boundary(case.shape)):
        near, far = tree.query_nearest(
            end, max_distance=rule.within_m, return_distance=True, all_matches=False
        )
        if not len(near) or far[0] <= TOUCH_M:
            continue
        gap = shapely.shortest_line(end, _target(lines[near[0]], end))
        sentence = tr("线的端头离另一条线只差 {m:.2f} 米，没有接上").format(m=gap.length)
        rows = (case.row, ids[int(near[0])])
        yield Fault(rule.kind, gap, rows, sentence, rule.severity, _joined_along(gap))


def _target(line: shapely.Geometry, end: shapely.Point) -> shapely.Geometry:
    """Return what of a line an end is to be joined to: a corner near the nearest place, or that place."""
    foot = shapely.get_point(shapely.shortest_line(line, end), 0)
    corners = shapely.points(shapely.get_coordinates(line))
    corner = corners[int(shapely.distance(corners, foot).argmin())]
    return corner if shapely.distance(corner, foot) <= _CORNER_M else foot


def _joined_along(gap: shapely.LineString) -> Repair:
    end, target = shapely.get_coordinates(gap)

    def joined(line: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(line, lambda xy: np.where((xy == end).all(axis=1)[:, None], target, xy))

    return joined


_CHECKS: Mapping[TopologyKind, Callable[[TopologyRule, _Case], Iterator[Fault]]] = {
    TopologyKind.NO_OVERLAP: _no_overlap,
    TopologyKind.INSIDE: _inside,
    TopologyKind.ENDS_JOINED: _ends_joined,
}
