"""Plain SpatiaLite is read by GDAL, another version than ours, with all values of their kind."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
import shapely

from mingqing.export.files.spatialite import DICTIONARY, write
from mingqing.export.writing import Options
from tests.export.files.making import BIG, HOLED, HOSTILE, HOUSE, layer, ogr_features, ogr_summary


def test_values_come_back_of_their_kind(tmp_path: Path) -> None:
    out = tmp_path / "a.sqlite"
    columns = {
        "house_no": ["007", None],
        "storeys": [2, None],
        "floor_area_m2": [166.85, None],
        "verified_on": [date(2026, 2, 28), None],
        "dangerous": [True, None],
    }
    written = write([layer("house", columns, [HOUSE, HOLED], ids=[BIG, 1])], out, Options())
    assert written.files == {"house": [out]}
    by_id = {f["properties"]["MQID"]: f for f in ogr_features(out, "house")}
    told = by_id[str(BIG)]["properties"]
    assert told == {
        "MQID": str(BIG),
        "FWBH": "007",
        "CS": 2,
        "JZMJ": 166.85,
        "HSRQ": "2026-02-28",
        "SFWF": 1,
    }
    assert set(by_id["1"]["properties"].values()) == {"1", None}
    assert shapely.geometry.shape(by_id["1"]["geometry"]).equals(HOLED)
    with sqlite3.connect(out) as database:
        assert database.execute("SELECT max(ogc_fid) FROM house").fetchone() == (BIG,)
    database.close()


def test_hostile_text_comes_back(tmp_path: Path) -> None:
    out = tmp_path / "a.sqlite"
    write([layer("resident", {"name": HOSTILE})], out, Options())
    found = [f["properties"]["XM"] for f in ogr_features(out, "resident")]
    assert found == list(HOSTILE)


def test_shapes_of_several_kinds_become_layers_of_one_each(tmp_path: Path) -> None:
    out = tmp_path / "a.sqlite"
    mixed = layer("house", {"house_no": ["a", "b", "c"]}, [HOUSE, shapely.Point(450_000, 3_140_000), None])
    written = write([mixed], out, Options())
    assert set(written.files) == {"house_point", "house_area"}
    assert written.notes == ["“农房”的图形不是同一种，分成 house_point、house_area"]
    by_layer = {name: [f["properties"]["FWBH"] for f in ogr_features(out, name)] for name in written.files}
    assert sorted(by_layer["house_point"] + by_layer["house_area"]) == ["a", "b", "c"]
    assert "a" in by_layer["house_area"]
    assert "b" in by_layer["house_point"]
    told = ogr_summary(out)
    assert "Geometry: Point" in told
    assert "Geometry: Polygon" in told


def test_the_dictionary_says_what_columns_mean(tmp_path: Path) -> None:
    out = tmp_path / "a.sqlite"
    write([layer("house", {"structure": ["砖混"], "floor_area_m2": [1.0]}, [HOUSE])], out, Options())
    database = sqlite3.connect(out)
    rows = {row[3]: row[1:] for row in database.execute(f'SELECT * FROM "{DICTIONARY}"')}
    database.close()
    assert rows["JZMJ"][:6] == ("house", "农房", "JZMJ", "建筑面积", "小数", "平方米")
    assert rows["FWJG"][3] == "房屋结构"
    assert "砖混；" in rows["FWJG"][6]


@pytest.mark.parametrize("geometry", [None, []])
def test_an_empty_table_is_there(tmp_path: Path, geometry: list[object] | None) -> None:
    out = tmp_path / "a.sqlite"
    write([layer("house", {"house_no": []}, geometry)], out, Options())
    assert ogr_features(out, "house") == []
