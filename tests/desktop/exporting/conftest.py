"""One window with the two villages for all tests of a module: they look at its export page, and change no data."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mingqing.desktop.application import make_window
from mingqing.desktop.exporting import place
from mingqing.desktop.exporting.page import ExportPage
from mingqing.desktop.hints import bubble
from mingqing.desktop.jobs import DrawJob, ExportJob, KeepJob, ReadJob, WriteJob
from mingqing.desktop.map import studio
from mingqing.desktop.settings import Settings
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import PASSWORD, USER
from tests.desktop.printing.conftest import spin
from tests.export.postgis.conftest import county, server  # noqa: F401 - fixtures


@pytest.fixture(scope="module")
def shared(_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """The window, with its threads started: they outlive a test."""
    folder = Path(shutil.copytree(_master, tmp_path_factory.mktemp("导出") / _master.name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio, "_SLOW_S", 1e9)
        patch.setattr(bubble, "_PAUSE_MS", 10**8)
        patch.setenv("MINGQING_SETTINGS", str(tmp_path_factory.mktemp("computer")))
        window = make_window(
            Settings(path=tmp_path_factory.mktemp("settings") / "window.json", appearance="light")
        )
        window.resize(1366, 768)
        window.show()
        window.open_now(folder, USER, PASSWORD)
        spin(lambda: window.session is not None)
        for kind in (ReadJob, DrawJob, WriteJob, KeepJob, ExportJob):
            window.jobs.start(kind(lambda _session, _job: None, done=lambda _: None))
        spin(lambda: not window.jobs.busy() and window.explorer.canvas.at_rest)
        yield window
        window.close()
        window.deleteLater()


def settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing is under way and the page shows what is chosen."""
    page = window.exporting.page
    qtbot.waitUntil(lambda: not window.jobs.busy() and not page.pause.isActive(), timeout=30_000)
    qtbot.wait(1)


@pytest.fixture
def page(
    qtbot: QtBot, shared: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ExportPage]:
    """The export page as it is when it is opened the first time; files go to a folder of the test."""
    monkeypatch.setattr(place, "usual_folder", lambda: tmp_path / "民情导出")
    bugs: list[object] = []
    shared.jobs.crashed.connect(bugs.append)
    shared.settings.exporting.clear()
    shared.explorer.show_village("")
    shared.actions_["export"].trigger()
    made = shared.exporting.page
    settled(qtbot, shared)
    yield made
    settled(qtbot, shared)
    shared.jobs.crashed.disconnect(bugs.append)
    made.left.emit()
    shared.explorer.selection.forget()
    assert not bugs
