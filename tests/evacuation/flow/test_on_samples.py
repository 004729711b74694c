"""The sample villages: no road is too narrow for their people; were it only passable in single file, detours help."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mingqing.evacuation.flow.bottlenecks import bottlenecks
from mingqing.evacuation.flow.loads import loads
from mingqing.evacuation.flow.staggering import hamlets, stagger
from mingqing.evacuation.gather import world
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.scenario import Scenario
from mingqing.store.session import Session
from tests.evacuation.flow.test_congestion import spread_out

VILLAGE = "331124204202"


@pytest.fixture
def everybody_leaves(sample_session: Session) -> Plan:
    """All of one village to shelters with room enough, by shortest ways."""
    some = world(sample_session, on=date(2026, 11, 22))
    room = replace(some.shelters, capacity=some.shelters.capacity * 3)
    theirs = some.houses.ids[np.array([v == VILLAGE for v in some.houses.villages])]
    return plan(replace(some, shelters=room), Scenario(hazards=(), houses=tuple(theirs.tolist())))


def test_nobody_queues_on_roads_as_wide_as_they_are(everybody_leaves: Plan) -> None:
    found = spread_out(everybody_leaves)
    network, movement = everybody_leaves.world.network, everybody_leaves.world.movement
    assert len(everybody_leaves) > 100
    assert bottlenecks(loads(found.before), network, movement) == []
    assert found.ways is everybody_leaves.ways
    assert found.flow.clearance_s == pytest.approx(60 * everybody_leaves.latest_minutes, abs=10)


def test_in_single_file_heeding_queues_clears_the_village_sooner(everybody_leaves: Plan) -> None:
    found = spread_out(everybody_leaves, width=0.05)
    assert found.flow.clearance_s < 0.9 * found.before.clearance_s
    assert found.flow.waiting_s < 0.7 * found.before.waiting_s
    network, movement = everybody_leaves.world.network, everybody_leaves.world.movement
    worst = bottlenecks(loads(found.before), network, movement)
    assert worst[0].wait_s > 300
    assert worst[0].name in worst[0].sentence


def test_in_single_file_hamlets_that_set_out_in_turns_queue_less(everybody_leaves: Plan) -> None:
    flow = spread_out(everybody_leaves, width=0.05).before
    at = everybody_leaves.world.houses.at[everybody_leaves.houses]
    turns = stagger(flow, hamlets(at))
    assert turns.helps
    assert turns.after.clearance_s <= flow.clearance_s
