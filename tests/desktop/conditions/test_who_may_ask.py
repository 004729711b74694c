"""Nobody asks about more than the account may see."""

from pathlib import Path

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.store.conditions import (
    All,
    Holds,
    ReferredBy,
)
from mingqing.store.conditions.kept import Asked, keep
from mingqing.store.project import open_project
from tests.desktop.conditions.conftest import ALONE, DANGEROUS, Enter, Settle, ask, counted, field_line
from tests.desktop.conftest import CANARIES, PASSWORD, USER


def offered(box: QComboBox) -> list[str]:
    every = (box.model().index(n, 0, QModelIndex()) for n in range(box.count()))
    return [str(index.data()) for index in every]


def test_who_sees_masks_asks_about_masks_and_not_about_what_is_hidden(
    qtbot: QtBot, enter: Enter, settle: Settle
) -> None:
    window = enter("查阅员")
    window.actions_["conditions"].trigger()
    sheet = window.explorer.kit.conditions.sheet
    settle()
    assert "重点人员" not in offered(sheet.tables)
    assert not any("重点人员" in words or "身份证" in words for words in offered(field_line(sheet).field))
    sheet.tables.setCurrentText("住户")
    line = field_line(sheet)
    line.field.setCurrentText("户主")
    line.value.first.setText(CANARIES[0][1:])
    assert counted(qtbot, sheet) == "没有找到符合的"
    line.relation.setCurrentText("是")
    line.value.first.setText("秦**")
    assert counted(qtbot, sheet) == "找到 1 条"
    sheet.keep.click()
    sheet.naming.save.click()
    settle()
    assert sheet.naming.isVisible()
    assert "没有保存" in sheet.naming.error
    sheet.reject()


def test_a_shared_question_reaches_only_who_sees_what_it_names(
    staffed: Path, enter: Enter, settle: Settle
) -> None:
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        keep(session, "独居", Asked("house", ReferredBy("key_person", "house", ALONE)), shared=True)
        keep(session, "危房", Asked("house", DANGEROUS), shared=True)
    for who, names in (("查阅员", ["危房"]), ("村编员", ["危房", "独居"])):
        window = enter(who)
        window.actions_["conditions"].trigger()
        builder = window.explorer.kit.conditions
        builder.sheet.kept.click()
        settle()
        assert builder.list.names == ["已保存", *names]
        builder.list.hide()
        builder.sheet.reject()


def test_the_next_account_finds_no_question_of_the_one_before(enter: Enter, settle: Settle) -> None:
    window = enter("村编员")
    builder = window.explorer.kit.conditions
    window.actions_["conditions"].trigger()
    ask(builder.sheet, "key_person", Holds("name", "冯石雀"))
    settle()
    builder.sheet.accept()
    window = enter("查阅员")
    assert (builder.sheet.question, builder.sheet.said.text()) == (None, "")
    window.actions_["conditions"].trigger()
    builder.sheet.kept.click()
    settle()
    assert builder.list.names == ["还没有保存过条件"]
    assert "冯石雀" not in "".join(box.text() for box in builder.sheet.findChildren(QLineEdit))
    builder.list.hide()
    builder.sheet.reject()
    QApplication.processEvents()


def test_the_sheet_fits_a_small_screen_however_long_the_question(qtbot: QtBot, sheet: ConditionSheet) -> None:
    long = All(tuple(Holds("address", f"半岭坑边上村下村外垄{n}号") for n in range(30)))
    ask(sheet, "house", long)
    sheet.keep.setEnabled(True)
    sheet.keep.click()
    sheet.refuse("已经有一个叫这个名字的条件了，请换个名字")
    qtbot.wait(30)
    assert (sheet.width() <= 1000, sheet.height() <= 640) == (True, True), sheet.size()
    assert sheet._area.height() >= 160
