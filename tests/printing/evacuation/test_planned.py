"""From a plan to paper: what is printed is what was planned."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.core.errors import Cancelled
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.watch import Watch
from mingqing.evacuation.gather import world
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.reasons import Reason, Why
from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.of_plan import outcome
from mingqing.evacuation.scenario import Scenario
from mingqing.printing.evacuation.card import gather_cards
from mingqing.printing.evacuation.planned import about, edition, evacuees
from mingqing.printing.evacuation.roll import gather_roll
from mingqing.store.project import open_project
from mingqing.store.session import Session


@pytest.fixture
def planned(sample_session: Session) -> Plan:
    return plan(world(sample_session, on=date(2026, 8, 3)), Scenario())


def test_every_house_of_the_plan_is_there_with_its_way_or_the_reason(
    sample_session: Session, planned: Plan
) -> None:
    found = evacuees(sample_session, planned)
    assert [e.house for e in found] == planned.world.houses.ids[planned.houses].tolist()
    assert [e.shelter is not None for e in found] == planned.placed.tolist()
    for e in found:
        assert bool(e.words) == (e.shelter is not None)
        assert bool(e.reason) == (e.shelter is None)
        assert (e.way is None) == (e.shelter is None)
    minutes = [e.minutes for e in found if e.minutes is not None]
    assert max(minutes) == pytest.approx(planned.latest_minutes)
    assert sum(e.people for e in found) == planned.people.sum()


def test_hazards_of_a_house_are_all_that_meet_it(sample_session: Session, planned: Plan) -> None:
    shapes = dict(zip(planned.world.hazards.ids.tolist(), planned.world.hazards.shapes, strict=True))
    houses = dict(zip(planned.world.houses.ids.tolist(), planned.world.houses.shapes, strict=True))
    for e in evacuees(sample_session, planned):
        assert set(e.hazards) == {h for h, shape in shapes.items() if shape.intersects(houses[e.house])}
    assert any(len(e.hazards) > 1 for e in evacuees(sample_session, planned))


def test_only_the_villages_asked_for(sample_session: Session, planned: Plan) -> None:
    some = evacuees(sample_session, planned, villages=["331124204202"])
    codes = dict(sample_session.rows("house", ("id", "village_code")))
    assert {codes[e.house] for e in some} == {"331124204202"}


def test_roll_and_cards_of_a_plan_name_the_same_people(sample_session: Session, planned: Plan) -> None:
    found = evacuees(sample_session, planned)
    roll, cards = gather_roll(sample_session, found), gather_cards(sample_session, found)
    assert roll.total.people == int(np.sum(planned.people))
    assert roll.total.people == sum(card.people for card in cards)
    assert {r.householder for r in roll.rows} == {card.householder for card in cards}
    assert all(card.leader.name for card in cards)


def test_telling_can_be_stopped(sample_session: Session, planned: Plan) -> None:
    with pytest.raises(Cancelled):
        evacuees(sample_session, planned, watch=Watch(cancelled=lambda: True))


def test_edition_is_name_version_and_day_of_what_is_kept(sample_project: Path) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        made = plan(world(session, on=date(2026, 8, 3)), Scenario())
        assert re.fullmatch(r"未保存的方案，编制日期 \d{4}-\d\d-\d\d", edition(session, made))
        for _ in range(2):
            save(session, outcome(session, made, 0), "小竹溪村台风暴雨红色预警夜间全员转移及物资保障预案")
        name = "小竹溪村台风暴雨红色预警夜间全员转移及物资保障…"
        assert re.fullmatch(rf"预案“{name}”第 2 版，编制日期 \d{{4}}-\d\d-\d\d", edition(session, made))


def test_shelters_that_are_not_in_the_case_are_said_to_be_unused(
    sample_session: Session, planned: Plan
) -> None:
    told = about(sample_session, planned, "台风")
    ids = planned.world.shelters.ids.tolist()
    assert (told.subject, told.at_home, told.unused) == ("台风", False, frozenset())
    less = replace(planned, case=replace(planned.case, shelters=planned.case.shelters[1:]))
    assert about(sample_session, less).unused == {ids[planned.case.shelters[0]]}


def test_dangers_of_a_plan_are_its_active_hazards_and_its_floods(
    sample_session: Session, planned: Plan
) -> None:
    ids = planned.world.hazards.ids.tolist()
    assert about(sample_session, planned).hazards == frozenset(ids)
    flood = shapely.box(0, 0, 50, 50)
    some = plan(planned.world, Scenario(hazards=tuple(ids[1:3]), floods=(flood.wkt,)))
    told = about(sample_session, some)
    assert told.hazards == frozenset(ids[1:3])
    assert [shapely.equals(f, flood) for f in told.floods] == [True]


def test_what_bars_a_household_goes_with_it_but_no_shelter_far_off(
    sample_session: Session, planned: Plan
) -> None:
    lost = np.flatnonzero(~planned.placed).tolist()
    barred = {e.house: e.barred for e in evacuees(sample_session, planned)}
    of = planned.world.houses.ids[planned.houses].tolist()
    assert any(planned.reasons[k].why is Why.HAZARD for k in lost)
    assert all(barred[of[k]] == planned.reasons[k].where for k in lost)
    assert all(barred[of[k]] is None for k in np.flatnonzero(planned.placed).tolist())
    full = Reason(Why.FULL, "已安排满", where=shapely.Point(0, 0))
    crowded = replace(planned, reasons=dict.fromkeys(lost, full))
    assert all(e.barred is None for e in evacuees(sample_session, crowded))
