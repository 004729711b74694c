"""Blocks down pages: headings repeated, rows that belong together kept, whatever is too tall cut, pages numbered."""

from collections.abc import Callable, Sequence

import pytest

from mingqing.core.errors import Cancelled
from mingqing.core.watch import Watch
from mingqing.printing.paper.flow import Block, Gap, Paragraph, as_pdf, heading, laid_out
from mingqing.printing.paper.form import Field, Form, label
from mingqing.printing.paper.page import A4, A5
from mingqing.printing.paper.table import Column, Line, Table
from tests.printing.pdf import Pdf, outside, overlapping

Keep = Callable[[bytes], Pdf]
COLUMNS = (Column("户主", 2), Column("姓名", 2), Column("路线", 6))


def table(*lines: Line) -> Table:
    return Table.of(COLUMNS, lines)


def household(n: int, people: int) -> list[Line]:
    return [
        Line((f"户{n}" if k == 0 else None, f"人{n}之{k}", "左转" if k == 0 else None)) for k in range(people)
    ]


def told(pages: Sequence[Sequence[tuple[float, Block]]]) -> list[list[str]]:
    return [
        [
            cell
            for _, block in page
            if isinstance(block, Table)
            for line in block.lines
            for cell in line.cells[1:2]
            if cell
        ]
        for page in pages
    ]


def test_long_table_goes_on_under_its_heading_and_pages_are_numbered(keep: Keep) -> None:
    pdf = keep(as_pdf([table(*[Line((f"户主{n}", f"姓名{n}", "沿村道")) for n in range(120)])], A4, "表"))
    assert pdf.pages > 2
    for page in range(1, pdf.pages + 1):
        assert "户主姓名路线" in pdf.text(page)
        assert f"第{page}页共{pdf.pages}页" in pdf.text(page)
    whole = pdf.text()
    assert all(f"姓名{n}沿村道" in whole for n in range(120))


def test_rows_that_share_a_cell_stay_on_one_page() -> None:
    lines = [line for n in range(20) for line in household(n, 4)]
    pages = told(laid_out([table(*lines)], 100.0, 90.0))
    assert [name for page in pages for name in page] == [f"人{n}之{k}" for n in range(20) for k in range(4)]
    assert len(pages) > 2
    assert all(page[0].endswith("之0") and page[-1].endswith("之3") for page in pages)


def test_household_larger_than_a_page_is_cut_between_its_people_and_named_again() -> None:
    pages = laid_out([table(*household(1, 60))], 100.0, 90.0)
    assert [name for page in told(pages) for name in page] == [f"人1之{k}" for k in range(60)]
    for page in pages:
        (_, block), *_ = page
        assert isinstance(block, Table)
        assert block.lines[0].cells[0] == "户1"


def test_row_taller_than_a_page_is_cut_between_lines(keep: Keep) -> None:
    text = "".join(f"{n}号路口左转，" for n in range(900))
    pdf = keep(as_pdf([table(Line(("甲", "乙", text)))], A5, "长"))
    assert pdf.pages > 1
    assert "899号路口左转" in pdf.text()
    assert not outside(pdf.words(), pdf.size, 5.0)


def test_band_stays_with_the_row_below_and_a_sum_with_the_row_above() -> None:
    lines = [Line(("甲村",), band=True), *household(1, 2), Line(("小计",), band=True, ends=True)] * 12
    for room in range(40, 80, 3):
        for page in laid_out([table(*lines)], 100.0, float(room)):
            (_, block), *_ = page
            assert isinstance(block, Table)
            assert block.lines[0].cells == ("甲村",)
            assert block.lines[-1].cells == ("小计",)


def test_heading_is_not_left_behind_at_the_foot_of_a_page() -> None:
    for lines in range(1, 30):
        blocks = [Paragraph("\n".join("行" * lines)), heading("标题"), Paragraph("正文")]
        for page in laid_out(blocks, 100.0, 80.0):
            assert page[-1][1].keep_with_next is False


def test_paragraph_goes_on_overleaf_and_a_gap_does_not_begin_a_page() -> None:
    pages = laid_out([Paragraph("字" * 900), Gap(5.0)], 100.0, 60.0)
    assert (
        "".join(b.text for page in pages for _, b in page if isinstance(b, Paragraph)).replace("\n", "")
        == "字" * 900
    )
    assert all(y + block.height(100.0) <= 60.0 + 1.3 for page in pages for y, block in page)
    exactly = Paragraph("一行", after=0.0)
    assert len(laid_out([exactly, Gap(5.0)], 100.0, exactly.height(100.0))) == 1


def test_nothing_is_one_empty_page(keep: Keep) -> None:
    assert keep(as_pdf([], A4, "空")).pages == 1


def test_long_cells_stay_in_their_cell(keep: Keep) -> None:
    rows = [Line(("欧阳" * 12, "𠮷鑨" * 9, "0001380013800138001380013800138"))] * 5
    form = Form(
        "长长的栏目名称",
        [[label("户主", 10), Field("甄" * 200, 40, most=2), label("电话", 10), Field("0" * 60, 40, most=1)]],
    )
    pdf = keep(as_pdf([table(*rows), Gap(3.0), form], A5, "长"))
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 8.0) == []


def test_form_longer_than_a_page_goes_on(keep: Keep) -> None:
    rows = [[label(f"项目{n}", 10), Field(f"内容{n}", 40)] for n in range(90)]
    pdf = keep(as_pdf([Form("栏", rows)], A4, "表"))
    assert pdf.pages > 1
    assert "项目89内容89" in pdf.text()


def test_what_is_too_long_for_a_form_ends_in_an_ellipsis(keep: Keep) -> None:
    pdf = keep(as_pdf([Form("", [[Field("长" * 400, 1, most=2)]])], A4, "表"))
    assert "长…" in pdf.text()


def test_document_can_be_stopped_between_pages() -> None:
    seen: list[tuple[str, int, int]] = []

    def progress(*step: object) -> None:
        seen.append(step)  # type: ignore[arg-type]

    lines = [Line((str(n), "", "")) for n in range(200)]
    with pytest.raises(Cancelled):
        as_pdf([table(*lines)], A4, "表", watch=Watch(progress, lambda: len(seen) >= 2))
    assert [step[1] for step in seen] == [0, 1]
