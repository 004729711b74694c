"""A plan is kept in one step, version by version, village by village; and no more of it is seen than may be."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.evacuation.saved.keep import forget, save
from mingqing.evacuation.saved.kept import load, plans
from mingqing.evacuation.saved.rows import Said
from mingqing.store.session import Session
from mingqing.store.undo import next_undo, redo, undo
from tests.evacuation.saved.conftest import HERE, LEADER, PHONE, THERE, As, Valley, at

TABLES = ("evacuation_plan", "evacuee", "evacuation_route")


def counted(session: Session) -> tuple[int, ...]:
    counts = session.counts()
    return tuple(counts[table] for table in TABLES)


def test_a_plan_comes_back_as_it_was_kept(valley: Valley) -> None:
    session, outcome = valley.session, valley.outcome()
    found = load(session, save(session, outcome, " 台风预案 ", Said("红", "夜里")))
    plan = found.plan
    assert (plan.name, plan.version, plan.warning, plan.note) == ("台风预案", 1, "红", "夜里")
    assert plan.villages == (HERE, THERE)
    assert plan.hazards == ("后山滑坡", "")
    assert (plan.households, plan.people, plan.assigned, plan.unreachable) == (4, 10, 9, 1)
    assert (plan.person_minutes, plan.latest_minutes) == (18.0, 2.0)
    assert found.scenario == outcome.scenario
    kept = found.evacuees
    assert kept.houses.tolist() == valley.houses
    assert kept.mobility == ["自行", "卧床", "需搀扶", "自行"]
    assert kept.shelters.tolist() == [valley.shelters[0]] * 3 + [0]
    assert np.isnan(kept.minutes).tolist() == [False] * 3 + [True]
    assert kept.roads == [(valley.roads[0],)] * 2 + [(valley.roads[1], valley.roads[0]), ()]
    assert kept.reasons[3] == "这里的道路不通往任何避灾点"
    assert not kept.moved.any()


def test_the_list_of_each_village_begins_with_those_who_have_no_place(valley: Valley) -> None:
    session = valley.session
    found = load(session, save(session, valley.outcome(shelters=(1, 0, -1)), "台风预案")).evacuees
    listed = list(zip(found.villages, found.numbers.tolist(), found.houses.tolist(), strict=True))
    first, second, third, across = valley.houses
    assert listed == [(HERE, 1, third), (HERE, 2, second), (HERE, 3, first), (THERE, 1, across)]


def test_whoever_leaves_one_hazard_for_one_shelter_is_one_line_on_the_map(valley: Valley) -> None:
    session = valley.session
    save(session, valley.outcome(), "台风预案")
    names = ("name", "start", "hazard", "shelter", "length_m", "minutes", "leader", "leader_phone")
    found = session.features("evacuation_route", columns=names)
    assert len(found.ids) == 1
    told = ["后山滑坡至文化礼堂", "后山滑坡", valley.hazard, valley.shelters[0], 230.0, 2.0, LEADER, PHONE]
    assert [found.columns[name][0] for name in names] == told
    line = found.geometry[0]
    assert line.length == pytest.approx(100 + 100 + 100 + 20)
    assert shapely.distance(line, shapely.Point(at(0, 10))) == 10  # the path from the door is not drawn


def test_the_time_of_a_route_does_not_tell_that_who_takes_it_is_carried(valley: Valley) -> None:
    session, outcome = valley.session, valley.outcome(shelters=(0, 1, 0))
    carried = replace(outcome.ways, road_s=np.array([60.0, 60, 600, 600, 60, 60]))
    for each, name in ((outcome, "台风预案"), (replace(outcome, ways=carried), "山洪预案")):
        save(session, each, name)
    routes = session.rows("evacuation_route", ("shelter", "minutes"), where={"shelter": valley.shelters[1]})
    assert routes == [(valley.shelters[1], 1.7)] * 2


def test_a_plan_is_one_step_to_undo_and_to_redo(valley: Valley) -> None:
    session = valley.session
    save(session, valley.outcome(), "台风预案")
    step = next_undo(session)
    assert step is not None
    assert step.why == "保存转移预案“台风预案”第 1 版"
    assert counted(session) == (2, 4, 1)
    undo(session)
    assert counted(session) == (0, 0, 0)
    redo(session)
    assert counted(session) == (2, 4, 1)


def test_the_same_name_again_is_the_next_version_and_its_routes_alone_are_on_the_map(valley: Valley) -> None:
    session = valley.session
    first = save(session, valley.outcome(), "台风预案")
    other = save(session, valley.outcome(), "山洪预案")
    second = save(session, valley.outcome(shelters=(1, 1, 1)), "台风预案")
    assert [(p.name, p.version) for p in sorted(plans(session), key=lambda p: p.number)] == [
        *(("台风预案", 1), ("山洪预案", 1), ("台风预案", 2))
    ]
    assert load(session, first).evacuees.shelters.tolist() == [valley.shelters[0]] * 3 + [0]
    drawn = {p for (p,) in session.rows("evacuation_route", ("plan",))}
    assert drawn == {load(session, n).plan.rows[0] for n in (other, second)}
    undo(session)
    assert counted(session) == (4, 8, 2)


def test_a_route_that_somebody_drew_stays(valley: Valley) -> None:
    session = valley.session
    line = shapely.LineString([at(0, 0), at(50, 50)])
    valley.do(lambda e: e.add("evacuation_route", {"village_code": HERE, "name": "老路"}, line))
    save(session, valley.outcome(), "台风预案")
    save(session, valley.outcome(), "台风预案")
    assert {n for (n,) in session.rows("evacuation_route", ("name",))} == {"老路", "后山滑坡至文化礼堂"}


def test_a_house_next_door_to_the_shelter_is_led_from_its_door(valley: Valley) -> None:
    outcome = valley.outcome(shelters=(0, -1, -1))
    ways = replace(outcome.ways, first=np.zeros(5, dtype=np.int64))
    for name in ("edge", "begin", "end", "road_s"):
        ways = replace(ways, **{name: getattr(ways, name)[:0]})
    ways = replace(ways, join=np.array([at(200, 0)] * 4), start=np.array([at(200, -10)] * 4))
    save(valley.session, replace(outcome, ways=replace(ways, goal=np.array([at(200, 0)] * 4))), "台风预案")
    (line,) = valley.session.features("evacuation_route", columns=()).geometry
    assert line.equals(shapely.LineString([at(200, -10), at(200, 0)]))


def test_a_plan_by_which_nobody_finds_a_place_is_kept_too(valley: Valley) -> None:
    session = valley.session
    plan = load(session, save(session, valley.outcome(shelters=(-1, -1, -1)), "台风预案")).plan
    assert (plan.assigned, plan.unreachable, plan.latest_minutes) == (0, 10, 0.0)
    assert counted(session) == (2, 4, 0)


def test_without_a_name_or_anybody_to_move_there_is_nothing_to_keep(valley: Valley) -> None:
    with pytest.raises(InputRefused, match="请填写预案名称"):
        save(valley.session, valley.outcome(), "  ")
    nobody = valley.outcome(houses=np.empty(0, dtype=np.int64))
    with pytest.raises(InputRefused, match="没有需要转移的住户"):
        save(valley.session, nobody, "台风预案")


def test_a_plan_is_deleted_with_all_that_belongs_to_it_and_can_come_back(valley: Valley) -> None:
    session = valley.session
    number = save(session, valley.outcome(), "台风预案")
    save(session, valley.outcome(), "山洪预案")
    forget(session, number)
    assert [p.name for p in plans(session)] == ["山洪预案"]
    assert counted(session) == (2, 4, 1)
    with pytest.raises(InputRefused, match="可能已经删除"):
        forget(session, number)
    undo(session)
    assert counted(session) == (4, 8, 2)


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_has_a_village_has_its_part_of_a_plan(valley: Valley, as_role: As) -> None:
    number = save(valley.session, valley.outcome(), "台风预案")
    found = load(as_role("town_editor", THERE), number)
    assert found.plan.villages == (THERE,)
    assert (found.plan.people, found.plan.unreachable) == (1, 1)
    assert found.evacuees.houses.tolist() == valley.houses[3:]


def test_a_planner_keeps_plans_of_the_villages_that_are_theirs(valley: Valley, as_role: As) -> None:
    whole = as_role("planner", None)
    assert load(whole, save(whole, valley.outcome(), "台风预案")).evacuees.mobility[1] == "卧床"
    with pytest.raises(NotAllowed):
        save(as_role("planner", THERE), valley.outcome(), "山洪预案")
    assert [p.name for p in plans(whole)] == ["台风预案"]


@pytest.mark.parametrize("role", ["viewer", "department"])
def test_who_may_not_know_how_many_live_where_learns_it_from_no_plan(
    valley: Valley, as_role: As, role: str
) -> None:
    """A plan may be of one house: what it counts is who lives there."""
    number = save(valley.session, valley.outcome(), "台风预案")
    reader = as_role(role, None)
    assert plans(reader) == []
    with pytest.raises(InputRefused):
        load(reader, number)
    for table in ("evacuee", "evacuation_plan"):
        assert reader.query(f"SELECT id FROM {table}") == []
    (route,) = reader.rows("evacuation_route", ("leader", "leader_phone"))
    assert LEADER not in route
    with pytest.raises(NotAllowed):
        save(reader, valley.outcome(), "山洪预案")
