"""A damaged project leads to one page with the ways on, and is shown as far as it can be read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mingqing.desktop.backup.sheets import RestoreSheet, SalvageSheet
from mingqing.desktop.pages.dialogs import LoginSheet
from mingqing.desktop.window import MainWindow
from mingqing.store.backup import automatic_backup
from mingqing.store.project import create_project, open_project
from tests.spoiling import spoil_pages

from .conftest import PASSWORD, USER
from .test_backup_page import add_house, made_in, press, said

Settle = Callable[[], None]


def spoil_table(project: Path, name: str) -> None:
    spoil_pages(project, name, user=USER, password=PASSWORD)


def back_up(project: Path) -> str:
    with open_project(project, user=USER, password=PASSWORD) as session:
        return f"{automatic_backup(session).contents.made:%Y-%m-%d %H:%M}"


def log_in(window: MainWindow, project: Path) -> None:
    window.ask_login(project)
    sheet = window.findChild(LoginSheet)
    assert sheet is not None
    sheet.password.setText(PASSWORD)
    sheet.primary.click()


def wait_for_damage(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.damage, timeout=15_000)
    settle()


def test_a_project_that_cannot_be_opened_offers_its_newest_sound_backup(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    when = back_up(project)
    (project / "map.db").write_bytes(b"x" * 100_000)
    log_in(window, project)
    wait_for_damage(qtbot, window, settle)
    assert window.session is None
    assert f"最近的完好备份：{when}" in said(window.damage)
    assert "之后的改动会丢失" in said(window.damage)
    window.damage.choices.restore.click()
    sheet = window.findChild(RestoreSheet)
    assert sheet is not None
    path = sheet.path
    sheet.primary.click()
    settle()
    assert "已恢复" in said(window.damage.outcome)
    with open_project(path, user=USER, password=PASSWORD) as session:
        assert session.counts()["house"] == 12
    assert (project / "map.db").read_bytes() == b"x" * 100_000


def test_without_a_sound_backup_another_may_be_chosen(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    (project / "keyring.json").write_bytes(b"{")
    window.ask_login(project)
    wait_for_damage(qtbot, window, settle)
    choices = window.damage.choices
    assert "没有找到完好的备份" in said(window.damage)
    assert "密钥文件" in said(window.damage)
    assert [b.isEnabled() for b in (choices.restore, choices.fetch, choices.salvage)] == [False, True, False]
    choices.leave.click()
    assert window.pages.currentWidget() is window.welcome


@pytest.mark.parametrize("where", ["house", "idx_village_geometry_node"], ids=["drawing", "opening"])
def test_what_can_be_read_is_shown_and_nothing_more_is_written(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle, where: str
) -> None:
    spoil_table(project, where)
    log_in(window, project)
    wait_for_damage(qtbot, window, settle)
    before = (project / "map.db").read_bytes()
    assert "为免坏得更多" in said(window.damage)
    assert window.session is not None
    assert window.session.info.read_only is not None
    assert not window.actions_["import"].isEnabled()
    window.damage.choices.leave.click()
    settle()
    explorer = window.explorer
    assert window.pages.currentWidget() is explorer
    assert "已损坏" in explorer.banner.text
    assert explorer.canvas.frame is not None
    drawn = {e.table for e in explorer.canvas.frame.legend if e.count}
    assert "village" in drawn
    assert ("house" in drawn) == (where != "house")
    press(explorer.banner, "怎么办")
    assert window.pages.currentWidget() is window.damage
    settle()
    assert (project / "map.db").read_bytes() == before


def test_damage_that_a_backup_meets_is_said_and_no_backup_is_kept(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    spoil_table(project, "resident")
    log_in(window, project)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert window.pages.currentWidget() is window.explorer
    window.automatic.ask()
    wait_for_damage(qtbot, window, settle)
    assert made_in(project) == []


def test_damage_met_behind_the_cover_does_not_lift_it(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    spoil_table(project, "resident")
    log_in(window, project)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    window.lock.lock()
    window.automatic.ask()
    wait_for_damage(qtbot, window, settle)
    assert window.lock.locked
    assert not window.damage.isVisible()
    window.lock.page.password.setText(PASSWORD)
    window.lock.page.primary.click()
    qtbot.waitUntil(lambda: not window.lock.locked, timeout=15_000)
    assert window.damage.isVisible()


def test_checking_a_damaged_project_leads_to_the_ways_on(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    spoil_table(project, "resident")
    log_in(window, project)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    window.backups.show_backups()
    press(window.backups.list, "检查项目")
    wait_for_damage(qtbot, window, settle)


def test_what_can_be_read_is_saved_into_a_new_project(
    qtbot: QtBot, window: MainWindow, project: Path, settle: Settle
) -> None:
    spoil_table(project, "resident")
    window.damage.show_damage(project, can_look=False)
    settle()

    def salvage(password: str) -> Path:
        window.damage.choices.salvage.click()
        sheet = window.findChild(SalvageSheet)
        assert sheet is not None
        path = sheet.path
        sheet.password.setText(password)
        sheet.primary.click()
        settle()
        return path

    salvage("不对")
    assert "密码不对" in said(window.damage.outcome)
    press(window.damage.outcome, "返回")
    path = salvage(PASSWORD)
    assert "至少丢失 12 条" in said(window.damage.outcome)
    press(window.damage.outcome, "打开")
    login = window.findChild(LoginSheet)
    assert login is not None
    login.password.setText(PASSWORD)
    login.primary.click()
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert window.session is not None
    assert window.session.info.path == path
    assert window.session.info.read_only is None
    assert window.session.counts()["house"] == 12


def test_another_project_that_is_damaged_does_not_touch_the_open_one(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, settle: Settle
) -> None:
    create_project(tmp_path / "坏", "坏", user=USER, password=PASSWORD).close()
    (tmp_path / "坏.mingqing" / "map.db").write_bytes(b"x" * 100_000)
    log_in(opened, tmp_path / "坏.mingqing")
    wait_for_damage(qtbot, opened, settle)
    opened.damage.choices.leave.click()
    assert opened.pages.currentWidget() is opened.explorer
    assert opened.session is not None
    add_house(opened.session)
