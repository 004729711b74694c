"""A plan of the sample villages is kept as it was made."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from mingqing.core.sample import PASSWORD, USER
from mingqing.evacuation.gather import world
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.saved.keep import save
from mingqing.evacuation.saved.kept import Loaded, load
from mingqing.evacuation.saved.of_plan import kept_as, outcome
from mingqing.evacuation.saved.stale import stale
from mingqing.evacuation.scenario import Scenario
from mingqing.store.history.since import last_change
from mingqing.store.project import open_project
from mingqing.store.session import Session


@pytest.fixture
def sample(sample_project: Path) -> Iterator[Session]:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        yield session


@pytest.fixture
def made(sample: Session) -> tuple[Plan, Loaded]:
    seq = last_change(sample)
    found = plan(world(sample, on=date(2026, 8, 3)), Scenario())
    return found, load(sample, save(sample, outcome(sample, found, seq), "台风预案"))


def test_what_is_kept_is_what_was_calculated(made: tuple[Plan, Loaded]) -> None:
    found, loaded = made
    kept = loaded.evacuees
    at = {house: k for k, house in enumerate(found.world.houses.ids[found.houses].tolist())}
    order = [at[house] for house in kept.houses.tolist()]
    assert len(order) == len(found) > 100
    assert kept.people.tolist() == found.people[order].tolist()
    placed = found.placed[order]
    ids = found.world.shelters.ids[found.shelters[order]]
    assert kept.shelters.tolist() == np.where(placed, ids, 0).tolist()
    assert kept.minutes[placed] == pytest.approx(found.seconds[order][placed] / 60, abs=0.051)
    assert kept.metres[placed] == pytest.approx(found.ways.metres[order][placed], abs=0.51)
    assert [bool(reason) for reason in kept.reasons] == (~placed).tolist()
    assert [bool(way) for way in kept.ways] == placed.tolist()
    assert loaded.plan.person_minutes == pytest.approx(found.person_minutes, abs=0.2)
    assert loaded.plan.assigned + loaded.plan.unreachable == found.people.sum()


def test_every_way_lies_along_the_route_of_its_group(sample: Session, made: tuple[Plan, Loaded]) -> None:
    found, _ = made
    drawn = shapely.union_all(sample.features("evacuation_route").geometry)
    near = drawn.buffer(0.05)
    for k in np.flatnonzero(found.placed).tolist():
        line = found.line(k)
        assert line is not None
        door = shapely.LineString([found.ways.start[k], found.ways.join[k]])
        assert shapely.difference(line, near).length <= door.length + 0.1


def test_it_is_current_when_it_was_just_made(sample: Session, made: tuple[Plan, Loaded]) -> None:
    assert stale(sample, made[1].plan.number).current


def test_a_plan_is_known_as_the_latest_that_was_kept_of_it(
    sample: Session, made: tuple[Plan, Loaded]
) -> None:
    found, loaded = made
    assert kept_as(sample, found) == loaded.plan
    again = save(sample, outcome(sample, found, last_change(sample)), "台风预案")
    kept = kept_as(sample, found)
    assert kept is not None
    assert (kept.number, kept.version) == (again, 2)


def test_a_plan_for_another_case_or_with_other_people_or_places_was_not_kept(
    sample: Session, made: tuple[Plan, Loaded]
) -> None:
    found, _ = made
    moved = found.shelters.copy()
    moved[np.flatnonzero(found.placed)[0]] += 1 if moved[found.placed][0] == 0 else -1
    away = found.people.copy()
    away[:2] += (1, -1)
    for other in (
        replace(found, scenario=replace(found.scenario, at_home=True)),
        replace(found, shelters=moved),
        replace(found, people=away),
    ):
        assert kept_as(sample, other) is None


def test_a_plan_whose_houses_are_all_fixed_to_where_a_kept_one_sends_them_is_that_one(
    sample: Session, made: tuple[Plan, Loaded]
) -> None:
    found, loaded = made
    who = loaded.evacuees
    locks = tuple((h, s) for h, s in zip(who.houses.tolist(), who.shelters.tolist(), strict=True) if s)
    fixed = plan(world(sample, on=date(2026, 8, 3)), replace(found.scenario, locks=locks))
    assert kept_as(sample, fixed) == loaded.plan
