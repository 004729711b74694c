"""What a person may ask for is done in the window: to see, to correct, to delete; and what is due is reviewed."""

import stat
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from mingqing.access.audit import Act
from mingqing.core.sample import PASSWORD, USER
from mingqing.desktop.person.page import PersonPage
from mingqing.desktop.person.queue import EraseSheet, KeepSheet
from mingqing.store.ids import new_ids
from mingqing.store.log import entries
from mingqing.store.project import open_project

from .duties import OWN, Desk, cells, desk, everything_said, staffed

__all__ = ["desk", "staffed"]

NAME, NUMBER, PHONE = "甄一一", "999999195001010018", "00012345678"
VILLAGE = "331124204202"


@pytest.fixture
def page(desk: Desk) -> PersonPage:
    """The page of an editor, with somebody who lives alone, and two others."""
    with (
        open_project(desk.project, user=USER, password=PASSWORD) as session,
        session.transaction("edit", "登记") as change,
    ):
        home, other, *people = new_ids(5)
        everywhere = {"village_code": [VILLAGE] * 2}
        change.insert("household", [home, other], {"household_no": ["001", "002"], **everywhere})
        change.insert(
            "resident",
            people,
            {
                "name": [NAME, "样二二", "样三三"],
                "id_number": [NUMBER, None, None],
                "phone": [PHONE, None, None],
                "household": [home, other, other],
                "keep_until": [None, "2025-12-31", "2025-12-31"],
                "village_code": [VILLAGE] * 3,
            },
        )
    desk.open("村编乙", OWN)
    desk.go("persons")
    assert desk.window.pages.currentWidget() is desk.window.duties.persons
    return desk.window.duties.persons


def find(qtbot: QtBot, desk: Desk, page: PersonPage, text: str) -> None:
    page.finding.field.setText(text)
    qtbot.keyClick(page.finding.field, Qt.Key.Key_Return)
    desk.settle()


@pytest.fixture
def opened(qtbot: QtBot, desk: Desk, page: PersonPage) -> PersonPage:
    """The page with the record of the one who lives alone."""
    find(qtbot, desk, page, NUMBER)
    page.finding.opening.click()
    desk.settle()
    assert page.currentWidget() is page.record
    return page


def names(desk: Desk) -> set[str]:
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        return {name for (name,) in session.rows("resident", ["name"])}


@pytest.mark.parametrize("who", ["查阅甲", "审计丙"])
def test_page_is_not_offered_to_who_sees_people_masked(desk: Desk, who: str) -> None:
    desk.open(who, OWN)
    assert not desk.window.actions_["persons"].isVisible()
    desk.window.duties.show("persons")
    assert desk.window.pages.currentWidget() is not desk.window.duties.persons


def test_somebody_is_found_by_number_which_the_list_shows_masked(
    qtbot: QtBot, desk: Desk, page: PersonPage
) -> None:
    find(qtbot, desk, page, NUMBER)
    (line,) = cells(page.finding.table)
    assert line[0] == NAME
    assert line[3].startswith("999999****")
    assert NUMBER not in str(line)


def test_who_is_not_found_is_said(qtbot: QtBot, desk: Desk, page: PersonPage) -> None:
    find(qtbot, desk, page, "没有此人")
    assert page.finding.table.isHidden()
    assert "没有找到" in everything_said()
    find(qtbot, desk, page, "")
    assert "请填写要找的人" in everything_said()


def test_record_holds_everything_and_looking_is_logged(desk: Desk, opened: PersonPage) -> None:
    said = opened.record.page.toPlainText()
    assert NUMBER in said
    assert PHONE in said
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        (entry,) = entries(session, acts=[Act.DISCLOSE])
    assert entry.account == "村编乙"
    assert NAME not in entry.target + entry.detail


def test_saved_page_is_for_this_user_alone_and_logged_without_the_name(
    desk: Desk, opened: PersonPage, tmp_path: Path
) -> None:
    path = tmp_path / "查阅.html"
    opened.save(path)
    desk.settle()
    assert NUMBER in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        (entry,) = entries(session, acts=[Act.EXPORT])
    assert entry.rows == 1
    assert NAME not in entry.target + entry.detail


