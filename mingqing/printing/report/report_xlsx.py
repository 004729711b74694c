"""村情统计报表 as a workbook: a sheet a section, charts beside its tables, and every number once more in one list."""

import re
from collections.abc import Iterator, Sequence
from functools import singledispatch
from io import BytesIO

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from mingqing.core.cells import plain_cell
from mingqing.core.text import tr
from mingqing.printing.report.model import (
    LEAST,
    Bars,
    Chart,
    Columns,
    Comparison,
    Grid,
    Pyramid,
    Report,
    Section,
    Shares,
)
from mingqing.printing.report.notes import notes
from mingqing.printing.template.fill import filled

_WIDTHS = (30, 14, 16, 16, 16, 18, 14, 12)
_BESIDE, _CHART_ROWS, _CHART_CM = "I", 17, (16.0, 8.0)
_THIN = Side(style="thin", color="B9BDB8")
_EDGE = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADING = PatternFill("solid", fgColor="E8EEEA")
_FONT = "1F5A50"
_A4 = 9
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 30  # of a sheet


def report_xlsx(report: Report) -> bytes:
    """Return a report as a workbook."""
    book = Workbook()
    first = book.active
    first.title = tr("概况")
    _overview(first, report)
    for section in report.sections:
        _section(book.create_sheet(_NOT_IN_NAMES.sub("", section.title)[:_LONGEST_NAME]), section)
    _list(book.create_sheet(tr("全部数字")), report)
    for sheet in book.worksheets:
        _set_up(sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _overview(sheet: Worksheet, report: Report) -> None:
    _say(sheet, 1, report.title, Font(size=16, bold=True, color=_FONT))
    subtitle = " · ".join(
        filter(None, (filled(report.template.subtitle, report.place), report.template.secrecy))
    )
    _say(sheet, 2, subtitle, Font(color="66706C"))
    rows = [
        (f.title, tr("少于 {n}").format(n=LEAST) if f.fewer else f.value, f.unit, f.beside)
        for f in report.figures
    ]
    row = _table(sheet, 4, (tr("指标"), tr("数值"), tr("单位"), tr("参照")), rows) + 1
    for text in notes(report):
        _say(sheet, row, text, Font(color="66706C"))
        row += 1


def _section(sheet: Worksheet, section: Section) -> None:
    _say(sheet, 1, section.title, Font(size=14, bold=True, color=_FONT))
    row = 2
    for remark in section.remarks:
        _say(sheet, row, remark)
        row += 1
    for chart in section.charts:
        row = _chart(sheet, row + 1, chart)
    for grid in section.grids:
        row += 1
        if grid.title:
            _say(sheet, row, grid.title, Font(bold=True))
        row = _table(sheet, row + 1, grid.titles, grid.rows, total=grid.total)


def _chart(sheet: Worksheet, row: int, chart: Chart) -> int:
    """Write what a chart shows from `row` on, with the chart beside it; return the row after both."""
    if chart.title:
        _say(sheet, row, chart.title, Font(bold=True))
    titles, rows = cells(chart)
    last = _table(sheet, row + 1, titles, rows)
    if chart.missing:
        _say(sheet, last, tr("另有 {n} 条没有登记").format(n=chart.missing), Font(color="66706C"))
        last += 1
    if isinstance(chart, Comparison):
        return last
    sheet.add_chart(_drawn(sheet, chart, row + 1, len(rows)), f"{_BESIDE}{row}")
    return max(last, row + _CHART_ROWS)


Cells = tuple[tuple[str, ...], list[tuple[object, ...]]]


@singledispatch
def cells(chart: Chart) -> Cells:
    """Return the titles and rows of the table that a chart is drawn from."""
    raise TypeError(chart)


@cells.register
def _(chart: Bars) -> Cells:
    if not chart.more_unit:
        return (tr("项目"), chart.unit), [(bar.title, bar.value) for bar in chart.bars]
    titles = (tr("项目"), chart.unit, f"{chart.more}（{chart.more_unit}）")
    return titles, [(bar.title, bar.value, bar.more) for bar in chart.bars]


@cells.register
def _(chart: Columns) -> Cells:
    return (tr("项目"), chart.unit), [(bar.title, bar.value) for bar in chart.bars]


@cells.register
def _(chart: Shares) -> Cells:
    return (tr("项目"), chart.unit), [(part.title, part.value) for part in chart.parts]


@cells.register
def _(chart: Pyramid) -> Cells:
    return (tr("年龄"), tr("男"), tr("女")), [(band.title, band.men, band.women) for band in chart.bands]


@cells.register
def _(chart: Comparison) -> Cells:
    own = (tr("乡镇 {n} 村平均").format(n=chart.township),) if chart.township else ()
    titles = (tr("指标"), tr("单位"), tr("本村"), *own, tr("全部 {n} 村平均").format(n=chart.every))
    return titles, [
        (line.title, line.unit, line.value, *((line.township,) if own else ()), line.every)
        for line in chart.lines
    ]


def _drawn(sheet: Worksheet, chart: Chart, head: int, rows: int) -> BarChart:
    """Return a native chart of the table whose titles stand in row `head`."""
    drawn = BarChart()
    drawn.type = "col" if isinstance(chart, Columns) else "bar"
    drawn.title, drawn.style = chart.title, 10
    drawn.width, drawn.height = _CHART_CM
    drawn.gapWidth = 40
    drawn.x_axis.delete = drawn.y_axis.delete = False  # openpyxl leaves them out of what newer Excel shows
    last = head + rows
    if isinstance(chart, Pyramid):
        _mirror(sheet, head, last)
        data = Reference(sheet, min_col=4, max_col=5, min_row=head, max_row=last)
        drawn.grouping, drawn.overlap, drawn.y_axis.numFmt = "stacked", 100, "#,##0;#,##0"
        drawn.x_axis.tickLblPos = "low"
    else:
        data = Reference(sheet, min_col=2, min_row=head, max_row=last)
        drawn.legend = None
        if drawn.type == "bar":
            drawn.x_axis.scaling.orientation = "maxMin"  # the first on top, as in the table
    drawn.add_data(data, titles_from_data=True)
    drawn.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=last))
    return drawn


