"""Where shortest ways would jam a narrow road, some are sent another way or elsewhere, and the last arrives sooner."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.core.errors import Cancelled
from mingqing.evacuation.flow.congestion import Crowd, Spread, spread
from mingqing.evacuation.flow.model import Walks, capacity_of
from mingqing.evacuation.flow.queues import simulate
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.routing.setup import routing
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World
from tests.evacuation.worlds import Xy, area, world

HAMLET = [(-1 - 0.5 * i, 0.0) for i in range(60)]
FIVE_EACH = [5] * 60


def everybody(some: World) -> Plan:
    """The plan by shortest ways in which all houses leave."""
    return plan(some, Scenario(hazards=(), houses=tuple(some.houses.ids.tolist())))


def spread_out(found: Plan, *, width: float = 1.0, locks: Mapping[int, int] | None = None) -> Spread:
    """What heeding queues makes of a plan; width : times as wide as the roads are."""
    some = found.world
    crowd = Crowd(
        found.people,
        np.ones(len(found), dtype=np.bool_),
        some.shelters.capacity[found.case.shelters],
        capacity_of(some.network, some.movement) * width,
        locks or {},
    )
    return spread(routing(some, found.scenario, found.case), crowd, found.assignment.shelter, found.ways)


def two_roads(narrow_m: float) -> World:
    """A hamlet at the head of a narrow road of 400 m, and of a wide one of 606 m, to one shelter."""
    roads: Sequence[Sequence[Xy]] = [
        [(0, 0), (400, 0)], [(0, 0), (100, 200), (200, 200), (400, 0)], [(-300, 0), (0, 0)], [(400, 0), (500, 0)],
    ]  # fmt: skip
    return world(roads, HAMLET, [((500, 0), 400)], people=FIVE_EACH, widths=[narrow_m, 4, 8, 8])


def test_people_divide_between_a_short_narrow_road_and_a_long_wide_one() -> None:
    shortest = everybody(two_roads(0.3))
    found = spread_out(shortest)
    # All by the narrow road: 300 people at 0.366 a second need 820 s after the first has walked 501 m.
    assert found.before.clearance_s == pytest.approx(501 + 300 / 0.366, abs=1)
    # At best both are done at once: n by the narrow one with 501 + n / 0.366 = 708 + (300 - n) / 4.88, n = 91, 751 s.
    assert found.flow.clearance_s < 1.08 * 751
    assert found.helps
    network = shortest.world.network
    road = network.roads.ids[network.road[found.ways.edge]]
    assert 0 < len(np.unique(found.ways.owner[road == 102])) < 60


def test_ways_are_timed_as_if_nobody_else_were_there() -> None:
    found = spread_out(everybody(two_roads(0.3)))
    alone = simulate(replace(found.flow.walks, people=np.full(60, 0)), found.flow.capacity)
    assert found.ways.seconds == pytest.approx(alone.arrival_s)
    assert found.ways.seconds.max() < 750
    assert (found.ways.metres < 800).all()


def test_some_go_to_another_shelter_as_far_as_there_is_room() -> None:
    roads: Sequence[Sequence[Xy]] = [[(-600, 0), (0, 0)], [(0, 0), (900, 0)], [(0, 0), (0, 100)]]
    houses = [(0.0, 50 - 0.5 * i) for i in range(60)]
    for room, sooner in ((400, 0.75), (120, 0.97)):
        some = world(
            roads, houses, [((-600, 0), 400), ((900, 0), room)], people=FIVE_EACH, widths=[0.3, 4, 4]
        )
        shortest = everybody(some)
        found = spread_out(shortest)
        assert (shortest.assignment.shelter == 0).all()
        assert found.flow.clearance_s < sooner * found.before.clearance_s
        load = np.bincount(found.shelter, weights=np.array(FIVE_EACH), minlength=2)
        assert (load <= [400, room]).all()
        assert load.sum() == 300


def test_who_is_sent_somewhere_by_hand_still_goes_there() -> None:
    roads: Sequence[Sequence[Xy]] = [[(-600, 0), (0, 0)], [(0, 0), (900, 0)], [(0, 0), (0, 100)]]
    houses = [(0.0, 50 - 0.5 * i) for i in range(60)]
    some = world(roads, houses, [((-600, 0), 400), ((900, 0), 400)], people=FIVE_EACH, widths=[0.3, 4, 4])
    fixed = dict.fromkeys(range(0, 60, 2), 0)
    found = spread_out(everybody(some), locks=fixed)
    assert (found.shelter[::2] == 0).all()
    assert (found.shelter[1::2] == 1).any()


def test_where_nobody_queues_the_shortest_ways_are_kept() -> None:
    shortest = everybody(two_roads(4.0))
    found = spread_out(shortest)
    assert found.ways is shortest.ways
    assert not found.helps


def test_it_can_be_stopped() -> None:
    found = everybody(two_roads(0.3))
    crowd = Crowd(
        found.people,
        np.ones(60, dtype=np.bool_),
        np.array([400]),
        np.full(2 * len(found.world.network.lines), 0.1),
        {},
    )
    with pytest.raises(Cancelled):
        spread(
            routing(found.world, found.scenario, found.case),
            crowd,
            found.assignment.shelter,
            found.ways,
            stop=lambda: True,
        )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_the_last_never_arrives_later_nobody_loses_a_place_and_no_shelter_is_over_full(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(100, 500, (2, 3)).cumsum(axis=1).tolist()
    roads = [[(a, 0.0), (a, y[-1])] for a in x] + [[(x[0], b), (x[-1], b)] for b in y]
    houses = [tuple(p) for p in rng.uniform(0, 600, (25, 2)).tolist()]
    shelters = [((float(a), float(b)), int(rng.integers(20, 80))) for a, b in rng.uniform(0, 900, (3, 2))]
    some = world(
        roads,
        houses,
        shelters,
        people=rng.integers(1, 7, 25).tolist(),
        widths=rng.uniform(0.1, 0.5, 6).tolist(),
    )
    shortest = everybody(some)
    found = spread_out(shortest)
    assert found.flow.clearance_s <= found.before.clearance_s
    assert ((found.shelter >= 0) == shortest.placed).all()
    going = found.shelter >= 0
    load = np.bincount(found.shelter[going], weights=shortest.people[going], minlength=3)
    assert (load <= some.shelters.capacity).all()
    again = simulate(Walks.of(found.ways, shortest.people), capacity_of(some.network, some.movement))
    assert again.clearance_s == pytest.approx(found.flow.clearance_s)
    ends = found.ways.goal[going]
    assert ends == pytest.approx(some.shelters.at[shortest.case.shelters][found.shelter[going]])


@pytest.mark.parametrize("seed", range(8))
def test_a_detour_around_a_queue_enters_no_hazard(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(100, 300, (2, 4)).cumsum(axis=1).tolist()
    roads = [[(a, y[0]), (a, y[-1])] for a in x] + [[(x[0], b), (x[-1], b)] for b in y]
    corner = np.array([x[0], y[0]])
    houses = [tuple(p) for p in (corner + rng.uniform(0, 60, (30, 2))).tolist()]
    danger = area(x[1] - 30, y[1] - 30, x[2] - 40, y[2] - 40)
    some = world(roads, houses, [((x[-1], y[-1]), 200)], [danger], people=[5] * 30, widths=[0.1] * 8)
    shortest = plan(some, Scenario(houses=tuple(some.houses.ids.tolist())))
    found = spread_out(shortest)
    assert shortest.placed.all()
    assert found.helps
    lines = [found.ways.line(some.network, k) for k in range(30)]
    assert max(shapely.length(shapely.intersection(lines, danger))) < 1e-3
