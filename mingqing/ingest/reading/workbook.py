"""Spreadsheets: every visible sheet with something in it is a layer."""

import io
import re

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading import archive, ole
from mingqing.ingest.reading.bounds import require_cells
from mingqing.ingest.reading.grid import Merged, read_grid, refuse_empty
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import id_column
from mingqing.ingest.reading.source import SourceFile

_ABOUT = tr("说明")  # of what our export writes, the sheet that says what it all is
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A sheet is measured where a cell is not written as every office program writes it, or lies far out.
_ODD = re.compile(rb'<(?:[\w.-]+:)?(?:row|c)(?! r=")[\s/>]')
_FAR = tuple(
    (re.compile(rb'r="[A-Za-z]*\d{%d}' % digits), re.compile(rb'r="[A-Za-z]{%d}' % letters))
    for digits, letters in ((6, 0), (5, 2), (4, 3))
)
_TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c)\b([^>]*)")
_PLACE = re.compile(rb"(?<![\w:])r\s*=\s*[\"']([A-Za-z]*)(\d*)")
_NO_RESULT = re.compile(rb"(</f>|<f[^>]*/>)(<v\s*/>|<v></v>)?</c>")


def read_workbook(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:  # noqa: ARG001
    """Read the sheets of an XLSX, XLS or ODS; formulas by the value last saved."""
    data = file.path.read_bytes()
    if not data.startswith((_ZIP, _OLE)):  # the library would look for a zip further on
        raise _no_workbook()
    notes = _inspect(data) if data.startswith(_ZIP) else _inspect_old(data)
    layers = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for meta in book.sheets_metadata:
                if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                    layers += _sheet(file, book.get_sheet_by_name(meta.name), notes)
    except PasswordError as error:
        raise InputRefused(tr("加了密码，请去掉密码后另存再导入。")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _no_workbook() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a bug in the Rust library surfaces
            raise
        raise InputRefused(tr("打不开，文件已损坏，请用 Excel 或 WPS 另存后再导入。")) from None
    if any(id_column(list(layer.columns)) is not None for layer in layers):
        layers = [layer for layer in layers if layer.name != _ABOUT]
    if not layers:
        raise refuse_empty()
    return layers


def _no_workbook() -> InputRefused:
    return InputRefused(tr("打不开，文件已损坏或不是 Excel 表格，请用 Excel 或 WPS 另存后再导入。"))


def _sheet(file: SourceFile, sheet: CalamineSheet, notes: tuple[str, ...]) -> list[SourceLayer]:
    if sheet.height == 0:
        return []
    require_cells(sheet.total_height + 1, sheet.total_width + 1)
    grid = sheet.to_python(skip_empty_area=False)
    merged = [Merged(a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ()]
    table = read_grid(grid, range(1, len(grid) + 1), merged)
    if table is None:
        return []
    return [
        SourceLayer(
            file.path,
            sheet.name,
            table.rows,
            table.columns,
            notes=(*notes, *table.notes),
            problems=table.problems,
        )
    ]


def _inspect(data: bytes) -> tuple[str, ...]:
    """Look at an XLSX or ODS before it is opened; return notes on what the library passes over in silence.

    Raises InputRefused for a sheet with a cell so far out that the library, which allocates the whole rectangle,
    would end the program; and for XLSB, whose cells cannot be looked at.
    """
    notes = set()
    for name in archive.parts(data):
        if name.lower().endswith("workbook.bin"):
            raise InputRefused(tr("是二进制工作簿（XLSB），请另存为 .xlsx 再导入。"))
        sheet = archive.inflate(data, name)
        if b"sheetData" not in sheet:
            continue
        require_cells(*_spanned(sheet))
        if b't="e"' in sheet:
            notes.add(tr("这个工作簿里有公式出错的单元格（如 #N/A），按空白读"))
        if b"<f" in sheet and _NO_RESULT.search(sheet):
            notes.add(tr("这个工作簿里有公式没有保存结果，按空白读；用 Excel 打开并保存一次即可"))
    return tuple(sorted(notes))


def _inspect_old(data: bytes) -> tuple[str, ...]:
    """Look at an XLS before it is opened, for the same reason."""
    try:
        require_cells(*ole.spanned(data))
    except ValueError as error:
        raise _no_workbook() from error
    return ()


def _spanned(sheet: bytes) -> tuple[int, int]:
    """Rows and columns from A1 to the farthest cell; (0, 0) where that is plainly not far."""
    far = any(rows.search(sheet) and columns.search(sheet) for rows, columns in _FAR)
    if not far and _ODD.search(sheet) is None:
        return 0, 0
    row = column = rows = columns = 0
    for tag in _TAG.finditer(sheet):
        place = _PLACE.search(tag[2])
        if tag[1] == b"row":
            row, column = int(place[2] or 0) if place else row + 1, 0
        elif place:
            row, column = int(place[2] or row), _column(place[1].upper())
        else:
            column += 1
        rows, columns = max(rows, row), max(columns, column)
    return rows, columns


def _column(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
