"""Registers are read as people lay them out in spreadsheets."""

import datetime as dt
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from mingqing.core.errors import InputRefused
from mingqing.ingest.reading.source import discover, read
from tests.ingest.reading.conftest import read_one


def _save(path: Path, rows: list[list[object]], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)
    return path


def test_titles_above_and_totals_below_are_not_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["大竹溪村户籍登记表"],
        ["填报单位：大竹溪村", None, "日期：2024年"],
        ["序号", "户主", "人口数"],
        [1, "甄一", 3],
        [],
        [2, "甄二", 4],
        ["合计", None, 7],
        ["填表人：甄三"],
    ]
    layer = read_one(_save(tmp_path / "户.xlsx", rows, ("A1:C1",)))
    assert layer.columns == {"序号": [1, 2], "户主": ["甄一", "甄二"], "人口数": [3, 4]}
    assert layer.rows.tolist() == [4, 6]
    assert [p.row for p in layer.problems] == [7, 8]


def test_header_of_two_merged_rows_names_each_column_once(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["户号", "户主信息", None, "基本信息", "监测人", None],
        [None, "姓名", "电话", "住址", "姓名", "电话"],
        ["H1", "甄一", "0001", "1号", "甄二", "0002"],
    ]
    layer = read_one(_save(tmp_path / "户.xlsx", rows, ("A1:A2", "B1:C1", "E1:F1")))
    assert list(layer.columns) == ["户号", "户主姓名", "户主电话", "住址", "监测人姓名", "监测人电话"]
    assert layer.rows.tolist() == [3]


def test_merged_cells_of_a_household_fill_every_member(tmp_path: Path) -> None:
    rows: list[list[object]] = [["户号", "姓名"], ["H1", "甄一"], [None, "甄二"], ["H2", "甄三"]]
    layer = read_one(_save(tmp_path / "人口.xlsx", rows, ("A2:A3",)))
    assert layer.columns["户号"] == ["H1", "H1", "H2"]
    assert layer.notes


def test_identity_number_spoiled_by_the_spreadsheet_is_listed_not_kept(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["姓名", "身份证号"],
        ["甄一", "990000196001010012"],
        ["甄二", 990000196001010012],
        ["甄三", "9.9E+17"],
        ["甄四", 9.9e17],
    ]
    layer = read_one(_save(tmp_path / "人口.xlsx", rows))
    assert layer.columns["身份证号"] == ["990000196001010012", None, None, None]
    assert [(p.row, p.field) for p in layer.problems] == [(3, "身份证号"), (4, "身份证号"), (5, "身份证号")]
    assert "科学计数" in layer.problems[0].reason


def test_dates_numbers_and_texts_keep_their_kind(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["出生日期", "面积", "电话", "危房"],
        [dt.datetime(1960, 1, 2), 66.5, "00012345678", True],  # noqa: DTZ001 - as a spreadsheet has it
        ["1960-01-02", 3.0, 138, "#N/A"],
    ]
    layer = read_one(_save(tmp_path / "户.xlsx", rows))
    assert layer.columns["出生日期"] == [dt.date(1960, 1, 2), "1960-01-02"]
    assert layer.columns["面积"] == [66.5, 3]
    assert layer.columns["电话"] == ["00012345678", 138]
    assert layer.columns["危房"] == [True, None]
    assert any("#N/A" in note for note in layer.notes)


def test_formula_without_a_saved_result_is_said(tmp_path: Path) -> None:
    layer = read_one(_save(tmp_path / "户.xlsx", [["户主", "人数"], ["甄一", "=1+2"], ["甄二", 3]]))
    assert layer.columns["人数"] == [None, 3]
    assert any("公式" in note for note in layer.notes)


def test_every_filled_visible_sheet_is_a_layer(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "户"
    book.active.append(["户主", "人数"])
    book.active.append(["甄一", 2])
    book.create_sheet("空")
    hidden = book.create_sheet("代码")
    hidden.append(["a", "b"])
    hidden.sheet_state = "hidden"
    far = book.create_sheet("人")
    far["C5"], far["D5"], far["C6"], far["D6"] = "姓名", "性别", "甄一", "男"
    book.save(tmp_path / "册.xlsx")
    (source,) = discover([tmp_path])
    layers = read(source)
    assert [(x.name, x.rows.tolist()) for x in layers] == [("户", [2]), ("人", [6])]
    assert layers[1].columns == {"姓名": ["甄一"], "性别": ["男"]}


def test_table_without_header_says_so(tmp_path: Path) -> None:
    layer = read_one(_save(tmp_path / "数.xlsx", [[1, 2], [3, 4]]))
    assert layer.columns == {"第1列": [1, 3], "第2列": [2, 4]}
    assert "表头" in layer.notes[0]


def test_workbook_without_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="没有找到表格"):
        read_one(_save(tmp_path / "空.xlsx", []))


def test_cell_at_the_end_of_the_sheet_does_not_eat_the_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "甲", "乙"
    book.save(tmp_path / "远.xlsx")
    with pytest.raises(InputRefused, match="范围"):
        read_one(tmp_path / "远.xlsx")


def test_zip_bomb_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingqing.ingest.reading.archive._LARGEST", 2**22)
    path = tmp_path / "炸.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container,
        container.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        part.write(bytes(2**23))
    with pytest.raises(InputRefused, match="大得不正常"):
        read_one(path)


def test_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = _save(tmp_path / "谎.xlsx", [["户主", "人数"], ["甄一", 2]])
    with zipfile.ZipFile(path, "a") as container:
        container.writestr("xl/big.xml", bytes(2**19))
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<II", 2**19, 2**19), struct.pack("<II", 2**19, 100)))
    with pytest.raises(InputRefused, match="已损坏"):
        read_one(path)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04garbage", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"abc"]
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match="坏"):
        read_one(path)
