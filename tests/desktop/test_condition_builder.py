"""Asking by conditions: by mouse or by keys alone, selected, listed, kept, and no more than the account may see."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from mingqing.desktop.conditions.builder import ConditionBuilder
from mingqing.desktop.conditions.group import Group, Mode
from mingqing.desktop.conditions.lines import AreaLine, FieldLine, FixedLine, NearLine
from mingqing.desktop.conditions.relations import dates_of, number_of
from mingqing.desktop.conditions.sheet import ConditionSheet
from mingqing.desktop.conditions.values import TickBox
from mingqing.desktop.map.tools.select import How
from mingqing.desktop.window import MainWindow
from mingqing.store.changes import Value
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
from mingqing.store.conditions.kept import Asked, keep
from mingqing.store.geometry import encode
from mingqing.store.ids import new_ids
from mingqing.store.project import open_project
from mingqing.store.session import Session

from .conftest import CANARIES, EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
Key = Qt.Key
HERE = "331124204202"
LEFT = Qt.MouseButton.LeftButton
DANGEROUS = OneOf("dangerous", frozenset({1}))
ALONE = OneOf("category", frozenset({"独居老人"}))
SLIDES = OneOf("kind", frozenset({"滑坡"}))


def _place(session: Session) -> None:
    """Put people to look after into four houses of 小竹溪村, a slide 100 m east of the last, a flood at the first."""
    houses = dict(session.rows("house", ["house_no", "id"]))
    village: list[Value] = [HERE] * 4
    with session.transaction("edit", "录入") as change:
        change.insert(
            "key_person",
            new_ids(4),
            {
                "village_code": village,
                "name": ["甄零", "安三", "曾四", "岑五"],
                "category": ["独居老人", "独居老人", "残疾人", "独居老人"],
                "mobility": ["自行", "自行", "卧床", "卧床"],
                "house": [houses[f"0F{n}"] for n in (0, 3, 4, 5)],
            },
        )
        x, y = EAST + 630, NORTH + 300
        shapes = np.array(
            [shapely.box(x, y, x + 50, y + 50), shapely.Point(EAST + 215, NORTH + 310)], dtype=object
        )
        change.insert(
            "hazard",
            new_ids(2),
            {"village_code": village[:2], "name": ["坡上", "溪边"], "kind": ["滑坡", "山洪"]},
            encode(shapes, session.info.epsg),
        )


@pytest.fixture
def project(project: Path) -> Path:
    with open_project(project, user=USER, password=PASSWORD) as session:
        _place(session)
    return project


@pytest.fixture
def builder(opened: MainWindow) -> ConditionBuilder:
    return opened.explorer.kit.conditions


@pytest.fixture
def sheet(opened: MainWindow, builder: ConditionBuilder, settle: Settle) -> Iterator[ConditionSheet]:
    """The sheet, dropped for the houses of all villages."""
    opened.actions_["conditions"].trigger()
    settle()
    yield builder.sheet
    builder.sheet.reject()


class Mouse:
    """Does things by mouse."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window

    def open_sheet(self) -> None:
        self.press(self.window.explorer.tables.bar.asking)

    def choose(self, box: QComboBox, words: str) -> None:
        box.showPopup()
        index = box.model().index(box.findText(words), 0)
        box.view().scrollTo(index)
        self.qtbot.mouseClick(box.view().viewport(), LEFT, pos=box.view().visualRect(index).center())
        assert box.currentText() == words

    def press(self, button: QWidget) -> None:
        self.qtbot.mouseClick(button, LEFT)

    def tick(self, box: TickBox, words: str) -> None:
        self.qtbot.mouseClick(box, LEFT)
        menu = box.ticks
        action = next(a for a in menu.actions() if a.text() == words)
        self.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        menu.close()

    def write(self, box: QLineEdit, text: str) -> None:
        self.qtbot.mouseDClick(box, LEFT)
        self.qtbot.keyClicks(box, text)


class Keys(Mouse):
    """Does the same by keys alone."""

    def open_sheet(self) -> None:
        control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self.qtbot.keyClick(self.window, Key.Key_F, control)

    def choose(self, box: QComboBox, words: str) -> None:
        box.setFocus()
        self.qtbot.keyClick(box, Key.Key_Home)
        for _ in range(box.count()):
            if box.currentText() == words:
                return
            self.qtbot.keyClick(box, Key.Key_Down)
        pytest.fail(words)

    def press(self, button: QWidget) -> None:
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        button.setFocus()
        self.qtbot.keyClick(button, Key.Key_Space)

    def tick(self, box: TickBox, words: str) -> None:
        box.setFocus()
        self.qtbot.keyClick(box, Key.Key_Space)
        for _ in box.ticks.actions():
            self.qtbot.keyClick(box.ticks, Key.Key_Down)
            active = box.ticks.activeAction()
            if active is not None and active.text() == words:
                break
        self.qtbot.keyClick(box.ticks, Key.Key_Space)
        self.qtbot.keyClick(box.ticks, Key.Key_Escape)

    def write(self, box: QLineEdit, text: str) -> None:
        box.setFocus()
        box.selectAll()
        self.qtbot.keyClicks(box, text)


