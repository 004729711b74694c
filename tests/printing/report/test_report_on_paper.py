"""村情统计报表 on paper and as a workbook: it says its numbers, keeps to its pages, and is in the log first."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pytest
import shapely
from openpyxl import load_workbook
from PySide6.QtGui import QColor

from mingqing.access.audit import DONE, REFUSED, Act
from mingqing.core.errors import NotAllowed
from mingqing.printing.paper.flow import as_pdf
from mingqing.printing.paper.page import A4
from mingqing.printing.report.charts import ChartColumns, height, number
from mingqing.printing.report.model import Bars, Columns, Comparison, Pyramid, Report, Shares
from mingqing.printing.report.report_pdf import report_pdf
from mingqing.printing.report.report_xlsx import report_xlsx
from mingqing.printing.report.village import Form, make, neighbours_for
from mingqing.store.log import entries
from mingqing.store.session import Session
from tests.printing.pdf import Pdf, outside, overlapping
from tests.printing.report.conftest import VILLAGE, WHEN, Add, report_of

Keep = Callable[[bytes], Pdf]


def test_report_says_its_numbers_on_two_to_four_pages(sample_session: Session, keep: Keep) -> None:
    report = report_of(sample_session)
    pdf = keep(report_pdf(report))
    assert 2 <= pdf.pages <= 4
    assert pdf.size == pytest.approx((210, 297), abs=1)
    text = pdf.text()
    for expected in ("小竹溪村村情统计报表", "竹源乡", VILLAGE, "2026年11月22日", "内部使用", "由演示打印"):
        assert expected in text
    for figure in report.figures:
        assert figure.title in text
        assert number(figure.value or 0) in text
    for section in report.sections:
        assert section.title in text
        for chart in section.charts:
            assert chart.title in text
        for grid in section.grids:
            assert all("".join(str(row[0]).split()) in text for row in grid.rows)


def test_nothing_reaches_into_the_margins_or_over_something_else(sample_session: Session, keep: Keep) -> None:
    pdf = keep(report_pdf(report_of(sample_session)))
    words = pdf.words()
    assert len(words) > 300
    assert not outside(words, pdf.size, 9.0)
    assert not overlapping(words)
    assert all(embedded == "yes" for _, embedded in pdf.fonts())


def test_no_heading_stands_at_the_foot_of_a_page_alone(sample_session: Session, keep: Keep) -> None:
    report = report_of(sample_session)
    pdf = keep(report_pdf(report))
    lowest = {
        page: max(w.box[1] for w in pdf.words() if w.page == page and w.box[3] < 790)
        for page in range(1, pdf.pages)
    }
    titles = {s.title for s in report.sections}
    assert not [w.text for w in pdf.words() if w.text in titles and w.box[1] >= lowest.get(w.page, 1e9)]


def test_long_names_and_rare_characters_are_printed_within_their_room(
    session: Session, add: Add, keep: Keep
) -> None:
    name = "𠮷" + "竹" * 199
    border = shapely.box(450_000, 3_141_000, 451_000, 3_142_000)
    add("village", [border], name=[name], code=[VILLAGE], township=["鑨" * 200])
    at = [shapely.box(450_000 + n, 3_141_000, 450_001 + n, 3_141_001) for n in range(30)]
    add("house", at, structure=["砖木"] * 30)
    add(
        "enterprise",
        [shapely.Point(450_000, 3_141_000)] * 4,
        name=["甲"] * 4,
        kind=["民宿", None, "合作社", "民宿"],
        output=[1e12, None, 2.5, 3],
    )
    add("plot", at, crop=[f"{'长' * 200}{n}" for n in range(30)], area_mu=[0.1 + n for n in range(30)])
    add("hazard", at, name=["险" * 200] * 30, kind=["滑坡"] * 30, households=[1] * 30, people=[4] * 30)
    pdf = keep(make(session, VILLAGE, Form.PDF))
    assert "竹" * 20 in pdf.text()
    assert "另有16处" in pdf.text()
    assert not outside(pdf.words(), pdf.size, 9.0)
    assert not overlapping(pdf.words())
    book = load_workbook(BytesIO(make(session, VILLAGE, Form.XLSX)))
    assert book["概况"]["A1"].value == f"{name}村情统计报表"


def test_an_empty_village_is_one_page_that_says_so(session: Session, village: str, keep: Keep) -> None:
    pdf = keep(make(session, village, Form.PDF))
    assert pdf.pages == 1
    assert "本村还没有这些数据：人口" in pdf.text()
    assert load_workbook(BytesIO(make(session, village, Form.XLSX))).sheetnames[0] == "概况"


def test_grey_tells_the_parts_of_a_bar_apart(sample_session: Session) -> None:
    charts = [c for s in report_of(sample_session).sections for c in s.charts if isinstance(c, Shares)]
    assert len(charts) >= 4
    for chart in charts:
        grey = [QColor(part.color.light).lightnessF() for part in chart.parts]
        assert all(abs(a - b) > 0.04 for a, b in pairwise(grey)), chart.title


@pytest.mark.parametrize("number_of", range(1, 6))
def test_charts_stand_beside_each_other_and_go_overleaf_whole(
    sample_session: Session, number_of: int, keep: Keep
) -> None:
    charts = [c for s in report_of(sample_session).sections for c in s.charts][:number_of]
    block = ChartColumns(charts)
    width, whole = A4.body.width(), block.height(A4.body.width())
    assert block.split(width, whole, fresh=False) == (block, None)
    head, rest = block.split(width, height(charts[0]) - 1.0, fresh=False)
    shown = [
        *(head.charts if isinstance(head, ChartColumns) else ()),
        *(rest.charts if isinstance(rest, ChartColumns) else ()),
    ]
    assert shown == charts
    pdf = keep(as_pdf([block], A4, "图"))
    assert all(chart.title in pdf.text() for chart in charts)


def test_averages_stand_beside_the_villages_number(sample_session: Session, keep: Keep) -> None:
    report = report_of(sample_session)
    (found,) = next(s.charts for s in report.sections if s.code == "comparison")
    assert isinstance(found, Comparison)
    text = keep(report_pdf(report)).text()
    assert "全部3村平均" in text
    assert "乡镇" not in text.split("和其他村比")[1].split("数据的新旧")[0]
    line = next(line for line in found.lines if line.title == "人口")
    assert f"人口（人）{number(line.value or 0)}{number(line.every or 0)}" in text


def test_own_template_decides_title_sections_and_figures(
    sample_project: object, as_role: Callable[..., Session], keep: Keep
) -> None:
    session = as_role("county_editor")
    folder = session.info.path / "print"
    folder.mkdir(exist_ok=True)
    (folder / "report.toml").write_text(
        'title = "{village}一览"\nsections = ["houses", ["people", "乡亲"], "figures"]\n'
        'notes = ["数字以{year}年为准。"]\n'
        'figures = ["tea_mu", ["population", "户籍人口"]]\n',
        encoding="utf-8",
    )
    text = keep(make(session, VILLAGE, Form.PDF, made_at=WHEN)).text()
    assert "小竹溪村一览" in text
    assert "数字以2026年为准。" in text
    assert text.index("房屋结构") < text.index("乡亲") < text.index("户籍人口")
    assert "茶园面积" in text
    assert "村界表登记" in text
    assert "避灾点够不够" not in text


def test_workbook_holds_the_same_numbers_with_charts(sample_session: Session) -> None:
    report = report_of(sample_session)
    book = load_workbook(BytesIO(report_xlsx(report)))
    assert book.sheetnames == ["概况", *(s.title for s in report.sections), "全部数字"]
    for section in report.sections:
        drawn = [c for c in section.charts if not isinstance(c, Comparison)]
        assert len(book[section.title]._charts) == len(drawn)
    figures = {row[0]: row[1] for row in book["概况"].iter_rows(min_row=5, max_col=2, values_only=True)}
    assert all(figures[f.title] == f.value for f in report.figures)
    rows = list(book["全部数字"].iter_rows(min_row=2, values_only=True))
    assert {row[:2] for row in rows} == {(VILLAGE, "小竹溪村")}
    for section in report.sections:
        for chart in section.charts:
            listed = [(row[4], row[6]) for row in rows if row[2:4] == (section.title, chart.title or None)]
            if isinstance(chart, Bars | Columns):
                assert {(b.title, b.value) for b in chart.bars} <= set(listed)
            elif isinstance(chart, Shares):
                assert listed == [(p.title, p.value) for p in chart.parts]
            elif isinstance(chart, Pyramid):
                assert sum(n for _, n in listed) == sum(b.men + b.women for b in chart.bands)


def test_no_cell_of_the_workbook_is_a_formula_or_breaks_a_sheet(sample_session: Session) -> None:
    found = report_of(sample_session)
    section = replace(found.sections[0], title="人口[]:*?/\\和" + "住" * 40, remarks=("=1+1", "@x"))
    hostile = replace(found, sections=(section,), place={**found.place, "village": '=HYPERLINK("x")'})
    book = load_workbook(BytesIO(report_xlsx(hostile)))
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert len(cells) > 100
    assert not [c.value for c in cells if c.data_type == "f"]
    assert all(len(name) <= 31 for name in book.sheetnames)


def _made(session: Session, form: Form) -> Report | bytes:
    return make(session, VILLAGE, form, neighbours=neighbours_for(session, form))


@pytest.mark.parametrize("form", Form)
def test_log_has_the_report_before_it_is_out(as_role: Callable[..., Session], form: Form) -> None:
    session = as_role("county_editor")
    assert _made(session, form)
    with as_role("auditor") as auditor:
        last = entries(auditor)[0]
    act = Act.PRINT if form is Form.PDF else Act.EXPORT
    assert (last.act, last.target, last.outcome) == (act, "村情统计报表", DONE)
    assert VILLAGE in last.detail
    assert last.rows == sum(session.counts(VILLAGE).values())


@pytest.mark.parametrize(
    ("role", "form"),
    [
        ("auditor", Form.PDF),
        ("system_admin", Form.PDF),
        ("planner", Form.XLSX),
        ("village_editor", Form.XLSX),
        ("viewer", Form.XLSX),
    ],
)
def test_who_may_not_is_refused_and_the_log_has_it(
    as_role: Callable[..., Session], role: str, form: Form
) -> None:
    session = as_role(role, *([VILLAGE] if role == "village_editor" else []))
    with pytest.raises(NotAllowed, match="村情统计报表"):
        _made(session, form)
    with as_role("auditor") as auditor:
        assert entries(auditor)[0].outcome == REFUSED
