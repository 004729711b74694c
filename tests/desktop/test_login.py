"""Logging in: what is said to whom, a password somebody else has set, wrong passwords and the wait after them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from mingqing.access.passwords import MIN_LENGTH
from mingqing.core.errors import WrongPassword
from mingqing.desktop.access.passwords import PasswordSheet
from mingqing.desktop.banner import Banner
from mingqing.desktop.pages.dialogs import LoginSheet
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project

from .conftest import INITIAL, OWN

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]


def password_sheet(qtbot: QtBot, window: MainWindow) -> PasswordSheet:
    qtbot.waitUntil(lambda: window.findChild(PasswordSheet) is not None, timeout=15_000)
    sheet = window.findChild(PasswordSheet)
    assert isinstance(sheet, PasswordSheet)
    return sheet


def newcomer(qtbot: QtBot, window: MainWindow, project: Path) -> PasswordSheet:
    window.open_now(project, "新来的", INITIAL)
    return password_sheet(qtbot, window)


def test_the_top_bar_says_who_works_here_as_what_and_what_for(enter: Enter) -> None:
    account = enter("查阅员").explorer.topbar.account
    assert account.text().strip() == "查阅员 · 查阅"
    assert "居民信息打码" in account.toolTip()
    assert "居民信息打码" in account.menu().actions()[0].text()
    account = enter("规划员").explorer.topbar.account
    assert account.text().strip() == "规划员 · 防灾规划员"
    assert "居民信息打码" not in account.toolTip()
    assert [a.text() for a in account.menu().actions() if "打码" in a.text()] == []


def test_wrong_passwords_make_one_wait_and_are_told_at_the_next_login(
    qtbot: QtBot, window: MainWindow, staffed: Path, settle: Settle
) -> None:
    window.ask_login(staffed, "查阅员")
    sheet = window.findChild(LoginSheet)
    assert sheet is not None
    said = []
    for _ in range(6):
        sheet.password.setText("不是它")
        sheet.primary.click()
        qtbot.waitUntil(lambda: bool(sheet.error), timeout=15_000)
        said.append(sheet.error)
    assert "密码不对" in said[0]
    assert "10 分钟后再试" in said[5]
    (staffed / "attempts.json").write_text(
        '{"查阅员": ["2026-11-01T08:00:00+08:00", "2026-11-01T08:01:00+08:00"]}', encoding="utf-8"
    )
    sheet.password.setText(OWN)
    sheet.primary.click()
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert "输错过 2 次密码" in window.explorer.banner.text


def test_notices_come_one_after_the_other_and_none_is_lost(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.notify(["甲", "乙", "丙"])
    assert banner.text == "甲"
    banner.say("插一句", "good")
    assert banner.text == "插一句"
    seen = []
    while banner.text:
        seen.append(banner.text)
        banner._close.click()
    assert seen == ["插一句", "甲", "乙", "丙"]


def test_a_password_set_by_somebody_else_is_changed_before_anything_is_seen(
    qtbot: QtBot, window: MainWindow, staffed: Path, settle: Settle
) -> None:
    sheet = newcomer(qtbot, window, staffed)
    assert window.session is None
    assert window.pages.currentWidget() is window.welcome
    sheet.password.setText(OWN)
    sheet.again.setText(OWN)
    sheet.primary.click()
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert window.session is not None
    assert not window.session.login.account.must_change
    assert "代设" not in window.explorer.banner.text
    with pytest.raises(WrongPassword):
        open_project(staffed, user="新来的", password=INITIAL)


def test_who_will_not_change_it_does_not_get_in(
    qtbot: QtBot, window: MainWindow, staffed: Path, settle: Settle
) -> None:
    newcomer(qtbot, window, staffed).reject()
    settle()
    assert window.session is None
    assert window.pages.currentWidget() is window.welcome


def test_the_rules_are_said_beforehand_and_what_is_wrong_while_typing(
    qtbot: QtBot, window: MainWindow, staffed: Path, settle: Settle
) -> None:
    sheet = newcomer(qtbot, window, staffed)
    assert f"至少 {MIN_LENGTH} 个字符" in sheet.advice.text()
    qtbot.keyClicks(sheet.password, "abc")
    assert "密码至少要" in sheet.advice.text()
    sheet.primary.click()
    assert "上面说的" in sheet.error
    sheet.password.setText(INITIAL)
    assert "不能和现在的密码相同" in sheet.advice.text()
    sheet.password.setText(OWN)
    assert "可以用" in sheet.advice.text()
    sheet.again.setText(OWN + "x")
    sheet.primary.click()
    assert "不一样" in sheet.error
    assert sheet.password.echoMode() == QLineEdit.EchoMode.Password
    sheet.shown.click()
    assert {f.echoMode() for f in (sheet.password, sheet.again)} == {QLineEdit.EchoMode.Normal}
    sheet.reject()
    settle()


def test_the_own_password_is_changed_from_the_menu_by_who_knows_it(
    qtbot: QtBot, enter: Enter, staffed: Path, settle: Settle
) -> None:
    window = enter("查阅员")
    window.actions_["password"].trigger()
    sheet = password_sheet(qtbot, window)
    sheet.current.setText("不是它")
    sheet.password.setText(OWN + "7")
    sheet.again.setText(OWN + "7")
    sheet.primary.click()
    qtbot.waitUntil(lambda: "密码不对" in sheet.error, timeout=15_000)
    sheet.current.setText(OWN)
    sheet.primary.click()
    qtbot.waitUntil(lambda: "已修改" in window.explorer.banner.text, timeout=15_000)
    settle()
    window.close_project()
    open_project(staffed, user="查阅员", password=OWN + "7").close()
