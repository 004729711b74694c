"""A table is dragged out of the window: from the legend, from the list of rows; its file is there and valid."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyogrio
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mingqing.core.errors import InputRefused
from mingqing.desktop.exporting import page as pages
from mingqing.desktop.exporting import private
from mingqing.desktop.exporting.dragging import DragOut
from mingqing.desktop.window import MainWindow
from mingqing.store.log import entries
from mingqing.store.project import open_project
from tests.desktop.conftest import PASSWORD, USER

HERE = "331124204202"
FAR = QPoint(60, 40)


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that are dragged; no window manager takes part."""
    found: list[Path] = []

    def drag(self: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
        found.extend(Path(url.toLocalFile()) for url in self.mimeData().urls())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drag)
    return found


@pytest.fixture
def out(qtbot: QtBot, shared: MainWindow) -> Iterator[DragOut]:
    """What makes the files; the village on screen is 小竹溪村."""
    shared.explorer.show_village(HERE)
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=15_000)
    made = shared.exporting.dragging
    before = made.held
    yield made
    qtbot.waitUntil(lambda: not shared.jobs.busy(), timeout=15_000)
    made.held = before
    made.ready.hide()
    shared.explorer.banner.clear()
    assert QApplication.overrideCursor() is None


def pull_from_legend(qtbot: QtBot, window: MainWindow, table: str) -> None:
    switch = window.explorer.legend.switch_of(table)
    start = QPoint(12, switch.height() // 2)
    qtbot.mousePress(switch, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.3, 1.0):
        qtbot.mouseMove(switch, start + FAR * part)
    qtbot.mouseRelease(switch, Qt.MouseButton.LeftButton, pos=start + FAR)


def test_a_table_is_carried_out_of_the_legend_while_the_mouse_is_held(
    qtbot: QtBot, shared: MainWindow, out: DragOut, carried: list[Path]
) -> None:
    out.held = lambda: True
    pull_from_legend(qtbot, shared, "house")
    qtbot.waitUntil(lambda: bool(carried), timeout=15_000)
    (path,) = carried
    assert path.name == "农房-小竹溪村.gpkg"
    assert pyogrio.read_info(path, layer="house")["features"] == 6
    assert shared.explorer.legend.switch_of("house").isChecked()
    assert not out.ready.isVisible()


def test_a_file_that_comes_too_late_waits_to_be_taken(
    qtbot: QtBot, shared: MainWindow, out: DragOut, carried: list[Path]
) -> None:
    out.held = lambda: False
    pull_from_legend(qtbot, shared, "house")
    qtbot.waitUntil(out.ready.isVisible, timeout=15_000)
    assert not carried
    assert out.ready.said.text() == "已备好，可拖走"
    chip = out.ready.chip
    start = chip.rect().center()
    qtbot.mousePress(chip, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(chip, start + FAR)
    qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton, pos=start + FAR)
    assert carried == [chip.path]
    assert carried[0].is_file()


def test_a_click_in_the_legend_still_switches_a_table(qtbot: QtBot, shared: MainWindow, out: DragOut) -> None:
    switch = shared.explorer.legend.switch_of("house")
    for on in (False, True):
        qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(12, switch.height() // 2))
        assert switch.isChecked() is on
    assert not out.ready.isVisible()


def test_the_list_of_rows_is_dragged_out_too_and_by_keyboard_made_ready(
    qtbot: QtBot, shared: MainWindow, out: DragOut, carried: list[Path]
) -> None:
    shared.actions_["table"].setChecked(True)
    shared.explorer.tables.bar.choose("household")
    handing = shared.explorer.tables.bar.handing
    out.held = lambda: True
    start = handing.rect().center()
    qtbot.mousePress(handing, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(handing, start + FAR)
    qtbot.mouseRelease(handing, Qt.MouseButton.LeftButton, pos=start + FAR)
    qtbot.waitUntil(lambda: bool(carried), timeout=15_000)
    assert [path.name for path in carried] == ["住户-小竹溪村.gpkg"]
    out.held = lambda: False
    qtbot.keyClick(handing, Qt.Key.Key_Space)
    qtbot.waitUntil(out.ready.isVisible, timeout=15_000)
    shared.actions_["table"].setChecked(False)


def test_what_is_dragged_out_is_in_the_log(
    qtbot: QtBot, shared: MainWindow, out: DragOut, carried: list[Path]
) -> None:
    out.held = lambda: True
    out.pull("house")
    qtbot.waitUntil(lambda: bool(carried), timeout=15_000)
    assert shared.session is not None
    with open_project(shared.session.info.path, user=USER, password=PASSWORD) as session:
        (last,) = entries(session, acts=["export"], limit=1)
    assert last.target == "导出 农房-小竹溪村.gpkg"
    assert last.rows == 6


def test_what_cannot_be_made_is_said(
    qtbot: QtBot, shared: MainWindow, out: DragOut, carried: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> object:
        raise InputRefused("磁盘满了，请腾出空间再来")

    monkeypatch.setattr(pages, "hand_on", refuse)
    out.pull("house")
    qtbot.waitUntil(lambda: "磁盘满了" in shared.explorer.banner.text, timeout=15_000)
    assert not carried


def test_what_an_earlier_run_left_behind_is_removed_a_day_later(tmp_path: Path) -> None:
    old, other = tmp_path / f"{private._PREFIX}old", tmp_path / "somebody-else"
    for folder in (old, other):
        folder.mkdir()
        (folder / "农房.gpkg").write_bytes(b"x")
    private.sweep(tmp_path, old.stat().st_mtime)
    assert old.exists()
    private.sweep(tmp_path, old.stat().st_mtime + 1)
    assert not old.exists()
    assert other.exists()


def test_files_made_for_dragging_are_this_users_alone() -> None:
    folder = private.fresh_folder()
    assert folder.stat().st_mode & 0o077 == 0
    assert folder.parent.stat().st_mode & 0o077 == 0


def test_a_role_that_may_not_export_is_told_why_nothing_is_dragged(
    enter: Callable[[str], MainWindow], qtbot: QtBot, carried: list[Path]
) -> None:
    window = enter("查阅员")
    window.exporting.dragging.pull("house")
    assert window.explorer.banner.text == "您的角色不能导出“农房”，拖不出去"
    assert not window.jobs.busy()
    assert not window.explorer.tables.bar.handing.isEnabled()
    assert not carried
