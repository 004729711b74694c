"""Where the pointer snaps to, and in what order of preference."""

import numpy as np
import pytest
import shapely

from mingqing.digitising.paths import shapes_of
from mingqing.digitising.snapping import SnapKind, Snapper

HOUSE = shapely.box(0, 0, 10, 10)
ROAD, OTHER = shapely.LineString([(20, -5), (20, 15)]), shapely.LineString([(15, 4), (25, 4)])
WELL = shapely.Point(40, 40)
SNAPPER = Snapper(shapes_of([HOUSE, ROAD, OTHER, WELL]), 1.0)


@pytest.mark.parametrize(
    ("xy", "kind", "at", "of"),
    [
        ((10.5, 10.4), SnapKind.VERTEX, (10, 10), 0),
        ((40.2, 39.5), SnapKind.VERTEX, (40, 40), 3),
        ((20.6, 4.5), SnapKind.INTERSECTION, (20, 4), 2),
        ((10.7, 5.0), SnapKind.EDGE, (10, 5), 0),
        ((5.0, 5.0), SnapKind.NONE, (5, 5), -1),
        ((60.0, 60.0), SnapKind.NONE, (60, 60), -1),
    ],
)
def test_a_corner_goes_before_a_crossing_and_that_before_a_side(
    xy: tuple[float, float], kind: SnapKind, at: tuple[float, float], of: int
) -> None:
    found = SNAPPER.snap(xy)
    assert (found.kind, found.of) == (kind, of)
    assert found.xy == pytest.approx(at)


def test_a_new_side_snaps_to_be_parallel_to_a_side_nearby() -> None:
    found = SNAPPER.snap((12.3, 7.0), along=[(12.0, 1.0)])
    assert found.kind is SnapKind.PARALLEL
    assert found.xy == pytest.approx((12.0, 7.0))
    assert found.hints.tolist() == [[[10, 0], [10, 10]]] or found.hints.tolist() == [[[10, 10], [10, 0]]]


def test_a_new_side_snaps_square_to_the_one_before() -> None:
    found = SNAPPER.snap((107.2, 110.5), along=[(100, 100), (110, 110)])
    assert found.kind is SnapKind.NONE
    found = SNAPPER.snap((104.2, 115.5), along=[(100, 100), (110, 110)])
    assert found.kind is SnapKind.PERPENDICULAR
    assert np.subtract(found.xy, (110, 110)) @ (1, 1) == pytest.approx(0)


def test_a_square_side_that_ends_at_a_line_ends_exactly_on_it() -> None:
    found = SNAPPER.snap((19.4, 8.3), along=[(13.0, 8.0)])
    assert found.kind in {SnapKind.PERPENDICULAR, SnapKind.PARALLEL}
    assert found.xy == pytest.approx((20, 8))
    assert found.of == 1
    assert len(found.hints) == 2


def test_a_drawing_snaps_to_its_own_first_corner() -> None:
    found = SNAPPER.snap((100.4, 100.3), along=[(100, 100), (110, 100), (110, 110)])
    assert (found.kind, found.of, found.xy) == (SnapKind.VERTEX, -1, (100, 100))


def test_nothing_near_and_nothing_drawn_is_no_snap() -> None:
    assert Snapper(shapes_of([]), 1.0).snap((3.0, 4.0), along=[(0.0, 0.0)]).kind is SnapKind.NONE
    assert Snapper(shapes_of([None]), 1.0).snap((3.0, 4.0), along=[(1, 1), (1, 1)]).xy == (3.0, 4.0)


def test_a_direction_is_not_forced_on_a_side_that_is_meant_to_slant() -> None:
    assert SNAPPER.snap((103.0, 101.0), along=[(90, 100), (100, 100)]).kind is SnapKind.NONE
