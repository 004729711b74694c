"""The overview shows every village and takes the map where it is clicked."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from mingqing.desktop.look.colours import LIGHT
from mingqing.desktop.map.overlay import SCALE_BAR_PX
from mingqing.desktop.map.overview import HEIGHT, WIDTH
from mingqing.desktop.window import MainWindow

from .conftest import EAST, NORTH, VILLAGES

Settle = Callable[[], None]
SIZE = float(WIDTH), float(HEIGHT)


def spot(window: MainWindow, x: float, y: float) -> QPoint:
    frame = window.explorer.kit.overview._frame
    assert frame is not None
    px, py = frame.to_screen(x, y, SIZE)
    return QPoint(round(px), round(py))


def test_it_has_every_village(opened: MainWindow) -> None:
    outlines = opened.explorer.kit.overview.outlines
    assert set(outlines) == set(VILLAGES)
    a, b = (outlines[code].boundingRect() for code in VILLAGES)
    assert a.right() < b.left()


@pytest.mark.parametrize("dragged", [False, True])
def test_a_click_or_a_drag_moves_the_map_there(qtbot: QtBot, opened: MainWindow, *, dragged: bool) -> None:
    canvas, overview = opened.explorer.canvas, opened.explorer.kit.overview
    assert canvas.view is not None
    before = canvas.view
    at = spot(opened, EAST + 2_750, NORTH + 500)
    if dragged:
        qtbot.mousePress(overview, Qt.MouseButton.LeftButton, pos=spot(opened, EAST + 100, NORTH + 500))
        qtbot.mouseMove(overview, at)
        qtbot.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=at)
    else:
        qtbot.mouseClick(overview, Qt.MouseButton.LeftButton, pos=at)
    pixel_m = overview._frame.m_per_px  # type: ignore[union-attr]
    assert (canvas.view.x, canvas.view.y) == pytest.approx((EAST + 2_750, NORTH + 500), abs=pixel_m)
    assert canvas.view.scale == before.scale


def test_what_the_canvas_shows_is_framed_and_seen_however_small(opened: MainWindow, settle: Settle) -> None:
    overview = opened.explorer.kit.overview
    opened.explorer.canvas.see((EAST + 2_740, NORTH + 490, EAST + 2_760, NORTH + 510))
    settle()
    image = overview.grab().toImage()
    at = spot(opened, EAST + 2_750, NORTH + 500)
    near = {image.pixelColor(at.x() + dx, at.y() + dy).name() for dx in range(-6, 7) for dy in range(-6, 7)}
    assert QColor(LIGHT.mark).name() in near


def test_a_card_does_not_move_it_and_it_covers_neither_tools_nor_scale_bar(
    opened: MainWindow, settle: Settle
) -> None:
    explorer = opened.explorer
    overview = explorer.kit.overview
    before = overview.geometry()
    explorer.guide.identify(EAST + 215, NORTH + 310)
    settle()
    assert explorer.card.isVisible()
    assert overview.geometry() == before
    assert before.top() > explorer.kit.bar.geometry().bottom()
    assert before.bottom() < explorer.canvas.height() - SCALE_BAR_PX
    opened.resize(1024, 480)
    settle()
    assert not overview.isVisible() or overview.y() > explorer.kit.bar.geometry().bottom()


def test_it_is_folded_away_and_stays_so_with_the_next_project(opened: MainWindow, settle: Settle) -> None:
    overview = opened.explorer.kit.overview
    assert overview.isVisible()
    opened.actions_["overview"].trigger()
    assert not overview.isVisible()
    opened._survey_again()
    settle()
    assert not overview.isVisible()
    opened.actions_["overview"].trigger()
    assert overview.isVisible()
