"""转移人员清单 as a workbook: rows to sort and filter, phones as text, no cell a formula, ready to print on A3."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mingqing.access.roles import Action
from mingqing.core.cells import plain_cell
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.model import MOBILITY
from mingqing.printing.evacuation.evacuees import PLAIN, About, Evacuee
from mingqing.printing.evacuation.roll import COLUMNS, TITLE, Part, Roll, cells, gather_roll, remark
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

# Characters of the common font that a column is wide, in the order of `COLUMNS`.
_WIDTHS = (5, 11, 7, 9, 8, 9, 5.5, 13.5, 9, 7, 14, 9, 16, 9, 13.5, 20, 9, 13.5, 46, 10, 7, 11)
_HEAD = 3
_NUMBERS = {0, 6, 9}  # columns of `COLUMNS` that are numbers
_LONG = {10, 12, 15, 18}
_AT_ONCE = 500
_PAPERS = {"A3": 8, "A4": 9}
_FOOTER = 90  # Excel takes 255 characters of codes and text, and & is two
_THIN = Side(style="thin", color="B9BDB8")
_EDGE = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FILLS = {
    Part.STRANDED: PatternFill("solid", fgColor="FBE3E0"),
    Part.SLOW: PatternFill("solid", fgColor="FFF4DC"),
}
_HEADING = PatternFill("solid", fgColor="E8EEEA")


def export_roll(
    session: Session,
    evacuees: Sequence[Evacuee],
    about: About = PLAIN,
    *,
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return the roll of a plan as a workbook; the log has it first. Arguments as in `gather_roll`.

    Who may export those whom a plan moves (`evacuee`) may take away what the printed list says of them, no more.

    Raises
    ------
    NotAllowed
        if the account may not export evacuees, or may not print what stands on the list; the log has it.
    Cancelled
        once `watch` says so.
    """
    permitted = Permitted(session, Action.EXPORT)
    permitted.require(TITLE, ("evacuee",))
    roll = gather_roll(session, evacuees, about)
    permitted.record(TITLE, len(roll.rows), about.subject)
    return as_xlsx(roll, watch)


def as_xlsx(roll: Roll, watch: Watch = UNWATCHED) -> bytes:
    """Return the roll as a workbook of two sheets: the people, and the sums by village and group.

    Raises
    ------
    Cancelled
        once `watch` says so.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = TITLE
    _write_head(sheet, roll)
    styles = _styles(book)
    for number, row in enumerate(roll.rows, start=1):
        if number % _AT_ONCE == 0:
            watch.step(TITLE, number, len(roll.rows))
        for column, value in enumerate(cells(number, row)):
            sheet.cell(_HEAD + number, column + 1, plain_cell(value)).style = styles[column, row.part]
    _offer_yes_and_no(sheet, len(roll.rows))
    _set_up(sheet, roll, len(COLUMNS), _HEAD, _HEAD + len(roll.rows))
    _write_sums(book.create_sheet(tr("汇总")), roll)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write_head(sheet: Worksheet, roll: Roll) -> None:
    for row, text, font in (
        (1, roll.title, Font(size=16, bold=True)),
        (2, remark(roll), Font(size=10, color="5F6662")),
    ):
        sheet.cell(row, 1, plain_cell(text)).font = font
    sheet.row_dimensions[1].height = 27
    sheet.row_dimensions[2].height = 17
    _write_titles(sheet, _HEAD, COLUMNS)
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _write_titles(sheet: Worksheet, row: int, titles: tuple[str, ...]) -> None:
    for column, title in enumerate(titles, start=1):
        cell = sheet.cell(row, column, title)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEADING, _EDGE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[row].height = 32


def _styles(book: Workbook) -> dict[tuple[int, Part], str]:
    """Register how cells look, by column and part, and return the names: set one by one they take thrice the time."""
    names = {}
    for column in range(len(COLUMNS)):
        for part in Part:
            name = f"{'文' if column in _LONG else '中'}{'数' if column in _NUMBERS else ''}{int(part)}"
            names[column, part] = name
            if name in book.named_styles:
                continue
            align = Alignment(
                horizontal=None if column in _LONG else "center", vertical="center", wrap_text=True
            )
            style = NamedStyle(name, alignment=align, border=_EDGE)
            if column not in _NUMBERS:
                style.number_format = "@"  # a phone keeps its zeros, and no length of digits becomes 1.38E+10
            if part in _FILLS:
                style.fill = _FILLS[part]
            book.add_named_style(style)
    return names


def _offer_yes_and_no(sheet: Worksheet, rows: int) -> None:
    if rows:
        choice = DataValidation(type="list", formula1=f'"{tr("是")},{tr("否")}"', allow_blank=True)
        letter = get_column_letter(len(COLUMNS) - 1)
        choice.add(f"{letter}{_HEAD + 1}:{letter}{_HEAD + rows}")
        sheet.add_data_validation(choice)


def _set_up(sheet: Worksheet, roll: Roll, columns: int, head: int, last: int) -> None:
    """Freeze and repeat the heading, number the pages, fit all columns on the width of a page."""
    sheet.freeze_panes = sheet.cell(head + 1, 7 if columns == len(COLUMNS) else 1)
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(columns)}{max(last, head)}"
    sheet.print_title_rows = f"1:{head}"
    template = roll.template
    sheet.page_setup.orientation = "portrait" if template.portrait else "landscape"
    sheet.page_setup.paperSize = _PAPERS[template.paper]
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.left.text = f"{template.secrecy} {template.footer}".strip()[:_FOOTER].replace("&", "&&")
    sheet.oddFooter.center.text = tr("第 &P 页 共 &N 页")
    for side in ("left", "right"):
        setattr(sheet.page_margins, side, 0.4)


def _write_sums(sheet: Worksheet, roll: Roll) -> None:
    titles = (tr("村"), tr("组"), tr("户数"), tr("人数"), MOBILITY[2], MOBILITY[1], tr("无安全路线人数"))
    _write_titles(sheet, 1, titles)
    for n, each in enumerate((*roll.sums, roll.total), start=2):
        values = (
            each.village,
            each.group,
            each.households,
            each.people,
            each.slow[2],
            each.slow[1],
            each.stranded,
        )
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(n, column, plain_cell(value))
            cell.border, cell.alignment = _EDGE, Alignment(horizontal="center")
            cell.font = Font(bold=n == len(roll.sums) + 2)
    for column, width in enumerate((16, 10, 10, 10, 10, 10, 16), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _set_up(sheet, roll, len(titles), 1, len(roll.sums) + 2)
