"""A way leaves the hazards it starts in and enters none; what it costs is its length at the speed given."""

import numpy as np
import pytest
import shapely

from mingqing.evacuation.case import case
from mingqing.evacuation.routing.setup import routing
from mingqing.evacuation.routing.ways import Ways
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World
from tests.evacuation.worlds import area, there, world

WALK = 3.6  # km/h: a metre a second
STRAIGHT = [[(0.0, 0.0), (1000.0, 0.0)]]


def ways_of(made: World, scenario: Scenario) -> Ways:
    """Return the ways of a scenario's houses to their nearest shelters."""
    found = routing(made, scenario, case(made, scenario))
    near = np.full(found.houses, -1)
    for group in range(len(found.weights)):
        near[found.groups == group] = found.soonest(group, np.zeros(found.shelters))[1]
    return found.ways(near)


def metres(made: World, **scenario: object) -> list[float]:
    """Return the lengths of the ways, NaN where there is none."""
    return ways_of(made, Scenario(walk_kmh=WALK, **scenario)).metres.round(2).tolist()  # type: ignore[arg-type]


def test_way_is_both_access_legs_and_the_road_between() -> None:
    made = world(STRAIGHT, [(100, 30)], [((400, -20), 10)], [area(50, 20, 150, 40)])
    assert metres(made) == [30 + 300 + 20]
    found = ways_of(made, Scenario(walk_kmh=WALK))
    assert found.seconds.round(2).tolist() == [350.0]
    line = found.line(made.network, 0)
    assert line is not None
    assert line.coords[0] == tuple(there([(100, 30)])[0])
    assert line.coords[-1] == tuple(there([(400, -20)])[0])
    assert line.length == pytest.approx(350)


def test_house_and_shelter_on_one_road_without_a_junction_between() -> None:
    made = world(STRAIGHT, [(100, 0), (700, 0)], [((400, 0), 10)], [area(0, -5, 1000, -0.5)])
    assert metres(made) == [300, 300]


def test_way_leaves_the_hazard_it_starts_in() -> None:
    made = world(STRAIGHT, [(100, 10)], [((400, 10), 10)], [area(50, -50, 150, 50)])
    assert metres(made) == [320]


def test_way_never_enters_another_hazard() -> None:
    made = world(STRAIGHT, [(100, 10)], [((400, 10), 10)], [area(50, -50, 150, 50), area(200, -5, 300, 5)])
    assert np.isnan(metres(made)).all()


def test_way_takes_the_longer_road_round_a_hazard() -> None:
    round_it = [(0.0, 0.0), (0.0, 200.0), (1000.0, 200.0), (1000.0, 0.0)]
    made = world(
        [*STRAIGHT, round_it], [(10, 10)], [((990, 10), 10)], [area(5, 5, 20, 20), area(500, -5, 600, 5)]
    )
    assert metres(made) == [10 + 10 + 200 + 1000 + 200 + 10 + 10]


def test_way_does_not_come_back_into_the_hazard_it_left() -> None:
    twice = shapely.union_all([area(50, -50, 150, 50), area(250, -50, 300, 50), area(50, -60, 300, -50)])
    made = world(STRAIGHT, [(100, 10)], [((400, 10), 10)], [twice])
    assert np.isnan(metres(made)).all()


def test_overlapping_hazards_are_left_one_by_one_but_not_entered() -> None:
    wide, narrow = area(50, -50, 300, 50), area(80, -40, 150, 40)
    assert metres(world(STRAIGHT, [(100, 10)], [((400, 10), 10)], [wide, narrow])) == [320]
    reaching = area(200, -40, 350, 40)  # begins within `wide`, where the house does not stand in it
    assert np.isnan(metres(world(STRAIGHT, [(100, 10)], [((400, 10), 10)], [wide, reaching]))).all()


def test_access_leg_keeps_out_of_hazards_and_takes_the_next_road() -> None:
    roads = [*STRAIGHT, [(0.0, 100.0), (0.0, 0.0)], [(0.0, 100.0), (1000.0, 100.0)]]
    between = area(0, 30, 1000, 35)
    made = world(roads, [(500, 40)], [((500, 110), 10)], [between, area(498, 39, 502, 41)])
    assert metres(made) == [60 + 10]


def test_shelter_in_a_hazard_takes_nobody() -> None:
    made = world(STRAIGHT, [(100, 0)], [((150, 0), 10), ((900, 0), 10)], [area(90, -5, 200, 5)])
    assert metres(made) == [800]


def test_house_whose_edge_alone_is_touched_goes_away_from_the_hazard() -> None:
    made = world(STRAIGHT, [(100, 0)], [((50, 0), 10), ((400, 0), 10)], [area(100.5, -5, 200, 5)])
    assert metres(made) == [50]


