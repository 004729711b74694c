"""The sections of a map over its index sheet, and in a diagram."""

from collections.abc import Callable
from math import nan

import pytest

from mingqing.printing.paper.page import A3, Document
from mingqing.printing.wall.model import Rect, Section
from mingqing.printing.wall.parts import index
from mingqing.render.scale import Viewport
from tests.printing.pdf import Pdf
from tests.printing.wall.parts.sheet import covered, ink, painted, spilt

FRAME = Rect(20.0, 20.0, 160.0, 120.0)
VIEW = Viewport.at_scale((450_800.0, 3_140_600.0), 10_000, (1920, 1440), 12.0)
BOX = Rect(20.0, 10.0, 60.0, 60.0)


def section(number: int, across: int = 3, down: int = 2, side: float = 500.0) -> Section:
    cells = tuple(
        (
            450_000 + i * side,
            3_140_000 + (down - 1 - j) * side,
            450_000 + (i + 1.1) * side,
            3_140_000 + (down - j) * side,
        )
        for j in range(down)
        for i in range(across)
    )
    return Section(number, len(cells), cells)


def test_a_section_stands_where_it_is_on_the_ground() -> None:
    one = Section(0, 1, ((450_400.0, 3_140_200.0, 451_200.0, 3_141_000.0),))
    image = painted(lambda page: index.paint(page, FRAME, VIEW, one))
    # centre of the view is the middle of the frame; a mm is 10 m
    box = Rect(FRAME.x + 80 - 40, FRAME.y + 60 - 40, 80.0, 80.0)
    assert spilt(image, box) == 0
    assert covered(image, Rect(box.x - 0.25, box.y + 10, 0.5, 30)) > 0.5
    assert covered(image, Rect(box.right - 0.25, box.y + 10, 0.5, 30)) > 0.5


@pytest.mark.parametrize(
    "sections",
    [Section(0, 0, ()), section(0), section(0, 12, 12), section(0, side=1e9), Section(0, 1, ((nan,) * 4,))],
)
def test_it_keeps_to_the_frame(sections: Section) -> None:
    assert spilt(painted(lambda page: index.paint(page, FRAME, VIEW, sections)), FRAME) == 0


@pytest.mark.parametrize("number", [1, 4, 99])
@pytest.mark.parametrize("box", [BOX, Rect(5, 5, 190, 20), Rect(5, 5, 20, 100), Rect(5, 5, 60, 9)])
def test_the_diagram_keeps_to_its_box(number: int, box: Rect) -> None:
    for every in (section(number), section(number, 12, 12), Section(1, 0, ()), Section(1, 1, ((nan,) * 4,))):
        assert spilt(painted(lambda page, e=every: index.diagram(page, box, e)), box) == 0
        assert index.wanted(every, box.width) >= 0


def test_only_this_section_is_filled() -> None:
    every = section(2)
    image = painted(
        lambda page: index.diagram(page, Rect(BOX.x, BOX.y, BOX.width, index.wanted(every, 60)), every)
    )
    y = round((BOX.y + 8.6 + 3) * 4)
    assert ink(image)[y].any()
    first, second = (image.pixelColor(round((BOX.x + x) * 4), y).lightness() for x in (6, 26))
    assert second < 100
    assert first > 220


def test_numbers_are_text(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "index") as document:
        index.paint(document.page(), FRAME, VIEW, section(0))
    assert sorted(keep(document.pdf).text()) == list("123456")
