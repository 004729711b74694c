"""What is on the map is corrected by mouse and keys: corners, whole shapes, borders, pieces."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from mingqing.desktop.map.editing.gathering import MergeSheet
from mingqing.desktop.map.editing.tracks import TrackSheet, read_track
from mingqing.desktop.map.editing.whole import Whole
from mingqing.desktop.window import MainWindow
from mingqing.store.edit import edit
from mingqing.store.project import open_project

from .conftest import EAST, NORTH, PASSWORD, USER
from .hands import SHIFT, Hands

Settle = Callable[[], None]
VILLAGE = "331124204202"
X, Y = EAST + 250, NORTH + 400
BOXES = [shapely.box(X + 40 * i, Y, X + 40 * (i + 1), Y + 40) for i in range(3)]  # plots side by side
BOXES[1] = shapely.Polygon([(X + 40, Y), (X + 80, Y), (X + 80, Y + 40), (X + 40, Y + 40)])


HOMES = [shapely.box(X + 30 * i, Y + 100, X + 30 * (i + 1), Y + 120) for i in range(2)]  # under one roof
Rows = dict[str, list[int]]


@pytest.fixture
def rows(project: Path) -> Rows:
    """Three plots side by side, and two houses wall to wall, each with a household."""
    with open_project(project, user=USER, password=PASSWORD) as session, edit(session, "备好") as e:
        plots = [
            e.add("plot", {"plot_no": f"P{i}", "crop": crop, "farmer": "甄一"}, box)
            for i, (crop, box) in enumerate(zip(("茶叶", "水稻", "茶叶"), BOXES, strict=True))
        ]
        homes = [e.add("house", {"house_no": f"H{i}", "storeys": i + 2}, box) for i, box in enumerate(HOMES)]
        for i, house in enumerate(homes):
            e.add("household", {"householder": f"卫{i}", "house": house})
    return {"plot": plots, "house": homes}


@pytest.fixture
def plots(rows: Rows) -> list[int]:
    return rows["plot"]


@pytest.fixture
def homes(rows: Rows) -> list[int]:
    return rows["house"]


@pytest.fixture
def hands(rows: Rows, qtbot: QtBot, opened: MainWindow, settle: Settle) -> Iterator[Hands]:
    """Somebody who looks at the plots."""
    opened.explorer.show_village(VILLAGE)
    opened.explorer.show_theme("industry")
    opened.explorer.canvas.see((X - 30, Y - 30, X + 150, Y + 70), closest=300)
    settle()
    made = Hands(opened, qtbot, settle)
    made.window.actions_["snapping"].setChecked(False)
    yield made
    made.window.actions_["snapping"].setChecked(True)


@pytest.fixture
def indoors(hands: Hands) -> Hands:
    """Somebody who looks at the houses."""
    hands.window.explorer.show_theme("household")
    hands.canvas.see((X - 30, Y + 70, X + 90, Y + 150), closest=300)
    hands.settle()
    return hands


def middle(i: int) -> tuple[float, float]:
    return X + 40 * i + 20, Y + 12


def pick(hands: Hands, tool: str, i: int = 1) -> None:
    """Take a tool in hand and a plot to work on."""
    hands.begin(tool)
    hands.click(middle(i))
    assert hands.board.subjects.current is not None


# ── Corners ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_corner_that_is_dragged_moves_in_both_neighbours_and_back_with_one_undo(
    hands: Hands, plots: list[int]
) -> None:
    before = hands.shapes("plot")
    pick(hands, "edit_nodes")
    hands.drag((X + 80, Y + 40), (X + 90, Y + 55))
    after = hands.shapes("plot")
    assert not after[plots[1]].equals(before[plots[1]])
    assert not after[plots[2]].equals(before[plots[2]])
    assert after[plots[0]].equals(before[plots[0]])
    assert after[plots[1]].intersection(after[plots[2]]).area == 0
    assert shapely.union_all(list(after.values())).area == pytest.approx(sum(s.area for s in after.values()))
    hands.undo()
    assert all(s.equals(before[i]) for i, s in hands.shapes("plot").items())


def test_it_moves_alone_where_that_is_wanted(hands: Hands, plots: list[int]) -> None:
    before = hands.shapes("plot")
    hands.window.actions_["shared_borders"].setChecked(False)
    pick(hands, "edit_nodes")
    hands.drag((X + 80, Y + 40), (X + 70, Y + 30))
    assert hands.shapes("plot")[plots[2]].equals(before[plots[2]])
    assert hands.shapes("plot")[plots[1]].area < before[plots[1]].area
    hands.window.actions_["shared_borders"].setChecked(True)


def test_while_it_is_dragged_it_is_said_how_many_neighbours_come_along(hands: Hands, qtbot: QtBot) -> None:
    pick(hands, "edit_nodes")
    start = hands.pixel((X + 80, Y + 40))
    qtbot.mousePress(hands.canvas, Qt.MouseButton.LeftButton, pos=start)
    for n in (10, 25):
        hands.move((X + 80 + n, Y + 40 + n))
    assert "相邻的 1 块会跟着移动" in hands.said
    hands.act("dismiss")
    qtbot.mouseRelease(hands.canvas, Qt.MouseButton.LeftButton, pos=start)
    hands.settle()
    assert "新增" not in hands.window.explorer.status.saved.text()


def test_the_middle_of_a_side_becomes_a_corner_when_it_is_dragged(hands: Hands, plots: list[int]) -> None:
    pick(hands, "edit_nodes", 0)
    hands.drag((X + 20, Y), (X + 20, Y - 15))
    shape = hands.shapes("plot")[plots[0]]
    assert shapely.get_num_coordinates(shape) == 6
    assert shape.area == pytest.approx(1600 + 40 * 15 / 2, rel=0.02)


def test_the_chosen_corner_is_taken_away_by_delete_and_the_last_three_stay(
    hands: Hands, plots: list[int]
) -> None:
    hands.window.actions_["shared_borders"].setChecked(False)
    pick(hands, "edit_nodes", 0)
    hands.click((X, Y))
    hands.act("remove")
    assert shapely.get_num_coordinates(hands.shapes("plot")[plots[0]]) == 4
    hands.click((X, Y + 40))
    hands.act("remove")
    assert "至少要有三个角点" in hands.said
    assert len(hands.shapes("plot")) == 3
    hands.window.actions_["shared_borders"].setChecked(True)


def test_a_chosen_corner_goes_to_the_coordinate_that_is_typed(hands: Hands, plots: list[int]) -> None:
    pick(hands, "edit_nodes", 0)
    hands.click((X, Y))
    hands.board.entry.coordinate.setText(f"{X - 5}, {Y - 5}")
    hands.board.entry.coordinate.returnPressed.emit()
    hands.settle()
    assert (X - 5, Y - 5) in hands.corners("plot", plots[0])


def test_undo_answers_no_to_what_is_asked_of_a_corner(indoors: Hands, homes: list[int]) -> None:
    before = indoors.shapes("house")
    into_the_neighbour(indoors)
    assert "重叠" in indoors.said
    indoors.undo()
    assert "保留" not in indoors.offered()
    assert all(s.equals(before[i]) for i, s in indoors.shapes("house").items())
    assert set(indoors.shapes("house")) >= set(homes)


def test_a_repair_that_gives_back_what_was_there_is_said_and_no_step(
    indoors: Hands, homes: list[int]
) -> None:
    before, editor = indoors.shapes("house"), indoors.window.explorer.editor
    step = editor.undoing
    into_the_neighbour(indoors)
    indoors.press("修复")
    assert indoors.window.explorer.banner.text == "修复后和原来一样，没有改动"
    assert editor.undoing == step
    assert indoors.shapes("house")[homes[0]].equals(before[homes[0]])
    assert "保留" not in indoors.offered()


def test_what_is_asked_of_a_row_that_changes_elsewhere_is_asked_no_longer(
    indoors: Hands, homes: list[int]
) -> None:
    into_the_neighbour(indoors)
    shape = shapely.box(X, Y + 100, X + 20, Y + 120)
    indoors.window.explorer.editor.do("改", lambda e, _: e.change("house", homes[0], {}, shape))
    indoors.settle()
    assert "保留" not in indoors.offered()
    assert indoors.shapes("house")[homes[0]].equals(shape)


def into_the_neighbour(hands: Hands) -> None:
    """Drag the side of the first house into the second."""
    hands.begin("edit_nodes")
    hands.click((X + 12, Y + 108))
    hands.drag((X + 30, Y + 110), (X + 40, Y + 112))


# ── Whole shapes ─────────────────────────────────────────────────────────────────────────────────────────────


def frame(hands: Hands) -> tuple[tuple[float, float], tuple[float, float]]:
    """The knob, and a corner of the frame."""
    tool = hands.canvas.tool
    assert isinstance(tool, Whole)
    knob, corner = tool.handles()
    places = [hands.canvas.place(p) for p in (knob, corner)]
    assert places[0] is not None
    assert places[1] is not None
    return places[0], places[1]


def test_a_shape_is_moved_by_dragging_it(hands: Hands, plots: list[int]) -> None:
    before = hands.shapes("plot")[plots[2]]
    pick(hands, "move_whole", 2)
    hands.drag(middle(2), (middle(2)[0] + 30, middle(2)[1] + 10))
    after = hands.shapes("plot")[plots[2]]
    assert after.centroid.x - before.centroid.x == pytest.approx(30, abs=1)
    assert after.area == pytest.approx(before.area)
    hands.undo()
    assert hands.shapes("plot")[plots[2]].equals(before)


def test_it_is_turned_by_the_knob_and_enlarged_by_a_corner(hands: Hands, plots: list[int]) -> None:
    before = hands.shapes("plot")[plots[2]]
    hands.window.actions_["shared_borders"].setChecked(False)
    pick(hands, "move_whole", 2)
    knob, _ = frame(hands)
    hands.drag(knob, (knob[0] + 40, knob[1] - 20))
    if "修复" in hands.offered():
        hands.press("保留")
    turned = hands.shapes("plot")[plots[2]]
    assert turned.area == pytest.approx(before.area)
    assert not turned.equals(before)
    assert turned.centroid.distance(before.centroid) < 1e-6
    hands.undo()
    _, corner = frame(hands)
    centre = before.centroid
    hands.drag(corner, ((corner[0] + centre.x) / 2, (corner[1] + centre.y) / 2))
    assert hands.shapes("plot")[plots[2]].area == pytest.approx(before.area / 4, rel=0.05)
    hands.window.actions_["shared_borders"].setChecked(True)


def test_a_copy_has_what_the_row_has_but_for_its_number(hands: Hands, plots: list[int]) -> None:
    pick(hands, "move_whole", 2)
    hands.act("copy_whole")
    hands.drag(middle(2), (middle(2)[0], middle(2)[1] - 60))
    (new,) = set(hands.shapes("plot")) - set(plots)
    rows = {i: r for i in (plots[2], new) if (r := hands.session.row("plot", i))}
    assert rows[new]["crop"] == rows[plots[2]]["crop"] == "茶叶"
    assert rows[new]["plot_no"] is None
    assert hands.shapes("plot")[plots[2]].equals(BOXES[2])


def test_several_are_moved_together(hands: Hands, plots: list[int]) -> None:
    before = hands.shapes("plot")
    pick(hands, "move_whole", 0)
    hands.click(middle(1), middle(2), held=SHIFT)
    hands.drag(middle(1), (middle(1)[0], middle(1)[1] + 12))
    after = hands.shapes("plot")
    for i in plots:
        assert after[i].centroid.y - before[i].centroid.y == pytest.approx(12, abs=1)


def test_a_length_and_an_azimuth_that_are_typed_move_it(hands: Hands, plots: list[int]) -> None:
    pick(hands, "move_whole", 2)
    hands.board.entry.length.setText("10")
    hands.board.entry.azimuth.setText("90")
    hands.board.entry.azimuth.returnPressed.emit()
    hands.settle()
    assert hands.shapes("plot")[plots[2]].bounds[0] == pytest.approx(X + 90)


def test_corners_nearly_right_are_made_right(hands: Hands, plots: list[int]) -> None:
    hands.window.actions_["shared_borders"].setChecked(False)
    pick(hands, "edit_nodes", 0)
    hands.drag((X, Y), (X - 3, Y - 2))
    hands.act("square_corners")
    hands.press("保留")  # its neighbour's side is no longer where its own is
    shape = hands.shapes("plot")[plots[0]]
    assert shape.area == pytest.approx(shape.minimum_rotated_rectangle.area)
    hands.window.actions_["shared_borders"].setChecked(True)


# ── Pieces ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_house_that_is_cut_keeps_its_row_for_the_larger_piece_with_those_who_live_there(
    indoors: Hands, homes: list[int]
) -> None:
    hands = indoors
    before = set(hands.shapes("house"))
    hands.begin("split")
    hands.click((X + 15, Y + 110))
    hands.click((X + 10, Y + 90), (X + 10, Y + 130))
    hands.right_click((X, Y + 90))
    (new,) = set(hands.shapes("house")) - before
    shapes = hands.shapes("house")
    assert shapes[homes[0]].area > shapes[new].area
    assert shapes[homes[0]].area + shapes[new].area == pytest.approx(600)
    row = hands.session.row("house", new)
    assert row is not None
    assert (row["storeys"], row["house_no"], row["village_code"]) == (2, None, VILLAGE)
    assert len(hands.session.rows("household", ["id"], where={"house": homes[0]})) == 1
    assert hands.session.rows("household", ["id"], where={"house": new}) == []
    assert "已切成 2 块" in hands.window.explorer.status.saved.text()
    hands.undo()
    assert set(hands.shapes("house")) == before
    assert hands.shapes("house")[homes[0]].equals(HOMES[0])


def test_a_cut_that_ends_inside_is_refused_and_can_be_drawn_on(hands: Hands, plots: list[int]) -> None:
    pick(hands, "split", 0)
    hands.click((X - 10, Y + 20), (X + 20, Y + 20))
    hands.right_click((X, Y))
    assert "没有把图形切开" in hands.said
    hands.click((X + 20, Y + 60))
    hands.right_click((X, Y))
    assert len(hands.shapes("plot")) == len(plots) + 1


def test_houses_become_one_and_who_lives_in_them_lives_in_it(indoors: Hands, homes: list[int]) -> None:
    hands = indoors
    hands.begin("merge")
    hands.click((X + 15, Y + 110), (X + 45, Y + 110))
    assert "已选 2 个" in hands.said
    hands.key(Qt.Key.Key_Return)
    (sheet,) = [s for s in hands.window.findChildren(MergeSheet) if s.isVisible()]
    box = next(b for b in sheet.findChildren(QComboBox) if b.accessibleName() == "层数")
    assert [box.itemText(i) for i in range(box.count())] == ["2 层", "3 层"]
    box.setCurrentIndex(1)
    sheet.primary.click()
    hands.settle()
    shapes = hands.shapes("house")
    assert homes[1] not in shapes
    assert shapes[homes[0]].area == pytest.approx(1200)
    row = hands.session.row("house", homes[0])
    assert row is not None
    assert (row["house_no"], row["storeys"]) == ("H0", 3)
    assert len(hands.session.rows("household", ["id"], where={"house": homes[0]})) == 2
    hands.undo()
    assert homes[1] in hands.shapes("house")
    assert len(hands.session.rows("household", ["id"], where={"house": homes[1]})) == 1


def test_plots_that_do_not_touch_are_not_merged(hands: Hands, plots: list[int]) -> None:
    hands.begin("merge")
    hands.click(middle(0), middle(2))
    hands.key(Qt.Key.Key_Return)
    assert "不相邻" in hands.said
    assert set(hands.shapes("plot")) == set(plots)


def test_a_border_that_is_drawn_anew_changes_on_both_sides(hands: Hands, plots: list[int]) -> None:
    hands.window.actions_["snapping"].setChecked(True)
    pick(hands, "reshape", 0)
    hands.click((X + 40, Y + 40), (X + 55, Y + 20), (X + 40, Y))
    hands.right_click((X, Y))
    shapes = hands.shapes("plot")
    assert shapes[plots[0]].area == pytest.approx(1600 + 300, rel=0.05)
    assert shapes[plots[1]].area == pytest.approx(1600 - 300, rel=0.05)
    assert shapes[plots[0]].intersection(shapes[plots[1]]).area < 1e-3


def test_a_hole_is_cut_and_filled_again(hands: Hands, plots: list[int]) -> None:
    pick(hands, "ring", 0)
    hands.click((X + 10, Y + 22), (X + 25, Y + 22), (X + 25, Y + 35))
    hands.right_click((X, Y))
    assert len(hands.shapes("plot")[plots[0]].interiors) == 1
    hands.begin("edit_nodes")
    hands.click((X + 10, Y + 22))
    hands.press("填上这个洞")
    assert hands.shapes("plot")[plots[0]].equals(BOXES[0])


# ── Deleted ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_belongs_to_a_row_is_counted_before_it_is_deleted(indoors: Hands, homes: list[int]) -> None:
    hands, households = indoors, indoors.session.counts()["household"]
    hands.begin("move_whole")
    hands.click((X + 15, Y + 110))
    hands.act("remove")
    assert "名下还有 1 条住户" in hands.said
    hands.press("不删除")
    assert homes[0] in hands.shapes("house")
    hands.act("remove")
    hands.press("只删农房，其余留下")
    assert homes[0] not in hands.shapes("house")
    assert hands.session.counts()["household"] == households
    hands.undo()
    assert len(hands.session.rows("household", ["id"], where={"house": homes[0]})) == 1
    hands.click((X + 45, Y + 110))
    hands.act("remove")
    hands.press("一起删除")
    assert homes[1] not in hands.shapes("house")
    assert hands.session.counts()["household"] == households - 1


def test_a_village_that_others_lie_in_is_not_deleted_unasked(indoors: Hands, homes: list[int]) -> None:
    hands = indoors
    (village,) = hands.session.rows("village", ["id"], where={"code": "331124204202"})[0]
    hands.window.explorer.selection.choose({"village": [int(village)]})
    hands.act("remove")
    assert "小竹溪村里还登记着" in hands.said
    assert f"农房 {hands.session.counts('331124204202')['house']} 条" in hands.said
    assert int(village) in hands.shapes("village")
    hands.press("仍要删除")
    assert int(village) not in hands.shapes("village")


def test_what_nothing_belongs_to_is_deleted_at_once(hands: Hands, plots: list[int]) -> None:
    hands.window.explorer.selection.choose({"plot": [plots[2]]})
    hands.act("remove")
    assert set(hands.shapes("plot")) == set(plots[:2])
    hands.undo()
    assert set(hands.shapes("plot")) == set(plots)


def test_of_several_it_is_asked(hands: Hands, plots: list[int]) -> None:
    hands.window.explorer.selection.choose({"plot": plots})
    hands.act("remove")
    assert "删除 3 个产业地块" in hands.said
    assert set(hands.shapes("plot")) == set(plots)


# ── What is worked on ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_selected_is_what_is_worked_on(hands: Hands, plots: list[int]) -> None:
    hands.window.explorer.selection.choose({"plot": [plots[1]]})
    hands.begin("edit_nodes")
    subject = hands.board.subjects.current
    assert subject is not None
    assert subject.row == plots[1]


def test_of_what_lies_one_upon_the_other_that_is_picked_which_is_drawn(
    hands: Hands, plots: list[int]
) -> None:
    with edit(hands.session, "备好") as e:
        over = e.add("water", {"name": "门前塘"}, BOXES[0].buffer(-5))
    for table, row in (("water", over), ("plot", plots[0])):
        hands.board.draw_table(table)
        hands.begin("edit_nodes")
        hands.click(middle(0))
        subject = hands.board.subjects.current
        assert subject is not None
        assert (subject.table.name, subject.row) == (table, row)
        hands.act("dismiss")


def test_what_is_switched_off_in_the_legend_is_let_go_of(hands: Hands, plots: list[int]) -> None:
    explorer, before = hands.window.explorer, hands.shapes("plot")
    pick(hands, "edit_nodes")
    explorer.selection.choose({"plot": plots, "household": [1]})
    explorer.legend.switch_of("plot").setChecked(False)
    hands.settle()
    assert hands.board.subjects.current is None
    assert dict(explorer.selection.tables) == {"household": frozenset({1})}
    hands.drag((X + 80, Y + 40), (X + 90, Y + 55))
    assert all(s.equals(before[i]) for i, s in hands.shapes("plot").items())
    explorer.show_row("plot", plots[0])
    hands.begin("move_whole")
    assert hands.board.subjects.current is None
    explorer.legend.switch_of("plot").setChecked(True)
    hands.settle()


def test_undo_is_followed_by_the_handles(hands: Hands, plots: list[int]) -> None:
    pick(hands, "edit_nodes", 0)
    hands.drag((X, Y), (X - 9, Y - 9))
    hands.undo()
    subject = hands.board.subjects.current
    assert subject is not None
    assert subject.shape.equals(BOXES[0])
    del plots


def test_escape_gives_up_what_is_chosen_then_the_tool(hands: Hands) -> None:
    pick(hands, "edit_nodes", 0)
    hands.act("dismiss")
    assert hands.board.subjects.current is None
    hands.act("dismiss")
    assert hands.canvas.tool is hands.window.explorer.kit.tools["hand"]


def test_who_is_bound_to_a_village_cannot_move_what_lies_in_another(
    enter: Callable[[str], MainWindow], qtbot: QtBot, settle: Settle
) -> None:
    window = enter("村编员")
    made = Hands(window, qtbot, settle)
    window.explorer.canvas.see((EAST + 180, NORTH + 280, EAST + 480, NORTH + 480))
    settle()
    made.begin("move_whole")
    made.click((EAST + 215, NORTH + 310))
    assert made.board.subjects.current is None


# ── Recorded ways ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_track_becomes_the_line_that_is_being_drawn(hands: Hands, tmp_path: Path) -> None:
    points = "".join(f'<trkpt lat="28.45{i}" lon="119.50{i % 2}"/>' for i in range(5))
    file = tmp_path / "巡查.gpx"
    one = f"<trk><name>{{}}</name><trkseg>{points}</trkseg></trk>"
    head = '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    file.write_text(f"{head}{one.format('早上')}{one.format('下午')}</gpx>", encoding="utf-8")
    window = hands.window
    window.explorer.show_theme("disaster")
    hands.begin()
    board = hands.board
    read_track(file, window.jobs, hands.session.info.epsg, window, board.draw_track, board.refused.emit)
    hands.settle()
    (sheet,) = [s for s in window.findChildren(TrackSheet) if s.isVisible()]
    assert sheet.tracks.count() == 2
    sheet.primary.click()
    hands.settle()
    assert board.table_name == "evacuation_route"
    assert len(board.tools["draw_line"].corners) == 5  # type: ignore[union-attr]
    assert len(hands.shapes("evacuation_route")) == 0


def test_a_file_that_is_no_track_is_one_sentence(hands: Hands, tmp_path: Path) -> None:
    file = tmp_path / "坏.gpx"
    file.write_bytes(b"\x00\x01 no gpx")
    window, said = hands.window, []
    read_track(file, window.jobs, 4549, window, hands.board.draw_track, said.append)
    hands.settle()
    assert len(said) == 1
    assert hands.board.tools["draw_line"].corners == []  # type: ignore[union-attr]
