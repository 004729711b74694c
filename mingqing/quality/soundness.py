"""Whether rows have the shape they should have, and whether it can be computed with."""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import GeometryKind
from mingqing.core.text import tr
from mingqing.digitising.topology import why_unsound
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.quality.reading import Rows

_KINDS = {
    0: GeometryKind.POINT,
    4: GeometryKind.POINT,
    1: GeometryKind.LINE,
    5: GeometryKind.LINE,
    3: GeometryKind.POLYGON,
    6: GeometryKind.POLYGON,
}
_TITLES = {GeometryKind.POINT: tr("点"), GeometryKind.LINE: tr("线"), GeometryKind.POLYGON: tr("面")}
_LEAST_M2 = 1.0  # nothing that a village draws as an area is smaller


def soundness(rows: Rows) -> Iterator[Finding]:
    """Find rows without a shape, of a kind that the table does not hold, invalid, or too small to be meant."""
    if rows.shapes is None:
        return
    there = ~(shapely.is_missing(rows.shapes) | shapely.is_empty(rows.shapes))
    if not rows.table.located_at:
        for row in np.flatnonzero(~there).tolist():
            said = tr("没有图形，地图上看不到，请在地图上补画")
            yield rows.finding(Kind.SHAPE, Level.WARNING, row, said)
    yield from _of_another_kind(rows, there)
    line = np.isin(shapely.get_type_id(rows.shapes), (1, 5)) & there
    no_length = line & (shapely.length(rows.shapes) == 0)
    for row in np.flatnonzero(no_length).tolist():
        said = tr("的线长度是 0，请重画，或删除")
        yield rows.finding(Kind.SHAPE, Level.ERROR, row, said)
    for row in np.flatnonzero(there & ~no_length & ~shapely.is_valid(rows.shapes)).tolist():
        yield _unsound(rows, row, rows.shapes[row])
    yield from _too_small(rows)


def _unsound(rows: Rows, row: int, shape: shapely.Geometry) -> Finding:
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return rows.finding(Kind.SHAPE, Level.ERROR, row, tr("的图形里有的坐标不是数字，请重画，或重新导入"))
    where, why = why_unsound(shape)
    at = (where.x, where.y) if where.geom_type == "Point" and not where.is_empty else None
    said = tr("的图形有错：{why}，请用编辑工具改正").format(why=why)
    return rows.finding(Kind.SHAPE, Level.ERROR, row, said, at=at)


def _of_another_kind(rows: Rows, there: NDArray[np.bool_]) -> Iterator[Finding]:
    assert rows.shapes is not None  # noqa: S101 - asked of tables with shapes alone
    types = shapely.get_type_id(rows.shapes)
    fitting = [number for number, kind in _KINDS.items() if kind in rows.table.geometry]
    wanted = tr("或").join(_TITLES[kind] for kind in GeometryKind if kind in rows.table.geometry)
    for row in np.flatnonzero(there & ~np.isin(types, fitting)).tolist():
        kind = _KINDS.get(int(types[row]))
        is_ = _TITLES[kind] if kind else tr("几种图形的组合")
        said = tr("的图形是{is_}，这张表只放{wanted}，请重画").format(is_=is_, wanted=wanted)
        yield rows.finding(Kind.SHAPE, Level.ERROR, row, said)


def _too_small(rows: Rows) -> Iterator[Finding]:
    assert rows.shapes is not None  # noqa: S101
    sound = rows.shapes[rows.sound]
    area = shapely.area(sound)
    for i in np.flatnonzero(np.isin(shapely.get_type_id(sound), (3, 6)) & (area < _LEAST_M2)).tolist():
        said = tr("的面积只有 {m2:.2f} 平方米，可能是误画的，请核对").format(m2=area[i])
        yield rows.finding(Kind.SHAPE, Level.WARNING, int(rows.sound[i]), said)
