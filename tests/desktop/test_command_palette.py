"""Whatever the window can do is found by typing what it is called."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mingqing.desktop.pick_list import DATA
from mingqing.desktop.window import MainWindow


def offered(window: MainWindow) -> list[str]:
    model = window.palette_.popup.list.model()
    return [str(model.index(n, 0).data(DATA)) for n in range(model.rowCount())]


def type_into(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.actions_["commands"].trigger()
    window.palette_.popup.field.setText(text)  # as an input method does


@pytest.mark.parametrize("typed", ["量面积", "lmj", "liangmianji", "liangmj"])
def test_an_action_is_found_by_name_pinyin_and_initials(qtbot: QtBot, opened: MainWindow, typed: str) -> None:
    type_into(qtbot, opened, typed)
    assert offered(opened)[0] == "measure_area"
    qtbot.keyClick(opened.palette_.popup.field, Qt.Key.Key_Return)
    assert opened.actions_["measure_area"].isChecked()
    assert opened.palette_.popup.isHidden()


def test_only_what_can_be_done_now_is_offered(qtbot: QtBot, window: MainWindow) -> None:
    type_into(qtbot, window, "")
    assert "new" in offered(window)
    assert "measure_area" not in offered(window)
    window.palette_.popup.hide()


def test_the_last_command_comes_first(qtbot: QtBot, opened: MainWindow) -> None:
    type_into(qtbot, opened, "看全图")
    qtbot.keyClick(opened.palette_.popup.field, Qt.Key.Key_Return)
    opened.actions_["commands"].trigger()
    assert offered(opened)[0] == "whole"
    opened.palette_.popup.hide()


def test_nothing_that_fits_is_said(qtbot: QtBot, opened: MainWindow) -> None:
    type_into(qtbot, opened, "qqqq")
    assert offered(opened) == []
    qtbot.keyClick(opened.palette_.popup.field, Qt.Key.Key_Return)
    assert not opened.palette_.popup.isHidden()
    opened.palette_.popup.hide()


def test_every_line_says_its_key(opened: MainWindow) -> None:
    opened.actions_["commands"].trigger()
    model = opened.palette_.popup.list.model()
    for n in range(model.rowCount()):
        action = opened.actions_[str(model.index(n, 0).data(DATA))]
        assert action.shortcut().toString() in str(model.index(n, 0).data())
    opened.palette_.popup.hide()


def test_every_action_has_a_key_of_its_own_shown_in_its_tip(window: MainWindow) -> None:
    keys = [key.toString() for _, action in window.actions_.items() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert all(action.shortcut().toString() for _, action in window.actions_.items())
