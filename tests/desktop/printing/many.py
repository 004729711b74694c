"""One window for all tests of a module: villages to make pages of, and hands on the sheets that make them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTreeWidgetItem

from mingqing.desktop.application import make_window
from mingqing.desktop.hints import bubble
from mingqing.desktop.jobs import Job, Lane
from mingqing.desktop.map import studio
from mingqing.desktop.printing.many import ManySheet, sheets_of
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import PASSWORD, USER

S = TypeVar("S", bound=ManySheet)
HERE, THERE = "331124204202", "331124204203"


@pytest.fixture(scope="module")
def shared(
    _master: Path, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """The main window with the two villages on screen."""
    folder = tmp_path_factory.mktemp("shared")
    project = Path(shutil.copytree(_master, folder / _master.name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio, "_SLOW_S", 1e9)
        patch.setattr(bubble, "_PAUSE_MS", 10**8)
        patch.setenv("HOME", str(folder))
        window = make_window(Settings(path=folder / "window.json", appearance="light"))
        window.resize(1366, 768)
        window.show()
        window.open_now(project, USER, PASSWORD)
        rest(window)
        for lane in Lane:  # every thread is there before the first test, and none is left behind by one
            _warm(window, lane)
        rest(window)
        yield window
        window.explorer.form.give_up()
        window.close()


def _warm(window: MainWindow, lane: Lane) -> None:
    job: Job[None] = Job(lambda _session, _job: None, done=lambda _: None)
    job.lane = lane  # type: ignore[misc]
    window.jobs.start(job)


def rest(window: MainWindow) -> None:
    """Wait until nothing is under way."""
    for _ in range(3_000):
        if window.session is not None and not window.jobs.busy() and window.explorer.canvas.at_rest:
            return
        QTest.qWait(5)
    raise AssertionError("never at rest")


def opened(window: MainWindow, name: str, kind: type[S]) -> S:
    """Open a sheet by its entry in the menu."""
    window.actions_[name].trigger()
    (sheet,) = (s for s in sheets_of(window) if isinstance(s, kind))
    return sheet


def press(sheet: ManySheet, words: str) -> None:
    """Click on a button that can be seen and pressed."""
    (found,) = (b for b in sheet.findChildren(QPushButton) if b.isVisible() and b.text().strip() == words)
    assert found.isEnabled()
    found.click()


def leaf(sheet: ManySheet, name: str) -> QTreeWidgetItem:
    """Return the line of a village, or of a township."""
    tree = sheet.villages.tree
    towns = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    lines = [*towns, *(town.child(n) for town in towns for n in range(town.childCount()))]
    return next(line for line in lines if line.text(0).startswith(name))
