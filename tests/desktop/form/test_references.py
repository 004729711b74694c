"""What a row refers to is found by name or on the map, and rows come from elsewhere."""

import pytest
import shapely
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from mingqing.desktop.form.matching import Option
from mingqing.desktop.form.picking import ReferenceField
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import EAST, NORTH
from tests.desktop.form.conftest import Settle, find, form_of, stored, write

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
