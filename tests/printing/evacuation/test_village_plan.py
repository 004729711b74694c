"""村防灾避险预案: its figures add up, it names who lacks a way first, and it is refused to whom it must be."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mingqing.access.audit import Act
from mingqing.core.errors import NotAllowed
from mingqing.printing.evacuation.evacuees import About, Evacuee
from mingqing.printing.evacuation.village_plan import gather_plan
from mingqing.printing.evacuation.village_plan_pdf import plan_pdf, print_plan
from mingqing.store.log import entries
from mingqing.store.session import Session
from tests.printing.pdf import Pdf, outside, overlapping

Keep = Callable[[bytes], Pdf]
VILLAGE = "331124204202"
EDITION = "预案“台风”第 3 版，编制日期 2026-08-01"


def test_figures_are_those_of_the_village(sample_session: Session, evacuees: Sequence[Evacuee]) -> None:
    plan = gather_plan(sample_session, VILLAGE, evacuees)
    mine = dict(sample_session.rows("house", ("id", "village_code")))
    houses = {e.house for e in evacuees if mine[e.house] == VILLAGE}
    counts = [n for h, n in sample_session.rows("household", ("house", "people_count")) if h in houses]
    assert plan.village == "小竹溪村"
    assert plan.people == sum(counts)
    assert sum(load.own for load in plan.shelters) + plan.stranded_people == plan.people
    for parts in (plan.leaders, plan.groups):
        assert sum(g.people for part in parts for g in part.going) == plan.people
        lost = sum(g.people for part in parts for g in part.going if not g.shelter)
        assert lost == plan.stranded_people > 0
        for load in plan.shelters:
            assert sum(g.people for part in parts for g in part.going if g.shelter == load.name) == load.own
    assert plan.latest_minutes is not None
    assert plan.mean_minutes is not None
    assert plan.mean_minutes <= plan.latest_minutes


def test_shelter_counts_those_who_come_from_other_villages(
    sample_session: Session, evacuees: Sequence[Evacuee]
) -> None:
    goal = next(e.shelter for e in evacuees if e.shelter is not None)
    every = [replace(e, shelter=goal) for e in evacuees]
    plan = gather_plan(sample_session, VILLAGE, every)
    (load,) = [each for each in plan.shelters if each.people]
    assert load.own == plan.people < load.people
    assert load.share == pytest.approx(load.people / (load.capacity or 0))


def test_shelters_of_the_village_that_nobody_goes_to_are_listed_too(
    sample_session: Session, evacuees: Sequence[Evacuee]
) -> None:
    named = {name for (name,) in sample_session.rows("shelter", ("name",), village=VILLAGE)}
    ids = frozenset(i for (i,) in sample_session.rows("shelter", ("id",), village=VILLAGE))
    lost = [replace(e, shelter=None, minutes=None) for e in evacuees]
    assert {load.name for load in gather_plan(sample_session, VILLAGE, evacuees).shelters} >= named
    loads = gather_plan(sample_session, VILLAGE, lost, About(unused=ids)).shelters
    assert {(load.name, load.people, load.unused) for load in loads} == {(name, 0, True) for name in named}


def test_who_goes_where_is_told_by_group_with_the_time_of_the_last(
    sample_session: Session, evacuees: Sequence[Evacuee], keep: Keep
) -> None:
    plan = gather_plan(sample_session, VILLAGE, evacuees)
    mine = dict(sample_session.rows("house", ("id", "village_code")))
    shelters = dict(sample_session.rows("shelter", ("id", "name")))
    told = {e.house: e for e in evacuees if mine[e.house] == VILLAGE}
    expected: dict[tuple[str, str], tuple[set[str], list[float]]] = {}
    for head, house, group in sample_session.rows("household", ("householder", "house", "group_no")):
        if house in told:
            goal = shelters.get(told[house].shelter, "")
            heads, minutes = expected.setdefault((group, goal), (set(), []))
            heads.add(head)
            minutes += [m for m in (told[house].minutes,) if m is not None]
    found = {(group.name, g.shelter): g for group in plan.groups for g in group.going}
    assert {key: set(g.householders) for key, g in found.items() if key[0]} == {
        key: heads for key, (heads, _) in expected.items()
    }
    assert all(found[key].minutes == max(minutes, default=None) for key, (_, minutes) in expected.items())
    text = keep(plan_pdf(plan, None)).text()
    for (group, goal), (heads, _) in expected.items():
        assert group in text
        assert goal in text
        assert all(head in text for head in heads)


def test_plan_on_paper_says_it_all(sample_session: Session, evacuees: Sequence[Evacuee], keep: Keep) -> None:
    pdf = keep(print_plan(sample_session, VILLAGE, evacuees, About("红色预警，全部隐患点", EDITION)))
    text = pdf.text()
    assert all("第3版，编制日期2026-08-01" in pdf.text(page) for page in range(1, pdf.pages + 1))
    for told in (
        "小竹溪村防灾避险预案",
        "红色预警，全部隐患点",
        "二、转移路线图",
        "三、没有安全路线的住户",
        "四、谁去哪里",
        "十、物资",
    ):
        assert told in text
    assert 2 <= pdf.pages <= 6
    assert overlapping(pdf.words()) == []
    assert outside(pdf.words(), pdf.size, 10.0) == []


def test_sections_of_which_nothing_is_known_are_left_out(sample_session: Session, keep: Keep) -> None:
    text = keep(plan_pdf(gather_plan(sample_session, "没有这个村", []), None)).text()
    assert "情形和数字" in text
    assert "物资" not in text
    assert "转移路线图" not in text


def test_viewer_prints_masks_and_security_administrator_nothing(
    as_role: Callable[..., Session], evacuees: Sequence[Evacuee]
) -> None:
    plan = gather_plan(as_role("viewer"), VILLAGE, evacuees)
    assert all("*" in led.leader.name for led in plan.leaders)
    assert all("*" in listed.contact.phone for listed in plan.supplies)
    with pytest.raises(NotAllowed, match="预案"):
        gather_plan(as_role("security_admin"), VILLAGE, evacuees)


def test_printing_a_plan_is_in_the_log(as_role: Callable[..., Session], evacuees: Sequence[Evacuee]) -> None:
    print_plan(as_role("planner"), VILLAGE, evacuees)
    last = entries(as_role("auditor"), limit=1)[0]
    assert (last.act, last.target, last.detail) == (Act.PRINT, "村防灾避险预案", "小竹溪村")
