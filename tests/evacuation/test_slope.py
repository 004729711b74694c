"""Slopes slow a walk as Tobler found, and no void of the elevation model stops one."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mingqing.evacuation.model import Mode
from mingqing.evacuation.movement import movement
from mingqing.evacuation.slope import Heights, Slope, hiking
from tests.evacuation.small import network

STEEP = np.full(9, 2.0)


def _kmh(rise: float) -> float:
    return float(6 * np.exp(-3.5 * abs(rise + 0.05)))


def _plane(rise: float) -> Heights:
    """Ground that rises to the north."""
    return lambda xy: 500 + rise * xy[:, 1]


@given(st.floats(-0.6, 0.6))
def test_an_even_slope_takes_as_long_as_toblers_function_says(rise: float) -> None:
    net = network([(0.0, 0.0), (100.0, 950.0)], [(0, 1)])
    run = net.length_m[0]
    slope = Slope.of(net, _plane(rise), STEEP)
    grade = rise * 950 / run
    assert slope.forth[0] == pytest.approx(_kmh(0) / _kmh(grade))
    assert slope.back[0] == pytest.approx(_kmh(0) / _kmh(-grade))


def test_a_hill_between_two_ends_of_one_height_is_climbed_and_descended() -> None:
    net = network([(0.0, 0.0), (0.0, 600.0)], [(0, 1)])
    slope = Slope.of(net, lambda xy: 0.2 * (300 - np.abs(xy[:, 1] - 300)), STEEP)
    both = (hiking(np.array([0.2])) + hiking(np.array([-0.2])))[0] / 2
    assert slope.forth == pytest.approx([both])
    assert slope.back == pytest.approx([both])


def test_a_bent_road_is_followed_and_not_cut_across() -> None:
    net = network([(0.0, 0.0), (0.0, 0.0)], [(0, 1)])
    net.lines[0] = shapely.LineString([(0, 0), (0, 300), (300, 300), (300, 0)])
    net.length_m[0] = 900.0
    slope = Slope.of(net, _plane(0.1), STEEP)
    thirds = hiking(np.array([0.1, 0.0, -0.1])).mean()
    assert slope.forth == pytest.approx([thirds])


def test_heights_that_are_missing_are_taken_as_even_between_those_known() -> None:
    net = network([(0.0, 0.0), (0.0, 300.0)], [(0, 1)])

    def holed(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where((xy[:, 1] > 50) & (xy[:, 1] < 290), np.nan, 0.1 * xy[:, 1])

    assert Slope.of(net, holed, STEEP).forth == pytest.approx(hiking(np.array([0.1])))


def test_an_edge_of_which_no_height_is_known_counts_as_level() -> None:
    net = network([(0.0, 0.0), (0.0, 300.0), (0.0, 600.0)], [(0, 1), (1, 2)])
    slope = Slope.of(net, lambda xy: np.where(xy[:, 1] < 350, np.nan, 0.1 * xy[:, 1]), STEEP)
    assert slope.forth[0] == slope.back[0] == 1
    assert slope.forth[1] > 1


def test_a_bridge_and_a_tunnel_run_evenly_from_end_to_end() -> None:
    net = network([(0.0, 0.0), (0.0, 300.0)], [(0, 1)] * 3, structures=["桥", "隧", None])
    slope = Slope.of(net, lambda xy: -0.5 * np.minimum(xy[:, 1], 300 - xy[:, 1]), STEEP)
    assert slope.forth[:2].tolist() == [1, 1]
    assert slope.forth[2] > 2


def test_a_road_is_never_taken_as_steeper_than_its_class_can_be() -> None:
    net = network([(0.0, 0.0), (0.0, 300.0)], [(0, 1)] * 2, classes=["国道", "步道"])
    steepest = movement().steepest
    slope = Slope.of(net, _plane(5.0), steepest.of(net.roads))
    expected = np.array([steepest.figures["国道"], steepest.figures["步道"]])
    assert slope.forth == pytest.approx(hiking(expected))
    assert slope.back == pytest.approx(hiking(-expected))


def test_edges_of_no_length_and_networks_of_no_edges_are_survived() -> None:
    net = network([(0.0, 0.0), (0.0, 0.0)], [(0, 1)])
    assert Slope.of(net, _plane(0.1), STEEP).forth.tolist() == [1]
    net.length_m[0] = np.nan
    slope = Slope.of(net, _plane(0.1), STEEP)
    assert movement().costs(net, Mode.FOOT, slope=slope).forth.tolist() == [np.inf]
    nowhere = network([(0.0, 0.0)], [])
    assert len(Slope.of(nowhere, _plane(0.1), np.empty(0)).forth) == 0
