"""Tools in hand: what is measured, what is selected, and how one gets out of it again."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from mingqing.crs.ground import area_m2, legs
from mingqing.desktop.card.hit import identify
from mingqing.desktop.map.kit import Kit
from mingqing.desktop.map.outline import shapes_of
from mingqing.desktop.map.tools.measure import Measure
from mingqing.desktop.map.tools.select import How, SelectCircle
from mingqing.desktop.window import MainWindow
from mingqing.render.targets import Target

from .conftest import EAST, NORTH

Settle = Callable[[], None]
Enter = Callable[[str], MainWindow]
HOUSES = [(EAST + 215 + 60 * i, NORTH + 310) for i in range(6)]
SHIFT, CTRL, NONE = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def kit(opened: MainWindow, settle: Settle) -> Kit:
    """The tools of a window that looks at the six houses of 小竹溪村, all of them clear of what floats there."""
    opened.explorer.canvas.see((EAST + 100, NORTH + 100, EAST + 700, NORTH + 500))
    settle()
    return opened.explorer.kit


def pixel(window: MainWindow, place: tuple[float, float]) -> QPoint:
    canvas = window.explorer.canvas
    assert canvas.view is not None
    return QPointF(*canvas.view.to_screen(*place, (canvas.width(), canvas.height()))).toPoint()


def place(window: MainWindow, at: QPoint) -> tuple[float, float]:
    found = window.explorer.canvas.place(QPointF(at))
    assert found is not None
    return found


def drag(
    qtbot: QtBot, window: MainWindow, a: tuple[float, float], b: tuple[float, float], held: object = NONE
) -> None:
    canvas = window.explorer.canvas
    start, end = pixel(window, a), pixel(window, b)
    qtbot.mousePress(canvas, LEFT, held, pos=start)
    qtbot.mouseMove(canvas, (start + end) / 2)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, LEFT, held, pos=end)


def around(*numbers: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Opposite corners of a box around houses in a row."""
    return (HOUSES[min(numbers)][0] - 25, NORTH + 280), (HOUSES[max(numbers)][0] + 25, NORTH + 340)


def selected(window: MainWindow) -> set[str]:
    """The numbers of the selected houses."""
    session = window.session
    assert session is not None
    every = {int(str(i)): str(n) for i, n in session.rows("house", ["id", "house_no"])}
    return {every[i] for i in window.explorer.selection.of("house")}


# ── In hand ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_tool_taken_twice_is_laid_down_and_its_button_tells(kit: Kit, opened: MainWindow) -> None:
    actions, canvas = opened.actions_, opened.explorer.canvas
    actions["measure_length"].trigger()
    assert canvas.tool is kit.tools["measure_length"]
    assert [n for n in kit.tools if actions[n].isChecked()] == ["measure_length"]
    actions["select_box"].trigger()
    assert [n for n in kit.tools if actions[n].isChecked()] == ["select_box"]
    actions["select_box"].trigger()
    assert canvas.tool is kit.tools["hand"]
    assert [n for n in kit.tools if actions[n].isChecked()] == ["hand"]


@pytest.mark.parametrize("name", ["measure_length", "measure_area", "select_outline"])
def test_dragging_moves_the_map_whatever_is_clicked_corner_by_corner(
    qtbot: QtBot, kit: Kit, opened: MainWindow, name: str
) -> None:
    kit.take(name)
    before = place(opened, QPoint(400, 300))
    drag(qtbot, opened, before, place(opened, QPoint(460, 340)))
    assert place(opened, QPoint(460, 340)) == pytest.approx(before, abs=1e-6)
    assert kit.tools[name].corners == []  # type: ignore[attr-defined]


def test_the_middle_button_moves_the_map_while_a_box_is_drawn_with_the_left_one(
    qtbot: QtBot, kit: Kit, opened: MainWindow
) -> None:
    kit.take("select_box")
    canvas, before = opened.explorer.canvas, place(opened, QPoint(400, 300))
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(400, 300))
    qtbot.mouseMove(canvas, QPoint(430, 300))
    qtbot.mouseMove(canvas, QPoint(460, 300))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(460, 300))
    assert place(opened, QPoint(460, 300)) == pytest.approx(before, abs=1e-6)


