"""SpatiaLite and SQLite files: what lies in their tables is read, nothing that they compute."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.source import Kind, discover, read
from mingqing.store.geometry import as_wkb, encode
from tests.files import box
from tests.ingest.reading.conftest import read_one


def made(path: Path, *statements: str) -> Path:
    """A database of two houses, and of what `statements` add."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE 农房(ogc_fid INTEGER PRIMARY KEY, 房屋编号 TEXT, 层数 INTEGER, 面积 REAL);"
            "INSERT INTO 农房 VALUES(7, '001', 2, 80.5), (9, '𠮷', NULL, 60.0);"
        )
        for statement in statements:
            database.execute(statement)
    return path


def test_a_table_is_read_without_the_numbers_of_its_rows(tmp_path: Path) -> None:
    layer = read_one(made(tmp_path / "a.sqlite"))
    assert layer.name == "农房"
    assert layer.columns == {"房屋编号": ["001", "𠮷"], "层数": [2, None], "面积": [80.5, 60.0]}
    assert layer.geometry is None


@pytest.mark.parametrize("spatialite", ["YES", "NO"])
def test_shapes_of_gdals_files_are_read_with_their_crs(tmp_path: Path, spatialite: str) -> None:
    shapes = [box(0), shapely.MultiPolygon([box(1), box(2)]), None]
    pyogrio.raw.write(
        str(tmp_path / "a.sqlite"),
        shapely.to_wkb(shapes),
        [np.array(["一", "二", "三"], dtype=object)],
        ["名称"],
        geometry_type="MultiPolygon",
        promote_to_multi=True,
        crs="EPSG:4549",
        driver="SQLite",
        layer="houses",
        dataset_options={"SPATIALITE": spatialite},
    )
    layer = read_one(tmp_path / "a.sqlite")
    assert layer.crs is not None
    assert layer.crs.epsg == 4549
    assert layer.geometry is not None
    assert [g and g.area for g in layer.geometry] == [100, 200, None]
    assert layer.columns == {"名称": ["一", "二", "三"]}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW 无尽 AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "CREATE VIRTUAL TABLE 索引 USING rtree(id, a, b)",
        "CREATE TRIGGER 改 BEFORE INSERT ON 农房 BEGIN DELETE FROM 农房; END",
    ],
)
def test_nothing_is_computed(tmp_path: Path, statement: str) -> None:
    layers = read(discover([made(tmp_path / "a.sqlite", statement)])[0])
    assert "农房" in {layer.name for layer in layers}
    assert not {"无尽", "索引"} & {layer.name for layer in layers}


def test_a_column_that_is_computed_is_left_out(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.sqlite",
        "CREATE TABLE b(x INTEGER, y AS (x + 1), z BLOB)",
        "INSERT INTO b VALUES(1, x'00')",
    )
    _, layer = read(discover([path])[0])
    assert layer.columns == {"x": [1]}
    assert layer.notes == ("二进制字段没有读：z",)


def test_shapes_that_are_none_are_told_by_their_rows(tmp_path: Path) -> None:
    good = encode(np.array([box(0)], dtype=object), 4549)[0]
    assert good is not None
    bad = [b"", b"\0" * 60, good[:50] + b"\xfe", good[:39] + struct.pack("<I", 1_000_003) + good[43:], "文字"]
    path = made(
        tmp_path / "a.sqlite",
        "CREATE TABLE geometry_columns(f_table_name, f_geometry_column, srid)",
        "INSERT INTO geometry_columns VALUES('农房', 'geom', 4549)",
        "ALTER TABLE 农房 ADD COLUMN geom",
    )
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO 农房(geom) VALUES(?)", [(b,) for b in (*bad, good)])
    layer = read_one(path)
    assert layer.geometry is not None
    assert [g is not None for g in layer.geometry] == [False] * 7 + [True]
    assert [(p.row, p.reason) for p in layer.problems] == [(n, "图形已损坏") for n in range(3, 8)]


@pytest.mark.parametrize("dimensions", ["Z", "M", "ZM"])
def test_shapes_of_more_dimensions_lose_them(dimensions: str) -> None:
    kind = 6 + 1000 * {"Z": 1, "M": 2, "ZM": 3}[dimensions]
    more = len(dimensions)
    ring = b"".join(
        struct.pack(f"<{2 + more}d", x, y, *[5.0] * more) for x, y in ((0, 0), (4, 0), (4, 4), (0, 0))
    )
    part = b"\x69" + struct.pack("<III", kind - 3, 1, 4) + ring
    blob = b"\0\1" + bytes(36) + b"\x7c" + struct.pack("<II", kind, 1) + part + b"\xfe"
    assert shapely.from_wkb(as_wkb(blob)).area == 8


def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    source = discover([path])[0]
    assert source.kind is Kind.SPATIALITE
    with pytest.raises(InputRefused, match=r"“a.sqlite”读不出来，文件已损坏"):
        read(source)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database, database:
        database.execute("CREATE TABLE 农房(x)")
    with pytest.raises(InputRefused, match="没有找到表格"):
        read(discover([tmp_path / "a.sqlite"])[0])
