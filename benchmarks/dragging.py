"""How late frames are while the map is dragged and something is being drawn all the time.

    python -m benchmarks.dragging [--project DIR] [--villages 401] [--frames 300]

A hand moves every 16 ms; a frame is as late as the time from that moment until the window has painted it. Every third
of a second all has to be drawn anew, so that a drawing is always under way: in a thread of the window's process and in
a process of its own (docs/decisions/0024), in turns. "held" leaves out what a busy machine adds: a frame counts no
longer than this process was at work meanwhile. Offscreen, or on the X server in DISPLAY with QT_QPA_PLATFORM=xcb.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from benchmarks.county import account, county

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer

from mingqing.desktop.application import application
from mingqing.desktop.jobs import Jobs, Lane
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.drawing import draw
from mingqing.desktop.map.frame import Draw
from mingqing.desktop.map.studio import Studio
from mingqing.desktop.map.view import View
from mingqing.store.project import open_project
from mingqing.store.session import Session

_FRAME_S, _MOST_MS = 0.016, 16.0
_SIZE = 1600, 1000
_ANEW_EVERY, _TURN_EVERY = 20, 60  # frames
_STEP = 16.0, 7.0  # logical pixels a frame
_WIDTHS_M = {"10 km": 10_000.0, "1.6 km": 1_600.0}


def main() -> None:
    """Drag at three scales in both ways and print how late frames were."""
    parser = argparse.ArgumentParser(prog="benchmarks.dragging", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the county that is generated")
    parser.add_argument("--frames", type=int, default=300)
    chosen = parser.parse_args()
    known = account()
    application()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name:
        project = chosen.project or county(Path(name) / "county.mingqing", chosen.villages, known)
        with open_project(project, user=known[0], password=known[1]) as session:
            for way, apart in (("thread", False), ("process", True)):
                with _canvas(session, apart=apart) as canvas:
                    _drag_everywhere(canvas, session, way, chosen.frames)
    print(f"95 % of frames are to be at most {_MOST_MS:g} ms late")


@contextmanager
def _canvas(session: Session, *, apart: bool) -> Iterator[Canvas]:
    """Show a canvas that is drawn for by a thread, or by a process that is ready."""
    jobs, studio = Jobs(), Studio()
    jobs.use(session.clone())
    jobs.on_leaving(Lane.DRAW, studio.close)
    way: Draw = draw
    if apart:
        way = studio
        studio.warm_up()
        _turn_until(studio.ready)
    canvas = Canvas(jobs, way, frozenset())
    canvas.resize(*_SIZE)
    canvas.show()
    yield canvas
    canvas.close()
    jobs.close()


def _drag_everywhere(canvas: Canvas, session: Session, way: str, frames: int) -> None:
    extent = session.extent("village")
    if extent is None:
        raise SystemExit("the project has no villages")
    canvas.show_project(extent, "household")
    middle = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
    for title, width in {"county": 0.0, **_WIDTHS_M}.items():
        if width:
            canvas.go(View(*middle, width / _SIZE[0]))
        _turn_until(lambda: canvas.at_rest)
        late, held = _dragged(canvas, frames)
        print(f"{title:8} {way:8} late {_figures(late)}   held {_figures(held)}", flush=True)


def _dragged(canvas: Canvas, frames: int) -> tuple[list[float], list[float]]:
    """Drag and return how late each frame was, in milliseconds, by the wall clock and at most by work done."""
    late, held = list[float](), list[float]()
    due, worked = perf_counter() + _FRAME_S, process_time()

    def move() -> None:
        nonlocal due, worked
        begun = perf_counter()
        way = 1 if len(late) // _TURN_EVERY % 2 else -1
        if len(late) % _ANEW_EVERY == 0:
            canvas.redraw()
        canvas.pan(way * _STEP[0], way * _STEP[1])
        canvas.repaint()
        now = perf_counter()
        late.append((now - min(due, begun)) * 1000)
        held.append(min(late[-1], (process_time() - worked) * 1000))
        worked = process_time()
        while due < now:
            due += _FRAME_S

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(round(_FRAME_S * 1000))
    timer.timeout.connect(move)
    timer.start()
    _turn_until(lambda: len(late) >= frames)
    timer.stop()
    return late, held


def _figures(ms: list[float]) -> str:
    return f"median {np.median(ms):5.1f}  95 % {np.percentile(ms, 95):5.1f}  worst {max(ms):6.1f} ms"


def _turn_until(done: Callable[[], bool]) -> None:
    """Let the window run until `done()`."""
    loop, timer = QEventLoop(), QTimer()
    timer.setInterval(5)
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start()
    loop.exec()
    timer.stop()


if __name__ == "__main__":
    main()
