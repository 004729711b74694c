"""The table below the map: what it lists, how it follows the map and the map follows it, and what may be copied."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QTableView
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.desktop.table.panel import TablePanel
from mingqing.desktop.window import MainWindow
from mingqing.store.log import entries
from mingqing.store.paging import Wanted
from mingqing.store.project import open_project
from mingqing.store.session import Session

from .conftest import CANARIES, EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
Key = Qt.Key


@pytest.fixture
def panel(opened: MainWindow, settle: Settle) -> TablePanel:
    """The residents of both villages, listed."""
    return list_rows(opened, "resident", settle)


def list_rows(window: MainWindow, table: str, settle: Settle) -> TablePanel:
    if not window.actions_["table"].isChecked():
        window.actions_["table"].trigger()
    settle()
    window.explorer.tables.bar.choose(table)
    settle()
    return window.explorer.tables


def column(panel: TablePanel, name: str) -> list[str | None]:
    at = [c.name for c in panel.rows.columns].index(name)
    return [panel.rows.text(row, at) for row in range(panel.rows.rowCount())]


def click(
    qtbot: QtBot, view: QTableView, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    at = view.visualRect(view.model().index(row, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, at)


def sort(qtbot: QtBot, panel: TablePanel, name: str, settle: Settle) -> None:
    at = [c.name for c in panel.rows.columns].index(name)
    place = QPoint(panel.header.sectionViewportPosition(at) + 30, 12)
    qtbot.mouseClick(panel.header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()


def ask(panel: TablePanel, name: str, typed: str, qtbot: QtBot, settle: Settle) -> None:
    box = next(b for b in panel.header.boxes if b.column.name == name)
    box.clear()
    with qtbot.waitSignal(panel.header.changed):
        box.insert(typed)  # what comes from an input method; keys of a test are ASCII
    settle()


def choose(menu: QMenu, words: str) -> None:
    next(a for a in menu.actions() if a.text() == words).trigger()


# ── Listing ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_f6_opens_the_table_of_the_subject_and_closes_it(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    panel = opened.explorer.tables
    assert not panel.isVisible()
    qtbot.keyClick(opened, Key.Key_F6)
    settle()
    assert panel.isVisible()
    assert panel.table == "house"
    assert column(panel, "house_no") == [f"{v}F{i}" for v in range(2) for i in range(6)]
    assert panel.bar.count.text() == f"第 1–{panel.view.on_screen[1] + 1} 行，共 12 行"
    qtbot.keyClick(opened, Key.Key_F6)
    assert not panel.isVisible()


def test_another_map_offers_its_own_tables(opened: MainWindow, panel: TablePanel, settle: Settle) -> None:
    offered = [panel.bar.tables.itemText(n) for n in range(panel.bar.tables.count())]
    assert offered[:3] == ["农房", "住户", "人口"]
    opened.explorer.show_theme("disaster")
    settle()
    assert panel.bar.tables.itemText(0) == "地灾隐患"
    assert panel.bar.count.text() == "还没有记录"
    opened.explorer.show_theme("household")
    settle()
    assert panel.table == "house"


def test_the_table_follows_the_village_that_is_chosen(
    opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    assert set(column(panel, "village_code")) == {"小竹溪村", "横岗村"}
    opened.explorer.show_village("331124204203")
    settle()
    assert set(column(panel, "village_code")) == {"横岗村"}
    assert "共 6 行" in panel.bar.count.text()


def test_a_title_sorts_up_then_down_then_not_at_all(qtbot: QtBot, panel: TablePanel, settle: Settle) -> None:
    entered = column(panel, "name")
    assert entered == sorted(map(str, entered))
    sort(qtbot, panel, "village_code", settle)
    assert column(panel, "village_code") == ["横岗村"] * 6 + ["小竹溪村"] * 6
    sort(qtbot, panel, "name", settle)
    assert column(panel, "name") == entered
    sort(qtbot, panel, "name", settle)
    assert column(panel, "name") == entered[::-1]
    sort(qtbot, panel, "name", settle)
    assert column(panel, "name") == entered


def test_boxes_below_the_titles_leave_the_rows_that_meet_them_all(
    qtbot: QtBot, panel: TablePanel, settle: Settle
) -> None:
    ask(panel, "name", "样1", qtbot, settle)
    assert column(panel, "name") == [f"样1{i}" for i in range(6)]
    ask(panel, "household", "3", qtbot, settle)
    assert column(panel, "household") == ["甄13"]
    assert "共 1 行" in panel.bar.count.text()
    panel.bar.filtering.setChecked(False)
    settle()
    assert panel.rows.rowCount() == 12
    panel.bar.filtering.setChecked(True)
    settle()
    assert panel.rows.rowCount() == 1
    panel.bar.clearing.click()
    settle()
    assert panel.rows.rowCount() == 12
    assert not panel.bar.clearing.isVisible()


def test_codes_are_ticked_and_empty_ones_asked_for(opened: MainWindow, settle: Settle) -> None:
    panel = list_rows(opened, "house", settle)
    box = next(b for b in panel.header.boxes if b.column.name == "structure")
    box.ticks.tick(["砖木"])
    settle()
    assert set(column(panel, "structure")) == {"砖木"}
    assert box.text() == "砖木"
    choose(box.ticks, "全部取消")
    settle()
    assert box.text() == "都不要"
    assert panel.rows.rowCount() == 0
    choose(box.ticks, "全部打勾")
    settle()
    assert panel.rows.rowCount() == 12
    box.ticks.tick([None])
    settle()
    assert panel.bar.count.text() == "没有符合条件的记录"
    box.want_all()
    box.changed.emit()
    next(b for b in panel.header.boxes if b.column.name == "use").want(filled=True)
    settle()
    assert panel.rows.rowCount() == 0


def test_keys_drop_down_what_a_box_offers(qtbot: QtBot, opened: MainWindow, settle: Settle) -> None:
    panel = list_rows(opened, "house", settle)
    boxes = {b.column.name: b for b in panel.header.boxes}
    qtbot.keyClick(boxes["structure"], Key.Key_Space)
    assert boxes["structure"].ticks.isVisible()
    boxes["structure"].ticks.close()
    qtbot.keyClick(boxes["address"], Key.Key_Down)
    (menu,) = (m for m in boxes["address"].findChildren(QMenu) if m.isVisible())
    choose(menu, "没有填写的")
    settle()
    assert panel.rows.rowCount() == 0
    assert boxes["address"].placeholderText() == "没有填写的"
    menu.close()


def test_what_cannot_be_understood_is_marked_and_asks_for_nothing(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    panel = list_rows(opened, "house", settle)
    ask(panel, "storeys", "三", qtbot, settle)
    box = next(b for b in panel.header.boxes if b.column.name == "storeys")
    assert box.property("wrong") == "true"
    assert "请这样填" in box.toolTip()
    assert panel.rows.rowCount() == 12


def test_only_what_is_in_view_is_listed_and_the_list_follows_the_map(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    panel.bar.in_view.setChecked(True)
    settle()
    assert panel.rows.rowCount() == 12
    opened.explorer.canvas.see((EAST + 190, NORTH + 290, EAST + 240, NORTH + 330))
    qtbot.waitUntil(lambda: not panel._moved.isActive())
    settle()
    assert 0 < panel.rows.rowCount() < 12
    assert set(column(panel, "village_code")) == {"小竹溪村"}


def test_columns_can_be_left_out_and_come_back_with_the_table(
    opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    def on_screen() -> set[str]:
        return {c.name for n, c in enumerate(panel.rows.columns) if not panel.view.isColumnHidden(n)}

    assert "name" in on_screen()
    assert "created_by" not in on_screen()
    panel.bar.columns.tick(["name", "created_by"])
    assert on_screen() == {"name", "created_by"}
    list_rows(opened, "house", settle)
    list_rows(opened, "resident", settle)
    assert on_screen() == {"name", "created_by"}


# ── Selecting ────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_are_chosen_as_in_any_list(qtbot: QtBot, opened: MainWindow, panel: TablePanel) -> None:
    ids, selection = panel.rows.ids.tolist(), opened.explorer.selection
    click(qtbot, panel.view, 1)
    assert selection.of("resident") == {ids[1]}
    click(qtbot, panel.view, 4, Qt.KeyboardModifier.ShiftModifier)
    assert selection.of("resident") == set(ids[1:5])
    click(qtbot, panel.view, 2, Qt.KeyboardModifier.ControlModifier)
    assert selection.of("resident") == {ids[1], ids[3], ids[4]}
    assert panel.bar.count.text().endswith("，选中 3 行")
    click(qtbot, panel.view, 0)
    qtbot.keyClick(panel.view, Key.Key_Down)
    assert selection.of("resident") == {ids[1]}
    qtbot.keyClick(panel.view, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert selection.of("resident") == set(ids[1:3])
    qtbot.keyClick(panel.view, Key.Key_End)
    assert selection.of("resident") == {ids[-1]}
    qtbot.keyClick(panel.view, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert selection.of("resident") == set(ids)


def test_drawing_the_pointer_over_rows_chooses_them(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel
) -> None:
    view = panel.view
    places = [view.visualRect(view.model().index(n, 1)).center() for n in range(4)]
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(view.viewport(), place)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=places[3])
    assert opened.explorer.selection.of("resident") == set(panel.rows.ids[:4].tolist())


def test_what_is_selected_elsewhere_is_tinted_and_scrolled_to(opened: MainWindow, panel: TablePanel) -> None:
    last = panel.rows.ids.tolist()[-1]
    assert panel.view.on_screen[1] < 11
    opened.explorer.selection.choose({"resident": [last], "house": [1]})
    assert panel.rows.selected == {last}
    assert panel.view.on_screen[1] == 11


def test_only_what_is_selected_is_listed(opened: MainWindow, panel: TablePanel, settle: Settle) -> None:
    ids = panel.rows.ids.tolist()
    opened.explorer.selection.choose({"resident": ids[3:5]})
    panel.bar.only_selected.setChecked(True)
    settle()
    assert panel.rows.ids.tolist() == ids[3:5]
    opened.explorer.selection.choose({"resident": ids[7:8]})
    settle()
    assert panel.rows.ids.tolist() == ids[7:8]


def test_one_button_lists_every_row_again_whatever_left_them_out(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    assert not panel.bar.clearing.isVisible()
    ask(panel, "name", "样1", qtbot, settle)
    panel.bar.only_selected.setChecked(True)
    settle()
    assert panel.bar.count.text() == "没有符合条件的记录"
    panel.bar.clearing.click()
    settle()
    assert panel.rows.rowCount() == 12
    assert not panel.bar.only_selected.isChecked()
    assert not panel.bar.clearing.isVisible()
    assert opened.explorer.selection.of("resident") == frozenset()


def test_a_double_click_on_what_is_not_edited_here_goes_to_the_row_and_opens_its_card(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    at = panel.view.visualRect(panel.rows.index(2, 0)).center()
    qtbot.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle()
    explorer = opened.explorer
    assert explorer.card.accessibleDescription() == panel.rows.text(2, 1)
    assert explorer.canvas.view is not None
    assert explorer.canvas.view.scale < 1_100


# ── What may leave ───────────────────────────────────────────────────────────────────────────────────────────


def logged(session: Session) -> list[tuple[str, str, int | None, str]]:
    return [(e.act, e.target, e.rows, e.outcome) for e in entries(session)]


def test_selected_rows_are_copied_under_their_titles_and_logged(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    panel.bar.columns.tick(["name", "household"])
    panel.view.chosen.emit(frozenset(panel.rows.ids[[0, 2]].tolist()))
    qtbot.keyClick(panel.view, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    settle()
    names, homes = column(panel, "name"), column(panel, "household")
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == f"姓名\t所在户\n{names[0]}\t{homes[0]}\n{names[2]}\t{homes[2]}"
    assert "mso-number-format" in clipboard.mimeData().html()
    assert opened.explorer.banner.text == "已复制 2 行，可以粘贴到表格软件"
    assert opened.session is not None
    assert (Act.EXPORT, "人口", 2, "done") in logged(opened.session)
    opened.close_project()
    assert clipboard.text() == ""


def test_looking_at_a_table_is_logged_once(opened: MainWindow, panel: TablePanel, settle: Settle) -> None:
    list_rows(opened, "house", settle)
    list_rows(opened, "resident", settle)
    assert opened.session is not None
    looked = [(target, rows) for act, target, rows, _ in logged(opened.session) if act == Act.QUERY]
    assert sorted(looked) == [("人口", 12), ("农房", 12)]
    assert panel.isVisible()


def test_a_cell_that_would_be_a_formula_is_copied_as_text(
    opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    row = panel.rows.id_at(0)
    assert opened.session is not None
    with opened.session.transaction("edit", "试") as change:
        change.update("resident", [row], {"name": ["=1+1\t<b>"]})
    panel.bar.columns.tick(["name"])
    panel.view.chosen.emit(frozenset({row}))
    panel.copy()
    settle()
    assert QGuiApplication.clipboard().text() == "姓名\n'=1+1 <b>"
    assert "<b>" not in QGuiApplication.clipboard().mimeData().html()


def test_who_may_not_export_copies_nothing_and_is_told_so(enter: Enter, settle: Settle) -> None:
    window = enter("村编员")
    panel = list_rows(window, "resident", settle)
    QGuiApplication.clipboard().clear()
    panel.view.select_all()
    panel.copy()
    settle()
    assert QGuiApplication.clipboard().text() == ""
    assert window.explorer.banner.text == "您的角色不能导出“人口”，不能成批复制"
    path = window.session.info.path if window.session is not None else None
    assert path is not None
    with open_project(path, user=USER, password=PASSWORD) as session:
        assert (Act.EXPORT, "人口", None, "refused") in logged(session)


@pytest.mark.parametrize("who", ["查阅员", "部门员", "规划员"])
def test_no_table_tells_what_a_role_may_not_see(enter: Enter, who: str, settle: Settle) -> None:
    window = enter(who)
    # The planner sees names, phones and addresses.
    hidden = {"331124195001010017", "1950-01-01", "缺粮"} if who == "规划员" else set(CANARIES)
    seen: set[str] = set()
    for theme in window.explorer.themes:
        window.explorer.show_theme(theme)
        settle()
        tables = window.explorer.tables.bar.tables
        for name in [str(tables.itemData(n)) for n in range(tables.count())]:
            panel = list_rows(window, name, settle)
            said = repr([column(panel, c.name) for c in panel.rows.columns])
            seen |= {canary for canary in hidden if canary in said}
    assert seen == set()


def test_nothing_of_a_project_stays_in_the_list(opened: MainWindow, panel: TablePanel) -> None:
    assert panel.rows.rowCount() == 12
    opened.close_project()
    assert panel.rows.rowCount() == 0
    assert not panel.rows.columns
    assert panel.bar.tables.count() == 0


def test_what_was_asked_of_one_project_is_not_asked_of_the_next(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    ask(panel, "name", "样1", qtbot, settle)
    sort(qtbot, panel, "name", settle)
    panel.bar.filtering.setChecked(False)
    for switch in (panel.bar.in_view, panel.bar.only_selected):
        switch.setChecked(True)
    settle()
    opened.close_project()
    assert not panel.bar.narrows
    assert panel.bar.filtering.isChecked()
    assert panel.wanted == Wanted()
