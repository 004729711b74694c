"""Places come to the nearest place on the nearest road that they may use."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from mingqing.crs.ground import legs
from mingqing.crs.transform import transform
from mingqing.evacuation.network import joining
from mingqing.evacuation.network.joining import Approach, Index, join
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.network.noding import build
from tests.evacuation.network.drawn import EAST, EPSG, NORTH, line, network, roads


def _at(*places: tuple[float, float]) -> NDArray[np.float64]:
    return np.add(np.array(places, dtype=np.float64).reshape(-1, 2), (EAST, NORTH))


def _all(found: Network) -> NDArray[np.bool_]:
    return np.ones(len(found.lines), dtype=bool)


def _scattered(seed: int) -> tuple[Network, NDArray[np.float64], np.random.Generator]:
    rng = np.random.default_rng(seed)
    found = network(*(rng.uniform(0, 300, (3, 2)).tolist() for _ in range(12)))
    return found, _at(*rng.uniform(-50, 350, (60, 2)).tolist()), rng


def test_a_house_joins_at_the_foot_of_its_perpendicular() -> None:
    found = network([(0, 0), (100, 0)], [(0, 90), (100, 90)])
    joins = join(found, _at((30, 20), (200, 90)), _all(found))
    assert joins.edge.tolist() == [0, 1]
    assert joins.at.tolist() == [30, 100]
    assert joins.foot == pytest.approx(_at((30, 0), (100, 90)))
    assert joins.leg_m == pytest.approx([20, 100], rel=1e-5)


def test_only_roads_that_may_be_used_are_joined() -> None:
    found = network([(0, 0), (100, 0)], [(0, 90), (100, 90)])
    approach = Approach(found)
    there = _at((30, 20))
    assert approach.join(there, np.array([False, True])).edge.tolist() == [1]
    assert approach.join(there, np.array([True, True])).edge.tolist() == [0]
    nowhere = approach.join(there, np.array([False, False]))
    assert nowhere.edge.tolist() == [-1]
    assert np.isnan([nowhere.at[0], nowhere.leg_m[0], *nowhere.foot[0]]).all()


def test_of_roads_equally_near_the_first_is_joined() -> None:
    star = network([(50, 50), (0, 0)], [(0, 0), (50, -50)], [(-9, 0), (0, 0)])
    assert join(star, _at((20, 0)), _all(star)).edge.tolist() == [0]
    assert join(star, _at((20, 0)), np.array([False, True, True])).edge.tolist() == [1]


def test_a_place_that_is_nowhere_joins_nothing_and_so_does_every_place_without_roads() -> None:
    found = network([(0, 0), (100, 0)])
    assert join(found, _at((np.nan, 0), (1, 1)), _all(found)).edge.tolist() == [-1, 0]
    empty = network()
    assert join(empty, _at((1, 1)), _all(empty)).edge.tolist() == [-1]
    assert len(join(found, np.empty((0, 2)), _all(found)).edge) == 0


@pytest.mark.parametrize("seed", range(15))
def test_where_a_leg_is_refused_the_next_nearest_road_is_taken(seed: int) -> None:
    found, places, rng = _scattered(seed)
    usable = rng.random(len(found.lines)) < 0.8
    good = rng.random((len(places), len(found.lines))) < rng.choice([0.05, 0.5])

    def allowed(which: Index, edges: Index, feet: NDArray[np.float64]) -> NDArray[np.bool_]:
        off = shapely.distance(shapely.points(feet), found.lines[edges])
        assert (off < 1e-9).all(), "told of a place that is not on the road"
        return good[which, edges]

    joins = join(found, places, usable, allowed)
    far = shapely.distance(shapely.points(places)[:, None], found.lines[None, :])
    far[:, ~usable] = np.inf
    far[~good] = np.inf
    expected = np.where(np.isfinite(far).any(axis=1), far.argmin(axis=1), -1)
    assert joins.edge.tolist() == expected.tolist()
    at_all = expected >= 0
    assert joins.leg_m[at_all] == pytest.approx(far.min(axis=1)[at_all], rel=1e-4)
    assert np.isnan(joins.leg_m[~at_all]).all()


def test_a_place_gives_up_after_so_many_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    found = network(*([(0, 11.0 * i), (100, 11.0 * i)] for i in range(9)))
    tried: set[int] = set()

    def allowed(which: Index, edges: Index, feet: NDArray[np.float64]) -> NDArray[np.bool_]:
        tried.update(edges.tolist())
        return edges == 8

    assert join(found, _at((50, 0)), _all(found), allowed).edge.tolist() == [8]
    monkeypatch.setattr(joining, "MOST_TRIED", 4)
    tried.clear()
    assert join(found, _at((50, 0)), _all(found), allowed).edge.tolist() == [-1]
    assert tried == {0, 1, 2, 3}


def test_places_are_told_apart_in_batches_as_they_are_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found, places, rng = _scattered(99)
    good = rng.random((len(places), len(found.lines))) < 0.1

    def allowed(which: Index, edges: Index, feet: NDArray[np.float64]) -> NDArray[np.bool_]:
        return good[which, edges]

    at_once = join(found, places, _all(found), allowed)
    monkeypatch.setattr(joining, "_BATCH", 7)
    assert join(found, places, _all(found), allowed).edge.tolist() == at_once.edge.tolist()


def test_a_leg_is_measured_on_the_ground() -> None:
    way = line([(0, 0), (100, 0)])
    house = shapely.Point(EAST + 40, NORTH + 60)
    moved_way, moved_house = transform(np.array([way, house]), EPSG, 3857)
    found = build(3857, roads(moved_way))
    joins = join(found, shapely.get_coordinates(moved_house), _all(found))
    leg = np.vstack([shapely.get_coordinates(moved_house), joins.foot])
    assert joins.leg_m[0] == pytest.approx(legs(leg, 3857).total_m, rel=1e-6)
    assert joins.leg_m[0] == pytest.approx(60, rel=1e-3)
