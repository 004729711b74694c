"""Whatever can be pressed or filled in is big enough for a finger, has a name, and is reached by Tab as one reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTextEdit,
    QWidget,
)

from docs.clerk import Clerk
from docs.journeys import INITIALS, NAME, find, house_of
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.window import MainWindow

_LEAST_PX = 32
_SLACK_PX = 6
_MOST_TABS = 400  # around the whole window and back
_KINDS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_WHOLE = (QLineEdit, QComboBox, QAbstractSpinBox, QTextEdit, QPlainTextEdit)  # their insides are Qt's


@pytest.fixture
def clerk(window: MainWindow, sample_project: Path) -> Clerk:
    """Somebody with the sample villages on screen."""
    window.open_now(sample_project, USER, PASSWORD)
    made = Clerk(window)
    made.wait(lambda: window.session is not None and window.explorer.finder.keeper.index is not None)
    return made


# ── What is asked of every control ───────────────────────────────────────────────────────────────────────────


def controls(panel: QWidget) -> list[QWidget]:
    """What can be pressed or filled in on a panel, as far as it is on screen."""
    found = (w for w in panel.findChildren(QWidget) if isinstance(w, _KINDS) and w.isVisible())
    return [w for w in found if not _within(w, panel) and not w.visibleRegion().isEmpty()]


def _within(widget: QWidget, panel: QWidget) -> bool:
    """Whether it is a part of one of Qt's own widgets, such as the cross in a line of text."""
    above = widget.parentWidget()
    while above is not None and above is not panel:
        if isinstance(above, _WHOLE) or (isinstance(above, QTableView) and widget.objectName() == ""):
            return not isinstance(widget, QLineEdit | QComboBox) or isinstance(above, _WHOLE)
        above = above.parentWidget()
    return False


