"""How long an evacuation takes to plan, step by step, and how long pgRouting takes for one of the steps.

    python -m benchmarks.evacuation [--project DIR] [--villages 401] [--andorra DIR] [--rounds 5]

All hazards are active; everybody whose house one of them meets has to leave. "nearest shelter" is asked for every
house of the county, whether it has to leave or not: the soonest safe way to any shelter, searched anew each time.
pgRouting is asked the same of the same pieces of road, access legs and seconds (`pgr_drivingDistance` from all
shelters, equicost), and the time counts that its server says it took. The answers are compared node by node.
"after a click" is the plan of one village once one more hazard is switched off.

A project to take is opened with the account in MINGQING_USER and MINGQING_PASSWORD. --andorra is a folder with roads
and buildings of OpenStreetMap in place of a county: a village of its own for each square of 5 km, with shelters and
hazards put in at random, the same every time.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from benchmarks.county import account, county
from benchmarks.evacuated.andorra import andorra
from benchmarks.evacuated.pgrouting import Edges, PgRouting, pgrouting
from mingqing.evacuation.case import case
from mingqing.evacuation.gather import world
from mingqing.evacuation.model import Mode, Seconds
from mingqing.evacuation.planning import Plan, plan
from mingqing.evacuation.routing.search import Movers
from mingqing.evacuation.routing.setup import movers
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World
from mingqing.store.project import open_project

_MOST_S = {"network": 3.0, "whole plan": 10.0, "one village": 0.2, "after a click": 0.2}
_MOST_RATIO = 0.1
_SAME = 1e-6
T = TypeVar("T")


def main() -> None:
    """Measure, and print each step beside what it may take."""
    parser = argparse.ArgumentParser(prog="benchmarks.evacuation", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the one that is generated")
    parser.add_argument(
        "--andorra", type=Path, help="a folder of OpenStreetMap's roads and buildings instead"
    )
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    here = andorra(chosen.andorra) if chosen.andorra else _county(chosen.project, chosen.villages)
    network = here.network
    print(f"{len(network.xy):,} junctions, {len(network.tail):,} edges of {len(network.roads):,} roads")
    print(f"{len(here.houses):,} houses, {len(here.shelters):,} shelters, {len(here.hazards):,} hazards")
    _line("network", here.seconds, "once")
    _nearest(here, chosen.rounds)
    _plans(here, chosen.rounds)


def _county(project: Path | None, villages: int) -> World:
    known = account()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        there = project or county(Path(name) / "county.mingqing", villages, known)
        with open_project(there, user=known[0], password=known[1]) as session:
            made, seconds = _timed(lambda: world(session, on=date(2026, 6, 1)))
    _line("read and built", seconds, "the network within")
    return made


# ── The nearest shelter of every house ───────────────────────────────────────────────────────────────────────


def _nearest(here: World, rounds: int) -> None:
    """Compare one search for all houses with pgRouting's."""
    scenario = Scenario()
    of_all = case(here, scenario)
    everyone = np.arange(len(here.houses))
    of_all = replace(of_all, houses=everyone, people=here.houses.people)
    made, joined_s = _timed(lambda: movers(here, scenario, of_all, Mode.FOOT))
    _line(
        "joins", joined_s, f"{len(everyone):,} houses to roads, roads cut at {len(of_all.danger):,} hazards"
    )
    _, states_s = _timed(lambda: (made.graph, made.starts))
    _line("graph", states_s, f"{made.graph.states:,} states of {len(made.ground.pieces):,} pieces")
    takes, ours_s = _median(lambda: _searched(made), rounds)
    reached = np.isfinite(takes).mean()
    _line("nearest shelter", ours_s, f"of every house; {reached:.0%} have a safe way")
    known = pgrouting()
    if known is None:
        print("pgRouting is not installed (packages postgresql, pgrouting): nothing to compare with.")
        return
    with known as theirs:
        _compare(made, takes, theirs, ours_s, rounds)


def _searched(made: Movers) -> Seconds:
    """Return the seconds of all houses, looked for anew."""
    made.__dict__.pop("freely", None)
    return made.soonest(np.zeros(made.graph.shelters))[0]


