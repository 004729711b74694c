"""A question is asked by mouse or by keys alone, selects, goes on in the table, and is kept."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mingqing.desktop.conditions.builder import ConditionBuilder
from mingqing.desktop.conditions.lines import NearLine
from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.desktop.map.tools.select import How
from mingqing.desktop.window import MainWindow
from mingqing.store.conditions import (
    All,
    Holds,
    Within,
)
from mingqing.store.conditions.kept import Asked
from tests.desktop.conditions.conftest import (
    DANGEROUS,
    HERE,
    SLIDES,
    Key,
    Keys,
    Mouse,
    Settle,
    ask,
    counted,
    field_line,
    group,
    selected,
)
from tests.desktop.conftest import PASSWORD, USER

# ── Journeys ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hand", [Mouse, Keys])
def test_who_lives_alone_near_a_slide_is_asked_without_any_syntax(
    qtbot: QtBot, opened: MainWindow, builder: ConditionBuilder, settle: Settle, hand: type[Mouse]
) -> None:
    opened.actions_["table"].trigger()
    settle()
    by, sheet = hand(qtbot, opened), builder.sheet
    by.open_sheet()
    assert sheet.isVisible()
    by.choose(sheet.tables, "重点人员")
    line = field_line(sheet)
    by.choose(line.field, "关爱类别")
    by.choose(line.relation, "是")
    by.tick(line.value.ticks, "独居老人")
    assert counted(qtbot, sheet) == "找到 3 条"
    by.press(group(sheet).adders["near"])
    near = group(sheet).parts[1]
    assert isinstance(near, NearLine)
    by.choose(near.to, "地灾隐患")
    by.write(near.distance, "200")
    by.press(near.more)
    by.choose(near.lines[0].field, "灾害类型")
    by.tick(near.lines[0].value.ticks, "滑坡")
    assert (
        sheet.said.text() == "重点人员：关爱类别 是 独居老人，并且 距 地灾隐患（灾害类型 是 滑坡）200 米以内"
    )
    assert counted(qtbot, sheet) == "找到 1 条"
    by.press(sheet.select)
    settle()
    assert not sheet.isVisible()
    assert selected(opened, "key_person", "name") == {"岑五"}

    opened.actions_["conditions"].trigger()
    assert counted(qtbot, sheet) == "找到 1 条"
    by.press(sheet.show_rows)
    settle()
    explorer = opened.explorer
    assert (explorer.theme, explorer.tables.table, explorer.tables.rows.rowCount()) == (
        "key_person",
        "key_person",
        1,
    )
    assert explorer.tables.bar.asking.isChecked()
    assert explorer.tables.bar.asking.toolTip() == sheet.said.text()


def test_a_question_is_kept_reopened_another_day_and_forgotten(
    qtbot: QtBot,
    opened: MainWindow,
    builder: ConditionBuilder,
    sheet: ConditionSheet,
    settle: Settle,
    project: Path,
) -> None:
    asked = Asked("house", All((DANGEROUS, Within(500, "hazard", SLIDES))))
    ask(sheet, asked.table, asked.condition)
    counted(qtbot, sheet)
    sheet.keep.click()
    sheet.naming.name.setText("滑坡旁的危房")
    qtbot.keyClick(sheet.naming.name, Key.Key_Return)
    settle()
    assert not sheet.naming.isVisible()
    sheet.reject()

    opened.close_project()
    assert (sheet.question, sheet.said.text(), builder.list.isVisible()) == (None, "", False)
    opened.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: opened.session is not None, timeout=15_000)
    settle()
    opened.actions_["conditions"].trigger()
    sheet.kept.click()
    settle()
    assert builder.list.names == ["已保存", "滑坡旁的危房"]
    qtbot.keyClick(builder.list, Key.Key_Return)
    assert sheet.asked == asked
    assert counted(qtbot, sheet) == "找到 3 条"
    sheet.select.click()
    opened.actions_["conditions"].trigger()
    sheet.kept.click()
    settle()
    assert builder.list.names == ["已保存", "滑坡旁的危房", "最近用过", sheet.said.text()]
    qtbot.keyClick(builder.list, Key.Key_Delete)
    settle()
    assert builder.list.names == ["最近用过", sheet.said.text()]
    builder.list.hide()


def test_a_name_is_required_and_may_be_given_up(qtbot: QtBot, sheet: ConditionSheet, settle: Settle) -> None:
    ask(sheet, "house", DANGEROUS)
    counted(qtbot, sheet)
    sheet.keep.click()
    assert sheet.naming.name.text() == "农房：危房 是"
    sheet.naming.name.setText(" ")
    sheet.naming.save.click()
    settle()
    assert not sheet.naming.isVisible()


# ── With the map and the table ───────────────────────────────────────────────────────────────────────────────


def test_what_is_found_is_added_to_the_selection_and_taken_out_of_it(
    qtbot: QtBot, opened: MainWindow, builder: ConditionBuilder, sheet: ConditionSheet, settle: Settle
) -> None:
    ask(sheet, "house", Holds("house_no", "0F0"))
    counted(qtbot, sheet)
    sheet.select.click()
    for how, condition, left in (
        (How.ADD, Holds("house_no", "0F1"), {"0F0", "0F1"}),
        (How.REMOVE, Holds("house_no", "0F0"), {"0F1"}),
    ):
        opened.actions_["conditions"].trigger()
        ask(sheet, "house", condition)
        counted(qtbot, sheet)
        sheet.selecting.emit(how)
        settle()
        assert selected(opened, "house", "house_no") == left


def test_only_the_village_in_view_is_searched_unless_one_says_otherwise(
    qtbot: QtBot, opened: MainWindow, sheet: ConditionSheet, settle: Settle
) -> None:
    sheet.reject()
    opened.explorer.show_village(HERE)
    settle()
    opened.actions_["conditions"].trigger()
    ask(sheet, "house", DANGEROUS)
    assert counted(qtbot, sheet) == "找到 3 条"
    sheet.here.setChecked(False)
    assert counted(qtbot, sheet) == "找到 6 条"
    sheet.show_rows.click()
    settle()
    panel = opened.explorer.tables
    assert panel.rows.rowCount() == 6
    panel.want_all()
    settle()
    assert panel.rows.rowCount() == 6
    assert not panel.bar.asking.isChecked()


def test_the_table_goes_on_with_its_question_and_forgets_it_with_another_table(
    qtbot: QtBot, opened: MainWindow, sheet: ConditionSheet, settle: Settle
) -> None:
    ask(sheet, "house", All((DANGEROUS, Holds("house_no", "0F"))))
    counted(qtbot, sheet)
    sheet.show_rows.click()
    settle()
    panel = opened.explorer.tables
    assert panel.rows.rowCount() == 3
    ask(sheet, "road", All())
    panel.bar.asking.click()
    assert sheet.isVisible()
    assert sheet.asked == Asked("house", All((DANGEROUS, Holds("house_no", "0F"))))
    sheet.reject()
    panel.bar.choose("household")
    panel.bar.choose("house")
    settle()
    assert panel.rows.rowCount() == 12
    panel.bar.choose("household")
    panel.bar.asking.click()
    assert sheet.table == "household"
