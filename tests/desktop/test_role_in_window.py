"""The window offers what a role may see and do; what it may not see whole is nowhere in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.desktop.access.reason import ReasonSheet
from mingqing.desktop.card.veiled import VeiledValue
from mingqing.desktop.window import MainWindow
from mingqing.render.compose import build_scene
from mingqing.render.scale import Viewport
from mingqing.store.log import entries
from mingqing.store.project import open_project

from .conftest import CANARIES, EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
HOUSE = EAST + 215, NORTH + 310
DUTIES = ("系统员", "安全员", "审计员甲")


def said_by(widget: QWidget) -> Iterator[str]:
    """Everything a widget shows, or tells a screen reader, or would show when hovered."""
    yield from (widget.windowTitle(), widget.toolTip(), widget.statusTip(), widget.whatsThis())
    yield from (widget.accessibleName(), widget.accessibleDescription())
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        yield widget.text()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(i) for i in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and (model := widget.model()) is not None:
        for i in range(model.rowCount()):
            yield from (str(model.index(i, j).data()) for j in range(model.columnCount()))
    for action in widget.actions():
        yield from (action.text(), action.toolTip())


def everything_said(window: MainWindow) -> str:
    """All that is in the window, hidden parts as well, what is drawn as text on each map, and what can be pasted."""
    said = [text for widget in (window, *window.findChildren(QWidget)) for text in said_by(widget)]
    assert window.session is not None
    session = window.session
    for theme in window.explorer.themes:
        view = Viewport.at_scale((EAST + 300, NORTH + 300), 800, (1600, 1000))
        scene = build_scene(session.catalog, session, theme, view)
        said += [label.text for label in scene.labels] + [e.title for e in scene.legend]
    return "\n".join((*said, QGuiApplication.clipboard().text()))


def canaries_seen(qtbot: QtBot, window: MainWindow, settle: Settle) -> set[str]:
    """Look at the house with the canaries on every map, and at every card that can be reached from there."""
    explorer, seen = window.explorer, set()

    def look() -> None:
        settle()
        text = everything_said(window)
        seen.update(c for c in CANARIES if c in text)

    for theme in explorer.themes:
        explorer.show_theme(theme)
        explorer.guide.identify(*HOUSE)
        look()
        for copy in explorer.card.findChildren(QToolButton):
            if "复制" in copy.toolTip():
                copy.click()
        look()
    for key in reachable(window):
        explorer.guide.ask(key)
        look()
    return seen


def reachable(window: MainWindow) -> list[tuple[str, int]]:
    assert window.session is not None
    return [
        (table, int(str(i)))
        for table in ("house", "household", "resident", "key_person", "assistance", "village")
        for (i,) in window.session.rows(table, ["id"], village="331124204202")[:2]
    ]


def test_a_viewer_meets_no_canary_anywhere_in_the_window(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("查阅员")
    assert canaries_seen(qtbot, window, settle) == set()
    window.explorer.guide.identify(*HOUSE)
    settle()
    assert "秦**" in everything_said(window)


def test_the_same_walk_as_an_editor_meets_them_all(
    qtbot: QtBot, window: MainWindow, staffed: Path, settle: Settle
) -> None:
    window.open_now(staffed, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    assert canaries_seen(qtbot, window, settle) == set(CANARIES)


def test_nothing_of_an_editors_session_is_left_for_the_viewer_who_comes_after(
    qtbot: QtBot, window: MainWindow, staffed: Path, enter: Enter, settle: Settle
) -> None:
    window.open_now(staffed, USER, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    settle()
    window.explorer.guide.identify(*HOUSE)
    settle()
    enter("查阅员")
    text = everything_said(window)
    assert [c for c in CANARIES if c in text] == []


def test_a_planner_meets_what_planning_needs_and_no_more(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("规划员")
    name, phone, person, _number, _birth, address, _helper, tended, _need = CANARIES
    assert canaries_seen(qtbot, window, settle) == {name, phone, person, address, tended}


@pytest.mark.parametrize(
    ("name", "themes"),
    [
        ("查阅员", ["household", "industry", "organisation", "disaster"]),
        ("规划员", ["household", "organisation", "key_person", "disaster"]),
        ("部门员", ["household", "industry", "disaster"]),
        ("村编员", ["household", "industry", "organisation", "key_person", "assistance", "disaster"]),
        *((duty, []) for duty in DUTIES),
    ],
)
def test_the_rail_offers_the_maps_of_the_role(enter: Enter, name: str, themes: list[str]) -> None:
    window = enter(name)
    rail = window.explorer.rail
    offered = [t.code for t in window.session.catalog.themes if rail.button_of(t.code).isVisible()]  # type: ignore[union-attr]
    assert offered == list(window.explorer.themes) == themes
    window.explorer.show_theme("assistance")
    assert window.explorer.theme in {*themes, window.session.catalog.themes[0].code}  # type: ignore[union-attr]


def test_the_legend_leaves_out_tables_that_may_not_be_seen(opened: MainWindow) -> None:
    legend, catalog = opened.explorer.legend, opened.session.catalog  # type: ignore[union-attr]
    assert legend.switch_of("road")
    legend.hide_tables(frozenset({"road"}))
    legend.show_theme(catalog.layers["household"])
    assert legend.switch_of("house")
    with pytest.raises(KeyError):
        legend.switch_of("road")


def test_the_legend_is_told_what_a_role_may_not_see(enter: Enter) -> None:
    hidden = enter("部门员").explorer.legend._hidden
    assert {"resident", "household", "key_person", "assistance"} <= hidden
    assert hidden.isdisjoint({"house", "village", "hazard"})


def test_a_copied_number_goes_when_the_window_is_left_or_locked(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    clipboard, card = QGuiApplication.clipboard(), opened.explorer.card

    def copied() -> str:
        show(qtbot, opened, "household", first_id(opened, "household"), settle)
        next(b for b in card.findChildren(QToolButton) if "复制" in b.toolTip()).click()
        return clipboard.text()

    assert copied().startswith("0001234")
    opened.lock.lock()
    assert clipboard.text() == ""
    opened.lock.watch(opened.session)
    assert copied()
    clipboard.setText("别处来的")
    opened.close_project()
    assert clipboard.text() == "别处来的"


@pytest.mark.parametrize(
    ("name", "page", "does"),
    [
        ("系统员", "backups", "备份与恢复"),
        ("安全员", "accounts", "账号与角色"),
        ("审计员甲", "log", "操作日志"),
    ],
)
def test_the_page_of_a_duty_is_the_first_screen_and_offered_where_a_map_would_be(
    qtbot: QtBot, enter: Enter, settle: Settle, name: str, page: str, does: str
) -> None:
    window = enter(name)
    explorer = window.explorer
    assert window.pages.currentWidget() is {**window.duties.pages, "backups": window.backups}[page]
    window._go_home()
    assert explorer.duty.isVisible()
    assert not explorer.canvas.isVisible()
    assert not explorer.topbar.villages.isVisible()
    assert explorer.canvas.view is None
    assert window.session is not None
    assert window.session.policy.roles[0].purpose in [x.text() for x in explorer.duty.findChildren(QLabel)]
    (button,) = (b for b in explorer.duty.findChildren(QAbstractButton) if not b.isHidden())
    assert button.text().strip() == does
    button.click()
    assert window.pages.currentWidget() is {**window.duties.pages, "backups": window.backups}[page]
    settle()
    enter("查阅员")
    assert window.pages.currentWidget() is explorer
    assert explorer.canvas.isVisible()
    assert not explorer.duty.isVisible()


def test_who_edits_nothing_is_offered_no_import(enter: Enter, villages: Path) -> None:
    window = enter("查阅员")
    assert not window.explorer.topbar.add.isVisible()
    assert not window.explorer.topbar.imports.menuAction().isVisible()
    assert not window.actions_["import"].isEnabled()
    window.take([villages])
    assert window.pages.currentWidget() is window.explorer
    assert "不能导入" in window.explorer.banner.text
    window = enter("村编员")
    assert window.explorer.topbar.add.isVisible()
    assert window.actions_["import"].isEnabled()


def test_a_village_editor_opens_at_the_own_village_and_is_offered_no_other(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("村编员")
    explorer = window.explorer
    assert explorer.village == "331124204203"
    assert [e.village.name for e in explorer.topbar.villages.entries] == ["横岗村"]
    assert explorer.canvas.view is not None
    assert EAST + 2_000 < explorer.canvas.view.x < EAST + 3_500
    explorer.show_village("331124204202")
    settle()
    assert explorer.village == ""
    text = everything_said(window)
    assert "小竹溪村" not in text


def veiled(window: MainWindow) -> dict[str, VeiledValue]:
    return {v.accessibleName(): v for v in window.explorer.card.findChildren(VeiledValue) if v.isVisible()}


def show(qtbot: QtBot, window: MainWindow, table: str, row_id: int, settle: Settle) -> None:
    window.explorer.guide.ask((table, row_id))
    settle()
    assert window.explorer.card.isVisible()


def first_id(window: MainWindow, table: str) -> int:
    assert window.session is not None
    return int(str(window.session.rows(table, ["id"], village="331124204202")[0][0]))


def test_a_masked_value_says_why_and_an_absent_one_that_it_is_not_shown(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("查阅员")
    show(qtbot, window, "resident", first_id(window, "resident"), settle)
    card, policy = window.explorer.card, window.session.policy  # type: ignore[union-attr]
    found = veiled(window)
    assert set(found) == {"姓名", "手机号"}
    assert found["姓名"].toolTip() == policy.explain("resident", "name")
    assert "只能看到打码后的内容" in found["姓名"].accessibleDescription()
    assert not any(b.text() == "查看" and b.isVisible() for b in card.findChildren(QAbstractButton))
    assert not any("复制" in b.toolTip() for b in card.findChildren(QToolButton) if b.isVisible())
    last = [x.text() for x in card.findChildren(QLabel) if "不显示" in x.text()]
    assert len(last) == 1
    assert all(title in last[0] for title in ("身份证号", "性别", "出生日期"))


def test_a_card_that_takes_the_place_of_another_is_as_high_as_what_it_says(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("查阅员")
    show(qtbot, window, "household", first_id(window, "household"), settle)
    show(qtbot, window, "resident", first_id(window, "resident"), settle)
    card = window.explorer.card
    bottom = max(x.mapTo(card, x.rect().bottomLeft()).y() for x in card.findChildren(QLabel) if x.isVisible())
    assert bottom <= card.height()


def test_an_editor_sees_no_locks(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    show(qtbot, opened, "resident", first_id(opened, "resident"), settle)
    assert veiled(opened) == {}
    assert not any("不显示" in x.text() for x in opened.explorer.card.findChildren(QLabel))


def test_who_may_not_know_is_not_told_how_many_live_in_a_house(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("查阅员")
    explorer = window.explorer
    house = first_id(window, "house") + 1  # 甄01 and 样01: no canary here, two people
    explorer.guide.ask(("house", house))
    settle()
    listed = [b.text() for b in explorer.card.findChildren(QAbstractButton) if "**" in b.text()]
    assert listed == ["甄**"]  # the householder


def lift(qtbot: QtBot, window: MainWindow, title: str, reason: str) -> ReasonSheet:
    veiled(window)[title]._ask.click()
    sheet = window.findChild(ReasonSheet)
    assert isinstance(sheet, ReasonSheet)
    sheet.reason.setText(reason)
    sheet.primary.click()
    return sheet


def test_a_value_is_shown_whole_for_a_reason_until_the_card_is_closed_and_logged(
    qtbot: QtBot, enter: Enter, staffed: Path, settle: Settle
) -> None:
    window = enter("规划员")
    card = window.explorer.card
    show(qtbot, window, "resident", first_id(window, "resident"), settle)
    birth = CANARIES[4]
    assert birth not in everything_said(window)
    sheet = lift(qtbot, window, "出生日期", "  ")
    assert "理由" in sheet.error
    chip = next(b for b in sheet.findChildren(QAbstractButton) if "转移" in b.text())
    chip.click()
    words = chip.text()
    assert sheet.reason.text() == words
    sheet.primary.click()
    qtbot.waitUntil(lambda: card.lifted, timeout=15_000)
    settle()
    assert birth in [x.text() for x in card.findChildren(QLabel) if x.isVisible()]
    shown = next(x for x in card.findChildren(QLabel) if x.text() == birth)
    assert not shown.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    window.explorer.close_card()
    settle()
    assert birth not in everything_said(window)
    show(qtbot, window, "resident", first_id(window, "resident"), settle)
    assert birth not in everything_said(window)
    window.close_project()
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        (entry,) = entries(session, acts=[Act.UNMASK])
    assert (entry.account, entry.rows) == ("规划员", 1)
    assert "出生日期" in entry.detail
    assert words in entry.detail


def test_locking_hides_again_what_was_shown_whole(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("规划员")
    show(qtbot, window, "resident", first_id(window, "resident"), settle)
    lift(qtbot, window, "出生日期", "清点人数")
    qtbot.waitUntil(lambda: window.explorer.card.lifted, timeout=15_000)
    window.lock.lock()
    settle()
    assert CANARIES[4] not in everything_said(window)
