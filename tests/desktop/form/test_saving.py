"""A form saves each field as it is left, and keeps what cannot be saved."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from mingqing.core.errors import ProjectUnavailable
from mingqing.desktop import banner
from mingqing.desktop import editor as editor_module
from mingqing.desktop.form.fields import ChoiceField
from mingqing.desktop.form.leaving import LeavingSheet
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project
from tests.desktop.conftest import PASSWORD, USER
from tests.desktop.form.conftest import Settle, find, form_of, stored, write


def test_a_field_is_saved_as_it_is_left_and_undone_by_one_step(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    write(form_of(opened), "storeys", " ３ 层")
    settle()
    assert stored(opened, "house", house, "storeys") == (3,)
    assert form_of(opened).fields["storeys"].value == "3"
    step = opened.explorer.editor.undoing
    assert step is not None
    assert step.why == "修改农房：层数"
    opened.explorer.editor.undo()
    settle()
    assert stored(opened, "house", house, "storeys") == (None,)
    assert form_of(opened).fields["storeys"].value == ""


def test_a_choice_is_saved_at_once(opened: MainWindow, house: int, settle: Settle) -> None:
    vacant = form_of(opened).fields["vacant"]
    assert isinstance(vacant, ChoiceField)
    vacant.group.buttons()[0].click()
    settle()
    assert stored(opened, "house", house, "vacant") == (1,)


def test_what_is_the_same_as_before_is_no_step_to_undo(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    write(form_of(opened), "house_no", " 0F1 ")
    settle()
    assert opened.explorer.editor.undoing is None
    assert form_of(opened).fields["house_no"].value == "0F1"
    assert not form_of(opened).pending


def test_what_is_wrong_stays_as_typed_with_its_sentence_and_the_rest_is_saved(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    form = form_of(opened)
    write(form, "storeys", "三层半")
    write(form, "built_year", "1988")
    settle()
    assert form.complaints == {"storeys": "不是数字：三层半"}
    assert form.fields["storeys"].value == "三层半"
    assert stored(opened, "house", house, "storeys", "built_year") == (None, 1988)
    write(form, "storeys", "3")
    settle()
    assert not form.complaints
    assert stored(opened, "house", house, "storeys") == (3,)


def test_what_another_row_has_already_is_told_at_the_field(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    form = form_of(opened)
    write(form, "house_no", "0F2")
    settle()
    assert form.complaints == {"house_no": "本村已经有一条“农房”是“0F2”了"}
    assert stored(opened, "house", house, "house_no") == ("0F1",)


def test_leaving_with_what_is_not_saved_says_so_and_keeps_it(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    write(form_of(opened), "storeys", "三层半")
    opened.explorer._actions["dismiss"].trigger()
    settle()
    explorer = opened.explorer
    assert not explorer.form.isVisible()
    assert explorer.card.isVisible()
    assert "“农房的层数”还没有保存" in explorer.banner.text
    explorer.form.open("house", house)
    settle()
    assert form_of(opened).fields["storeys"].value == "三层半"
    assert form_of(opened).complaints == {"storeys": "不是数字：三层半"}


@pytest.mark.parametrize("by", ["a later save", "another card"])
def test_that_it_is_not_saved_is_said_until_something_is_or_another_card_is_shown(
    opened: MainWindow, house: int, settle: Settle, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    explorer = opened.explorer
    write(form_of(opened), "storeys", "三层半")
    opened.explorer._actions["dismiss"].trigger()
    settle()

    def go_on() -> None:
        if by == "another card":
            explorer.show_row("house", find(opened, "house", house_no="0F2"))
        else:
            explorer.editor.do("修改农房", lambda e, _: e.change("house", house, {"house_no": "0F9"}))
        settle()

    explorer.show_row("house", house)
    settle()
    assert explorer.banner.text  # the same card is no other
    monkeypatch.setattr(banner, "_READ_MS", 0)
    go_on()
    assert explorer.banner.text == ""


def footer(window: MainWindow) -> str:
    return window.explorer.form._status.text()


def test_the_footer_never_says_saved_while_a_field_is_not(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    form = form_of(opened)
    write(form, "storeys", "2")
    assert footer(opened) == "改完一格就自动保存"  # not red while it is being saved
    settle()
    write(form, "storeys", "三层半")
    assert footer(opened) == "有 1 格没有保存"
    assert opened.explorer.form._status.property("kind") == "wrong"
    write(form, "built_year", "1988")
    settle()
    assert stored(opened, "house", house, "built_year") == (1988,)
    assert footer(opened) == "有 1 格没有保存"
    write(form, "storeys", "3")
    settle()
    assert "没有保存" not in footer(opened)
    assert opened.explorer.form._status.property("kind") == "caption"


def test_a_field_that_could_not_be_written_says_so_and_is_tried_again_with_the_next(
    opened: MainWindow, house: int, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = form_of(opened)

    def full(*_: object, **__: object) -> None:
        raise ProjectUnavailable("磁盘已满")

    with monkeypatch.context() as patch:
        patch.setattr(editor_module, "edit", full)
        write(form, "storeys", "3")
        settle()
    assert form.complaints == {"storeys": "没有保存：磁盘已满"}
    assert footer(opened) == "有 1 格没有保存"
    write(form, "built_year", "1988")
    settle()
    assert stored(opened, "house", house, "storeys", "built_year") == (3, 1988)
    assert not form.complaints
    assert "没有保存" not in footer(opened)


def leaving_sheet(window: MainWindow) -> LeavingSheet:
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, LeavingSheet)
    assert sheet.parent() is window
    return sheet


def test_closing_asks_once_what_becomes_of_what_is_not_saved(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    write(form_of(opened), "storeys", "三层半")
    assert not opened.close()
    sheet = leaving_sheet(opened)
    assert any("“农房的层数”还没有保存" in each.text() for each in sheet.findChildren(QLabel))
    sheet.primary.click()
    assert opened.isVisible()
    assert opened.session is not None
    assert form_of(opened).fields["storeys"].value == "三层半"
    opened.explorer._actions["dismiss"].trigger()  # what is kept as a draft would be lost as well
    opened.actions_["close"].trigger()
    leaving_sheet(opened).giving_up.click()
    settle()
    assert opened.session is None


def test_a_draft_that_is_there_again_is_marked_as_not_saved(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    opened.explorer.form.desk.drafts["house", house] = {"storeys": "3"}
    opened.explorer.form.open("house", house)
    settle()
    assert form_of(opened).complaints == {"storeys": "上次填的，还没有保存"}
    assert footer(opened) == "有 1 格没有保存"
    form_of(opened).finish()
    settle()
    assert stored(opened, "house", house, "storeys") == (3,)
    assert not form_of(opened).complaints


def test_what_is_typed_and_not_yet_left_is_saved_on_leaving(
    opened: MainWindow, house: int, settle: Settle, qtbot: QtBot
) -> None:
    editor = form_of(opened).fields["storeys"].focusProxy()
    qtbot.keyClicks(editor, "5")
    opened.explorer._actions["dismiss"].trigger()
    settle()
    assert stored(opened, "house", house, "storeys") == (5,)
    assert opened.explorer.banner.text == ""


def test_a_project_that_is_closed_takes_drafts_with_it(
    opened: MainWindow, house: int, project: Path, settle: Settle, qtbot: QtBot
) -> None:
    write(form_of(opened), "storeys", "三层半")
    qtbot.keyClicks(form_of(opened).fields["built_year"].focusProxy(), "1990")
    opened.close_project()
    form = opened.explorer.form
    assert not form.desk.drafts
    assert form.section is None
    opened.open_now(project, USER, PASSWORD)
    settle()
    assert stored(opened, "house", house, "storeys", "built_year") == (None, 1990)


def test_what_is_typed_is_saved_when_the_window_is_closed(
    opened: MainWindow, house: int, project: Path, qtbot: QtBot
) -> None:
    qtbot.keyClicks(form_of(opened).fields["built_year"].focusProxy(), "1990")
    opened.close()
    with open_project(project, user=USER, password=PASSWORD) as session:
        assert session.rows("house", ["built_year"], where={"id": house}) == [(1990,)]


def test_fields_that_few_look_for_are_unfolded_and_saved_like_others(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    form = form_of(opened)
    assert "verified_on" not in form.fields
    form.folded.more.click()
    write(form, "verified_on", "2025年6月1日")
    settle()
    assert stored(opened, "house", house, "verified_on") == ("2025-06-01",)
    assert form.fields["verified_on"].value == "2025-06-01"
    write(form, "verified_on", "去年")
    opened.explorer._actions["dismiss"].trigger()
    opened.explorer.form.open("house", house)
    settle()
    assert form_of(opened).complaints == {"verified_on": "不是日期：去年"}
