"""Excel workbooks: a sheet a table, in the words of a register, and a first sheet that says what it all is.

openpyxl makes the workbook and all its looks; rows are put into it as text, straight into the file: five times as fast
as cell by cell, and neither the memory nor the system's folder for temporary files holds them.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from math import isfinite
from pathlib import Path
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import numpy as np
import shapely
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from mingqing.catalog.model import FieldType
from mingqing.core.cells import plain_cell
from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Origin, Out
from mingqing.export.writing import Options, Written

MOST_ROWS = 1_048_575  # of a sheet, less the row of titles
ABOUT = tr("说明")
# Where a row is, to look it up elsewhere. No names by which an import would take a place for the whole shape.
PLACE = (tr("参考经度"), tr("参考纬度"))

_AT_ONCE = 2_000
_LOOK = 300  # rows that say how wide a column is
_NARROWEST, _WIDEST = 8, 42  # characters
_LONGEST_NAME = 31  # of a sheet
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_EXACT = 10**15  # of a number Excel keeps 15 digits
_DAY_0, _FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)  # before it Excel counts a day that never was
_NUMERAL = re.compile(r"[0-9][0-9 +-]*[0-9Xx]?")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # how a workbook spells a character: ECMA-376-1, 22.9.2.19
_KEPT = frozenset({FieldType.CODE, FieldType.PHONE, FieldType.ID_NUMBER})
_INK, _GROUND = Font(bold=True), PatternFill("solid", fgColor="E8EEEA")
_SHEET = "xl/worksheets/sheet{}.xml"
_TOP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><cols>{}</cols><sheetData>"
)


@dataclass(frozen=True)
class _Looks:
    """Numbers under which the workbook knows how cells look."""

    heading: int
    text: int
    day: int


@dataclass
class _Book:
    """The workbook under way: its frame, which has empty sheets, and the file."""

    file: zipfile.ZipFile
    frame: Workbook = field(default_factory=Workbook)
    rows: list[tuple[str, str, int]] = field(default_factory=list)  # sheet, layer, rows

    def __post_init__(self) -> None:
        about = self.frame.active
        about.title = ABOUT
        cells = [about.cell(1, column) for column in (1, 2, 3)]
        cells[0].font, cells[0].fill = _INK, _GROUND
        cells[0].alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cells[1].number_format, cells[2].number_format = "@", "yyyy-mm-dd"
        self.looks = _Looks(*(cell.style_id for cell in cells))
        for cell in cells:
            cell.style = "Normal"


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers to the workbook `place`; a layer of more rows than a sheet holds goes on in the next.

    Raises
    ------
    Cancelled
        once `options.watch` says so.
    OSError
        where the disk is full.
    """
    written = Written()
    place.touch(0o600)
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as file:
        book = _Book(file)
        for layer in layers:
            for first in range(0, max(len(layer), 1), MOST_ROWS):
                _write_sheet(book, layer, range(first, min(first + MOST_ROWS, len(layer))), options)
            if len(layer) > MOST_ROWS:
                note = tr("“{title}”有 {n} 行，一张工作表放不下，后面的在下一张工作表里")
                written.notes.append(note.format(title=layer.title, n=len(layer)))
            written.files[layer.name] = [place]
            del layer  # or the memory held it while the next is read
        _write_about(book, options)
        _write_frame(book)
    return written


def _write_frame(book: _Book) -> None:
    """Add everything but the sheets that are there already."""
    made = BytesIO()
    book.frame.save(made)
    present = set(book.file.namelist())
    with zipfile.ZipFile(made) as frame:
        for name in frame.namelist():
            if name not in present:
                book.file.writestr(name, frame.read(name))


def _write_sheet(book: _Book, layer: Layer, rows: range, options: Options) -> None:
    titles, cells, kept = _columns(layer, rows)
    name = _sheet_name(layer.title, [s.title.casefold() for s in book.frame.worksheets])
    sheet = book.frame.create_sheet(name)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{len(rows) + 1}"
    book.rows.append((name, layer.name, len(rows)))
    letters = [get_column_letter(n) for n in range(1, len(titles) + 1)]
    tell = [_cell_of(letter, book.looks, text=k) for letter, k in zip(letters, kept, strict=True)]
    # Zip's own limit of 4 GB for a part whose size nobody knows beforehand
    with book.file.open(_SHEET.format(len(book.frame.worksheets)), "w", force_zip64=True) as out:
        out.write(_TOP.format(_widths(titles, cells)).encode())
        heading = (
            _text(f'<c r="{letter}1" s="{book.looks.heading}"', title)
            for letter, title in zip(letters, titles, strict=True)
        )
        out.write(f'<row r="1" ht="24" customHeight="1">{"".join(heading)}</row>'.encode())
        for first in range(0, len(rows), _AT_ONCE):
            options.watch.step(layer.title, rows[first], len(layer))
            some = [column[first : first + _AT_ONCE] for column in cells]
            out.write("".join(_rows(some, tell, first + 2)).encode())
        out.write(f'</sheetData><autoFilter ref="{sheet.auto_filter.ref}"/></worksheet>'.encode())


_Tell = Callable[[int, object], str]


def _rows(cells: Sequence[Sequence[object]], tell: Sequence[_Tell], first: int) -> Iterator[str]:
    for n, row in enumerate(zip(*cells, strict=True), start=first):
        inner = "".join([say(n, value) for say, value in zip(tell, row, strict=True) if value is not None])
        yield f'<row r="{n}">{inner}</row>'


