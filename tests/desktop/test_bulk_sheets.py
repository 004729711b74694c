"""Many rows changed at once in the window: what would happen is shown first, then done in one undo, or stopped."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from mingqing.desktop.bulk.fill import FillSheet
from mingqing.desktop.bulk.join import JoinSheet
from mingqing.desktop.bulk.replace import ReplaceSheet
from mingqing.desktop.bulk.sheet import BulkSheet
from mingqing.desktop.jobs import WriteJob
from mingqing.desktop.table.editors import put_text
from mingqing.desktop.table.panel import TablePanel
from mingqing.desktop.window import MainWindow
from mingqing.store import edit as edits

from .test_table_panel import column, list_rows

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
Sheet = TypeVar("Sheet", bound=BulkSheet)


@pytest.fixture
def panel(opened: MainWindow, settle: Settle) -> TablePanel:
    """The houses of both villages, listed."""
    return list_rows(opened, "house", settle)


def sheet_of(kind: type[Sheet]) -> Sheet:
    (found,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found


def rest(qtbot: QtBot, sheet: BulkSheet, settle: Settle) -> None:
    """Wait until the sheet has said what would happen."""
    qtbot.waitUntil(lambda: not sheet._pause.isActive())
    settle()


def begin(window: MainWindow, name: str, kind: type[Sheet], qtbot: QtBot, settle: Settle) -> Sheet:
    window.actions_[name].trigger()
    sheet = sheet_of(kind)
    rest(qtbot, sheet, settle)
    return sheet


def choose(box: QComboBox, value: object) -> None:
    at = box.findData(value)
    assert at >= 0
    box.setCurrentIndex(at)


def put(sheet: FillSheet, field: str, text: str) -> None:
    choose(sheet.field, field)
    put_text(sheet.value, text)


# ── One field ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_field_of_the_selected_rows_is_set_in_one_undo(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    opened.explorer.selection.choose({"house": panel.rows.ids[:3].tolist()})
    sheet = begin(opened, "fill", FillSheet, qtbot, settle)
    assert [sheet.scopes.itemText(n) for n in range(sheet.scopes.count())] == [
        "选中的 3 行",
        "属性表里列出的 12 行",
        "所有村的所有行",
    ]
    assert not sheet.primary.isEnabled()
    put(sheet, "structure", "砖混")
    rest(qtbot, sheet, settle)
    assert (sheet.shown.change_button.text(), sheet.shown.note.text()) == ("改 2 行", "1 行不用改")
    assert [sheet.shown.changing.index(0, n).data() for n in range(3)] == ["0F0", "砖木", "砖混"]
    assert column(panel, "structure")[:4] == ["砖木", "砖混"] * 2
    told: list[str] = []
    opened.explorer.bulk.said.connect(lambda sentence, _tone: told.append(sentence))
    sheet.primary.click()
    settle()
    assert column(panel, "structure")[:4] == ["砖混"] * 4
    assert told == ["改了 2 行“农房”，按 Ctrl+Z 可以撤销"]
    opened.actions_["undo"].trigger()
    settle()
    assert column(panel, "structure")[:4] == ["砖木", "砖混"] * 2


def test_rows_that_cannot_change_are_listed_and_may_be_saved(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle, tmp_path: Path
) -> None:
    sheet = begin(opened, "fill", FillSheet, qtbot, settle)
    put(sheet, "house_no", "9")
    rest(qtbot, sheet, settle)
    assert (sheet.shown.change_button.text(), sheet.shown.refuse_button.text()) == ("改 2 行", "10 行改不了")
    sheet.shown.refuse_button.click()
    assert "本村已经有一条“农房”是“9”了" in str(sheet.shown.refused.index(0, 1).data())
    sheet.shown.save(tmp_path / "名单.csv")
    settle()
    assert len((tmp_path / "名单.csv").read_text(encoding="utf-8-sig").splitlines()) == 11
    sheet.primary.click()
    settle()
    assert column(panel, "house_no").count("9") == 2


def test_a_value_that_no_row_can_have_is_told_at_once(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    sheet = begin(opened, "fill", FillSheet, qtbot, settle)
    put(sheet, "storeys", "很高")
    rest(qtbot, sheet, settle)
    assert sheet.shown.note.text() == "层数：不是数字：很高"
    assert sheet.value.property("wrong") == "true"
    assert not sheet.primary.isEnabled()


def test_numbers_are_multiplied_fields_emptied_and_copied(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    def done(*, how: str, field: str) -> FillSheet:
        sheet = begin(opened, "fill", FillSheet, qtbot, settle)
        choose(sheet.field, field)
        sheet.how.setCurrentText(how)
        return sheet

    def carry_out(sheet: FillSheet) -> None:
        rest(qtbot, sheet, settle)
        sheet.primary.click()
        settle()

    sheet = begin(opened, "fill", FillSheet, qtbot, settle)
    put(sheet, "storeys", "2")
    carry_out(sheet)
    sheet = done(how="乘、加", field="storeys")
    sheet.factor.setText("2")
    sheet.addend.setText("1")
    carry_out(sheet)
    assert set(column(panel, "storeys")) == {"5"}
    sheet = done(how="照抄另一个字段", field="address")
    choose(sheet.source, "house_no")
    carry_out(sheet)
    assert column(panel, "address") == column(panel, "house_no")
    carry_out(done(how="清空", field="address"))
    assert set(column(panel, "address")) == {""}


# ── Find and replace ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_found_is_replaced_but_for_rows_that_are_left_out(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    sheet = begin(opened, "replace", ReplaceSheet, qtbot, settle)
    sheet.sought.setText("岭1")
    sheet.by.setText("坑1")
    rest(qtbot, sheet, settle)
    assert sheet.shown.change_button.text() == "改 2 行"
    assert sheet.shown.changing.index(0, 2).data() == "半坑1号"
    first = sheet.shown.changing.index(0, 0)
    sheet.shown.changing.setData(first, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert sheet.primary.text() == "改这 1 行"
    sheet.primary.click()
    settle()
    assert (column(panel, "address")[1], column(panel, "address")[7]) == ("半岭1号", "半坑1号")


def test_signs_of_patterns_and_of_sql_are_just_text(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    sheet = begin(opened, "replace", ReplaceSheet, qtbot, settle)
    for text in (".*", "%", "'; DELETE FROM house; --", "(", "\\"):
        sheet.sought.setText(text)
        rest(qtbot, sheet, settle)
        assert sheet.shown.change_button.text() == "改 0 行"


# ── From another table ───────────────────────────────────────────────────────────────────────────────────────


def test_fields_are_filled_from_a_table_and_its_other_rows_are_told(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle, tmp_path: Path
) -> None:
    lines = ["房屋编号,层数,民族,门牌号", "0F0,3,某,新址", "1F1,2,某,", "9F9,2,某,"]
    (tmp_path / "补充.csv").write_text("\n".join(lines), encoding="gbk")
    opened.explorer.bulk.fill_from(tmp_path / "补充.csv")
    settle()
    sheet = sheet_of(JoinSheet)
    rest(qtbot, sheet, settle)
    said = [each.text() for each in sheet.findChildren(QLabel)]
    assert any(text.startswith("不用：民族") for text in said)
    assert (sheet.shown.change_button.text(), sheet.shown.left_button.text()) == ("改 2 行", "1 行对不上")
    assert sheet.shown.left.index(0, 0).data() == "第 4 行　9F9"
    sheet.primary.click()
    settle()
    assert (column(panel, "storeys")[0], column(panel, "storeys")[7]) == ("3", "2")
    assert column(panel, "address")[0] == "半岭0号"  # only what was empty
    assert panel.rows.rowCount() == 12


def test_another_column_may_be_what_tells_rows_apart(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle, tmp_path: Path
) -> None:
    (tmp_path / "补充.csv").write_text("门牌号,层数\n半岭1号,3\n", encoding="utf-8")
    opened.explorer.show_village("331124204203")
    opened.explorer.bulk.fill_from(tmp_path / "补充.csv")
    settle()
    sheet = sheet_of(JoinSheet)
    rest(qtbot, sheet, settle)
    assert sheet.shown.note.text() == "请勾选至少一列用来找记录，如身份证号、房屋编号"
    next(t for t in sheet.findChildren(QCheckBox) if t.text() == "用来找记录").setChecked(True)
    rest(qtbot, sheet, settle)
    assert sheet.shown.change_button.text() == "改 1 行"
    sheet.reject()


def test_a_file_that_is_no_table_is_told(opened: MainWindow, settle: Settle, tmp_path: Path) -> None:
    told: list[str] = []
    opened.explorer.bulk.said.connect(lambda sentence, _tone: told.append(sentence))
    opened.explorer.bulk.fill_from(tmp_path / "没有.xlsx")
    settle()
    assert "找不到这个文件" in told[0]


# ── Stopping, and who may ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_stopped_leaves_nothing(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    held = threading.Event()
    opened.jobs.start(WriteJob(lambda _session, _job: held.wait(10), done=lambda _: None))
    sheet = begin_while_held(opened, qtbot)
    qtbot.waitUntil(sheet.primary.isEnabled, timeout=10_000)
    sheet.primary.click()
    assert not sheet.primary.isEnabled()
    sheet.reject()  # stops it; the sheet stays
    assert sheet.isVisible()
    held.set()
    settle()
    assert sheet.shown.note.text() == "已取消"
    assert set(column(panel, "storeys")) == {""}
    assert opened.explorer.editor.undoing is None
    sheet.reject()
    assert not sheet.isVisible()


def begin_while_held(window: MainWindow, qtbot: QtBot) -> FillSheet:
    window.actions_["fill"].trigger()
    sheet = sheet_of(FillSheet)
    put(sheet, "storeys", "2")
    return sheet


def test_a_stop_while_rows_are_checked_leaves_nothing(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "_AT_ONCE", 1)
    sheet = begin_while_held(opened, qtbot)
    rest(qtbot, sheet, settle)
    reached, go_on = threading.Event(), threading.Event()
    fitted = edits._fitted

    def slow(*given: object, **named: object) -> object:
        reached.set()
        go_on.wait(10)
        return fitted(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(edits, "_fitted", slow)
    sheet.primary.click()
    assert reached.wait(10)
    sheet.reject()
    go_on.set()
    settle()
    assert "没有留下做了一半的东西" in sheet.shown.note.text()
    assert set(column(panel, "storeys")) == {""}


def test_with_nothing_selected_and_nothing_listed_one_is_told_what_to_do(
    opened: MainWindow, settle: Settle
) -> None:
    told: list[str] = []
    opened.explorer.bulk.said.connect(lambda sentence, _tone: told.append(sentence))
    opened.actions_["fill"].trigger()
    assert told == ["请先选中要改的，或打开属性表（F6）"]


def test_who_may_not_edit_is_not_offered_it(enter: Enter, settle: Settle) -> None:
    window = enter("查阅员")
    panel = list_rows(window, "house", settle)
    assert not any(window.actions_[name].isEnabled() for name in ("fill", "replace", "join"))
    assert not panel.bar.changing.isVisible()


def test_a_village_editor_is_offered_the_rows_of_the_village_alone(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("村编员")
    panel = list_rows(window, "house", settle)
    sheet = begin(window, "fill", FillSheet, qtbot, settle)
    put(sheet, "storeys", "2")
    sheet.scopes.setCurrentIndex(sheet.scopes.count() - 1)
    rest(qtbot, sheet, settle)
    assert sheet.shown.change_button.text() == "改 6 行"
    sheet.primary.click()
    settle()
    assert set(column(panel, "storeys")) == {"2"}


def test_everything_in_a_sheet_has_a_name(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle
) -> None:
    sheets: list[tuple[str, type[BulkSheet]]] = [("fill", FillSheet), ("replace", ReplaceSheet)]
    for name, kind in sheets:
        sheet = begin(opened, name, kind, qtbot, settle)
        nameless = [
            w
            for w in sheet.findChildren(QWidget)
            if w.focusPolicy() & Qt.FocusPolicy.TabFocus
            and w.isVisible()
            and not w.accessibleName()
            and not (isinstance(w, QCheckBox) and w.text())
        ]
        assert not nameless
        sheet.reject()


def test_every_sheet_fits_a_small_screen(
    qtbot: QtBot, opened: MainWindow, panel: TablePanel, settle: Settle, tmp_path: Path
) -> None:
    columns = ["房屋编号", "层数", *(f"别的第{n}列" for n in range(30))]
    (tmp_path / "补充.csv").write_text(",".join(columns) + "\n0F0,3\n", encoding="utf-8")
    for begin_it in (
        opened.actions_["fill"].trigger,
        opened.actions_["replace"].trigger,
        lambda: opened.explorer.bulk.fill_from(tmp_path / "补充.csv"),
    ):
        begin_it()
        settle()
        (sheet,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, BulkSheet) and w.isVisible()]
        rest(qtbot, sheet, settle)
        sheet._show_bar(on=True)
        for size in (sheet.size(), sheet.minimumSizeHint()):
            assert (size.width() <= 1000, size.height() <= 640) == (True, True), (type(sheet), size)
        assert sheet.shown.list.height() >= 120
        sheet.reject()
