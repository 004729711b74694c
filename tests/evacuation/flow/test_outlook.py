"""How a plan goes is told in a line, with the roads that jam and who had better wait."""

import numpy as np

from mingqing.evacuation.flow.outlook import outlook
from mingqing.evacuation.planning import plan
from mingqing.evacuation.scenario import Scenario
from tests.evacuation.flow.test_congestion import everybody, two_roads
from tests.evacuation.worlds import world

LONG = [[(0, 0), (4000, 0)]]


def test_a_plan_without_queues_says_when_all_are_there() -> None:
    found = outlook(everybody(world(LONG, [(300, 0)], [((0, 0), 50)], people=[4])))
    assert found.sentence == "同时出发，5分钟全部到达，路上不用排队"
    assert found.turns == []
    assert found.timeline.arrived.tolist() == [0, 0, 0, 0, 0, 0, 4]


def test_a_plan_with_queues_names_the_road() -> None:
    found = outlook(everybody(two_roads(0.3)))
    assert (
        found.sentence == f"同时出发，22分钟全部到达，1处路段要排队，最窄处：{found.bottlenecks[0].sentence}"
    )
    assert found.bottlenecks[0].sentence.startswith("路1宽0.3米，排队最长13分钟，最多时")
    assert found.bottlenecks[0].road == 101


def test_who_had_better_wait_is_said_by_village() -> None:
    hamlets = [(-1 - 0.5 * i, side) for side in (-300.0, 0.0, 300.0) for i in range(20)]
    roads = (
        [[(0, 0), (400, 0)]]
        + [[(0, 0), (0, side), (-20, side)] for side in (-300.0, 300.0)]
        + [[(-20, 0), (0, 0)]]
    )
    found = outlook(
        everybody(world(roads, hamlets, [((400, 0), 400)], people=[5] * 60, widths=[0.3, 4, 4, 4]))
    )
    # Each hamlet needs 273 s to pass. The nearest is through before the two others come, at the same moment.
    assert [turn.sentence for turn in found.turns] == ["小竹溪村20户100人，4分钟后再出发"]
    assert found.staggered.waiting_s < found.flow.waiting_s
    assert sum(len(turn.houses) for turn in found.turns) == 20


def test_those_without_a_way_are_not_said_to_arrive() -> None:
    some = world(LONG, [(300, 0), (0, 9000)], [((0, 0), 4)], people=[4, 4])
    assert outlook(everybody(some)).sentence.startswith("有去处的4人同时出发，5分钟全部到达")
    nobody = plan(world(LONG, [(300, 0)], [((0, 0), 4)]), Scenario(hazards=()))
    assert outlook(nobody).sentence == "没有人出发"


def test_who_is_fetched_by_car_is_no_part_of_the_crowd_on_foot() -> None:
    some = world(LONG, [(300, 0), (400, 0)], [((0, 0), 50)], mobility=[2, 1])
    for scenario, afoot in (
        (Scenario(houses=(1, 2), vehicles=True), [False, True]),
        (Scenario(houses=(1, 2)), [True, True]),
        (Scenario(houses=(1, 2), vehicles=True, walk_kmh=4.0), [True, True]),
    ):
        assert plan(some, scenario).afoot.tolist() == afoot


def test_a_scenario_that_heeds_queues_gives_a_plan_that_does() -> None:
    some = two_roads(0.3)
    houses = tuple(some.houses.ids.tolist())
    shortest, apart = (plan(some, Scenario(hazards=(), houses=houses, congestion=c)) for c in (False, True))
    assert outlook(apart).flow.clearance_s < 0.7 * outlook(shortest).flow.clearance_s
    assert apart.person_minutes > shortest.person_minutes  # the detours that they make
    assert np.array_equal(apart.shelters, shortest.shelters)