def test_buffer_widens_every_hazard() -> None:
    made = world(STRAIGHT, [(100, 10)], [((400, 10), 10)], [area(0, 30, 500, 40)])
    assert metres(made) == []
    assert np.isnan(metres(made, buffer_m=25.0)).all()  # the whole road is in it then, the shelter too


def test_hazard_that_is_crossed_off_counts_only_when_named() -> None:
    made = world(STRAIGHT, [(100, 0)], [((400, 0), 10)], [area(90, -5, 110, 5)], closed=[True])
    assert metres(made) == []
    assert metres(made, hazards=(71,)) == [300]


def test_road_that_is_cut_is_not_walked_and_not_joined() -> None:
    roads = [*STRAIGHT, [(0.0, 0.0), (0.0, 300.0), (1000.0, 300.0), (1000.0, 0.0)]]
    made = world(roads, [(100, 10)], [((1000, 310), 10)], [area(90, 5, 110, 15)])
    assert metres(made) == [10 + 900 + 300 + 10]
    assert metres(made, blocked=(101,)) == [100 + 290 + 1000 + 10]
    at = tuple(there([(600, 1)])[0].tolist())
    assert metres(made, cuts=(at,)) == metres(made, blocked=(101,))


def test_chosen_house_leaves_though_no_hazard_meets_it() -> None:
    made = world(STRAIGHT, [(100, 0), (200, 0)], [((400, 0), 10)])
    assert metres(made, houses=(2,)) == [200]


def test_drawn_flood_is_a_hazard() -> None:
    made = world(STRAIGHT, [(100, 0)], [((0, 0), 10), ((400, 0), 10)])
    flood = area(0, -20, 120, 20)
    assert metres(made, floods=(flood.wkt,)) == [300]


def test_access_leg_does_not_lead_through_a_stream_unless_figures_are_to_be_checked() -> None:
    roads = [*STRAIGHT, [(0.0, 100.0), (1000.0, 100.0)], [(0.0, 100.0), (0.0, 0.0)]]
    made = world(
        roads, [(100, 40)], [((100, 110), 10)], [area(90, 30, 110, 50)], waters=[[(0, 20), (1000, 20)]]
    )
    assert metres(made) == [40 + 100 + 100 + 100 + 10]
    assert ways_of(made, Scenario()).metres.round(2).tolist() == [60 + 10]


def test_slow_people_take_longer_on_the_same_way() -> None:
    made = world(
        STRAIGHT, [(100, 10), (100, -10)], [((400, 0), 10)], [area(50, -20, 150, 20)], mobility=[0, 2]
    )
    quick, slow = ways_of(made, Scenario()).seconds.tolist()
    assert slow == pytest.approx(quick * made.movement.paces[2])
    alike = ways_of(made, Scenario(walk_kmh=WALK)).seconds
    assert alike[0] == pytest.approx(alike[1])


def test_car_fetches_those_who_cannot_walk_on_roads_wide_enough() -> None:
    roads = [[(0.0, 0.0), (1000.0, 0.0)], [(100.0, 0.0), (100.0, 300.0), (400.0, 300.0), (400.0, 0.0)]]
    made = world(roads, [(50, 5)], [((410, 5), 10)], [area(40, 0, 60, 10)], mobility=[2], widths=[1.0, 5.0])
    on_foot, by_car = ways_of(made, Scenario()), ways_of(made, Scenario(vehicles=True))
    assert on_foot.metres.round(2).tolist() == [5 + 360 + 5]
    assert by_car.metres[0] > 600  # round by the wide road
    assert by_car.seconds[0] < on_foot.seconds[0]


@pytest.mark.parametrize("houses", [1, 7])
def test_within_tells_every_pair_that_soonest_tells(houses: int) -> None:
    made = world(
        STRAIGHT,
        [(50.0 + 100 * i, 10) for i in range(houses)],
        [((120, 5), 10), ((800, 5), 10)],
        [area(0, 8, 1000, 12)],
    )
    found = routing(made, Scenario(walk_kmh=WALK), case(made, Scenario(walk_kmh=WALK)))
    house, shelter, seconds = found.within(np.inf)
    table = np.full((houses, 2), np.inf)
    table[house, shelter] = seconds
    for handicap in ([0.0, 0.0], [500.0, 0.0], [np.inf, 0.0], [0.0, np.inf]):
        takes, which = found.soonest(0, np.array(handicap))
        assert which.tolist() == (table + handicap).argmin(axis=1).tolist()
        assert takes == pytest.approx(table[np.arange(houses), which])
    assert len(found.within(60.0)[0]) == int((table <= 60).sum())


def test_who_cannot_be_fetched_by_car_is_carried() -> None:
    made = world(
        STRAIGHT, [(50, 5), (60, 5)], [((410, 5), 10)], [area(40, 0, 70, 10)], mobility=[2, 0], widths=[1.0]
    )
    assert ways_of(made, Scenario(vehicles=True)).seconds == pytest.approx(ways_of(made, Scenario()).seconds)
