"""Rows of one village become the groups and shapes that small scales are drawn from."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.catalog.overviews import Level, Needs
from mingqing.core.features import Features, Gathered
from mingqing.core.paths import Paths, Shape

_TOLERANCE_PX = 0.5  # by which a line may leave its course
_SMOOTHED_PX = 1.2  # the side of the square as large as what may be cut off a border (Visvalingam and Whyatt)
_ADJOINING = 0.8  # of so many areas, merged, at most this share is left where they adjoin
_SAME_AREA = 1e-9
_FAR_M = 1e8  # farther from the origin no plane coordinate is; what is there is not drawn
_POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING)


@dataclass(frozen=True, slots=True)
class Merged:
    """The areas of rows that look alike, merged: shapely, by what they have alike.

    adjoining : neighbours share borders, and are simplified already, both alike; else each can be by itself.
    """

    areas: Mapping[tuple[object, ...], shapely.Geometry]
    adjoining: bool


def merge(rows: Features, level: Level, made_for: Needs, finer: Merged | None) -> Merged:
    """Return the merged areas of some rows at a level, made from those of a `finer` one where there are any."""
    if finer is None:
        geometry, group, keys = _grouped(rows, made_for)
        geometry, group = _only(_POLYGONS, geometry, group)
        areas = {key: _union(geometry[group == n]) for n, key in enumerate(keys) if (group == n).any()}
        adjoining = shapely.get_num_geometries(list(areas.values())).sum() < _ADJOINING * len(geometry)
    else:
        areas, adjoining = dict(finer.areas), finer.adjoining
    if adjoining:
        simple = shapely.coverage_simplify(list(areas.values()), _SMOOTHED_PX * level.metres_per_px)
        areas = dict(zip(areas, simple, strict=True))
    return Merged(areas, adjoining)


def _grouped(
    rows: Features, made_for: Needs
) -> tuple[NDArray[np.object_], NDArray[np.int64], list[tuple[object, ...]]]:
    """Return the shapes that can be drawn, the number of each one's group, and what each group has alike."""
    names = sorted(made_for.columns)
    keys = list(zip(*(rows.columns[n] for n in names), strict=True)) or [()] * len(rows)
    numbers: dict[tuple[object, ...], int] = {}
    group = np.fromiter((numbers.setdefault(k, len(numbers)) for k in keys), np.int64, len(keys))
    with np.errstate(invalid="ignore"):
        there = (np.abs(shapely.bounds(rows.geometry)) < _FAR_M).all(axis=1)
    return rows.geometry[there], group[there], list(numbers)


def gather(
    rows: Features, village: str | None, level: Level, made_for: Needs, merged: Merged | None = None
) -> Gathered:
    """Return the groups of some rows of one village at a level.

    rows : with the columns that `made_for` names; with `made_for.once`, simplified by `with_shared_borders`.
    merged : their areas, where they are not drawn apart; made here where it is not given.
    """
    geometry, group, keys = _grouped(rows, made_for)
    box = shapely.bounds(geometry)
    tolerance = 0.0 if made_for.once else _TOLERANCE_PX * level.metres_per_px
    if made_for.apart:
        areas, owners = _only(_POLYGONS, geometry, group)
    else:
        merged = merged or merge(rows, level, made_for, None)
        areas = np.array([merged.areas[key] for key in keys if key in merged.areas], dtype=object)
        owners = np.array([n for n, key in enumerate(keys) if key in merged.areas], dtype=np.int64)
        tolerance = 0.0 if merged.adjoining else tolerance
    return Gathered(
        {name: [key[k] for key in keys] for k, name in enumerate(sorted(made_for.columns))},
        [village] * len(keys),
        {
            Shape.POINT: _of_groups(Paths.of(geometry, Shape.POINT), group),
            Shape.LINE: _lines(*_only(_LINES, geometry, group), level),
            Shape.POLYGON: _areas(areas, owners, level, tolerance),
        },
        (box[:, :2] + box[:, 2:]) / 2,
        group,
    )


def with_shared_borders(areas: NDArray[np.object_], level: Level) -> NDArray[np.object_]:
    """Return areas simplified for a level, neighbours alike along the border that they share."""
    simple: NDArray[np.object_] = areas.copy()
    fit = np.isin(shapely.get_type_id(areas), _POLYGONS) & (np.abs(shapely.bounds(areas)) < _FAR_M).all(
        axis=1
    )
    simple[fit] = shapely.coverage_simplify(areas[fit], _SMOOTHED_PX * level.metres_per_px)
    return simple