def group(sheet: ConditionSheet) -> Group:
    assert sheet.question is not None
    return sheet.question


def field_line(sheet: ConditionSheet, at: int = 0) -> FieldLine:
    line = group(sheet).parts[at]
    assert isinstance(line, FieldLine)
    return line


def counted(qtbot: QtBot, sheet: ConditionSheet) -> str:
    qtbot.waitUntil(lambda: "条" in sheet.count.text() or "没有" in sheet.count.text(), timeout=10_000)
    return sheet.count.text()


def ask(sheet: ConditionSheet, table: str, condition: Condition) -> None:
    sheet.show_asked(Asked(table, condition))


def selected(window: MainWindow, table: str, column: str) -> set[str]:
    assert window.session is not None
    names = dict(window.session.rows(table, ["id", column]))
    return {str(names[i]) for i in window.explorer.selection.of(table)}


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


# ── Areas ────────────────────────────────────────────────────────────────────────────────────────────────────


def drop(group_: Group, words: str) -> None:
    group_.adders["area"].click()
    menu = next(m for m in group_.findChildren(QMenu) if m.isVisible())
    next(a for a in menu.actions() if a.text() == words).trigger()
    menu.close()


def pixel(window: MainWindow, x: float, y: float) -> QPoint:
    canvas = window.explorer.canvas
    assert canvas.view is not None
    return QPointF(*canvas.view.to_screen(x, y, (float(canvas.width()), float(canvas.height())))).toPoint()


def draw(qtbot: QtBot, window: MainWindow, corners: list[tuple[float, float]]) -> None:
    at = [pixel(window, EAST + x, NORTH + y) for x, y in corners]
    for point in at:
        qtbot.mouseClick(window.explorer.canvas, LEFT, pos=point)
    qtbot.mouseDClick(window.explorer.canvas, LEFT, pos=at[-1])


def test_an_area_is_drawn_on_the_map_and_drawn_again(
    qtbot: QtBot, opened: MainWindow, sheet: ConditionSheet, settle: Settle
) -> None:
    opened.explorer.canvas.see((EAST, NORTH, EAST + 800, NORTH + 600))
    settle()
    question = group(sheet)
    question.parts[0].removing.emit()
    drop(question, "在图上画一个范围")
    assert not sheet.isVisible()
    assert "按 Esc 不画了" in opened.explorer.kit.strip.text
    draw(qtbot, opened, [(190, 280), (300, 280), (300, 340), (190, 340)])
    settle()
    assert sheet.isVisible()
    assert counted(qtbot, sheet) == "找到 2 条"
    assert len(opened.explorer.selection) == 0
    line = question.parts[0]
    assert isinstance(line, AreaLine)
    line.drawing.emit()
    draw(qtbot, opened, [(190, 280), (240, 280), (240, 340), (190, 340)])
    settle()
    assert len(question.parts) == 1
    assert counted(qtbot, sheet) == "找到 1 条"
    line.side.setCurrentText("在范围外")
    assert counted(qtbot, sheet) == "找到 11 条"
    assert opened.explorer.canvas.tool is opened.explorer.kit.tools["hand"]


def test_a_drawing_that_is_given_up_leads_back_to_the_question(
    opened: MainWindow, builder: ConditionBuilder, sheet: ConditionSheet
) -> None:
    drop(group(sheet), "在图上画一个范围")
    opened.actions_["dismiss"].trigger()
    assert sheet.isVisible()
    assert not builder.waits
    assert len(group(sheet).parts) == 1


def test_the_area_of_what_is_selected_is_asked_about(
    qtbot: QtBot, opened: MainWindow, sheet: ConditionSheet, settle: Settle
) -> None:
    session, selection = opened.session, opened.explorer.selection
    assert session is not None
    drop(group(sheet), "用已选中的村、网格或地块")
    settle()
    assert "还没有选中" in sheet.count.text()
    (village,) = (i for i, code in session.rows("village", ["id", "code"]) if code == HERE)
    selection.choose({"village": [village]})
    settle()
    group(sheet).parts[0].removing.emit()
    drop(group(sheet), "用已选中的村、网格或地块")
    settle()
    assert sheet.said.text() == "农房：在选中的行政村范围内"
    assert counted(qtbot, sheet) == "找到 6 条"


# ── What is asked ────────────────────────────────────────────────────────────────────────────────────────────


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


# ── What is not everybody's ──────────────────────────────────────────────────────────────────────────────────


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
