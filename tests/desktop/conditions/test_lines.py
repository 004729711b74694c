"""What the lines of a question ask, as they are filled in, read and told."""

import pytest
import shapely
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mingqing.desktop.conditions.builder import ConditionBuilder
from mingqing.desktop.conditions.group import Mode
from mingqing.desktop.conditions.lines import FixedLine
from mingqing.desktop.conditions.relations import dates_of, number_of
from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.desktop.window import MainWindow
from mingqing.store.conditions import (
    Aged,
    All,
    Any,
    Between,
    Condition,
    Filled,
    Holds,
    Inside,
    Not,
    OneOf,
    ReferredBy,
    RefersTo,
    Within,
)
from mingqing.store.conditions.kept import Asked
from tests.desktop.conditions.conftest import (
    ALONE,
    DANGEROUS,
    SLIDES,
    Key,
    Settle,
    ask,
    counted,
    field_line,
    group,
)

KEPT: list[tuple[str, Condition]] = [
    ("house", All()),
    ("house", DANGEROUS),
    ("house", Not(DANGEROUS)),
    ("house", Not(OneOf("structure", frozenset({"砖木", "砖混"})))),
    (
        "house",
        All(
            (
                Between("storeys", 1, 3),
                Between("storeys", None, 9, strict=True),
                Not(Between("storeys", 2, 2)),
            )
        ),
    ),
    (
        "house",
        Any(
            (
                Holds("address", "半岭"),
                Not(Holds("house_no", "1F")),
                OneOf("house_no", frozenset({"0F0"})),
            )
        ),
    ),
    ("house", Not(Any((Filled("use", filled=True), Filled("built_year", filled=False))))),
    ("house", ReferredBy("key_person", "house", All())),
    ("house", Not(ReferredBy("key_person", "house", All()))),
    ("house", ReferredBy("key_person", "house", All((ALONE, OneOf("mobility", frozenset({"卧床"})))))),
    (
        "house",
        All((DANGEROUS, ReferredBy("key_person", "house", All((ALONE, Filled("name", filled=True)))))),
    ),
    (
        "house",
        ReferredBy("household", "house", ReferredBy("resident", "household", Aged("birth_date", 80, None))),
    ),
    (
        "resident",
        All((RefersTo("household", RefersTo("house", DANGEROUS)), Aged("birth_date", None, 17))),
    ),
    ("resident", Between("birth_date", "1950-01-01", None)),
    ("resident", Between("birth_date", None, "1950-05-31")),
    ("resident", Between("birth_date", "1950-01-01", "1959-12-31")),
    ("key_person", All((ALONE, Within(200, "hazard", SLIDES), Not(Within(50.5, "road", All()))))),
    ("house", Within(30, "hazard", All((SLIDES, Filled("name", filled=True))))),
    ("house", All((DANGEROUS, Any((Within(9, "road", All()), Inside(shapely.box(0, 0, 9, 9))))))),
    (
        "house",
        All(
            (
                Not(Inside(shapely.box(0, 0, 9, 9), "grid")),
                Not(Any((DANGEROUS, Filled("use", filled=True)))),
            )
        ),
    ),
]


def test_what_was_kept_is_shown_so_that_it_asks_the_same(sheet: ConditionSheet) -> None:
    for table, condition in KEPT:  # in one window: to open one takes longer than all of this
        ask(sheet, table, condition)
        assert sheet.asked == Asked(table, condition)
        assert not sheet.findChildren(FixedLine)


def test_what_the_lines_cannot_ask_is_told_and_kept(sheet: ConditionSheet) -> None:
    deep = Any((All((DANGEROUS, Any((Filled("use", filled=True), Not(DANGEROUS))))), DANGEROUS))
    ask(sheet, "house", deep)
    assert sheet.asked == Asked("house", deep)
    (fixed,) = sheet.findChildren(FixedLine)
    fixed.remove.click()
    assert sheet.asked == Asked("house", Any((DANGEROUS, DANGEROUS)))


