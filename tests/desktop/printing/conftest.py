"""One window with the two villages for all tests of a module: they look at its print page, and change no data."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from mingqing.desktop.application import make_window
from mingqing.desktop.hints import bubble
from mingqing.desktop.jobs import DrawJob, KeepJob, PrintJob, ReadJob, WriteJob
from mingqing.desktop.map import studio
from mingqing.desktop.printing.page import PrintPage
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import PASSWORD, USER

HERE, THERE = "331124204202", "331124204203"


def spin(done: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    for _ in range(20_000):
        if done():
            return
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents()
        _nap()
    raise AssertionError


def _nap() -> None:
    from PySide6.QtCore import QThread

    QThread.msleep(1)


@pytest.fixture(scope="module")
def folder(_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the module's window."""
    return Path(shutil.copytree(_master, tmp_path_factory.mktemp("打印") / _master.name))


@pytest.fixture(scope="module")
def shared(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """The window, with its threads started: they outlive a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio, "_SLOW_S", 1e9)
        patch.setattr(studio.Studio, "start", lambda *_: None)  # documents are made here: see test_making
        patch.setattr(bubble, "_PAUSE_MS", 10**8)
        patch.setenv("MINGQING_SETTINGS", str(tmp_path_factory.mktemp("computer")))
        window = make_window(
            Settings(path=tmp_path_factory.mktemp("settings") / "window.json", appearance="light")
        )
        window.resize(1366, 768)
        window.show()
        window.open_now(folder, USER, PASSWORD)
        spin(lambda: window.session is not None)
        for kind in (ReadJob, DrawJob, WriteJob, KeepJob, PrintJob):
            window.jobs.start(kind(lambda _session, _job: None, done=lambda _: None))
        spin(lambda: not window.jobs.busy() and window.explorer.canvas.at_rest)
        window.explorer.show_village(HERE)
        yield window
        window.close()
        window.deleteLater()


@pytest.fixture
def page(qtbot: QtBot, shared: MainWindow) -> Iterator[PrintPage]:
    """The print page, as it is when it is opened, drawn and looked through."""
    bugs: list[object] = []
    shared.jobs.crashed.connect(bugs.append)
    shared.settings.printing.clear()
    shared.actions_["print"].trigger()
    made = shared.printing.page
    settled(qtbot, shared)
    yield made
    settled(qtbot, shared)
    shared.jobs.crashed.disconnect(bugs.append)
    made.left.emit()
    made.banner.clear()
    assert not bugs


def settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing is under way and the page is sharp."""
    timer = window.printing.page.view._settle

    def resting() -> bool:
        return not window.jobs.busy() and not timer.isActive()

    qtbot.waitUntil(resting, timeout=15_000)


@pytest.fixture
def still(qtbot: QtBot, shared: MainWindow) -> Callable[[], None]:
    """Wait until the page on screen is the one asked for."""
    return lambda: settled(qtbot, shared)
