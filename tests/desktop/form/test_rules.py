"""A form holds to rules, follows what is changed elsewhere, and is for those who may edit."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from mingqing.desktop.form.fields import ChoiceField, IdNumberField, LockedField
from mingqing.desktop.form.panel import FormPanel
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import CANARIES
from tests.desktop.form.conftest import WOMAN, Settle, find, form_of, group, stored, write

# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def person(opened: MainWindow, settle: Settle) -> int:
    """A woman without an identity number, whose form is open."""
    row_id = find(opened, "resident", name="样01")
    opened.explorer.form.open("resident", row_id)
    settle()
    return row_id


def test_an_identity_number_fills_the_birth_date(opened: MainWindow, person: int, settle: Settle) -> None:
    write(form_of(opened), "id_number", WOMAN.lower())
    settle()
    assert stored(opened, "resident", person, "id_number", "birth_date", "sex") == (WOMAN, "1990-03-07", "女")
    assert form_of(opened).fields["birth_date"].value == "1990-03-07"
    opened.explorer.editor.undo()
    settle()
    assert stored(opened, "resident", person, "id_number", "birth_date") == (None, None)


def test_a_number_that_contradicts_the_sex_waits_until_one_of_them_is_corrected(
    opened: MainWindow, person: int, settle: Settle
) -> None:
    form = form_of(opened)
    sex = form.fields["sex"]
    assert isinstance(sex, ChoiceField)
    sex.group.buttons()[0].click()
    settle()
    write(form, "id_number", WOMAN)
    write(form, "phone", "00012345678")
    settle()
    assert form.complaints["sex"].startswith("与身份证号不一致")
    assert stored(opened, "resident", person, "id_number", "sex", "phone") == (None, "男", "00012345678")
    number = form.fields["id_number"]
    assert isinstance(number, IdNumberField)
    number.trust.click()
    settle()
    assert not form.complaints
    assert stored(opened, "resident", person, "id_number", "sex", "birth_date") == (WOMAN, "女", "1990-03-07")


def test_an_identity_number_that_is_wrong_says_that_it_is_not_saved(
    opened: MainWindow, person: int, settle: Settle
) -> None:
    write(form_of(opened), "id_number", WOMAN[:17] + "1")
    settle()
    assert form_of(opened).complaints == {"id_number": "身份证号可能录错（最后一位对不上），请核对，没有保存"}
    assert stored(opened, "resident", person, "id_number") == (None,)


def test_a_required_field_cannot_be_emptied(opened: MainWindow, person: int, settle: Settle) -> None:
    write(form_of(opened), "name", "")
    settle()
    assert form_of(opened).complaints == {"name": "必须填写"}
    assert stored(opened, "resident", person, "name") == ("样01",)


@pytest.mark.parametrize("name", ["𠮷田一", "样'); DROP TABLE resident;--", "%_\\ (.*"])
def test_names_are_kept_as_they_are_written(
    opened: MainWindow, person: int, settle: Settle, name: str
) -> None:
    write(form_of(opened), "name", name)
    settle()
    assert stored(opened, "resident", person, "name") == (name,)


# ── Following ────────────────────────────────────────────────────────────────────────────────────────────────


def test_fields_follow_what_is_changed_elsewhere_but_for_the_one_being_typed_in(
    opened: MainWindow, house: int, settle: Settle, qtbot: QtBot
) -> None:
    form = form_of(opened)
    qtbot.keyClicks(form.fields["storeys"].focusProxy(), "5")
    opened.explorer.editor.do(
        "修改农房", lambda e, _: e.change("house", house, {"storeys": 2, "built_year": 1999})
    )
    settle()
    assert form.fields["built_year"].value == "1999"
    assert form.fields["storeys"].value == "5"
    assert form.fields["storeys"]._note.text() == "刚才在别处改成了“2”；您填的还没有保存"
    form.fields["storeys"].finished.emit()
    settle()
    assert stored(opened, "house", house, "storeys") == (5,)


def test_a_row_that_is_deleted_elsewhere_takes_its_form_along(opened: MainWindow, settle: Settle) -> None:
    row_id = find(opened, "resident", name="样01")
    opened.explorer.form.open("resident", row_id)
    settle()
    opened.explorer.editor.do("删除人口", lambda e, _: e.remove("resident", [row_id]))
    settle()
    assert not opened.explorer.form.isVisible()
    assert opened.explorer.guide.key is None


def test_another_card_asked_for_on_the_map_takes_the_place_of_the_form(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    other = find(opened, "house", house_no="0F2")
    opened.explorer.show_row("house", other)
    settle()
    assert opened.explorer.form.section is None
    assert opened.explorer.card.isVisible()
    assert house != other


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["查阅员", "规划员"])
@pytest.mark.parametrize("table", ["house", "household", "resident"])
def test_who_may_only_look_finds_every_field_locked_and_what_is_masked_still_masked(
    enter: Callable[[str], MainWindow], settle: Settle, who: str, table: str
) -> None:
    window = enter(who)
    assert window.session is not None
    house = find(window, "house", house_no="0F0")
    people = window.session.rows("resident", ["id", "name"])
    rows = {"house": house, "household": find(window, "household", house=house)}
    rows["resident"] = next(i for i, name in people if name.startswith(CANARIES[2][0]))
    window.explorer.form.open(table, rows[table])
    settle()
    form = form_of(window)
    assert all(isinstance(widget, LockedField) for widget in form.fields.values())
    shown = " ".join(label.text() for label in window.explorer.form.findChildren(QLabel))
    masked = CANARIES if who == "查阅员" else ("331124195001010017", "1950-01-01", "缺粮")
    assert not [canary for canary in masked if canary in shown]
    assert table == "house" or "*" in shown or who == "规划员"


def test_who_edits_nothing_is_offered_no_form(enter: Callable[[str], MainWindow], settle: Settle) -> None:
    window = enter("查阅员")
    window.explorer.show_row("house", find(window, "house", house_no="0F1"))
    settle()
    window.explorer._actions["form"].trigger()
    settle()
    assert not window.explorer.form.isVisible()


def test_everything_that_can_be_pressed_is_large_enough_and_has_a_name(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    panel: FormPanel = opened.explorer.form
    assert panel.section is not None
    group(panel.section, "household").boxes.values().__iter__().__next__().toggle.click()
    settle()
    for pressed in (*panel.findChildren(QPushButton), *panel.findChildren(QToolButton)):
        if not pressed.isVisible() or isinstance(pressed.parent(), QLineEdit):
            continue
        assert pressed.height() >= 32, pressed.accessibleName()
        assert pressed.accessibleName()
    for line in panel.findChildren(QLineEdit):
        assert line.accessibleName()
        assert line.height() >= 32
