"""What belongs to a row is opened, corrected, added and deleted in its form."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from mingqing.crs.transform import transform_xy
from mingqing.desktop.card.content import today
from mingqing.desktop.form.fields import ChoiceField
from mingqing.desktop.form.form import RowForm
from mingqing.desktop.form.pictures import PictureField
from mingqing.desktop.form.related import NewRow, RelatedGroup, RowSection
from mingqing.desktop.form.removal import Removal
from mingqing.desktop.window import MainWindow
from mingqing.store.session import Session
from tests.desktop.conftest import EAST, NORTH
from tests.desktop.form.conftest import find, stored, write

Settle = Callable[[], None]


@pytest.fixture
def section(opened: MainWindow, settle: Settle) -> RowSection:
    """The form of a house."""
    opened.explorer.form.open("house", find(opened, "house", house_no="0F1"))
    settle()
    assert opened.explorer.form.section is not None
    return opened.explorer.form.section


@pytest.fixture
def household(section: RowSection, settle: Settle) -> RowSection:
    """The form of its household, opened in place."""
    return unfold(group(section, "household"), settle)


def group(section: RowSection, table: str) -> RelatedGroup:
    return next(g for (t, _), g in section.groups.items() if t == table)


def unfold(rows: RelatedGroup, settle: Settle) -> RowSection:
    row_id, box = next(iter(rows.boxes.items()))
    box.toggle.click()
    settle()
    return rows.open[row_id]


def begin(rows: RelatedGroup, settle: Settle) -> tuple[NewRow, RowForm]:
    rows.add_button.click()
    settle()
    assert rows.adding is not None
    assert rows.adding.form is not None
    return rows.adding, rows.adding.form


def count(session: Session | None, table: str) -> int:
    assert session is not None
    return session.counts()[table]


def test_a_house_shows_its_household_and_that_its_people(section: RowSection, household: RowSection) -> None:
    assert {t for t, _ in section.groups} == {"household", "key_person"}
    assert [b.toggle.text() for b in group(household, "resident").boxes.values()] == ["样01"]


def test_a_phone_is_corrected_in_place(opened: MainWindow, household: RowSection, settle: Settle) -> None:
    assert household.form is not None
    write(household.form, "phone", "000 8765 4321")
    settle()
    assert stored(opened, "household", household.key[1], "phone") == ("00087654321",)
    assert household.form.fields["phone"].value == "00087654321"
    opened.explorer.editor.undo()
    settle()
    assert household.form.fields["phone"].value == "00012340001"


def test_a_number_that_stands_in_a_linked_row_too_is_offered_to_be_corrected_there(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    assert household.form is not None
    home, resident = household.key[1], find(opened, "resident", name="样01")
    write(household.form, "phone", "13800000001")
    settle()
    assert household.form.fields["phone"].proposal is None  # nobody else had the number before
    member = unfold(group(household, "resident"), settle)
    assert member.form is not None
    write(member.form, "phone", "13800000001")
    settle()
    write(member.form, "phone", "13800000002")
    settle()
    offered = member.form.fields["phone"].proposal
    assert offered is not None
    assert offered.findChildren(QLabel)[0].text() == "住户的联系电话还是旧号码 13800000001"
    assert stored(opened, "household", home, "phone") == ("13800000001",)
    offered.findChildren(QPushButton)[0].click()
    settle()
    assert stored(opened, "household", home, "phone") == ("13800000002",)
    assert stored(opened, "resident", resident, "phone") == ("13800000002",)
    assert member.form.fields["phone"].proposal is None
    opened.explorer.editor.undo()
    settle()
    assert stored(opened, "household", home, "phone") == ("13800000001",)


def test_how_many_a_household_has_is_offered_to_be_corrected_when_members_come_and_go(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    assert household.form is not None
    write(household.form, "people_count", "1")
    settle()
    for name in ("甄小一", "甄小二"):
        adding, form = begin(group(household, "resident"), settle)
        write(form, "name", name)
        adding.finish.click()
        settle()
    offered = household.form.fields["people_count"].proposal
    assert offered is not None
    assert offered.findChildren(QLabel)[0].text() == "人口数写的是 1，登记了 3 人"
    offered.findChildren(QPushButton)[0].click()
    settle()
    assert stored(opened, "household", household.key[1], "people_count") == (3,)
    assert household.form.fields["people_count"].value == "3"
    assert household.form.fields["people_count"].proposal is None


def test_a_household_whose_members_are_not_all_registered_is_not_asked_for_their_number(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    adding, form = begin(
        group(household, "resident"), settle
    )  # three are said to live here, one is registered
    write(form, "name", "甄小一")
    adding.finish.click()
    settle()
    assert household.form is not None
    assert household.form.fields["people_count"].proposal is None


def test_a_member_is_added_once_the_name_is_filled_in(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    members = group(household, "resident")
    assert members.add_button.text().strip() == "新增成员"
    new, form = begin(members, settle)
    assert not new.finish.isEnabled()
    before = count(opened.session, "resident")
    write(form, "name", "甄新")
    settle()
    assert count(opened.session, "resident") == before
    assert new.finish.isEnabled()
    new.finish.click()
    settle()
    row_id = find(opened, "resident", name="甄新")
    assert stored(opened, "resident", row_id, "household", "village_code") == (
        household.key[1],
        "331124204202",
    )
    assert [b.toggle.text() for b in members.boxes.values()] == ["样01", "甄新"]
    assert members.adding is None
    opened.explorer.editor.undo()
    settle()
    assert count(opened.session, "resident") == before
    assert [b.toggle.text() for b in members.boxes.values()] == ["样01"]


def test_what_is_wrong_with_a_new_row_is_told_and_nothing_is_added(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    new, form = begin(group(household, "resident"), settle)
    before = count(opened.session, "resident")
    write(form, "name", "甄新")
    write(form, "phone", "不知道")
    new.finish.click()
    settle()
    assert form.complaints == {"phone": "不是电话号码：不知道"}
    assert count(opened.session, "resident") == before


def test_somebody_is_marked_with_name_and_house_filled_in(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    person = unfold(group(household, "resident"), settle)
    marked = group(person, "key_person")
    assert marked.add_button.text().strip() == "标为重点人员"
    new, form = begin(marked, settle)
    assert form.fields["name"].value == "样01"
    write(form, "category", "独居老人")
    new.finish.click()
    settle()
    row_id = find(opened, "key_person", category="独居老人")
    house = find(opened, "house", house_no="0F1")
    assert stored(opened, "key_person", row_id, "name", "resident", "house") == ("样01", person.key[1], house)


def test_a_new_row_that_was_left_is_there_again(
    opened: MainWindow, section: RowSection, settle: Settle
) -> None:
    _, form = begin(group(section, "household"), settle)
    write(form, "householder", "甄半")
    opened.explorer._actions["dismiss"].trigger()
    settle()
    assert "“新增住户”还没有保存" in opened.explorer.banner.text
    assert "下次打开还在" not in opened.explorer.banner.text
    opened.explorer.form.open(*section_key(opened))
    settle()
    assert opened.explorer.form.section is not None
    households = group(opened.explorer.form.section, "household")
    assert households.add_button.text() == "接着填"
    _, again = begin(households, settle)
    assert households.add_button.text() == "新增住户"
    assert opened.explorer.form._status.text() == "新增住户：填好后点“完成新增”"
    assert again.fields["householder"].value == "甄半"


def section_key(window: MainWindow) -> tuple[str, int]:
    return "house", find(window, "house", house_no="0F1")


def test_a_new_row_that_nobody_typed_in_is_forgotten(
    opened: MainWindow, section: RowSection, settle: Settle
) -> None:
    begin(group(section, "household"), settle)
    opened.explorer._actions["dismiss"].trigger()
    settle()
    assert opened.explorer.banner.text == ""
    assert not opened.explorer.form.desk.drafts


def test_what_was_filled_in_last_is_offered_but_for_what_is_personal(
    opened: MainWindow, section: RowSection, settle: Settle
) -> None:
    households = group(section, "household")
    new, form = begin(households, settle)
    assert new.again.isHidden()
    write(form, "householder", "甄甲")
    write(form, "group_no", "3组")
    write(form, "phone", "00012345678")
    new.finish.click()
    settle()
    again, second = begin(households, settle)
    assert again.again.text() == "沿用上次填的：3组"
    again.again.click()
    assert (second.fields["group_no"].value, second.fields["phone"].value) == ("3组", "")


# ── Deleting ─────────────────────────────────────────────────────────────────────────────────────────────────


def asked(window: MainWindow, settle: Settle) -> Removal:
    window.explorer.form._remove.click()
    settle()
    found = window.explorer.form.findChild(Removal)
    assert isinstance(found, Removal)
    return found


def test_deleting_a_house_asks_what_becomes_of_its_household(
    opened: MainWindow, section: RowSection, settle: Settle
) -> None:
    question = asked(opened, settle)
    assert question.accessibleName() == "删除农房“半岭1号”？其名下还有 1 条住户。"
    assert [b.text() for b in question.answers] == ["一起删除", "只删这一条，其余留下", "不删除"]
    before = count(opened.session, "household")
    question.answers[1].click()
    settle()
    assert count(opened.session, "household") == before
    household = find(opened, "household", householder="甄01")
    assert stored(opened, "household", household, "house") == (None,)
    assert not opened.explorer.form.isVisible()
    opened.explorer.editor.undo()
    settle()
    assert stored(opened, "household", household, "house") == (section.key[1],)


def test_deleting_a_village_says_what_lies_in_it_and_all_that_lists_villages_follows(
    opened: MainWindow, settle: Settle
) -> None:
    explorer, code = opened.explorer, "331124204202"
    explorer.show_village(code)
    explorer.form.open("village", find(opened, "village", code=code))
    settle()
    question = asked(opened, settle)
    said = question.accessibleName()
    assert "小竹溪村里还登记着" in said
    assert "农房 6 条" in said
    assert "不再显示村名" in said
    assert [b.text() for b in question.answers] == ["仍要删除", "不删除"]
    assert question.answers[-1].hasFocus()
    question.answers[0].click()
    settle()
    assert code not in explorer.kit.overview.outlines
    assert "小竹溪村" not in explorer.topbar.villages.text()
    assert not [e for e in explorer.topbar.villages.entries if e.village.name == "小竹溪村"]
    explorer.editor.undo()
    settle()
    assert code in explorer.kit.overview.outlines
    assert "小竹溪村" in explorer.topbar.villages.text()
    assert [e for e in explorer.topbar.villages.entries if e.village.name == "小竹溪村"]


def test_a_member_is_deleted_in_place(opened: MainWindow, household: RowSection, settle: Settle) -> None:
    members = group(household, "resident")
    unfold(members, settle)
    box = next(iter(members.boxes.values()))
    box._remove.click()
    settle()
    question = box.findChild(Removal)
    assert isinstance(question, Removal)
    assert [b.text() for b in question.answers] == ["删除", "不删除"]
    question.answers[0].click()
    settle()
    assert not members.boxes
    assert opened.explorer.form.isVisible()


def test_changing_ones_mind_deletes_nothing(
    opened: MainWindow, section: RowSection, settle: Settle, qtbot: QtBot
) -> None:
    before = count(opened.session, "house")
    asked(opened, settle).answers[-1].click()
    settle()
    qtbot.waitUntil(lambda: opened.explorer.form.findChild(Removal) is None)
    assert count(opened.session, "house") == before
    assert section.form is not None


# ── Keyboard ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_tab_goes_through_the_fields_in_the_order_of_the_form(
    opened: MainWindow, section: RowSection
) -> None:
    form = section.form
    assert form is not None
    wanted = [w.focusProxy() for n, w in form.fields.items() if n != "verified_on"]
    found, here = [], wanted[0]
    while here is not None and len(found) < len(wanted):
        if here in wanted and here not in found:
            found.append(here)
        here = here.nextInFocusChain()
    assert found == wanted


def test_delete_on_a_choice_takes_it_back_and_deletes_nothing_else(
    opened: MainWindow, section: RowSection, settle: Settle, qtbot: QtBot
) -> None:
    assert section.form is not None
    field = section.form.fields["dangerous"]
    assert isinstance(field, ChoiceField)
    before = count(opened.session, "house")
    qtbot.keyClick(field.group.buttons()[1], Qt.Key.Key_Delete)
    settle()
    assert stored(opened, "house", section.key[1], "dangerous") == (None,)
    assert count(opened.session, "house") == before


def test_a_form_opened_elsewhere_shows_where_it_is(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    next(iter(group(household, "resident").boxes.values())).toggle.click()
    settle()
    next(iter(group(household, "resident").boxes.values()))._open.click()
    settle()
    form = opened.explorer.form
    assert form.key == opened.explorer.guide.key == ("resident", find(opened, "resident", name="样01"))
    assert form.isVisible()
    assert not opened.explorer.card.isVisible()
    assert isinstance(form.section.form.fields["name"].focusProxy(), QLineEdit)  # type: ignore[union-attr]


# ── Visits and pictures ──────────────────────────────────────────────────────────────────────────────────────


def test_a_visit_begins_with_today_and_needs_only_who_called(
    opened: MainWindow, household: RowSection, settle: Settle
) -> None:
    visits = group(household, "visit")
    assert visits.add_button.text().strip() == "记一次走访"
    new, form = begin(visits, settle)
    assert form.missing == ["走访人"]
    assert form.fields["visited_on"].value == today().isoformat()
    assert form.fields["household"].isHidden()
    write(form, "visitor", "甄走访")
    write(form, "matter", "身体还好")
    new.finish.click()
    settle()
    row_id = find(opened, "visit", visitor="甄走访")
    assert stored(opened, "visit", row_id, "household", "visited_on") == (
        household.key[1],
        today().isoformat(),
    )


def a_picture(*, lonlat: bool = False) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", (64, 48), (90, 120, 60))
    exif = Image.Exif()
    if lonlat:
        exif[0x8825] = {1: "N", 2: (28.0, 27.0, 0.0), 3: "E", 4: (119.0, 29.0, 0.0)}
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_picture_is_saved_as_it_is_added_and_taken_back_by_one_undo(
    opened: MainWindow, section: RowSection, settle: Settle, tmp_path: Path
) -> None:
    assert section.form is not None
    field = section.form.fields["photos"]
    assert isinstance(field, PictureField)
    assert field.photos is not None
    (tmp_path / "一.jpg").write_bytes(a_picture())
    field.photos.add_files([tmp_path / "一.jpg"])
    settle()
    (names,) = stored(opened, "house", section.key[1], "photos")
    assert names == field.value
    assert len(str(names)) == 32
    opened.explorer.editor.undo()
    settle()
    assert stored(opened, "house", section.key[1], "photos") == (None,)
    assert field.value is None


def test_a_picture_pasted_while_a_line_has_the_keyboard_goes_to_the_pictures(
    opened: MainWindow, section: RowSection, settle: Settle, qtbot: QtBot
) -> None:
    assert section.form is not None
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    clipboard = QGuiApplication.clipboard()
    line = section.form.fields["address"].focusProxy()
    assert isinstance(line, QLineEdit)
    before = line.text()
    try:
        clipboard.setImage(image)
        qtbot.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        settle()
        (names,) = stored(opened, "house", section.key[1], "photos")
        assert len(str(names)) == 32
        assert line.text() == before
        clipboard.setText("半岭九号")
        line.selectAll()
        qtbot.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert line.text() == "半岭九号"
    finally:
        clipboard.clear()


def test_where_a_picture_was_taken_may_become_the_place_of_what_is_drawn_as_a_point(
    opened: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    opened.explorer.editor.do(
        "新增资源",
        lambda e, _: e.add(
            "resource",
            {"name": "古樟", "village_code": "331124204202"},
            shapely.Point(EAST + 100, NORTH + 100),
        ),
    )
    settle()
    row_id = find(opened, "resource", name="古樟")
    opened.explorer.form.open("resource", row_id)
    settle()
    form = opened.explorer.form.section.form  # type: ignore[union-attr]
    assert form is not None
    field = form.fields["photos"]
    assert isinstance(field, PictureField)
    assert field.photos is not None
    (tmp_path / "二.jpg").write_bytes(a_picture(lonlat=True))
    field.photos.add_files([tmp_path / "二.jpg"])
    settle()
    field.photos.using.click()
    settle()
    assert opened.session is not None
    place = opened.session.features("resource", among=[row_id]).geometry[0]
    lon, lat = transform_xy(np.array([[place.x, place.y]]), opened.session.info.epsg, 4490)[0]
    assert (lon, lat) == pytest.approx((119 + 29 / 60, 28 + 27 / 60), abs=1e-6)