def test_escape_gives_up_the_figure_then_the_tool_then_the_selection_then_the_card(
    qtbot: QtBot, kit: Kit, opened: MainWindow, settle: Settle
) -> None:
    explorer, canvas = opened.explorer, opened.explorer.canvas
    explorer.guide.identify(*HOUSES[0])
    settle()
    kit.select(shapely.box(*around(0, 1)[0], *around(0, 1)[1]), How.NEW)
    settle()
    kit.take("measure_length")
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(400, 300))
    escape = opened.actions_["dismiss"]
    escape.trigger()
    assert canvas.tool is kit.tools["measure_length"]
    assert kit.tools["measure_length"].corners == []  # type: ignore[attr-defined]
    escape.trigger()
    assert canvas.tool is kit.tools["hand"]
    assert len(explorer.selection) == 2
    escape.trigger()
    assert len(explorer.selection) == 0
    assert explorer.card.isVisible()
    escape.trigger()
    assert not explorer.card.isVisible()


def test_without_a_project_there_is_nothing_to_measure_or_select(kit: Kit, opened: MainWindow) -> None:
    kit.take("measure_length")
    opened.close_project()
    assert opened.explorer.canvas.tool is kit.tools["hand"]
    assert not any(opened.actions_[name].isEnabled() for name in (*kit.tools, "conditions", "copy_map"))


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────


def clicked(qtbot: QtBot, window: MainWindow, name: str, at: list[QPoint]) -> tuple[Measure, np.ndarray]:
    window.explorer.kit.take(name)
    for point in at:
        qtbot.mouseClick(window.explorer.canvas, LEFT, pos=point)
    tool = window.explorer.kit.tools[name]
    assert isinstance(tool, Measure)
    return tool, np.array([place(window, point) for point in at])


def test_a_length_is_measured_on_the_ground_and_can_be_copied(
    qtbot: QtBot, kit: Kit, opened: MainWindow
) -> None:
    at = [QPoint(300, 300), QPoint(500, 250), QPoint(600, 420)]
    tool, places = clicked(qtbot, opened, "measure_length", at)
    qtbot.mouseDClick(opened.explorer.canvas, LEFT, pos=at[-1])
    assert tool.done
    assert tool.length_m == pytest.approx(legs(places, 4549).total_m)
    assert f"{tool.length_m:.1f} 米" in kit.strip.text
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == f"长 {tool.length_m:.1f} 米"


def test_backspace_takes_the_last_corner_back(qtbot: QtBot, kit: Kit, opened: MainWindow) -> None:
    tool, places = clicked(
        qtbot, opened, "measure_length", [QPoint(300, 300), QPoint(500, 250), QPoint(600, 420)]
    )
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Backspace)
    assert tool.corners == [pytest.approx(p) for p in places[:2].tolist()]
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Return)
    assert tool.length_m == pytest.approx(legs(places[:2], 4549).total_m)
    for _ in range(4):
        qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Backspace)
    assert tool.corners == []


def test_an_area_is_given_in_mu_and_hectares(qtbot: QtBot, kit: Kit, opened: MainWindow) -> None:
    at = [QPoint(300, 250), QPoint(600, 250), QPoint(600, 450), QPoint(300, 450)]
    tool, places = clicked(qtbot, opened, "measure_area", at)
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Return)
    assert tool.area_m2 == pytest.approx(area_m2(places, 4549))
    assert f"{tool.area_m2 / (2000 / 3):.2f} 亩" in tool.result
    assert f"{tool.area_m2:,.0f} 平方米" in tool.result
    assert "交叉" not in kit.strip.text


def test_an_area_whose_sides_cross_is_not_trusted(qtbot: QtBot, kit: Kit, opened: MainWindow) -> None:
    at = [QPoint(300, 250), QPoint(600, 450), QPoint(600, 250), QPoint(300, 450)]
    clicked(qtbot, opened, "measure_area", at)
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Return)
    assert "边线有交叉" in kit.strip.text


def test_a_figure_with_too_few_corners_does_not_end(qtbot: QtBot, kit: Kit, opened: MainWindow) -> None:
    tool, _ = clicked(qtbot, opened, "measure_area", [QPoint(300, 250), QPoint(600, 250)])
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Return)
    assert not tool.done


