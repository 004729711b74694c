"""The neat line: where the grid's lines stand, on paper too, and that no number stands on another."""

import math
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from mingqing.crs.transform import transform_xy
from mingqing.printing.paper.page import A3, Document, Page
from mingqing.printing.template.model import Grid
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts import grid
from mingqing.render.scale import Viewport
from tests.printing.pdf import Pdf, Word, run
from tests.printing.wall.parts.sheet import covered, painted, spilt

FRAME = Rect(20.0, 20.0, 160.0, 120.0)
PLAIN, PREFIXED, UTM, MERCATOR = 4549, 4528, 32631, 3857
MM = 12.0


def view(
    scale: float, centre: tuple[float, float] = (451_234.0, 3_144_321.0), frame: Rect = FRAME
) -> Viewport:
    return Viewport.at_scale(centre, scale, (round(frame.width * MM), round(frame.height * MM)), MM)


@pytest.mark.parametrize("scale", [500, 1000, 2000, 5000, 7500, 10_000, 15_000, 20_000, 50_000, 200_000])
def test_squares_are_round_and_neither_small_nor_large(scale: int) -> None:
    net = grid.lines(FRAME, view(scale), PLAIN)
    assert str(net.step).rstrip("0") in {"1", "2", "5"}
    assert 40 <= net.step / scale * 1000 < 100
    assert all(line.value % net.step == 0 for line in (*net.vertical, *net.horizontal))


def test_lines_stand_where_their_numbers_are_on_the_ground() -> None:
    seen = view(10_000)
    net = grid.lines(FRAME, seen, PLAIN)
    assert len(net.vertical) >= 3
    assert len(net.horizontal) >= 2
    for line in net.vertical:
        x, _ = seen.to_ground((line.at - FRAME.x) * MM, 0)
        assert x == pytest.approx(line.value, abs=0.01)
    for line in net.horizontal:
        _, y = seen.to_ground(0, (line.at - FRAME.y) * MM)
        assert y == pytest.approx(line.value, abs=0.01)


def test_no_line_runs_beside_the_neat_line() -> None:
    for shift in range(0, 1000, 7):
        net = grid.lines(FRAME, view(10_000, (451_000.0 + shift, 3_144_000.0 + shift)), PLAIN)
        assert all(FRAME.x + 2 <= line.at <= FRAME.right - 2 for line in net.vertical)
        assert all(FRAME.y + 2 <= line.at <= FRAME.bottom - 2 for line in net.horizontal)


def test_web_mercator_has_meridians_and_parallels() -> None:
    (centre,) = transform_xy(np.array([[119.5, 28.4]]), 4490, MERCATOR).tolist()
    seen = view(20_000, tuple(centre))
    net = grid.lines(FRAME, seen, MERCATOR)
    assert net.degrees
    assert len(net.vertical) >= 2
    for line in net.vertical:
        at = np.array([seen.to_ground((line.at - FRAME.x) * MM, 300)])
        assert transform_xy(at, MERCATOR, 4490)[0, 0] * 3600 == pytest.approx(line.value, abs=0.01)
    for line in net.horizontal:
        at = np.array([seen.to_ground(300, (line.at - FRAME.y) * MM)])
        assert transform_xy(at, MERCATOR, 4490)[0, 1] * 3600 == pytest.approx(line.value, abs=0.01)


@pytest.mark.parametrize(
    ("value", "step", "prefix", "told"),
    [
        (450_000, 1000, "40", ("404", "50")),
        (40_450_000, 1000, "", ("404", "50")),
        (3_140_200, 200, "", ("31", "40.2")),
        (3_140_020, 20, "", ("31", "40.02")),
        (3_100_000, 500, "", ("31", "00.0")),
        (-100_000, 1000, "", ("-1", "00")),
    ],
)
def test_a_number_is_kilometres_with_zone_and_hundreds_apart(
    value: int, step: int, prefix: str, told: tuple[str, str]
) -> None:
    assert grid.kilometres(value, step, prefix) == told


@pytest.mark.parametrize(("epsg", "easting"), [(PLAIN, 0.0), (PREFIXED, 40_000_000.0)])
def test_first_and_last_number_are_whole(keep: Callable[[bytes], Pdf], epsg: int, easting: float) -> None:
    words = [w.text for w in _document(keep, 5000, (451_234.0 + easting, 3_144_321.0), epsg).words()]
    assert [words.count(text) for text in ("404", "51.0", "51.2", "51.4")] == [4, 2, 2, 2]
    assert [words.count(text) for text in ("3144.2", "31", "44.4", "44.2")] == [0, 4, 2, 2]


def test_corners_tell_longitude_and_latitude(keep: Callable[[bytes], Pdf]) -> None:
    text = _document(keep, 10_000).text()
    seen = view(10_000)
    west, south, east, north = seen.extent
    for x, y in ((west, north), (east, north), (west, south), (east, south)):
        ((lon, lat),) = transform_xy(np.array([[x, y]]), PLAIN, 4490).tolist()
        for degrees in (lon, lat):
            before, after = grid.sexagesimal(degrees * 3600)
            assert before in text
            assert after in text


