"""数据字典.xlsx: which layers there are, what each field means, and what its codes stand for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from struct import unpack_from
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from mingqing.catalog.model import FieldType
from mingqing.core.cells import plain_cell
from mingqing.core.text import tr
from mingqing.crs.zones import describe
from mingqing.export.beside.metadata import KINDS
from mingqing.export.made import Leaving, Made
from mingqing.export.profile.find import PLAIN
from mingqing.export.profile.model import Origin, Out, Profile

NAME = "数据字典.xlsx"
_TYPES = {
    FieldType.INTEGER: tr("整数"),
    FieldType.NUMBER: tr("小数"),
    FieldType.DATE: tr("日期"),
    FieldType.BOOLEAN: tr("是否"),
}
_MEASURED = {Origin.AREA: tr("平方米"), Origin.LENGTH: tr("米")}
_LAYERS = (tr("图层"), tr("中文名"), tr("文件"), tr("图形"), tr("记录数"), tr("坐标系"), tr("说明"))
_FIELDS = (
    tr("图层"),
    tr("图层中文名"),
    tr("序号"),
    tr("字段名"),
    tr("中文名"),
    tr("类型"),
    tr("长度"),
    tr("小数位"),
    tr("单位"),
    tr("必填"),
    tr("代码表"),
    tr("说明"),
)
_CODES = (tr("代码表"), tr("文件里的值"), tr("民情地图里的值"), tr("交换代码"), tr("用在"))
_NARROWEST, _WIDEST = 6, 46
_THIN = Side(style="thin", color="B9BDB8")
_EDGE = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADING = PatternFill("solid", fgColor="E8EEEA")
_A4 = 9

Row = Sequence[object]


def dictionary(made: Made, names: Mapping[Path, str]) -> bytes:
    """Return the data dictionary of an export as a workbook. names : of the files, seen from it."""
    book = Workbook()
    first = book.active
    first.title = tr("图层")
    _fill(first, _LAYERS, (_layer(each, made, names) for each in made.layers))
    _fill(book.create_sheet(tr("字段")), _FIELDS, _fields(made))
    _fill(book.create_sheet(tr("代码表")), _CODES, _codes(made))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _layer(each: Leaving, made: Made, names: Mapping[Path, str]) -> Row:
    files = [names.get(path, path.name).removeprefix("../") for path in made.written.files.get(each.name, [])]
    leading = [name for name in files if name.endswith((".shp", ".csv", ".geojson"))] or files[:1]
    kinds = "、".join(KINDS[k] for k in each.kinds) or (tr("空") if each.epsg else tr("无"))
    crs = tr("{name}（EPSG:{code}）").format(name=describe(each.epsg), code=each.epsg) if each.epsg else ""
    notes = [note for note in made.written.notes if tr("“{title}”").format(title=each.title) in note]
    return each.name, each.title, "\n".join(leading), kinds, each.rows, crs, "\n".join(notes)


def _fields(made: Made) -> Iterator[Row]:
    profile = made.choice.profile
    for each in made.layers:
        widths = _dbf_widths(made.written.files.get(each.name, []))
        for place, out in enumerate(each.columns, start=1):
            more = [name for name in widths if _continues(name, out.name)]
            yield (
                each.name,
                each.title,
                place,
                out.name,
                out.title,
                _TYPES.get(out.type, tr("文字")),
                widths.get(out.name) or out.length or None,
                out.decimals,
                _MEASURED.get(out.origin) or (out.of.unit if out.of is not None else None),
                tr("是") if _is_required(out, profile) else "",
                _list_of(out, profile),
                _about(out, masked=out.name in each.masked, more=more),
            )


def _is_required(out: Out, profile: Profile) -> bool:
    """Whether every row should have a value: as the taker says, or where nobody does, our own catalog."""
    if profile.name != PLAIN or out.origin is Origin.ID:
        return out.required or out.origin is Origin.ID
    return out.of is not None and (out.of.required or out.of.name == "village_code")


def _about(out: Out, *, masked: bool, more: Sequence[str]) -> str:
    said = [tr("已脱敏")] if masked else []
    if out.origin is Origin.CONSTANT:
        said.append(tr("都是 {value}").format(value=out.constant) if out.constant else tr("空"))
    if more:
        said.append(tr("太长的文字接着写在 {names}").format(names="、".join(more)))
    said += filter(None, [out.help])
    return "；".join(said)


def _continues(name: str, of: str) -> bool:
    stem, _, nth = name.rpartition("_")
    return stem == of[:8] and nth.isdecimal() and name != of


def _list_of(out: Out, profile: Profile) -> str:
    """Return what the list is called by which a field's values are to be read."""
    if out.of is None or out.origin is not Origin.FIELD:
        return ""
    if out.of.type is FieldType.BOOLEAN and out.type is FieldType.TEXT:
        return tr("{yes} 是，{no} 否").format(yes=profile.true, no=profile.false)
    if out.of.codes is not None:
        return out.of.codes.title
    return out.title if out.codes else ""


def _codes(made: Made) -> Iterator[Row]:
    """Yield each value of each list once, with the fields that it is used in."""
    used: dict[tuple[str, tuple[tuple[str, str, str], ...]], list[str]] = {}
    for each in made.layers:
        for out in each.columns:
            values = tuple(_values(out))
            if values and out.origin is Origin.FIELD:
                name = _list_of(out, made.choice.profile)
                used.setdefault((name, values), []).append(f"{each.name}.{out.name}")
    for (name, values), fields in used.items():
        for ours, written, exchanged in values:
            yield name, written or tr("（空）"), ours, exchanged, "、".join(fields)


def _values(out: Out) -> Iterator[tuple[str, str, str]]:
    """Yield of a field with codes each value, what is written for it, and its code for exchange if that is how."""
    codes = out.of.codes.codes if out.of is not None and out.of.codes is not None else ()
    if not codes:
        yield from ((ours, written, "") for ours, written in out.codes.items())
    for code in codes:
        yield code.value, out.codes.get(code.value, code.value), (code.leaves_as or "") if out.codes else ""


def _dbf_widths(files: Iterable[Path]) -> dict[str, int]:
    """Return the columns of the first DBF among some files, with their widths in bytes; nothing without one."""
    path = next((f for f in files if f.suffix == ".dbf"), None)
    if path is None:
        return {}
    with path.open("rb") as stream:
        size = unpack_from("<H", stream.read(32), 8)[0]
        described = stream.read(size - 32)
    found = {}
    for at in range(0, len(described) - 31, 32):
        name = described[at : at + 11].split(b"\0")[0].decode("ascii", "replace")
        found[name] = described[at + 16]
    return found


def _fill(sheet: Worksheet, headings: Sequence[str], rows: Iterable[Row]) -> None:
    """Put a table onto a sheet, so that it can be read on the screen and on paper."""
    sheet.append(list(headings))
    for row in rows:
        sheet.append([plain_cell(value) for value in row])
    last = get_column_letter(len(headings))
    for line in sheet.iter_rows():
        for cell in line:
            cell.border = _EDGE
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            if cell.row == 1:
                cell.font, cell.fill = Font(bold=True), _HEADING
    for n, column in enumerate(sheet.iter_cols(values_only=True), start=1):
        widest = max(_width(str(value)) for value in column if value is not None)
        sheet.column_dimensions[get_column_letter(n)].width = min(max(widest + 2, _NARROWEST), _WIDEST)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{last}{sheet.max_row}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = _A4, "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def _width(text: str) -> int:
    """Return how many columns of a letter a text takes, its longest line."""
    return max(sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n"))
