"""People queue where a road is too narrow: first come, first served, and never more than fit through."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mingqing.core.errors import Cancelled
from mingqing.evacuation.flow.loads import loads, timeline
from mingqing.evacuation.flow.model import Flow, Walks
from mingqing.evacuation.flow.queues import simulate

Visit = tuple[int, float]


def walks(
    ways: Sequence[Sequence[Visit]], people: Sequence[int], before: Sequence[float] | None = None
) -> Walks:
    """Walks along lanes; of each visit its lane and its seconds."""
    flat = [visit for way in ways for visit in way]
    count = len(ways)
    return Walks(
        np.cumsum([0, *map(len, ways)]),
        np.array([lane for lane, _ in flat], dtype=np.int64),
        np.array([lane for lane, _ in flat], dtype=np.int64),
        np.array([seconds for _, seconds in flat], dtype=np.float64),
        np.zeros(count) if before is None else np.array(before, dtype=np.float64),
        np.zeros(count),
        np.array(people),
        np.ones(count, dtype=np.bool_),
    )


def test_one_house_alone_walks_freely_and_its_last_person_follows_its_first() -> None:
    flow = simulate(walks([[(0, 60.0), (2, 30.0)]], [4], [10.0]), np.array([2.0, 2.0, 0.5]))
    assert flow.wait_s.tolist() == [0, 0]
    assert flow.arrival_s == pytest.approx([10 + 60 + 30 + 4 / 0.5])


def test_who_comes_second_waits_until_the_first_have_passed() -> None:
    # 10 people need 10 s to step off the bridge; the second house comes 4 s after the first.
    flow = simulate(walks([[(0, 100.0)], [(0, 100.0)]], [10, 5], [0.0, 4.0]), np.array([1.0]))
    assert flow.wait_s.tolist() == [0, 6]
    assert flow.arrival_s.tolist() == [110, 115]
    assert flow.clearance_s == 115
    assert flow.waiting_s == 30


def test_queues_form_only_where_it_is_narrow() -> None:
    ways = [[(0, 50.0), (1, 20.0), (2, 50.0)] for _ in range(6)]
    flow = simulate(walks(ways, [5] * 6, np.arange(6.0)), np.array([5.0, 0.5, 5.0]))
    assert flow.wait_s.reshape(6, 3).T.tolist() == [[0] * 6, [9 * i for i in range(6)], [0] * 6]
    assert flow.clearance_s == pytest.approx(50 + 50 + 20 + 50 + 10)


def test_opposite_directions_do_not_hinder_one_another() -> None:
    flow = simulate(walks([[(0, 9.0)], [(1, 9.0)]], [10, 10]), np.array([0.1, 0.1]))
    assert flow.wait_s.tolist() == [0, 0]


def test_who_goes_by_car_neither_waits_nor_makes_others_wait() -> None:
    two = walks([[(0, 9.0)], [(0, 9.0)], [(0, 9.0)]], [10, 10, 10])
    two.afoot[1] = False
    flow = simulate(two, np.array([1.0]))
    assert flow.wait_s.tolist() == [0, 0, 10]
    assert flow.arrival_s[1] == 9


def test_a_house_without_a_way_never_arrives_and_holds_nobody_up() -> None:
    some = walks([[(0, 9.0)], []], [1, 1], [1.0, np.inf])
    flow = simulate(some, np.array([1.0]))
    assert flow.arrival_s.tolist() == [11, np.inf]
    assert flow.clearance_s == 11
    nobody = simulate(walks([[], []], [1, 1], [np.inf, np.inf]), np.empty(0))
    assert nobody.clearance_s == 0
    assert len(loads(nobody).lane) == 0
    assert timeline(nobody).arrived.tolist() == [0]
    assert simulate(walks([], []), np.empty(0)).clearance_s == 0


def test_a_simulation_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        simulate(walks([[(0, 9.0)], [(0, 9.0)]], [1, 1]), np.array([1.0]), stop=lambda: True)


def test_what_a_lane_bears_is_told_by_the_worst_moment() -> None:
    flow = simulate(walks([[(4, 10.0)]] * 3, [30, 30, 30], [0.0, 10.0, 20.0]), np.full(5, 0.5))
    found = loads(flow)
    assert found.lane.tolist() == [4]
    assert found.people.tolist() == [90]
    assert found.wait_s.tolist() == [100]  # the third comes at 30 and passes at 130
    assert found.queue.tolist() == [60]  # from 30 to 70 both later houses wait
    assert found.waiting_s.tolist() == [30 * 50 + 30 * 100]
    assert (found.begins_s[0], found.ends_s[0]) == (20, 130)
    assert found.peak.tolist() == [30]


def test_at_every_moment_everybody_is_somewhere() -> None:
    flow = simulate(
        walks([[(0, 90.0), (2, 60.0)], [(1, 30.0)]], [6, 4], [30.0, 0.0]),
        np.full(3, 1.0),
        np.array([60.0, 0.0]),
    )
    seen = timeline(flow, 30.0)
    assert seen.times_s.tolist() == [0, 30, 60, 90, 120, 150, 180, 210, 240, 270]
    assert (seen.at_home + seen.on_road + seen.arrived == 10).all()
    assert seen.at_home.tolist() == [6, 6, 0, 0, 0, 0, 0, 0, 0, 0]
    assert seen.arrived.tolist() == [0, 0, 4, 4, 4, 4, 4, 4, 4, 10]
    assert seen.edges.tolist() == [0, 1]
    assert seen.on_edge.tolist() == [[4, 0, 0, 6, 6, 6, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 6, 6, 0, 0]]


def _obvious(some: Walks, capacity: NDArray[np.float64], depart: NDArray[np.float64]) -> NDArray[np.float64]:
    """When each walk is over, by looking through everybody again and again for who is next at a lane's end."""
    free: dict[int, float] = {}
    at = some.first[:-1].tolist()
    ends = some.first[1:].tolist()
    now = (depart + some.before_s).tolist()
    now = [t + float(some.seconds[a]) if a < b else t for t, a, b in zip(now, at, ends, strict=True)]
    while due := [k for k in range(len(some)) if at[k] < ends[k]]:
        k = min(due, key=lambda k: (now[k], k))
        lane, people = int(some.lane[at[k]]), int(some.people[k])
        passes = max(now[k], free.get(lane, 0.0))
        free[lane] = passes + people / capacity[lane]
        at[k] += 1
        now[k] = passes + (float(some.seconds[at[k]]) if at[k] < ends[k] else 0.0)
    last = [
        max((n / capacity[lane] for lane in some.lane[a:b]), default=0.0)
        for n, a, b in zip(some.people, some.first, some.first[1:], strict=False)
    ]
    return np.array(now) + some.after_s + last


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Walks, NDArray[np.float64], NDArray[np.float64]]:
    """Some houses that walk along some of eight lanes in the order of their numbers."""
    count = draw(st.integers(1, 12))
    way = st.lists(st.integers(0, 7), max_size=6, unique=True).map(sorted)
    ways = [[(lane, float(draw(st.integers(0, 40)))) for lane in draw(way)] for _ in range(count)]
    # Uneven parts of seconds, so that no two come at the same moment and order is not a matter of rounding.
    people = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    before = [k * 0.0137 + draw(st.integers(0, 30)) for k in range(count)]
    capacity = np.array(draw(st.lists(st.sampled_from([0.3, 0.7, 1.9, 9.1]), min_size=8, max_size=8)))
    depart = np.array(draw(st.lists(st.integers(0, 60), min_size=count, max_size=count)), dtype=np.float64)
    return walks(ways, people, before), capacity, depart


