"""Five hundred small villages, planned twice: by us, and by trying everything with networkx and an integer programme.

`slowly` shares no code with the program. What is compared is what people are told: who must leave, who has no safe
way, how many find no place, person-minutes and the last arrival; and every way is walked again with shapely.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, affinity

from mingqing.core.files import data_dir
from mingqing.evacuation.case import case
from mingqing.evacuation.model import Objective
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.routing.setup import routing
from mingqing.evacuation.scenario import Scenario
from tests.evacuation.settled import FIRST_ID, world_of
from tests.evacuation.slowly import TOUCH_M, Answer, at_kmh, declared, left_at_end, solve
from tests.evacuation.villages import Village, village

CASES = 500
WALK_KMH = 4.0
_DECLARED = data_dir("resources") / "evacuation.toml"
_CLOSE = 1e-6


@dataclass(frozen=True)
class Solved:
    """A village with both plans. Every other walks at one speed, every fourth is about when the last arrives."""

    seed: int
    village: Village
    ours: Plan
    theirs: Answer


@pytest.fixture(scope="module")
def solved() -> list[Solved]:
    return [_solved(seed) for seed in range(CASES)]


def _solved(seed: int) -> Solved:
    made, kmh, latest = village(seed), WALK_KMH if seed % 2 else None, seed % 8 in {3, 4}
    speeds = at_kmh(kmh) if kmh else declared(_DECLARED)
    return Solved(seed, made, _plan(made, kmh, latest=latest), solve(made, speeds, latest=latest))


def _plan(made: Village, kmh: float | None = None, *, latest: bool = False) -> Plan:
    return plan(world_of(made), _scenario(made, kmh, latest=latest))


def _scenario(made: Village, kmh: float | None = None, *, latest: bool = False) -> Scenario:
    return Scenario(
        blocked=tuple(FIRST_ID + i for i in sorted(made.cut)),
        houses=tuple(FIRST_ID + i for i in sorted(made.chosen)),
        objective=Objective.LATEST if latest else Objective.TOTAL,
        walk_kmh=kmh,
    )


def _failing(solved: list[Solved], good: Callable[[Solved], bool]) -> list[int]:
    """Return the numbers of the villages of which something does not hold."""
    return [each.seed for each in solved if not good(each)]


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE * max(abs(a), abs(b))


def test_cases_are_many_and_of_every_kind(solved: list[Solved]) -> None:
    answers = [each.theirs for each in solved]
    assert len(answers) == CASES
    assert sum(len(a.affected) for a in answers) > 2000
    assert sum(bool(a.unreachable) for a in answers) > 100
    assert sum(a.unplaced > 0 for a in answers) > 100
    assert sum(len(each.village.hazards) > 1 for each in solved) > 200
    assert sum(bool(each.village.cut) for each in solved) > 100
    assert sum(any(each.village.structures) for each in solved) > 100


def test_the_same_houses_must_leave(solved: list[Solved]) -> None:
    assert _failing(solved, lambda s: s.ours.houses.tolist() == s.theirs.affected) == []


def test_the_same_houses_have_no_safe_way(solved: list[Solved]) -> None:
    def same(s: Solved) -> bool:
        return set(s.ours.houses[s.ours.assignment.unreachable].tolist()) == s.theirs.unreachable

    assert _failing(solved, same) == []


def test_as_few_people_are_left_without_a_place(solved: list[Solved]) -> None:
    def same(s: Solved) -> bool:
        short = ~s.ours.placed & ~s.ours.assignment.unreachable
        return int(s.ours.people[short].sum()) == s.theirs.unplaced

    assert _failing(solved, same) == []


def test_person_minutes_are_the_same(solved: list[Solved]) -> None:
    assert _failing(solved, lambda s: _close(s.ours.person_minutes, s.theirs.person_seconds / 60)) == []


def test_the_last_arrives_at_the_same_time(solved: list[Solved]) -> None:
    about = [each for each in solved if each.ours.scenario.objective is Objective.LATEST]
    assert len(about) == CASES // 4
    assert _failing(about, lambda s: _close(s.ours.latest_minutes, s.theirs.latest_seconds / 60)) == []


def test_the_gap_is_nought_and_the_bound_below(solved: list[Solved]) -> None:
    def proved(s: Solved) -> bool:
        found = s.ours.assignment
        return found.gap <= 1e-9 and found.lower_bound <= found.value * (1 + _CLOSE)

    assert _failing(solved, proved) == []


def test_no_shelter_takes_more_than_it_holds(solved: list[Solved]) -> None:
    assert _failing(solved, lambda s: bool((s.ours.load() <= s.village.capacity).all())) == []


def test_nobody_is_split_or_sent_into_danger(solved: list[Solved]) -> None:
    def whole(s: Solved) -> bool:
        going = s.ours.shelters[s.ours.placed]
        counted = s.ours.people.tolist() == [s.village.people[i] for i in s.ours.houses]
        inside = [h.contains(s.village.shelters[i]) for i in set(going.tolist()) for h in s.village.hazards]
        return counted and len(s.ours.shelters) == len(s.ours.houses) and not any(inside)

    assert _failing(solved, whole) == []


# ── Every way walked again ───────────────────────────────────────────────────────────────────────────────────


def _walks(each: Solved) -> Iterator[tuple[int, int, shapely.LineString]]:
    for at in np.flatnonzero(each.ours.placed).tolist():
        line = each.ours.line(at)
        assert line is not None, each.seed
        yield at, int(each.ours.shelters[at]), line


def test_no_way_enters_a_hazard_or_comes_back_into_one(solved: list[Solved]) -> None:
    def safe(s: Solved) -> bool:
        hazards = dict(enumerate(s.village.hazards))
        for at, _, line in _walks(s):
            home = s.village.houses[s.ours.houses[at]].centroid
            inside = frozenset(n for n, hazard in hazards.items() if hazard.contains(home))
            if left_at_end(line, hazards, inside) != frozenset():
                return False
        return True

    assert _failing(solved, safe) == []


def test_every_way_leads_from_the_house_to_its_shelter(solved: list[Solved]) -> None:
    def joined(s: Solved) -> bool:
        ends = (
            (s.village.houses[s.ours.houses[at]].centroid, s.village.shelters[shelter], line)
            for at, shelter, line in _walks(s)
        )
        return all(
            home.distance(Point(line.coords[0])) < TOUCH_M
            and there.distance(Point(line.coords[-1])) < TOUCH_M
            for home, there, line in ends
        )

    assert _failing(solved, joined) == []


def test_every_way_keeps_to_open_roads_between_its_legs(solved: list[Solved]) -> None:
    def on_roads(s: Solved) -> bool:
        open_roads = shapely.union_all([r for i, r in enumerate(s.village.roads) if i not in s.village.cut])
        along = open_roads.buffer(TOUCH_M)
        for at, _, line in _walks(s):
            ways = s.ours.ways
            legs = shapely.union_all(
                [
                    shapely.LineString([ways.start[at], ways.join[at]]),
                    shapely.LineString([ways.leave[at], ways.goal[at]]),
                ]
            )
            if line.difference(along).difference(legs.buffer(TOUCH_M)).length > TOUCH_M:
                return False
        return True

    assert _failing(solved, on_roads) == []


def test_metres_are_the_length_of_the_line_and_minutes_those_of_the_metres(solved: list[Solved]) -> None:
    def measured(s: Solved) -> bool:
        return all(
            _close(line.length, float(s.ours.ways.metres[at]))
            and (s.seed % 2 == 0 or _close(float(s.ours.seconds[at]) * WALK_KMH / 3.6, line.length))
            for at, _, line in _walks(s)
        )

    assert _failing(solved, measured) == []


# ── What may not get better by getting worse ─────────────────────────────────────────────────────────────────

SEEDS = st.integers(CASES, 1_000_000)
FRACTIONS = st.floats(0, 1)


@dataclass(frozen=True)
class Nearest:
    """The soonest way of every house to any shelter. joined : where houses come to a road; ends : where shelters do."""

    seconds: np.ndarray
    joined: np.ndarray
    ends: dict[int, tuple[float, float]]


def _nearest(made: Village) -> Nearest:
    """Return the soonest ways of all houses, whatever room there is."""
    everyone = replace(made, chosen=frozenset(range(len(made.houses))), capacity=[1000] * len(made.capacity))
    world, scenario = world_of(everyone), _scenario(everyone, WALK_KMH)
    here = case(world, scenario)
    travel = routing(world, scenario, here)
    if not travel.parts:  # no shelter is left
        return Nearest(np.full(len(made.houses), np.inf), np.full((len(made.houses), 2), np.nan), {})
    movers = travel.parts[0].movers
    feet = movers.shelter_joins.foot.tolist()
    ends = {shelter: (x, y) for shelter, (x, y) in zip(here.shelters.tolist(), feet, strict=True)}
    return Nearest(travel.soonest(0, np.zeros(travel.shelters))[0], movers.joins.foot, ends)


@given(seed=SEEDS, across=FRACTIONS, up=FRACTIONS, radius_m=st.floats(2, 150), long=st.floats(0.05, 1))
@settings(max_examples=60, deadline=None)
def test_one_more_hazard_makes_nobody_quicker_and_nobody_reachable(
    seed: int, across: float, up: float, radius_m: float, long: float
) -> None:
    """Who can no longer walk to the nearest road joins another, and that may lead there sooner: not counted here."""
    before = village(seed)
    west, south, east, north = shapely.total_bounds(before.roads)
    round_one = Point(west + across * (east - west), south + up * (north - south)).buffer(radius_m)
    after = replace(before, hazards=[*before.hazards, affinity.scale(round_one, 1, long)])
    then, now = _nearest(before), _nearest(after)
    moved = {shelter for shelter, foot in now.ends.items() if not _same(foot, then.ends[shelter])}
    if moved:  # no comparison of what a shelter's own road changed
        usable = [c if i not in moved else 0 for i, c in enumerate([1] * len(before.shelters))]
        before, after = (_without(each, usable) for each in (before, after))
        then, now = _nearest(before), _nearest(after)
    alike = np.isclose(then.joined, now.joined, rtol=0, atol=TOUCH_M).all(axis=1)
    assert (now.seconds[alike] >= then.seconds[alike] * (1 - _CLOSE)).all()


def _same(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return bool(np.allclose(a, b, rtol=0, atol=TOUCH_M, equal_nan=True))


def _without(made: Village, kept: list[int]) -> Village:
    """Return a village without the shelters that are marked with 0."""
    which = [i for i, keep in enumerate(kept) if keep]
    return replace(
        made, shelters=[made.shelters[i] for i in which], capacity=[made.capacity[i] for i in which]
    )


@given(seed=SEEDS, across=FRACTIONS, up=FRACTIONS, places=st.integers(0, 60), latest=st.booleans())
@settings(max_examples=60, deadline=None)
def test_one_more_shelter_leaves_nobody_worse_off_in_sum(
    *, seed: int, across: float, up: float, places: int, latest: bool
) -> None:
    before = village(seed)
    west, south, east, north = shapely.total_bounds(before.roads)
    another = Point(west + across * (east - west), south + up * (north - south))
    after = replace(before, shelters=[*before.shelters, another], capacity=[*before.capacity, places])
    then, now = _plan(before, latest=latest), _plan(after, latest=latest)
    assert _placed(now) >= _placed(then)
    if _placed(now) == _placed(then):
        assert now.assignment.value <= then.assignment.value * (1 + _CLOSE)


def _placed(made: Plan) -> int:
    return int(made.people[made.placed].sum())


# ── The same case, said in other ways ────────────────────────────────────────────────────────────────────────


def _alike(one: Plan, other: Plan) -> bool:
    return one.houses.tolist() == other.houses.tolist() and np.allclose(
        one.seconds, other.seconds, rtol=_CLOSE, equal_nan=True
    )


@pytest.mark.parametrize("seed", range(CASES, CASES + 30))
def test_a_world_planned_in_before_gives_what_a_new_one_gives(seed: int) -> None:
    """A hazard switched off is one that is not there; one drawn by hand, or made by widening, is one like others."""
    made = village(seed)
    kept, whole = world_of(made), _scenario(made, WALK_KMH)
    numbers = [FIRST_ID + i for i in range(len(made.hazards))]
    assert _alike(plan(kept, whole), _plan(made, WALK_KMH))
    for off in range(len(made.hazards)):
        less = replace(made, hazards=[h for i, h in enumerate(made.hazards) if i != off])
        named = tuple(n for i, n in enumerate(numbers) if i != off)
        switched = replace(whole, hazards=named)
        assert _alike(plan(kept, switched), _plan(less, WALK_KMH))
        drawn = replace(switched, floods=(made.hazards[off].wkt,))
        assert _alike(plan(kept, drawn), _plan(made, WALK_KMH))
    wider = replace(made, hazards=[h.buffer(7.5) for h in made.hazards])
    assert _alike(plan(kept, replace(whole, buffer_m=7.5)), _plan(wider, WALK_KMH))
