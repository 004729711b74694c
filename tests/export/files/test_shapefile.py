"""Shapefiles, as GDAL of another version and QGIS read them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType, GeometryKind
from mingqing.core.errors import Cancelled, InputRefused
from mingqing.core.watch import Watch
from mingqing.export.files import shapefile
from mingqing.export.layer import Layer
from mingqing.export.profile.find import profile
from mingqing.export.writing import Options, Written
from tests.export.files.making import ogr_features, ogr_summary
from tests.export.files.rows import (
    DATE,
    FIRST_ID,
    HOLED,
    INTEGER,
    LINE,
    LINES,
    NUMBER,
    POINT,
    POLYGON,
    SEVERAL,
    TEXT,
    YES,
    qgis,
    rows,
)  # fmt: skip


def write(folder: Path, *layers: Layer, encoding: str = "UTF-8") -> Written:
    return shapefile.write(layers, folder / "shp", Options(encoding))


def column(path: Path, name: str) -> list[Any]:
    return [feature["properties"].get(name) for feature in ogr_features(path)]


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_chinese_is_read_by_gdal_and_by_qgis(tmp_path: Path, encoding: str) -> None:
    words = ["小竹溪村", "甄一·一—", "a\nb", None]
    write(tmp_path, rows({"NAME": (TEXT, words)}, [POLYGON] * 4), encoding=encoding)
    path = tmp_path / "shp" / "house.shp"
    assert column(path, "NAME") == words
    (asked,) = qgis(path)
    assert [row["NAME"] for row in asked["rows"]] == words
    assert (asked["count"], asked["crs"]) == (4, "EPSG:4549")


@pytest.mark.parametrize(("encoding", "page", "ldid"), [("UTF-8", "UTF-8", 0), ("GBK", "936", 0x4D)])
def test_code_page_and_language_driver_agree(tmp_path: Path, encoding: str, page: str, ldid: int) -> None:
    write(tmp_path, rows({"NAME": (TEXT, ["村"])}, [POLYGON]), encoding=encoding)
    assert (tmp_path / "shp" / "house.cpg").read_text() == page
    assert (tmp_path / "shp" / "house.dbf").read_bytes()[29] == ldid


@pytest.mark.parametrize("character", ["𠮷", "😀", "€", "\x80"])
def test_a_character_that_gbk_lacks_is_refused_by_place(tmp_path: Path, character: str) -> None:
    layer = rows({"NAME": (TEXT, [None, "田", f"李{character}"])}, [POLYGON] * 3)
    with pytest.raises(InputRefused) as refused:
        write(tmp_path, layer, encoding="GBK")
    said = str(refused.value)
    assert all(
        part in said for part in ("农房", str(layer.ids[2]), "NAME的中文", character, "UTF-8", "GeoPackage")
    )


def test_characters_that_gbk_has_and_gb2312_has_not_come_back(tmp_path: Path) -> None:
    write(tmp_path, rows({"NAME": (TEXT, ["李鑨", "朱镕", "畲囍"])}, [POLYGON] * 3), encoding="GBK")
    assert column(tmp_path / "shp" / "house.shp", "NAME") == ["李鑨", "朱镕", "畲囍"]


def test_shapes_are_the_bytes_that_gdal_writes(tmp_path: Path) -> None:
    turned = shapely.reverse(HOLED)
    shapes = [SEVERAL, None, POLYGON, turned, shapely.Polygon(), shapely.reverse(SEVERAL), HOLED]
    write(tmp_path, rows({"N": (INTEGER, range(7))}, shapes))
    theirs = tmp_path / "theirs.shp"
    pyogrio.raw.write(
        theirs,
        shapely.to_wkb(np.array([None if s is None or s.is_empty else s for s in shapes])),
        [np.arange(7)],
        ["N"],
        geometry_type="Polygon",
        crs="EPSG:4549",
    )
    for suffix in (".shp", ".shx"):
        assert (tmp_path / "shp" / "house.shp").with_suffix(suffix).read_bytes() == theirs.with_suffix(
            suffix
        ).read_bytes()


@pytest.mark.parametrize(
    ("shapes", "wkt"),
    [
        ([LINE, None, LINES], "LineString"),
        ([POINT, None], "Point"),
        ([POINT, shapely.MultiPoint([POINT, (1, 2)])], "MultiPoint"),
    ],
)
def test_lines_and_points_come_back(tmp_path: Path, shapes: Sequence[Any], wkt: str) -> None:
    write(tmp_path, rows({"N": (INTEGER, range(len(shapes)))}, shapes))
    path = tmp_path / "shp" / "house.shp"
    meta, _, wkb, _ = pyogrio.raw.read(path)
    assert meta["geometry_type"] == wkt
    pairs = zip(shapely.from_wkb(wkb), shapes, strict=True)
    assert all((a is None) == (b is None) and (a is None or shapely.equals(a, b)) for a, b in pairs)
    assert ogr_summary(path)


def test_many_shapes_are_written_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingqing.export.files.shp._AT_A_TIME", 3)
    monkeypatch.setattr("mingqing.export.files.dbf._AT_A_TIME", 4)
    shapes = [SEVERAL, HOLED, None, POLYGON, POLYGON, SEVERAL, None, HOLED]
    write(tmp_path, rows({"N": (INTEGER, range(8))}, shapes))
    _, _, wkb, (numbers,) = pyogrio.raw.read(tmp_path / "shp" / "house.shp")
    assert list(numbers) == list(range(8))
    for found, shape in zip(shapely.from_wkb(wkb), shapes, strict=True):
        assert (found is None) if shape is None else shapely.equals(found, shape)


@pytest.mark.parametrize("epsg", [4490, 4549, 4528, 3857, 4326, 4543])
def test_the_crs_is_recognised(tmp_path: Path, epsg: int) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1])}, [POLYGON], epsg=epsg))
    (asked,) = qgis(tmp_path / "shp" / "house.shp")
    assert asked["crs"] == f"EPSG:{epsg}"


@pytest.mark.parametrize("length", [253, 254, 255, 256, 508, 509, 1200])
@pytest.mark.parametrize(
    ("encoding", "character"), [("UTF-8", "村"), ("GBK", "村"), ("UTF-8", "𠮷"), ("GBK", "a")]
)
def test_long_text_continues_and_is_whole(tmp_path: Path, length: int, encoding: str, character: str) -> None:
    size = len(character.encode(encoding))
    text = "x" * (length % size) + character * (length // size)
    written = write(tmp_path, rows({"REMARK": (TEXT, ["短", text, None])}, [POLYGON] * 3), encoding=encoding)
    read = ogr_features(tmp_path / "shp" / "house.shp")
    names = ["REMARK", *(f"REMARK_{n}" for n in range(2, 9))]
    joined = ["".join(row["properties"].get(name) or "" for name in names) for row in read]
    assert joined == ["短", text, ""]
    assert ("REMARK_2" in read[0]["properties"]) == (length > 254) == bool(written.notes)


def test_text_is_not_cut_beside_a_space(tmp_path: Path) -> None:
    text = "a" * 253 + " " + "b" * 252 + "  c"
    write(tmp_path, rows({"REMARK": (TEXT, [text])}, [POLYGON]))
    (row,) = ogr_features(tmp_path / "shp" / "house.shp")
    assert "".join(row["properties"].values()) == text


def test_names_of_continuations_are_their_own(tmp_path: Path) -> None:
    long = ["村" * 100]
    names = ("ADDRESS_12", "ADDRESS_13", "ADDRESS__2")
    write(tmp_path, rows(dict.fromkeys(names, (TEXT, long)), [POLYGON]))
    (row,) = ogr_features(tmp_path / "shp" / "house.shp")
    found = [name.upper() for name in row["properties"]]
    assert len(found) == len(set(found)) == 6
    assert all(len(name) <= 10 for name in found)


@pytest.mark.parametrize("names", [("ELEVENCHARS",), ("房屋编号",)])
def test_names_that_a_dbf_would_cut_are_a_mistake_of_ours(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=names[0]):
        write(tmp_path, rows(dict.fromkeys(names, (TEXT, ["一"])), [POLYGON]))


def test_too_much_text_for_a_table_is_refused(tmp_path: Path) -> None:
    layer = rows({f"T{n}": (TEXT, ["村" * 4000]) for n in range(6)}, [POLYGON])
    with pytest.raises(InputRefused, match="GeoPackage"):
        write(tmp_path, layer)


def test_a_text_is_as_wide_as_the_taker_says_or_as_it_needs(tmp_path: Path) -> None:
    layer = rows(
        {"A": (TEXT, ["村"]), "B": (TEXT, ["小竹溪村"]), "C": (TEXT, [None])},
        [POLYGON],
        A={"length": 20},
        B={"length": 6},
    )
    written = write(tmp_path, layer)
    told = ogr_summary(tmp_path / "shp" / "house.shp")
    assert all(said in told for said in ("A: String (20.0)", "B: String (12.0)", "C: String (1.0)"))
    assert written.notes == ["“农房”的“B的中文”有比 6 字节长的，列加宽到 12 字节"]


def test_files_of_two_villages_have_the_same_columns(tmp_path: Path) -> None:
    table = catalog().tables["house"]
    layout = profile("plain").layouts["house"]
    said = []
    for village, text, number in (("一", "x", 1.0), ("二", "小竹溪村东边第三户人家", 1234.25)):
        typed = {FieldType.INTEGER: 3, FieldType.NUMBER: number, FieldType.DATE: date(2026, 1, 1)}
        cells = {"DZ": text, "FWBH": text}
        some = [[typed.get(out.type, cells.get(out.name))] for out in layout.columns]
        ids = np.array([FIRST_ID])
        shapes = np.array([POLYGON], dtype=object)
        layer = Layer(table, "house", "农房", ids, layout.columns, tuple(some), shapes, None, 4549)
        (tmp_path / village).mkdir()
        write(tmp_path / village, layer)
        said.append(ogr_summary(tmp_path / village / "shp" / "house.shp").partition("DBF_DATE")[2][12:])
    assert said[0] == said[1]
    wide = ("MQID: String (19.0)", "CUNDM: String (12.0)", "CUNMC: String (60.0)", "DZ: String (60.0)")
    assert all(column in said[0] for column in (*wide, "JZMJ: Real (12.2)", "CS: Integer (9.0)"))
    assert "SFWF: String (3.0)" in said[0]


NUMBERS = [0.1, 166.8, -1 / 3, 1e-7, 123456.789, 0.0, None]


@pytest.mark.parametrize(
    "numbers", [NUMBERS, [1e300, -5e-324, 0.1 + 0.2], [2.0**60, 0.5], [None, None], [-0.5, 12345678.25]]
)
def test_numbers_come_back_equal(tmp_path: Path, numbers: list[float | None]) -> None:
    write(tmp_path, rows({"N": (NUMBER, numbers)}, [POLYGON] * len(numbers)))
    _, _, _, (found,) = pyogrio.raw.read(tmp_path / "shp" / "house.shp")
    assert [None if np.isnan(n) else n for n in found.tolist()] == numbers


def test_numbers_have_the_decimals_that_the_taker_wants(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (NUMBER, [1.005, -1234.5, None])}, [POLYGON] * 3, N={"decimals": 2}))
    assert "N: Real (12.2)" in ogr_summary(tmp_path / "shp" / "house.shp")
    assert column(tmp_path / "shp" / "house.shp", "N") == [1.0, -1234.5, None]


def test_what_is_no_number_is_left_empty_and_told(tmp_path: Path) -> None:
    written = write(tmp_path, rows({"N": (NUMBER, [float("inf"), 1.5])}, [POLYGON] * 2))
    assert column(tmp_path / "shp" / "house.shp", "N") == [None, 1.5]
    assert written.notes == ["“农房”的“N的中文”有 1 个不是有限的数，留空"]


def test_whole_numbers_dates_and_booleans_come_back(tmp_path: Path) -> None:
    whole, days = [-(10**9), 10**17, None], [date(1, 1, 1), None, date(9999, 12, 31)]
    write(
        tmp_path,
        rows({"I": (INTEGER, whole), "D": (DATE, days), "Y": (YES, [True, False, None])}, [POLYGON] * 3),
    )
    path = tmp_path / "shp" / "house.shp"
    assert column(path, "I") == whole
    assert column(path, "D") == ["0001-01-01", None, "9999-12-31"]
    assert column(path, "Y") == ["T", "F", None]
    (asked,) = qgis(path)
    assert [row["D"] for row in asked["rows"]] == ["0001-01-01", None, "9999-12-31"]


def test_a_whole_number_that_readers_would_round_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="18 位"):
        write(tmp_path, rows({"I": (INTEGER, [10**18])}, [POLYGON]))


def test_mixed_shapes_become_files_of_one_kind(tmp_path: Path) -> None:
    layer = rows({"N": (INTEGER, [1, 2, 3, 4])}, [POLYGON, POINT, None, POLYGON])
    written = write(tmp_path, layer)
    assert column(tmp_path / "shp" / "house_area.shp", "N") == [1, 3, 4]
    assert column(tmp_path / "shp" / "house_point.shp", "N") == [2]
    assert {p.suffix for p in written.files["house"]} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    assert len(written.notes) == 1


def test_a_table_without_shapes_is_a_dbf(tmp_path: Path) -> None:
    written = write(tmp_path, rows({"NAME": (TEXT, ["甄一一", None])}, name="household"))
    assert sorted(p.name for p in (tmp_path / "shp").iterdir()) == ["household.cpg", "household.dbf"]
    assert column(tmp_path / "shp" / "household.dbf", "NAME") == ["甄一一", None]
    assert {p.name for p in written.files["household"]} == {"household.cpg", "household.dbf"}


@pytest.mark.parametrize(("name", "said"), [("house", "Polygon"), ("road", "Line String")])
def test_an_empty_layer_has_the_right_type(tmp_path: Path, name: str, said: str) -> None:
    columns = {"A": (TEXT, []), "I": (INTEGER, []), "N": (NUMBER, []), "D": (DATE, []), "Y": (YES, [])}
    write(tmp_path, rows(columns, [], name=name))
    told = ogr_summary(tmp_path / "shp" / f"{name}.shp")
    assert f"Geometry: {said}" in told
    assert "Feature Count: 0" in told


def test_shapes_that_are_all_missing_are_none(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1, 2])}, [None, None]))
    assert [f["geometry"] for f in ogr_features(tmp_path / "shp" / "house.shp")] == [None, None]


@pytest.mark.parametrize("text", ["村" * 20, "a"])  # the .dbf is the larger of the two, or the .shp
def test_what_is_too_large_is_divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(shapefile, "LARGEST", 900)
    written = write(tmp_path, rows({"N": (INTEGER, range(20)), "T": (TEXT, [text] * 20)}, [POLYGON] * 20))
    parts = [tmp_path / "shp" / f"house{end}.shp" for end in ("", *(f"_{n}" for n in range(2, 9)))]
    there = [part for part in parts if part.exists()]
    assert [n for part in there for n in column(part, "N")] == list(range(20))
    assert len(there) > 2
    assert all(p.stat().st_size <= 900 for p in (tmp_path / "shp").iterdir())
    assert f"分成 {len(there)} 份" in written.notes[0]


def test_a_nul_does_not_end_a_text(tmp_path: Path) -> None:
    write(tmp_path, rows({"T": (TEXT, ["前\0后", "二"])}, [POLYGON] * 2))
    assert column(tmp_path / "shp" / "house.shp", "T") == ["前后", "二"]


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        shapefile.write(
            [rows({"N": (INTEGER, [1])}, [POLYGON])],
            tmp_path / "shp",
            Options(watch=Watch(cancelled=lambda: True)),
        )


def test_a_layer_of_the_kind_that_its_table_has_stays_whole(tmp_path: Path) -> None:
    write(tmp_path, rows({"N": (INTEGER, [1])}, [POINT], name="shelter"))
    assert GeometryKind.POINT in rows({"N": (INTEGER, [1])}, [POINT], name="shelter").table.geometry
    assert (tmp_path / "shp" / "shelter.shp").exists()
