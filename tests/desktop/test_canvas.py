"""The canvas follows the hand at once and the drawing follows the canvas."""

import threading
from collections.abc import Callable, Iterator
from math import hypot

import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mingqing.core.errors import Cancelled
from mingqing.desktop.jobs import Jobs
from mingqing.desktop.map.canvas import Canvas
from mingqing.desktop.map.frame import Deliver, Frame, Request, Tile
from mingqing.desktop.map.overlay import Mark
from mingqing.desktop.map.tiles import TILE, cells, rect_of, shared
from mingqing.render.targets import Target
from mingqing.store.session import Session

BOUNDS = (450_000.0, 3_100_000.0, 451_000.0, 3_100_700.0)
SIZE = 800, 600
INK, OTHER = QColor(Qt.GlobalColor.magenta), QColor(Qt.GlobalColor.cyan)


class Drawer:
    """Draws tiles of plain `ink`, with signs of plain `sign` over them, when it is let."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.given_up = 0
        self.ink, self.sign = INK, QColor(Qt.GlobalColor.transparent)
        self.targets: tuple[Target, ...] = ()
        self.pause_after = 0
        self.paused = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(
        self, _session: Session, request: Request, cancelled: Callable[[], bool], deliver: Deliver
    ) -> None:
        self.requests.append(request)
        deliver(Frame(request, targets=self.targets if request.lettered else ()))
        signs = cells(request.rect) if request.lettered and self.sign.alpha() else ()
        pieces = [Tile(cell, plain(self.ink)) for cell in request.cells]
        pieces += [Tile(cell, plain(self.sign), signs=True) for cell in signs]
        for count, piece in enumerate(pieces):
            if count == self.pause_after:
                self._wait(cancelled)
            deliver(piece)

    def _wait(self, cancelled: Callable[[], bool]) -> None:
        while not self.gate.wait(0.002):
            self.paused.set()
            if cancelled():
                self.given_up += 1
                raise Cancelled

    def pause(self, *, after: int = 0) -> None:
        """Stop at the next drawing once so many tiles are out."""
        self.pause_after = after
        self.paused.clear()
        self.gate.clear()


def plain(color: QColor) -> QImage:
    image = QImage(TILE, TILE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(color)
    return image


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def jobs(drawer: Drawer) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    drawer.gate.set()
    made.close()


@pytest.fixture
def canvas(qtbot: QtBot, drawer: Drawer, jobs: Jobs) -> Canvas:
    made = Canvas(jobs, drawer, frozenset({"village"}))
    qtbot.addWidget(made)
    made.resize(*SIZE)
    made.show()
    made.show_project(BOUNDS, "household")
    qtbot.waitUntil(lambda: made.at_rest)
    return made


def pixel(canvas: Canvas, x: int, y: int) -> QColor:
    return canvas.grab().toImage().pixelColor(x, y)


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
    xmin, ymin, xmax, ymax = canvas.view.extent(SIZE)
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
    drawer.pause()
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
    drawer.pause()
    begun = len(drawer.requests)
    canvas.zoom(4)
    qtbot.waitUntil(lambda: len(drawer.requests) == begun + 1)
    canvas.zoom(4)
    qtbot.waitUntil(lambda: drawer.given_up == 1)
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert canvas.view is not None
    assert [r.series.grid.m_per_px for r in shown] == pytest.approx([canvas.view.m_per_px] * len(shown))
    assert shown


def test_a_short_drag_does_not_give_up_the_drawing_under_way(
    qtbot: QtBot, canvas: Canvas, drawer: Drawer
) -> None:
    drawer.pause()
    canvas.zoom(4)
    begun = len(drawer.requests)
    qtbot.waitUntil(lambda: len(drawer.requests) == begun + 1)
    canvas.pan(40, 0)
    qtbot.wait(80)
    assert drawer.given_up == 0
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert drawer.given_up == 0


def test_a_tile_is_drawn_once_however_one_pans(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    canvas.zoom(4)
    for dx, dy in ((300, 0), (-500, 100), (100, 300), (-800, -600)):
        qtbot.waitUntil(lambda: canvas.at_rest)
        canvas.pan(dx, dy)
    qtbot.waitUntil(lambda: canvas.at_rest)
    zoomed = [r for r in drawer.requests if r.series == drawer.requests[-1].series]
    tiles = [cell for request in zoomed for cell in request.cells]
    assert len(tiles) == len(set(tiles)) > 0


def test_what_is_at_the_centre_is_drawn_first(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    begun = len(drawer.requests)
    canvas.zoom(4)
    qtbot.waitUntil(lambda: canvas.at_rest)
    asked, view = drawer.requests[begun], canvas.view
    assert view is not None
    window = asked.series.grid.window(view, SIZE)
    extents = [asked.series.grid.extent(rect_of(cell)) for cell in asked.cells]
    away = [
        hypot((west + east) / 2 - view.x, (south + north) / 2 - view.y)
        for west, south, east, north in extents
    ]
    seen = [shared(rect_of(cell), window) > 0 for cell in asked.cells]
    assert seen == sorted(seen, reverse=True)
    assert away[: sum(seen)] == sorted(away[: sum(seen)])


def test_a_tile_is_on_screen_as_soon_as_it_is_drawn(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    drawer.ink = OTHER
    drawer.pause(after=1)
    canvas.zoom(4)
    qtbot.waitUntil(lambda: pixel(canvas, 400, 300) == OTHER)
    assert pixel(canvas, 5, 5) == INK
    assert not canvas.at_rest
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert pixel(canvas, 5, 5) == OTHER


def test_what_the_next_pan_shows_is_drawn_once_the_hand_rests(
    qtbot: QtBot, canvas: Canvas, drawer: Drawer
) -> None:
    drawer.ink = OTHER
    canvas.zoom(4)
    qtbot.waitUntil(lambda: canvas.idle)
    drawer.pause()
    canvas.pan(SIZE[0] / 2, SIZE[1] / 2)
    corners = {pixel(canvas, x, y).rgb() for x in (2, 797) for y in (2, 597)}
    assert corners == {OTHER.rgb()}


def test_coming_back_to_a_scale_needs_no_drawing(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    qtbot.waitUntil(lambda: canvas.idle)
    for factor in (4, 1.25, 1 / 1.25, 1 / 4):
        canvas.zoom(factor)
        qtbot.waitUntil(lambda: canvas.at_rest)
    assert drawer.requests[-1].cells == ()
    assert not drawer.requests[-1].lettered


def test_signs_stay_until_all_the_new_ones_are_there(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    drawer.sign = OTHER
    canvas.redraw()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert pixel(canvas, 400, 300) == OTHER
    drawer.sign = QColor(Qt.GlobalColor.green)
    canvas.redraw()
    drawer.pause(after=len(cells(drawer.requests[-1].rect)) * 2 - 1)
    qtbot.waitUntil(drawer.paused.is_set)
    assert pixel(canvas, 400, 300) == OTHER
    drawer.gate.set()
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert pixel(canvas, 400, 300) == drawer.sign


def test_what_can_be_pointed_at_is_what_is_on_screen(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    qtbot.waitUntil(lambda: canvas.idle)
    drawer.targets = (Target(BOUNDS, text="甄家"),)
    canvas.zoom(4)
    assert not canvas.targets
    qtbot.waitUntil(lambda: canvas.idle)
    assert canvas.targets == drawer.targets
    canvas.pan(20, 0)
    qtbot.waitUntil(lambda: canvas.idle)
    assert not drawer.requests[-1].lettered
    assert canvas.targets == drawer.targets
    canvas.zoom(1 / 4)
    assert not canvas.targets


def test_back_and_forward_return_to_where_one_rested(qtbot: QtBot, canvas: Canvas) -> None:
    first = canvas.view
    canvas.step(-1)
    canvas.zoom(3)
    second = canvas.view
    canvas.step(-1)
    assert canvas.view == first
    canvas.step(1)
    assert canvas.view == second


def test_what_is_counted_is_on_screen_and_no_more(qtbot: QtBot, canvas: Canvas, drawer: Drawer) -> None:
    canvas.zoom(4)
    canvas.pan(33, 21)
    qtbot.waitUntil(lambda: canvas.at_rest)
    assert canvas.view is not None
    assert canvas.frame is not None
    within_a_pixel = canvas.view.m_per_px
    for asked in drawer.requests[-1], canvas.frame.request:
        assert asked.seen == pytest.approx(canvas.view.extent(SIZE), rel=0, abs=within_a_pixel)


def test_the_legend_follows_a_pan_over_what_was_drawn_ahead(qtbot: QtBot, canvas: Canvas) -> None:
    qtbot.waitUntil(lambda: canvas.idle)
    with qtbot.waitSignal(canvas.drawn) as signal:
        canvas.pan(30, 0)
    assert canvas.view is not None
    assert signal.args is not None
    seen = signal.args[0].request.seen
    assert seen == pytest.approx(canvas.view.extent(SIZE), rel=0, abs=canvas.view.m_per_px)


def test_the_first_drawing_is_of_the_ground_alone(canvas: Canvas, drawer: Drawer) -> None:
    assert [r.series.look.only for r in drawer.requests[:2]] == [frozenset({"village"}), None]


def test_an_empty_project_draws_nothing(canvas: Canvas, drawer: Drawer, qtbot: QtBot) -> None:
    asked = len(drawer.requests)
    canvas.show_project(None, "household")
    qtbot.wait(60)
    assert canvas.view is None
    assert len(drawer.requests) == asked


def test_what_a_panel_hides_is_moved_into_view(canvas: Canvas) -> None:
    assert canvas.view is not None
    x, y = canvas.view.to_map(700, 300, SIZE)
    canvas.reveal((x - 5, y - 5, x + 5, y + 5), 300)
    assert canvas.view.to_screen(x + 5, y, SIZE)[0] == pytest.approx(800 - 300 - 24)


@pytest.mark.parametrize(("at_px", "wide_px"), [(200, 20), (400, 300), (400, 900), (600, 900)])
def test_the_map_stays_where_what_was_clicked_can_be_seen_or_does_not_fit(
    canvas: Canvas, at_px: float, wide_px: float
) -> None:
    before = canvas.view
    assert before is not None
    west, y = before.to_map(at_px - wide_px / 2, 300, SIZE)
    east, _ = before.to_map(at_px + wide_px / 2, 300, SIZE)
    canvas.reveal((west, y - 5, east, y + 5), 300)
    assert canvas.view == before


def test_an_area_is_marked_by_its_outline_alone(canvas: Canvas) -> None:
    canvas.mark([Mark(shapely.box(450_200, 3_100_200, 450_800, 3_100_600))])
    image = canvas.grab().toImage()
    colours = {image.pixelColor(x, 300).rgb() for x in range(800)}
    assert image.pixelColor(400, 300) == INK
    assert len(colours) > 2
