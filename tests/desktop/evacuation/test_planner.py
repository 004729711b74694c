"""Cases are answered off the UI thread, the latest wins, and what cannot be answered is said."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mingqing.core.errors import Cancelled, InputRefused
from mingqing.desktop.evacuation.case import Case
from mingqing.desktop.evacuation.ground import Ground
from mingqing.desktop.evacuation.outcome import Outcome
from mingqing.desktop.evacuation.planner import Planner
from mingqing.desktop.jobs import Jobs
from mingqing.evacuation.model import Hazards, Roads, Shelters
from mingqing.evacuation.scenario import Scenario
from mingqing.store.edit import Changed


def empty_ground() -> Ground:
    none, shapes = np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    hazards = Hazards(none, [], [], [], [], np.empty(0, dtype=bool), shapes, [])
    shelters = Shelters(none, [], np.empty((0, 2)), none, [])
    roads = Roads(none, shapes, np.empty(0), [], [], [], [])
    return Ground(hazards, shelters, roads, None)


class Slow:
    """Answers when it is let to, unless it is told to stop."""

    def __init__(self) -> None:
        self.grounds = 0
        self.asked: list[Scenario] = []
        self.stopped: list[Scenario] = []
        self.free = threading.Event()

    def ground(self, _session: Any, _stop: Callable[[], bool]) -> Ground:
        self.grounds += 1
        return empty_ground()

    def answer(
        self,
        _session: Any,
        _ground: Ground,
        scenario: Scenario,
        stop: Callable[[], bool],
    ) -> Outcome:
        self.asked.append(scenario)
        if scenario.hazards == (13,):
            raise InputRefused("没有这处隐患点")
        while not self.free.wait(0.005):
            if stop():
                self.stopped.append(scenario)
                raise Cancelled("停")
        return Outcome(scenario)


@pytest.fixture
def engine() -> Slow:
    return Slow()


@pytest.fixture
def planner(qtbot: QtBot, qapp: QApplication, engine: Slow) -> Iterator[Planner]:
    jobs = Jobs()
    made = Planner(jobs, Case(), engine)
    made.begin()
    qtbot.waitUntil(lambda: made.ground is not None and not jobs.busy())
    yield made
    engine.free.set()
    jobs.close()


def case(planner: Planner) -> Case:
    return planner._case


def test_the_latest_case_wins_and_the_one_before_is_stopped(
    planner: Planner, engine: Slow, qtbot: QtBot
) -> None:
    case(planner).choose([1])
    qtbot.waitUntil(lambda: len(engine.asked) == 1)
    case(planner).choose([2])
    qtbot.waitUntil(lambda: len(engine.stopped) == 1)
    engine.free.set()
    qtbot.waitUntil(lambda: planner.outcome is not None)
    assert planner.outcome is not None
    assert planner.outcome.scenario.hazards == (2,)
    assert not planner.busy


def test_nothing_happens_where_nothing_is_chosen(planner: Planner, engine: Slow, qtbot: QtBot) -> None:
    engine.free.set()
    case(planner).choose([1])
    qtbot.waitUntil(lambda: planner.outcome is not None)
    case(planner).choose([])
    assert planner.outcome is None
    assert len(engine.asked) == 1


def test_why_there_is_no_plan_is_said(planner: Planner, qtbot: QtBot) -> None:
    with qtbot.waitSignal(planner.failed) as told:
        case(planner).choose([13])
    assert told.args == ["没有这处隐患点"]
    assert not planner.busy


def test_the_ground_is_read_anew_where_rows_that_matter_are_changed(
    planner: Planner, engine: Slow, qtbot: QtBot
) -> None:
    planner.follow(Changed(1, "走访", {"visit": frozenset({1})}))
    planner.follow(Changed(2, "修改道路", {"road": frozenset({1})}))
    qtbot.waitUntil(lambda: engine.grounds == 2)
    planner.rest()
    planner.follow(Changed(3, "修改道路", {"road": frozenset({1})}))
    qtbot.wait(20)
    assert engine.grounds == 2  # not before the page is open again
    planner.begin()
    qtbot.waitUntil(lambda: engine.grounds == 3)


def test_a_cut_is_mended_near_to_where_it_was_made() -> None:
    made = Case()
    assert made.cut((100.0, 100.0), 5.0)
    assert made.cut((120.0, 100.0), 5.0)
    assert not made.cut((103.0, 100.0), 5.0)
    assert made.scenario.cuts == ((120.0, 100.0),)


def test_a_house_is_locked_to_one_shelter_at_a_time() -> None:
    made = Case()
    made.lock(1, 10)
    made.lock(2, 10)
    made.lock(1, 11)
    assert made.scenario.locks == ((2, 10), (1, 11))
    made.lock(2, None)
    assert made.scenario.locks == ((1, 11),)


def test_drawn_floods_are_taken_away_one_by_one() -> None:
    made = Case()
    for x in (0, 10, 20):
        made.flood(shapely.box(x, 0, x + 5, 5))
    made.lift_flood(1)
    assert [shapely.from_wkt(w).bounds[0] for w in made.scenario.floods] == [0.0, 20.0]