def test_the_next_click_begins_another_figure(qtbot: QtBot, kit: Kit, opened: MainWindow) -> None:
    tool, _ = clicked(qtbot, opened, "measure_length", [QPoint(300, 250), QPoint(600, 250)])
    qtbot.keyClick(opened.explorer.canvas, Qt.Key.Key_Return)
    qtbot.mouseClick(opened.explorer.canvas, LEFT, pos=QPoint(350, 400))
    assert (len(tool.corners), tool.done) == (1, False)


# ── Selecting ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_box_selects_shift_adds_and_ctrl_takes_away(
    qtbot: QtBot, kit: Kit, opened: MainWindow, settle: Settle
) -> None:
    kit.take("select_box")
    drag(qtbot, opened, *around(0, 1))
    settle()
    assert selected(opened) == {"0F0", "0F1"}
    assert "选中农房 2 条" in kit.strip.text
    drag(qtbot, opened, *around(1, 3), SHIFT)
    settle()
    assert selected(opened) == {"0F0", "0F1", "0F2", "0F3"}
    drag(qtbot, opened, *around(0, 2), CTRL)
    settle()
    assert selected(opened) == {"0F3"}
    drag(qtbot, opened, *around(4, 5))
    settle()
    assert selected(opened) == {"0F4", "0F5"}


def test_a_click_with_the_box_in_hand_selects_what_is_there(
    qtbot: QtBot, kit: Kit, opened: MainWindow, settle: Settle
) -> None:
    kit.take("select_box")
    qtbot.mouseClick(opened.explorer.canvas, LEFT, pos=pixel(opened, HOUSES[2]))
    settle()
    assert selected(opened) == {"0F2"}


def test_an_outline_selects_what_it_touches(
    qtbot: QtBot, kit: Kit, opened: MainWindow, settle: Settle
) -> None:
    kit.take("select_outline")
    corners = [(-20, -20), (80, -20), (80, 20), (-20, 20)]
    at = [pixel(opened, (HOUSES[3][0] + dx, HOUSES[3][1] + dy)) for dx, dy in corners]
    for point in at:
        qtbot.mouseClick(opened.explorer.canvas, LEFT, pos=point)
    qtbot.mouseDClick(opened.explorer.canvas, LEFT, pos=at[-1])
    settle()
    assert selected(opened) == {"0F3", "0F4"}


def test_a_radius_is_dragged_and_can_be_typed_afterwards(
    qtbot: QtBot, kit: Kit, opened: MainWindow, settle: Settle
) -> None:
    kit.take("select_circle")
    circle = kit.tools["select_circle"]
    assert isinstance(circle, SelectCircle)
    x, y = HOUSES[2]
    drag(qtbot, opened, (x, y), (x + 20, y))
    settle()
    assert selected(opened) == {"0F2"}
    circle.radius.setText("60")
    qtbot.keyClick(circle.radius, Qt.Key.Key_Return)
    settle()
    assert selected(opened) == {"0F1", "0F2", "0F3"}
    qtbot.mouseClick(opened.explorer.canvas, LEFT, pos=pixel(opened, HOUSES[0]))
    settle()
    assert selected(opened) == {"0F0", "0F1"}


@pytest.mark.parametrize("typed", ["", "远", "-5", "nan", "1e99"])
def test_what_is_no_radius_selects_nothing(
    qtbot: QtBot, kit: Kit, opened: MainWindow, settle: Settle, typed: str
) -> None:
    kit.take("select_circle")
    circle = kit.tools["select_circle"]
    assert isinstance(circle, SelectCircle)
    circle.radius.setText(typed)
    qtbot.mouseClick(opened.explorer.canvas, LEFT, pos=pixel(opened, HOUSES[0]))
    settle()
    assert circle.radius_m is None
    assert selected(opened) == set()


def test_of_all_layers_only_those_switched_on_are_selected(
    kit: Kit, opened: MainWindow, settle: Settle
) -> None:
    box = shapely.box(EAST, NORTH, EAST + 700, NORTH + 500)
    kit.tables.setCurrentIndex(kit.tables.count() - 1)
    kit.select(box, How.NEW)
    settle()
    assert set(opened.explorer.selection.tables) == {"house"}
    opened.explorer.legend.switch_of("house").setChecked(False)
    kit.select(box, How.NEW)
    settle()
    assert set(opened.explorer.selection.tables) == set()
    assert "没有可选的" in kit.strip.text


