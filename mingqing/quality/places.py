"""Whether rows are where the project is about, and in the village that they say they are of."""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.quality.astray import cell_of, looks_like
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.quality.ground import Ground, plausible
from mingqing.quality.reading import CODE, VILLAGE, Rows

OUTSIDE_M = 200.0  # from every village: a road or a stream beyond the border is still told with it
_BORDER_M = 20.0  # as exact as villages know their borders
_Rows = NDArray[np.intp]


def places(rows: Rows, ground: Ground) -> Iterator[Finding]:
    """Find rows whose coordinates cannot be right, that are outside all villages, or in another one than theirs."""
    if rows.shapes is None or not len(rows.sound):
        return
    reach = plausible(ground.epsg) if rows.table.name == VILLAGE else ground.reach
    box = shapely.bounds(rows.shapes[rows.sound])
    away = (box[:, 0] > reach[2]) | (box[:, 2] < reach[0]) | (box[:, 1] > reach[3]) | (box[:, 3] < reach[1])
    looks: dict[tuple[int, int], str] = {}
    for i in np.flatnonzero(away).tolist():
        cell = cell_of(box[i])
        if cell not in looks:
            looks[cell] = looks_like(box[i], ground)
        said = tr("不可能在图上这个位置：{looks}").format(looks=looks[cell])
        yield rows.finding(Kind.OUTSIDE, Level.ERROR, int(rows.sound[i]), said)
    if len(ground.borders) and rows.table.name != VILLAGE:
        yield from _astray(rows, rows.sound[~away], ground)


def _astray(rows: Rows, at: _Rows, ground: Ground) -> Iterator[Finding]:
    """Find what is in no village, or in another one."""
    assert rows.shapes is not None  # noqa: S101 - asked of tables with shapes alone
    said = rows.columns.get(CODE) or [None] * len(rows)
    own = np.array([ground.index.get(said[row] or "", -1) for row in at.tolist()], np.intp)
    doubt = at[~_at_home(rows.shapes[at], own, ground)]
    found, village = ground.tree.query(rows.shapes[doubt], predicate="intersects")
    other = dict(zip(found[::-1].tolist(), village[::-1].tolist(), strict=True))
    (nearest, _), metres = ground.tree.query_nearest(
        rows.shapes[doubt], return_distance=True, all_matches=False
    )
    far = dict(zip(nearest.tolist(), metres.tolist(), strict=True))
    for i, row in enumerate(doubt.tolist()):
        code = said[row]
        if i in other:
            there = ground.codes[other[i]]
            if code in ground.index:
                yield _elsewhere(rows, row, ground.name(code), ground.name(there))
        elif far[i] > OUTSIDE_M and (code is None or code in ground.index):
            yield _outside(rows, row, far[i], whole=ground.whole)


def _at_home(shapes: NDArray[np.object_], own: _Rows, ground: Ground) -> NDArray[np.bool_]:
    """Which of (n,) shapes are in, or all but in, the village they say: most by the middle of their boxes."""
    found = np.zeros(len(shapes), np.bool_)
    box = shapely.bounds(shapes)
    middle = (box[:, :2] + box[:, 2:]) / 2
    order = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[order], np.arange(len(ground.borders) + 1))
    for village, border in enumerate(ground.borders):
        mine = order[starts[village] : starts[village + 1]]
        if not len(mine):
            continue
        shapely.prepare(border)
        found[mine] = shapely.contains_xy(border, middle[mine])
        rest = mine[~found[mine]]
        found[rest] = shapely.dwithin(border, shapes[rest], _BORDER_M)
    return found


def _elsewhere(rows: Rows, row: int, own: str, other: str) -> Finding:
    said = tr("写在{own}，图上却在{other}，请核对村或位置").format(own=own, other=other)
    return rows.finding(Kind.OUTSIDE, Level.WARNING, row, said, of=CODE)


def _outside(rows: Rows, row: int, metres: float, *, whole: bool) -> Finding:
    """Whoever sees some villages alone is not told that it is in none."""
    said = (
        tr("在所有村的范围以外，离最近的村界 {metres:.0f} 米，请核对位置")
        if whole
        else tr("在您管辖的村以外，离村界 {metres:.0f} 米，请核对位置")
    )
    level = Level.ERROR if whole else Level.WARNING
    return rows.finding(Kind.OUTSIDE, level, row, said.format(metres=metres))
