"""How long it takes until a form is on screen, against QGIS's form of the same house.

    python -m benchmarks.forms [--project DIR] [--villages 401] [--rounds 15]

Ours in the window, offscreen, from the order to the painted form: what is stored read by a job, lists to choose from,
the rows that belong to it. QGIS paints the fields of the house alone. Its houses are a plain SpatiaLite file. The
sides take turns, each in one process that runs on.

A project to take is opened with the account in MINGQING_USER and MINGQING_PASSWORD; what is measured is a copy.
"""

import argparse
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, QEventLoop

from benchmarks.county import account, county
from benchmarks.drawn.plain import export_tables, layer_name
from benchmarks.drawn.sides import Side, qgis_python
from mingqing.catalog.style import Shape
from mingqing.desktop.application import make_window
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project

_TABLES = ("house", "household", "resident", "key_person", "hazard")
_MOST_MS = 100.0
_GIVEN_UP_S = 120.0
_PAUSE_S = 0.0005  # a loop that never rests would keep Python from the threads it waits for


def main() -> None:
    """Open forms, and print how long they took."""
    parser = argparse.ArgumentParser(prog="benchmarks.forms", description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, help="a project to take instead of one that is generated")
    parser.add_argument("--villages", type=int, default=401, help="of the county that is generated")
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    user, password = account()
    with TemporaryDirectory(prefix="mingqing-benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        os.environ["MINGQING_SETTINGS"] = str(folder)
        made = chosen.project or county(folder / "county.mingqing", chosen.villages, (user, password))
        copy = Path(shutil.copytree(made, folder / "copy.mingqing"))
        with open_project(copy, user=user, password=password) as session:
            plain = export_tables(session, ["house"], folder / "plain.sqlite")
            ids = {t: [i for (i,) in session.rows(t, ["id"])[: 20 * chosen.rounds : 20]] for t in _TABLES}
        theirs = _qgis(plain, folder)
        if theirs is not None:
            stack.enter_context(theirs)
        window = make_window(Settings(path=None))
        window.resize(1366, 768)
        window.show()
        try:
            window.open_now(copy, user, password)
            _wait(
                lambda: window.session is not None and window.explorer.canvas.idle and not window.jobs.busy()
            )
            _compare(window, ids, theirs)
        finally:
            window.close()


def _qgis(plain: Path, folder: Path) -> Side | None:
    python = qgis_python()
    if python is None:
        print("QGIS's Python library is not installed (package python3-qgis): nothing to compare with.")
        return None
    script = Path(__file__).parent / "edited" / "forms.py"
    command = [python, str(script), str(plain), layer_name("house", Shape.POLYGON)]
    return Side("QGIS", command, {"QGIS_CUSTOM_CONFIG_PATH": str(folder), "QT_QPA_PLATFORM": "offscreen"})


def _compare(window: MainWindow, ids: dict[str, list[int]], theirs: Side | None) -> None:
    ours: defaultdict[str, list[float]] = defaultdict(list)
    other: list[float] = []
    for table, rows in ids.items():
        for number, row in enumerate(rows):
            ours[table].append(_open(window, table, row))
            if table == "house" and theirs is not None:
                other.append(theirs.ask({"row": number})["wall"] * 1000)
    print(f"{'ms':12}{'median':>8}{'p95':>8}{'target':>8}{'QGIS':>8}{'ratio':>8}")
    for table, took in ours.items():
        line = f"{table:12}{median(took):8.0f}{quantiles(took, n=20)[-1]:8.0f}{_MOST_MS:8.0f}"
        if table == "house" and other:
            line += f"{median(other):8.0f}{median(took) / median(other):8.2f}"
        print(line, flush=True)


def _open(window: MainWindow, table: str, row: int) -> float:
    """Return how many milliseconds passed until the form of a row was painted."""
    form, shown = window.explorer.form, []
    started = time.perf_counter()
    form.open(table, row)
    assert form.section is not None  # noqa: S101 - it was just opened
    form.section.shown.connect(lambda *_: shown.append(True))
    _wait(lambda: bool(shown))
    form.repaint()
    took = (time.perf_counter() - started) * 1000
    _wait(lambda: not window.jobs.busy())
    return took


def _wait(until: Callable[[], bool]) -> None:
    end = time.perf_counter() + _GIVEN_UP_S
    while not until():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(_PAUSE_S)
        if time.perf_counter() > end:
            raise TimeoutError


if __name__ == "__main__":
    main()
