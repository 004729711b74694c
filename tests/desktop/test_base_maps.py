"""Imagery and terrain below the legend: added, ordered, switched, kept with the project; what is not shown says why."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from mingqing.basemap.kept import keep, kept
from mingqing.basemap.loading import rasterio
from mingqing.basemap.model import BaseMap, Kind
from mingqing.desktop.basemaps.section import BaseMapSection
from mingqing.desktop.window import MainWindow
from mingqing.store.project import open_project

from .conftest import EAST, NORTH, PASSWORD, USER

Settle = Callable[[], None]


def write(path: Path, cells: np.ndarray) -> Path:
    """Write cells of 10 m over both villages as a GeoTIFF."""
    library = rasterio()
    profile = {"driver": "GTiff", "count": len(cells), "height": cells.shape[1], "width": cells.shape[2]}
    place = library.Affine(10.0, 0.0, EAST - 1000, 0.0, -10.0, NORTH + 2000)
    with library.open(
        path, "w", **profile, dtype=str(cells.dtype), crs="EPSG:4549", transform=place
    ) as target:
        target.write(cells)
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return write(
        tmp_path / "航片.tif", np.tile(np.array([200, 30, 120], np.uint8)[:, None, None], (1, 400, 600))
    )


@pytest.fixture
def elevation(tmp_path: Path) -> Path:
    y, x = np.mgrid[:400, :600]
    return write(
        tmp_path / "高程.tif", (300 + 100 * np.sin(x / 20) * np.cos(y / 20))[None].astype(np.float32)
    )


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "坏的.tif"
    path.write_bytes(b"half a picture")
    return path


def section(window: MainWindow) -> BaseMapSection:
    return window.explorer.base_maps


def add(qtbot: QtBot, window: MainWindow, settle: Settle, *paths: Path) -> None:
    before = len(section(window).lines)
    section(window).add_files(paths)
    qtbot.waitUntil(lambda: len(section(window).lines) > before)
    redrawn(qtbot, window, settle)


def redrawn(qtbot: QtBot, window: MainWindow, settle: Settle) -> None:
    """Wait until what was changed is drawn and kept."""
    qtbot.waitUntil(lambda: section(window).settled)
    settle()


def colour(window: MainWindow) -> QColor:
    """Of a place between the houses, where there is nothing but ground."""
    canvas = window.explorer.canvas
    assert canvas.view is not None
    x, y = canvas.view.to_screen(EAST + 700, NORTH + 800, (canvas.width(), canvas.height()))
    return canvas.grab().toImage().pixelColor(round(x), round(y))


def test_imagery_is_added_through_the_button_and_seen(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(picture)], ""))
    section(opened).add.click()
    qtbot.waitUntil(lambda: len(section(opened).lines) == 1)
    redrawn(qtbot, opened, settle)
    assert colour(opened).getRgb()[:3] == (200, 30, 120)
    assert section(opened).lines[0].reason.text() == ""


def test_elevation_becomes_a_hillshade_and_contours(
    qtbot: QtBot, opened: MainWindow, elevation: Path, settle: Settle
) -> None:
    bare = opened.explorer.canvas.grab().toImage()
    add(qtbot, opened, settle, elevation)
    assert [line.base_map.kind for line in section(opened).lines] == [Kind.CONTOURS, Kind.HILLSHADE]
    assert opened.explorer.canvas.grab().toImage() != bare


def test_switching_off_and_fading_change_the_map(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    bare = colour(opened)
    add(qtbot, opened, settle, picture)
    line = section(opened).lines[0]
    line.slider.setValue(50)
    redrawn(qtbot, opened, settle)
    assert abs(colour(opened).green() - (bare.green() + 30) / 2) <= 3
    line.switch.click()
    redrawn(qtbot, opened, settle)
    assert colour(opened) == bare


def test_order_and_opacity_are_there_again_when_the_project_is_opened_again(
    qtbot: QtBot, opened: MainWindow, picture: Path, elevation: Path, settle: Settle, project: Path
) -> None:
    add(qtbot, opened, settle, picture, elevation)
    section(opened).lines[2].slider.setValue(40)
    redrawn(qtbot, opened, settle)
    section(opened).lines[2].moved.emit(1)
    redrawn(qtbot, opened, settle)
    section(opened).lines[0].removed.emit()
    redrawn(qtbot, opened, settle)
    opened.close_project()
    assert section(opened).lines == []
    opened.open_now(project, USER, PASSWORD)
    qtbot.waitUntil(lambda: opened.session is not None, timeout=15_000)
    settle()
    assert [(b.kind, b.opacity) for b in section(opened).base_maps] == [
        (Kind.HILLSHADE, 1.0),
        (Kind.IMAGERY, 0.4),
    ]
    assert colour(opened).green() < 200


def test_a_file_that_cannot_be_added_is_refused_and_the_others_are_added(
    qtbot: QtBot, opened: MainWindow, picture: Path, broken: Path, settle: Settle
) -> None:
    with qtbot.waitSignal(opened.jobs.refused) as refused:
        add(qtbot, opened, settle, broken, picture)
    assert "坏的.tif" in str(refused.args[0])
    assert [line.base_map.path for line in section(opened).lines] == [picture]


def test_a_file_that_went_missing_says_so_in_its_row_and_the_map_goes_on(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    bare = colour(opened)
    add(qtbot, opened, settle, picture)
    picture.unlink()
    opened.explorer.canvas.redraw()
    settle()
    assert "找不到 航片.tif" in section(opened).lines[0].reason.text()
    assert colour(opened) == bare


def test_a_base_map_that_is_out_of_sight_is_found(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    add(qtbot, opened, settle, picture)
    canvas = opened.explorer.canvas
    canvas.see((EAST + 90_000, NORTH, EAST + 91_000, NORTH + 1_000))
    settle()
    assert "没有这张底图" in section(opened).lines[0].reason.text()
    section(opened).lines[0].wanted.emit()
    qtbot.waitUntil(lambda: canvas.view is not None and abs(canvas.view.x - EAST - 2_000) < 50)
    settle()
    assert section(opened).lines[0].reason.text() == ""


def test_adding_the_same_file_twice_lists_it_once(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    add(qtbot, opened, settle, picture)
    section(opened).add_files([picture])
    redrawn(qtbot, opened, settle)
    assert len(section(opened).lines) == 1


def test_who_may_only_look_sees_base_maps_and_cannot_change_them(
    enter: Callable[[str], MainWindow], staffed: Path, picture: Path
) -> None:
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        keep(session, [BaseMap(Kind.IMAGERY, picture, "航片")])
    window = enter("查阅员")
    assert colour(window).getRgb()[:3] == (200, 30, 120)
    line = section(window).lines[0]
    assert not line.switch.isEnabled()
    assert not line.slider.isEnabled()
    assert not section(window).add.isVisible()
    window.close_project()
    with open_project(staffed, user=USER, password=PASSWORD) as session:
        assert len(kept(session)) == 1


def test_a_window_without_base_maps_does_not_pay_for_them() -> None:
    program = "import sys, mingqing.desktop.window; print({'rasterio', 'contourpy', 'matplotlib'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_a_file_that_comes_back_fills_the_holes_it_left(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    bare = colour(opened)
    add(qtbot, opened, settle, picture)
    away = picture.rename(picture.with_suffix(".away"))
    opened.explorer.canvas.redraw()
    settle()
    assert colour(opened) == bare
    assert "航片.tif" in opened.explorer.banner.text
    away.rename(picture)
    qtbot.waitUntil(lambda: opened.explorer.banner.text == "", timeout=15_000)
    redrawn(qtbot, opened, settle)
    assert colour(opened).getRgb()[:3] == (200, 30, 120)
    assert section(opened).lines[0].reason.text() == ""


def test_tiles_that_are_there_do_not_hide_that_the_file_is_gone(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    add(qtbot, opened, settle, picture)
    qtbot.waitUntil(lambda: opened.explorer.canvas.idle)
    picture.rename(picture.with_suffix(".away"))
    canvas = opened.explorer.canvas
    canvas.pan(canvas.width() * 0.7, 0)
    settle()
    assert "找不到 航片.tif" in section(opened).lines[0].reason.text()


def test_all_files_that_cannot_be_added_are_named_in_one_sentence(
    qtbot: QtBot, opened: MainWindow, broken: Path, tmp_path: Path, settle: Settle
) -> None:
    section(opened).add_files([broken, tmp_path / "没有.tif"])
    qtbot.waitUntil(lambda: opened.explorer.banner.text != "")
    settle()
    assert "2 个文件没有加上" in opened.explorer.banner.text
    assert "坏的.tif" in opened.explorer.banner.text
    assert "没有.tif" in opened.explorer.banner.text


def test_the_two_rows_of_an_elevation_file_have_names_of_their_own(
    qtbot: QtBot, opened: MainWindow, elevation: Path, settle: Settle
) -> None:
    add(qtbot, opened, settle, elevation)
    assert [line.base_map.title for line in section(opened).lines] == ["高程·等高线", "高程·晕渲"]
    first = section(opened).lines[0]
    qtbot.waitUntil(lambda: first.visibleRegion().boundingRect().size() == first.size())


def test_a_map_copied_without_a_base_map_says_so(
    qtbot: QtBot, opened: MainWindow, picture: Path, settle: Settle
) -> None:
    add(qtbot, opened, settle, picture)
    picture.unlink()
    opened.actions_["copy_map"].trigger()
    settle()
    assert "读不到的底图没有放进去：航片" in opened.explorer.banner.text
