"""The window covers itself when nobody has a hand on it, and opens to the password again."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.desktop.jobs import WriteJob
from mingqing.desktop.pages.dialogs import LoginSheet
from mingqing.desktop.window import MainWindow
from mingqing.store.accounts import disable_account
from mingqing.store.log import entries
from mingqing.store.project import open_project

from .conftest import OWN, PASSWORD, USER

_clock = time.time
Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]


def give(qtbot: QtBot, window: MainWindow, password: str) -> None:
    page = window.lock.page
    page.password.setText(password)
    page.primary.click()
    qtbot.waitUntil(lambda: not window.lock.locked or bool(page.error), timeout=15_000)


def acts(project: Path) -> list[str]:
    with open_project(project, user=USER, password=PASSWORD) as session:
        return [entry.act for entry in reversed(entries(session))]


def visible_texts(window: MainWindow) -> list[str]:
    return [w.text() for w in window.findChildren(QLabel) if w.isVisible()]


def time_passes(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("mingqing.desktop.access.lock.time.time", lambda: _clock() + seconds)


def test_the_window_locks_when_no_hand_was_on_it_for_as_long_as_chosen(
    qtbot: QtBot, enter: Enter, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    window = enter("查阅员")
    assert window.lock.minutes == 10
    with monkeypatch.context() as patch:
        time_passes(patch, 9 * 60)
        window.lock._clock.timeout.emit()
        assert not window.lock.locked
        time_passes(patch, 11 * 60)
        window.lock._clock.timeout.emit()
    assert window.lock.locked
    give(qtbot, window, OWN)
    assert not window.lock.locked
    settle()


def test_a_hand_on_the_window_keeps_it_open_but_not_one_that_comes_too_late(
    qtbot: QtBot, enter: Enter, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    window = enter("查阅员")
    with monkeypatch.context() as patch:
        time_passes(patch, 9 * 60)
        qtbot.keyClick(window.explorer.canvas, Qt.Key.Key_Left)
        time_passes(patch, 18 * 60)
        window.lock._clock.timeout.emit()
        assert not window.lock.locked
        time_passes(patch, 8 * 3600)  # the laptop slept; the clock of the program has not ticked yet
        qtbot.keyClick(window.explorer.canvas, Qt.Key.Key_Left)
        assert window.lock.locked
    settle()


def test_nothing_of_the_project_but_its_name_is_seen_while_locked(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("规划员")
    window.explorer.guide.ask(("household", household_of(window)))
    qtbot.waitUntil(window.explorer.card.isVisible)
    before = window.explorer.canvas.view
    window.actions_["lock"].trigger()
    assert window.lock.locked
    assert not window.explorer.canvas.isVisible()
    said = visible_texts(window)
    assert "竹源乡" in said
    assert not any("秦金丝雀" in text or "小竹溪" in text for text in said)
    assert window.windowTitle() == "竹源乡 — 民情地图"
    give(qtbot, window, OWN)
    assert window.explorer.card.isVisible()
    assert window.explorer.canvas.view == before
    settle()


def household_of(window: MainWindow) -> int:
    assert window.session is not None
    return int(str(window.session.rows("household", ["id"], where={"householder": "秦金丝雀"})[0][0]))


def test_a_wrong_password_leaves_it_locked_and_is_logged_with_lock_and_return(
    qtbot: QtBot, enter: Enter, staffed: Path, settle: Settle
) -> None:
    window = enter("查阅员")
    window.lock.lock()
    give(qtbot, window, "不是它")
    assert window.lock.locked
    assert "密码不对" in window.lock.page.error
    give(qtbot, window, OWN)
    assert not window.lock.locked
    settle()
    window.close_project()
    assert acts(staffed)[-5:-1] == [Act.LOGIN, Act.LOCK, Act.FAILURE, Act.UNLOCK]
    assert not (staffed / "attempts.json").exists()


def test_guessing_at_the_lock_makes_one_wait(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("查阅员")
    window.lock.lock()
    for _ in range(5):
        give(qtbot, window, "不是它")
    give(qtbot, window, OWN)
    assert window.lock.locked
    assert "分钟后再试" in window.lock.page.error
    settle()


def test_who_was_disabled_meanwhile_does_not_come_back(
    qtbot: QtBot, enter: Enter, staffed: Path, settle: Settle
) -> None:
    window = enter("查阅员")
    window.lock.lock()
    settle()
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        disable_account(session, "查阅员")
    give(qtbot, window, OWN)
    assert window.lock.locked
    settle()


def test_keys_and_drops_do_not_reach_past_the_cover(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("规划员")
    window.lock.lock()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field = window.lock.page.password
    field.setFocus()
    for key, modifiers in (
        (Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier),
    ):
        qtbot.keyClick(field, key, modifiers)
    assert not window.explorer.topbar.menu.isVisible()
    assert window.session is not None
    assert window.lock.locked
    assert [w for w in window.findChildren(QWidget) if w.isWindow() and w.isVisible()] == []
    settle()


def test_a_sheet_is_covered_too_and_comes_back_as_it_was(
    qtbot: QtBot, enter: Enter, staffed: Path, settle: Settle
) -> None:
    window = enter("规划员")
    window.ask_login(staffed)
    sheet = window.findChild(LoginSheet)
    assert sheet is not None
    sheet.password.setText("写了一半")
    window.lock.lock()
    assert not sheet.isVisible()
    window.ask_login(staffed)  # as a job may do that ends only now
    later = window.findChildren(LoginSheet)[-1]
    qtbot.waitUntil(lambda: not later.isVisible())
    give(qtbot, window, OWN)
    assert sheet.isVisible()
    assert later.isVisible()
    assert sheet.password.text() == "写了一半"
    for left in (sheet, later):
        left.reject()
    settle()


def test_what_is_under_way_goes_on_while_locked(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("查阅员")
    done: list[int] = []
    window.jobs.start(WriteJob(lambda session, _job: session.counts()["house"], done=done.append))
    window.lock.lock()
    qtbot.waitUntil(lambda: done == [12])
    assert window.lock.locked
    settle()


def test_one_can_log_out_instead_and_another_come_in(
    qtbot: QtBot, enter: Enter, staffed: Path, settle: Settle
) -> None:
    window = enter("查阅员")
    window.lock.lock()
    window.lock.page.leave.click()
    assert window.session is None
    assert not window.lock.locked
    sheet = window.findChild(LoginSheet)
    assert sheet is not None
    assert isinstance(sheet.user, QComboBox)
    assert sheet.password.echoMode() == QLineEdit.EchoMode.Password
    sheet.user.setCurrentText("规划员")
    sheet.password.setText(OWN)
    sheet.primary.click()
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert window.session is not None
    assert window.session.user == "规划员"


def test_the_wait_is_chosen_in_the_menu_and_never_is_no_choice(enter: Enter) -> None:
    window = enter("查阅员")
    choices = window.explorer.topbar.account.after.actions()
    assert [a.text() for a in choices] == ["5 分钟", "10 分钟", "30 分钟"]
    choices[2].trigger()
    assert window.lock.minutes == window.settings.lock_minutes == 30