def _only(
    types: tuple[GeometryType, ...], geometry: NDArray[np.object_], group: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the geometries of some types, those within collections too, and their groups."""
    found = shapely.get_type_id(geometry)
    mixed = found == GeometryType.GEOMETRYCOLLECTION
    members, owner = shapely.get_parts(geometry[mixed], return_index=True)
    plain, inner = np.isin(found, types), np.isin(shapely.get_type_id(members), types)
    return (
        np.concatenate([geometry[plain], members[inner]]),
        np.concatenate([group[plain], group[mixed][owner[inner]]]),
    )


def _of_groups(paths: Paths, group: NDArray[np.int64]) -> Paths:
    return Paths(paths.xy, paths.parts, paths.features, group[paths.rows], paths.closed)


def _lines(geometry: NDArray[np.object_], group: NDArray[np.int64], level: Level) -> Paths:
    """Join the lines of each group end to end, simplified."""
    if not len(geometry):
        return Paths.none()
    parts, owner = shapely.get_parts(geometry, return_index=True)
    groups, number = np.unique(group[owner], return_inverse=True)
    order = np.argsort(number, kind="stable")
    merged = shapely.line_merge(shapely.multilinestrings(parts[order], indices=number[order]))
    simple = shapely.simplify(merged, _TOLERANCE_PX * level.metres_per_px, preserve_topology=False)
    return _of_groups(Paths.of(simple, Shape.LINE), groups)


def _areas(geometry: NDArray[np.object_], group: NDArray[np.int64], level: Level, tolerance: float) -> Paths:
    """Return areas, simplified where there is a tolerance; what is below a pixel becomes a speck."""
    if not len(geometry):
        return Paths.none(closed=True)
    parts, owner = shapely.get_parts(geometry, return_index=True)
    box = shapely.bounds(parts)
    if tolerance:
        parts = shapely.simplify(parts, tolerance, preserve_topology=False)
    speck = shapely.is_empty(parts) | ((box[:, 2:] - box[:, :2]).max(axis=1) < level.metres_per_px)
    large = _of_groups(Paths.of(parts[~speck], Shape.POLYGON), group[owner[~speck]]).oriented()
    middle = (box[speck, :2] + box[speck, 2:]) / 2
    one = np.arange(1, len(middle) + 1)
    return Paths(
        np.concatenate([large.xy, middle]),
        np.concatenate([large.parts, large.parts[-1] + one]),
        np.concatenate([large.features, large.features[-1] + one]),
        np.concatenate([large.rows, group[owner[speck]]]),
        closed=True,
    )


def _union(areas: NDArray[np.object_]) -> shapely.Geometry:
    """Merge areas: ten times faster if they do not overlap, which is told by what comes out."""
    with suppress(shapely.GEOSException):
        merged = shapely.coverage_union_all(areas)
        whole = shapely.area(areas).sum()
        if abs(merged.area - whole) <= _SAME_AREA * whole:
            return merged
    return shapely.union_all(shapely.make_valid(areas))


def joined(found: Sequence[Gathered]) -> Gathered:
    """Return the groups of several villages as one."""
    start = np.concatenate([[0], np.cumsum([len(g) for g in found])]).astype(np.int64)
    return Gathered(
        {name: [v for g in found for v in g.columns[name]] for name in found[0].columns},
        [v for g in found for v in g.villages],
        {shape: _in_one([g.shapes[shape] for g in found], start) for shape in Shape},
        np.concatenate([g.members for g in found]),
        np.concatenate([g.owners + n for g, n in zip(found, start[:-1], strict=True)]),
    )


def _in_one(several: Sequence[Paths], start: NDArray[np.int64]) -> Paths:
    lengths = [np.diff(p.parts) for p in several], [np.diff(p.features) for p in several]
    parts, features = (np.concatenate([[0], np.cumsum(np.concatenate(each))]) for each in lengths)
    rows = np.concatenate([p.rows + n for p, n in zip(several, start[:-1], strict=True)])
    xy = np.concatenate([p.xy for p in several])
    return Paths(xy, parts, features, rows, several[0].closed)
