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
from mingqing.ingest.reading import archive
from mingqing.ingest.reading.grid import Merged, read_grid, refuse_empty
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.source import SourceFile

_ZIP = b"PK\x03\x04"
_MOST_CELLS = 30_000_000
_FAR_ROW = re.compile(rb'r="[A-Z]*\d{5}')
_FAR_COLUMN = re.compile(rb'r="[A-Z]{2}')
_CELL = re.compile(rb'r="([A-Z]{1,3})(\d+)"')


def read_workbook(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:  # noqa: ARG001
    """Read the sheets of an XLSX, XLS, XLSB or ODS; formulas by the value last saved."""
    data = file.path.read_bytes()
    if data.startswith(_ZIP):
        _check_extent(data)
    layers = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for meta in book.sheets_metadata:
                if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                    layers += _sheet(file, book.get_sheet_by_name(meta.name))
    except PasswordError as error:
        raise InputRefused(tr("加了密码，请去掉密码后另存再导入。")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise InputRefused(
            tr("打不开，文件已损坏或不是 Excel 表格，请用 Excel 或 WPS 另存后再导入。")
        ) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a bug in the Rust library surfaces
            raise
        raise InputRefused(tr("打不开，文件已损坏，请用 Excel 或 WPS 另存后再导入。")) from None
    if not layers:
        raise refuse_empty()
    return layers


def _sheet(file: SourceFile, sheet: CalamineSheet) -> list[SourceLayer]:
    if sheet.height == 0:
        return []
    grid = sheet.to_python(skip_empty_area=False)
    merged = [Merged(a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ()]
    table = read_grid(grid, range(1, len(grid) + 1), merged)
    if table is None:
        return []
    return [
        SourceLayer(
            file.path, sheet.name, table.rows, table.columns, notes=table.notes, problems=table.problems
        )
    ]


def _check_extent(data: bytes) -> None:
    """Refuse a sheet with a cell so far out that the library, allocating the whole rectangle, would die."""
    for name in archive.parts(data):
        if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
            continue
        sheet = archive.inflate(data, name)
        if not (_FAR_ROW.search(sheet) and _FAR_COLUMN.search(sheet)):
            continue
        columns, rows = 0, 0
        for letters, digits in _CELL.findall(sheet):
            columns = max(columns, int.from_bytes(letters) if len(letters) > 2 else _column(letters))
            rows = max(rows, int(digits))
        if rows * columns > _MOST_CELLS:
            raise InputRefused(
                tr("的表格范围大得不正常，请在 Excel 中删去表格之外的空行空列，另存后再导入。")
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
