"""GeoPackages, as GDAL of another version, QGIS and SQLite read them."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from mingqing.core.errors import Cancelled
from mingqing.core.watch import Watch
from mingqing.export.files import geopackage
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written
from tests.export.files.making import HOSTILE, ogr_features, ogr_summary
from tests.export.files.rows import (
    DATE,
    HOLED,
    INTEGER,
    LINE,
    NUMBER,
    POINT,
    POLYGON,
    SEVERAL,
    TEXT,
    YES,
    qgis,
    rows,
)

NAME = "a.gpkg"


def write(folder: Path, *layers: Layer) -> Written:
    return geopackage.write(layers, folder / NAME, Options())


def ask(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / NAME)) as database:
        return database.execute(sql).fetchall()


def test_values_of_every_type_come_back(tmp_path: Path) -> None:
    columns = {
        "T": (TEXT, ["𠮷田", "", None]),
        "I": (INTEGER, [-1, 2**31, None]),
        "N": (NUMBER, [0.1 + 0.2, 1e300, None]),
        "D": (DATE, [date(1, 1, 1), date(9999, 12, 31), None]),
        "Y": (YES, [True, False, None]),
    }
    write(tmp_path, rows(columns, [POLYGON, HOLED, None]))
    found = ask(tmp_path, "SELECT T, I, N, D, Y FROM house ORDER BY fid")
    assert found == [
        ("𠮷田", -1, 0.1 + 0.2, "0001-01-01", 1),
        ("", 2**31, 1e300, "9999-12-31", 0),
        (None, None, None, None, None),
    ]
    (asked,) = qgis(tmp_path / NAME, "house")
    assert [row["D"] for row in asked["rows"]] == ["0001-01-01", "9999-12-31", None]
    assert [f["properties"]["Y"] for f in ogr_features(tmp_path / NAME, "house")] == [True, False, None]


def test_hostile_text_comes_back(tmp_path: Path) -> None:
    write(tmp_path, rows({"T": (TEXT, HOSTILE)}, [POLYGON] * len(HOSTILE)))
    assert [f["properties"]["T"] for f in ogr_features(tmp_path / NAME, "house")] == list(HOSTILE)


def test_qgis_shows_chinese_titles(tmp_path: Path) -> None:
    hostile = rows(
        {"FWBH": (TEXT, ["1"]), "DZ": (TEXT, ["二"])}, [POLYGON], DZ={"title": "地址<&\"'>", "help": "门牌"}
    )
    write(tmp_path, hostile, rows({"XM": (TEXT, ["甄一一"])}, name="resident"))
    house, resident = qgis(tmp_path / NAME, "house", "resident")
    assert house["aliases"] == {"fid": "fid", "FWBH": "FWBH的中文", "DZ": "地址<&\"'>"}
    assert resident["aliases"] == {"fid": "fid", "XM": "XM的中文"}
    titled = ask(tmp_path, "SELECT name, title, description FROM gpkg_data_columns WHERE column_name = 'DZ'")
    assert titled == [("地址<&\"'>", "地址<&\"'>", "门牌")]
    listed = ask(tmp_path, "SELECT table_name, identifier, description FROM gpkg_contents ORDER BY 1")
    assert listed == [
        ("house", "农房", "农房"),
        ("layer_styles", "layer_styles", ""),
        ("resident", "人口", "人口"),
    ]


def test_two_layers_may_have_one_title(tmp_path: Path) -> None:
    first = rows({"N": (INTEGER, [1])}, [POLYGON])
    write(tmp_path, first, replace(first, name="other"))
    assert ask(tmp_path, "SELECT identifier FROM gpkg_contents WHERE table_name = 'other'") == [
        ("农房（other）",)
    ]
    assert len(ogr_features(tmp_path / NAME, "other")) == 1


def test_rows_have_small_numbers_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [7, 8])}, [POLYGON] * 2))
    assert ask(tmp_path, "SELECT fid, N FROM house") == [(1, 7), (2, 8)]


@pytest.mark.parametrize("epsg", [4490, 4549, 4528, 3857])
def test_the_crs_is_registered_and_recognised(tmp_path: Path, epsg: int) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1])}, [POLYGON], epsg=epsg))
    (asked,) = qgis(tmp_path / NAME, "house")
    assert asked["crs"] == f"EPSG:{epsg}"
    assert shapely.equals(shapely.from_wkt(asked["wkt"][0]), POLYGON)
    registered = ask(tmp_path, "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys")
    assert ("EPSG", epsg) in registered


def test_there_is_a_spatial_index(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1, 2, 3])}, [POLYGON, None, HOLED]))
    assert ask(tmp_path, "SELECT count(*) FROM rtree_house_geom") == [(2,)]
    assert [
        f["properties"]["N"] for f in ogr_features(tmp_path / NAME, "house", "-spat", "1", "1", "50", "50")
    ] == [3]


def summary(folder: Path, layer: str) -> str:
    return ogr_summary(folder / NAME).split(f"Layer name: {layer}\n")[1].split("Layer name:")[0]


def test_mixed_shapes_are_layers_of_one_kind(tmp_path: Path) -> None:
    written = write(tmp_path, rows({"N": (INTEGER, [1, 2, 3])}, [POINT, POLYGON, SEVERAL]))
    assert "Geometry: Point" in summary(tmp_path, "house_point")
    assert "Geometry: Multi Polygon" in summary(tmp_path, "house_area")
    assert written.files == {"house": [tmp_path / NAME]}
    assert len(written.notes) == 1


def test_tables_without_shapes_and_without_rows_are_there(tmp_path: Path) -> None:
    columns = {"A": (TEXT, []), "I": (INTEGER, []), "N": (NUMBER, []), "D": (DATE, []), "Y": (YES, [])}
    water = rows({"N": (INTEGER, [1])}, [LINE], name="water")
    write(tmp_path, rows(columns, name="household"), rows(columns, [], name="road"), water)
    assert "Geometry: None\nFeature Count: 0" in summary(tmp_path, "household")
    assert "Geometry: Line String\nFeature Count: 0" in summary(tmp_path, "road")
    assert "Geometry: Line String\nFeature Count: 1" in summary(tmp_path, "water")
    said = [line.split(" (")[0] for line in summary(tmp_path, "household").strip().splitlines()[-5:]]
    assert said == ["A: String", "I: Integer", "N: Real", "D: Date", "Y: Integer(Boolean)"]


def test_the_file_is_sound(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1])}, [POLYGON]))
    assert ask(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    assert ask(tmp_path, "PRAGMA foreign_key_check") == []
    assert ask(tmp_path, "PRAGMA user_version") == [(10200,)]
    assert [p.name for p in tmp_path.iterdir()] == [NAME]  # no journal is left


def test_rows_are_counted_and_found_by_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geopackage, "_AT_A_TIME", 7)
    shapes = [shapely.box(30 * i, 0, 30 * i + 10, 10) for i in range(200)]
    write(tmp_path, rows({"N": (INTEGER, range(200))}, shapes))
    assert ask(tmp_path, "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'house'") == [(200,)]
    assert ask(tmp_path, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents LIMIT 1") == [(0, 0, 5980, 10)]
    near = ogr_features(tmp_path / NAME, "house", "-spat", "3000", "1", "3065", "5")
    assert sorted(f["properties"]["N"] for f in near) == [100, 101, 102]


def test_gdal_edits_it_and_keeps_count_and_index(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1, 2, 3])}, [POLYGON, SEVERAL, None]))
    shapes = shapely.to_wkb([shapely.MultiPolygon([shapely.box(900, 900, 910, 910)])])
    pyogrio.raw.write(
        tmp_path / NAME,
        shapes,
        [np.array([4])],
        ["N"],
        layer="house",
        append=True,
        crs="EPSG:4549",
        geometry_type="MultiPolygon",
        driver="GPKG",
    )
    assert ask(tmp_path, "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'house'") == [(4,)]
    near = ogr_features(tmp_path / NAME, "house", "-spat", "905", "905", "906", "906")
    assert [f["properties"]["N"] for f in near] == [4]


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def small(place: Path, **how: Any) -> sqlite3.Connection:
        database = connect(place, **how)
        database.execute("PRAGMA max_page_count = 60")
        return database

    connect = sqlite3.connect
    monkeypatch.setattr(geopackage.sqlite3, "connect", small)
    with pytest.raises(OSError, match="full"):
        write(tmp_path, rows({"T": (TEXT, ["村" * 4000] * 50)}, [POLYGON] * 50))


def test_it_can_be_stopped(tmp_path: Path) -> None:
    stopped = Options(watch=Watch(cancelled=lambda: True))
    with pytest.raises(Cancelled):
        geopackage.write([rows({"N": (INTEGER, [1])}, [POLYGON])], tmp_path / NAME, stopped)
