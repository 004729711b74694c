"""The window goes on turning while something enormous is drawn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from mingqing.desktop.jobs import DrawJob, Jobs, Lane
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.studio import Studio
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.project import create_project, open_project

from .conftest import EAST, NORTH, PASSWORD, USER, VILLAGES

STALL_S = 0.05
VERTICES = 500_000
EXTENT = EAST, NORTH, EAST + 2_000, NORTH + 1_500


@contextmanager
def watched() -> Iterator[Callable[[], float]]:
    """Measure the longest turn of the event loop, in seconds.

    A turn counts as long as the clock on the wall says, but no longer than this process was at work meanwhile: what
    holds the window up, be it its own work or a thread that keeps Python to itself, is at work. So a machine that is
    busy with something else fails nothing.
    """
    clocks = perf_counter, process_time
    last, longest = [clock() for clock in clocks], 0.0

    def turn() -> None:
        nonlocal last, longest
        now = [clock() for clock in clocks]
        longest = max(longest, min(b - a for a, b in zip(last, now, strict=True)))
        last = now

    timer = QTimer()
    timer.setInterval(1)
    timer.timeout.connect(turn)
    timer.start()
    yield lambda: longest
    timer.stop()


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def enormous(tmp_path: Path) -> Path:
    """A project with a wood of half a million vertices and ten thousand houses on one spot."""
    turn = np.linspace(0, 2 * np.pi, VERTICES)
    far = 500 + 200 * np.sin(40 * turn) + 20 * np.sin(40_000 * turn)
    ring = np.column_stack([EAST + 1_000 + far * np.cos(turn), NORTH + 750 + far * np.sin(turn)])
    code = next(iter(VILLAGES))
    path = tmp_path / "大.mingqing"
    with create_project(path, "大", user=USER, password=PASSWORD) as session:
        epsg = session.info.epsg
        house = shapely.box(EAST + 990, NORTH + 740, EAST + 1_010, NORTH + 760)
        houses = encode(np.full(10_000, house), epsg)
        with session.transaction("import", "试") as change:
            ids, villages = new_ids(10_001), [code] * 10_001
            wood = encode(np.array([shapely.polygons(ring)]), epsg)
            change.insert("land", ids[:1], {"village_code": villages[:1], "kind": ["林地"]}, wood)
            change.insert("house", ids[1:], {"village_code": villages[1:]}, houses)
    return path


def test_the_window_turns_while_half_a_million_vertices_are_drawn(
    qtbot: QtBot, jobs: Jobs, enormous: Path
) -> None:
    studio = Studio()
    jobs.on_leaving(Lane.DRAW, studio.close)
    jobs.use(open_project(enormous, user=USER, password=PASSWORD))
    canvas = Canvas(jobs, studio, frozenset({"village"}))
    qtbot.addWidget(canvas)
    canvas.resize(1000, 700)
    canvas.show()
    studio.warm_up()
    qtbot.waitUntil(studio.ready, timeout=60_000)
    canvas.show_project(EXTENT, "household")
    with watched() as longest:
        for factor, dx in ((1.0, 0), (0.5, 60), (6.0, -200)):
            canvas.zoom(factor)
            canvas.pan(dx, 0)
            qtbot.waitUntil(lambda: canvas.idle, timeout=60_000)
        assert longest() < STALL_S
    assert studio.apart
    assert canvas.frame is not None
    assert canvas.frame.counts["land"] == 1


def test_the_watch_sees_a_thread_that_keeps_python_to_itself(qtbot: QtBot, jobs: Jobs) -> None:
    done: list[int] = []
    with watched() as longest:
        jobs.start(DrawJob(lambda _session, _job: sum(range(30_000_000)), done=done.append))
        qtbot.waitUntil(lambda: bool(done), timeout=60_000)
        assert longest() > STALL_S
