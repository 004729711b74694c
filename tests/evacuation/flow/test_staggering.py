"""Groups that set out one after another queue less, and the last arrives no later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.evacuation.flow.queues import simulate
from mingqing.evacuation.flow.staggering import hamlets, stagger
from tests.evacuation.flow.test_queues import walks

BRIDGE = 9


def test_hamlets_that_meet_at_one_bridge_take_turns() -> None:
    # Three hamlets of 20 houses, each five minutes from a bridge over which one person a second can go.
    ways = [[(h, 300.0), (BRIDGE, 30.0)] for h in (0, 1, 2) for _ in range(20)]
    flow = simulate(walks(ways, [6] * 60), np.array([100.0] * BRIDGE + [1.0]))
    found = stagger(flow, np.repeat([0, 1, 2], 20))
    assert sorted(found.delay_s.tolist()) == [0, 120, 240]
    assert found.after.clearance_s <= flow.clearance_s
    assert found.after.waiting_s < 0.4 * flow.waiting_s
    assert found.helps


def test_where_nobody_waits_nobody_is_held_back() -> None:
    flow = simulate(walks([[(0, 60.0)], [(1, 60.0)]], [3, 3]), np.full(2, 1.0))
    found = stagger(flow, np.array([0, 1]))
    assert found.delay_s.tolist() == [0, 0]
    assert not found.helps
    empty = simulate(walks([], []), np.empty(0))
    assert len(stagger(empty, np.empty(0, dtype=np.int64)).delay_s) == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_a_suggestion_never_makes_the_last_arrive_later_nor_queues_longer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 5, 60)
    ways = [[(int(g), float(rng.integers(60, 900))), (5 + int(g) % 2, 60.0), (8, 60.0)] for g in group]
    flow = simulate(walks(ways, rng.integers(1, 8, 60).tolist()), np.array([9.0] * 5 + [0.6, 0.8, 1, 0.7]))
    found = stagger(flow, group)
    assert found.after.clearance_s <= flow.clearance_s
    assert found.after.waiting_s <= flow.waiting_s
    assert (found.delay_s % 60 == 0).all()
    again = simulate(flow.walks, flow.capacity, found.delay_s[group])
    assert again.arrival_s == pytest.approx(found.after.arrival_s)


def test_houses_close_to_one_another_are_one_hamlet() -> None:
    rng = np.random.default_rng(1)
    centres = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0]])
    at = centres[np.repeat([0, 1, 2], 30)] + rng.uniform(-40, 40, (90, 2))
    found = hamlets(at)
    assert found.tolist() == np.repeat([0, 1, 2], 30).tolist()
    assert len(hamlets(np.empty((0, 2)))) == 0
