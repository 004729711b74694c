"""Shapes: there, of the right kind, and fit to be computed with."""

import numpy as np
import pytest
import shapely

from mingqing.quality.findings import Kind, Level
from mingqing.store.session import Session
from tests.quality.conftest import X, Y, add, box, line, only, told


def test_a_row_without_a_shape_is_told(township: Session) -> None:
    row = add(township, "house", None, house_no="9")
    assert told(township) == [(Kind.SHAPE, Level.WARNING, "house", row, None)]


def test_what_stands_at_a_house_needs_no_shape(township: Session) -> None:
    ((home,),) = township.rows("household", ["id"], where={"household_no": "0"})
    add(township, "assistance", None, helper="某", household=home)
    assert told(township) == []


def test_an_area_among_lines_is_an_error(township: Session) -> None:
    row = add(township, "road", box(400), name="路")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.SHAPE, Level.ERROR, row)
    assert finding.sentence == "道路“路”的图形是面，这张表只放线，请重画"


def test_a_border_that_crosses_itself_is_an_error_shown_where_it_does(township: Session) -> None:
    bow = shapely.Polygon([(X + 400, Y + 100), (X + 420, Y + 120), (X + 420, Y + 100), (X + 400, Y + 120)])
    row = add(township, "house", bow, house_no="9")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.SHAPE, Level.ERROR, row)
    assert finding.sentence == "农房“9”的图形有错：图形的边自己交叉了，请用编辑工具改正"
    assert finding.at == (X + 410, Y + 110)


def test_a_line_of_no_length_is_an_error(township: Session) -> None:
    row = add(township, "road", line((700, 700), (700, 700)), name="路")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.SHAPE, Level.ERROR, row)
    assert "长度是 0" in finding.sentence


def test_an_area_too_small_to_be_meant_is_told(township: Session) -> None:
    row = add(township, "house", box(400, 100, 0.5, 0.5), house_no="9")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.SHAPE, Level.WARNING, row)
    assert "0.25 平方米" in finding.sentence


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_are_an_error(township: Session, bad: float) -> None:
    with np.errstate(invalid="ignore"):
        shape = shapely.Polygon([(X + 400, Y), (X + 410, bad), (X + 410, Y + 10), (X + 400, Y)])
    row = add(township, "land", shape, kind="农田")
    finding = only(township)
    assert (finding.kind, finding.level, finding.id) == (Kind.SHAPE, Level.ERROR, row)
    assert "坐标不是数字" in finding.sentence
