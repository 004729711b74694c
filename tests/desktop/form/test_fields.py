"""Each type of field has a widget of one shape, that takes what people type and says what is wrong."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QDate, QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCalendarWidget, QWidget
from pytestqt.qtbot import QtBot

from mingqing.catalog.load import catalog
from mingqing.catalog.model import FieldType
from mingqing.catalog.values import parse
from mingqing.desktop.form.content import Line, code_options
from mingqing.desktop.form.dates import DateField
from mingqing.desktop.form.field import FieldWidget
from mingqing.desktop.form.fields import ChoiceField, IdNumberField, LineField, LockedField, TextField
from mingqing.desktop.form.kinds import WIDGETS, widget_of
from mingqing.desktop.form.matching import matching, option
from mingqing.desktop.form.picking import CodeField, ReferenceField

MILLION = "长" * 1_000_000
Make = Callable[..., FieldWidget]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    """Return the widget of a field, on screen."""

    def made(table: str, name: str, value: object = None, *, text: str = "", locked: str = "") -> FieldWidget:
        field = catalog().tables[table].field_by_name[name]
        options = code_options(field.codes) if field.codes is not None else ()
        widget = widget_of(Line(field, value, text, locked, options))
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return made


@pytest.mark.parametrize("kind", [k for k in FieldType if k is not FieldType.DATA])
def test_every_type_of_field_has_a_widget(kind: FieldType) -> None:
    assert kind in WIDGETS


@pytest.mark.parametrize(
    ("table", "name", "value", "kind"),
    [
        ("house", "house_no", "8", LineField),
        ("key_person", "need", "送药\n每周", TextField),
        ("house", "storeys", 3, LineField),
        ("house", "floor_area_m2", 215.9, LineField),
        ("house", "dangerous", 0, ChoiceField),
        ("house", "use", "居住", ChoiceField),
        ("house", "structure", "砖混", CodeField),
        ("resident", "birth_date", "1990-03", DateField),
        ("resident", "phone", "00012345678", LineField),
        ("resident", "id_number", "99999919900307008X", IdNumberField),
        ("household", "house", 7, ReferenceField),
    ],
)
def test_what_is_stored_is_shown_and_stays_the_same(
    make: Make, table: str, name: str, value: object, kind: type
) -> None:
    widget = make(table, name, value, text="半岭7号" if name == "house" else "")
    assert type(widget) is kind
    assert parse(widget.field, widget.value) == value
    widget.show_value(None)
    assert parse(widget.field, widget.value) is None


def test_a_required_field_is_marked_for_eyes_and_for_a_screen_reader(make: Make) -> None:
    widget = make("resident", "name")
    proxy = widget.focusProxy()
    assert isinstance(proxy, QWidget)
    assert proxy.accessibleName() == "姓名，必填"


def test_a_complaint_is_told_below_the_field_and_taken_back(make: Make) -> None:
    widget = make("hazard", "level")
    assert widget.field.help
    widget.complain("不行")
    proxy = widget.focusProxy()
    assert isinstance(proxy, QWidget)
    assert widget.note == proxy.accessibleDescription() == "不行"
    widget.complain("")
    assert (widget.note, proxy.accessibleDescription()) == ("", widget.field.help)


def test_a_choice_can_be_taken_back_to_none(make: Make, qtbot: QtBot) -> None:
    widget = make("house", "dangerous", 1)
    assert isinstance(widget, ChoiceField)
    assert [b.text() for b in widget.group.buttons()] == ["是", "否", "未填"]
    with qtbot.waitSignals([widget.edited, widget.finished]):
        widget.group.buttons()[2].click()
    assert widget.value is None


def test_a_code_is_found_by_characters_initials_or_another_spelling(make: Make, qtbot: QtBot) -> None:
    widget = make("house", "structure")
    assert isinstance(widget, CodeField)
    for typed in ("zh", "砖混", "zhuanh"):
        widget.line.clear()
        widget.line.insert(typed)
        assert widget.offered[0] == "砖混"
    with qtbot.waitSignal(widget.finished):
        widget.choose(widget.options[0])
    assert widget.value == widget.options[0].value
    widget.drop()
    assert widget.offered[-1] == "（清空）"


def test_what_is_typed_is_text_and_never_a_pattern() -> None:
    options = [option(1, "100% 半岭"), option(2, "半_岭'\"")]
    assert [o.value for o in matching(options, "%")] == [1]
    assert [o.value for o in matching(options, "'\"")] == [2]
    assert matching(options, ".*") == []
    assert matching(options, MILLION) == []


def test_a_day_is_chosen_in_the_calendar(make: Make, qtbot: QtBot) -> None:
    widget = make("resident", "birth_date", "1990-03-07")
    assert isinstance(widget, DateField)
    widget._open()
    calendar = widget.findChild(QCalendarWidget)
    assert isinstance(calendar, QCalendarWidget)
    assert calendar.selectedDate() == QDate(1990, 3, 7)
    with qtbot.waitSignals([widget.edited, widget.finished]):
        calendar.clicked.emit(QDate(1991, 4, 8))
    assert widget.value == "1991-04-08"


def test_an_identity_number_tells_what_is_still_to_come_and_then_who_it_is(make: Make) -> None:
    widget = make("resident", "id_number")
    assert isinstance(widget, IdNumberField)
    widget.line.insert("9999")
    assert widget._note.text() == "已输 4 位，共 18 位"
    widget.line.insert("9919900307008x")
    assert widget._note.text() == "1990-03-07 出生，女"


def test_a_value_that_may_not_be_changed_says_why(make: Make) -> None:
    widget = make("resident", "phone", "000****5678", locked="只能看到打码后的内容")
    assert isinstance(widget, LockedField)
    assert widget._shown.toolTip() == "只能看到打码后的内容"
    assert widget.value == "000****5678"


@pytest.mark.parametrize(("table", "name"), [("resident", "phone"), ("key_person", "need")])
def test_a_million_characters_are_pasted_without_being_taken_in(make: Make, table: str, name: str) -> None:
    widget = make(table, name)
    data = QMimeData()
    data.setText(MILLION)
    QGuiApplication.clipboard().setMimeData(data)
    editor = widget.focusProxy()
    editor.paste()  # type: ignore[union-attr]
    assert 4_000 < len(str(widget.value)) < 10_000
    with pytest.raises(ValueError, match=r"超过 4000 个字符|不是电话号码"):
        parse(widget.field, widget.value)


def test_rare_characters_and_signs_come_through_whole(make: Make) -> None:
    for table, name in (("resident", "name"), ("key_person", "need")):
        widget = make(table, name)
        widget.show_value("𠮷田 🏠%_'\"")
        assert widget.value == "𠮷田 🏠%_'\""


def test_enter_finishes_a_line_and_shift_enter_breaks_a_text(make: Make, qtbot: QtBot) -> None:
    widget = make("key_person", "need", "一")
    assert isinstance(widget, TextField)
    widget.text.moveCursor(widget.text.textCursor().MoveOperation.End)
    qtbot.keyClick(widget.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(widget.text, "2")
    with qtbot.waitSignal(widget.finished):
        qtbot.keyClick(widget.text, Qt.Key.Key_Return)
    assert widget.value == "一\n2"
    assert widget.text.height() > 38
