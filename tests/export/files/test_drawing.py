"""CAD drawings are sound to ezdxf and GDAL, in metres, a CAD layer a class, with what rows say at their shapes."""

from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely
from ezdxf import recover
from ezdxf.document import Drawing

from mingqing.core.errors import InputRefused
from mingqing.export.files import drawing
from mingqing.export.files.drawing import APPLICATION, write
from mingqing.export.layer import Layer
from mingqing.export.writing import Options
from tests.export.files.making import BIG, HOLED, HOSTILE, HOUSE, layer, ogr_features

LINE = shapely.LineString([(450_000, 3_140_000), (450_100, 3_140_000.12345)])
POINT = shapely.Point(450_000, 3_140_000)


def _drawn(place: Path, *layers: Layer, **options: Any) -> Drawing:
    write(layers, place, Options(**options))
    document = ezdxf.readfile(place)
    auditor = document.audit()
    assert not auditor.errors
    assert not auditor.fixes
    return document


def _said(entity: Any) -> list[str]:
    return [tag.value for tag in entity.get_xdata(APPLICATION)]


def test_a_drawing_is_in_metres_and_says_its_crs(tmp_path: Path) -> None:
    out = tmp_path / "a.dxf"
    document = _drawn(out, layer("house", {"house_no": ["F1"]}, [HOUSE]), project="松阳县", about="演示")
    assert document.acad_release == "R2004"
    assert document.header["$INSUNITS"] == 6
    assert document.header["$DWGCODEPAGE"] == "ANSI_936"
    assert "松阳县" in out.read_text(encoding="gbk")
    properties = dict(document.header.custom_vars.properties)
    assert properties["项目"] == "松阳县"
    assert "EPSG:4549" in properties["坐标系"]
    (title,) = document.modelspace().query('TEXT[layer=="图名"]')
    assert title.dxf.text.startswith("松阳县  CGCS2000 3度带 中央经线120°（EPSG:4549）")
    assert title.dxf.insert.y < HOUSE.bounds[1]
    assert out.stat().st_mode & 0o077 == 0


def test_a_class_of_the_map_is_a_cad_layer_in_its_colour(tmp_path: Path) -> None:
    houses = layer("house", {"structure": ["砖混", "砖木", None]}, [HOUSE, HOLED, POINT])
    document = _drawn(tmp_path / "a.dxf", houses)
    found = {e.dxf.layer for e in document.modelspace().query("LWPOLYLINE POINT")}
    assert found == {"农房-砖混、底框、混杂", "农房-砖木", "农房-其他或不详"}
    assert document.layers.get("农房-砖木").rgb == (0xA2, 0x7D, 0x47)


def test_borders_are_closed_and_holes_say_what_they_are(tmp_path: Path) -> None:
    both = shapely.MultiPolygon([HOUSE, HOLED])
    document = _drawn(tmp_path / "a.dxf", layer("house", {"house_no": ["F1"]}, [both], ids=[BIG]))
    lines = list(document.modelspace().query("LWPOLYLINE"))
    assert [line.closed for line in lines] == [True] * 3
    assert [len(line) for line in lines] == [4, 4, 4]
    assert [shapely.Polygon(line.get_points("xy")).area for line in lines] == pytest.approx(
        [HOUSE.area, 10_000, 3_600], abs=0.01
    )
    assert [_said(line) for line in lines] == [
        [f"民情标识={BIG}", "房屋编号=F1"],
        [f"民情标识={BIG}", "部位=另一部分"],
        [f"民情标识={BIG}", "部位=内环"],
    ]


def test_lines_and_points_are_what_they_are(tmp_path: Path) -> None:
    document = _drawn(
        tmp_path / "a.dxf",
        layer("road", {"name": ["村道"]}, [LINE]),
        layer("resource", {"name": ["古樟"]}, [POINT]),
    )
    (line,) = document.modelspace().query("LWPOLYLINE")
    (point,) = document.modelspace().query("POINT")
    assert not line.closed
    assert [tuple(xy) for xy in line.get_points("xy")][1] == (
        450_100,
        pytest.approx(3_140_000.1235, abs=0.0002),
    )
    assert tuple(point.dxf.location)[:2] == (450_000, 3_140_000)


