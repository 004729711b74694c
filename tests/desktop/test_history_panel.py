"""The history beside the map: of a row, of a village, of what is gone; two dates; what stands against an undo."""

from collections.abc import Callable
from datetime import date

import pytest
import shapely
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from shapely.affinity import translate

from mingqing.desktop.history import listing
from mingqing.desktop.history.conflict import ConflictSheet
from mingqing.desktop.history.panel import HistoryPanel
from mingqing.desktop.window import MainWindow
from mingqing.store.edit import Edit, edit
from tests.desktop.conftest import CANARIES, EAST, NORTH, STAFF

Settle = Callable[[], None]
HERE = "331124204202"


def act(window: MainWindow, settle: Settle, why: str, work: Callable[[Edit], object]) -> None:
    window.explorer.editor.do(why, lambda made, _session: work(made))
    settle()


def houses(window: MainWindow) -> list[int]:
    assert window.session is not None
    return [i for (i,) in window.session.rows("house", ["id"], village=HERE)]


def texts(panel: HistoryPanel) -> list[str]:
    shown = [w for kind in (QLabel, QPushButton) for w in panel.findChildren(kind) if w.isVisible()]
    return [w.text().strip() for w in shown]


def press(panel: HistoryPanel, text: str) -> None:
    next(b for b in panel.findChildren(QPushButton) if b.isVisible() and text in b.text()).click()


@pytest.fixture
def panel(opened: MainWindow, settle: Settle) -> HistoryPanel:
    """The panel, about one village."""
    opened.explorer.show_village(HERE)
    opened.actions_["history"].trigger()
    settle()
    return opened.explorer.history


