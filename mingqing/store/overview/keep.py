"""The file that overviews are kept in: encrypted as the project is, made anew whenever it is missing or behind.

It lies beside the data and not in it, since it says nothing that the data do not: no backup, history, package or check
need know of it, and it is thrown away without loss.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from mingqing.core.features import Gathered
from mingqing.core.paths import Paths, Shape

FILE = "overview.db"
_PER_METRE = 20  # coordinates are kept in twentieths of a metre: below a hundredth of a pixel at any level
_COORDINATE, _COUNT = np.dtype("<i4"), np.dtype("<u4")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS state(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gathered(
    table_name TEXT NOT NULL,
    level INTEGER NOT NULL,
    village TEXT NOT NULL,
    west REAL, south REAL, east REAL, north REAL,
    groups TEXT NOT NULL,
    members BLOB NOT NULL,
    owners BLOB NOT NULL,
    UNIQUE(table_name, level, village)
);
CREATE TABLE IF NOT EXISTS shape(
    table_name TEXT NOT NULL,
    level INTEGER NOT NULL,
    village TEXT NOT NULL,
    kind TEXT NOT NULL,
    xy BLOB NOT NULL,
    parts BLOB NOT NULL,
    features BLOB NOT NULL,
    rows BLOB NOT NULL,
    UNIQUE(table_name, level, kind, village)
);
"""


def prepare(database: apsw.Connection) -> None:
    """Make the tables of an empty file."""
    database.execute(_SCHEMA)


def put(database: apsw.Connection, table: str, level: int, village: str, made: Gathered) -> None:
    """Keep the groups of one village."""
    drop(database, table, level, village)
    low = made.members.min(axis=0, initial=np.inf)
    for paths in made.shapes.values():
        low = np.minimum(low, paths.xy.min(axis=0, initial=np.inf))
    high = made.members.max(axis=0, initial=-np.inf)
    for paths in made.shapes.values():
        high = np.maximum(high, paths.xy.max(axis=0, initial=-np.inf))
    groups = list(zip(*(made.columns[n] for n in sorted(made.columns)), strict=True)) or [()] * len(made)
    database.execute(
        "INSERT INTO gathered VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(table, level, village, *low.tolist(), *high.tolist()),
            json.dumps(groups, ensure_ascii=False),
            _packed(made.members),
            made.owners.astype(_COUNT).tobytes(),
        ),
    )
    for shape, paths in made.shapes.items():
        if len(paths):
            lengths = (np.diff(paths.parts), np.diff(paths.features), paths.rows)
            blobs = [_packed(paths.xy), *(x.astype(_COUNT).tobytes() for x in lengths)]
            database.execute(
                "INSERT INTO shape VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                (table, level, village, shape.value, *blobs),
            )


def drop(database: apsw.Connection, table: str, level: int, village: str) -> None:
    """Forget what is kept of one village."""
    for name in ("gathered", "shape"):
        database.execute(
            f"DELETE FROM {name} WHERE table_name = ? AND level = ? AND village = ?", (table, level, village)
        )


def get(
    database: apsw.Connection,
    table: str,
    level: int,
    columns: Sequence[str],
    condition: str,
    values: Sequence[object],
) -> Gathered | None:
    """Return the groups of the villages that an SQL `condition` on `gathered g` picks, or None where there are none.

    columns : the names, in order, that the groups are told apart by.
    """
    where = f"g.table_name = ? AND g.level = ? AND ({condition})"
    given = (table, level, *values)
    found = list(
        database.execute(
            f"SELECT g.village, g.groups, g.members, g.owners FROM gathered g WHERE {where} ORDER BY g.village",
            given,
        )
    )
    if not found:
        return None
    groups = [json.loads(text) for _, text, _, _ in found]
    counts = [len(g) for g in groups]
    start = dict(zip((v for v, *_ in found), np.concatenate([[0], np.cumsum(counts)]).tolist(), strict=False))
    every = [values for g in groups for values in g]
    owners = _joined(found, 3, _COUNT)
    offset = np.repeat(list(start.values()), [len(o) // _COUNT.itemsize for *_, o in found])
    return Gathered(
        {name: [v[k] for v in every] for k, name in enumerate(columns)},
        [v or None for (v, *_), n in zip(found, counts, strict=True) for _ in range(n)],
        {
            shape: _shape(
                database.execute(
                    "SELECT s.village, s.xy, s.parts, s.features, s.rows FROM gathered g JOIN shape s ON"
                    " s.table_name = g.table_name AND s.level = g.level AND s.village = g.village"
                    f" WHERE {where} AND s.kind = ?",
                    (*given, shape.value),
                ),
                start,
                closed=shape is Shape.POLYGON,
            )
            for shape in Shape
        },
        _coordinates(found, 2),
        owners + offset,
    )


def _shape(rows: Iterable[tuple[Any, ...]], start: Mapping[str, int], *, closed: bool) -> Paths:
    found = list(rows)
    if not found:
        return Paths.none(closed=closed)
    offset = np.repeat([start[v] for v, *_ in found], [len(r) // _COUNT.itemsize for *_, r in found])
    parts, features = (np.concatenate([[0], np.cumsum(_joined(found, k, _COUNT))]) for k in (2, 3))
    return Paths(_coordinates(found, 1), parts, features, _joined(found, 4, _COUNT) + offset, closed)


def _packed(xy: NDArray[np.float64]) -> bytes:
    return np.rint(xy * _PER_METRE).astype(_COORDINATE).tobytes()


def _coordinates(rows: Sequence[tuple[Any, ...]], column: int) -> NDArray[np.float64]:
    whole = np.frombuffer(b"".join([row[column] for row in rows]), _COORDINATE)
    return whole.reshape(-1, 2) / _PER_METRE


def _joined(rows: Sequence[tuple[Any, ...]], column: int, kind: np.dtype[Any]) -> NDArray[np.int64]:
    return np.frombuffer(b"".join([row[column] for row in rows]), kind).astype(np.int64)


def state(database: apsw.Connection) -> dict[str, str]:
    """Return what is said of the file as a whole."""
    return {str(k): str(v) for k, v in database.execute("SELECT key, value FROM state")}


def set_state(database: apsw.Connection, key: str, value: str) -> None:
    """Say something of the file as a whole."""
    database.execute("INSERT OR REPLACE INTO state VALUES(?, ?)", (key, value))


def clear(database: apsw.Connection) -> None:
    """Forget everything."""
    database.execute("DELETE FROM state; DELETE FROM gathered; DELETE FROM shape")


def remove(folder: Path) -> None:
    """Throw the overviews of a project away."""
    for name in (FILE, f"{FILE}-journal"):
        (folder / name).unlink(missing_ok=True)
