"""Nobody hands on from the window what the command line would refuse; who may not reads why."""

import json
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from mingqing.desktop.exporting.ground import exportable
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import CANARIES
from tests.desktop.exporting.conftest import settled
from tests.desktop.exporting.test_export_page import files, sample

_KEEPING_OUT = ("查阅员", "部门员", "村编员", "审计员甲", "系统员", "安全员")


@pytest.mark.parametrize("name", _KEEPING_OUT)
def test_an_entry_says_why_it_is_not_for_this_role(enter: Callable[[str], MainWindow], name: str) -> None:
    window = enter(name)
    assert window.session is not None
    roles = "、".join(role.title for role in window.session.policy.roles)
    for action in (window.actions_["export"], window.actions_["publish"]):
        assert not action.isEnabled()
        assert action.isVisible()
        assert action.toolTip().startswith(f"您的角色（{roles}）不能导出数据")
        assert action in window.explorer.topbar.menu.actions()
        action.trigger()
    assert window.pages.currentWidget() is not window.exporting._page
    assert not window.exporting.sheets


def test_a_planner_hands_on_the_map_of_dangers_and_no_more(
    enter: Callable[[str], MainWindow], qtbot: QtBot
) -> None:
    window = enter("规划员")
    window.actions_["export"].trigger()
    settled(qtbot, window)
    choosing = window.exporting.page.choosing
    assert window.session is not None
    may = exportable(window.session)
    assert set(choosing.tables.ticked) == may
    assert "household" not in may
    leaf = choosing.tables.leaves["household"]
    assert leaf.text(1).strip() == "不能导出"
    assert leaf.toolTip(0) == "您的角色不能导出“住户”"
    seen = json.dumps([files(window.exporting.page), sample(window.exporting.page)], ensure_ascii=False)
    assert not [canary for canary in CANARIES if canary in seen]


def test_the_page_keeps_nothing_of_a_project_that_was_closed(
    enter: Callable[[str], MainWindow], qtbot: QtBot
) -> None:
    window = enter("规划员")
    window.actions_["export"].trigger()
    settled(qtbot, window)
    page = window.exporting.page
    window.close_project()
    assert files(page) == []
    assert sample(page) == []
    assert not window.actions_["export"].isEnabled()
    assert not window.actions_["quality"].isEnabled()
