"""Shapes as other programs leave them, made valid, of the right kind, and wound one way."""

from collections.abc import Set as AbstractSet

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.catalog.model import GeometryKind
from mingqing.core.text import tr

_KIND_OF_TYPE = {
    GeometryType.POINT: GeometryKind.POINT,
    GeometryType.MULTIPOINT: GeometryKind.POINT,
    GeometryType.LINESTRING: GeometryKind.LINE,
    GeometryType.LINEARRING: GeometryKind.LINE,
    GeometryType.MULTILINESTRING: GeometryKind.LINE,
    GeometryType.POLYGON: GeometryKind.POLYGON,
    GeometryType.MULTIPOLYGON: GeometryKind.POLYGON,
}
_DIMENSION = {0: GeometryKind.POINT, 1: GeometryKind.LINE, 2: GeometryKind.POLYGON}
_TITLES = {GeometryKind.POINT: tr("点"), GeometryKind.LINE: tr("线"), GeometryKind.POLYGON: tr("面")}


def kinds_of(geometry: NDArray[np.object_]) -> frozenset[GeometryKind]:
    """Return the kinds that occur among (n,) geometries; collections and None count for nothing."""
    types = set(shapely.get_type_id(geometry).tolist())
    return frozenset(kind for key, kind in _KIND_OF_TYPE.items() if int(key) in types)


def repair(
    geometry: NDArray[np.object_], allowed: AbstractSet[GeometryKind]
) -> tuple[NDArray[np.object_], NDArray[np.bool_], dict[int, str]]:
    """Return geometries fit to be stored.

    Self-crossing rings are rebuilt by the structure method (every ring keeps its area), rings are wound exterior
    counter-clockwise, collections lose parts of a lower dimension, a multi-geometry of one part becomes simple.

    Parameters
    ----------
    geometry : (n,) shapely or None, any CRS.
    allowed : the kinds the table takes.

    Returns
    -------
    geometry : (n,), None where nothing usable is left.
    repaired : (n,) whether the shape had to be mended; winding alone is not counted.
    refused : index → Chinese reason, where a shape was there and could not be taken.
    """
    out = geometry.copy()
    refused: dict[int, str] = {}
    present = ~shapely.is_missing(out)
    finite = np.isfinite(shapely.bounds(out)).all(axis=1)
    for i in np.flatnonzero(present & ~finite):
        empty = shapely.is_empty(out[i])
        refused[int(i)] = tr("图形是空的") if empty else tr("坐标不是有效的数字")
        out[i] = None
    present &= finite
    broken = present & ~shapely.is_valid(out)
    if broken.any():
        dimension = shapely.get_dimensions(out[broken])
        fixed = shapely.make_valid(out[broken], method="structure", keep_collapsed=False)
        out[broken] = [_of_dimension(g, int(d)) for g, d in zip(fixed, dimension, strict=True)]
        for i in np.flatnonzero(broken & shapely.is_missing(out)):
            refused[int(i)] = tr("图形压缩成了一条线或一个点，无法修复")
    collections = shapely.get_type_id(out) == GeometryType.GEOMETRYCOLLECTION
    for i in np.flatnonzero(collections):
        out[i] = _of_dimension(out[i], int(shapely.get_dimensions(out[i])))
    out = _simple(shapely.orient_polygons(out))
    _refuse_wrong_kinds(out, allowed, refused)
    return out, broken & ~shapely.is_missing(out), refused


def _refuse_wrong_kinds(
    out: NDArray[np.object_], allowed: AbstractSet[GeometryKind], refused: dict[int, str]
) -> None:
    types = shapely.get_type_id(out)
    for code in sorted(set(types.tolist()) - {int(GeometryType.MISSING)}):
        kind = _KIND_OF_TYPE.get(GeometryType(code))
        if kind in allowed and code != GeometryType.MULTIPOINT:
            continue
        wanted = "、".join(_TITLES[k] for k in sorted(allowed))
        for i in np.flatnonzero(types == code):
            is_points = code == GeometryType.MULTIPOINT and kind in allowed
            refused[int(i)] = (
                tr("一行里有多个点，请拆成多行")
                if is_points
                else tr("图形是{kind}，这张表只收{wanted}").format(
                    kind=_TITLES.get(kind, "") if kind else "", wanted=wanted
                )
            )
            out[i] = None


def _of_dimension(shape: shapely.Geometry | None, dimension: int) -> shapely.Geometry | None:
    """The parts of a shape that have its full dimension, as one geometry; None where there are none."""
    if shape is None or shape.is_empty:
        return None
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if shapely.get_dimensions(p) == dimension]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    collect = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}[dimension]
    return collect(parts)


def _simple(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Multi-geometries of one part as that part."""
    multi = shapely.get_type_id(geometry) >= GeometryType.MULTIPOINT
    single = multi & (shapely.get_num_geometries(geometry) == 1)
    geometry[single] = shapely.get_geometry(geometry[single], 0)
    rings = shapely.get_type_id(geometry) == GeometryType.LINEARRING
    geometry[rings] = [shapely.LineString(g) for g in geometry[rings]]
    return geometry
