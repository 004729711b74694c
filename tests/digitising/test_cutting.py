"""Cutting, joining and drawing borders anew keep every square metre."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.digitising.cutting import add_hole, fill_hole, merge, reshape, split, without_part
from tests.digitising.tessellation import overlap_m2, tessellations

SQUARE = shapely.box(0, 0, 10, 10)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(4, 4, 6, 6).exterior])
places = st.tuples(st.floats(-20, 120), st.floats(-20, 120))


@given(tessellations, st.integers(0, 100), st.lists(places, min_size=2, max_size=6))
@settings(max_examples=80, deadline=None)
def test_pieces_are_together_what_was_cut(
    shapes: list[shapely.Polygon], which: int, line: list[tuple[float, float]]
) -> None:
    whole = shapes[which % len(shapes)]
    drawn = shapely.LineString(np.array(line) + np.array([450_000.0, 3_148_000.0]))
    assume(drawn.length > 1)
    try:
        pieces = split(whole, drawn)
    except InputRefused:
        assert not drawn.crosses(whole) or drawn.intersection(whole).length < whole.length
        return
    assert len(pieces) > 1
    assert sum(p.area for p in pieces) == pytest.approx(whole.area, abs=1e-5)
    assert overlap_m2(pieces) < 1e-6
    assert [p.area for p in pieces] == sorted((p.area for p in pieces), reverse=True)


@given(tessellations)
@settings(max_examples=40, deadline=None)
def test_merging_all_neighbours_gives_the_ground_they_stood_on(shapes: list[shapely.Polygon]) -> None:
    whole = merge(shapes)
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert whole.area == pytest.approx(sum(s.area for s in shapes), abs=1e-5)


def test_a_line_that_ends_inside_cuts_nothing() -> None:
    with pytest.raises(InputRefused, match="没有把图形切开"):
        split(SQUARE, shapely.LineString([(-1, 5), (5, 5)]))


def test_a_cut_may_begin_on_the_border_where_snapping_put_it() -> None:
    pieces = split(SQUARE, shapely.LineString([(3.3333333333, 0.000001), (3.3333333333, 9.999999)]))
    assert sorted(round(p.area, 3) for p in pieces) == [33.333, 66.667]


def test_one_line_cuts_off_several_pieces() -> None:
    zigzag = shapely.LineString([(-1, 2), (11, 4), (11, 6), (-1, 8)])
    assert len(split(SQUARE, zigzag)) == 3


def test_a_hole_stays_a_hole_when_the_ground_around_it_is_cut() -> None:
    through = split(HOLED, shapely.LineString([(5, -1), (5, 11)]))
    beside = split(HOLED, shapely.LineString([(2, -1), (2, 11)]))
    assert sorted(round(p.area) for p in through) == [48, 48]
    assert [len(p.interiors) for p in beside] == [1, 0]


def test_parts_that_the_line_misses_stay_with_the_largest_piece() -> None:
    two = shapely.multipolygons([SQUARE, shapely.box(50, 50, 60, 60)])
    first, second = split(two, shapely.LineString([(3, -1), (3, 11)]))
    assert (first.area, second.area) == (170, 30)


def test_a_line_is_cut_where_another_crosses_it() -> None:
    road = shapely.LineString([(0, 0), (10, 0), (10, 10)])
    assert [p.length for p in split(road, shapely.LineString([(4, -1), (4, 1)]))] == [16, 4]
    with pytest.raises(InputRefused, match="相交"):
        split(road, shapely.LineString([(4, 1), (4, 2)]))


def test_shapes_that_do_not_touch_are_merged_only_when_asked() -> None:
    far = shapely.box(20, 0, 30, 10)
    with pytest.raises(InputRefused, match="选中的几块不相邻，合并后会成为分开的 2 片"):
        merge([SQUARE, far])
    assert merge([SQUARE, far], multipart=True).geom_type == "MultiPolygon"
    with pytest.raises(InputRefused, match="不相邻"):
        merge([SQUARE, shapely.box(10, 10, 20, 20)])


def test_borders_that_miss_each_other_by_millimetres_merge_without_a_slit() -> None:
    whole = merge([SQUARE, shapely.Polygon([(10.004, 0), (20, 0), (20, 10), (10.003, 10.002), (10.005, 5)])])
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0


def test_roads_that_meet_end_to_end_become_one() -> None:
    a, b = shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(20, 5), (10, 0.003)])
    assert merge([a, b]).geom_type == "LineString"
    with pytest.raises(InputRefused, match="没有首尾相接"):
        merge([a, shapely.LineString([(5, 5), (9, 9)])])


@pytest.mark.parametrize(
    "shapes", [[SQUARE], [SQUARE, shapely.LineString([(0, 0), (1, 1)])], [shapely.Point(0, 0)] * 2]
)
def test_what_cannot_be_merged_is_said(shapes: list[shapely.Geometry]) -> None:
    with pytest.raises(InputRefused):
        merge(shapes)


def test_a_border_drawn_outside_adds_and_one_drawn_inside_takes_away() -> None:
    outside = reshape(SQUARE, shapely.LineString([(9, 2), (14, 2), (14, 8), (9, 8)]))
    inside = reshape(SQUARE, shapely.LineString([(11, 2), (7, 2), (7, 8), (11, 8)]))
    assert outside.area == pytest.approx(100 + 24)
    assert inside.area == pytest.approx(100 - 18)


def test_of_two_halves_the_larger_is_kept() -> None:
    assert reshape(SQUARE, shapely.LineString([(3, -1), (3, 11)])).area == pytest.approx(70)


def test_a_border_drawn_through_a_hole_opens_it() -> None:
    found = reshape(HOLED, shapely.LineString([(11, 5), (5, 5), (5, 11)]))
    assert found.is_valid
    assert found.area == pytest.approx(100 - 25 - 3)


def test_the_course_of_a_line_is_drawn_anew_in_either_direction() -> None:
    road = shapely.LineString([(0, 0), (10, 0), (20, 0)])
    way = [(4, -1), (4, 5), (16, 5), (16, -1)]
    for drawn in (way, way[::-1]):
        found = reshape(road, shapely.LineString(drawn))
        assert found.equals(shapely.LineString([(0, 0), (4, 0), (4, 5), (16, 5), (16, 0), (20, 0)]))
        assert found.coords[0] == (0, 0)


def test_a_line_that_meets_the_border_once_is_no_new_border() -> None:
    with pytest.raises(InputRefused, match="相交两次"):
        reshape(SQUARE, shapely.LineString([(5, 5), (15, 5)]))


def test_a_hole_can_be_made_and_filled_again() -> None:
    holed = add_hole(SQUARE, shapely.box(4, 4, 6, 6))
    filled, hole = fill_hole(holed, (5, 5))
    assert holed.equals(HOLED)
    assert filled.equals(SQUARE)
    assert hole.area == 4


def test_a_hole_must_lie_inside_and_touch_nothing() -> None:
    for hole in (shapely.box(8, 8, 12, 12), shapely.box(0, 0, 2, 2), shapely.box(3, 3, 7, 7)):
        with pytest.raises(InputRefused, match="洞要整个画在面的里面"):
            add_hole(HOLED, hole)
    with pytest.raises(InputRefused, match="这里没有洞"):
        fill_hole(HOLED, (1, 1))


def test_a_part_goes_but_never_the_last() -> None:
    two = shapely.multipolygons([SQUARE, shapely.box(50, 50, 60, 60)])
    assert without_part(two, 0).equals(shapely.box(50, 50, 60, 60))
    with pytest.raises(InputRefused, match="只有这一部分"):
        without_part(SQUARE, 0)


def test_an_overlay_that_cannot_be_made_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: object) -> None:
        raise shapely.errors.GEOSException("TopologyException: side location conflict at 0 0")

    monkeypatch.setattr(shapely, "union_all", failing)
    with pytest.raises(InputRefused, match="请先调整角点"):
        merge([SQUARE, SQUARE])
