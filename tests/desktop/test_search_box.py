"""Search in the window, by the keyboard alone: find, fly there, follow an edit, forget when locked."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.desktop.search.finder import Finder
from mingqing.desktop.window import MainWindow
from mingqing.search.index import Index
from mingqing.store.log import entries

from .conftest import CANARIES, PASSWORD

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]


@pytest.fixture
def finder(opened: MainWindow, settle: Settle) -> Finder:
    settle()
    return opened.explorer.finder


def typed(qtbot: QtBot, window: MainWindow, text: str) -> Finder:
    """Ctrl+K and a text, by keys."""
    finder = window.explorer.finder
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    if text.isascii():
        qtbot.keyClicks(finder.box, text)
    else:
        finder.box.setText(text)  # as an input method hands it over
    return finder


def titles(finder: Finder) -> list[str]:
    return [hit.title for hit in finder.list.hits]


def test_the_keyboard_alone_finds_somebody_and_goes_there(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    explorer = opened.explorer
    finder = typed(qtbot, opened, "甄0")
    assert finder.list.isVisible()
    first, second = finder.list.hits[:2]
    assert finder.list.current is first
    qtbot.keyClick(finder.box, Qt.Key.Key_Down)
    assert finder.list.current is second
    qtbot.keyClick(finder.box, Qt.Key.Key_Up)
    before = explorer.canvas.view
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    settle()
    assert not finder.list.isVisible()
    assert explorer.guide.key == (first.table, first.id)
    assert explorer.canvas.hasFocus()
    assert explorer.canvas.view != before
    assert first.place is not None
    size = explorer.canvas.width(), explorer.canvas.height()
    assert explorer.canvas.view is not None
    x, y = explorer.canvas.view.to_screen(*first.place, (float(size[0]), float(size[1])))
    assert 0 < x < size[0]
    assert 0 < y < size[1]


def test_ctrl_enter_corrects_what_was_found(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    explorer = opened.explorer
    finder = typed(qtbot, opened, "甄0")
    first = finder.list.hits[0]
    qtbot.keyClick(finder.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert explorer.form.isVisible()
    assert explorer.form.key == (first.table, first.id) == explorer.guide.key


def test_ctrl_enter_shows_the_card_to_who_may_not_correct(
    qtbot: QtBot, enter: Callable[[str], MainWindow], settle: Settle
) -> None:
    window = enter("查阅员")
    finder = typed(qtbot, window, "横岗")
    qtbot.keyClick(finder.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert window.explorer.form.isHidden()
    assert window.explorer.guide.key is not None


def test_esc_puts_the_list_away_and_clears_the_box(qtbot: QtBot, opened: MainWindow) -> None:
    finder = typed(qtbot, opened, "zhen")
    assert titles(finder)
    qtbot.keyClick(finder.box, Qt.Key.Key_Escape)
    assert not finder.list.isVisible()
    assert finder.box.text() == ""
    assert titles(finder) == []
    assert opened.explorer.canvas.hasFocus()


def test_the_list_goes_when_the_map_is_clicked(qtbot: QtBot, opened: MainWindow) -> None:
    finder = typed(qtbot, opened, "zhen")
    opened.explorer.canvas.setFocus()
    assert not finder.list.isVisible()


def test_digits_in_the_box_do_not_change_the_map(qtbot: QtBot, opened: MainWindow) -> None:
    theme = opened.explorer.theme
    finder = typed(qtbot, opened, "23")
    assert finder.box.text() == "23"
    assert opened.explorer.theme == theme


def test_a_line_is_picked_with_the_mouse(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    finder = typed(qtbot, opened, "甄0")
    second = finder.list.hits[1]
    model = finder.list.list.model()
    row = next(
        n for n in range(model.rowCount()) if model.index(n, 0).data(Qt.ItemDataRole.UserRole) is second
    )
    at: QPoint = finder.list.list.visualRect(model.index(row, 0)).center()
    qtbot.mouseClick(finder.list.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle()
    assert opened.explorer.guide.key == (second.table, second.id)


def test_lines_are_high_enough_for_a_finger_and_have_names_for_a_screen_reader(
    qtbot: QtBot, opened: MainWindow
) -> None:
    finder = typed(qtbot, opened, "甄0")
    view = finder.list.list
    for row in range(view.model().rowCount()):
        index = view.model().index(row, 0)
        assert view.visualRect(index).height() >= 32
        assert index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data()


def test_an_empty_box_says_what_can_be_typed_and_what_was_looked_for_before(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    finder = typed(qtbot, opened, "甄01")
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    settle()
    finder.box.clear()
    typed(qtbot, opened, "")
    model = finder.list.list.model()
    lines = [str(model.index(n, 0).data()) for n in range(model.rowCount())]
    assert any("首字母" in line for line in lines)
    assert lines[-1] == "甄01"
    qtbot.keyClick(finder.box, Qt.Key.Key_Down)
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    assert finder.box.text() == "甄01"
    assert titles(finder)


def test_what_was_looked_for_is_kept_nowhere(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    finder = typed(qtbot, opened, "甄01")
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    settle()
    opened.settings.save()
    assert "甄01" not in opened.settings.path.read_text(encoding="utf-8")


def test_an_edit_is_followed(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    session = opened.session
    assert session is not None
    row_id = session.rows("household", ["id"], where={"householder": "甄01"})[0][0]
    opened.explorer.editor.do(
        "改户主", lambda edit, _session: edit.change("household", row_id, {"householder": "童新名"})
    )
    settle()
    finder = typed(qtbot, opened, "txm")
    assert titles(finder) == ["童新名"]


def test_undo_is_followed(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    session = opened.session
    assert session is not None
    row_id = session.rows("household", ["id"], where={"householder": "甄01"})[0][0]
    opened.explorer.editor.do(
        "改户主", lambda edit, _session: edit.change("household", row_id, {"householder": "童新名"})
    )
    settle()
    opened.explorer.editor.undo()
    settle()
    assert titles(typed(qtbot, opened, "txm")) == []


def test_an_import_is_followed(qtbot: QtBot, opened: MainWindow, finder: Finder, settle: Settle) -> None:
    before = finder.keeper.index
    assert opened.explorer._survey is not None
    opened.explorer.refresh(opened.explorer._survey)
    settle()
    assert finder.keeper.index is not before
    assert isinstance(finder.keeper.index, Index)


def test_nothing_is_kept_while_the_window_is_locked(
    qtbot: QtBot, opened: MainWindow, finder: Finder, settle: Settle
) -> None:
    typed(qtbot, opened, "甄01")
    opened.lock.lock()
    assert finder.keeper.index is None
    assert (finder.box.text(), titles(finder)) == ("", [])
    opened.lock.page.password.setText(PASSWORD)
    opened.lock.page.primary.click()
    qtbot.waitUntil(lambda: not opened.lock.locked, timeout=15_000)
    settle()
    assert titles(typed(qtbot, opened, "甄01"))


def test_nothing_is_kept_of_a_project_that_was_closed(opened: MainWindow, finder: Finder) -> None:
    assert finder.keeper.index is not None
    opened.close_project()
    assert finder.keeper.index is None
    assert not finder.keeper.busy


def test_before_it_is_ready_the_box_says_so_and_then_answers(
    qtbot: QtBot, opened: MainWindow, finder: Finder, settle: Settle
) -> None:
    finder.keeper.forget()
    finder.keeper.renew()
    assert "准备" in finder.box.placeholderText()
    typed(qtbot, opened, "甄01")
    assert titles(finder) == []
    settle()
    assert "准备" not in finder.box.placeholderText()
    assert titles(finder)


def test_a_row_that_is_nowhere_opens_its_card_and_says_so(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    opened.explorer.editor.do(
        "加人",
        lambda edit, _session: edit.add("resident", {"name": "童无居", "village_code": "331124204202"}),
    )
    settle()
    finder = typed(qtbot, opened, "twj")
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    settle()
    assert opened.explorer.guide.key == ("resident", finder_id(opened))
    assert "还没有画到地图上" in opened.explorer.banner.text


def finder_id(window: MainWindow) -> int:
    assert window.session is not None
    return int(str(window.session.rows("resident", ["id"], where={"name": "童无居"})[0][0]))


def test_who_sees_masks_finds_no_canary(qtbot: QtBot, enter: Enter) -> None:
    window = enter("查阅员")
    finder = window.explorer.finder
    for canary in CANARIES:
        typed(qtbot, window, canary)
        shown = [f"{hit.name} {[m.text for m in hit.matched]}" for hit in finder.list.hits]
        assert not any(canary in text for text in shown), canary


def test_who_sees_no_map_has_no_box(enter: Enter) -> None:
    window = enter("系统员")
    assert not window.explorer.topbar.search.isVisible()
    assert window.explorer.finder.keeper.index is None


def test_the_log_has_once_which_tables_were_searched(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    for text in ("甄0", "甄01", "样0"):
        typed(qtbot, opened, text)
    settle()
    assert opened.session is not None
    told = [entry.target for entry in entries(opened.session) if entry.act == Act.SEARCH]
    assert sorted(told) == sorted(set(told))
    assert "住户" in told
