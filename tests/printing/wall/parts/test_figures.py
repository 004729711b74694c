"""The statistics table: numbers in line, nothing outside, nothing lost silently."""

from collections.abc import Callable
from math import inf, nan

import pytest

from mingqing.printing.paper.page import A3, Document
from mingqing.printing.wall.model import Counted, Rect
from mingqing.printing.wall.parts import figures
from tests.printing.pdf import Pdf
from tests.printing.wall.parts.sheet import painted, spilt

BOX = Rect(20.0, 10.0, 70.0, 80.0)
SOME = (
    Counted("户数", 119, "户"),
    Counted("面积", 12.37, "平方公里"),
    Counted("户籍人口", 1193, "人"),
    Counted("容纳人数", None, "人"),
)
ODD = (
    Counted("很" * 200, 1e300, "单" * 50),
    Counted("", nan, ""),
    Counted("无穷", inf, "人"),
    Counted("负", -3.25, "米"),
)


@pytest.mark.parametrize("lines", [(), SOME, ODD, SOME * 75])
@pytest.mark.parametrize("box", [BOX, Rect(5, 5, 190, 30), Rect(5, 5, 25, 60), Rect(5, 5, 70, 9)])
def test_nothing_stands_outside_the_box(lines: tuple[Counted, ...], box: Rect) -> None:
    assert spilt(painted(lambda page: figures.paint(page, box, lines, "基本数据")), box) == 0


def test_what_is_wanted_is_enough() -> None:
    high = figures.wanted(SOME, BOX.width)
    assert figures.left_out(SOME, Rect(0, 0, BOX.width, high)) == 0
    assert figures.left_out(SOME * 20, BOX) > 0
    assert figures.wanted((), BOX.width) == 0


def test_numbers_are_in_line(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "figures") as document:
        figures.paint(document.page(), BOX, SOME, "基本数据")
    words = {w.text: w.box for w in keep(document.pdf).words()}
    assert "—" in words
    assert words["119"][2] == pytest.approx(words["1,193"][2], abs=0.3)
    assert words["12.4"][0] < words["119"][2] < words["12.4"][2]
    assert words["户"][0] == pytest.approx(words["平方公里"][0], abs=0.3)


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "—"), (nan, "—"), (inf, "—"), (0, "0"), (1234567, "1,234,567"), (0.04, "0.0"), (1e15, "1e+15")],
)
def test_a_number_reads_as_people_write_it(value: float | None, told: str) -> None:
    assert figures.number(value) == told
