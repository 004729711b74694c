"""Whole columns of a table as the account sees them, in portions, for what is kept in memory beside the project."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
    """Yield rows of a table by id, some thousand at a time: the id and `columns` of each.

    Parameters
    ----------
    among : only rows of these ids.
    stop : asked every few milliseconds; the reading then ends in `Cancelled`.
    """
    _check(session, table, columns)
    picked = "".join(f', "{name}"' for name in columns)
    only, values = _only("id", among)
    sql = f'SELECT id{picked} FROM "{table}" WHERE id > ?{only} ORDER BY id LIMIT {_PORTION}'
    last = -(1 << 63)
    while rows := session.query(sql, [last, *values], stop=stop):
        yield rows
        last = rows[-1][0]


def places(
    session: "Session",
    table: str,
    *,
    among: Iterable[int] | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows of a table that have a shape: (n,) ids in order, (n, 2) the middle of its box.

    The middle is in the project's CRS, metres, as exact as its spatial index: half a metre.
    """
    _check(session, table, [])
    only, values = _only("pkid", among)
    sql = f'SELECT pkid, (xmin + xmax) / 2, (ymin + ymax) / 2 FROM "{box_view(table)}" WHERE 1{only}'
    rows = session.query(sql, values, stop=stop) if session.catalog.tables[table].has_geometry else []
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    middle = np.array([row[1:] for row in rows], np.float64).reshape(-1, 2)
    order = np.argsort(ids)
    return ids[order], middle[order]


def pointing(session: "Session", table: str, column: str, to: Iterable[int]) -> list[int]:
    """Return the ids of the rows of a table whose reference `column` points to one of `to`."""
    _check(session, table, [column])
    sql = f'SELECT id FROM "{table}" WHERE "{column}" IN (SELECT value FROM json_each(?))'
    return [row[0] for row in session.query(sql, [json.dumps(list(to))])]


def _only(column: str, among: Iterable[int] | None) -> tuple[str, list[str]]:
    if among is None:
        return "", []
    return f" AND {column} IN (SELECT value FROM json_each(?))", [json.dumps(list(among))]


def _check(session: "Session", table: str, columns: Sequence[str]) -> None:
    known = session.catalog.tables
    if table not in known or not set(columns) <= set(known[table].column_names):
        raise StoreBug(f"no such column of {table}: {list(columns)}")
