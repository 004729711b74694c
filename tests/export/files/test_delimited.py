"""CSV comes back from other readers as it was, or is refused where a character would be lost."""

import csv
from datetime import date
from pathlib import Path

import pytest
import shapely

from mingqing.core.cells import plain_cell
from mingqing.core.errors import InputRefused
from mingqing.export.files.delimited import write
from mingqing.export.writing import Options
from tests.export.files.making import BIG, HOLED, HOSTILE, HOUSE, layer, ogr_features, ogr_summary


def _read(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.reader(stream))


def test_a_folder_holds_a_file_a_table(tmp_path: Path) -> None:
    out = tmp_path / "out"
    written = write(
        [layer("house", {"house_no": ["F1"]}, [HOUSE]), layer("resident", {"name": ["张三"]})], out, Options()
    )
    assert sorted(path.name for path in out.iterdir()) == ["house.csv", "house.prj", "resident.csv"]
    assert written.files["house"] == [out / "house.csv", out / "house.prj"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.glob("*.csv"))


def test_one_file_holds_one_table_only(tmp_path: Path) -> None:
    one = layer("resident", {"name": ["张三"]})
    write([one], tmp_path / "a.csv", Options())
    assert _read(tmp_path / "a.csv") == [["民情标识", "姓名"], ["1", "张三"]]
    with pytest.raises(InputRefused, match="只选一张表"):
        write([one, layer("house", {"house_no": ["F1"]})], tmp_path / "b.csv", Options())


def test_lines_end_as_the_standard_says_and_excel_knows_the_encoding(tmp_path: Path) -> None:
    write([layer("resident", {"name": ['张"三']})], tmp_path / "a.csv", Options())
    assert (tmp_path / "a.csv").read_bytes() == '\ufeff民情标识,姓名\r\n1,"张""三"\r\n'.encode()


def test_values_are_told_in_full(tmp_path: Path) -> None:
    columns = {
        "storeys": [2, None],
        "floor_area_m2": [166.85, 1e-7],
        "verified_on": [date(1899, 2, 8), None],
        "dangerous": [True, False],
    }
    write([layer("house", columns, ids=[BIG, 1])], tmp_path / "a.csv", Options())
    assert _read(tmp_path / "a.csv")[1:] == [
        [str(BIG), "2", "166.85", "1899-02-08", "是"],
        ["1", "", "1e-07", "", "否"],
    ]


def test_hostile_text_comes_back_and_is_no_formula(tmp_path: Path) -> None:
    write([layer("house", {"house_no": HOSTILE})], tmp_path / "a.csv", Options())
    assert [row[1] for row in _read(tmp_path / "a.csv")[1:]] == [plain_cell(text) for text in HOSTILE]
    assert _read(tmp_path / "a.csv")[1][1].startswith("'=")


def test_gbk_is_written_where_it_holds_all(tmp_path: Path) -> None:
    write([layer("resident", {"name": ["张镕基"]})], tmp_path / "a.csv", Options(encoding="GBK"))
    assert _read(tmp_path / "a.csv", "gbk")[1] == ["1", "张镕基"]


def test_a_character_that_gbk_lacks_is_refused_by_place(tmp_path: Path) -> None:
    names = [*(["张三"] * 2500), "𠮷田"]
    with pytest.raises(InputRefused) as refused:
        write([layer("resident", {"name": names})], tmp_path / "a.csv", Options(encoding="GBK"))
    assert all(part in str(refused.value) for part in ("人口", "2501", "姓名", "𠮷", "UTF-8"))


def test_gdal_reads_shapes_and_their_crs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write([layer("house", {"house_no": ["F1", "F2", "F3"]}, [HOUSE, None, HOLED])], out, Options())
    found = ogr_features(out / "house.csv")
    shapes = [shapely.geometry.shape(f["geometry"]) if f["geometry"] else None for f in found]
    assert shapes[0].equals_exact(HOUSE, 0.001)
    assert shapes[1] is None
    assert shapes[2].equals(HOLED)
    assert "CGCS2000 / 3-degree Gauss-Kruger CM 120E" in ogr_summary(out / "house.csv")


def test_degrees_are_told_to_a_tenth_of_a_millimetre(tmp_path: Path) -> None:
    place = shapely.Point(119.123456789, 28.987654321)
    write([layer("resource", {"name": ["古樟"]}, [place], epsg=4490)], tmp_path / "a.csv", Options())
    assert shapely.from_wkt(_read(tmp_path / "a.csv")[1][-1]).equals(place)


def test_an_empty_table_keeps_its_titles(tmp_path: Path) -> None:
    write([layer("house", {"house_no": []}, [])], tmp_path / "a.csv", Options())
    assert _read(tmp_path / "a.csv") == [["民情标识", "房屋编号", "WKT"]]


@pytest.mark.parametrize(("encoding", "told"), [("GBK", 1), ("UTF-8", 0)])
def test_whoever_gets_gbk_is_told_to_say_so(tmp_path: Path, encoding: str, told: int) -> None:
    written = write([layer("house", {"house_no": ["一"]})], tmp_path / "a.csv", Options(encoding=encoding))
    assert sum("编码选成 GBK" in note for note in written.notes) == told
