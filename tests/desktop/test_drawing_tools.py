"""What is not there yet is drawn by mouse and keys, and is in the project once it is ended."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from mingqing.desktop.map.editing.naming import NamingSheet
from mingqing.desktop.map.editing.sketch import Sketch
from mingqing.desktop.map.tools.tool import Offer
from mingqing.desktop.window import MainWindow
from mingqing.store.draft import kept_draft
from mingqing.store.project import open_project

from .conftest import EAST, NORTH, PASSWORD
from .hands import ALT, Hands

Settle = Callable[[], None]
FREE = (EAST + 250, NORTH + 400)  # ground with nothing on it


@pytest.fixture
def hands(qtbot: QtBot, opened: MainWindow, settle: Settle) -> Hands:
    """Somebody who looks at the houses of 小竹溪村 and the free ground above them."""
    opened.explorer.show_village("331124204202")
    opened.explorer.canvas.see((EAST + 180, NORTH + 280, EAST + 480, NORTH + 480))
    settle()
    made = Hands(opened, qtbot, settle)
    made.begin()
    return made


def at(dx: float, dy: float) -> tuple[float, float]:
    return FREE[0] + dx, FREE[1] + dy


def added(hands: Hands, table: str, before: set[int]) -> shapely.Geometry:
    (new,) = set(hands.shapes(table)) - before
    return hands.shapes(table)[new]


def sketch(hands: Hands) -> Sketch:
    tool = hands.canvas.tool
    assert isinstance(tool, Sketch)
    return tool


def angles(shape: shapely.Geometry) -> list[float]:
    corners = shapely.get_coordinates(shape)[:-1]
    back, on = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    cos = (back * on).sum(axis=1) / np.hypot(*back.T) / np.hypot(*on.T)
    found: list[float] = np.degrees(np.arccos(cos)).tolist()
    return found


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_house_is_on_the_map_after_four_clicks_and_its_form_is_open(hands: Hands) -> None:
    before = set(hands.shapes("house"))
    hands.board.bar.draw.click()
    hands.click(at(0, 0), at(20, 10), at(0, 22))
    house = added(hands, "house", before)
    assert shapely.get_num_coordinates(house) == 5
    assert angles(house) == pytest.approx([90] * 4, abs=1e-6)
    wall = shapely.LineString([at(0, 0), at(20, 10)])
    assert wall.hausdorff_distance(house.exterior.intersection(wall.buffer(1.5 * hands.metre))) < 2
    (new,) = set(hands.shapes("house")) - before
    assert hands.session.rows("house", ["village_code"], where={"id": new}) == [("331124204202",)]
    assert hands.window.explorer.form.key == ("house", new)
    hands.undo()
    assert set(hands.shapes("house")) == before


def test_the_width_goes_to_the_side_where_it_is_clicked(hands: Hands) -> None:
    for side in (15, -15):
        before = set(hands.shapes("house"))
        hands.begin("draw_rectangle")
        hands.click(at(40, 0), at(60, 0), at(50, side))
        assert np.sign(added(hands, "house", before).centroid.y - FREE[1]) == np.sign(side)
        hands.undo()


def test_an_area_is_ended_by_a_double_click_by_a_right_click_by_enter_and_by_its_first_corner(
    hands: Hands,
) -> None:
    hands.board.draw_table("water")
    corners = [at(0, 0), at(30, 0), at(30, 30)]
    ends: list[Callable[[], None]] = [
        lambda: hands.double_click(at(0, 30)),
        lambda: hands.right_click(at(60, 60)),
        lambda: hands.key(Qt.Key.Key_Return),
        lambda: hands.click(at(0, 0)),
    ]
    for n, end in enumerate(ends):
        before = set(hands.shapes("water"))
        hands.begin("draw_polygon")
        hands.click(*corners)
        end()
        land = added(hands, "water", before)
        assert land.area == pytest.approx(900 if n == 0 else 450, rel=0.1)
        hands.undo()


def test_a_line_and_a_point(hands: Hands) -> None:
    hands.board.draw_table("road")
    before = set(hands.shapes("road"))
    hands.click(at(0, 0), at(50, 0), at(50, 40))
    hands.right_click(at(0, 0))
    road = added(hands, "road", before)
    assert shapely.get_num_coordinates(road) == 3
    assert road.length == pytest.approx(90, abs=3)
    before = set(hands.shapes("house"))
    hands.board.draw_table("house")
    hands.begin("draw_point")
    hands.click(at(70, 20))
    assert added(hands, "house", before).distance(shapely.Point(at(70, 20))) < hands.metre


def sheet(hands: Hands) -> NamingSheet:
    (found,) = [w for w in hands.window.findChildren(NamingSheet) if w.isVisible()]
    return found


def test_what_a_row_cannot_be_without_is_asked_before_it_is_saved(hands: Hands) -> None:
    hands.board.draw_table("resource")
    hands.click(at(70, 20))
    sheet(hands).primary.click()
    assert "请填写" in sheet(hands).error
    assert not hands.shapes("resource")
    name = sheet(hands).edits["name"]
    assert isinstance(name, QLineEdit)
    name.setText(" 古樟𠮷 ")
    sheet(hands).primary.click()
    hands.settle()
    assert added(hands, "resource", set()).distance(shapely.Point(at(70, 20))) < hands.metre
    assert hands.session.rows("resource", ["name"]) == [("古樟𠮷",)]


def test_without_it_the_figure_is_there_to_be_gone_on_with(hands: Hands) -> None:
    hands.board.draw_table("land")
    hands.click(at(0, 0), at(30, 0), at(30, 30))
    hands.key(Qt.Key.Key_Return)
    sheet(hands).reject()
    assert len(sketch(hands).corners) == 3
    hands.click(at(0, 30))
    assert len(sketch(hands).corners) == 4
    hands.key(Qt.Key.Key_Return)
    sheet(hands).primary.click()
    hands.settle()
    assert added(hands, "land", set()).area == pytest.approx(900, rel=0.1)


def test_a_figure_drawn_square_has_right_angles_and_closes_itself(hands: Hands) -> None:
    before = set(hands.shapes("house"))
    hands.begin("draw_square")
    hands.click(at(0, 0), at(24, 8), at(18, 30), at(8, 26))
    hands.right_click(at(0, 0))
    house = added(hands, "house", before)
    assert all(min(abs(a - 90), abs(a - 270)) < 1e-6 for a in angles(house))


def test_what_can_be_drawn_follows_the_table(hands: Hands) -> None:
    actions = hands.window.actions_
    hands.board.draw_table("road")
    assert actions["draw_line"].isEnabled()
    assert not actions["draw_rectangle"].isEnabled()
    hands.board.draw_table("house")
    assert actions["draw_rectangle"].isEnabled()
    assert actions["draw_point"].isEnabled()
    assert not actions["draw_line"].isEnabled()


def test_each_map_remembers_what_was_drawn_on_it(hands: Hands) -> None:
    hands.board.draw_table("road")
    hands.window.explorer.show_theme("disaster")
    hands.settle()
    assert hands.board.table_name != "road"
    hands.window.explorer.show_theme("household")
    assert hands.board.table_name == "road"


# ── Steps back ───────────────────────────────────────────────────────────────────────────────────────────────


def test_backspace_and_undo_take_corners_back_and_escape_gives_up(hands: Hands) -> None:
    hands.board.draw_table("water")
    hands.click(at(0, 0), at(30, 0), at(30, 30))
    hands.key(Qt.Key.Key_Backspace)
    assert len(sketch(hands).corners) == 2
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert sketch(hands).corners == []
    hands.click(at(0, 0), at(30, 0))
    hands.act("dismiss")
    assert sketch(hands).corners == []
    hands.act("dismiss")
    assert hands.canvas.tool not in hands.board.tools.values()


def test_undo_while_drawing_leaves_what_was_saved_alone(hands: Hands) -> None:
    hands.begin("draw_rectangle")
    hands.click(at(0, 0), at(20, 0), at(20, 15))
    count = len(hands.shapes("house"))
    hands.begin("draw_rectangle")
    hands.click(at(40, 0))
    hands.undo()
    assert len(hands.shapes("house")) == count
    hands.undo()
    assert len(hands.shapes("house")) == count - 1


def test_two_clicks_on_one_spot_are_one_corner(hands: Hands) -> None:
    hands.board.draw_table("road")
    hands.click(at(0, 0), at(0, 0), at(40, 0))
    assert len(sketch(hands).corners) == 2


def test_too_few_corners_end_nothing(hands: Hands) -> None:
    before = hands.session.counts()
    hands.board.draw_table("water")
    hands.click(at(0, 0), at(30, 0))
    hands.right_click(at(0, 0))
    assert len(sketch(hands).corners) == 2
    assert hands.session.counts() == before


# ── Snapped, typed, traced ───────────────────────────────────────────────────────────────────────────────────


def test_a_corner_snaps_to_a_corner_nearby_but_not_with_alt_held_nor_switched_off(hands: Hands) -> None:
    corner = (EAST + 230.0, NORTH + 320.0)  # of the first house
    near = corner[0] + 5 * hands.metre, corner[1] + 5 * hands.metre
    hands.board.draw_table("water")
    hands.click(near)
    assert sketch(hands).corners == [corner]
    hands.act("dismiss")
    hands.click(near, held=ALT)
    assert sketch(hands).corners[0] != corner
    hands.act("dismiss")
    hands.window.actions_["snapping"].setChecked(False)
    hands.click(near)
    assert sketch(hands).corners[0] != corner


def test_the_hint_says_what_it_snaps_to(hands: Hands) -> None:
    hands.board.draw_table("water")
    hands.move((EAST + 230.0, NORTH + 320.0))
    snapped = hands.board.snaps.snapped
    assert snapped is not None
    assert snapped.kind == "vertex"
    hands.move((EAST + 215.0, NORTH + 320.0 + 3 * hands.metre))
    snapped = hands.board.snaps.snapped
    assert snapped is not None
    assert snapped.kind == "edge"
    assert snapped.xy[1] == pytest.approx(NORTH + 320)


def test_lengths_azimuths_and_coordinates_can_be_typed(hands: Hands) -> None:
    entry = hands.board.entry
    hands.begin("draw_rectangle")
    entry.coordinate.setText(f"{FREE[0]}, {FREE[1]}")
    entry.coordinate.returnPressed.emit()
    entry.length.setText("12 米")
    entry.azimuth.setText("90°")
    entry.length.returnPressed.emit()
    assert sketch(hands).corners == [FREE, pytest.approx((FREE[0] + 12, FREE[1]))]
    before = set(hands.shapes("house"))
    hands.move(at(5, 40))
    entry.length.setText("8.5")
    entry.length.returnPressed.emit()
    hands.settle()
    assert added(hands, "house", before).bounds == pytest.approx((*FREE, FREE[0] + 12, FREE[1] + 8.5))


def test_what_cannot_be_read_is_said_and_nothing_is_lost(hands: Hands) -> None:
    hands.board.draw_table("road")
    hands.click(at(0, 0))
    for text in ("半里地", "𠮷", "'; DROP TABLE road --", "9" * 5000):
        hands.board.entry.coordinate.setText(text)
        hands.board.entry.coordinate.returnPressed.emit()
        assert "看不懂这个坐标" in hands.said or "太长" in hands.said
    assert len(sketch(hands).corners) == 1


def test_a_line_follows_lines_that_are_there(hands: Hands) -> None:
    hands.board.draw_table("road")
    hands.window.actions_["follow_lines"].setChecked(True)
    hands.settle()
    hands.click((EAST + 200, NORTH + 300), (EAST + 230, NORTH + 320))
    corners = sketch(hands).corners
    assert len(corners) == 3
    assert corners[1] in {(EAST + 230, NORTH + 300), (EAST + 200, NORTH + 320)}


# ── What is wrong with it ────────────────────────────────────────────────────────────────────────────────────


def overlapping(hands: Hands) -> None:
    """Draw a house that covers a strip of the first one."""
    hands.begin("draw_rectangle")
    hands.click(at(-50, -84), at(-20, -84), at(-20, -60), held=ALT)


def test_a_house_over_another_is_asked_about_and_can_be_clipped(hands: Hands) -> None:
    before = hands.shapes("house")
    overlapping(hands)
    assert "重叠" in hands.said
    assert hands.shapes("house") == before
    hands.press("修复")
    house = added(hands, "house", set(before))
    assert max(house.intersection(h).area for h in before.values()) < 0.01
    assert "重叠" not in hands.said


def test_or_kept_as_it_is_or_drawn_on(hands: Hands) -> None:
    before = hands.shapes("house")
    overlapping(hands)
    hands.press("取消")
    assert len(sketch(hands).corners) == 3
    assert hands.shapes("house") == before
    assert not hands.board.finishing.faults
    hands.key(Qt.Key.Key_Return)
    hands.press("保留")
    assert added(hands, "house", set(before)).intersects(shapely.union_all(list(before.values())))


def test_undo_answers_no_to_what_is_asked_and_leaves_what_was_saved_alone(hands: Hands) -> None:
    hands.begin("draw_rectangle")
    hands.click(at(0, 0), at(20, 0), at(20, 15))
    before = hands.shapes("house")
    overlapping(hands)
    hands.undo()
    assert hands.shapes("house").keys() == before.keys()
    assert "保留" not in hands.offered()
    assert len(sketch(hands).corners) == 3


def test_so_does_escape(hands: Hands) -> None:
    overlapping(hands)
    hands.act("dismiss")
    assert "保留" not in hands.offered()
    assert len(sketch(hands).corners) == 3


def test_what_is_asked_is_asked_anew_once_rows_are_others(hands: Hands) -> None:
    before = hands.shapes("house")
    overlapping(hands)
    (under,) = [i for i, h in before.items() if h.intersects(hands.board.finishing.faults[0])]
    there, elsewhere = before[under], shapely.box(*at(60, 60), *at(75, 75))
    editor = hands.window.explorer.editor
    editor.do("改", lambda e, _: e.change("house", under, {"storeys": 3}))
    hands.settle()
    assert "重叠" in hands.said
    assert hands.shapes("house").keys() == before.keys()
    editor.do("搬", lambda e, _: e.change("house", under, {}, elsewhere))
    hands.settle()
    assert "重叠" not in hands.said
    assert added(hands, "house", set(before)).intersects(there)


def test_a_house_outside_every_village_is_asked_about(hands: Hands) -> None:
    x, y = EAST - 300, NORTH + 300
    hands.canvas.see((x, y, x + 150, y + 100))
    hands.settle()
    before = set(hands.shapes("house"))
    hands.begin("draw_rectangle")
    hands.click((x + 60, y + 30), (x + 80, y + 30), (x + 80, y + 40))
    assert "不在“行政村”的范围之内" in hands.said
    hands.press("保留")
    assert added(hands, "house", before).area == pytest.approx(200, rel=0.1)


def test_what_must_not_be_cannot_be_kept(hands: Hands) -> None:
    hands.window.explorer.show_theme("organisation")
    hands.settle()
    for _ in range(2):
        hands.board.draw_table("grid")
        hands.click(at(0, 0), at(40, 0), at(40, 40))
        hands.right_click(at(0, 40))
    assert "重叠" in hands.said
    assert "保留" not in hands.offered()
    assert len(hands.shapes("grid")) == 1


def test_an_area_that_crosses_itself_is_not_stored(hands: Hands) -> None:
    before = hands.session.counts()["water"]
    hands.board.draw_table("water")
    hands.click(at(0, 0), at(30, 30), at(30, 0), at(0, 34), held=ALT)
    hands.right_click(at(0, 0))
    assert "交叉" in hands.said
    assert hands.session.counts()["water"] == before


# ── Unfinished ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_corner_is_kept_and_gone_once_the_figure_is(hands: Hands) -> None:
    hands.board.draw_table("water")
    for n, corner in enumerate((at(0, 0), at(30, 0), at(30, 30)), start=1):
        hands.click(corner)
        draft = kept_draft(hands.session)
        assert draft is not None
        assert (draft.table, len(draft.corners)) == ("water", n)
    hands.key(Qt.Key.Key_Return)
    assert kept_draft(hands.session) is None
    hands.click(at(50, 0))
    assert kept_draft(hands.session) is not None
    hands.act("dismiss")
    assert kept_draft(hands.session) is None


def test_what_was_being_drawn_when_the_project_was_closed_is_offered_and_gone_on_with(
    hands: Hands, qtbot: QtBot
) -> None:
    hands.board.draw_table("water")
    hands.click(at(0, 0), at(30, 0), at(30, 30))
    path, window = hands.session.info.path, hands.window
    user = hands.session.user
    window.close_project()
    window.open_now(path, user, PASSWORD)
    qtbot.waitUntil(lambda: window.session is not None, timeout=15_000)
    hands.settle()
    assert "没画完的河流水系" in hands.said
    hands.press("接着画")
    assert len(sketch(hands).corners) == 3
    before = set(hands.shapes("water"))
    hands.key(Qt.Key.Key_Return)
    assert added(hands, "water", before).area == pytest.approx(450, rel=0.1)
    assert kept_draft(hands.session) is None
    assert "没画完" not in hands.said


def test_a_program_that_is_killed_loses_no_corner(hands: Hands, tmp_path: Path) -> None:
    hands.board.draw_table("water")
    hands.click(at(0, 0), at(30, 0), at(30, 30))
    left = shutil.copytree(hands.session.info.path, tmp_path / "断电.mingqing")
    with open_project(left, user=hands.session.user, password=PASSWORD) as session:
        draft = kept_draft(session)
    assert draft is not None
    assert np.array(draft.corners) == pytest.approx(np.array(sketch(hands).corners), abs=1e-3)


def test_another_tool_does_not_cost_the_figure(hands: Hands) -> None:
    hands.board.draw_table("water")
    hands.click(at(0, 0), at(30, 0))
    hands.begin("edit_nodes")
    assert "没画完的河流水系" in hands.said
    hands.press("丢弃")
    assert "没画完" not in hands.said
    assert kept_draft(hands.session) is None


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_may_not_write_has_no_drawing_tools(enter: Callable[[str], MainWindow]) -> None:
    window = enter("查阅员")
    assert not window.actions_["draw"].isEnabled()
    window.actions_["draw"].setChecked(True)
    assert window.explorer.board.bar.isHidden()
    assert not window.actions_["draw_rectangle"].isEnabled()


def test_beside_a_form_and_the_history_the_bar_ends_before_the_form_and_what_is_said_is_a_line(
    hands: Hands,
) -> None:
    window, explorer = hands.window, hands.window.explorer
    window.resize(1366, 728)
    hands.settle()
    whole = hands.board.bar.width()
    explorer.form.open("house", next(iter(hands.shapes("house"))))
    window.actions_["history"].setChecked(True)
    hands.begin("edit_nodes")
    assert hands.board.bar.geometry().right() < explorer.form.x()
    explorer.banner.say("农房的“层数”还没有保存，请再看一下填的内容")
    assert explorer.banner.width() >= 320
    assert explorer.banner.height() < 100
    offers = [Offer(words, explorer.close_card) for words in ("修复", "保留", "取消")]
    explorer.kit.ask(QIcon(), "与“农房”重叠 12.3 平方米", offers)
    strip, no = explorer.kit.strip, hands.offered()["取消"]
    assert strip.rect().contains(no.geometry().translated(no.parentWidget().mapTo(strip, QPoint())))
    explorer.form.leave()
    hands.settle()
    explorer.close_card()
    window.actions_["history"].setChecked(False)
    hands.settle()
    assert hands.board.bar.width() == whole


def test_every_button_is_large_enough_has_a_name_and_a_tip_that_tells_its_key(hands: Hands) -> None:
    buttons = hands.board.bar.findChildren(QToolButton)
    assert len(buttons) > 10
    for each in buttons:
        assert min(each.width(), each.height()) >= 32
        assert each.accessibleName()
        assert each.toolTip()
    for name in (*hands.board.tools, "remove", "snapping", "shared_borders", "follow_lines"):
        action = hands.window.actions_[name]
        assert action.shortcut().toString()
        assert action.shortcut().toString() in action.toolTip()