def test_correction_needs_a_change_a_fitting_value_and_a_reason(desk: Desk, opened: PersonPage) -> None:
    opened.record.correcting.click()
    desk.settle()
    form = opened.correction
    form.primary.click()
    assert form.error == "还没有改动"
    phone, sex = form.editor_of("phone"), form.editor_of("sex")
    assert isinstance(phone, QLineEdit)
    assert isinstance(sex, QComboBox)
    sex.setCurrentText("女")
    phone.setText("12")
    form.primary.click()
    desk.settle()
    assert "手机号" in form.error
    phone.setText("00087654321")
    form.primary.click()
    desk.settle()
    assert "理由" in form.error
    form.why.setText("本人持户口簿要求更正")
    form.primary.click()
    desk.settle()
    assert opened.currentWidget() is opened.record
    assert "00087654321" in opened.record.page.toPlainText()
    assert "请同时改好原来的表" in opened.record.note.text()
    with open_project(desk.project, user=USER, password=PASSWORD) as session:
        assert (NAME, "00087654321", "女") in session.rows("resident", ["name", "phone", "sex"])


def test_deleting_says_what_goes_and_stays_before_and_after(desk: Desk, opened: PersonPage) -> None:
    opened.record.erasing.click()
    desk.settle()
    step = opened.erasure
    before = everything_said()
    assert "将要删除" in before
    assert "住户 1 条、人口 1 条" in before or "人口 1 条、住户 1 条" in before
    assert "操作日志保留" in before
    assert not step.primary.isEnabled()
    assert NAME in names(desk)
    step.understood.setChecked(True)
    step.primary.click()
    desk.settle()
    assert "理由" in step.error
    step.why.setText("本人要求删除，已核对身份")
    step.primary.click()
    desk.settle()
    assert opened.currentWidget() is step
    assert "已删除：" in step.outcome
    assert NAME not in names(desk)
    for gone in (NAME, NUMBER, PHONE):
        assert gone not in everything_said()
        assert gone not in opened.record.page.toPlainText()
    step.done.click()
    assert cells(opened.finding.table) == []


def test_reason_must_not_say_who_it_was(desk: Desk, opened: PersonPage) -> None:
    opened.record.erasing.click()
    desk.settle()
    opened.erasure.why.setText(f"{NAME}要求删除")
    opened.erasure.understood.setChecked(True)
    opened.erasure.primary.click()
    desk.settle()
    assert "不要写" in opened.erasure.error
    assert opened.erasure.primary.isEnabled()
    assert NAME in names(desk)


def test_rows_past_their_term_are_kept_longer(desk: Desk, page: PersonPage) -> None:
    assert page.tabs.button(1).text().endswith("2")
    page.tabs.button(1).click()
    page.queue.table.selectRow(0)
    page.queue.keeping.click()
    sheet = desk.sheet()
    assert isinstance(sheet, KeepSheet)
    desk.confirm()
    assert "理由" in sheet.error
    sheet.why.setText("仍在享受低保")
    desk.confirm()
    assert [line[0] for line in cells(page.queue.table)] == ["样三三"]
    assert names(desk) == {NAME, "样二二", "样三三"}


def test_rows_past_their_term_are_deleted(desk: Desk, page: PersonPage) -> None:
    page.tabs.button(1).click()
    page.queue.everything.click()
    page.queue.erasing.click()
    sheet = desk.sheet()
    assert isinstance(sheet, EraseSheet)
    assert "人口 2 条" in everything_said()
    sheet.why.setText("已到期")
    desk.confirm()
    assert "已删除：" in page.erasure.outcome
    assert names(desk) == {NAME}
    page.erasure.done.click()
    assert "没有过了保存期限的记录" in everything_said()


def test_nothing_of_anybody_stays_after_leaving(desk: Desk, opened: PersonPage) -> None:
    opened.record.left.emit()
    assert PHONE not in everything_said()
    back = desk.window.actions_["dismiss"].trigger
    back()
    assert desk.window.pages.currentWidget() is desk.window.explorer
    assert cells(opened.queue.table) == cells(opened.finding.table) == []
    for gone in (NAME, NUMBER, PHONE):
        assert gone not in everything_said()


def test_escape_goes_back_a_step(desk: Desk, opened: PersonPage) -> None:
    opened.record.correcting.click()
    desk.settle()
    back = desk.window.actions_["dismiss"].trigger
    back()
    assert opened.currentWidget() is opened.record
    back()
    assert opened.currentWidget() is opened.finding.parentWidget().parentWidget()
    back()
    assert desk.window.pages.currentWidget() is desk.window.explorer
