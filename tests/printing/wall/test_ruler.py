"""A ruler laid on the printed page: the squares of the grid, and the scale bar, are as long as the scale says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.compose import sheets
from mingqing.printing.wall.model import WallMap
from mingqing.printing.wall.output import as_pdf
from mingqing.printing.wall.parts.grid import BAND, lines
from mingqing.render.scale import Viewport
from mingqing.store.session import Session
from tests.printing.pdf import Pdf, run

VILLAGE = "331124204202"
_DPI = 200
_INK = 140  # grey below this is a line


def picture_of(pdf: Pdf, folder: Path) -> NDArray[np.uint8]:
    """Return the page's greys, read from the PDF by another program."""
    run("pdftoppm", "-r", str(_DPI), "-gray", "-png", "-singlefile", pdf.path, folder / "page")
    image = QImage(str(folder / "page.png")).convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return pixels[:, : image.width()].copy()  # the image is gone when this returns


def dark_mm(row: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the middles, in millimetres of paper, of the dark stretches of a row of pixels."""
    dark = np.flatnonzero(row < _INK)
    groups = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)
    return np.array([g.mean() + 0.5 for g in groups if len(g)]) / _DPI * 25.4


@pytest.mark.parametrize(
    ("paper", "portrait", "scale"),
    [("A4", True, None), ("A3", False, None), ("A3", False, 3000), ("A1", True, None)],
)
def test_squares_of_the_grid_are_as_long_as_the_scale_says(
    sample_session: Session,
    keep: Callable[[bytes], Pdf],
    tmp_path: Path,
    paper: str,
    portrait: bool,  # noqa: FBT001
    scale: int | None,
) -> None:
    asked = Asked("industry", VILLAGE, paper=paper, portrait=portrait, scale=scale, only=frozenset({"plot"}))
    (wall,) = sheets(sample_session, asked)
    grey = picture_of(keep(as_pdf([wall])), tmp_path)
    frame, unit = wall.boxes.frame, wall.unit
    net = lines(frame, wall.scene.view, wall.epsg)
    assert len(net.vertical) > 2
    # What is dark all the way through the band around the map is a tick of the grid, and no figure.
    top, bottom, left, right = (
        round(mm * unit / 25.4 * _DPI)
        for mm in (frame.y - BAND + 1, frame.y - 0.5, frame.x - BAND + 1, frame.x - 0.5)
    )
    above, beside = dark_mm(grey[top:bottom].max(axis=0)), dark_mm(grey[:, left:right].max(axis=1))
    # Near a corner its coordinates take the place of a tick.
    across = [each for each in net.vertical if frame.x + BAND < each.at < frame.right - BAND]
    down = [each for each in net.horizontal if frame.y + BAND < each.at < frame.bottom - BAND]
    for found, wanted in ((above, across), (beside, down)):
        assert len(wanted) > 1
        at = [found[np.abs(found - line.at * unit).argmin()] for line in wanted]
        assert np.abs(np.array(at) - [line.at * unit for line in wanted]).max() < 0.15
        sides = np.abs(np.diff(at))
        exact = net.step * 1000 / wall.scale
        assert np.abs(sides - exact).max() < max(0.005 * exact, 0.15)
        assert abs(sides.mean() / exact - 1) < 0.005


def test_the_page_says_its_own_scale(sample_session: Session, keep: Callable[[bytes], Pdf]) -> None:
    (wall,) = sheets(sample_session, Asked("industry", VILLAGE, scale=4000))
    assert "1∶4000" in keep(as_pdf([wall])).text()


def test_what_lies_on_a_line_of_the_grid_is_drawn_on_it(sample_session: Session) -> None:
    """The map's view and the grid over it agree: a coordinate is at the same place for both."""
    (wall,) = sheets(sample_session, Asked("industry", VILLAGE))
    view, frame = wall.scene.view, wall.boxes.frame
    net = lines(frame, view, wall.epsg)
    for line in net.vertical:
        ((x, _),) = view.to_px(np.array([[line.value, view.center[1]]]))
        assert frame.x + x / view.px_per_mm == pytest.approx(line.at, abs=0.05)
    assert mm_on_paper(wall, view, 1000.0) == pytest.approx(1_000_000 / wall.scale, rel=0.001)


def mm_on_paper(wall: WallMap, view: Viewport, metres: float) -> float:
    """Return how long so many metres of ground are on paper."""
    return metres / (view.metres_per_px * wall.ground) / view.px_per_mm * wall.unit


@pytest.mark.parametrize("theme", ["household", "disaster"])
def test_the_whole_village_is_inside_the_frame(sample_session: Session, theme: str) -> None:
    for village in sample_session.villages():
        for paper in ("A4", "A0"):
            (wall,) = sheets(sample_session, Asked(theme, village.code, paper=paper, sections=False))
            assert village.bounds is not None
            west, south, east, north = wall.scene.view.extent
            assert west < village.bounds[0]
            assert south < village.bounds[1]
            assert east > village.bounds[2]
            assert north > village.bounds[3]


def test_marks_of_the_map_grow_with_the_paper(sample_session: Session) -> None:
    small, large = (
        sheets(sample_session, Asked("industry", VILLAGE, paper=paper, portrait=False, scale=scale))[0]
        for paper, scale in (("A3", 10_000), ("A1", 5_000))
    )
    assert large.unit == pytest.approx(2 * small.unit, rel=0.002)
    assert replace(large.scene.view, center=(0, 0)).denominator == pytest.approx(
        small.scene.view.denominator, rel=0.002
    )
