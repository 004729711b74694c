"""Roads join where the rules say, nowhere else, and whatever is drawn."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from mingqing.core.sample import PASSWORD, USER
from mingqing.crs.ground import legs
from mingqing.crs.transform import transform
from mingqing.evacuation.network.noding import build
from mingqing.store.project import open_project
from tests.evacuation.network.drawn import (
    EAST,
    EPSG,
    NORTH,
    Line,
    as_graph,
    joined,
    line,
    network,
    node_at,
    roads,
    slow_graph,
)

WEST_EAST: Line = [(0, 0), (100, 0)]
WEST, OVER = (0.0, 0.0), (50.0, 50.0)


def test_roads_join_at_a_corner_that_both_have() -> None:
    found = network([(0, 0), (50, 0), (100, 0)], [(50, 50), (50, 0.0004), (60, -50)])
    assert len(found.xy) == 5
    assert len(found.lines) == 4
    assert joined(found, WEST, OVER)


def test_a_corner_that_no_other_road_has_is_no_node() -> None:
    found = network([(0, 0), (30, 10), (60, -10), (100, 0)])
    assert len(found.xy) == 2
    assert shapely.get_num_points(found.lines).tolist() == [4]


@pytest.mark.parametrize("gap", [0.0, 0.3, 0.49])
def test_an_end_joins_the_end_of_another_road_half_a_metre_away(gap: float) -> None:
    found = network(WEST_EAST, [(100 + gap, 0), (150, 50)])
    assert len(found.xy) == 3
    assert joined(found, WEST, (150, 50))


@pytest.mark.parametrize("gap", [-0.4, 0.0, 0.49])
def test_an_end_joins_the_side_of_a_road_which_is_split_there(gap: float) -> None:
    found = network(WEST_EAST, [(50, 50), (50, gap)])
    assert found.road.tolist() == [0, 0, 1]
    assert joined(found, WEST, OVER)
    assert found.xy[found.head[0]] == pytest.approx((EAST + 50, NORTH)), "the road that goes on is not bent"


def test_an_end_farther_away_does_not_join() -> None:
    assert not joined(network(WEST_EAST, [(50, 50), (50, 0.51)]), WEST, OVER)
    assert not joined(network(WEST_EAST, [(100.6, 0), (150, 50)]), WEST, (150, 50))


@pytest.mark.parametrize("second", [[(50, 50), (50, -50)], [(50, 50), (50, 0), (50, -50)]])
def test_roads_join_where_they_cross_whether_or_not_there_is_a_corner(second: Line) -> None:
    found = network(WEST_EAST, second)
    assert joined(found, WEST, OVER)
    assert len(found.lines) == 4


@pytest.mark.parametrize("structures", [("桥", None), (None, "桥"), ("隧", "无"), ("桥", "隧")])
@pytest.mark.parametrize("first", [WEST_EAST, [(0, 0), (50, 0), (100, 0)]])
@pytest.mark.parametrize("second", [[(50, 50), (50, -50)], [(50, 50), (50, 0), (50, -50)]])
def test_a_bridge_joins_what_passes_below_only_where_both_have_a_corner(
    structures: tuple[str | None, str | None], first: Line, second: Line
) -> None:
    found = network(first, second, structures=structures)
    both = len(first) == len(second) == 3
    assert len(found.lines) == (4 if both else 2)
    assert joined(found, WEST, OVER) is both


def test_a_bridge_joins_at_its_ends_and_where_a_road_ends_on_it() -> None:
    on, side, beyond = [(-50, 20), (0, 0)], [(50, 50), (50, 0)], [(100.3, 0), (150, 0)]
    found = network(WEST_EAST, on, side, beyond, structures=("桥", None, None, None))
    assert all(joined(found, WEST, there) for there in ((-50, 20), OVER, (150, 0)))


def test_ends_that_meet_in_one_place_are_one_node_and_lines_begin_and_end_there() -> None:
    star = [[(0.2 * np.cos(a), 0.2 * np.sin(a)), (50 * np.cos(a), 50 * np.sin(a))] for a in range(6)]
    found = network(*star)
    assert len(found.xy) == 7
    assert (shapely.get_coordinates(shapely.get_point(found.lines, 0)) == found.xy[found.tail]).all()
    assert (shapely.get_coordinates(shapely.get_point(found.lines, -1)) == found.xy[found.head]).all()


def test_a_road_that_overshoots_another_by_a_hand_leaves_no_splinter() -> None:
    found = network(WEST_EAST, [(50, 50), (50, -0.3)])
    assert len(found.lines) == 3
    assert joined(found, WEST, OVER)


def test_a_ring_and_a_line_that_crosses_itself_can_be_walked_around() -> None:
    ring = network([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)])
    assert (len(ring.xy), len(ring.lines)) == (1, 1)
    assert ring.length_m[0] == pytest.approx(200, rel=1e-5)
    bow = network([(0, 0), (100, 100), (100, 0), (0, 100)])
    assert len(bow.lines) == 3
    way = nx.shortest_path_length(as_graph(bow), node_at(bow, 0, 0), node_at(bow, 0, 100), weight="weight")
    assert way == pytest.approx(2 * np.hypot(50, 50))


def test_a_ring_whose_end_falls_short_by_a_hand_is_closed() -> None:
    found = network([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0.3)])
    assert (len(found.xy), len(found.lines)) == (1, 1)


def test_a_metre_long_stub_joins_what_it_touches_and_a_shorter_one_vanishes_in_the_node() -> None:
    found = network(WEST_EAST, [(100, 0), (101, 0)], [(101, 0), (101.3, 0)], [(101.3, 0), (200, 0)])
    assert joined(found, WEST, (200, 0))
    assert found.road.tolist() == [0, 1, 3]


def test_a_road_drawn_twice_stays_twice() -> None:
    found = network(WEST_EAST, WEST_EAST, [(100, 0), (0, 0)])
    assert (len(found.xy), len(found.lines)) == (2, 3)


def test_roads_that_lie_on_one_another_for_a_while_join_where_that_begins_and_ends() -> None:
    found = network([(0, 0), (60, 0)], [(40, 0), (100, 0)])
    assert len(found.xy) == 4
    assert found.road.tolist() == [0, 0, 1, 1]


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_what_is_no_line_is_left_out() -> None:
    odd = [
        None,
        LineString(),
        MultiLineString(),
        Point(EAST, NORTH),
        LineString([(EAST, NORTH), (EAST, NORTH)]),
        LineString([(EAST, NORTH), (np.nan, NORTH), (EAST + 9, NORTH)]),
        LineString([(EAST, NORTH), (np.inf, NORTH)]),
        LineString([(EAST, NORTH), (1e300, NORTH)]),
        MultiLineString([line([(50, 50), (50, 10)]), line([(50, 10), (50, 0)])]),
        shapely.force_3d(line(WEST_EAST), 7.0),
    ]
    found = network(*odd)
    assert np.unique(found.road).tolist() == [8, 9]
    assert joined(found, WEST, OVER)
    assert np.isfinite(found.length_m).all()


@pytest.mark.parametrize("shapes", [[], [None], [LineString()]])
def test_without_roads_there_is_an_empty_network(shapes: list[LineString | None]) -> None:
    found = network(*shapes)
    assert found.xy.shape == (0, 2)
    assert len(found.tail) == len(found.head) == len(found.lines) == len(found.length_m) == 0


def test_lengths_are_those_of_the_ground_on_every_grid() -> None:
    way = line([(0, 0), (400, 100), (900, -50)])
    here = legs(shapely.get_coordinates(way), EPSG).total_m
    for epsg in (EPSG, 3857, 4528):
        drawn = transform(np.array([way]), EPSG, epsg)
        assert build(epsg, roads(*drawn)).length_m[0] == pytest.approx(here, rel=1e-6)


POINTS = st.tuples(st.integers(0, 5), st.integers(0, 5))
DRAWN = st.lists(st.tuples(st.lists(POINTS, min_size=2, max_size=5), st.booleans()), min_size=1, max_size=7)


def _compared(lines: list[LineString], apart: list[bool], reach_m: float) -> None:
    """Assert that between all ends of lines there are the same ways, as long, as those found slowly.

    reach_m : how far a node may be from what it joins; a way may pass all of them.
    """
    fast = build(EPSG, roads(*lines, structures=["桥" if x else None for x in apart]))
    slow, quick = slow_graph(lines, apart), as_graph(fast)
    ends = {
        (i, s): whole.coords[-1 if s else 0] for i, whole in enumerate(lines) for s in (0.0, whole.length)
    }
    nodes = {place: node_at(fast, x - EAST, y - NORTH, 2 * reach_m) for place, (x, y) in ends.items()}
    for place, node in nodes.items():
        expected = nx.single_source_dijkstra_path_length(slow, place)
        got = nx.single_source_dijkstra_path_length(quick, node)
        assert {p for p in nodes if p in expected} == {p for p, n in nodes.items() if n in got}
        for other in nodes.keys() & expected.keys():
            assert got[nodes[other]] == pytest.approx(expected[other], abs=reach_m * (1 + len(got)))


@given(DRAWN)
def test_ways_are_those_that_pairwise_intersection_finds(drawn: list[tuple[Line, bool]]) -> None:
    lines = [(shapely.remove_repeated_points(line([(10 * x, 10 * y) for x, y in p])), a) for p, a in drawn]
    lines = [(shape, a) for shape, a in lines if shape.length]
    _compared([shape for shape, _ in lines], [a for _, a in lines], 1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_so_they_are_where_ends_are_off_by_a_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(8):
        points = rng.integers(0, 5, (int(rng.integers(2, 5)), 2)) * 20.0
        points[[0, -1]] += rng.uniform(-0.2, 0.2, (2, 2))
        lines.append(shapely.remove_repeated_points(line(points.tolist()), 1.0))
    lines = [shape for shape in lines if shape.length > 10]
    _compared(lines, rng.random(len(lines)) < 0.2, 1.0)


def test_the_sample_villages_hang_together_and_all_their_roads_are_in_it(sample_project_once: Path) -> None:
    with open_project(sample_project_once, user=USER, password=PASSWORD) as session:
        drawn = session.features("road", columns=["structure"])
    shapes = drawn.geometry[shapely.length(drawn.geometry) > 1]
    found = build(EPSG, roads(*shapes))
    assert nx.number_connected_components(as_graph(found)) == 1
    assert found.length_m.sum() == pytest.approx(shapely.length(shapes).sum(), rel=1e-4)
