"""Who is left is told why: which hazard or cut is in the way, where the roads end, where there would be room."""

from dataclasses import replace

import numpy as np
import pytest

from mingqing.evacuation.case import case
from mingqing.evacuation.planning import plan
from mingqing.evacuation.reasons import Reason, Why, reasons
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World
from tests.evacuation.settled import FIRST_ID, world_of
from tests.evacuation.villages import village
from tests.evacuation.worlds import area, world

STRAIGHT = [[(0.0, 0.0), (1000.0, 0.0)]]
HOME = area(90, -20, 110, 20)
_NOBODY = np.empty(0, dtype=np.int64)


def why(made: World, scenario: Scenario | None = None, *, full: bool = False) -> Reason:
    """Return the reason of the only house."""
    scenario = scenario or Scenario()
    here, only = case(made, scenario), np.array([0])
    found = reasons(made, scenario, here, _NOBODY if full else only, only if full else _NOBODY)
    assert list(found) == [0]
    return found[0]


def test_hazard_on_the_only_road_is_named() -> None:
    reason = why(world(STRAIGHT, [(100, 10)], [((900, 0), 9)], [HOME, area(400, -20, 500, 20)]))
    assert (reason.why, reason.hazards) == (Why.HAZARD, (72,))
    assert (
        reason.sentence == "没有绕得开的路，最近的要经过“隐患2”；该处解除危险后，或另开一条绕行的路，才能走"
    )
    assert reason.where is not None


def test_hazard_that_one_comes_back_into_is_named() -> None:
    again = HOME.union(area(400, -20, 500, 20)).union(area(90, -21, 500, -20))
    assert why(world(STRAIGHT, [(100, 10)], [((900, 0), 9)], [again])).hazards == (71,)


def test_of_two_ways_the_one_with_fewer_obstacles_is_told() -> None:
    other = [(100.0, 0.0), (100.0, 300.0), (900.0, 300.0), (900.0, 0.0)]
    hazards = [HOME, area(300, -9, 310, 9), area(400, -9, 410, 9), area(500, 290, 510, 310)]
    assert why(world([*STRAIGHT, other], [(100, 10)], [((950, 0), 9)], hazards)).hazards == (74,)


def test_hazard_between_house_and_road_is_named() -> None:
    between = area(0, 20, 1000, 25)
    reason = why(world(STRAIGHT, [(100, 40)], [((900, 0), 9)], [area(90, 30, 110, 50), between]))
    assert (reason.why, reason.hazards) == (Why.HAZARD, (72,))


def test_drawn_flood_is_named_without_an_id() -> None:
    made = world(STRAIGHT, [(100, 10)], [((900, 0), 9)], [HOME])
    reason = why(made, Scenario(floods=(area(400, -20, 500, 20).wkt,)))
    assert reason.hazards == ()
    assert "画出的淹没范围" in reason.sentence


def test_road_that_is_cut_is_named() -> None:
    roads = [[(0.0, 0.0), (500.0, 0.0)], [(500.0, 0.0), (1000.0, 0.0)], [(1000.0, 0.0), (1500.0, 0.0)]]
    made = world(roads, [(100, 10)], [((1400, 0), 9)], [HOME])
    reason = why(made, Scenario(blocked=(102,)))
    assert (reason.why, reason.roads) == (Why.CUT, (102,))
    assert reason.sentence == "去避灾点必经的“路2”已中断；抢通后才能走"


def test_gap_between_roads_is_measured_and_shown() -> None:
    roads = [*STRAIGHT, [(1034.0, 0.0), (2000.0, 0.0)]]
    reason = why(world(roads, [(100, 10)], [((1900, 0), 9)], [HOME]))
    assert reason.why is Why.APART
    assert "相隔 34 米" in reason.sentence
    assert reason.where is not None
    assert reason.where.length == pytest.approx(34)


def test_stream_between_house_and_road_is_named() -> None:
    moat = [(-50.0, 5.0), (1050.0, 5.0), (1050.0, -60.0), (-50.0, -60.0), (-50.0, 5.0)]
    reason = why(world(STRAIGHT, [(100, 10)], [((900, 0), 9)], [HOME], waters=[moat]))
    assert reason.why is Why.WATER
    assert reason.sentence == "从房屋到道路要涉水过“溪1”，附近没有桥；请核实有没有桥或另一条路"


def test_house_far_from_every_road_is_told_how_far() -> None:
    far = area(90, 690, 110, 710)
    made = world(STRAIGHT, [(100, 700)], [((900, 0), 9)], [far])
    reason = why(made)
    assert reason.why is Why.NO_ROAD
    assert reason.sentence == "离最近的道路有 700 米，没有路可走；请核对是不是漏画了路"
    assert plan(made, Scenario()).assignment.unreachable.all()
    assert plan(made, Scenario(walk_kmh=4.0)).placed.all(), (
        "where figures are to be checked, every leg is walked"
    )


@pytest.mark.parametrize(
    ("roads", "shelters", "expected", "words"),
    [
        (STRAIGHT, [], Why.NO_SHELTER, "这里没有避灾点"),
        (STRAIGHT, [((900, 0), 0)], Why.NO_SHELTER, "避灾点都没有填容纳人数"),
        (STRAIGHT, [((100, 15), 9)], Why.NO_SHELTER, "避灾点都在危险区内"),
        ([], [((900, 0), 9)], Why.NO_ROAD, "还没有道路数据"),
    ],
)
def test_what_is_missing_is_said(
    roads: list[list[tuple[float, float]]],
    shelters: list[tuple[tuple[float, float], int]],
    expected: Why,
    words: str,
) -> None:
    reason = why(world(roads, [(100, 10)], shelters, [HOME]))
    assert reason.why is expected
    assert words in reason.sentence


def test_nearest_shelter_outside_the_area_is_named_when_all_are_full() -> None:
    made = world(
        STRAIGHT,
        [(100, 10)],
        [((300, 0), 1), ((700, 0), 80)],
        [HOME],
        shelter_villages=["331124204202", "331124204203"],
    )
    reason = why(made, Scenario(villages=("331124204202",)), full=True)
    assert reason.why is Why.FULL
    assert "范围外最近的是避灾点2" in reason.sentence
    assert "容纳 80 人" in reason.sentence
    nowhere = why(made, full=True)
    assert "范围外也没有别的避灾点" in nowhere.sentence


@pytest.mark.parametrize("block", range(6))
def test_who_is_freed_of_what_was_named_has_a_way(block: int) -> None:
    """Without the hazards that a reason names, and with its roads mended, one need not leave or can."""
    told = 0
    for seed in range(block * 20, block * 20 + 20):
        made = village(seed)
        here = world_of(made)
        scenario = Scenario(
            blocked=tuple(FIRST_ID + i for i in made.cut), houses=tuple(FIRST_ID + i for i in made.chosen)
        )
        found = plan(here, scenario)
        for at, reason in found.reasons.items():
            if reason.why not in {Why.HAZARD, Why.CUT}:
                continue
            told += 1
            house = int(here.houses.ids[found.houses[at]])
            kept = set(here.hazards.ids.tolist()) - set(reason.hazards)
            eased = replace(
                scenario,
                hazards=tuple(sorted(kept)),
                blocked=tuple(set(scenario.blocked) - set(reason.roads)),
                houses=(house,),
            )
            again = plan(here, eased)
            position = again.houses.tolist().index(int(found.houses[at]))
            assert not again.assignment.unreachable[position], (seed, house, reason)
    assert told
