"""An R-tree packed whole is one that SQLite itself finds sound, and finds what there is by it."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from mingqing.export.files.rtree import fill


def has_rtree() -> bool:
    with closing(sqlite3.connect(":memory:")) as database:
        return ("ENABLE_RTREE",) in database.execute("PRAGMA compile_options").fetchall()


pytestmark = pytest.mark.skipif(not has_rtree(), reason="Python's SQLite was built without R-trees")


def boxes_of(count: int, seed: int = 7) -> np.ndarray:
    chance = np.random.default_rng(seed)
    low = chance.uniform(-1e5, 4e7, (count, 2)) + chance.integers(0, 2, (count, 2)) * 1e-9
    high = low + chance.uniform(0, 50, (count, 2))
    return np.column_stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]])


@pytest.mark.parametrize("count", [0, 1, 50, 51, 52, 51 * 51, 51 * 51 + 1, 20_000])
def test_it_is_sound_and_finds_all_there_is(count: int) -> None:
    boxes, ids = boxes_of(count), np.arange(1, 2 * count + 1, 2)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE t USING rtree(id, minx, maxx, miny, maxy)")
        fill(database, "t", ids, boxes)
        assert database.execute("SELECT rtreecheck('t')").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM t").fetchall() == [(count,)]
        for x0, y0 in ((0, 0), (1e7, 2e7), (3.9e7, 3.9e7)):
            x1, y1 = x0 + 3e6, y0 + 3e6
            inside = (boxes[:, 1] >= x0) & (boxes[:, 0] <= x1) & (boxes[:, 3] >= y0) & (boxes[:, 2] <= y1)
            asked = "SELECT id FROM t WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
            found = {row for (row,) in database.execute(asked, (x0, x1, y0, y1))}
            assert found >= set(ids[inside].tolist())
            assert len(found) <= inside.sum() + count * 1e-3  # single precision may add what just misses


def test_rows_can_be_added_to_it_and_taken_out() -> None:
    boxes, ids = boxes_of(3_000), np.arange(1, 3_001)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE t USING rtree(id, minx, maxx, miny, maxy)")
        fill(database, "t", ids, boxes)
        database.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?)", [(n, 1, 2, 1, 2) for n in range(5_000, 5_100)]
        )
        database.execute("DELETE FROM t WHERE id % 3 = 0")
        assert database.execute("SELECT rtreecheck('t')").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM t").fetchall() == [(2_000 + 67,)]