@settings(max_examples=150, deadline=None)
@given(crowds())
def test_a_crowd_arrives_as_the_obvious_way_to_reckon_says(
    crowd: tuple[Walks, NDArray[np.float64], NDArray[np.float64]],
) -> None:
    assert simulate(*crowd).arrival_s == pytest.approx(_obvious(*crowd), abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(crowds())
def test_no_lane_lets_more_through_than_fit_and_the_first_to_come_is_the_first_to_pass(
    crowd: tuple[Walks, NDArray[np.float64], NDArray[np.float64]],
) -> None:
    flow = simulate(*crowd)
    some, capacity, _ = crowd
    for lane in np.unique(some.lane).tolist():
        here = np.flatnonzero(some.lane == lane)
        here = here[np.argsort(flow.left[here], kind="stable")]
        passed, people = flow.left[here], some.people[some.owner[here]]
        assert (np.diff(flow.reached[here]) > -1e-6).all()
        assert (passed[1:] >= passed[:-1] + people[:-1] / capacity[lane] - 1e-6).all()
        for begin in np.arange(0.0, flow.clearance_s, 1.0):
            share = np.clip(
                np.minimum(passed + people / capacity[lane], begin + 1) - np.maximum(passed, begin), 0, None
            )
            assert share.sum() * capacity[lane] <= capacity[lane] + 1e-6


@settings(max_examples=100, deadline=None)
@given(crowds())
def test_everybody_arrives_and_nobody_sooner_than_with_the_road_to_themselves(
    crowd: tuple[Walks, NDArray[np.float64], NDArray[np.float64]],
) -> None:
    some, _, depart = crowd
    together = simulate(*crowd)
    alone = simulate(some, np.full(8, 1e9), depart)
    assert np.isfinite(together.arrival_s).all()
    assert (together.arrival_s >= alone.arrival_s - 1e-6).all()
    assert timeline(together).arrived[-1] == some.people.sum()


def test_flow_is_the_same_every_time() -> None:
    rng = np.random.default_rng(4)
    ways = [[(int(lane), 10.0) for lane in np.sort(rng.choice(40, 9, replace=False))] for _ in range(200)]
    some, capacity = walks(ways, rng.integers(1, 7, 200).tolist()), np.full(40, 0.7)

    def once() -> Flow:
        return simulate(some, capacity)

    assert (once().arrival_s == once().arrival_s).all()
