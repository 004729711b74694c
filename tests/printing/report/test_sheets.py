"""住户信息表: a page a household, what is known of it and no more than may be printed, room to correct and to sign."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import shapely

from mingqing.access.audit import DONE, REFUSED, Act
from mingqing.core.errors import Cancelled, InputRefused, NotAllowed
from mingqing.core.watch import Watch
from mingqing.printing.report.content import SECTIONS as REPORT
from mingqing.printing.report.household import Sheet, gather_sheets
from mingqing.printing.report.household_pdf import SECTIONS
from mingqing.printing.report.sheets import households_of, make
from mingqing.printing.template.find import document
from mingqing.store.log import entries
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session
from tests.printing.pdf import Pdf, outside, overlapping
from tests.printing.report.conftest import TODAY, VILLAGE, Add

Keep = Callable[[bytes], Pdf]


def sheets_of(session: Session, *households: int, reason: str = "") -> list[Sheet]:
    return gather_sheets(Permitted(session, reason=reason), households, today=TODAY)


@pytest.fixture
def cared(sample_session: Session) -> int:
    """A household of the samples that is helped, visited, and looked after."""
    people = dict(sample_session.rows("resident", ("id", "household"), village=VILLAGE))
    looked = {people.get(r) for (r,) in sample_session.rows("key_person", ("resident",), village=VILLAGE)}
    helped = {h for (h,) in sample_session.rows("assistance", ("household",), village=VILLAGE)}
    visited = {h for (h,) in sample_session.rows("visit", ("household",), village=VILLAGE)}
    return min(h for h in looked & helped & visited if h is not None)


def test_sheet_has_the_house_its_people_and_all_that_is_known_of_them(
    sample_session: Session, cared: int
) -> None:
    (sheet,) = sheets_of(sample_session, cared)
    row = sample_session.row("household", cared) or {}
    house = sample_session.row("house", int(str(row["house"]))) or {}
    assert (sheet.householder, sheet.group, sheet.count) == (
        row["householder"],
        row["group_no"],
        row["people_count"],
    )
    assert sheet.house["address"] == house["address"]
    people = sample_session.rows("resident", ("name", "relation"), where={"household": cared})
    assert {(m.name, m.relation) for m in sheet.members} == set(people)
    assert sheet.members[0].relation == "户主"
    for rows, table, column in ((sheet.helped, "assistance", "helper"), (sheet.visits, "visit", "visitor")):
        known = {n for (n,) in sample_session.rows(table, (column,), where={"household": cared})}
        assert rows
        assert {r[column] for r in rows} <= known
    assert sheet.cared


def test_identity_numbers_are_never_whole_on_paper(sample_session: Session, cared: int, keep: Keep) -> None:
    numbers = [n for (n,) in sample_session.rows("resident", ("id_number",), where={"household": cared})]
    text = keep(make(sample_session, [cared])).text()
    for number in numbers:
        assert number not in text
        assert f"{number[:6]}********{number[-4:]}" in text


def test_hazard_and_shelter_are_those_of_the_house(sample_session: Session) -> None:
    (plan,) = [i for (i,) in sample_session.rows("evacuation_plan", ("id",), village=VILLAGE)][:1] or [None]
    assert plan is None  # the samples keep no plan: the nearest shelter is told
    houses = sample_session.features("house", village=VILLAGE)
    hazards = sample_session.features("hazard", columns=["name"])
    shelters = sample_session.features("shelter", columns=["name"])
    home = {house: i for i, house in sample_session.rows("household", ("id", "house"), village=VILLAGE)}
    tree = shapely.STRtree(hazards.geometry)
    checked = 0
    for n, house in enumerate(houses.ids.tolist()):
        if house not in home or checked > 20:
            continue
        (sheet,) = sheets_of(sample_session, home[house])
        shape = houses.geometry[n]
        inside = {str(hazards.columns["name"][i]) for i in tree.query(shape, "intersects")}
        assert sheet.dangers is not None
        assert {d.name for d in sheet.dangers if d.lies == "在隐患范围内"} <= inside
        assert bool(inside) == any(d.lies == "在隐患范围内" for d in sheet.dangers)
        far = shapely.distance(shelters.geometry, shape)
        assert sheet.refuge is not None
        assert sheet.refuge.shelter == shelters.columns["name"][int(far.argmin())]
        checked += 1


def test_every_household_of_a_village_has_one_page(sample_session: Session, keep: Keep) -> None:
    chosen = households_of(sample_session, VILLAGE)
    rows = dict(sample_session.rows("household", ("id", "group_no"), village=VILLAGE))
    assert sorted(chosen) == sorted(rows)
    assert [rows[i] for i in chosen] == sorted(rows.values())
    pdf = keep(make(sample_session, chosen[:6]))
    assert pdf.pages == 6
    assert pdf.size == pytest.approx((210, 297), abs=1)
    for page, household in enumerate(chosen[:6], start=1):
        text = pdf.text(page)
        (sheet,) = sheets_of(sample_session, household)
        for expected in (
            sheet.householder,
            *(m.name for m in sheet.members),
            "签名",
            "核对日期",
            "第1页共1页",
        ):
            assert expected in text
    assert not outside(pdf.words(), pdf.size, 13.0)
    assert not overlapping(pdf.words())


def test_sixty_people_go_on_overleaf_all_of_them(
    session: Session, add: Add, village: str, keep: Keep
) -> None:
    (house,) = add("house", [shapely.box(450_100, 3_141_100, 450_110, 3_141_110)], address=["竹溪1号"])
    (home,) = add("household", householder=["甄一"], house=[house], people_count=[60])
    names = [f"{chr(0x7532 + n)}{chr(0x4E00 + n)}" for n in range(60)]
    add(
        "resident",
        name=names,
        household=[home] * 60,
        relation=["户主", *["其他"] * 59],
        phone=["00013800138"] * 60,
    )
    pdf = keep(make(session, [home]))
    assert pdf.pages == 2
    assert all(name in pdf.text() for name in names)
    assert "第2页共2页" in pdf.text(2)
    assert not overlapping(pdf.words())


def test_a_larger_household_is_set_smaller_before_it_takes_a_second_page(
    session: Session, add: Add, village: str, keep: Keep
) -> None:
    (house,) = add("house", [shapely.box(450_100, 3_141_100, 450_110, 3_141_110)])
    (home,) = add("household", householder=["甄一"], house=[house])
    add("resident", name=[f"甄{n}" for n in range(15)], household=[home] * 15)
    assert keep(make(session, [home])).pages == 1


def test_long_and_rare_texts_keep_to_their_room(session: Session, add: Add, village: str, keep: Keep) -> None:
    (house,) = add(
        "house",
        [shapely.box(450_100, 3_141_100, 450_110, 3_141_110)],
        address=["竹" * 200],
        house_no=["9" * 200],
    )
    (home,) = add(
        "household", householder=["𠮷" * 200], house=[house], group_no=["组" * 200], household_no=["8" * 200]
    )
    (person,) = add("resident", name=["鑨" * 200], household=[home], phone=["0" * 200])
    add(
        "key_person",
        name=["鑨" * 200],
        resident=[person],
        house=[house],
        category=["独居老人"],
        need=["难" * 2000],
    )
    add(
        "visit",
        household=[home],
        visited_on=["2026-05-05"],
        visitor=["访" * 200],
        matter=["情" * 2000],
        done=["办" * 200],
    )
    pdf = keep(make(session, [home]))
    assert pdf.pages <= 3
    assert not outside(pdf.words(), pdf.size, 13.0)
    assert not overlapping(pdf.words())


def test_a_household_of_which_nothing_is_known_is_a_form_to_fill_in(
    session: Session, add: Add, village: str, keep: Keep
) -> None:
    (home,) = add("household", householder=["甄一"])
    pdf = keep(make(session, [home]))
    assert pdf.pages == 1
    assert "没有登记" in pdf.text()
    assert "更正" in pdf.text()


def test_people_to_look_after_are_found_by_name_in_the_house_where_no_resident_is_named(
    session: Session, add: Add, village: str
) -> None:
    (house,) = add("house", [shapely.box(0, 0, 9, 9)])
    one, other = add("household", householder=["甄一", "贾二"], house=[house, house])
    add("resident", name=["甄一", "贾二"], household=[one, other])
    add("key_person", name=["贾二", "范三"], house=[house, house], category=["残疾人", "残疾人"])
    first, second = sheets_of(session, one, other)
    assert first.cared == ()
    assert [r["name"] for r in second.cared or ()] == ["贾二"]


def test_what_a_role_may_not_print_is_not_there_and_is_named(
    as_role: Callable[..., Session], keep: Keep
) -> None:
    viewer, editor = as_role("viewer"), as_role("county_editor")
    home = households_of(viewer, VILLAGE)[0]
    (masked,), (whole,) = sheets_of(viewer, home), sheets_of(editor, home)
    assert masked.householder == f"{whole.householder[0]}**"
    assert masked.cared is masked.helped is masked.visits is None
    text = keep(make(viewer, [home])).text()
    assert "没有列出：重点人员、结对帮扶、走访记录" in text
    assert not [m.name for m in whole.members if m.name in text]


def test_planner_sees_sex_birth_and_relation_with_a_reason_that_is_logged(
    as_role: Callable[..., Session],
) -> None:
    planner = as_role("planner")
    home = households_of(planner, VILLAGE)[0]
    (plain,), (told,) = sheets_of(planner, home), sheets_of(planner, home, reason="入户核对")
    assert {(m.sex, m.born, m.relation) for m in plain.members} == {("", "", "")}
    assert all(m.sex and m.born for m in told.members)
    with as_role("auditor") as auditor:
        assert "入户核对" in entries(auditor)[0].detail


def test_log_has_the_sheets_first_and_who_may_not_is_refused(as_role: Callable[..., Session]) -> None:
    editor = as_role("county_editor")
    chosen = households_of(editor, VILLAGE)[:3]
    make(editor, chosen)
    with as_role("auditor") as auditor:
        last = entries(auditor)[0]
        assert (last.act, last.target, last.outcome, last.rows) == (Act.PRINT, "住户信息表", DONE, 3)
        assert "小竹溪村" in last.detail
        with pytest.raises(NotAllowed):
            make(auditor, chosen)
        assert entries(auditor)[0].outcome == REFUSED


def test_households_out_of_reach_are_left_out_and_none_is_refused(as_role: Callable[..., Session]) -> None:
    editor, bound = as_role("county_editor"), as_role("town_editor", VILLAGE)
    own, other = households_of(editor, VILLAGE)[0], households_of(editor, "331124204203")[0]
    assert [s.household for s in sheets_of(bound, other, own)] == [own]
    with pytest.raises(InputRefused, match="住户"):
        make(bound, [other])


def test_sheets_are_stopped_between_two(sample_session: Session) -> None:
    chosen, seen = households_of(sample_session, VILLAGE)[:5], list[int]()
    watch = Watch(lambda _text, done, _all: seen.append(done), lambda: len(seen) == 2)
    with pytest.raises(Cancelled):
        make(sample_session, chosen, watch=watch)
    assert seen == [0, 1]


def test_a_closed_hazard_endangers_nobody(session: Session, add: Add, village: str) -> None:
    (house,) = add("house", [shapely.box(450_100, 3_141_100, 450_110, 3_141_110)])
    (home,) = add("household", householder=["甄一"], house=[house])
    area = shapely.box(450_000, 3_141_000, 450_200, 3_141_200)
    add("hazard", [area, area], name=["旧滑坡", "后山滑坡"], kind=["滑坡", "滑坡"], closed=[1, 0])
    (sheet,) = sheets_of(session, home)
    assert [d.name for d in sheet.dangers or ()] == ["后山滑坡"]
    assert replace(sheet, dangers=()).dangers == ()


def test_where_to_go_is_what_the_latest_plan_says(session: Session, add: Add, village: str) -> None:
    (house,) = add("house", [shapely.box(450_100, 3_141_100, 450_110, 3_141_110)])
    (home,) = add("household", householder=["甄一"], house=[house])
    near, far = add(
        "shelter",
        [shapely.Point(450_120, 3_141_100), shapely.Point(450_900, 3_141_900)],
        name=["礼堂", "学校"],
        head=["贾二", "范三"],
    )
    (sheet,) = sheets_of(session, home)
    assert sheet.refuge is not None
    assert (sheet.refuge.shelter, sheet.refuge.leader) == ("礼堂", "")
    assert "直线" in sheet.refuge.told
    old, new = add("evacuation_plan", name=["台风", "台风"], version=[1, 2])
    add("evacuee", plan=[new, old], house=[house] * 2, shelter=[far, near], leader=["样四", "样五"])
    (sheet,) = sheets_of(session, home)
    assert sheet.refuge is not None
    assert (sheet.refuge.shelter, sheet.refuge.told, sheet.refuge.leader) == ("学校", "按转移预案", "样四")


def test_every_section_that_a_template_may_name_is_there() -> None:
    assert set(document(None, "household_sheet").codes) == set(SECTIONS)
    assert set(document(None, "report").codes) == {"figures", *REPORT}