def _mirror(sheet: Worksheet, head: int, last: int) -> None:
    """Write men as negative numbers, shown without their sign, for the left half of a pyramid."""
    for row in range(head, last + 1):
        for column, source in ((4, 2), (5, 3)):
            value = sheet.cell(row, source).value
            cell = sheet.cell(row, column, -value if column == 4 and isinstance(value, int) else value)
            cell.number_format, cell.font = "#,##0;#,##0", Font(color="B9BDB8")


def _list(sheet: Worksheet, report: Report) -> None:
    """Write every number on a line of its own, to be sorted, filtered and put beside other villages'."""
    titles = (tr("村代码"), tr("村"), tr("章节"), tr("表"), tr("项目"), tr("指标"), tr("数值"))
    rows = [(report.code, report.village, *line) for line in _lines(report)]
    last = _table(sheet, 1, titles, rows)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{last - 1}"


def _lines(report: Report) -> Iterator[tuple[object, ...]]:
    for figure in report.figures:
        value = tr("少于 {n}").format(n=LEAST) if figure.fewer else figure.value
        yield tr("概况"), "", figure.title, figure.unit, value
    for section in report.sections:
        for chart in section.charts:
            yield from _unrolled(section.title, chart.title, *cells(chart))
        for grid in section.grids:
            yield from _unrolled(section.title, grid.title, grid.titles, _without_total(grid))


def _without_total(grid: Grid) -> Sequence[tuple[object, ...]]:
    return grid.rows[:-1] if grid.total else grid.rows


def _unrolled(
    section: str, table: str, titles: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> Iterator[tuple[object, ...]]:
    for first, *others in rows:
        for title, value in zip(titles[1:], others, strict=True):
            if value is not None and value != "":
                yield section, table, first, title, value


def _table(
    sheet: Worksheet,
    row: int,
    titles: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    total: bool = False,
) -> int:
    """Write a table from `row` on; return the row after it."""
    for column, title in enumerate(titles, start=1):
        cell = sheet.cell(row, column, plain_cell(title))
        cell.font, cell.fill, cell.border = Font(bold=True), _HEADING, _EDGE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for n, values in enumerate(rows, start=row + 1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(n, column, plain_cell(value))
            cell.border = _EDGE
            cell.alignment = Alignment(
                vertical="center", wrap_text=isinstance(value, str) and len(value) > 12
            )
            if isinstance(value, float):
                cell.number_format = "#,##0.0" if value != int(value) else "#,##0"
            if total and n == row + len(rows):
                cell.font, cell.fill = Font(bold=True), _HEADING
    return row + len(rows) + 1


def _say(sheet: Worksheet, row: int, text: str, font: Font | None = None) -> None:
    cell = sheet.cell(row, 1, plain_cell(text))
    if font is not None:
        cell.font = font


def _set_up(sheet: Worksheet) -> None:
    """Make columns wide enough, and the sheet ready to print."""
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.center.text = tr("第 &P 页 共 &N 页")
