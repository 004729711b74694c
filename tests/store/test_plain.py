"""Plain files are SpatiaLite as others know it: types, CRS, index, rows; and nothing of a project's key."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.core.errors import Cancelled
from mingqing.core.watch import Watch
from mingqing.store.plain import Shapes, plain_file
from tests.export.files.making import HOLED, HOUSE, ogr_features, ogr_summary


def _made(path: Path, geometry: list[object], kind: str = "POLYGON", epsg: int = 4549) -> Path:
    shapes = np.empty(len(geometry), dtype=object)
    shapes[:] = geometry
    with plain_file(path) as file:
        file.add(
            "house",
            [("FWBH", "TEXT")],
            [[f"F{n}" for n in range(len(geometry))]],
            shapes=Shapes(shapes, kind, epsg),
        )
    return path


def test_any_sqlite_opens_it(tmp_path: Path) -> None:
    path = _made(tmp_path / "a.sqlite", [HOUSE, None])
    assert path.read_bytes().startswith(b"SQLite format 3\0")
    database = sqlite3.connect(path)
    assert database.execute("SELECT ogc_fid, FWBH, geometry IS NULL FROM house").fetchall() == [
        (1, "F0", 0),
        (2, "F1", 1),
    ]
    assert database.execute("SELECT count(*) FROM idx_house_geometry").fetchone() == (1,)
    assert database.execute("SELECT row_count FROM geometry_columns_statistics").fetchone() == (2,)
    database.close()
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("epsg", "name"),
    [
        (4490, "China Geodetic Coordinate System 2000"),
        (4549, "CGCS2000 / 3-degree Gauss-Kruger CM 120E"),
        (4528, "CGCS2000 / 3-degree Gauss-Kruger zone 40"),
        (3857, "WGS 84 / Pseudo-Mercator"),
        (4326, "WGS 84"),
    ],
)
def test_gdal_knows_its_crs(tmp_path: Path, epsg: int, name: str) -> None:
    told = ogr_summary(_made(tmp_path / "a.sqlite", [shapely.Point(1, 2)], "POINT", epsg))
    assert f'["{name}"' in told
    assert f'ID["EPSG",{epsg}]' in told


def test_shapes_of_one_part_and_of_several_are_of_one_type(tmp_path: Path) -> None:
    several = shapely.MultiPolygon([HOUSE, HOLED])
    path = _made(tmp_path / "a.sqlite", [HOUSE, None, several])
    assert "Geometry: Multi Polygon" in ogr_summary(path)
    found = [f["geometry"] and shapely.geometry.shape(f["geometry"]) for f in ogr_features(path, "house")]
    assert found[0].equals(HOUSE)
    assert found[1] is None
    assert found[2].equals(several)
    assert "Geometry: Polygon" in ogr_summary(_made(tmp_path / "b.sqlite", [HOUSE]))


def test_names_are_never_sql(tmp_path: Path) -> None:
    with plain_file(tmp_path / "a.sqlite") as file:
        file.add('a"; DROP TABLE x; --', [('b"(', "TEXT")], [["1"]])
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        assert database.execute('SELECT "b""(" FROM "a""; DROP TABLE x; --"').fetchall() == [("1",)]
    database.close()


def test_it_stops_when_asked(tmp_path: Path) -> None:
    with pytest.raises(Cancelled), plain_file(tmp_path / "a.sqlite") as file:
        file.add("a", [("b", "TEXT")], [["1"]], watch=Watch(cancelled=lambda: True))


def test_a_place_that_cannot_be_written_is_the_disks_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"a\.sqlite"), plain_file(tmp_path / "none" / "a.sqlite"):
        pass
