"""GeoJSON after RFC 7946."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.export.files import geojson
from mingqing.export.writing import Options
from tests.export.files.making import HOSTILE, ogr_features
from tests.export.files.rows import DATE, INTEGER, NUMBER, TEXT, YES, qgis, rows

BOX = shapely.box(119.4, 28.3, 119.5, 28.4)
HOLED = shapely.Polygon(BOX.exterior, [shapely.box(119.42, 28.32, 119.44, 28.34).exterior])
PLACE = shapely.Point(119.12345678912, 28.98765432198)


def read(path: Path) -> list[dict[str, Any]]:
    said = json.loads(path.read_text(encoding="utf-8"))
    assert said["type"] == "FeatureCollection"
    assert "crs" not in said
    features: list[dict[str, Any]] = said["features"]
    return features


def test_values_ids_and_nulls_are_json(tmp_path: Path) -> None:
    columns = {
        "T": (TEXT, ["𠮷田", "", None]),
        "I": (INTEGER, [1, -2, None]),
        "N": (NUMBER, [0.5, float("nan"), None]),
        "D": (DATE, [date(1899, 1, 2), None, None]),
        "Y": (YES, [True, False, None]),
    }
    layer = rows(columns, [BOX, None, shapely.Polygon()], epsg=4490)
    written = geojson.write([layer], tmp_path / "a", Options())
    features = read(tmp_path / "a" / "house.geojson")
    assert [f["properties"] for f in features] == [
        {"T": "𠮷田", "I": 1, "N": 0.5, "D": "1899-01-02", "Y": True},
        {"T": "", "I": -2, "N": None, "D": None, "Y": False},
        {"T": None, "I": None, "N": None, "D": None, "Y": None},
    ]
    assert [f["id"] for f in features] == [str(i) for i in layer.ids.tolist()]
    assert [f["geometry"] is None for f in features] == [False, True, True]
    assert written.files == {"house": [tmp_path / "a" / "house.geojson"]}
    assert len(written.notes) == 1  # the number that is none


def test_rings_follow_the_right_hand_rule(tmp_path: Path) -> None:
    shapes = [HOLED, shapely.reverse(HOLED), shapely.MultiPolygon([shapely.reverse(BOX)])]
    geojson.write([rows({"N": (INTEGER, [1, 2, 3])}, shapes, epsg=4326)], tmp_path / "a.geojson", Options())
    for feature in read(tmp_path / "a.geojson"):
        for polygon in shapely.get_parts(shapely.from_geojson(json.dumps(feature["geometry"]))):
            assert polygon.exterior.is_ccw
            assert not any(hole.is_ccw for hole in polygon.interiors)


def test_coordinates_have_nine_decimals(tmp_path: Path) -> None:
    geojson.write([rows({"N": (INTEGER, [1])}, [PLACE], epsg=4490)], tmp_path / "a.geojson", Options())
    assert '"coordinates":[119.123456789,28.987654322]' in (tmp_path / "a.geojson").read_text(
        encoding="utf-8"
    )


def test_one_file_says_the_table_of_each_feature(tmp_path: Path) -> None:
    layers = [
        rows({"N": (INTEGER, [1])}, [BOX], epsg=4490),
        rows({"N": (INTEGER, [])}, [], epsg=4490, name="road"),
        rows({"XM": (TEXT, ["甄一一"])}, name="resident"),
    ]
    written = geojson.write(layers, tmp_path / "a.json", Options(project="松阳"))
    assert [list(f["properties"].items()) for f in read(tmp_path / "a.json")] == [
        [("table", "house"), ("N", 1)],
        [("table", "resident"), ("XM", "甄一一")],
    ]
    assert set(written.files) == {"house", "road", "resident"}


def test_nothing_is_a_collection_too(tmp_path: Path) -> None:
    geojson.write([rows({"N": (INTEGER, [])}, [], epsg=4490)], tmp_path / "a", Options())
    assert read(tmp_path / "a" / "house.geojson") == []


def test_hostile_text_is_read_by_gdal_and_qgis(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    geojson.write([rows({"T": (TEXT, HOSTILE)}, [BOX] * len(HOSTILE), epsg=4490)], path, Options())
    assert [f["properties"]["T"] for f in ogr_features(path)] == list(HOSTILE)
    (asked,) = qgis(path)
    assert (asked["count"], asked["crs"]) == (len(HOSTILE), "EPSG:4326")


def test_metres_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="经纬度"):
        geojson.write([rows({"N": (INTEGER, [1])}, [BOX], epsg=4549)], tmp_path / "a.geojson", Options())


def test_many_rows_are_written_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "_AT_A_TIME", 3)
    numbers = np.arange(8).tolist()
    geojson.write([rows({"N": (INTEGER, numbers)}, [BOX] * 8, epsg=4490)], tmp_path / "a.geojson", Options())
    assert [f["properties"]["N"] for f in read(tmp_path / "a.geojson")] == numbers
