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

_SMALL = 2**18  # bytes that cannot inflate to more than 270 MB, whatever they say
_ZIP = b"PK\x03\x04"
_MOST_CELLS = 10_000_000  # a register of a whole county has less than half
_FAR_ROW = re.compile(rb'r="[A-Z]*\d{5}')
_FAR_COLUMN = re.compile(rb'r="[A-Z]{2}')
_NO_RESULT = re.compile(rb"(</f>|<f[^>]*/>)(<v\s*/>|<v></v>)?</c>")
_CELL = re.compile(rb'r="([A-Z]{1,3})(\d+)"')


def read_workbook(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:  # noqa: ARG001
    """Read the sheets of an XLSX, XLS, XLSB or ODS; formulas by the value last saved."""
    data = file.path.read_bytes()
    notes = _inspect(data) if data.startswith(_ZIP) else ()
    layers = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for meta in book.sheets_metadata:
                if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
                    layers += _sheet(file, book.get_sheet_by_name(meta.name), notes)
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


def _sheet(file: SourceFile, sheet: CalamineSheet, notes: tuple[str, ...]) -> list[SourceLayer]:
    if sheet.height == 0:
        return []
    if (sheet.total_height + 1) * (sheet.total_width + 1) > _MOST_CELLS:
        raise _too_wide()
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
    """Look at an XLSX before it is opened; return notes on what the library passes over in silence.

    Raises InputRefused for a sheet with a cell so far out that the library, which allocates the whole
    rectangle, would die.
    """
    notes = set()
    for name, info in archive.parts(data).items():
        is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
        if not is_sheet and info.compress_size < _SMALL:
            continue
        sheet = archive.inflate(data, name)
        if _cells_spanned(sheet) > _MOST_CELLS:
            raise _too_wide()
        if b't="e"' in sheet:
            notes.add(tr("这个工作簿里有公式出错的单元格（如 #N/A），按空白读"))
        if b"<f" in sheet and _NO_RESULT.search(sheet):
            notes.add(tr("这个工作簿里有公式没有保存结果，按空白读；用 Excel 打开并保存一次即可"))
    return tuple(sorted(notes))


def _too_wide() -> InputRefused:
    return InputRefused(tr("的表格范围大得不正常，请在 Excel 中删去表格之外的空行空列，另存后再导入。"))


def _cells_spanned(sheet: bytes) -> int:
    """Cells of the rectangle from A1 to the farthest cell; 0 where it is plainly not large."""
    if not (_FAR_ROW.search(sheet) and _FAR_COLUMN.search(sheet)):
        return 0
    columns, rows = 0, 0
    for letters, digits in _CELL.findall(sheet):
        columns = max(columns, _column(letters))
        rows = max(rows, int(digits))
    return rows * columns


def _column(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
