"""Whole columns of a table as the account sees them, in portions, for what is kept in memory beside the project."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mingqing.core.errors import StoreBug
from mingqing.store.guard import box_view

if TYPE_CHECKING:
    from mingqing.store.session import Session

_PORTION = 5_000  # rows: other threads have their turn between two


def portions(
    session: "Session",
    table: str,
    columns: Sequence[str],
    *,
    among: Iterable[int] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows of a table by id, some thousand at a time: the id, x and y, and `columns` of each.

    x and y are the middle of the box around its shape, project's CRS, metres, as exact as the spatial index: half a
    metre. They are None where it has none.

    Parameters
    ----------
    among : only rows of these ids.
    stop : asked every few milliseconds; the reading then ends in `Cancelled`.
    """
    _check(session, table, columns)
    place, boxes = "NULL, NULL", ""
    if session.catalog.tables[table].has_geometry:
        place = "(b.xmin + b.xmax) / 2, (b.ymin + b.ymax) / 2"
        boxes = f' LEFT JOIN "{box_view(table)}" b ON b.pkid = t.id'
    only = "" if among is None else " AND t.id IN (SELECT value FROM json_each(?))"
    values = [] if among is None else [json.dumps(list(among))]
    picked = "".join(f', t."{name}"' for name in columns)
    sql = f'SELECT t.id, {place}{picked} FROM "{table}" t{boxes} WHERE t.id > ?{only} ORDER BY t.id LIMIT {_PORTION}'
    last = -(1 << 63)
    while rows := session.query(sql, [last, *values], stop=stop):
        yield rows
        last = rows[-1][0]


def pointing(session: "Session", table: str, column: str, to: Iterable[int]) -> list[int]:
    """Return the ids of the rows of a table whose reference `column` points to one of `to`."""
    _check(session, table, [column])
    sql = f'SELECT id FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
    return [row[0] for row in session.query(sql, [json.dumps(list(to))])]


def _check(session: "Session", table: str, columns: Sequence[str]) -> None:
    known = session.catalog.tables
    if table not in known or not set(columns) <= set(known[table].column_names):
        raise StoreBug(f"no such column of {table}: {list(columns)}")
