"""GeoPackage, GeoJSON and KML arrive as layers, and what is unsafe in them is left alone."""

import json
import zipfile
from pathlib import Path

import pytest

from mingqing.core.errors import InputRefused
from tests.ingest.reading.conftest import read_one, write_houses


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".kml"])
def test_values_and_shapes_arrive(tmp_path: Path, suffix: str) -> None:
    layer = read_one(write_houses(tmp_path / f"农房{suffix}", epsg=4326))
    assert len(layer) == 5
    assert layer.columns["门牌地址"][0] == "大竹溪村一号"
    assert layer.columns["层数"] == [1, 2, 3, 2, 1]
    assert layer.geometry is not None
    assert layer.geometry[1].bounds[0] == pytest.approx(119.401)
    assert layer.crs is not None
    assert layer.crs.epsg == 4326
    assert layer.crs.certain == (suffix == ".gpkg")


def test_kmz_is_opened(tmp_path: Path) -> None:
    kml = write_houses(tmp_path / "农房.kml", epsg=4326)
    with zipfile.ZipFile(tmp_path / "打包.kmz", "w") as container:
        container.write(kml, "doc.kml")
    assert len(read_one(tmp_path / "打包.kmz")) == 5


def test_geojson_in_gbk_is_read(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "农房.geojson", epsg=4326)
    path.write_bytes(path.read_bytes().decode().encode("gbk"))
    assert read_one(path).columns["门牌地址"][0] == "大竹溪村一号"


def test_large_geojson_of_few_characters_is_the_utf8_that_it_has_to_be(tmp_path: Path) -> None:
    row = {
        "type": "Feature",
        "properties": {"道路名称": "路", "道路等级": "村道", "桥隧": None},
        "geometry": {"type": "LineString", "coordinates": [[119.4, 28.4], [119.5, 28.5]]},
    }
    path = tmp_path / "道路.geojson"
    whole = {"type": "FeatureCollection", "features": [row] * 5000}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    layer = read_one(path)
    assert len(layer) == 5000
    assert layer.columns["道路等级"][0] == "村道"
    assert layer.encoding is not None
    assert layer.encoding.certain


def test_kml_in_gbk_is_read_by_what_its_header_says(tmp_path: Path) -> None:
    path = write_houses(tmp_path / "农房.kml", epsg=4326)
    text = path.read_text(encoding="utf-8").replace('encoding="utf-8"', 'encoding="GB2312"')
    path.write_bytes(text.encode("gbk"))
    layer = read_one(path)
    assert layer.columns["门牌地址"][0] == "大竹溪村一号"
    assert layer.encoding is not None
    assert layer.encoding.name == "gb18030"


def test_rows_with_null_shapes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "点.geojson"
    point = '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[119,28,7]}}'
    null = '{"type":"Feature","properties":{"a":2},"geometry":null}'
    path.write_text(f'{{"type":"FeatureCollection","features":[{point},{null}]}}')
    layer = read_one(path)
    assert layer.columns["a"] == [1, 2]
    assert layer.geometry is not None
    assert layer.geometry[1] is None
    assert any("Z/M" in note for note in layer.notes)


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><kml>&b;</kml>',
        '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/hostname">]><kml>&x;</kml>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(tmp_path: Path, document: str, encoding: str) -> None:
    path = tmp_path / "险.kml"
    path.write_bytes(document.encode(encoding))
    with pytest.raises(InputRefused, match="DOCTYPE"):
        read_one(path)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.kml", "a.kmz", "a.gpx"])
@pytest.mark.parametrize("content", [b"", b"{}", b"<html></html>", b"SQLite format 3\0" + bytes(84)])
def test_what_is_not_what_it_says_is_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputRefused, match="a"):
        read_one(path)
