"""What a pan takes on the window's own canvas, until all of the screen is of the new view, signs and labels too.

Arguments: project, role, theme. Each request names a view; the answer has the seconds of that view drawn anew, of a
pan to it by half a screen once what lies around has been drawn ahead, and of one made at once, before that.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop

from benchmarks.county import account
from benchmarks.drawn.ours import as_role
from mingqing.desktop.application import application
from mingqing.desktop.jobs import Jobs, Lane
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.studio import Studio
from mingqing.desktop.map.view import View
from mingqing.store.project import open_project
from mingqing.store.session import Session

_LONGEST_S = 60


def main() -> None:
    """Answer until there is no request any more."""
    project, role, theme = sys.argv[1:]
    user, password = account()
    application()
    with (
        open_project(Path(project), user=user, password=password) as opened,
        as_role(opened, role) as session,
    ):
        jobs, studio = Jobs(), Studio()
        jobs.on_leaving(Lane.DRAW, studio.close)
        jobs.use(session)
        studio.warm_up()
        canvas: Canvas | None = None
        for line in sys.stdin:
            request = json.loads(line)
            canvas = canvas or _shown(Canvas(jobs, studio, _ground(session)), request["size"], session, theme)
            print(json.dumps(_measured(canvas, request)), flush=True)
        jobs.close()
        if canvas is not None:
            canvas.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _ground(session: Session) -> frozenset[str]:
    return frozenset(session.catalog.layers["base"].tables)


def _shown(canvas: Canvas, size: tuple[int, int], session: Session, theme: str) -> Canvas:
    canvas.resize(*size)
    canvas.show()
    canvas.show_project(session.extent(), theme)
    _until(lambda: canvas.idle)
    return canvas


def _measured(canvas: Canvas, request: Mapping[str, Any]) -> dict[str, float]:
    (x, y), metres = request["center"], request["m_per_px"]
    half_px = canvas.width() / 2
    here, beside = View(x, y, metres), View(x + half_px * metres, y, metres)
    answer = {"anew": _anew(canvas, here)}
    for title, rests in ("rested", True), ("at once", False):
        _anew(canvas, beside)
        if rests:
            _until(lambda: canvas.idle)
        answer[title] = _timed(canvas, lambda: canvas.pan(half_px, 0))
    return answer


def _anew(canvas: Canvas, view: View) -> float:
    """Return the seconds of a view of which nothing is drawn yet."""
    canvas.go(view)
    return _timed(canvas, canvas.redraw)


def _timed(canvas: Canvas, do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    _until(lambda: canvas.complete)
    canvas.repaint()
    return time.perf_counter() - began


def _until(said: Callable[[], bool]) -> None:
    end = time.perf_counter() + _LONGEST_S
    while not said():
        if time.perf_counter() > end:
            raise TimeoutError
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(0.0005)


if __name__ == "__main__":
    main()
