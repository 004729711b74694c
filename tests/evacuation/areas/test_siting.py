"""One more shelter is put where it helps most, which is found by trying every candidate."""

import numpy as np
import pytest

from mingqing.core.errors import Cancelled
from mingqing.evacuation.areas.bands import service_areas
from mingqing.evacuation.areas.siting import best_sites
from mingqing.evacuation.scenario import Scenario
from tests.evacuation.worlds import area, there, world

CALM = Scenario(hazards=())
LONG = [[(0, 0), (4000, 0)]]


def test_the_best_site_is_the_one_that_saves_people_the_most_time() -> None:
    some = world(LONG, [(0, 0), (2000, 0), (4000, 0)], [((0, 0), 50)], people=[9, 5, 2])
    found = best_sites(some, CALM, there([(4000, 0), (2000, 0), (0, 0)]))
    assert [site.candidate for site in found.ranked] == [1, 0, 2]
    assert found.before.person_minutes == pytest.approx((5 * 2000 + 2 * 4000) / 60, rel=1e-4)
    assert found.ranked[0].served.person_minutes == pytest.approx(2 * 2000 / 60, rel=1e-4)
    assert (found.before.far, found.ranked[0].served.far) == (2, 1)
    assert [site.nearer for site in found.ranked] == [7, 2, 0]
    assert found.ranked[-1].served == found.before


def test_people_who_reach_no_shelter_count_before_any_time() -> None:
    roads = [*LONG, [(0, 9000), (1000, 9000)]]
    some = world(roads, [(4000, 0), (0, 9000)], [((0, 0), 50)], people=[100, 1])
    found = best_sites(some, CALM, there([(4000, 0), (500, 9000)]))
    assert found.before.stranded == 1
    assert [(site.candidate, site.served.stranded) for site in found.ranked] == [(1, 0), (0, 1)]


def test_candidates_in_danger_or_without_a_road_are_refused() -> None:
    some = world(LONG, [(0, 0)], [((0, 0), 50)], [area(1900, -50, 2100, 50)])
    found = best_sites(some, Scenario(), there([(2000, 0), (3000, 0)]))
    assert found.refused == (0,)
    nowhere = best_sites(world([], [(0, 0)], []), CALM, there([(1, 1)]))
    assert (nowhere.ranked, nowhere.refused, nowhere.before.stranded) == ((), (0,), 1)
    assert best_sites(some, CALM, np.empty((0, 2))).ranked == ()


def test_trying_sites_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        best_sites(world(LONG, [(0, 0)], [((0, 0), 50)]), CALM, there([(9, 0)]), stop=lambda: True)


@pytest.mark.parametrize("seed", range(12))
def test_what_a_site_is_said_to_change_is_what_a_shelter_there_does_change(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(100, 500, (2, 4)).cumsum(axis=1).tolist()
    roads = [[(a, 0.0), (a, y[-1])] for a in x] + [[(x[0], b), (x[-1], b)] for b in y]
    houses = [tuple(p) for p in rng.uniform(0, 1500, (30, 2)).tolist()]
    hazards = [area(400, 400, 700, 900)]
    people = rng.integers(1, 7, 30).tolist()
    candidates = [tuple(p) for p in rng.uniform(0, 1500, (4, 2)).tolist()]
    some = world(roads, houses, [((0, 0), 50)], hazards, people=people)
    found = best_sites(some, Scenario(), there(candidates))
    for site in found.ranked:
        more = world(roads, houses, [((0, 0), 50), (candidates[site.candidate], 50)], hazards, people=people)
        seconds = service_areas(more, Scenario()).seconds
        reached = np.isfinite(seconds)
        assert site.served.person_minutes == pytest.approx((np.array(people) * seconds)[reached].sum() / 60)
        assert site.served.stranded == np.array(people)[~reached].sum()
        assert site.served.far == (seconds > 900).sum()
    assert len(found.ranked) + len(found.refused) == 4