def test_two_lines_about_a_person_ask_for_one_who_meets_both(qtbot: QtBot, sheet: ConditionSheet) -> None:
    bedridden = OneOf("mobility", frozenset({"卧床"}))
    ask(sheet, "house", ReferredBy("key_person", "house", All((ALONE, bedridden))))
    assert len(group(sheet).parts) == 2
    assert counted(qtbot, sheet) == "找到 1 条"
    group(sheet).mode.setCurrentIndex(Mode.ANY)
    assert counted(qtbot, sheet) == "找到 4 条"
    group(sheet).mode.setCurrentIndex(Mode.NONE)
    assert counted(qtbot, sheet) == "找到 8 条"


def test_a_line_not_filled_in_is_waited_for(qtbot: QtBot, sheet: ConditionSheet, settle: Settle) -> None:
    line = field_line(sheet)
    line.field.setCurrentText("建成年份")
    line.value.first.setText("去年")
    settle()
    assert sheet.asked is None
    assert not any(each.isEnabled() for each in (sheet.select, sheet.show_rows, sheet.keep, sheet.more))
    assert (line.value.first.property("wrong"), line.value.first.toolTip()) == ("true", "请填一个数")
    line.relation.setCurrentText("为空")
    assert counted(qtbot, sheet) == "找到 12 条"
    assert sheet.select.isEnabled()
    line.relation.setCurrentText("介于")
    line.value.first.setText("1980")
    assert sheet.asked is None
    line.value.second.setText("1,990")
    assert sheet.asked == Asked("house", Between("built_year", 1980, 1990))


def test_signs_of_sql_and_a_very_long_text_are_just_text(qtbot: QtBot, sheet: ConditionSheet) -> None:
    line = field_line(sheet)
    line.field.setCurrentText("门牌地址")
    for text in ("' OR 1=1 --", "%", "[半岭]", "𠮷" * 40_000):
        line.value.first.setText(text)
        assert counted(qtbot, sheet) == "没有找到符合的"
    line.value.first.setText("　半岭１ ")
    assert counted(qtbot, sheet) == "找到 2 条"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("3", 3), ("１，２００", 1200), ("-2.5", -2.5), ("三", None), ("nan", None), ("inf", None), ("", None)],
)
def test_numbers_as_people_type_them(typed: str, number: float | None) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1990", ("1990-01-01", "1990-12-31")),
        ("1990年5月", ("1990-05-01", "1990-05-31")),
        ("1990-5-6", ("1990-05-06", "1990-05-06")),
        ("前年", None),
    ],
)
def test_dates_as_people_type_them(typed: str, days: tuple[str, str] | None) -> None:
    assert dates_of(typed) == days


def test_tab_goes_from_line_to_line_as_they_stand(
    qtbot: QtBot, sheet: ConditionSheet, settle: Settle
) -> None:
    group(sheet).adders["field"].click()
    settle()
    first, second = field_line(sheet), field_line(sheet, 1)
    wanted = [group(sheet).mode, *(box for line in (first, second) for box in (line.field, line.relation))]
    sheet.tables.setFocus()
    met = []
    for _ in range(9):
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        met.append(QApplication.focusWidget())
    assert [each for each in met if each in wanted] == wanted
    assert met[-1] is second.remove


def test_an_answer_to_an_earlier_question_is_dropped(
    qtbot: QtBot, opened: MainWindow, builder: ConditionBuilder, sheet: ConditionSheet, settle: Settle
) -> None:
    ask(sheet, "house", DANGEROUS)
    counted(qtbot, sheet)
    builder._count()
    sheet.tables.setCurrentText("道路")
    qtbot.wait(100)
    assert not sheet.select.isEnabled()
    assert sheet.count.text() == ""


def test_only_so_many_lines_are_offered_and_each_can_be_taken_out(sheet: ConditionSheet) -> None:
    question = group(sheet)
    while question.adders["field"].isEnabled():
        question.adders["field"].click()
    assert len(question.parts) == 12
    for line in list(question.parts):
        line.removing.emit()
    assert sheet.asked == Asked("house", All())