def called(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text.strip()


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{called(widget)}” {widget.width()}×{widget.height()}"


def place(widget: QWidget) -> QRect:
    return widget.rect().translated(widget.mapTo(widget.window(), QPoint(0, 0)))


def walked(panel: QWidget) -> tuple[list[QWidget], list[str]]:
    """The controls that Tab comes to, and what of it goes back: seen when it happens, for a form scrolls along."""
    every = controls(panel)
    first: QWidget | None = panel if panel.isWindow() else every[0]
    while first is not None and (first not in every or not can_be_reached(first)):
        first = first.nextInFocusChain()
    assert first is not None
    first.setFocus(Qt.FocusReason.TabFocusReason)
    way, back = [first], []
    before: QWidget | None = first
    for _ in range(_MOST_TABS):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        around = (
            now in way if panel.isWindow() else now is first
        )  # a window begins anew, a panel goes elsewhere
        if around and now is not before:
            break
        if now in every and before in every and now is not before and not reads_on(before, now):
            back.append(f"back: {told(before)} → {told(now)}")
        way.append(now)
        before = now
    return way, back


def can_be_reached(widget: QWidget) -> bool:
    return widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def reads_on(a: QWidget, b: QWidget) -> bool:
    """Whether one reads `b` after `a`: to the right of it, or further down."""
    before, after = place(a), place(b)
    up = after.bottom() <= before.top() + _SLACK_PX and after.left() < before.right()
    beside = after.top() < before.bottom() - _SLACK_PX and after.bottom() > before.top() + _SLACK_PX
    return not up and not (beside and after.right() <= before.left() + _SLACK_PX)


def wrong(panel: QWidget) -> list[str]:
    """Everything that is wrong with the controls of a panel."""
    every = controls(panel)
    assert every, panel
    small = [f"small: {told(w)}" for w in every if min(w.width(), w.height()) < _LEAST_PX]
    nameless = [f"nameless: {told(w)} {w.toolTip()}" for w in every if not called(w)]
    way, back = walked(panel)
    missed = [f"not by Tab: {told(w)}" for w in every if w.isEnabled() and w not in way and not _by_arrows(w)]
    return small + nameless + missed + back


def _by_arrows(widget: QWidget) -> bool:
    """Whether it is one of several of which one is chosen: Tab comes to them, the arrows choose."""
    return isinstance(widget, QAbstractButton) and widget.isCheckable() and not widget.isChecked()


# ── Every panel ──────────────────────────────────────────────────────────────────────────────────────────────


def at_home(clerk: Clerk) -> tuple[float, float]:
    find(clerk, INITIALS)
    assert clerk.window.session is not None
    return house_of(clerk.window.session, NAME)[1]


def test_the_first_page(window: MainWindow) -> None:
    window.activateWindow()
    assert wrong(window.welcome) == []


def test_what_stands_around_the_map(clerk: Clerk) -> None:
    explorer = clerk.window.explorer
    panels = (explorer.topbar, explorer.rail, explorer.legend, explorer.kit.bar, explorer.status)
    assert [each for panel in panels for each in wrong(panel)] == []


def test_card_and_form(clerk: Clerk) -> None:
    home = at_home(clerk)
    assert wrong(clerk.window.explorer.card) == []
    clerk.press("F2")
    assert wrong(clerk.window.explorer.form) == []
    clerk.press("Esc")
    clerk.click_map(home)
    clerk.press("F2", "Ctrl+Return")
    assert wrong(clerk.window.explorer.form) == []


def test_the_drawing_bar_and_what_a_tool_brings(clerk: Clerk) -> None:
    home = at_home(clerk)
    clerk.press("Alt+7")
    clerk.click_map(home)
    explorer = clerk.window.explorer
    assert wrong(explorer.board.bar) + wrong(explorer.kit.strip) == []


def test_the_history(clerk: Clerk) -> None:
    at_home(clerk)
    clerk.press("F8")
    faults = wrong(clerk.window.explorer.history)
    for page in ("已删除", "比较两个日期"):
        clerk.click(page)
        faults += wrong(clerk.window.explorer.history)
    assert faults == []


def test_the_table_and_the_sheets_for_many_rows(clerk: Clerk) -> None:
    clerk.press("F6")
    faults = wrong(clerk.window.explorer.tables)
    for key in ("Ctrl+Shift+G", "Ctrl+Shift+H", "Ctrl+Shift+F"):
        clerk.press(key)
        (sheet,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())
        faults += wrong(sheet)
        sheet.close()
        clerk.window.activateWindow()  # as a real desk does by itself
        clerk.wait(clerk.window.isActiveWindow)
    assert faults == []


def test_the_commands(clerk: Clerk) -> None:
    clerk.press("Ctrl+Shift+K")
    popup = clerk.window.palette_.popup
    faults = wrong(popup)
    popup.hide()
    assert faults == []


# ── What cannot be done now ──────────────────────────────────────────────────────────────────────────────────

_ANYWHERE = {"new", "open", "backups", "commands", "dismiss", "quit"}
_EDITING = {
    *("form", "draw", "remove", "fill", "replace", "join", "import", "import_folder", "undo", "redo"),
    *(
        "draw_rectangle",
        "draw_polygon",
        "draw_line",
        "draw_point",
        "edit_nodes",
        "move_whole",
        "split",
        "merge",
    ),
}


def offered(window: MainWindow) -> set[str]:
    return {name for name, action in window.actions_.items() if action.isEnabled()}


def test_without_a_project_only_what_needs_none_is_offered(window: MainWindow) -> None:
    assert offered(window) - _ANYWHERE == set()


def test_after_closing_a_project_nothing_of_it_is_offered(clerk: Clerk) -> None:
    assert offered(clerk.window) >= {"draw", "search", "history"}
    clerk.window.close_project()
    clerk.wait()
    assert offered(clerk.window) - _ANYWHERE == set()


def test_who_may_only_look_is_offered_no_editing(enter: Callable[[str], MainWindow]) -> None:
    assert offered(enter("查阅员")) & _EDITING == set()


def test_what_needs_something_chosen_waits_for_it(clerk: Clerk) -> None:
    assert not offered(clerk.window) & {"form", "remove", "to_selection"}
    at_home(clerk)
    assert offered(clerk.window) >= {"form", "remove", "to_selection"}
    clerk.press("Esc")
    assert not offered(clerk.window) & {"form", "remove", "to_selection"}
