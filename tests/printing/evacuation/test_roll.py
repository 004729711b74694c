"""转移人员清单: who is on it, in which order, what the account may hand out, and a workbook that is safe to open."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from itertools import groupby

import pytest
from openpyxl import load_workbook

from mingqing.access.audit import DONE, REFUSED, Act
from mingqing.core.errors import Cancelled, NotAllowed
from mingqing.core.watch import Watch
from mingqing.printing.evacuation.evacuees import About, Contact, Evacuee
from mingqing.printing.evacuation.roll import (
    COLUMNS,
    Part,
    Roll,
    RollRow,
    cells,
    gather_roll,
    minutes_in_words,
    remark,
)
from mingqing.printing.evacuation.roll_pdf import print_roll
from mingqing.printing.evacuation.roll_xlsx import as_xlsx, export_roll
from mingqing.store.log import entries
from mingqing.store.session import Session
from tests.printing.pdf import Pdf

WHEN = datetime(2026, 8, 3, 18, 30)  # noqa: DTZ001


def row(**given: object) -> RollRow:
    plain = RollRow(
        *(Part.OTHERS, "甲村", "1组", 7, "甄一", "户主", "甄一", 70, "00013800138", "", 2),
        *("后山滑坡", "滑坡", "在隐患范围内", Contact("贾二", "00013900139")),
        *("学校避灾点", Contact("范三", "00013700137"), "沿村道向东走320米，到学校避灾点", 4.2),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def roll(*rows: RollRow) -> Roll:
    return Roll(rows, (), "后山滑坡", WHEN, "演示")


def test_everybody_in_the_houses_is_on_the_list_once(
    sample_session: Session, evacuees: Sequence[Evacuee]
) -> None:
    found = gather_roll(sample_session, evacuees, made_at=WHEN)
    houses = {e.house for e in evacuees}
    households = {i for i, house in sample_session.rows("household", ("id", "house")) if house in houses}
    people = [name for name, h in sample_session.rows("resident", ("name", "household")) if h in households]
    assert sorted(r.name for r in found.rows if r.household > 0) == sorted(people)
    assert found.total.households == len(households)
    assert found.total.people == sum(
        count for h, count in sample_session.rows("household", ("id", "people_count")) if h in households
    )


def test_without_a_safe_way_come_first_then_the_slow_and_groups_stay_together(
    sample_session: Session, evacuees: Sequence[Evacuee]
) -> None:
    rows = gather_roll(sample_session, evacuees).rows
    order = [(r.part, r.village) for r in rows]
    assert order == sorted(order)
    assert {r.part for r in rows} == set(Part)
    stranded = [r for r in rows if r.part is Part.STRANDED]
    assert all(r.shelter == "" and r.way.startswith("无安全路线：唯一的路") for r in stranded)
    slow = {r.household for r in rows if r.condition in {"需搀扶", "卧床"}}
    assert not slow & {r.household for r in rows if r.part is Part.OTHERS}
    blocks = [household for household, _ in groupby(rows, key=lambda r: r.household)]
    assert len(blocks) == len(set(blocks))


def test_sums_by_village_and_group_add_up(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    found = gather_roll(sample_session, evacuees)
    bedridden = sum("卧床" in r.condition for r in found.rows)
    assert found.total.slow[2] == bedridden > 0
    assert found.total.stranded == sum(
        {r.household: r.count for r in found.rows if r.part is Part.STRANDED}.values()
    )
    assert f"无安全路线 {found.total.stranded} 人" in remark(found)


def test_who_is_away_is_said_or_left_out(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    every = gather_roll(sample_session, evacuees)
    home = gather_roll(sample_session, evacuees, About(at_home=True))
    away = [r for r in every.rows if "外出" in r.condition]
    assert away
    assert not any("外出" in r.condition for r in home.rows)
    assert home.total.people == every.total.people - len(away)


def test_ages_are_those_of_the_day(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    born = dict(sample_session.rows("resident", ("name", "birth_date")))
    rows = gather_roll(sample_session, evacuees, made_at=datetime(2030, 1, 1)).rows  # noqa: DTZ001
    one = next(r for r in rows if r.age is not None)
    assert one.age == 2030 - date.fromisoformat(born[one.name]).year - (born[one.name][5:] > "01-01")


def test_planner_prints_names_and_phones(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    rows = gather_roll(as_role("planner"), evacuees).rows
    assert all("*" not in r.name + r.phone for r in rows)
    assert any(r.condition == "卧床" for r in rows)
    assert {r.age for r in rows} == {None}


def test_planner_takes_away_in_a_file_what_the_printed_list_says_and_the_log_has_it(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    planner = as_role("planner")
    sheet = load_workbook(BytesIO(export_roll(planner, evacuees, About("台风"))))["转移人员清单"]
    printed = [cells(n, r) for n, r in enumerate(gather_roll(planner, evacuees).rows, start=1)]
    assert [[c.value or "" for c in line] for line in sheet.iter_rows(min_row=4)] == [
        [v or "" for v in line] for line in printed
    ]
    last = entries(as_role("auditor"), limit=1)[0]
    assert (last.act, last.outcome, last.target) == (Act.EXPORT, DONE, "转移人员清单")
    assert (last.rows, last.detail) == (len(printed), "台风")


@pytest.mark.parametrize(
    ("role", "villages"), [("viewer", ()), ("department", ()), ("village_editor", ("331124204202",))]
)
def test_who_may_not_export_whom_a_plan_moves_gets_no_file_and_the_log_has_it(
    role: str, villages: tuple[str, ...], as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    with pytest.raises(NotAllowed, match="导出"):
        export_roll(as_role(role, *villages), evacuees)
    last = entries(as_role("auditor"), limit=1)[0]
    assert (last.act, last.outcome, last.target) == (Act.EXPORT, REFUSED, "转移人员清单")


def test_list_says_of_which_plan_and_day_it_is(
    sample_session: Session, evacuees: Sequence[Evacuee], keep: Callable[[bytes], Pdf]
) -> None:
    about = About("后山滑坡", "预案“台风”第 3 版，编制日期 2026-08-01")
    pdf = keep(print_roll(sample_session, evacuees, about))
    for page in range(1, pdf.pages + 1):
        assert "预案“台风”第3版，编制日期2026-08-01" in pdf.text(page)
    sheet = load_workbook(BytesIO(export_roll(sample_session, evacuees, about)))["转移人员清单"]
    assert sheet["A2"].value.startswith("预案“台风”第 3 版，编制日期 2026-08-01 · 后山滑坡")


def test_viewer_prints_masks_and_nobody_s_mobility(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    rows = gather_roll(as_role("viewer"), evacuees).rows
    assert rows
    assert all(r.name == "" or "*" in r.name for r in rows)
    assert all("卧床" not in r.condition for r in rows)
    assert all(r.part is not Part.SLOW for r in rows)


def test_department_has_a_line_a_house_without_people(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    rows = gather_roll(as_role("department"), [replace(e, people=3) for e in evacuees]).rows
    assert len(rows) == len(evacuees)
    assert {(r.name, r.householder, r.count) for r in rows} == {("", "", 3)}


def test_account_bound_to_a_village_lists_its_own(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    rows = gather_roll(as_role("village_editor", "331124204202"), evacuees).rows
    assert {r.village for r in rows} == {"小竹溪村"}


def test_who_may_not_is_refused_and_the_log_has_it(
    as_role: Callable[..., Session], sample_session: Session, evacuees: Sequence[Evacuee]
) -> None:
    security = as_role("security_admin")
    with pytest.raises(NotAllowed, match="不能打印"):
        gather_roll(security, evacuees)
    last = entries(as_role("auditor"), limit=1)[0]
    assert (last.act, last.outcome, last.target) == (Act.PRINT, REFUSED, "转移人员清单")


def test_workbook_holds_every_row_under_the_customary_columns() -> None:
    book = load_workbook(BytesIO(as_xlsx(roll(row(), row(name="𠮷鑨", age=None)))))
    sheet = book["转移人员清单"]
    assert tuple(c.value for c in sheet[3]) == COLUMNS
    assert [c.value or "" for c in sheet[4]] == [v or "" for v in cells(1, row())]
    assert sheet["F5"].value == "𠮷鑨"
    assert sheet.max_row == 5


def test_workbook_is_ready_to_sort_and_print() -> None:
    sheet = load_workbook(BytesIO(as_xlsx(roll(row()))))["转移人员清单"]
    assert sheet.freeze_panes == "G4"
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.auto_filter.ref == "A3:V4"


def test_phones_are_text_and_no_cell_is_a_formula() -> None:
    hostile = row(name="=HYPERLINK(1)", group="+1", way="@SUM", hazard="-1", householder="\x07乙\x00")
    sheet = load_workbook(BytesIO(as_xlsx(roll(hostile))))["转移人员清单"]
    values = [c.value for c in sheet[4]]
    assert "00013800138" in values
    assert all(c.data_type != "f" for c in sheet[4])
    assert [c.number_format for c in sheet[4] if c.value == "00013800138"] == ["@"]
    assert "'=HYPERLINK(1)" in values
    assert "乙" in values


def test_workbook_of_nobody_opens() -> None:
    sheet = load_workbook(BytesIO(as_xlsx(roll())))["转移人员清单"]
    assert sheet.max_row == 3


def test_workbook_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        as_xlsx(roll(*[row()] * 600), Watch(cancelled=lambda: True))


def test_times_are_rounded_up() -> None:
    assert [minutes_in_words(m) for m in (0.0, 59.2, 60.0, 61.0)] == [
        "约1分钟",
        "约1小时",
        "约1小时",
        "约1小时1分",
    ]
