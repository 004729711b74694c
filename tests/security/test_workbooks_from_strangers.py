"""Workbooks made to do harm: formulas stay unevaluated, and no cell lies so far out that the program ends."""

import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.store.session import Session
from tests.files import cells, take_one, write_csv, write_xlsx
from tests.ingest.reading.conftest import read_one

COMMANDS = (
    "=cmd|'/C calc'!A0",
    "+cmd|'/C calc'!A0",
    "@SUM(1)",
    "-2+3+cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
)
NONE, END = 0xFFFFFFFF, 0xFFFFFFFE
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FIRST = '<row r="1"><c r="A1" t="inlineStr"><is><t>户主</t></is></c></row>'


def sheet(rows: str) -> bytes:
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


def workbook(path: Path, content: bytes, *, at: str = SHEET, more: Mapping[str, bytes] | None = None) -> Path:
    """Write a workbook whose only sheet is `content`, kept under the name `at`."""
    plain = write_xlsx(path.with_name("样.xlsx"), {"户": [["户主"]]})
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name).replace(f"/{SHEET}".encode(), f"/{at}".encode()))
        for name, part in {at: content, **(more or {})}.items():
            new.writestr(name, part)
    plain.unlink()
    return path


# ── Formulas ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", COMMANDS)
def test_what_looks_like_a_command_is_text(session: Session, tmp_path: Path, command: str) -> None:
    quoted = '"' + command.replace('"', '""') + '"'
    take_one(session, write_csv(tmp_path / "住户.csv", [["户主", "户号"], [quoted, "0101"]]))
    assert cells(session, "household", "householder") == [(command,)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_formula_of_a_workbook_gives_what_was_saved_beside_it_and_is_not_kept(
    session: Session, tmp_path: Path, command: str
) -> None:
    escaped = command.removeprefix("=").replace('"', "&quot;")
    content = sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>户主</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>户号</t></is></c></row>'
        f'<row r="2"><c r="A2" t="str"><f>{escaped}</f><v>甄一一</v></c><c r="B2"><v>1</v></c></row>'
    )
    take_one(session, workbook(tmp_path / "住户.xlsx", content))
    assert cells(session, "household", "householder") == [("甄一一",)]


def open_document(path: Path, rows: str) -> Path:
    """Write an ODS with one sheet of these rows."""
    spaces = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        container.writestr("META-INF/manifest.xml", "<manifest/>")
        container.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="户">{rows}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return path


def ods_row(*texts: str, more: str = "", row: str = "") -> str:
    made = "".join(
        f'<table:table-cell office:value-type="string"{more}><text:p>{t}</text:p></table:table-cell>'
        for t in texts
    )
    return f"<table:table-row{row}>{made}</table:table-row>"


def test_a_formula_of_an_open_document_gives_what_was_saved_beside_it(
    session: Session, tmp_path: Path
) -> None:
    formula = ' table:formula="of:=DDE(&quot;cmd&quot;;&quot;/C calc&quot;;&quot;a&quot;)"'
    rows = ods_row("户主", "户号") + ods_row("甄一一", "0101", more=formula)
    take_one(session, open_document(tmp_path / "住户.ods", rows))
    assert cells(session, "household", "householder", "household_no") == [("甄一一", "0101")]


# ── Cells far out ────────────────────────────────────────────────────────────────────────────────────────────

FAR = {
    "as usual": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "single quotes": "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "spaces": '<row r = "1048576"><c r = "XFD1048576"><v>1</v></c></row>',
    "another first attribute": '<row s="1" r="1048576"><c s="1" r="XFD1048576"><v>1</v></c></row>',
    "small letters": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "prefix": f'<x:row xmlns:x="{MAIN}" r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    "cells without a place": '<row r="1048576">' + "<c><v>1</v></c>" * 16_000 + "</row>",
    "few cells without a place": '<row r="1048576">' + "<c><v>1</v></c>" * 90 + "</row>",
    "not quite so far down": '<row r="9999"><c r="XFD9999"><v>1</v></c></row>',
}


