"""Corners are found by part, ring and index, and moved, added and taken away."""

import pytest
import shapely

from mingqing.core.errors import InputRefused
from mingqing.digitising.vertices import (
    Vertex,
    delete_vertex,
    handles,
    insert_vertex,
    move_vertex,
    nearest_edge,
    nearest_vertex,
    vertex_xy,
)

HOLED = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (4, 6), (6, 6)]])
ROAD = shapely.LineString([(20, 0), (30, 0), (30, 10)])
BOTH = shapely.multipolygons([HOLED, shapely.Polygon([(50, 50), (60, 50), (60, 60)])])


def test_every_corner_has_one_handle_and_one_address() -> None:
    found = handles(BOTH)
    assert len(found.xy) == len(found.at) == len(set(found.at)) == 4 + 3 + 3
    for at, xy in zip(found.at, found.xy.tolist(), strict=True):
        assert vertex_xy(BOTH, at) == tuple(xy)


def test_the_corner_and_the_side_under_the_pointer_are_found() -> None:
    corner, side = nearest_vertex(BOTH, (59, 61), within_m=2), nearest_edge(BOTH, (4.1, 5), within_m=1)
    assert corner is not None
    assert side is not None
    assert corner.at == Vertex(1, 0, 2)
    assert side.at == Vertex(0, 1, 0)
    assert side.xy == (4, 5)
    assert side.distance_m == pytest.approx(0.1)
    assert nearest_vertex(BOTH, (30, 30), within_m=2) is None
    assert nearest_edge(BOTH, (30, 30), within_m=2) is None


def test_the_side_that_closes_a_ring_is_a_side_and_a_line_has_none() -> None:
    closing = nearest_edge(HOLED, (0, 5))
    assert closing is not None
    assert closing.at == Vertex(0, 0, 3)
    assert insert_vertex(HOLED, closing.at, (-1, 5)).area == pytest.approx(HOLED.area + 5)
    after_end = nearest_edge(ROAD, (25, 5))
    assert after_end is not None
    assert after_end.at.index in {0, 1}
    assert nearest_edge(shapely.Point(0, 0), (0, 0)) is None


def test_a_ring_stays_closed_when_its_first_corner_moves() -> None:
    found = move_vertex(HOLED, Vertex(0, 0, 0), (-5, -5))
    assert found.exterior.coords[0] == found.exterior.coords[-1] == (-5, -5)
    assert len(found.interiors) == 1
    assert HOLED.exterior.coords[0] == (0, 0)


def test_corners_of_holes_parts_lines_and_points_move() -> None:
    assert vertex_xy(move_vertex(BOTH, Vertex(0, 1, 2), (7, 7)), Vertex(0, 1, 2)) == (7, 7)
    assert move_vertex(ROAD, Vertex(index=2), (31, 11)).coords[-1] == (31, 11)
    assert move_vertex(shapely.Point(1, 2), Vertex(), (3, 4)).equals(shapely.Point(3, 4))


def test_a_corner_added_is_found_at_the_next_index() -> None:
    assert vertex_xy(insert_vertex(ROAD, Vertex(index=0), (25, 1)), Vertex(index=1)) == (25, 1)


@pytest.mark.parametrize(
    ("shape", "at", "why"),
    [
        (BOTH, Vertex(1, 0, 0), "三个角点"),
        (HOLED, Vertex(0, 1, 0), "去洞"),
        (shapely.LineString([(0, 0), (1, 1)]), Vertex(), "两个点"),
        (shapely.Point(0, 0), Vertex(), "删除整个对象"),
    ],
)
def test_too_few_corners_are_never_left(shape: shapely.Geometry, at: Vertex, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        delete_vertex(shape, at)


def test_a_corner_taken_away_is_gone() -> None:
    assert delete_vertex(HOLED, Vertex(0, 0, 2)).area == pytest.approx(50 - 2)
    assert delete_vertex(ROAD, Vertex(index=1)).equals(shapely.LineString([(20, 0), (30, 10)]))


def test_heights_are_left_behind() -> None:
    deep = shapely.LineString([(0, 0, 5), (1, 1, 6)])
    assert not move_vertex(deep, Vertex(), (2, 2)).has_z
