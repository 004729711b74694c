"""From a warning to who goes where, in the window, by a planner's hands."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from mingqing.desktop.evacuation.panel import RESULT, SCENARIO, EvacuationPanel
from mingqing.desktop.look.theme import Appearance
from mingqing.desktop.window import MainWindow
from tests.desktop.conftest import EAST, NORTH
from tests.desktop.evacuation.conftest import (
    FLOOD,
    HALL,
    HERE,
    LANE,
    SCHOOL,
    SLIDE,
    choose,
    id_of,
    press,
    texts,
)
from tests.desktop.hands import Hands

Settle = Callable[[], None]


def said(panel: EvacuationPanel) -> str:
    return panel.summary.told.text()


def who(panel: EvacuationPanel) -> list[str]:
    return [entry.title for entry in panel.result.houses.entries]


def test_the_button_stands_on_the_map_of_dangers_and_opens_the_panel(
    opened: MainWindow, settle: Settle
) -> None:
    explorer = opened.explorer
    explorer.show_theme("household")
    assert not explorer.topbar.evacuation.isVisible()
    explorer.show_theme("disaster")
    assert explorer.topbar.evacuation.isVisible()
    assert "避险转移" in explorer.topbar.evacuation.text()
    assert (
        explorer.topbar.evacuation.width() >= explorer.topbar.evacuation.sizeHint().width()
    )  # nothing is cut
    explorer.topbar.evacuation.click()
    settle()
    assert explorer.evacuation.isVisible()
    assert said(explorer.evacuation) == "先选会出事的隐患点，结果马上算出来"


def test_its_key_opens_it_from_any_map(opened: MainWindow, qtbot: QtBot, settle: Settle) -> None:
    opened.explorer.show_theme("household")
    qtbot.keyClick(opened, Qt.Key.Key_F9)
    settle()
    assert opened.explorer.evacuation.isVisible()
    assert opened.explorer.theme == "disaster"


def test_a_ticked_hazard_tells_who_has_to_leave(panel: EvacuationPanel, settle: Settle) -> None:
    press(panel, "全部")
    settle()
    assert panel.case.hazards == {id_of(panel, SLIDE), id_of(panel, FLOOD)}
    assert said(panel).startswith("4 户 12 人要转移")
    choose(panel, SLIDE)
    settle()
    assert said(panel).startswith("3 户 9 人要转移，全部有路 · 最晚 ")
    assert "去哪个避灾点：已是最优" in texts(panel)
    panel.turn_to(RESULT)
    assert sorted(who(panel)) == ["甄00", "甄01", "甄02"]
    assert all(SCHOOL in entry.line for entry in panel.result.houses.entries)


def test_a_tick_in_the_list_is_a_choice(panel: EvacuationPanel, qtbot: QtBot, settle: Settle) -> None:
    group = next(g for g in panel.scenario.hazards._groups() if g.data(0, Qt.ItemDataRole.UserRole) == "滑坡")
    assert group.text(0) == "滑坡　1 处"
    group.setCheckState(0, Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: panel.planner.busy or panel.planner.outcome is not None)
    settle()
    assert panel.case.hazards == {id_of(panel, SLIDE)}
    assert group.text(0) == "滑坡　选 1 / 1 处"
    assert said(panel).startswith("3 户 9 人")


@pytest.mark.parametrize(
    ("menu", "choice", "chosen"),
    [
        ("预警", "红色预警", {SLIDE}),
        ("预警", "黄色及以上", {SLIDE, FLOOD}),
        ("险情", "中型及以上", {FLOOD}),
        ("山洪", "立即转移", {FLOOD}),
    ],
)
def test_hazards_are_chosen_by_warning_level_and_kind(
    panel: EvacuationPanel, settle: Settle, menu: str, choice: str, chosen: set[str]
) -> None:
    made = next(
        b for b in panel.scenario.findChildren(type(panel.summary.wrong)) if b.accessibleName() == menu
    )
    next(a for a in made.property("menu").actions() if a.text() == choice).trigger()
    settle()
    assert panel.case.hazards == {id_of(panel, name) for name in chosen}


@pytest.mark.parametrize(("menu", "choice"), [("险情", "特大型"), ("", "选中的")])
def test_a_choice_that_finds_nothing_says_so_and_leaves_what_is_ticked(
    panel: EvacuationPanel, settle: Settle, menu: str, choice: str
) -> None:
    choose(panel, FLOOD)
    settle()
    if menu:
        buttons = panel.scenario.findChildren(QPushButton)
        made = next(b for b in buttons if b.accessibleName() == menu)
        next(a for a in made.property("menu").actions() if a.text() == choice).trigger()
    else:
        press(panel, choice)
    settle()
    assert panel.case.hazards == {id_of(panel, FLOOD)}
    assert panel.scenario.said.isVisible()
    assert panel.scenario.said.text().endswith("选的没有变")
    choose(panel, SLIDE)
    assert not panel.scenario.said.isVisible()


def test_a_click_on_a_hazards_name_ticks_it_and_a_double_click_goes_there(
    opened: MainWindow, panel: EvacuationPanel, qtbot: QtBot, hands: Hands
) -> None:
    tree = panel.scenario.hazards
    leaf = tree._leaves[id_of(panel, SLIDE)]
    name = tree.visualItemRect(leaf).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=name)
    hands.settle()
    assert panel.case.hazards == {id_of(panel, SLIDE)}
    tree.itemPressed.emit(leaf, 0)
    tree.itemClicked.emit(leaf, 0)
    tree.itemDoubleClicked.emit(leaf, 0)
    hands.settle()
    assert panel.case.hazards == {id_of(panel, SLIDE)}


def test_what_is_selected_on_the_map_is_taken(
    opened: MainWindow, panel: EvacuationPanel, settle: Settle
) -> None:
    opened.explorer.selection.choose({"hazard": [id_of(panel, FLOOD)], "house": [1]})
    press(panel, "选中的")
    settle()
    assert panel.case.hazards == {id_of(panel, FLOOD)}


def test_a_click_on_a_hazard_on_the_map_chooses_it(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    on_slope = (EAST + 250, NORTH + 390)
    hands.click(on_slope)
    assert panel.case.hazards == {id_of(panel, SLIDE)}
    assert panel.scenario.hazards.active == {id_of(panel, SLIDE)}
    assert opened.explorer.guide.key is None
    hands.click(on_slope)
    assert panel.case.hazards == frozenset()
    assert panel.planner.outcome is None


def test_a_click_beside_every_hazard_shows_a_card(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    hands.click((EAST + 455, NORTH + 310))
    assert opened.explorer.guide.key is not None
    assert panel.case.hazards == frozenset()


def test_with_the_panel_closed_clicks_show_cards_and_nothing_is_left_on_the_map(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    choose(panel, SLIDE)
    hands.settle()
    opened.actions_["evacuation"].trigger()
    assert not panel.on_map.overlay.on
    hands.click((EAST + 250, NORTH + 390))
    assert opened.explorer.guide.key is not None
    assert panel.case.hazards == {id_of(panel, SLIDE)}


def test_a_road_is_cut_by_a_click_and_mended_by_another(panel: EvacuationPanel, hands: Hands) -> None:
    choose(panel, SLIDE)
    hands.settle()
    before = panel.planner.outcome
    assert before is not None
    hands.act("cut_road")
    assert "点一下道路" in hands.said
    hands.click((EAST + 150, LANE + 2))
    assert panel.on_map.overlay.cuts == (pytest.approx((EAST + 150, LANE), abs=1),)
    assert "断路 1 处  ✕" in texts(panel)
    cut = panel.planner.outcome
    assert cut is not None
    assert cut.latest > before.latest
    hands.click((EAST + 150, LANE))
    assert panel.case.scenario.cuts == ()
    mended = panel.planner.outcome
    assert mended is not None
    assert mended.latest == before.latest


def test_a_click_far_from_every_road_cuts_none_and_says_so(panel: EvacuationPanel, hands: Hands) -> None:
    hands.act("cut_road")
    hands.click((EAST + 250, NORTH + 450))
    assert panel.case.scenario.cuts == ()
    assert "这里没有道路，请点在道路上" in texts(panel)


def test_a_drawn_flood_moves_who_lives_in_it_and_can_be_taken_back(
    panel: EvacuationPanel, hands: Hands
) -> None:
    hands.act("draw_flood")
    hands.click((EAST + 370, NORTH + 295), (EAST + 480, NORTH + 295))
    hands.double_click((EAST + 420, NORTH + 360))
    assert len(panel.case.scenario.floods) == 1
    assert said(panel).startswith("2 户 6 人")
    press(panel, "淹没范围 1")
    hands.settle()
    assert panel.planner.outcome is None


def test_who_has_no_way_heads_the_list_in_red_and_is_gone_to(panel: EvacuationPanel, hands: Hands) -> None:
    choose(panel, SLIDE, FLOOD)
    panel.case.flood(shapely.box(EAST + 140, NORTH + 100, EAST + 170, NORTH + 400))
    hands.settle()
    assert panel.summary.wrong.text() == "3 户 9 人无安全路线 ›"
    assert panel.summary.wrong.isVisible()
    assert panel.summary.property("tone") == "danger"
    panel.summary.wrong.click()
    hands.settle()
    assert panel.step == RESULT
    first = panel.result.houses.entries[0]
    assert first.tone == "danger"
    assert first.line == "无安全路线：要过淹没范围"
    (area, _lines) = panel.on_map.overlay.bars
    assert area.xy[:, 0].max() == EAST + 170
    assert panel.result.houses.key == first.key
    assert panel.result.detail.isVisible()
    assert "解除危险" in panel.result.detail.words.text()


def test_the_card_of_another_house_is_put_away(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    choose(panel, SLIDE)
    hands.settle()
    panel.turn_to(RESULT)
    houses = panel.result.houses
    first, second, _ = (entry.key for entry in houses.entries)
    houses.choose(first)
    houses.opened.emit(first)
    hands.settle()
    assert opened.explorer.guide.key == ("house", first)
    houses.choose(second)
    assert opened.explorer.guide.key is None


def test_a_house_under_the_overview_is_brought_out(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    choose(panel, SLIDE)
    hands.settle()
    panel.turn_to(RESULT)
    canvas, inset = opened.explorer.canvas, opened.explorer.kit.overview
    assert inset.isVisible()
    mover = panel.result.mover(panel.result.houses.key_at(0))
    assert mover is not None
    at = hands.pixel(mover.at)
    canvas.pan(inset.geometry().center().x() - at.x(), inset.geometry().center().y() - at.y())
    assert canvas.childAt(hands.pixel(mover.at)) is not None
    panel.result.houses.choose(mover.house)
    assert canvas.childAt(hands.pixel(mover.at)) is None


def test_a_household_is_shown_with_its_way_on_the_map_and_in_words(
    panel: EvacuationPanel, hands: Hands
) -> None:
    choose(panel, SLIDE)
    hands.settle()
    panel.turn_to(RESULT)
    hands.click((EAST + 215, NORTH + 310))  # the first house
    mover = panel.result.mover(panel.result.houses.key)
    assert mover is not None
    assert mover.who == "甄00"
    assert len(panel.on_map.overlay.chosen) == 1
    assert panel.on_map.overlay.mark == pytest.approx(mover.at)
    words = panel.result.detail.words.text()
    assert words.startswith("出门")
    assert words.endswith(SCHOOL)


def test_a_household_is_sent_to_another_shelter_and_back(panel: EvacuationPanel, hands: Hands) -> None:
    choose(panel, SLIDE)
    hands.settle()
    panel.turn_to(RESULT)
    house = panel.result.houses.entries[0].key
    panel.result.look_at(house)  # type: ignore[arg-type]
    box = panel.result.detail.shelter
    assert box.itemText(1).startswith(f"{SCHOOL}（还能住 21 人）")
    box.setCurrentIndex(2)
    box.activated.emit(2)
    hands.settle()
    entry = next(e for e in panel.result.houses.entries if e.key == house)
    assert HALL in entry.line
    assert "已锁定" in entry.aside
    assert panel.result.houses.key == house  # the list stays where it was
    box.setCurrentIndex(0)
    box.activated.emit(0)
    hands.settle()
    assert panel.case.scenario.locks == ()


def test_a_shelter_to_go_to_is_clicked_on_the_map(panel: EvacuationPanel, hands: Hands) -> None:
    choose(panel, SLIDE)
    hands.settle()
    panel.turn_to(RESULT)
    house = panel.result.houses.entries[0].key
    panel.result.look_at(house)  # type: ignore[arg-type]
    hands.settle()
    press(panel, "图上点")
    hands.click((EAST + 690, LANE + 10))
    assert panel.case.scenario.locks == ((house, id_of(panel, HALL)),)
    assert not panel.result.detail.picking.isChecked()


def test_shelters_are_listed_with_how_full_they_are(panel: EvacuationPanel, hands: Hands) -> None:
    choose(panel, SLIDE)
    hands.settle()
    panel.turn_to(RESULT)
    press(panel, "避灾点")
    first, second = panel.result.shelters.entries
    assert (first.title, first.aside, first.line) == (SCHOOL, "9 / 30 人", "还能住 21 人")
    assert first.share == pytest.approx(0.3)
    assert second.aside == "0 / 9 人"


def test_what_is_changed_elsewhere_is_planned_anew(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    choose(panel, SLIDE)
    hands.settle()
    shelter = id_of(panel, SCHOOL)
    opened.explorer.editor.do(
        "修改避灾点", lambda made, _session: made.change("shelter", shelter, {"capacity": 6})
    )
    hands.settle()
    panel.turn_to(RESULT)
    press(panel, "避灾点")
    loads = {e.title: e.aside for e in panel.result.shelters.entries}
    assert loads == {SCHOOL: "6 / 6 人", HALL: "3 / 9 人"}


def test_a_gap_between_roads_is_seen_on_the_map_and_mended_by_a_road(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    path = shapely.LineString([(EAST + 600, LANE - 3), (EAST + 600, NORTH + 100)])
    opened.explorer.editor.do("画路", lambda made, _session: made.add("road", {"class": "步道"}, path))
    hands.settle()
    panel.turn_to(RESULT)
    press(panel, "路网")
    (gap,) = panel.roads.list.entries
    assert gap.title == "孤立的一片路"
    assert "离主路网最近 3.0 米" in gap.line
    panel.roads.list.choose(gap.key)
    assert panel.on_map.overlay.mark == pytest.approx((EAST + 600, (LANE - 3 + NORTH + 100) / 2))
    press(panel, "补上")
    hands.settle()
    assert panel.roads.list.entries == []
    assert "这里的道路都连得上，没有发现问题" in texts(panel)
    hands.undo()
    assert len(panel.roads.list.entries) == 1


def test_the_other_village_has_no_part_in_it_unless_it_is_asked(
    panel: EvacuationPanel, settle: Settle
) -> None:
    reach = panel.scenario.reach
    assert reach.currentText() == "只算小竹溪村"
    assert panel.case.scenario.villages == (HERE,)
    reach.setCurrentIndex(reach.count() - 1)
    reach.activated.emit(reach.count() - 1)
    settle()
    assert panel.case.scenario.villages is None


def test_how_people_leave_is_told_in_a_line_and_set_below_it(panel: EvacuationPanel, settle: Settle) -> None:
    choose(panel, SLIDE)
    settle()
    by_day = panel.planner.outcome
    assert by_day is not None
    press(panel, "怎么走：白天 · 总时间最少")
    press(panel, "夜间")
    settle()
    assert any("怎么走：夜间 · 总时间最少" in text for text in texts(panel))
    by_night = panel.planner.outcome
    assert by_night is not None
    assert by_night.latest > by_day.latest
    panel.scenario.buffer.setText("40")
    panel.scenario.buffer.editingFinished.emit()
    settle()
    assert panel.case.scenario.buffer_m == 40
    assert len(panel.planner.outcome.movers) > 3  # type: ignore[union-attr]


def test_ways_dangers_and_houses_are_painted_by_day_and_by_night(
    opened: MainWindow, panel: EvacuationPanel, hands: Hands
) -> None:
    choose(panel, SLIDE)
    hands.settle()
    canvas = opened.explorer.canvas

    def pixel(x: float, y: float) -> QColor:
        return canvas.grab().toImage().pixelColor(hands.pixel((x, y)))

    on_lane, in_house = (EAST + 160, LANE), (EAST + 205, NORTH + 318)
    by_day = pixel(*on_lane)
    assert by_day.green() > by_day.red() + 40
    assert pixel(*in_house).blue() > 150
    opened.wear(Appearance.DARK)
    hands.settle()
    by_night = pixel(*on_lane)
    assert by_night.green() > by_night.red() + 40
    assert by_night != by_day
    opened.actions_["evacuation"].trigger()
    hands.settle()
    assert pixel(*on_lane) != by_night


def test_who_may_not_see_how_many_live_where_is_told_so(
    enter: Callable[[str], MainWindow], settle: Settle
) -> None:
    window = enter("部门员")
    window.explorer.show_theme("disaster")
    window.actions_["evacuation"].trigger()
    settle()
    panel = window.explorer.evacuation
    assert panel.planner.ground is None
    assert not panel.isVisible() or "人数" in said(panel)
    assert "这里没有登记隐患点，可以在地图上画出淹没范围" not in texts(panel)


def test_on_a_small_screen_the_legend_gives_way_and_takes_its_place_back(
    opened: MainWindow, panel: EvacuationPanel, settle: Settle
) -> None:
    legend = opened.actions_["legend"]
    assert legend.isChecked()
    opened.resize(1024, 680)
    settle()
    assert not legend.isChecked()
    right = panel.mapTo(opened, panel.rect().topRight()).x()
    assert right <= opened.width()
    legend.trigger()
    settle()
    assert not panel.isVisible()


def test_another_project_begins_with_nothing(
    opened: MainWindow, panel: EvacuationPanel, settle: Settle
) -> None:
    choose(panel, SLIDE)
    settle()
    opened.close_project()
    assert panel.planner.ground is None
    assert panel.planner.outcome is None
    assert panel.case.hazards == frozenset()
    assert panel.step == SCENARIO or not panel.isVisible()
    assert not opened.actions_["evacuation"].isEnabled()


def test_legs_and_ways_keep_to_the_shapes_of_the_plan(panel: EvacuationPanel, settle: Settle) -> None:
    choose(panel, SLIDE)
    settle()
    outcome = panel.planner.outcome
    assert outcome is not None
    assert len(outcome.streams.legs) == 4  # three doors, one shelter
    drawn = np.concatenate([paths.xy for paths in outcome.streams.grades])
    assert drawn[:, 1] == pytest.approx(LANE)
    assert drawn[:, 0].min() == pytest.approx(EAST + 110)