@pytest.mark.parametrize("row", FAR.values(), ids=FAR)
def test_a_cell_far_out_is_seen_before_the_sheet_is_opened_however_it_is_written(
    tmp_path: Path, row: str
) -> None:
    with pytest.raises(InputRefused, match=r"远\.xlsx.*范围大得不正常"):
        read_one(workbook(tmp_path / "远.xlsx", sheet(FIRST + row)))


def test_a_sheet_kept_under_another_name_is_looked_at(tmp_path: Path) -> None:
    path = workbook(tmp_path / "远.xlsx", sheet(FIRST + FAR["as usual"]), at="xl/elsewhere/a.bin")
    with pytest.raises(InputRefused, match="范围大得不正常"):
        read_one(path)


def test_a_sheet_with_cells_written_unusually_is_read(tmp_path: Path) -> None:
    rows = "<row><c t='inlineStr'><is><t>户主</t></is></c><c t='inlineStr'><is><t>人数</t></is></c></row>"
    rows += "<row><c t='inlineStr'><is><t>甄一一</t></is></c><c><v>3</v></c></row>"
    assert read_one(workbook(tmp_path / "户.xlsx", sheet(rows))).columns == {"户主": ["甄一一"], "人数": [3]}


def test_a_binary_workbook_is_refused_with_advice_whatever_it_is_called(tmp_path: Path) -> None:
    path = workbook(tmp_path / "户.xlsx", sheet(FIRST), more={"xl/workbook.bin": b"x"})
    with pytest.raises(InputRefused, match="另存为"):
        read_one(path)


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(
            "甄", more=' table:number-columns-repeated="16384"', row=' table:number-rows-repeated="1048576"'
        ),
        ods_row("甄", more=' table:number-columns-repeated="2000000000"'),
        ods_row("甄", more=' table:number-columns-repeated="-1"'),
    ],
    ids=["the whole sheet", "two billion columns", "fewer than none"],
)
def test_a_cell_repeated_without_end_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(InputRefused, match=r"多\.ods"):
        read_one(open_document(tmp_path / "多.ods", rows))


def test_entities_of_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    head = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    text = '<row r="2"><c r="A2" t="inlineStr"><is><t>&a;&x;</t></is></c></row>'
    path = workbook(tmp_path / "户.xlsx", sheet(FIRST + text).replace(b"?>", b"?>" + head))
    with pytest.raises(InputRefused):
        read_one(path)


def old_workbook(path: Path, cells: Sequence[tuple[int, int]]) -> Path:
    """Write an XLS with numbers at these rows and columns: a header, a table of sectors, a list of files, the book."""

    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBBIII", len(text), kind, 1, NONE, NONE, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    begin = [record(0x0809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0)) for kind in (5, 0x10)]
    sheet = record(0x85, struct.pack("<IBB", len(begin[0]) + 17, 0, 0) + b"\x01\x00S") + record(0x0A)
    numbers = b"".join(record(0x0203, struct.pack("<HHHd", row, column, 0, 1.0)) for row, column in cells)
    book = (begin[0] + sheet + begin[1] + numbers + record(0x0A)).ljust(4096, b"\0")
    table = [0xFFFFFFFD, END, *range(3, 10), END, *[NONE] * 118]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<10I", 0, 1, 1, 0, 4096, END, 0, END, 0, 0) + struct.pack("<I", NONE) * 108
    files = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, NONE, 2, len(book))
    path.write_bytes(header + struct.pack("<128I", *table) + files.ljust(512, b"\0") + book)
    return path


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    path = old_workbook(tmp_path / "旧.xls", [(0, 0), (0, 1), (1, 0), (1, 1)])
    assert read_one(path).columns == {"第1列": [1, 1], "第2列": [1, 1]}