def _compare(made: Movers, takes: Seconds, theirs: PgRouting, ours_s: float, rounds: int) -> None:
    edges, first, roots = _edges(made)
    theirs.load(edges)
    nodes = first + len(takes)
    asked = median(theirs.seconds(roots) for _ in range(rounds))
    ratio = ours_s / asked
    miss = "" if ratio <= _MOST_RATIO else " MISSED"
    _line("pgRouting", asked, f"{nodes:,} nodes, {len(edges.tail):,} edges, {len(roots):,} shelters")
    print(f"ours takes {ratio:.4f} × as long (at most {_MOST_RATIO:g} × is wanted){miss}")
    ours = np.concatenate([made.freely.seconds[:first], takes])
    least = theirs.least(roots, nodes)
    print(f"differing by more than {_SAME:g}: {_differing(ours, least):,} of {nodes:,} nodes")
    worse = _differing(ours, theirs.distances(roots, nodes))
    print(
        f"(with equicost pgRouting itself says more than the least at {worse:,} nodes: compared from one root)"
    )


def _differing(ours: Seconds, theirs: Seconds) -> int:
    both = np.isfinite(ours) & np.isfinite(theirs)
    far = np.abs(ours[both] - theirs[both]) > _SAME * np.maximum(ours[both], theirs[both])
    return int(far.sum() + (np.isfinite(ours) != np.isfinite(theirs)).sum())


def _edges(made: Movers) -> tuple[Edges, int, list[int]]:
    """Return what one may walk along, backwards from shelters; from which node on houses are; where shelters are.

    A piece of road is one edge with two costs, as pgRouting likes it. Houses are leaves, one edge a way to set out.
    """
    graph, starts, steps = made.graph, made.starts, made.graph.steps
    first = graph.states + graph.shelters
    forth, back = made.piece_s
    off_road = steps.piece < 0  # from a set of hazards to a lesser one, and from the road to a shelter
    many, more = int(off_road.sum()), len(starts.state)
    closed = np.full(many + more, np.inf)
    edges = Edges(
        tail=np.concatenate([graph.head, steps.target[off_road], starts.state]),
        head=np.concatenate([graph.tail, steps.source[off_road], first + starts.house]),
        forth=np.concatenate([forth, steps.seconds[off_road], starts.seconds]),
        back=np.concatenate([back, closed]),
    )
    roots = graph.states + np.flatnonzero(made.ground.pieces.shelters >= 0)
    return edges, first, roots.tolist()


# ── Plans ────────────────────────────────────────────────────────────────────────────────────────────────────


def _plans(here: World, rounds: int) -> None:
    whole, seconds = _timed(lambda: plan(here, Scenario()))
    _line("whole plan", seconds, _told(whole))
    print(f"{'':18}of it ways {whole.paths_s:.2f} s, assignment {whole.assign_s:.2f} s")
    village = _middling(here)
    alone = Scenario(villages=(village,))
    made, seconds = _median(lambda: plan(here, alone), rounds)
    _line("one village", seconds, _told(made))
    every = np.flatnonzero(~here.hazards.closed)
    near = [i for i in every.tolist() if here.hazards.villages[i] == village][:rounds]
    clicks = [tuple(here.hazards.ids[every[every != i]].tolist()) for i in near or every[:rounds].tolist()]
    taken = [_timed(lambda ids=ids: plan(here, replace(alone, hazards=ids)))[1] for ids in clicks]  # type: ignore[misc]
    _line("after a click", median(taken), f"longest {max(taken):.3f} s of {len(taken)}")


def _middling(here: World) -> str:
    """Return, of the villages with a shelter where houses have to leave, the one with the middling number of them."""
    leaving, able = case(here, Scenario()).houses.tolist(), {*here.shelters.villages} - {None}
    villages = [here.houses.villages[i] for i in leaving]
    codes, count = np.unique([code for code in villages if code in able], return_counts=True)
    return str(codes[np.argsort(count, kind="stable")[len(codes) // 2]])


def _told(made: Plan) -> str:
    found = made.assignment
    return (
        f"{len(made):,} houses, {int(made.people.sum()):,} people; {int(made.placed.sum()):,} houses placed, "
        f"{int(found.unreachable.sum()):,} without a safe way, {int(found.short.sum()):,} without room; "
        f"gap {found.gap:.4%}"
    )


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    done = work()
    return done, time.perf_counter() - started


def _median(work: Callable[[], T], rounds: int) -> tuple[T, float]:
    made = [_timed(work) for _ in range(rounds)]
    return made[-1][0], median(seconds for _, seconds in made)


def _line(title: str, seconds: float, remark: str) -> None:
    most = _MOST_S.get(title)
    limit = "" if most is None else f" (at most {most:g} s){' MISSED' if seconds > most else ''}"
    print(f"{title:18}{seconds:8.3f} s{limit}  {remark}", flush=True)


if __name__ == "__main__":
    main()
