"""The village in its township: whatever the township, inside the box, and this village's name is there."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from mingqing.printing.paper.page import A3, Document
from mingqing.printing.wall.model import Inset, Rect
from mingqing.printing.wall.parts import inset
from tests.printing.pdf import Pdf
from tests.printing.wall.parts.sheet import covered, painted, spilt

BOX = Rect(20.0, 10.0, 70.0, 80.0)


def township(across: int, down: int, here: int = 0, name: str = "") -> Inset:
    shapes = [
        shapely.box(450_000 + i * 900, 3_140_000 + j * 700, 450_900 + i * 900, 3_140_700 + j * 700)
        for j in range(down)
        for i in range(across)
    ]
    names = tuple(name or f"样本{n}村" for n in range(len(shapes)))
    return Inset("在样本镇的位置", np.array(shapes, dtype=object), names, here)


def shapes(*values: object) -> Inset:
    every = np.empty(len(values), dtype=object)
    every[:] = values
    return Inset("在样本镇的位置", every, ("甲村",) * len(values), 0)


BOW = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
ODD = [
    shapes(),
    shapes(None),
    shapes(None, shapely.box(0, 0, 10, 10)),
    shapes(shapely.Point(3, 3)),
    shapes(shapely.Polygon()),
    shapes(BOW, shapely.box(20, 0, 30, 10)),
    shapes(shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])),
    shapes(shapely.box(0, 0, 100_000, 1)),
    shapes(shapely.box(0, 0, 1, 100_000)),
    township(3, 2, here=-1),
    township(3, 2, here=99),
    township(1, 1),
    township(30, 30, here=450),
    township(40, 1, here=39, name="很" * 200),
]


@pytest.mark.parametrize("n", range(len(ODD)))
@pytest.mark.parametrize("box", [BOX, Rect(5, 5, 190, 30), Rect(5, 5, 30, 100), Rect(5, 5, 60, 9)])
def test_nothing_stands_outside_the_box(n: int, box: Rect) -> None:
    assert spilt(painted(lambda page: inset.paint(page, box, ODD[n])), box) == 0
    assert inset.wanted(ODD[n], box.width) >= 0


def test_this_village_is_filled_and_its_neighbours_are_not() -> None:
    image = painted(lambda page: inset.paint(page, BOX, township(2, 1, here=1, name="　")))
    y = round((BOX.y + 8.6 + 10) * 4)
    other, here = (image.pixelColor(round(x * 4), y) for x in (BOX.x + 15, BOX.x + 55))
    assert here.lightness() < 100
    assert other.lightness() > 220


def test_names_that_fit_are_written(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "inset") as document:
        inset.paint(document.page(), BOX, township(2, 2, here=3))
    text = keep(document.pdf).text()
    assert all(f"样本{n}村" in text for n in range(4))


def test_among_hundreds_only_this_village_has_its_name(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "inset") as document:
        inset.paint(document.page(), BOX, township(30, 30, here=450))
    assert keep(document.pdf).text() == "在样本镇的位置样本450村"


def test_it_is_as_high_as_the_township_within_reason() -> None:
    assert inset.wanted(township(4, 1), 70) < inset.wanted(township(2, 2), 70)
    assert inset.wanted(township(1, 200), 70) < 90
    assert inset.wanted(shapes(), 70) == 0
    assert covered(painted(lambda page: inset.paint(page, BOX, shapes())), BOX) == 0
