"""File geodatabases, as GDAL of another version and QGIS read them."""

import warnings
from datetime import date
from pathlib import Path

import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.export.files import filegdb
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written
from tests.export.files.making import HOSTILE, ogr_features, ogr_summary
from tests.export.files.rows import (
    DATE,
    HOLED,
    INTEGER,
    NUMBER,
    POINT,
    POLYGON,
    SEVERAL,
    TEXT,
    YES,
    qgis,
    rows,
)

NAME = "a.gdb"


def write(folder: Path, *layers: Layer) -> Written:
    return filegdb.write(layers, folder / NAME, Options())


def test_values_of_every_type_come_back(tmp_path: Path) -> None:
    columns = {
        "T": (TEXT, ["𠮷田", "", None]),
        "I": (INTEGER, [-1, 2**30, None]),
        "N": (NUMBER, [0.5, 1e300, None]),
        "D": (DATE, [date(1900, 1, 1), date(2026, 2, 28), None]),
        "Y": (YES, [True, False, None]),
    }
    write(tmp_path, rows(columns, [POLYGON, HOLED, None]), rows({"XM": (TEXT, HOSTILE)}, name="resident"))
    house, resident = qgis(tmp_path / NAME, "house", "resident")
    found = [[row[name] for name in "TIN"] for row in house["rows"]]
    assert found == [["𠮷田", -1, 0.5], ["", 2**30, 1e300], [None, None, None]]
    assert [str(row["D"])[:10] for row in house["rows"]] == ["1900-01-01", "2026-02-28", "None"]
    assert [row["Y"] for row in house["rows"]] == [1, 0, None]
    assert [row["XM"] for row in resident["rows"]] == list(HOSTILE)


@pytest.mark.parametrize("epsg", [4490, 4549, 4528, 3857])
def test_the_crs_is_recognised_and_places_are_kept(tmp_path: Path, epsg: int) -> None:
    east = {4490: 119.123456789, 4528: 40_500_000.1234}.get(epsg, 500_000.1234)
    place = shapely.Point(east, 28.123456789)
    write(tmp_path, rows({"N": (INTEGER, [1])}, [place], epsg=epsg, name="shelter"))
    (asked,) = qgis(tmp_path / NAME, "shelter")
    assert asked["crs"] == f"EPSG:{epsg}"
    found = shapely.from_wkt(asked["wkt"][0])
    assert shapely.equals_exact(found, place, tolerance=2e-4)


def test_mixed_shapes_and_empty_tables(tmp_path: Path) -> None:
    columns = {"A": (TEXT, []), "I": (INTEGER, []), "N": (NUMBER, []), "D": (DATE, []), "Y": (YES, [])}
    written = write(
        tmp_path,
        rows({"N": (INTEGER, [1, 2, 3])}, [POINT, POLYGON, SEVERAL]),
        rows(columns, name="household"),
        rows(columns, [], name="road"),
    )
    told = ogr_summary(tmp_path / NAME)
    for layer, kind, count in (
        ("house_point", "Point", 1),
        ("house_area", "Multi Polygon", 2),
        ("household", "None", 0),
        ("road", "Multi Line String", 0),
    ):
        assert f"Layer name: {layer}\n" in told
        said = told.split(f"Layer name: {layer}\n")[1]
        assert f"Geometry: {kind}\nFeature Count: {count}" in said
    assert written.files["house"] == [tmp_path / NAME]
    assert len(ogr_features(tmp_path / NAME, "house_area")) == 2


def test_whole_numbers_that_would_lose_their_ends_are_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(tmp_path, rows({"I": (INTEGER, [2**31, -(2**53), None])}, [POLYGON] * 3))
    found = ogr_features(tmp_path / NAME, "house")
    assert [f["properties"]["I"] for f in found] == [2**31, -(2**53), None]
    with pytest.raises(InputRefused, match="请导出成 GeoPackage"):
        filegdb.write([rows({"I": (INTEGER, [2**53 + 1])}, [POLYGON])], tmp_path / "b.gdb", Options())
