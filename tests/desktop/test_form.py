"""A form saves each field as it is left, keeps what cannot be saved, and follows what is changed elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from mingqing.core.errors import ProjectUnavailable
from mingqing.desktop import banner
from mingqing.desktop import editor as editor_module
from mingqing.desktop.form.fields import ChoiceField, IdNumberField, LockedField
from mingqing.desktop.form.form import RowForm
from mingqing.desktop.form.leaving import LeavingSheet
from mingqing.desktop.form.matching import Option
from mingqing.desktop.form.panel import FormPanel
from mingqing.desktop.form.picking import ReferenceField
from mingqing.desktop.form.related import RelatedGroup, RowSection
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project

from .conftest import CANARIES, EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]
WOMAN = "99999919900307008X"


def find(window: MainWindow, table: str, **where: str | int) -> int:
    assert window.session is not None
    return int(str(window.session.rows(table, ["id"], where=where)[0][0]))


def stored(window: MainWindow, table: str, row_id: int, *names: str) -> tuple[object, ...]:
    assert window.session is not None
    row = window.session.row(table, row_id)
    assert row is not None
    return tuple(row[name] for name in names)


def form_of(window: MainWindow) -> RowForm:
    section = window.explorer.form.section
    assert section is not None
    assert section.form is not None
    return section.form


def write(form: RowForm, name: str, text: str) -> None:
    """Type into a field, in place of what is there, and leave it."""
    editor = form.fields[name].focusProxy()
    if isinstance(editor, QPlainTextEdit):
        editor.setPlainText(text)
    else:
        assert isinstance(editor, QLineEdit)
        editor.selectAll()
        editor.insert(text)
    form.fields[name].finished.emit()


@pytest.fixture
def house(opened: MainWindow, settle: Settle) -> int:
    """A house whose form is open."""
    row_id = find(opened, "house", house_no="0F1")
    opened.explorer.show_row("house", row_id)
    settle()
    opened.explorer._actions["form"].trigger()
    settle()
    return row_id


def group(section: RowSection, table: str) -> RelatedGroup:
    return next(g for (t, _), g in section.groups.items() if t == table)


# ── Saving ───────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── References ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_household_moves_to_another_house_found_by_name_nearest_first(
    opened: MainWindow, settle: Settle
) -> None:
    household = find(opened, "household", householder="甄01")
    opened.explorer.form.open("household", household)
    settle()
    field = form_of(opened).fields["house"]
    assert isinstance(field, ReferenceField)
    field.drop()
    settle()
    assert field.offered[0] == "半岭1号"
    assert set(field.offered[1:3]) == {"半岭0号", "半岭2号"}
    field.line.selectAll()
    field.line.insert("bl4")
    assert field.offered == ["半岭4号"]
    field.choose(_option(field, "半岭4号"))
    settle()
    assert stored(opened, "household", household, "house") == (find(opened, "house", house_no="0F4"),)


def _option(field: ReferenceField, title: str) -> Option:
    return next(o for o in field.options if o.title == title)


def test_a_name_that_was_not_chosen_is_no_reference(opened: MainWindow, settle: Settle) -> None:
    household = find(opened, "household", householder="甄01")
    opened.explorer.form.open("household", household)
    settle()
    write(form_of(opened), "house", "7")
    settle()
    assert form_of(opened).complaints == {"house": "请从列表里选一条"}
    assert stored(opened, "household", household, "house") == (find(opened, "house", house_no="0F1"),)


def test_a_house_is_pointed_to_on_the_map(opened: MainWindow, settle: Settle) -> None:
    household = find(opened, "household", householder="甄01")
    other = find(opened, "house", house_no="0F3")
    opened.explorer.form.open("household", household)
    settle()
    field = form_of(opened).fields["house"]
    assert isinstance(field, ReferenceField)
    field.point.click()
    assert opened.session is not None
    centre = opened.session.features("house", among=[other]).geometry[0].centroid
    opened.explorer.canvas.clicked.emit(centre.x, centre.y)
    settle()
    assert stored(opened, "household", household, "house") == (other,)
    assert opened.explorer.form.key == ("household", household)


# ── New rows from elsewhere ──────────────────────────────────────────────────────────────────────────────────


def test_what_was_drawn_is_added_with_its_values_and_its_form_stays_open(
    opened: MainWindow, settle: Settle
) -> None:
    shape = shapely.box(EAST + 700, NORTH + 500, EAST + 720, NORTH + 512)
    panel = opened.explorer.form
    panel.add("house", {}, make=lambda edit, values: edit.add("house", values, shape))
    settle()
    assert panel.new is not None
    assert panel.new.form is not None
    write(panel.new.form, "house_no", "新1")
    panel.new.finish.click()
    settle()
    row_id = find(opened, "house", house_no="新1")
    assert stored(opened, "house", row_id, "village_code") == ("331124204202",)
    assert opened.session is not None
    assert opened.session.features("house", among=[row_id]).geometry[0].equals(shape)
    assert panel.key == opened.explorer.guide.key == ("house", row_id)
    assert panel.isVisible()


def test_a_new_row_is_of_the_village_that_is_given(opened: MainWindow, settle: Settle) -> None:
    panel = opened.explorer.form
    panel.add("household", {"village_code": "331124204203"})
    settle()
    assert panel.new is not None
    assert panel.new.form is not None
    write(panel.new.form, "householder", "甄无房")
    panel.new.finish.click()
    settle()
    row_id = find(opened, "household", householder="甄无房")
    assert stored(opened, "household", row_id, "village_code") == ("331124204203",)


def test_a_field_corrected_twice_in_a_row_keeps_the_later_value(
    opened: MainWindow, house: int, settle: Settle
) -> None:
    form = form_of(opened)
    write(form, "storeys", "2")
    write(form, "storeys", "3")
    settle()
    assert stored(opened, "house", house, "storeys") == (3,)
    assert form.fields["storeys"].value == "3"
    assert not form.pending


@pytest.mark.parametrize("text", ["\ud800", "一\x00二", "１２３　４", "🏠" * 4001])
def test_no_text_that_can_be_pasted_stops_the_form(
    opened: MainWindow, house: int, settle: Settle, text: str
) -> None:
    form = form_of(opened)
    write(form, "address", text)
    settle()
    if len(text) > 4000:
        assert form.complaints["address"].startswith("超过 4000 个字符")
    else:
        assert not form.pending
    assert opened.explorer.form.isVisible()


@pytest.mark.parametrize("indexed", [True, False])
def test_a_row_of_another_village_is_found_by_what_names_it(
    opened: MainWindow, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, *, indexed: bool
) -> None:
    keeper = opened.explorer.finder.keeper
    qtbot.waitUntil(lambda: keeper.index is not None, timeout=15_000)
    if not indexed:
        monkeypatch.setattr(keeper, "index", None)
    household = find(opened, "household", householder="甄01")
    person = find(opened, "resident", name="样01")
    opened.explorer.form.open("resident", person)
    settle()
    field = form_of(opened).fields["household"]
    assert isinstance(field, ReferenceField)
    field.drop()
    settle()
    field.line.selectAll()
    field.line.insert("甄13")
    qtbot.waitUntil(lambda: field.offered == ["甄13"])
    field.choose(field._model.item(0).data(Qt.ItemDataRole.UserRole))
    settle()
    other = find(opened, "household", householder="甄13")
    assert stored(opened, "resident", person, "household") == (other,)
    assert other != household
