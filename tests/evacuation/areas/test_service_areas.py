"""How far shelters reach: cut exactly where time runs out, and only by ways that keep out of danger."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.core.errors import Cancelled, InputRefused
from mingqing.evacuation.areas.bands import everybody, planar_to_ground, service_areas
from mingqing.evacuation.areas.reach import Reach
from mingqing.evacuation.model import Mode
from mingqing.evacuation.routing.setup import movers
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.slope import Slope
from mingqing.evacuation.world import World
from tests.evacuation.worlds import VILLAGE, area, there, world

CALM = Scenario(hazards=())
LONG = [[(0, 0), (4000, 0)]]  # a village road: one metre a second


def _reach(some: World, scenario: Scenario = CALM) -> Reach:
    return Reach.of(movers(some, scenario, everybody(some, scenario), Mode.FOOT))


def test_a_road_is_cut_where_the_minutes_are_over() -> None:
    some = world(LONG, [(100, 0)], [((1000, 0), 50)])
    reach = _reach(some)
    near, far = (shapely.union_all(reach.between(*span).lines) for span in ((-np.inf, 300), (300, 600)))
    assert shapely.bounds(near) == pytest.approx([*there([(700, 0)])[0], *there([(1300, 0)])[0]], abs=1e-3)
    assert shapely.length(far) == pytest.approx(600, abs=1e-3)
    assert shapely.bounds(far)[[0, 2]] == pytest.approx(there([(400, 0), (1600, 0)])[:, 0], abs=1e-3)


def test_a_piece_reached_from_both_ends_leaves_its_middle_to_the_next_band() -> None:
    some = world(LONG, [], [((0, 0), 50), ((4000, 0), 50)])
    reach = _reach(some)
    assert shapely.length(reach.between(-np.inf, 1500).lines).sum() == pytest.approx(3000, abs=1e-3)
    middle = shapely.union_all(reach.between(1500, 3000).lines)
    assert shapely.bounds(middle)[[0, 2]] == pytest.approx(there([(1500, 0), (2500, 0)])[:, 0], abs=1e-3)
    assert len(reach.between(2000, 3000).lines) == 0


def test_uphill_to_the_shelter_it_reaches_less_far_than_downhill() -> None:
    some = world(LONG, [], [((2000, 0), 50)])
    steep = replace(
        some, slope=Slope(np.array([2.0]), np.array([0.5]))
    )  # uphill to the east, as the road is drawn
    bounds = shapely.bounds(shapely.union_all(_reach(steep).between(-np.inf, 300).lines))
    assert bounds[[0, 2]] == pytest.approx(there([(1850, 0), (2600, 0)])[:, 0], abs=1e-3)


def test_households_and_people_are_counted_by_band_beyond_and_without_a_way() -> None:
    houses = [(950, 0), (100, 0), (3900, 0), (1000, 9000)]
    roads = [*LONG, [(900, 9000), (1100, 9000)]]
    some = world(roads, houses, [((1000, 0), 50)], people=[1, 2, 4, 8])
    found = service_areas(some, CALM, (5, 30))
    assert found.seconds[:3] == pytest.approx([50, 900, 2900], abs=0.01)
    assert found.band().tolist() == [0, 1, 2, 3]
    assert found.people.tolist() == [1, 2, 4, 8]
    assert found.households.tolist() == [1, 1, 1, 1]
    assert found.shelter.tolist() == [0, 0, 0, -1]


def test_bands_lie_beside_one_another_and_houses_in_the_band_of_their_time() -> None:
    rng = np.random.default_rng(3)
    houses = [
        (float(x), float(y)) for x, y in zip(rng.uniform(0, 4000, 80), rng.uniform(-20, 20, 80), strict=True)
    ]
    some = world(LONG, houses, [((1500, 0), 50)])
    found = service_areas(some, CALM)
    for one in range(4):
        for other in range(one):
            assert shapely.area(shapely.intersection(found.shapes[one], found.shapes[other])) < 1e-3
    at = shapely.points(some.houses.at)
    for number, (house, seconds) in enumerate(zip(at, found.seconds, strict=True)):
        # What lies off the road, here by 20 m at most, is reached up to 34 s later than the road before it.
        late = seconds - np.array([300, 600, 900, 1800])
        if not ((late > 0) & (late < 35)).any():
            assert [bool(shapely.intersects(s, house)) for s in found.shapes] == [
                found.band()[number] == band for band in range(4)
            ]


def test_ground_beyond_an_active_hazard_is_not_reached_through_it() -> None:
    some = world(LONG, [(3000, 0), (1900, 0), (100, 0)], [((1000, 0), 50)], [area(1800, -50, 2000, 50)])
    calm, now = service_areas(some, CALM), service_areas(some, Scenario())
    assert np.isfinite(calm.seconds).all()
    assert now.band().tolist() == [5, 2, 2]  # who lives in the hazard may leave it
    assert not shapely.intersects(now.shapes, shapely.Point(*there([(2500, 0)])[0])).any()
    assert shapely.intersects(calm.shapes, shapely.Point(*there([(2500, 0)])[0])).any()


def test_only_houses_and_shelters_of_the_villages_asked_for_count() -> None:
    some = world(
        LONG, [(0, 0), (2000, 0)], [((0, 0), 5), ((2000, 0), 5)],
        villages=[VILLAGE, "x"], shelter_villages=["x", VILLAGE],
    )  # fmt: skip
    found = service_areas(some, Scenario(hazards=(), villages=(VILLAGE,)))
    assert found.houses.tolist() == [0]
    assert found.seconds == pytest.approx([2000], abs=0.01)
    assert found.shelter.tolist() == [1]


def test_without_roads_or_shelters_nothing_is_reached() -> None:
    for some in (world([], [(0, 0)], [((5, 0), 9)]), world(LONG, [(0, 0)], [])):
        found = service_areas(some, CALM)
        assert found.people.tolist() == [0, 0, 0, 0, 0, 1]
        assert shapely.is_empty(found.shapes).all()
        assert planar_to_ground(some) == pytest.approx(1.0, abs=1e-3)


def test_a_calculation_can_be_stopped_and_a_wrong_village_is_refused() -> None:
    some = world(LONG, [(0, 0)], [((5, 0), 9)])
    with pytest.raises(Cancelled):
        service_areas(some, CALM, stop=lambda: True)
    with pytest.raises(InputRefused):
        service_areas(some, Scenario(villages=("000000000000",)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_place_on_a_road_is_within_the_limit_exactly_if_its_way_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    side = [rng.uniform(100, 400, 4).cumsum() for _ in "xy"]
    roads = [[(x, 0.0), (x, float(side[1][-1]))] for x in map(float, side[0])]
    roads += [[(float(side[0][0]), y), (float(side[0][-1]), y)] for y in map(float, side[1])]
    lines = [shapely.LineString(road) for road in roads]
    places = [line.interpolate(float(rng.random()), normalized=True) for line in lines for _ in range(4)]
    hazards = [area(*(low := rng.uniform(0, 900, 2)).tolist(), *(low + rng.uniform(50, 300, 2)).tolist())]
    shelters = [((float(x), float(y)), 9) for x, y in rng.uniform(0, 1000, (2, 2))]
    some = world(roads, [(p.x, p.y) for p in places], shelters, hazards)
    scenario = Scenario() if seed % 2 else CALM
    limit_s = float(rng.uniform(100, 900))
    seconds = service_areas(some, scenario, (5,)).seconds
    clear = np.abs(seconds - limit_s) > 0.01
    stretches = shapely.union_all(_reach(some, scenario).between(-np.inf, limit_s).lines)
    on_it = shapely.distance(stretches, shapely.points(some.houses.at)) < 1e-3
    on_it[np.isnan(shapely.distance(stretches, shapely.points(some.houses.at)))] = False
    assert (on_it == (seconds <= limit_s))[clear].all()
