"""A legend fits its box or says how much of it does not."""

import pytest

from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts import legend
from tests.printing.wall.parts.sheet import covered, entries, painted, spilt

BOX = Rect(20.0, 10.0, 80.0, 120.0)


@pytest.mark.parametrize("count", [0, 1, 5, 24, 60, 300, 10_000])
@pytest.mark.parametrize(
    "box", [BOX, Rect(5, 5, 160, 40), Rect(5, 5, 30, 100), Rect(5, 5, 60, 9), Rect(5, 5, 1, 1)]
)
def test_nothing_stands_outside_the_box(count: int, box: Rect) -> None:
    image = painted(lambda page: legend.paint(page, box, entries(count), "图例"))
    assert spilt(image, box if box.width > 1 else Rect(box.x, box.y, 10, 12)) == 0


@pytest.mark.parametrize("count", [1, 5, 24])
def test_what_is_wanted_is_enough_at_full_size(count: int) -> None:
    high = legend.wanted(entries(count), BOX.width)
    box = Rect(BOX.x, BOX.y, BOX.width, high)
    assert legend.fits(entries(count), box)
    assert not legend.fits(entries(count), Rect(0, 0, BOX.width, high * 0.3))


def test_none_is_lost_silently() -> None:
    for height in range(5, 130, 9):
        box = Rect(BOX.x, BOX.y, BOX.width, float(height))
        lacking = legend.left_out(entries(60), box)
        assert 0 <= lacking <= 60
        assert legend.fits(entries(60), box) == (lacking == 0)
    assert legend.left_out(entries(300), Rect(0, 0, 60, 60)) > 200
    assert legend.left_out(entries(10_000), BOX) > 9_000


def test_a_taller_box_never_holds_less() -> None:
    lacking = [legend.left_out(entries(80), Rect(0, 0, 80, h)) for h in range(10, 200, 5)]
    assert lacking == sorted(lacking, reverse=True)
    assert lacking[-1] == 0


def test_a_class_of_its_tables_name_needs_no_heading() -> None:
    every = entries(6, tables=6)
    alike = tuple(type(e)(e.table, e.table_title, e.table_title, e.style_class, e.count) for e in every)
    assert legend.wanted(alike, 80) < legend.wanted(every, 80)


def test_an_empty_legend_is_nothing() -> None:
    assert legend.wanted((), 80) == 0
    assert legend.left_out((), BOX) == 0
    assert covered(painted(lambda page: legend.paint(page, BOX, (), "图例")), BOX) == 0


@pytest.mark.parametrize("title", ["很" * 200, "", "\n\x00", "𠮷鑨👨‍👩‍👧 \u202eabc"])
def test_odd_titles_stay_inside(title: str) -> None:
    image = painted(lambda page: legend.paint(page, BOX, entries(7, title), title))
    assert spilt(image, BOX) == 0