def _cell_of(letter: str, looks: _Looks, *, text: bool) -> _Tell:
    """Return how values of one column are written. text : so that what is typed over them stays text, too."""
    start, day = f'<c r="{letter}', f'" s="{looks.day}"><v>'
    end = f'" s="{looks.text}"' if text else '"'

    def tell(row: int, value: object) -> str:
        if isinstance(value, bool):
            value = tr("是") if value else tr("否")
        elif isinstance(value, int | float) and abs(value) < _EXACT:
            return f'{start}{row}"><v>{value}</v></c>'
        elif isinstance(value, float) and not isfinite(value):
            return ""
        elif isinstance(value, date) and value >= _FIRST_DAY:
            return f"{start}{row}{day}{(value - _DAY_0).days}</v></c>"
        return _text(f"{start}{row}{end}", str(value))

    return tell


def _text(head: str, text: str) -> str:
    plain = escape(str(plain_cell(text)), {"\r": "&#13;"})
    if "_x" in plain:
        plain = _ESCAPED.sub("_x005F_", plain)
    kept = ' xml:space="preserve"' if plain != plain.strip() else ""
    return f'{head} t="inlineStr"><is><t{kept}>{plain}</t></is></c>'


def _columns(layer: Layer, rows: range) -> tuple[list[str], list[Sequence[object]], list[bool]]:
    """Return titles, cells, and which columns are text whatever their digits; last, where the rows are."""
    titles = [out.title for out in layer.columns]
    cells: list[Sequence[object]] = [column[rows.start : rows.stop] for column in layer.cells]
    kept = [_is_kept(out, column[:_LOOK]) for out, column in zip(layer.columns, cells, strict=True)]
    if layer.geometry is None:
        return titles, cells, kept
    places = _places(layer.geometry[rows.start : rows.stop], layer.epsg)
    return [*titles, *PLACE], [*cells, *places], [*kept, False, False]


def _is_kept(out: Out, sample: Sequence[object]) -> bool:
    numerals = any(isinstance(value, str) and _NUMERAL.fullmatch(value) for value in sample)
    fixed = out.origin in {Origin.ID, Origin.REFERENCE} or (out.of is not None and out.of.type in _KEPT)
    return out.type is FieldType.TEXT and (fixed or numerals)


def _places(geometry: NDArray[np.object_], epsg: int) -> list[list[float | None]]:
    """Return longitudes and latitudes (CGCS2000, which is WGS84 at this accuracy) of a place in each shape."""
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    xy = np.full((len(geometry), 2), np.nan)
    xy[placed] = shapely.get_coordinates(shapely.point_on_surface(geometry[placed]))
    lonlat = np.full_like(xy, np.nan)
    lonlat[placed] = transform_xy(xy[placed], epsg, CGCS2000)
    return [[v if isfinite(v) else None for v in column] for column in np.round(lonlat.T, 6).tolist()]


def _widths(titles: Sequence[str], cells: Sequence[Sequence[object]]) -> str:
    return "".join(
        f'<col min="{n}" max="{n}" width="{_width(title, column[:_LOOK])}" customWidth="1"/>'
        for n, (title, column) in enumerate(zip(titles, cells, strict=True), start=1)
    )


def _width(title: str, sample: Sequence[object]) -> int:
    """Return the width of nearly all cells; few long ones do not push the others off the screen."""
    wide = sorted(_characters(str(value)) for value in sample if value is not None)
    usual = wide[min(len(wide) - 1, int(len(wide) * 0.95))] if wide else 0
    return min(max(usual, _characters(title) + 2, _NARROWEST) + 2, _WIDEST)


def _characters(text: str) -> int:
    return len(text) + sum(east_asian_width(c) in "WF" for c in text[:_WIDEST])


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Return a name that Excel takes and no sheet has yet."""
    plain = _NOT_IN_NAMES.sub("_", title).strip("'") or "_"
    ends = ("", *(f"_{n}" for n in range(2, len(taken) + 3)))
    return next(n for end in ends if (n := plain[: _LONGEST_NAME - len(end)] + end).casefold() not in taken)


def _write_about(book: _Book, options: Options) -> None:
    sheet = book.frame.worksheets[0]
    lines: list[tuple[object, ...]] = [
        (options.project or tr("民情地图"),),
        *((line,) for line in options.about.splitlines()),
        (tr("{when} 导出").format(when=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"),),
        (
            tr(
                "各栏的含义、单位和代码见同时导出的数据字典。“{id}”是每条记录的编号，再次导入时据此对应，请不要改动。"
            ).format(id=tr("民情标识")),
        ),
        (),
        (tr("工作表"), tr("图层名"), tr("行数")),
        *book.rows,
    ]
    for n, line in enumerate(lines, start=1):
        for column, value in enumerate(line, start=1):
            sheet.cell(n, column, plain_cell(value))
    sheet.cell(1, 1).font = Font(size=16, bold=True)
    for column in (1, 2, 3):
        head = sheet.cell(len(lines) - len(book.rows), column)
        head.font, head.fill = _INK, _GROUND
    for letter, width in (("A", 26), ("B", 22), ("C", 12)):
        sheet.column_dimensions[letter].width = width
