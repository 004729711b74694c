"""Data as it comes: nothing of it stops a plan, what is amiss is said, and everybody who can be helped is."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.evacuation.model import Objective, Roads
from mingqing.evacuation.network.noding import build
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.reasons import Why
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World
from tests.evacuation.small import EPSG
from tests.evacuation.worlds import area, there, world

STREET = [(0.0, 0.0), (100.0, 0.0)]
EVERYBODY = Scenario(houses=(1, 2), walk_kmh=3.6)  # a metre a second


def _reasons(made: Plan) -> list[tuple[Why, str]]:
    return [(why.why, why.sentence) for _, why in sorted(made.reasons.items())]


def _is_plan(made: Plan) -> None:
    """Whatever the data, figures are figures and everybody is either placed or told why not."""
    assert np.isfinite([made.person_minutes, made.latest_minutes, made.assignment.gap]).all()
    assert set(made.reasons) == set(np.flatnonzero(~made.placed).tolist())
    assert all(why.sentence for why in made.reasons.values())
    assert (made.load() <= made.world.shelters.capacity).all()


def _homes(**more: object) -> World:
    """Two houses on a street of 100 m, a shelter at its end."""
    given: dict[str, object] = {"roads": [STREET], "houses": [(10, 5), (50, 5)], "shelters": [((100, 5), 9)]}
    return world(**given | more)  # type: ignore[arg-type]


def test_without_any_road_it_says_so() -> None:
    made = plan(_homes(roads=[]), EVERYBODY)
    _is_plan(made)
    assert _reasons(made) == [(Why.NO_ROAD, "还没有道路数据，算不出路线；请先导入或画出道路")] * 2


@pytest.mark.parametrize("objective", Objective)
def test_without_any_shelter_it_says_so(objective: Objective) -> None:
    made = plan(_homes(shelters=[]), replace(EVERYBODY, objective=objective))
    _is_plan(made)
    assert [why for why, _ in _reasons(made)] == [Why.NO_SHELTER] * 2
    assert "请先在防灾避险图上画出避灾点" in _reasons(made)[0][1]


def test_without_houses_roads_shelters_and_hazards_there_is_still_a_plan() -> None:
    made = plan(world([], [], []), Scenario())
    _is_plan(made)
    assert len(made) == 0


def test_a_shelter_of_unknown_capacity_takes_nobody_and_is_named() -> None:
    made = plan(_homes(shelters=[((0, 5), 0), ((100, 5), 9)]), EVERYBODY)
    _is_plan(made)
    assert made.shelters.tolist() == [1, 1]
    assert made.notes == ("避灾点没有填容纳人数（或填了 0），没有安排人去：避灾点1",)


def test_where_no_capacity_is_known_nobody_is_placed_and_it_is_said() -> None:
    made = plan(_homes(shelters=[((0, 5), 0), ((100, 5), 0)]), EVERYBODY)
    _is_plan(made)
    assert not made.placed.any()
    assert "容纳人数" in _reasons(made)[0][1]


def test_a_house_in_two_hazards_leaves_both() -> None:
    both = [area(-5, -20, 30, 20), area(0, -20, 45, 20)]
    made = plan(_homes(hazards=both), Scenario(walk_kmh=3.6))
    _is_plan(made)
    assert made.houses.tolist() == [0]
    assert made.ways.metres.tolist() == pytest.approx([5 + 90 + 5])


def test_with_everything_inside_one_hazard_nobody_is_sent_into_it() -> None:
    made = plan(_homes(hazards=[area(-500, -500, 500, 500)]), Scenario())
    _is_plan(made)
    assert not made.placed.any()
    assert "在危险区内" in made.notes[0]


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_roads_without_a_place_or_a_length_are_passed_over() -> None:
    good = _homes()
    shapes = [
        *good.network.roads.lines,
        shapely.LineString([(np.nan, np.nan), (np.nan, np.nan)]),
        shapely.LineString(),
        None,
        shapely.LineString([there([(10, 0)])[0]] * 2),
    ]
    many = len(shapes)
    lines = np.empty(many, dtype=np.object_)
    lines[:] = shapes
    nothing = [None] * many
    roads = Roads(
        np.arange(101, 101 + many), lines, np.full(many, np.nan), nothing, nothing, nothing, nothing
    )
    made = plan(replace(good, network=build(EPSG, roads)), EVERYBODY)
    _is_plan(made)
    assert made.ways.metres.tolist() == pytest.approx([100.0, 60.0])


def test_an_edge_of_unknown_length_is_not_walked() -> None:
    fork = _homes(roads=[STREET, [(0, 0), (0, 60), (100, 60), (100, 0)]])
    length = fork.network.length_m.copy()
    length[fork.network.road == 0] = np.nan
    made = plan(replace(fork, network=replace(fork.network, length_m=length)), EVERYBODY)
    _is_plan(made)
    assert made.placed.all()
    assert (made.ways.metres > 100).all()


def test_who_lives_in_another_valley_is_told_how_far_the_roads_are_apart() -> None:
    made = plan(_homes(roads=[STREET, [(0, 300), (100, 300)]], houses=[(10, 5), (50, 305)]), EVERYBODY)
    _is_plan(made)
    assert made.placed.tolist() == [True, False]
    ((why, sentence),) = _reasons(made)
    assert why is Why.APART
    assert "相隔 300 米" in sentence


def test_stubs_and_roads_drawn_twice_change_nothing() -> None:
    plain = plan(_homes(), EVERYBODY)
    stubs = [[(x, 0.0), (x, 1.0)] for x in (5.0, 20.0, 60.0)]
    made = plan(_homes(roads=[STREET, *stubs, STREET, STREET[::-1]]), EVERYBODY)
    _is_plan(made)
    assert made.ways.metres.tolist() == pytest.approx(plain.ways.metres.tolist())


def test_a_shelter_across_a_river_without_a_bridge_is_out_of_reach() -> None:
    """It joins the road on this side only where a straight leg does not lead through the water."""
    river = [(-50.0, 20.0), (150.0, 20.0)]
    made = plan(_homes(shelters=[((50, 40), 9)], waters=[river]), Scenario(houses=(1, 2)))
    _is_plan(made)
    assert not made.placed.any()
    assert all(sentence for _, sentence in _reasons(made))


def test_over_a_bridge_the_same_shelter_is_reached() -> None:
    river = [(-50.0, 20.0), (150.0, 20.0)]
    bridged = _homes(
        roads=[STREET, [(100, 0), (100, 40), (60, 40)]], shelters=[((50, 40), 9)], waters=[river]
    )
    made = plan(bridged, Scenario(houses=(1, 2)))
    _is_plan(made)
    assert made.placed.all()


def test_when_room_is_short_as_many_as_possible_are_placed_and_the_others_told() -> None:
    made = plan(_homes(shelters=[((100, 5), 5)], people=[4, 5]), EVERYBODY)
    _is_plan(made)
    assert made.placed.tolist() == [False, True]
    ((why, sentence),) = _reasons(made)
    assert why is Why.FULL
    assert "已安排满" in sentence


def test_a_house_of_nobody_present_still_has_a_way() -> None:
    made = plan(_homes(people=[0, 2]), EVERYBODY)
    _is_plan(made)
    assert made.placed.all()
    assert made.load().tolist() == [2]


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(hazards=(9,)),
        Scenario(blocked=(9,)),
        Scenario(houses=(9,)),
        Scenario(houses=(1,), locks=((1, 9),)),
        Scenario(villages=("9",)),
        Scenario(floods=("POINT (0 0)",)),
        Scenario(floods=("nonsense",)),
    ],
)
def test_what_is_not_there_is_refused_with_one_sentence(scenario: Scenario) -> None:
    with pytest.raises(InputRefused, match=r"；|，请"):
        plan(_homes(), scenario)
