"""Which rows are where: by the boxes of the spatial index first, then by their shapes."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import Catalog, Table
from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.store.changes import Value
from mingqing.store.conditions.leaves import Clause
from mingqing.store.geometry import decode
from mingqing.store.guard import box_view
from mingqing.store.session import Bounds, Session

_AT_ONCE = 2_000  # shapes that are compared before somebody may say that it is enough
_STEPS = (1 / 64, 1 / 8, 1 / 2, 1)  # of a distance


def meeting(bounds: Bounds, columns: str = "pkid") -> Callable[[str], Clause]:
    """Return what selects, of a table, the rows whose box meets `bounds`; project CRS, metres."""
    xmin, ymin, xmax, ymax = bounds
    values: list[Value] = [xmax, xmin, ymax, ymin]
    box = "WHERE xmin <= ? AND xmax >= ? AND ymin <= ? AND ymax >= ?"
    return lambda table: (f'SELECT {columns} FROM "{box_view(table)}" {box}', values)


def standing_at(catalog: Catalog, table: Table, among: Callable[[str], Clause], alias: str = "t") -> Clause:
    """Return the condition on rows whose own shape, or that of the row they belong to, is among some.

    among : returns a SELECT of the ids of rows of a table that has shapes.
    """
    found: list[Clause] = []
    if table.has_geometry:
        inner, values = among(table.name)
        found.append((f"{alias}.id IN ({inner})", values))
    if table.located_at:
        steps, here = [], table
        for step in table.located_at:
            steps.append((here, step))
            here = catalog.tables[here.field_by_name[step].references or ""]
        inner, values = among(here.name)
        for holder, step in reversed(steps[1:]):
            inner = f'SELECT id FROM "{holder.name}" WHERE "{step}" IN ({inner})'
        found.append((f'{alias}."{steps[0][1]}" IN ({inner})', values))
    sql = " OR ".join(condition for condition, _ in found) or "0"
    return f"({sql})", [value for _, values in found for value in values]


def near(
    session: Session,
    table: str,
    shapes: NDArray[np.object_],
    distance_m: float,
    stop: Callable[[], bool] | None = None,
) -> NDArray[np.int64]:
    """Return the ids of the rows of a table whose shape is at most so far from one of `shapes`.

    Parameters
    ----------
    shapes : (n,) shapely, project CRS, none missing.
    distance_m : metres; 0 for those that touch or overlap one.

    Raises
    ------
    Cancelled
        once `stop` says so.
    """
    if not len(shapes):
        return np.empty(0, np.int64)
    find = _Finder(shapely.STRtree(shapes), stop)
    xmin, ymin, xmax, ymax = shapely.total_bounds(shapes).tolist()
    around = (xmin - distance_m, ymin - distance_m, xmax + distance_m, ymax + distance_m)
    select, values = meeting(around, "pkid, xmin, ymin, xmax, ymax")(table)
    rows = session.query(select, values, stop=stop)
    found = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    boxes = np.array([row[1:] for row in rows], np.float64).reshape(-1, 4)
    surely = find.sure(boxes, distance_m)
    open_ = np.flatnonzero(~surely)
    open_ = open_[find.close(*_discs(boxes[open_], distance_m))]
    there = f'SELECT id, geometry FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    rows = session.query(there, [json.dumps(found[open_].tolist())], stop=stop)
    touched = find.close(decode([row[1] for row in rows]), np.full(len(rows), distance_m))
    exactly = np.fromiter((row[0] for row in rows), np.int64, len(rows))[touched]
    return np.sort(np.concatenate([found[surely], exactly]))


_Shapes = NDArray[np.object_]
_Reach = NDArray[np.float64]


def _discs(boxes: NDArray[np.float64], reach_m: float) -> tuple[_Shapes, _Reach]:
    """The middles of (n, 4) boxes, and how far from there is `reach_m` from what the box holds, at the most."""
    half = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) / 2
    return shapely.points((boxes[:, :2] + boxes[:, 2:]) / 2), reach_m + half


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds what is near the shapes in a tree."""

    tree: shapely.STRtree
    stop: Callable[[], bool] | None

    def close(self, shapes: _Shapes, reach_m: _Reach) -> NDArray[np.bool_]:
        """Which of `shapes` are each at most so far from one in the tree."""
        return self._any(shapes, "dwithin", reach_m)

    def sure(self, boxes: NDArray[np.float64], distance_m: float) -> NDArray[np.bool_]:
        """What is near whatever the shape in the box may be: three in four, that need not be read."""
        if distance_m == 0:
            return self._any(shapely.box(*boxes.T), "covered_by", np.zeros(len(boxes)))
        middles, farthest = _discs(boxes, 0.0)
        sure = np.zeros(len(boxes), np.bool_)
        for share in _STEPS:  # near ones first: where there are many, all that are far would be too many
            some = np.flatnonzero(~sure & (farthest <= distance_m * share))
            sure[some] = self.close(middles[some], distance_m * share - farthest[some])
        return sure

    def _any(self, shapes: _Shapes, predicate: str, reach_m: _Reach) -> NDArray[np.bool_]:
        found = np.zeros(len(shapes), np.bool_)
        for at in range(0, len(shapes), _AT_ONCE):
            if self.stop is not None and self.stop():
                raise Cancelled(tr("已停下"))
            part = slice(at, at + _AT_ONCE)
            options = {"distance": reach_m[part]} if predicate == "dwithin" else {}
            found[part][self.tree.query(shapes[part], predicate=predicate, **options)[0]] = True
        return found