@pytest.mark.parametrize("scale", [333, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 1_000_000])
@pytest.mark.parametrize("epsg", [PLAIN, MERCATOR])
def test_nothing_overlaps_and_nothing_leaves_the_frame(
    keep: Callable[[bytes], Pdf], scale: int, epsg: int
) -> None:
    for shift in (0, 37, 123, 456, 789):
        by = shift * scale / 10_000
        centre = (
            (451_000.0 + by, 3_144_000.0 + by) if epsg == PLAIN else (13_300_000.0 + by, 3_300_000.0 + by)
        )
        words = _document(keep, scale, centre, epsg).words()
        assert _struck(words) == []
        outer = [mm * 72 / 25.4 for mm in (FRAME.x - grid.BAND, FRAME.y - grid.BAND)]
        assert min(w.box[0] for w in words) >= outer[0]
        inner = _points(FRAME.within(0.2))
        for word in words:
            x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
            assert not (inner[0] < x < inner[2] and inner[1] < y < inner[3]), word.text


def test_a_square_measured_on_paper_is_true(keep: Callable[[bytes], Pdf], tmp_path: Path) -> None:
    scale, dpi = 10_000, 600
    pdf = _document(keep, scale)
    y = round((FRAME.y + 1.0) / 25.4 * dpi)
    strip = ("-x", "0", "-y", str(y), "-W", str(round(200 / 25.4 * dpi)), "-H", "1")
    run("pdftoppm", "-r", str(dpi), *strip, "-png", "-singlefile", pdf.path, tmp_path / "row")
    row = QImage(str(tmp_path / "row.png"))
    dark = np.array([row.pixelColor(x, 0).red() < 240 for x in range(row.width())])
    edges = np.flatnonzero(dark[1:] & ~dark[:-1]) / dpi * 25.4
    net = grid.lines(FRAME, view(scale), PLAIN)
    found = [min(edges, key=lambda mm: abs(mm - line.at)) for line in net.vertical]
    assert len(found) >= 3
    for a, b in pairwise(found):
        assert b - a == pytest.approx(net.step / scale * 1000, rel=0.005)
    assert edges[0] == pytest.approx(FRAME.x - grid.BAND, abs=0.2)


@pytest.mark.parametrize(
    ("scale", "centre"),
    [
        (1, (451_234.0, 3_144_321.0)),
        (1e9, (451_234.0, 3_144_321.0)),
        (1e30, (0.0, 0.0)),
        (10_000, (1e12, -1e12)),
        (10_000, (math.nan, 0.0)),
        (math.inf, (0.0, 0.0)),
    ],
)
@pytest.mark.parametrize("epsg", [PLAIN, UTM, MERCATOR, 4490, 4610])
def test_absurd_extents_leave_the_neat_line(scale: float, centre: tuple[float, float], epsg: int) -> None:
    image = painted(lambda page: grid.paint(page, FRAME, view(scale, centre), epsg, Grid()))
    assert spilt(image, FRAME.within(-grid.BAND)) == 0
    assert covered(image, Rect(FRAME.x - grid.BAND, 60, 0.6, 20)) == 1.0


@pytest.mark.parametrize("size", [(1.0, 1.0), (15.0, 8.0), (45.0, 30.0), (0.0, 0.0)])
def test_a_small_frame_keeps_its_numbers_within(size: tuple[float, float]) -> None:
    frame = Rect(60.0, 60.0, *size)
    seen = Viewport.at_scale((451_234.0, 3_144_321.0), 5000, (500, 500), MM)
    image = painted(lambda page: grid.paint(page, frame, seen, PLAIN, Grid()))
    assert spilt(image, frame.within(-grid.BAND)) == 0


def test_a_template_decides_what_is_shown() -> None:
    def share(shown: Grid) -> float:
        image = painted(lambda page: grid.paint(page, FRAME, view(10_000), PLAIN, shown))
        return covered(image, FRAME.within(3))

    assert share(Grid()) > 0
    assert share(Grid(lines=False)) == 0
    assert share(Grid(shown=False)) == 0


def _document(
    keep: Callable[[bytes], Pdf],
    scale: float,
    centre: tuple[float, float] = (451_234.0, 3_144_321.0),
    epsg: int = PLAIN,
) -> Pdf:
    with Document(A3, "grid") as document:
        page: Page = document.page()
        grid.paint(page, FRAME, view(scale, centre), epsg, Grid())
    return keep(document.pdf)


def _points(box: Rect) -> tuple[float, ...]:
    return tuple(mm * 72 / 25.4 for mm in (box.x, box.y, box.right, box.bottom))


def _struck(words: list[Word]) -> list[tuple[str, str]]:
    """Return pairs of words whose letters meet; boxes reach well above and below what is printed."""

    def core(word: Word) -> tuple[float, float, float, float]:
        left, top, right, bottom = word.box
        third = (bottom - top) * 0.3
        return left + 0.2, top + third, right - 0.2, bottom - third

    found = []
    for a, b in combinations(words, 2):
        p, q = core(a), core(b)
        if min(p[2], q[2]) > max(p[0], q[0]) and min(p[3], q[3]) > max(p[1], q[1]):
            found.append((a.text, b.text))
    return found