def test_a_row_is_told_field_by_field_and_one_field_is_put_back(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    house = houses(opened)[0]
    act(opened, settle, "修改农房", lambda e: e.change("house", house, {"storeys": 2, "house_no": "新8"}))
    act(opened, settle, "修改农房", lambda e: e.change("house", house, {"storeys": 3}))
    opened.explorer.guide.show_row("house", house)
    settle()
    said = texts(panel)
    assert "层数：2 层 → 3 层" in said
    assert any(s.startswith("导入自 小竹溪村/农房.shp") or "农房.shp" in s for s in said)
    press(panel, "恢复成“2 层”")
    settle()
    row = opened.session.row("house", house)  # type: ignore[union-attr]
    assert row is not None
    assert (row["storeys"], row["house_no"]) == (2, "新8")
    assert "恢复农房的层数" in texts(panel)


def test_a_moved_house_is_shown_where_it_was_and_where_it_is(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    assert opened.session is not None
    house = houses(opened)[0]
    before = opened.session.features("house", where={"id": house}).geometry[0]
    act(opened, settle, "移动农房", lambda e: e.change("house", house, shape=translate(before, 30)))
    opened.explorer.guide.show_row("house", house)
    settle()
    press(panel, "在图上看")
    assert panel.shapes.before[0].equals(before)
    assert panel.shapes.after[0].equals(translate(before, 30))
    opened.explorer.canvas.grab()
    assert panel.key.isVisible()
    assert panel.key.accessibleName() == "修改前，修改后"
    panel.key.grab()
    press(panel, "恢复成原来的图形")
    settle()
    assert opened.session.features("house", where={"id": house}).geometry[0].equals(before)
    assert panel.shapes.bounds is None
    assert not panel.key.isVisible()


def test_what_is_out_of_sight_is_brought_into_it(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    assert opened.session is not None
    house = houses(opened)[0]
    before = opened.session.features("house", where={"id": house}).geometry[0]
    act(opened, settle, "移动农房", lambda e: e.change("house", house, shape=translate(before, 30)))
    press(panel, "农房 1 条")
    settle()
    canvas = opened.explorer.canvas
    canvas.see((EAST + 3_000, NORTH, EAST + 3_010, NORTH + 10))
    press(panel, "在图上看")
    assert canvas.view is not None
    left, below, right, above = canvas.view.extent((float(canvas.width()), float(canvas.height())))
    assert shapely.box(left, below, right, above).contains(before)


def test_the_village_is_told_action_by_action_and_each_row_by_row(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    rows = {i: {"vacant": True} for i in houses(opened)[:3]}
    act(opened, settle, "批量修改农房", lambda e: e.change_all("house", rows))
    assert "批量修改农房" in texts(panel)
    press(panel, "农房 3 条")
    settle()
    said = texts(panel)
    assert sum("空置" in text for text in said) == 3
    press(panel, "农房 半岭0号")
    settle()
    assert opened.explorer.guide.key == ("house", houses(opened)[0])


def test_the_village_is_filtered_by_what_was_changed(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    act(opened, settle, "修改农房", lambda e: e.change("house", houses(opened)[0], {"storeys": 2}))
    box = panel.versions.what
    box.setCurrentIndex(box.findData("resident"))
    box.activated.emit(box.currentIndex())
    settle()
    assert "修改农房" not in texts(panel)
    assert panel.versions.wanted.table == "resident"


def test_a_deleted_house_comes_back_with_all_that_went_along(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    from mingqing.store.edit import Referring

    assert opened.session is not None
    before = opened.session.counts()
    act(opened, settle, "删除农房", lambda e: e.remove("house", houses(opened)[:1], Referring.ALONG))
    assert opened.session.counts()["resident"] < before["resident"]
    press(panel, "已删除")
    settle()
    press(panel, "一起恢复")
    settle()
    assert opened.session.counts() == before
    assert "没有删除过，或者都已经恢复了" in texts(panel)


def test_two_dates_are_compared_in_a_list_and_on_the_map(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    act(opened, settle, "新增", lambda e: e.add("house", {"village_code": HERE}, shapely.box(0, 0, 9, 9)))
    press(panel, "比较两个日期")
    settle()
    panel.comparing.since.setDate(QDate(2020, 1, 1))
    panel.comparing._compare()
    settle()
    assert "农房：增加 7" in texts(panel)
    assert len(panel.shapes.after) > 7
    assert panel.shapes.names[1] == f"{date.today().month}月{date.today().day}日的样子"  # noqa: DTZ011
    opened.explorer.canvas.grab()
    opened.actions_["history"].trigger()
    assert panel.shapes.bounds is None


def test_long_lists_are_shown_part_by_part(
    opened: MainWindow, panel: HistoryPanel, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_PAGE", 2)
    rows = {i: {"vacant": True} for i in houses(opened)[:5]}
    act(opened, settle, "批量修改农房", lambda e: e.change_all("house", rows))
    press(panel, "农房 5 条")
    settle()
    counted = [sum("空置" in text for text in texts(panel))]
    for _ in range(2):
        press(panel, "往下看")
        settle()
        counted.append(sum("空置" in text for text in texts(panel)))
    assert counted == [2, 4, 5]


def conflicted(window: MainWindow, settle: Settle) -> ConflictSheet:
    house = houses(window)[0]
    act(window, settle, "修改农房", lambda e: e.change("house", house, {"storeys": 2}))
    assert window.session is not None
    with window.session.clone() as other, other.transaction("import", "导入") as change:
        change.update("house", [house], {"storeys": [5]})
    window.actions_["undo"].trigger()
    settle()
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, ConflictSheet)
    return sheet


def test_what_stands_against_an_undo_is_shown_field_by_field(
    qtbot: QtBot, opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    sheet = conflicted(opened, settle)
    said = [w.text() for w in sheet.findChildren(QLabel)]
    assert "层数：我改成 2 层，现在是 5 层" in said
    sheet.keep.click()
    settle()
    assert opened.session.row("house", houses(opened)[0])["storeys"] == 5  # type: ignore[union-attr,index]


def test_an_undo_goes_on_over_what_was_changed_since_where_the_user_wants_it(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    sheet = conflicted(opened, settle)
    assert sheet.primary.text() == "仍然撤销"
    sheet.primary.click()
    settle()
    assert opened.session.row("house", houses(opened)[0])["storeys"] != 5  # type: ignore[union-attr,index]


def test_undo_and_redo_stand_in_the_top_bar_and_say_what_they_do(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    act(opened, settle, "修改农房", lambda e: e.change("house", houses(opened)[0], {"storeys": 2}))
    undo, redo = opened.explorer.topbar._steps
    assert "修改农房" in undo.toolTip()
    assert (undo.isVisible(), undo.isEnabled(), redo.isEnabled()) == (True, True, False)
    opened.actions_["undo"].trigger()
    settle()
    assert not undo.isEnabled()
    assert undo.toolTip() == "撤销（没有可以撤销的）  Ctrl+Z"
    assert "修改农房" in redo.toolTip()


@pytest.mark.parametrize("who", STAFF)
def test_no_account_is_told_more_of_the_past_than_of_the_present(
    enter: Callable[[str], MainWindow], settle: Settle, who: str
) -> None:
    window = enter(who)
    assert window.session is not None
    if not window.explorer.themes:
        return
    hidden = [c for c in CANARIES if not _is_seen(window, c)]
    window.actions_["history"].trigger()
    settle()
    panel = window.explorer.history
    said = []
    for number in range(3):
        panel._group.buttons()[number].click()
        settle()
        for button in [b for b in panel.findChildren(QPushButton) if b.isVisible() and " 条" in b.text()]:
            button.click()
            settle()
        said += texts(panel)
    assert said
    assert not [c for c in hidden if any(c in text for text in said)]


def _is_seen(window: MainWindow, canary: str) -> bool:
    session = window.session
    assert session is not None
    tables = session.catalog.tables.values()
    return any(canary in row for t in tables for row in session.rows(t.name, list(t.column_names)))


def test_a_persons_history_is_offered_to_who_sees_people_whole(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    assert opened.session is not None
    person = opened.session.rows("resident", ["id"], village=HERE)[0][0]
    opened.explorer.guide.show_row("resident", person)
    settle()
    press(panel, "连同所在的户")
    settle()
    assert "人口 · 本人" in texts(panel)
    assert any("所在户和住处" in text for text in texts(panel))


def test_everything_to_press_has_a_name_and_room(
    opened: MainWindow, panel: HistoryPanel, settle: Settle
) -> None:
    house = houses(opened)[0]
    act(opened, settle, "修改农房", lambda e: e.change("house", house, {"storeys": 2}))
    for key in (None, ("house", house)):
        panel.show_row(key)
        settle()
        for button in [b for b in panel.findChildren(QPushButton) if b.isVisible()]:
            assert button.accessibleName()
            assert min(button.width(), button.height()) >= 32, button.text()


def test_the_panel_says_so_where_nothing_was_done(opened: MainWindow, settle: Settle) -> None:
    with edit(opened.session, "x") as e:  # type: ignore[arg-type]
        assert e.changed.seq == 0
    opened.actions_["history"].trigger()
    settle()
    panel = opened.explorer.history
    press(panel, "已删除")
    settle()
    assert "没有删除过，或者都已经恢复了" in texts(panel)
