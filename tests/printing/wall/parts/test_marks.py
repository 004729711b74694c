"""North arrow, scale bar, stamp, credits and the line at the edge of the sheet."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mingqing.printing.paper.page import A3, Document
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts import marks
from mingqing.render.scale import Viewport
from tests.printing.pdf import Pdf
from tests.printing.wall.parts.sheet import covered, ink, painted, spilt

CORNER = (20.0, 60.0)
TEXTS = ("编制：样本镇人民政府", "制图日期：2026年11月22日", "坐标系：CGCS2000 3度带 中央经线120°")


@pytest.mark.parametrize("scale", [500, 1000, 2000, 5000, 10_000, 15_000, 25_000, 50_000, 200_000])
@pytest.mark.parametrize("unit", [0.7071, 1.0, 2.83])
def test_the_bar_is_as_long_as_it_says(keep: Callable[[bytes], Pdf], scale: int, unit: float) -> None:
    """A bar of so many metres, on paper that is `unit` times the design, is as long as the scale wants it."""
    view = Viewport.at_scale((0, 0), scale * unit, (1000, 1000), 12.0)
    fine = 20
    image = painted(lambda page: marks.scale_bar(page, CORNER, view, scale, plate=False), (130, 62), fine)
    long_mm = max(map(_longest, ink(image)[round((CORNER[1] - 1.0) * fine) :])) / fine * unit
    with Document(A3, "bar") as document:
        marks.scale_bar(document.page(), CORNER, view, scale, plate=False)
    words = [w.text for w in keep(document.pdf).words()]
    last, name = words[-2:]
    metres = float(last) * (1000 if name == "公里" else 1)
    assert long_mm == pytest.approx(metres / scale * 1000, abs=0.26 * unit)


@pytest.mark.parametrize("scale", [0.0, math.nan, math.inf, 1e-9, 1e12])
def test_absurd_scales_fail_nothing(scale: float) -> None:
    view = Viewport((0.0, 0.0), scale, (100, 100), 12.0)
    box = Rect(0, 0, 0, 0)

    def paint(page: object) -> None:
        nonlocal box
        box = marks.scale_bar(page, CORNER, view, 1)  # type: ignore[arg-type]

    assert spilt(painted(paint), box) == 0


def test_the_scale_reads_with_spaces_that_do_not_break() -> None:
    assert marks.numeric_scale(5000) == "1∶5\u00a0000"
    assert marks.numeric_scale(1_000_000) == "1∶1\u00a0000\u00a0000"


def test_the_arrow_points_up_and_stays_where_it_is() -> None:
    image = painted(lambda page: marks.north_arrow(page, (100.0, 80.0), 20.0))
    assert spilt(image, Rect(90, 70, 20, 20), by=1.0) == 0
    upper, lower = covered(image, Rect(95, 76, 10, 6)), covered(image, Rect(95, 84, 10, 6))
    assert lower > upper > 0


@pytest.mark.parametrize("text", ["", "公开", "内部使用", "密" * 200, "\x00\n"])
def test_the_stamp_stands_in_the_upper_right_corner(text: str) -> None:
    box = Rect(20.0, 20.0, 160.0, 21.0)
    image = painted(lambda page: marks.stamp(page, box, text))
    assert spilt(image, box) == 0
    wide, high = marks.stamp_size(text)
    assert (wide > 0) == (text.strip("\x00\n") != "")
    corner = Rect(box.right - min(wide, box.width / 4), box.y, min(wide, box.width / 4), high)
    assert spilt(image, corner) == 0


@pytest.mark.parametrize("texts", [(), ("",), TEXTS, TEXTS * 20, ("长" * 400,)])
@pytest.mark.parametrize("approval", ["", "浙S（2026）01号", "号" * 200])
@pytest.mark.parametrize("box", [Rect(10, 20, 180, 9), Rect(10, 20, 60, 9), Rect(10, 20, 180, 4)])
def test_credits_stay_in_their_box(texts: tuple[str, ...], approval: str, box: Rect) -> None:
    assert spilt(painted(lambda page: marks.credits(page, box, texts, approval)), box) == 0


def test_credits_tell_all_of_it(keep: Callable[[bytes], Pdf]) -> None:
    with Document(A3, "credits") as document:
        marks.credits(document.page(), Rect(10, 20, 180, 9), TEXTS, "浙S（2026）01号")
    text = keep(document.pdf).text()
    assert all("".join(each.split()) in text for each in TEXTS)
    assert "审图号：浙S（2026）01号" in text


@pytest.mark.parametrize("text", ["", "2026-11-22 由 演示 打印", "很长" * 300])
def test_the_footer_is_faint_at_the_edge(text: str) -> None:
    sheet = Rect(0.0, 0.0, 200.0, 160.0)
    image = painted(lambda page: marks.footer(page, sheet, text))
    assert spilt(image, Rect(8, 154, 184, 4)) == 0
    assert (covered(image, Rect(8, 154, 184, 4)) > 0) == bool(text)


def _longest(row: NDArray[np.bool_]) -> int:
    """Return the length of the longest run of ink."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
    return int(np.diff(ends)[::2].max(initial=0))
