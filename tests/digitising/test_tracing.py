"""The way along what is there already."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mingqing.digitising.paths import shapes_of
from mingqing.digitising.tracing import Tracer
from tests.digitising.tessellation import tessellations

FIELD = shapely.box(0, 0, 10, 10)
ROAD = shapely.LineString([(10, 4), (30, 4)])  # ends on the side of the field
PATH = shapely.LineString([(20, -10), (20, 20)])  # crosses the road


def test_the_shorter_way_round_is_taken() -> None:
    way = Tracer(shapes_of([FIELD])).trace((3, 0), (10, 5))
    assert way is not None
    assert way.tolist() == [[3, 0], [10, 0], [10, 5]]


def test_the_way_turns_where_lines_meet_in_a_side_and_where_they_cross() -> None:
    way = Tracer(shapes_of([FIELD, ROAD, PATH])).trace((10, 9), (20, 15))
    assert way is not None
    assert way.tolist() == [[10, 9], [10, 4], [20, 4], [20, 15]]


def test_a_way_along_one_side_is_that_side() -> None:
    way = Tracer(shapes_of([FIELD])).trace((2, 0), (7, 0.005))
    assert way is not None
    assert way.tolist() == [[2, 0], [7, 0]]


def test_where_no_way_leads_there_is_none() -> None:
    tracer = Tracer(shapes_of([FIELD, shapely.box(50, 50, 60, 60)]))
    assert tracer.trace((3, 0), (50, 55)) is None
    assert tracer.trace((3, 3), (10, 5)) is None
    assert Tracer(shapes_of([])).trace((0, 0), (1, 1)) is None
    assert Tracer(shapes_of([shapely.Point(0, 0)])).trace((0, 0), (1, 1)) is None


def test_a_place_beside_the_line_is_taken_within_the_tolerance_asked_for() -> None:
    way = Tracer(shapes_of([FIELD])).trace((3, 0.8), (10, 5), within_m=1)
    assert way is not None
    assert way[0].tolist() == [3, 0]


@given(tessellations, st.integers(0, 99), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_any_two_corners_of_a_tessellation_are_joined_along_its_borders(
    shapes: list[shapely.Polygon], first: int, last: int
) -> None:
    corners = np.unique(np.concatenate([shapely.get_coordinates(s) for s in shapes]), axis=0)
    a, b = corners[first % len(corners)], corners[last % len(corners)]
    way = Tracer(shapes_of(list(shapes))).trace(tuple(a), tuple(b))
    assert way is not None
    assert (way[0] == a).all()
    assert (way[-1] == b).all()
    if len(way) > 1:
        borders = shapely.union_all(shapely.boundary(shapes_of(list(shapes)))).buffer(0.011)
        line = shapely.LineString(way)
        assert borders.covers(line)
        assert line.length >= np.hypot(*(a - b)) - 1e-6