@pytest.mark.parametrize("cell", [(65_535, 65_535), (65_535, 255), (1_000, 30_000)])
def test_a_cell_far_out_in_an_old_workbook_is_seen_before_it_is_opened(
    tmp_path: Path, cell: tuple[int, int]
) -> None:
    with pytest.raises(InputRefused, match="范围大得不正常"):
        read_one(old_workbook(tmp_path / "旧.xls", [(0, 0), cell]))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 1600), value=st.binary(min_size=1, max_size=4))
def test_an_old_workbook_with_damaged_bytes_is_read_or_refused(tmp_path: Path, at: int, value: bytes) -> None:
    path = old_workbook(tmp_path / "旧.xls", [(0, 0), (1, 1)])
    data = path.read_bytes()
    path.write_bytes(data[:at] + value + data[at + len(value) :])
    with suppress(InputRefused):
        assert len(read_one(path).columns) < 1_000


# ── Containers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_part_longer_than_it_says_is_refused_though_its_checksum_fits_what_it_says(tmp_path: Path) -> None:
    path = workbook(tmp_path / "谎.xlsx", sheet(FIRST), more={"xl/media/a.png": bytes(2**20)})
    said, data = 100, path.read_bytes()
    crc = zlib.crc32(bytes(2**20))
    lie = struct.pack("<I", zlib.crc32(bytes(said)))
    data = data.replace(struct.pack("<I", crc), lie).replace(
        struct.pack("<I", 2**20), struct.pack("<I", said)
    )
    path.write_bytes(data)
    with pytest.raises(InputRefused, match="已损坏"):
        read_one(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "双.xlsx", sheet(FIRST + FAR["as usual"]))
    with zipfile.ZipFile(path, "a") as container:
        container.writestr(SHEET, sheet(FIRST))
    with pytest.raises(InputRefused, match="已损坏"):
        read_one(path)


@pytest.mark.parametrize(("before", "after"), [(b"X", b""), (b"PK\x03\x04", b""), (b"", b"X")])
def test_a_container_with_something_around_it_is_refused(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = workbook(tmp_path / "裹.xlsx", sheet(FIRST))
    path.write_bytes(before + path.read_bytes() + after)
    with pytest.raises(InputRefused, match=r"裹\.xlsx"):
        read_one(path)


def test_a_locked_workbook_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "锁.xlsx", sheet(FIRST))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputRefused, match="密码"):
        read_one(path)


NAMES = ("../../越界.kml", "/越界.kml", "C:\\越界.kml", "..\\越界.kml", "x/../../越界.kml")
PLACEMARK = (
    "<kml><Placemark><name>井</name><Point><coordinates>119,28</coordinates></Point></Placemark></kml>"
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("link", [False, True])
def test_a_part_whose_name_leads_elsewhere_is_written_nowhere(
    tmp_path: Path, name: str, *, link: bool
) -> None:
    folder = tmp_path / "一" / "二"
    folder.mkdir(parents=True)
    entry = zipfile.ZipInfo(name)
    if link:
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(folder / "包.kmz", "w") as container:
        container.writestr(entry, PLACEMARK)
    before = set(tmp_path.rglob("*"))
    assert read_one(folder / "包.kmz").columns == {"Name": ["井"]}
    assert set(tmp_path.rglob("*")) == before
    assert not list(Path("/").glob("越界*"))


def test_a_map_that_inflates_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingqing.ingest.reading.archive._LARGEST", 2**20)
    with zipfile.ZipFile(tmp_path / "炸.kmz", "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("doc.kml", bytes(2**21))
    with pytest.raises(InputRefused, match="大得不正常"):
        read_one(tmp_path / "炸.kmz")


def test_a_workbook_in_a_workbook_is_not_opened(tmp_path: Path) -> None:
    inner = write_xlsx(tmp_path / "内.xlsx", {"户": [["户主"], ["甄一一"]]})
    book = openpyxl.load_workbook(inner)
    book.save(tmp_path / "外.xlsx")
    with zipfile.ZipFile(tmp_path / "外.xlsx", "a") as container:
        container.write(inner, "xl/embeddings/a.xlsx")
    assert len(read_one(tmp_path / "外.xlsx")) == 1
