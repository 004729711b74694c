"""村情统计报表 on a few pages of A4: key figures large on top, charts, tables beneath, where it all comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.paper.flow import Block, Drawn, Gap, Paragraph, as_pdf, heading, title
from mingqing.printing.paper.page import PT, Align, Ink, Page, Paper
from mingqing.printing.paper.table import Column, Line, Table
from mingqing.printing.paper.text import elided, width_of
from mingqing.printing.report.charts import ChartColumns, number
from mingqing.printing.report.model import LEAST, Figure, Grid, Report, Section, Value
from mingqing.printing.report.notes import notes
from mingqing.printing.template.fill import filled

_MARGINS = (16.0, 12.0, 16.0, 10.0)
_A_ROW = 4  # figures
_TOGETHER = 16  # rows of a table that stays on one page
_TILE_MM, _TILE_GAP_MM = 20.0, 3.0
_LARGE, _SMALL, _TINY = 21.0 * PT, 9.0 * PT, 7.6 * PT


def report_pdf(report: Report, *, paper: Paper | None = None, watch: Watch = UNWATCHED) -> bytes:
    """Return a report as a PDF. paper : None for the template's.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    template = report.template
    footer = template.foot(report.by, report.made_at)
    sheet = replace(paper or template.sheet, margins=_MARGINS)
    return as_pdf(list(_blocks(report)), sheet, report.title, footer=footer, watch=watch)


def _blocks(report: Report) -> Iterator[Block]:
    template, place = report.template, report.place
    yield title(report.title)
    yield Paragraph(filled(template.subtitle, place), 9.5, ink=Ink.SOFT, align=Align.MIDDLE, after=3.0)
    sections = {section.code: section for section in report.sections}
    for code in template.codes:
        if code == "figures" and report.figures:
            yield figures(report.figures)
            yield Gap(4.0)
        elif code in sections:
            yield from _section(sections[code])
    yield from _about(report)


def _section(section: Section) -> Iterator[Block]:
    yield heading(section.title)
    for remark in section.remarks:
        yield Paragraph(remark, 9.5, after=1.6, keep_with_next=not section.empty)
    if section.charts:
        yield ChartColumns(section.charts, wide=len(section.charts) == 1)
    for grid in section.grids:
        if grid.title and (section.charts or len(section.grids) > 1):
            yield Gap(1.0)
            yield Paragraph(grid.title, 10.0, bold=True, after=1.0, keep_with_next=True)
        yield table(grid)
        yield Gap(2.0)
    yield Gap(3.0)


def table(grid: Grid) -> Table:
    """Return a table as paper has it: numbers to the right."""
    numeric = [any(isinstance(row[n], int | float) for row in grid.rows) for n in range(len(grid.titles))]
    columns = [
        Column(name, share, Align.RIGHT if is_number else Align.LEFT)
        for name, share, is_number in zip(grid.titles, grid.shares, numeric, strict=True)
    ]
    lines = [Line(tuple(_cell(value) for value in row)) for row in grid.rows]
    if grid.total and lines:
        lines[-1] = Line(lines[-1].cells, bold=True, fill=Ink.HEAD)
    return Table(columns, [lines], 9.0) if len(lines) <= _TOGETHER else Table.of(columns, lines, 9.0)


def _cell(value: Value) -> str:
    if value is None:
        return "—"
    return value if isinstance(value, str) else number(value)


def figures(some: Sequence[Figure]) -> Drawn:
    """Return the key figures, large, four beside each other."""
    rows = -(-len(some) // _A_ROW)

    def paint(page: Page, x: float, y: float, width: float) -> None:
        wide = (width - _TILE_GAP_MM * (_A_ROW - 1)) / _A_ROW
        for n, figure in enumerate(some):
            left, top = x + n % _A_ROW * (wide + _TILE_GAP_MM), y + n // _A_ROW * (_TILE_MM + _TILE_GAP_MM)
            _tile(page, figure, left, top, wide)

    return Drawn(rows * _TILE_MM + (rows - 1) * _TILE_GAP_MM, paint)


def _tile(page: Page, figure: Figure, x: float, y: float, width: float) -> None:
    page.fill(x, y, width, _TILE_MM, Ink.HEAD)
    page.fill(x, y, 1.0, _TILE_MM, Ink.ACCENT)
    page.text(x + 3.2, y + 1.8, elided(figure.title, _SMALL, width - 4.0), _SMALL, ink=Ink.SOFT)
    text, size = _large(figure), _LARGE
    while width_of(text, size, bold=True) > width - 13.0:
        size *= 0.94
    page.text(x + 3.2, y + 5.6 + (_LARGE - size), text, size, bold=True, ink=Ink.ACCENT)
    if figure.value is not None or figure.fewer:
        page.text(
            x + 4.4 + width_of(text, size, bold=True), y + 5.6 + _LARGE - _SMALL * 1.25, figure.unit, _SMALL
        )
    page.text(
        x + 3.2, y + _TILE_MM - 1.6 - _TINY, elided(figure.beside, _TINY, width - 4.0), _TINY, ink=Ink.SOFT
    )


def _large(figure: Figure) -> str:
    if figure.fewer:
        return tr("少于{n}").format(n=LEAST)
    return "—" if figure.value is None else number(figure.value)


def _about(report: Report) -> Iterator[Block]:
    yield heading(tr("说明"))
    for text in notes(report):
        yield Paragraph(text, 8.6, ink=Ink.SOFT, after=0.9)
