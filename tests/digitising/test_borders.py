"""Borders that neighbours share stay shared, whatever is done to one of them."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.digitising.borders import follow, tied_to_pieces
from mingqing.digitising.cutting import reshape, split
from mingqing.digitising.shapes import moved
from mingqing.digitising.vertices import (
    delete_vertex,
    handles,
    insert_vertex,
    move_vertex,
    nearest_edge,
    nearest_vertex,
)
from tests.digitising.tessellation import overlap_m2, tessellations, with_half_junctions

ROUNDING_M2 = 1e-5
steps = st.tuples(st.floats(-9, 9), st.floats(-9, 9))


def _all_covered(shapes: list[shapely.Geometry], ground: shapely.Geometry) -> bool:
    return float(shapely.union_all(shapes).symmetric_difference(ground).area) < ROUNDING_M2


def _kept_whole(
    before: shapely.Geometry, after: shapely.Geometry, neighbours: list[shapely.Geometry]
) -> None:
    """Edit one of a tessellation; what was covered stays covered once, where its outer border was not touched."""
    ground = shapely.union_all([before, *neighbours])
    found = follow(before, after, neighbours)
    assert all(shape.is_valid for shape in found)
    assert overlap_m2([after, *found]) < ROUNDING_M2
    if ground.buffer(-0.02).covers(after.symmetric_difference(before)):
        assert _all_covered([after, *found], ground)


@given(tessellations, st.integers(0, 500), st.integers(0, 50), steps)
@settings(max_examples=60, deadline=None)
def test_a_corner_moved_leaves_neither_gap_nor_overlap(
    shapes: list[shapely.Polygon], which: int, corner: int, step: tuple[float, float]
) -> None:
    before, rest = _one_of(shapes, which)
    found = handles(before)
    at = corner % len(found.at)
    after = move_vertex(before, found.at[at], tuple(found.xy[at] + step))
    assume(after.is_valid)
    _kept_whole(before, after, rest)


@given(tessellations, st.integers(0, 500), steps, steps)
@settings(max_examples=60, deadline=None)
def test_a_corner_put_into_a_side_and_pulled_leaves_neither_gap_nor_overlap(
    shapes: list[shapely.Polygon], which: int, place: tuple[float, float], step: tuple[float, float]
) -> None:
    before, rest = _one_of(shapes, which)
    side = nearest_edge(before, tuple(np.add(before.centroid.coords[0], place)))
    assert side is not None
    after = insert_vertex(before, side.at, tuple(np.add(side.xy, step)))
    assume(after.is_valid)
    _kept_whole(before, after, rest)


@given(tessellations, st.integers(0, 500), st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_a_corner_taken_away_leaves_neither_gap_nor_overlap(
    shapes: list[shapely.Polygon], which: int, corner: int
) -> None:
    before, rest = _one_of(shapes, which)
    assume(len(handles(before).at) > 3)
    after = delete_vertex(before, handles(before).at[corner % len(handles(before).at)])
    assume(after.is_valid)
    _kept_whole(before, after, rest)


@given(tessellations, st.integers(0, 500), st.lists(steps, min_size=2, max_size=5), st.floats(1, 5))
@settings(max_examples=60, deadline=None)
def test_a_border_drawn_anew_leaves_neither_gap_nor_overlap(
    shapes: list[shapely.Polygon], which: int, line: list[tuple[float, float]], scale: float
) -> None:
    before, rest = _one_of(shapes, which)
    drawn = np.array(line) * scale + before.centroid.coords[0]
    assume(shapely.LineString(drawn).length > 1)
    try:
        after = reshape(before, shapely.LineString(drawn))
    except InputRefused:
        reject()
    _kept_whole(before, after, rest)


@given(tessellations, st.integers(0, 500), st.floats(0, 3.1), st.floats(-5, 5))
@settings(max_examples=40, deadline=None)
def test_neighbours_of_a_split_shape_meet_both_pieces(
    shapes: list[shapely.Polygon], which: int, angle: float, off: float
) -> None:
    before, rest = _one_of(shapes, which)
    way = np.array([np.cos(angle), np.sin(angle)]) * 200
    middle = np.array(before.centroid.coords[0]) + off
    assume(before.contains(shapely.Point(middle)))
    pieces = split(before, shapely.LineString([middle - way, middle + way]))
    found = tied_to_pieces(pieces, rest)
    assert overlap_m2([*pieces, *found]) < ROUNDING_M2
    assert _all_covered([*pieces, *found], shapely.union_all(shapes))
    for piece in pieces:
        corners = shapely.points(shapely.get_coordinates(piece))
        for shape in found:
            on_border = corners[shapely.distance(shapely.boundary(shape), corners) < 0.01]
            theirs = set(map(tuple, shapely.get_coordinates(shape).tolist()))
            assert {tuple(p.coords[0]) for p in on_border} <= theirs


def _one_of(shapes: list[shapely.Polygon], which: int) -> tuple[shapely.Polygon, list[shapely.Polygon]]:
    """Return one of them and the others; of every second tessellation another one, or itself, is split beforehand."""
    shapes = with_half_junctions(shapes, which // 2 % len(shapes)) if which % 2 else shapes
    i = which % len(shapes)
    return shapes[i], [s for j, s in enumerate(shapes) if j != i]


# ── One case each ────────────────────────────────────────────────────────────────────────────────────────────

LEFT = shapely.box(0, 0, 10, 10)
LOWER, UPPER = shapely.box(10, 0, 20, 5), shapely.box(10, 5, 20, 10)


def test_a_junction_in_the_middle_of_a_moved_side_stays_on_it() -> None:
    after = shapely.Polygon([(0, 0), (10, 0), (14, 10), (0, 10)])
    lower, upper = follow(LEFT, after, [LOWER, UPPER])
    assert lower.equals(shapely.Polygon([(10, 0), (20, 0), (20, 5), (12, 5)]))
    assert upper.equals(shapely.Polygon([(12, 5), (20, 5), (20, 10), (14, 10)]))


def test_a_corner_that_ends_on_a_neighbours_side_bends_that_side() -> None:
    after = shapely.Polygon([(10, 0), (20, 0), (20, 5), (7, 5)])
    left, upper = follow(LOWER, after, [LEFT, UPPER])
    assert left.equals(shapely.Polygon([(0, 0), (10, 0), (7, 5), (10, 10), (0, 10)]))
    assert upper.equals(shapely.Polygon([(7, 5), (20, 5), (20, 10), (10, 10)]))


def test_borders_that_miss_each_other_by_millimetres_are_one_border() -> None:
    loose = shapely.transform(UPPER, lambda xy: xy + np.array([0.004, -0.003]))
    corner = nearest_vertex(LOWER, (20, 5))
    assert corner is not None
    (found,) = follow(LOWER, move_vertex(LOWER, corner.at, (22, 6)), [loose])
    assert (22.0, 6.0) in found.exterior.coords
    assert (10.004, 9.997) in found.exterior.coords


def test_what_is_given_up_beside_nobody_becomes_nobodys() -> None:
    lowered = shapely.Polygon([(0, 0), (10, 0), (10, 6), (0, 6), (0, 3)])
    lower, upper = follow(LEFT, lowered, [LOWER, UPPER])
    assert lower.area == pytest.approx(LOWER.area)
    assert upper.area == pytest.approx(UPPER.area)


def test_what_is_given_up_is_divided_where_the_neighbours_met() -> None:
    drawn = reshape(LEFT, shapely.LineString([(10, -1), (10, 0), (8, 1), (8, 9), (10, 10), (10, 11)]))
    lower, upper = follow(LEFT, drawn, [LOWER, UPPER])
    assert lower.equals(shapely.Polygon([(10, 0), (20, 0), (20, 5), (8, 5), (8, 1)]))
    assert upper.equals(shapely.Polygon([(8, 5), (20, 5), (20, 10), (10, 10), (8, 9)]))


def test_neighbours_that_nothing_changes_for_are_the_same_objects() -> None:
    far = shapely.box(100, 100, 110, 110)
    after = move_vertex(LOWER, handles(LOWER).at[0], (21, 0))
    found = follow(LOWER, after, [LEFT, UPPER, far])
    assert found[0] is LEFT
    assert found[1] is UPPER
    assert found[2] is far


def test_a_polygon_whose_ring_begins_elsewhere_is_still_the_same_one_moved() -> None:
    after = shapely.Polygon([(20, 10), (10, 10), (9, 5), (20, 5)])
    left, lower = follow(UPPER, after, [LEFT, LOWER])
    assert (9.0, 5.0) in left.exterior.coords
    assert (9.0, 5.0) in lower.exterior.coords


def test_ends_of_roads_that_met_a_moved_end_go_with_it() -> None:
    road, other = shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(10, 0), (10, 20)])
    (found,) = follow(road, shapely.LineString([(0, 0), (12, 1)]), [other])
    assert found.equals(shapely.LineString([(12, 1), (10, 20)]))


def test_a_neighbour_that_would_vanish_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputRefused, match="盖住"):
        follow(LEFT, shapely.Polygon([(0, 0), (30, -5), (30, 6), (10, 10), (5, 11), (0, 10)]), [LOWER])


def test_a_whole_plot_moved_takes_its_borders_along() -> None:
    after = moved(LOWER, 0, -1)
    left, upper = follow(LOWER, after, [LEFT, UPPER])
    assert upper.equals(shapely.Polygon([(10, 4), (20, 4), (20, 10), (10, 10)]))
    assert overlap_m2([after, left, upper]) < ROUNDING_M2


def test_ground_that_two_already_shared_is_not_cut_to_a_border() -> None:
    over = shapely.box(2, 2, 12, 8)
    (found,) = follow(LEFT, shapely.Polygon([(0, 0), (11, 0), (11, 10), (0, 10)]), [over])
    assert found is over


def test_an_edited_shape_that_crosses_itself_is_refused() -> None:
    with pytest.raises(InputRefused, match="自己交叉"):
        follow(LEFT, shapely.Polygon([(0, 0), (10, 0), (0, 10), (10, 10), (5, 20)]), [LOWER])


def test_a_border_that_turns_bends_where_others_end_on_it() -> None:
    right, above = shapely.box(10, 0, 30, 10), [shapely.box(10, 10, 20, 20), shapely.box(20, 10, 30, 20)]
    after = shapely.Polygon([(0, 0), (10, 0), (10, 7), (0, 10)])
    found = follow(LEFT, after, [right, *above])
    assert found[0].equals(shapely.Polygon([(10, 0), (30, 0), (30, 10), (20, 10), (10, 7)]))
    assert found[1].equals(shapely.Polygon([(10, 7), (20, 10), (20, 20), (10, 20)]))
    assert found[2] is above[1]
