"""KML, as GDAL of another version, an XML parser and our own reader read it."""

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.export.files import kml
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Origin
from mingqing.export.writing import Options, Written
from tests.export.files.making import HOSTILE, ogr_features
from tests.export.files.rows import DATE, INTEGER, NUMBER, TEXT, YES, rows

SPACE = {"k": "http://www.opengis.net/kml/2.2"}
BOX = shapely.box(119.4, 28.3, 119.5, 28.4)
HOLED = shapely.Polygon(BOX.exterior, [shapely.box(119.42, 28.32, 119.44, 28.34).exterior])
SEVERAL = shapely.MultiPolygon([shapely.box(119.1, 28.1, 119.2, 28.2), HOLED])
LINE = shapely.LineString([(119.1, 28.1), (119.2, 28.3)])
LINES = shapely.MultiLineString([LINE, shapely.LineString([(119, 28), (119.1, 28)])])
POINT = shapely.Point(119.123456789, 28.1)
POINTS = shapely.MultiPoint([POINT, (119.2, 28.2)])


def write(folder: Path, *layers: Layer) -> Written:
    return kml.write(layers, folder / "a.kml", Options(project="松阳<&>"))


def parsed(folder: Path) -> ET.Element:
    return ET.parse(folder / "a.kml").getroot()  # noqa: S314 - our own


@pytest.mark.parametrize("given", [[BOX, HOLED, SEVERAL], [LINE, LINES], [POINT, POINTS], [POINT, BOX, LINE]])
def test_shapes_come_back(tmp_path: Path, given: list[shapely.Geometry]) -> None:
    write(tmp_path, rows({"N": (INTEGER, range(len(given)))}, given, epsg=4490))
    found = [
        shapely.from_geojson(str(f["geometry"]).replace("'", '"')) for f in ogr_features(tmp_path / "a.kml")
    ]
    for shape in given:
        assert any(shapely.equals(shape, other) for other in found)


def test_a_folder_a_table_a_placemark_a_row(tmp_path: Path) -> None:
    house, resource = catalog().tables["house"], catalog().tables["resource"]
    named = {"FWBH": {"title": "房屋编号", "of": house.field_by_name["house_no"]}}
    layer = rows({"FWBH": (TEXT, ["A1", None]), "CS": (INTEGER, [2, None])}, [BOX, BOX], epsg=4490, **named)
    other = rows({"N": (NUMBER, [1.5])}, [POINT], epsg=4326, name="resource")
    write(tmp_path, layer, other)
    document = parsed(tmp_path)
    folders = document.findall(".//k:Folder", SPACE)
    assert [f.findtext("k:name", "", SPACE) for f in folders] == [house.title, resource.title]
    assert document.findtext("k:Document/k:name", "", SPACE) == "松阳<&>"
    first, second = folders[0].findall("k:Placemark", SPACE)
    assert first.findtext("k:name", "", SPACE) == "A1"
    assert first.findtext("k:description", "", SPACE) == "房屋编号：A1\nCS的中文：2"
    assert [d.get("name") for d in first.findall(".//k:Data", SPACE)] == ["FWBH", "CS"]
    assert [d.text for d in first.findall(".//k:displayName", SPACE)] == ["房屋编号", "CS的中文"]
    (told, _) = ogr_features(tmp_path / "a.kml", house.title)
    assert {name: told["properties"].get(name) for name in ("Name", "FWBH", "CS")} == {
        "Name": "A1",
        "FWBH": "A1",
        "CS": "2",
    }
    assert second.findall(".//k:Data", SPACE) == []
    styles = {f"#{s.get('id')}" for s in document.findall(".//k:Style", SPACE)}
    used = [f.findtext("k:Placemark/k:styleUrl", "", SPACE) for f in folders]
    assert set(used) < styles
    assert used[0] != used[1]


def test_rings_run_counter_clockwise(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1])}, [shapely.reverse(HOLED)], epsg=4490))
    (polygon,) = parsed(tmp_path).findall(".//k:Polygon", SPACE)
    turns = {}
    for side in ("outerBoundaryIs", "innerBoundaryIs"):
        said = polygon.findtext(f"k:{side}/k:LinearRing/k:coordinates", "", SPACE)
        turns[side] = shapely.LinearRing([tuple(map(float, p.split(","))) for p in said.split()]).is_ccw
    assert turns == {"outerBoundaryIs": True, "innerBoundaryIs": False}


def test_rows_without_a_shape_are_left_out_and_told(tmp_path: Path) -> None:
    layer = rows({"N": (INTEGER, [1, 2, 3])}, [None, BOX, shapely.Polygon()], epsg=4490)
    written = write(tmp_path, layer, rows({"XM": (TEXT, ["甄一一"])}, name="resident"))
    assert [n.split("有 ")[1][0] for n in written.notes] == ["2", "1"]
    assert set(written.files) == {"house"}
    assert len(ogr_features(tmp_path / "a.kml")) == 1
    assert "甄一一" not in (tmp_path / "a.kml").read_text(encoding="utf-8")


def test_keys_for_programs_are_not_told_to_people(tmp_path: Path) -> None:
    layer = rows({"MQID": (TEXT, ["4611686018427387905"])}, [BOX], epsg=4490, MQID={"origin": Origin.ID})
    write(tmp_path, layer)
    said = parsed(tmp_path)
    assert said.findtext(".//k:description", "", SPACE) == ""
    assert said.findtext(".//k:value", "", SPACE) == "4611686018427387905"


def test_hostile_text_is_escaped(tmp_path: Path) -> None:
    n = len(HOSTILE)
    columns = {"T": (TEXT, HOSTILE), "D": (DATE, [date(1900, 1, 2)] * n), "Y": (YES, [True] * n)}
    layer = rows(columns, [BOX] * n, epsg=4490)
    write(tmp_path, layer)
    marks = parsed(tmp_path).findall(".//k:Placemark", SPACE)
    found = [[v.text for v in mark.findall(".//k:value", SPACE)] for mark in marks]
    assert found == [[text.replace("\x07", ""), "1900-01-02", "是"] for text in HOSTILE]


def test_titles_are_escaped(tmp_path: Path) -> None:
    layer = rows({"T": (TEXT, ["一"])}, [BOX], epsg=4490, T={"title": "层\"<'&"})
    write(tmp_path, layer)
    assert parsed(tmp_path).findtext(".//k:displayName", "", SPACE) == "层\"<'&"
    assert parsed(tmp_path).findtext(".//k:description", "", SPACE) == "层\"<'&：一"