def test_inverting_stays_in_the_village_in_view(kit: Kit, opened: MainWindow, settle: Settle) -> None:
    opened.explorer.show_village("331124204202")
    kit.select(shapely.box(*around(0, 3)[0], *around(0, 3)[1]), How.NEW)
    settle()
    kit.invert()
    settle()
    assert selected(opened) == {"0F4", "0F5"}


def test_what_is_selected_has_a_place_to_go_to(kit: Kit, opened: MainWindow, settle: Settle) -> None:
    (x0, y0), (x1, y1) = around(4, 5)
    kit.select(shapely.box(x0, y0, x1, y1), How.NEW)
    settle()
    bounds = kit.outline.bounds
    assert bounds is not None
    assert x0 < bounds[0] < bounds[2] < x1
    before = opened.explorer.canvas.grab().toImage()
    opened.explorer.selection.clear()
    settle()
    assert kit.outline.bounds is None
    assert opened.explorer.canvas.grab().toImage() != before


def test_rows_without_a_shape_are_outlined_where_they_stand(opened: MainWindow) -> None:
    session = opened.session
    assert session is not None
    households = frozenset(int(str(i)) for (i,) in session.rows("household", ["id"]))
    shapes = shapes_of(session, {"household": households}, lambda: False)
    assert len(shapes) == len(households) == 12
    assert all(shape.geom_type == "Point" for shape in shapes)


def test_a_villages_own_editor_selects_nothing_of_another(qtbot: QtBot, enter: Enter, settle: Settle) -> None:
    window = enter("村编员")
    window.explorer.kit.select(shapely.box(EAST - 10, NORTH - 10, EAST + 4_000, NORTH + 2_000), How.NEW)
    settle()
    assert selected(window) == {f"1F{n}" for n in range(6)}


def test_the_next_account_finds_nothing_selected(enter: Enter, settle: Settle) -> None:
    window = enter("村编员")
    window.explorer.kit.select(shapely.box(EAST - 10, NORTH - 10, EAST + 4_000, NORTH + 2_000), How.NEW)
    settle()
    window = enter("查阅员")
    assert len(window.explorer.selection) == 0
    assert window.explorer.kit.strip.isHidden()


# ── What lies there ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_counted_sign_drops_a_list_and_the_row_picked_has_its_card(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    explorer, session = opened.explorer, opened.session
    assert session is not None
    targets = (Target((EAST, NORTH, EAST + 9, NORTH + 9), "house", tuple(house_ids(opened)[:3])),)
    explorer.guide.show_found(
        identify(
            session,
            session.catalog.layers["household"],
            (EAST + 5, NORTH + 5),
            tolerance_m=1,
            targets=targets,
        ),
        (EAST + 5, NORTH + 5),
    )
    assert explorer.listed.isVisible()
    assert explorer.listed.rows[0] == "农房 3"
    assert not explorer.card.isVisible()
    qtbot.keyClick(explorer.listed.list, Qt.Key.Key_Down)
    qtbot.keyClick(explorer.listed.list, Qt.Key.Key_Return)
    settle()
    assert not explorer.listed.isVisible()
    assert explorer.card.accessibleDescription().startswith("半岭1号")


def test_names_can_be_pointed_at_after_a_pan_that_drew_none_anew(
    qtbot: QtBot, opened: MainWindow, settle: Settle
) -> None:
    canvas = opened.explorer.canvas
    opened.explorer.show_village("")
    settle()
    qtbot.waitUntil(lambda: canvas.idle, timeout=15_000)
    names = {target.text for target in canvas.targets}
    canvas.pan(30, 0)
    settle()
    qtbot.waitUntil(lambda: canvas.idle, timeout=15_000)
    assert names == {target.text for target in canvas.targets} != set()


def test_all_that_lies_there_can_be_listed_from_the_card(opened: MainWindow, settle: Settle) -> None:
    explorer = opened.explorer
    explorer.canvas.set_scale(200_000)
    settle()
    explorer.guide.identify(*HOUSES[3])
    settle()
    assert explorer.card.isVisible()
    explorer.card.listing.emit()
    assert explorer.listed.rows[0] == "农房 6"
    opened.close_project()
    assert explorer.listed.rows == []


def house_ids(window: MainWindow) -> list[int]:
    assert window.session is not None
    rows = window.session.rows("house", ["id", "house_no"])
    return [int(str(i)) for i, _ in sorted(rows, key=lambda row: str(row[1]))]