def test_what_the_map_writes_stands_at_the_shape(tmp_path: Path) -> None:
    short = shapely.LineString([(450_000, 3_140_000), (450_005, 3_140_005)])
    document = _drawn(
        tmp_path / "a.dxf",
        layer("house", {"house_no": ["F1", None]}, [HOLED, HOUSE]),
        layer("road", {"name": ["石壁下路", "放不下的一条路的名字"]}, [shapely.reverse(LINE), short]),
    )
    texts = {e.dxf.text: e for e in document.modelspace().query('TEXT[layer!="图名"]')}
    assert set(texts) == {"F1", "石壁下路"}
    x, y, _ = texts["F1"].dxf.align_point
    assert shapely.Point(x, y).within(HOLED)
    assert texts["石壁下路"].dxf.rotation == pytest.approx(0, abs=0.1), "not upside down"
    style = document.styles.get(texts["F1"].dxf.style)
    assert style.get_extended_font_data()[0] == "宋体"


def test_hostile_text_breaks_nothing(tmp_path: Path) -> None:
    rows = layer("house", {"house_no": HOSTILE, "address": HOSTILE}, [HOUSE] * len(HOSTILE))
    document = _drawn(tmp_path / "a.dxf", rows)
    said = [_said(e)[2] for e in document.modelspace().query("LWPOLYLINE")]
    assert said[1] == r"门牌地址=\U+D842\U+DFB7田\U+D83D\U+DE00"
    assert said[2] == "门牌地址=一行^J两行^I栏"
    assert said[-1] == "门牌地址=^ J %%c \\P {}"
    assert len(ogr_features(tmp_path / "a.dxf")) == 2 * len(HOSTILE) + 1
    _, auditor = recover.readfile(tmp_path / "a.dxf")
    assert not auditor.errors


def test_long_text_goes_on_in_further_strings(tmp_path: Path) -> None:
    text = "民情" * 150
    document = _drawn(tmp_path / "a.dxf", layer("house", {"address": [text]}, [HOUSE]))
    (house,) = document.modelspace().query("LWPOLYLINE")
    strings = _said(house)[1:]
    assert max(len(s.encode("gbk")) for s in strings) <= 255
    assert "".join(s.removeprefix("门牌地址=") for s in strings) == text


def test_more_text_than_an_entity_holds_is_told(tmp_path: Path) -> None:
    rows = layer("house", {"address": ["长" * 4000], "house_no": ["长" * 4000]}, [HOUSE])
    written = write([rows], tmp_path / "a.dxf", Options())
    assert "1 个图形的文字太多" in written.notes[0]


def test_gdal_reads_it(tmp_path: Path) -> None:
    write([layer("house", {"house_no": ["F1"]}, [HOUSE])], tmp_path / "a.dxf", Options())
    found = [f for f in ogr_features(tmp_path / "a.dxf") if f["properties"]["Layer"] == "农房-其他或不详"]
    (shape,) = (shapely.geometry.shape(f["geometry"]) for f in found)
    assert shapely.hausdorff_distance(shapely.Polygon(shape.coords), HOUSE) < 0.001


def test_degrees_are_refused_with_a_crs_that_will_do(tmp_path: Path) -> None:
    rows = layer("resource", {"name": ["古樟"]}, [shapely.Point(119.5, 28.4)], epsg=4490)
    with pytest.raises(InputRefused, match="EPSG:4549"):
        write([rows], tmp_path / "a.dxf", Options())


def test_what_has_no_shape_is_told(tmp_path: Path) -> None:
    people = layer("resident", {"name": ["张三"]})
    houses = layer("house", {"house_no": ["F1", "F2"]}, [None, HOUSE])
    assert write([people, houses], tmp_path / "a.dxf", Options()).notes == [
        "没有图形的表没有写进 CAD 图：人口",
        "有 1 行没有图形，没有写进 CAD 图",
    ]
    with pytest.raises(InputRefused, match="人口没有图形"):
        write([people], tmp_path / "b.dxf", Options())


def test_more_than_a_cad_program_is_glad_of_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MOST_SHAPES", 2)
    with pytest.raises(InputRefused, match="只选几个村"):
        write([layer("house", {"house_no": list("abc")}, [HOUSE] * 3)], tmp_path / "a.dxf", Options())


def test_an_empty_table_is_an_empty_drawing(tmp_path: Path) -> None:
    document = _drawn(tmp_path / "a.dxf", layer("house", {"house_no": []}, []))
    assert len(document.modelspace()) == 0
    assert isinstance(document, ezdxf.document.Drawing)
