"""Workbooks are read by other programs as they were meant: text stays text, dates are dates, nothing is a formula."""

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from xml.dom import minidom

import openpyxl
import pytest
import shapely
from python_calamine import CalamineWorkbook

from mingqing.catalog.load import catalog
from mingqing.core.cells import inert_cell
from mingqing.core.errors import Cancelled
from mingqing.core.watch import Watch
from mingqing.export.files import workbook
from mingqing.export.files.workbook import ABOUT, PLACE, write
from mingqing.export.writing import Options
from mingqing.ingest.match import match
from tests.export.files.making import BIG, HOLED, HOSTILE, HOUSE, layer


def _sheet(path: Path, name: str) -> list[list[object]]:
    with CalamineWorkbook.from_path(path) as book:
        return book.get_sheet_by_name(name).to_python()


def test_a_sheet_a_table_after_one_that_says_what_it_is(tmp_path: Path) -> None:
    house, resident = layer("house", {"house_no": ["F1"]}), layer("resident", {"name": ["张三", "李四"]})
    out = tmp_path / "a.xlsx"
    written = write([house, resident], out, Options(project="松阳县", about="由演示导出"))
    with CalamineWorkbook.from_path(out) as book:
        assert book.sheet_names == [ABOUT, house.title, resident.title]
    assert written.files == {"house": [out], "resident": [out]}
    about = _sheet(out, ABOUT)
    assert about[0][0] == "松阳县"
    assert about[1][0] == "由演示导出"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d 导出", str(about[2][0]))
    assert [row[:3] for row in about[-2:]] == [[house.title, "house", 1.0], [resident.title, "resident", 2.0]]


def test_values_are_of_their_kind(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    columns = {
        "house_no": ["007", None, "3"],
        "storeys": [2, None, -1],
        "floor_area_m2": [166.85, 1e-7, 1e14],
        "verified_on": [date(2026, 2, 28), date(1899, 12, 31), None],
        "dangerous": [True, False, None],
    }
    write([layer("house", columns, ids=[BIG, 1, 2])], out, Options())
    titles, *rows = openpyxl.load_workbook(out)[catalog().tables["house"].title].iter_rows()
    fields = catalog().tables["house"].field_by_name
    assert [cell.value for cell in titles] == ["民情标识", *(fields[name].title for name in columns)]
    first, second, third = ([cell.value for cell in row] for row in rows)
    assert first == [str(BIG), "007", 2, 166.85, datetime(2026, 2, 28), "是"]  # noqa: DTZ001
    assert second == ["1", None, None, 1e-7, "1899-12-31", "否"]
    assert third == ["2", "3", -1, 1e14, None, None]
    assert [cell.number_format for cell in rows[0][:2]] == ["@", "@"], "typed over, digits stay text"


def test_hostile_text_is_kept_and_is_no_formula(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    write([layer("house", {"house_no": HOSTILE, "address": HOSTILE})], out, Options())
    sheet = openpyxl.load_workbook(out)[catalog().tables["house"].title]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} == {"s"}
    wanted = [inert_cell(text.replace("\x07", "")) for text in HOSTILE]
    # openpyxl leaves the spelling of characters as it is, Excel and our own reader undo it
    assert [row[2].value.replace("_x005F_", "_") for row in sheet.iter_rows(min_row=2)] == wanted


def test_places_are_no_shapes_to_an_import(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    rows = layer("house", {"house_no": ["F1", "F2", "F3"]}, [HOUSE, None, shapely.Polygon()])
    write([rows], out, Options())
    titles, *found = _sheet(out, rows.title)
    assert tuple(titles[-2:]) == PLACE
    assert found[0][-2:] == pytest.approx([119.425, 28.387], abs=0.01)
    assert [row[-2:] for row in found[1:]] == [["", ""], ["", ""]]
    known = match(catalog(), rows.table, tuple(titles))
    assert set(PLACE) <= set(known.unmatched)


def test_a_place_lies_in_its_shape(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    bent = layer("house", {"house_no": ["F1"]}, [shapely.transform(HOLED, lambda xy: xy / 1e5)], epsg=4490)
    write([bent], out, Options())
    lon, lat = _sheet(out, bent.title)[1][-2:]
    assert shapely.Point(lon, lat).within(bent.geometry[0])  # type: ignore[index]


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    out = tmp_path / "a.xlsx"
    rows = layer("house", {"house_no": list("abcde")}, [HOUSE] * 5)
    written = write([rows], out, Options())
    names = [rows.title, f"{rows.title}_2", f"{rows.title}_3"]
    assert [[row[1] for row in _sheet(out, name)[1:]] for name in names] == [["a", "b"], ["c", "d"], ["e"]]
    assert "5 行" in written.notes[0]


def test_every_sheet_has_a_name_that_excel_takes(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    plain = layer("house", {"house_no": ["a"]})
    titles = ["农房", "农房", "说明", "a/b:c*[d]?\\", "长" * 40, "长" * 41, "'"]
    write([replace(plain, name=f"l{n}", title=t) for n, t in enumerate(titles)], out, Options())
    names = openpyxl.load_workbook(out).sheetnames
    assert names == ["说明", "农房", "农房_2", "说明_2", "a_b_c__d___", "长" * 31, "长" * 29 + "_2", "_"]


def test_an_empty_table_keeps_its_titles(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    empty = layer("house", {"house_no": []}, [])
    write([empty], out, Options())
    assert _sheet(out, empty.title) == [["民情标识", "房屋编号", *PLACE]]
    sheet = openpyxl.load_workbook(out)[empty.title]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D1")


def test_columns_are_as_wide_as_what_is_in_them(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    rows = layer("house", {"house_no": ["F1"] * 9, "address": ["后畲村石壁下一百二十三号之一"] * 9})
    write([rows], out, Options())
    widths = openpyxl.load_workbook(out)[rows.title].column_dimensions
    assert widths["B"].width < widths["C"].width
    assert widths["C"].width >= 28


def test_nobody_else_on_the_computer_reads_it(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    write([layer("house", {"house_no": ["a"]})], out, Options())
    assert out.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [out]


def test_it_stops_when_asked(tmp_path: Path) -> None:
    rows = layer("house", {"house_no": ["a"] * 5000})
    with pytest.raises(Cancelled):
        write([rows], tmp_path / "a.xlsx", Options(watch=Watch(cancelled=lambda: True)))


def test_its_parts_are_well_formed(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    write([layer("house", {"house_no": ["\ufffe\uffff\x00a<"]})], out, Options(project="=1+1"))
    with zipfile.ZipFile(out) as file:
        assert len(set(file.namelist())) == len(file.namelist())
        for name in file.namelist():
            minidom.parseString(file.read(name))  # noqa: S318 - our own
