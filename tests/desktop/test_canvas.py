"""The canvas follows the hand at once and the drawing follows the canvas."""

import threading
from collections.abc import Callable, Iterator

import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mingqing.desktop.jobs import Jobs
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.frame import Frame, Request
from mingqing.desktop.map.overlay import Mark
from mingqing.store.session import Session

BOUNDS = (450_000.0, 3_100_000.0, 451_000.0, 3_100_700.0)
INK = QColor(Qt.GlobalColor.magenta)


class Drawer:
    """Draws plain magenta, when it is let."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.given_up = 0
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, _session: Session, request: Request, cancelled: Callable[[], bool]) -> Frame:
        self.requests.append(request)
        while not self.gate.wait(0.002):
            if cancelled():
                self.given_up += 1
                break
        image = QImage(round(request.size[0]), round(request.size[1]), QImage.Format.Format_RGB32)
        image.fill(INK)
        return Frame(image, request, request.extent)


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def canvas(qtbot: QtBot, drawer: Drawer) -> Iterator[Canvas]:
    jobs = Jobs()
    made = Canvas(jobs, drawer, frozenset({"village"}))
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.show_project(BOUNDS, "household")
    qtbot.waitUntil(lambda: made.at_rest)
    yield made
    drawer.gate.set()
    jobs.close()


def wheel(canvas: Canvas, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - Qt's signature
    )
    QApplication.sendEvent(canvas, event)


def place_under(canvas: Canvas, at: QPoint) -> tuple[float, float]:
    assert canvas.view is not None
    return canvas.view.to_map(at.x(), at.y(), (canvas.width(), canvas.height()))


def scale(canvas: Canvas) -> float:
    assert canvas.view is not None
    return canvas.view.scale


def test_all_of_the_project_is_shown_first(canvas: Canvas) -> None:
    assert canvas.view is not None
    xmin, ymin, xmax, ymax = canvas.view.extent((800, 600))
    assert xmin < BOUNDS[0] < BOUNDS[2] < xmax
    assert ymin < BOUNDS[1] < BOUNDS[3] < ymax


def test_the_wheel_zooms_at_the_cursor(canvas: Canvas) -> None:
    at = QPoint(200, 450)
    before, was = place_under(canvas, at), scale(canvas)
    wheel(canvas, at, 2)
    assert place_under(canvas, at) == pytest.approx(before, abs=1e-6)
    assert scale(canvas) < was
    wheel(canvas, at, -2)
    assert scale(canvas) == pytest.approx(was)


def test_a_pinch_zooms_where_the_fingers_are(canvas: Canvas) -> None:
    at = QPointF(600, 100)
    before, was = place_under(canvas, at.toPoint()), scale(canvas)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        at,
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(canvas, event)
    assert scale(canvas) == pytest.approx(was / 1.5)
    assert place_under(canvas, at.toPoint()) == pytest.approx(before, abs=1e-6)


def test_dragging_moves_the_place_with_the_pointer_and_is_no_click(qtbot: QtBot, canvas: Canvas) -> None:
    clicks: list[tuple[float, float]] = []
    canvas.clicked.connect(lambda x, y: clicks.append((x, y)))
    start, end = QPoint(300, 300), QPoint(420, 240)
    before = place_under(canvas, start)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, QPoint(360, 270))
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    assert place_under(canvas, end) == pytest.approx(before, abs=1e-6)
    assert clicks == []


def test_a_click_says_the_place_under_it(qtbot: QtBot, canvas: Canvas) -> None:
    at = QPoint(250, 320)
    with qtbot.waitSignal(canvas.clicked) as signal:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert signal.args == pytest.approx(list(place_under(canvas, at)))


def test_a_double_click_zooms_in_there(qtbot: QtBot, canvas: Canvas) -> None:
    at, was = QPoint(700, 80), scale(canvas)
    before = place_under(canvas, at)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert scale(canvas) == pytest.approx(was / 2)
    assert place_under(canvas, at) == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize(
    ("key", "moves"),
    [
        (Qt.Key.Key_Left, (-1, 0)),
        (Qt.Key.Key_Right, (1, 0)),
        (Qt.Key.Key_Up, (0, 1)),
        (Qt.Key.Key_Down, (0, -1)),
    ],
)
def test_arrow_keys_look_that_way(qtbot: QtBot, canvas: Canvas, key: Qt.Key, moves: tuple[int, int]) -> None:
    before = canvas.view
    qtbot.keyClick(canvas, key)
    assert before is not None
    assert canvas.view is not None
    moved = canvas.view.x - before.x, canvas.view.y - before.y
    assert tuple((d > 1e-6) - (d < -1e-6) for d in moved) == moves


def test_plus_minus_and_home(qtbot: QtBot, canvas: Canvas) -> None:
    whole, was = canvas.view, scale(canvas)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert scale(canvas) < was
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert scale(canvas) > was
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.view == whole


def test_the_last_drawing_is_scaled_at_once_while_the_new_one_is_made(
    qtbot: QtBot, canvas: Canvas, drawer: Drawer
) -> None:
    drawer.gate.clear()
    canvas.zoom(0.25)
    image = canvas.grab().toImage()
    assert image.pixelColor(400, 300) == INK
    assert image.pixelColor(20, 300) != INK
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert canvas.grab().toImage().pixelColor(20, 300) == INK


def test_an_abandoned_view_is_given_up_and_never_shown(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    shown: list[Request] = []
    canvas.drawn.connect(lambda frame: shown.append(frame.request))
    drawer.gate.clear()
    begun = len(drawer.requests)
    canvas.zoom(4)
    qtbot.waitUntil(lambda: len(drawer.requests) == begun + 1)
    canvas.zoom(4)
    qtbot.waitUntil(lambda: drawer.given_up == 1)
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert [r.view for r in shown] == [canvas.view]


def test_a_short_drag_does_not_give_up_the_drawing_under_way(
    qtbot: QtBot, canvas: Canvas, drawer: Drawer
) -> None:
    drawer.gate.clear()
    begun = len(drawer.requests)
    canvas.pan(40, 0)
    qtbot.waitUntil(lambda: len(drawer.requests) == begun + 1)
    canvas.pan(40, 0)
    qtbot.wait(80)
    assert drawer.given_up == 0
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert len(drawer.requests) == begun + 2


def test_back_and_forward_return_to_where_one_rested(qtbot: QtBot, canvas: Canvas) -> None:
    first = canvas.view
    canvas.step(-1)
    canvas.zoom(3)
    second = canvas.view
    canvas.step(-1)
    assert canvas.view == first
    canvas.step(1)
    assert canvas.view == second


def test_the_drawing_reaches_beyond_the_edges(canvas: Canvas, drawer: Drawer) -> None:
    canvas.pan(60, 0)
    assert canvas.grab().toImage().pixelColor(5, 300) == INK


def test_what_is_counted_is_on_screen_and_not_in_the_margin(canvas: Canvas, drawer: Drawer) -> None:
    assert canvas.view is not None
    assert drawer.requests[-1].seen == pytest.approx(canvas.view.extent((800, 600)))


def test_the_first_drawing_is_of_the_ground_alone(canvas: Canvas, drawer: Drawer) -> None:
    assert [r.only for r in drawer.requests] == [frozenset({"village"}), None]


def test_an_empty_project_draws_nothing(canvas: Canvas, drawer: Drawer, qtbot: QtBot) -> None:
    asked = len(drawer.requests)
    canvas.show_project(None, "household")
    qtbot.wait(60)
    assert canvas.view is None
    assert len(drawer.requests) == asked


def test_what_a_panel_hides_is_moved_into_view(canvas: Canvas) -> None:
    assert canvas.view is not None
    x, y = canvas.view.to_map(700, 300, (800, 600))
    canvas.reveal((x - 5, y - 5, x + 5, y + 5), 300)
    assert canvas.view.to_screen(x + 5, y, (800, 600))[0] == pytest.approx(800 - 300 - 24)


@pytest.mark.parametrize(("at_px", "wide_px"), [(200, 20), (400, 300), (400, 900), (600, 900)])
def test_the_map_stays_where_what_was_clicked_can_be_seen_or_does_not_fit(
    canvas: Canvas, at_px: float, wide_px: float
) -> None:
    before = canvas.view
    assert before is not None
    west, y = before.to_map(at_px - wide_px / 2, 300, (800, 600))
    east, _ = before.to_map(at_px + wide_px / 2, 300, (800, 600))
    canvas.reveal((west, y - 5, east, y + 5), 300)
    assert canvas.view == before


def test_an_area_is_marked_by_its_outline_alone(canvas: Canvas) -> None:
    canvas.mark([Mark(shapely.box(450_200, 3_100_200, 450_800, 3_100_600))])
    image = canvas.grab().toImage()
    colours = {image.pixelColor(x, 300).rgb() for x in range(800)}
    assert image.pixelColor(400, 300) == INK
    assert len(colours) > 2
