"""Ways drawn twice are known to be one."""

from mingqing.evacuation.network.twins import twins
from tests.evacuation.network.drawn import network


def test_the_same_way_drawn_again_either_way_round_is_a_twin_and_a_way_beside_it_is_not() -> None:
    way = [(0, 0), (50, 10), (100, 0)]
    found = network(way, [(0, 0), (50, -10), (100, 0)], way[::-1], [(0, 0), (25, 5.2), (50, 10), (100, 0)])
    assert found.road.tolist() == [0, 0, 1, 2, 2, 3, 3]
    assert twins(found).tolist() == [0, 1, 2, 1, 0, 0, 1]


def test_roads_that_share_a_stretch_are_twins_there_alone() -> None:
    found = network([(0, 0), (60, 0)], [(40, 0), (100, 0)])
    assert found.road.tolist() == [0, 0, 1, 1]
    assert twins(found).tolist() == [0, 1, 1, 3]


def test_a_ring_drawn_twice_is_a_twin_all_around() -> None:
    ring = [(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)]
    assert twins(network(ring, ring)).tolist() == [0, 0]
    assert twins(network(ring, [*ring[2:], *ring[1:3]])).tolist() == [0, 1, 1, 0]


def test_without_roads_there_are_no_twins() -> None:
    assert twins(network()).tolist() == []
