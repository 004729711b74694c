"""Who may not print sees the entry, cannot choose it, and reads why."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mingqing.core.sample import PASSWORD as SAMPLE_PASSWORD
from mingqing.core.sample import USER as SAMPLE_USER
from mingqing.desktop.printing.ground import printable_themes
from mingqing.desktop.window import MainWindow


def test_an_entry_says_why_it_is_not_for_this_role(enter: Callable[[str], MainWindow]) -> None:
    window = enter("审计员甲")
    action = window.actions_["print"]
    assert not action.isEnabled()
    assert action.isVisible()
    assert action.toolTip().startswith("您的角色（审计员）不能打印地图")
    assert action in window.explorer.topbar.menu.actions()
    window = enter("规划员")
    assert action.isEnabled()
    assert action.toolTip() == "打印地图  Ctrl+P"
    assert window.session is not None
    assert {theme.code for theme in printable_themes(window.session)} >= {"disaster"}


def test_a_role_that_may_not_print_a_table_finds_it_off_and_a_footer_that_is_required_is_fixed(
    enter: Callable[[str], MainWindow], settle: Callable[[], None], qtbot: QtBot
) -> None:
    window = enter("规划员")
    session = window.session
    assert session is not None
    window.actions_["print"].trigger()
    page = window.printing.page
    settle()
    qtbot.waitUntil(lambda: page.view.drawn is not None)
    assert page.asked is not None
    offered = [page.choices.theme.itemData(n) for n in range(page.choices.theme.count())]
    assert offered == [theme.code for theme in printable_themes(session)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(session.policy), "footer_required", True)
        window.printing.preview(page.asked.of(footer=False))
        settle()
        assert not page.choices.footer.isEnabled()
        assert page.choices.footer.isChecked()
        assert "页脚" in page.choices.footer.toolTip()


def test_a_project_without_a_village_says_that_there_is_nothing_to_print(
    window: MainWindow, empty_project: Path, settle: Callable[[], None], qtbot: QtBot
) -> None:
    window.open_now(empty_project, SAMPLE_USER, SAMPLE_PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    window.actions_["print"].trigger()
    assert "导入村界后就能打印" in window.explorer.banner.text
    assert window.pages.currentWidget() is window.explorer
