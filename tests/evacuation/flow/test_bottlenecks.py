"""Where a road is too narrow is said in one line, what costs people the most time first."""

import numpy as np

from mingqing.evacuation.flow.bottlenecks import bottlenecks
from mingqing.evacuation.flow.loads import loads
from mingqing.evacuation.flow.model import Walks, capacity_of
from mingqing.evacuation.flow.queues import simulate
from mingqing.evacuation.model import Mode
from mingqing.evacuation.movement import movement
from mingqing.evacuation.routing.ways import Ways
from tests.evacuation.small import network


def _along(edges: list[list[int]]) -> Ways:
    """Ways along whole edges, forth."""
    count, flat = len(edges), np.array([e for way in edges for e in way], dtype=np.int64)
    nowhere = np.zeros((count, 2))
    return Ways(
        first=np.cumsum([0, *map(len, edges)]),
        edge=flat,
        begin=np.zeros(len(flat)),
        end=np.full(len(flat), 100.0),
        road_s=np.full(len(flat), 100.0),
        leg_s=nowhere,
        start=nowhere,
        join=nowhere,
        leave=nowhere,
        goal=nowhere,
        metres=np.zeros(count),
    )


LINE = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0)]


def test_a_bridge_that_is_too_narrow_is_told_with_name_width_wait_and_people() -> None:
    net = network(
        LINE,
        [(0, 1), (1, 2), (2, 3)],
        widths=[6.0, 0.5, 0.4],
        structures=[None, "桥", None],
        names=["大路", "小竹溪桥", None],
    )
    walks = Walks.of(_along([[0, 1, 2]] * 30), np.full(30, 5))
    found = bottlenecks(loads(simulate(walks, capacity_of(net, movement()))), net, movement(), least_s=0)
    assert [b.road for b in found] == [2, 3, 1]
    bridge = found[0]
    # A house of five needs 8.2 s to step onto the bridge and comes every 0.7 s: the last waits 29 × 7.5 s; when it
    # comes, three have gone and 27 wait.
    assert bridge.sentence == "小竹溪桥宽0.5米，排队最长4分钟，最多时135人等候"
    assert (bridge.edge, bridge.people, bridge.measured) == (1, 150, True)
    assert found[1].sentence.startswith("无名村道宽0.4米，排队最长不到1分钟")
    assert found[2].sentence.startswith("大路宽6米，排队最长不到1分钟")
    assert [
        b.name for b in bottlenecks(loads(simulate(walks, capacity_of(net, movement()))), net, movement())
    ] == [
        "小竹溪桥",
        "无名村道",
    ]


def test_a_width_that_nobody_measured_is_said_to_be_a_guess() -> None:
    net = network(LINE[:2], [(0, 1)], classes=["步道"])
    walks = Walks.of(_along([[0]] * 60), np.full(60, 5))
    (one,) = bottlenecks(loads(simulate(walks, capacity_of(net, movement()))), net, movement())
    assert one.sentence.startswith("无名步道宽约1.5米（未实测），排队最长3分钟")
    assert not one.measured


def test_a_lane_lets_in_its_width_times_the_flow_in_each_direction() -> None:
    net = network(LINE[:3], [(0, 1), (1, 2)], widths=[2.0, 3.0])
    assert capacity_of(net, movement()).tolist() == [2 * 1.22, 2 * 1.22, 3 * 1.22, 3 * 1.22]
    assert np.isfinite(movement().costs(net, Mode.FOOT).forth).all()


def test_stretches_of_one_edge_in_a_row_are_one_visit_and_those_of_no_length_none() -> None:
    ways = _along([[0, 0, 1], [1], []])
    ways.begin[:], ways.end[:] = [0, 40, 100, 30], [40, 100, 20, 30]
    ways.metres[2] = np.nan
    walks = Walks.of(ways, np.array([1, 2, 3]))
    assert walks.first.tolist() == [0, 2, 2, 2]
    assert walks.lane.tolist() == [0, 3]
    assert walks.seconds.tolist() == [200, 100]
    assert walks.before_s.tolist() == [0, 0, np.inf]
