"""Cells of the table are corrected in their place, emptied and pasted over, by the rules and within the role."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from mingqing.desktop.bulk.paste import PasteSheet
from mingqing.desktop.table.panel import TablePanel
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project

from .conftest import PASSWORD, USER
from .test_table_panel import column, list_rows, sort

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
Key = Qt.Key
_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(opened: MainWindow, settle: Settle) -> TablePanel:
    """The houses of both villages, listed."""
    return list_rows(opened, "house", settle)


def click(
    qtbot: QtBot, panel: TablePanel, row: int, name: str, modifier: Qt.KeyboardModifier = _PLAIN
) -> None:
    view, at = panel.view, [c.name for c in panel.rows.columns].index(name)
    view.scrollTo(panel.rows.index(row, at))
    place = view.visualRect(panel.rows.index(row, at)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def editor(panel: TablePanel) -> QWidget:
    found = panel.view.indexWidget(panel.view.currentIndex())
    assert found is not None
    return found


def enter(qtbot: QtBot, panel: TablePanel, text: str, settle: Settle) -> None:
    """Type a text over the cell that the keys are in."""
    qtbot.keyClick(panel.view, Key.Key_F2)
    box = editor(panel)
    assert isinstance(box, QLineEdit)
    box.setText(text)
    qtbot.keyClick(box, Key.Key_Return)
    qtbot.wait(1)
    settle()


def paste(qtbot: QtBot, panel: TablePanel, text: str, settle: Settle) -> PasteSheet | None:
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(panel.view, Key.Key_V, _CONTROL)
    settle()
    sheets = [w for w in QApplication.topLevelWidgets() if isinstance(w, PasteSheet) and w.isVisible()]
    if sheets:
        qtbot.waitUntil(
            lambda: bool(sheets[0].shown.change_button.text()) and not sheets[0]._pause.isActive()
        )
        settle()
    return sheets[0] if sheets else None


def stored(window: MainWindow, table: str, name: str) -> list[object]:
    assert window.session is not None
    with open_project(window.session.info.path, user=USER, password=PASSWORD) as session:
        return [value for (value,) in session.rows(table, [name])]


# ── One cell ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_typed_into_a_cell_is_saved_and_can_be_undone(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 1, "storeys")
    enter(qtbot, panel, " ３ 层", settle)
    assert column(panel, "storeys")[1] == "3"
    assert stored(opened, "house", "storeys")[1] == 3
    opened.actions_["undo"].trigger()
    settle()
    assert column(panel, "storeys")[1] == ""


def test_a_key_begins_to_edit_and_chooses_no_map(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 0, "storeys")
    qtbot.keyClick(panel.view, Key.Key_2)
    box = editor(panel)
    assert isinstance(box, QLineEdit)
    assert box.text() == "2"
    assert opened.explorer.theme == "household"
    qtbot.keyClick(box, Key.Key_Return)
    settle()
    assert column(panel, "storeys")[0] == "2"
    assert not opened.explorer.card.isVisible()


def test_a_code_is_chosen_from_its_list(qtbot: QtBot, panel: TablePanel, settle: Settle) -> None:
    click(qtbot, panel, 0, "structure")
    qtbot.keyClick(panel.view, Key.Key_F2)
    box = editor(panel)
    assert isinstance(box, QComboBox)
    assert box.currentText() == "砖木"
    box.setCurrentText("砖混")
    box.activated.emit(box.currentIndex())
    settle()
    assert column(panel, "structure")[0] == "砖混"


def test_a_value_that_cannot_be_is_told_and_may_be_mended(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    told: list[str] = []
    panel.said.connect(lambda sentence, _tone: told.append(sentence))
    click(qtbot, panel, 1, "house_no")
    enter(qtbot, panel, "0F0", settle)
    assert told == ["房屋编号：本村已经有一条“农房”是“0F0”了"]
    box = editor(panel)
    assert isinstance(box, QLineEdit)
    assert (box.text(), box.property("wrong")) == ("0F0", "true")
    box.setText("0F99")
    qtbot.keyClick(box, Key.Key_Return)
    settle()
    assert column(panel, "house_no")[1] == "0F99"
    assert stored(opened, "house", "house_no")[:2] == ["0F0", "0F99"]


def test_what_is_wrong_is_shown_while_one_types(qtbot: QtBot, panel: TablePanel) -> None:
    click(qtbot, panel, 0, "storeys")
    qtbot.keyClick(panel.view, Key.Key_F2)
    box = editor(panel)
    assert isinstance(box, QLineEdit)
    box.setText("九十")
    assert (box.property("wrong"), box.toolTip()) == ("true", "不是数字：九十")
    box.setText("9")
    assert (box.property("wrong"), box.toolTip()) == ("false", "")
    qtbot.keyClick(box, Key.Key_Escape)


def test_rows_stay_where_they_are_when_what_they_are_sorted_by_changes(
    qtbot: QtBot, panel: TablePanel, settle: Settle
) -> None:
    sort(qtbot, panel, "house_no", settle)
    before = panel.rows.ids.tolist()
    click(qtbot, panel, 0, "house_no")
    enter(qtbot, panel, "9Z", settle)
    assert panel.rows.ids.tolist() == before
    assert column(panel, "house_no")[0] == "9Z"


def test_typing_is_not_interrupted_by_a_new_look_at_the_rows(
    qtbot: QtBot, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 2, "address")
    qtbot.keyClick(panel.view, Key.Key_F2)
    box = editor(panel)
    assert isinstance(box, QLineEdit)
    box.setText("写了一半")
    panel.refresh()
    settle()
    assert editor(panel) is box
    assert box.text() == "写了一半"
    qtbot.keyClick(box, Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel._moved.isActive())
    settle()
    assert column(panel, "address")[2] == "半岭2号"


def test_names_of_villages_and_of_other_rows_are_not_typed_over(
    qtbot: QtBot, panel: TablePanel, opened: MainWindow, settle: Settle
) -> None:
    residents = list_rows(opened, "resident", settle)
    for name in ("village_code", "household"):
        click(qtbot, residents, 0, name)
        qtbot.keyClick(residents.view, Key.Key_F2)
        assert residents.view.state() is not residents.view.State.EditingState


# ── Several ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_block_is_pasted_at_once_and_undone_together(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    before = column(panel, "structure")[:3], column(panel, "storeys")[:3]
    click(qtbot, panel, 0, "structure")
    assert paste(qtbot, panel, "砖混\t1\r\n土木\t2\r\n砖混\t3\r\n", settle) is None
    assert column(panel, "structure")[:3] == ["砖混", "土木", "砖混"]
    assert column(panel, "storeys")[:3] == ["1", "2", "3"]
    opened.actions_["undo"].trigger()
    settle()
    assert (column(panel, "structure")[:3], column(panel, "storeys")[:3]) == before


def test_one_value_is_pasted_down_the_rows_that_are_selected(
    qtbot: QtBot, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 1, "storeys")
    click(qtbot, panel, 3, "storeys", _SHIFT)
    assert paste(qtbot, panel, "4", settle) is None
    assert column(panel, "storeys")[:6] == ["", "4", "4", "4", "", ""]


def test_what_would_be_refused_is_shown_before_anything_is_written(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 0, "storeys")
    sheet = paste(qtbot, panel, "1\n九百\n3", settle)
    assert sheet is not None
    assert (sheet.shown.change_button.text(), sheet.shown.refuse_button.text()) == ("改 2 行", "1 行改不了")
    assert stored(opened, "house", "storeys")[:3] == [None] * 3
    sheet.primary.click()
    settle()
    assert stored(opened, "house", "storeys")[:3] == [1, None, 3]


def test_a_paste_of_a_million_signs_is_told_and_changes_nothing(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 0, "address")
    sheet = paste(qtbot, panel, "字" * 1_000_000, settle)
    assert sheet is not None
    sheet.shown.refuse_button.click()
    assert "超过 4000 个字符" in str(sheet.shown.refused.index(0, 1).data())
    assert not sheet.primary.isEnabled()
    sheet.reject()
    told: list[str] = []
    opened.explorer.bulk.said.connect(lambda sentence, _tone: told.append(sentence))
    assert paste(qtbot, panel, "1\t" * 100_001, settle) is None
    assert told == ["一次最多粘贴 100,000 格；更多的数据请用“从表格补充”"]


def test_rows_copied_go_back_to_where_they_were(qtbot: QtBot, panel: TablePanel, settle: Settle) -> None:
    click(qtbot, panel, 0, "house_no")
    click(qtbot, panel, 1, "house_no", _SHIFT)
    panel.bar.copying.click()
    settle()
    text = QGuiApplication.clipboard().text()
    sheet = paste(qtbot, panel, text.replace("半岭0号", "半岭零号"), settle)
    assert sheet is not None
    assert sheet.shown.change_button.text() == "改 1 行"
    sheet.primary.click()
    settle()
    assert column(panel, "address")[:2] == ["半岭零号", "半岭1号"]


def test_the_cells_that_are_marked_are_copied_and_pasted_elsewhere(
    qtbot: QtBot, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 0, "address")
    click(qtbot, panel, 1, "structure", _SHIFT)
    qtbot.keyClick(panel.view, Key.Key_C, _CONTROL)
    settle()
    assert QGuiApplication.clipboard().text() == "半岭0号\t砖木\n半岭1号\t砖混"
    click(qtbot, panel, 5, "address")
    qtbot.keyClick(panel.view, Key.Key_V, _CONTROL)
    settle()
    assert column(panel, "address")[5:7] == ["半岭0号", "半岭1号"]
    click(qtbot, panel, 5, "structure")
    qtbot.keyClick(panel.view, Key.Key_C, _CONTROL)
    assert QGuiApplication.clipboard().text() == "砖木"


def test_delete_empties_a_cell_and_asks_before_it_empties_several(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    click(qtbot, panel, 0, "address")
    qtbot.keyClick(panel.view, Key.Key_Delete)
    settle()
    assert column(panel, "address")[:2] == ["", "半岭1号"]
    click(qtbot, panel, 1, "address")
    click(qtbot, panel, 2, "address", _SHIFT)
    qtbot.keyClick(panel.view, Key.Key_Delete)
    settle()
    assert stored(opened, "house", "address")[:3] == [None, "半岭1号", "半岭2号"]
    (sheet,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, PasteSheet) and w.isVisible()]
    qtbot.waitUntil(sheet.primary.isEnabled)
    sheet.primary.click()
    settle()
    assert column(panel, "address")[:4] == ["", "", "", "半岭3号"]


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_may_not_edit_cannot_begin_to(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    panel = list_rows(enter("查阅员"), "house", settle)
    click(qtbot, panel, 0, "house_no")
    for key in (Key.Key_F2, Key.Key_A):
        qtbot.keyClick(panel.view, key)
        assert panel.view.state() is not panel.view.State.EditingState
    QGuiApplication.clipboard().setText("9")
    qtbot.keyClick(panel.view, Key.Key_V, _CONTROL)
    settle()
    assert not panel.bar.changing.isVisible()
    assert column(panel, "house_no")[0] != "9"


def test_a_cell_that_may_not_be_changed_here_is_not_pasted_over(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    residents = list_rows(opened, "resident", settle)
    households = column(residents, "household")
    click(qtbot, residents, 0, "name")
    sheet = paste(qtbot, residents, "姓名\t所在户\n甄改\t某户", settle)
    assert sheet is not None
    notes = [note.text() for note in sheet.findChildren(QLabel)]
    assert "这里不能改的没有粘贴：所在户" in notes
    sheet.primary.click()
    settle()
    assert column(residents, "name")[0] == "甄改"
    assert column(residents, "household") == households
