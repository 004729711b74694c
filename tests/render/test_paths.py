from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon

from mingqing.core.paths import Paths, Shape
from mingqing.render.paths import clipped, drawn_once, in_px, pixels
from mingqing.render.scale import Viewport

VIEW = Viewport(
    (50.0, 50.0), 1.0, (100, 100)
)  # one pixel a metre, y down: ground (x, y) is pixel (x, 100 - y)


def objects(*shapes: Any) -> NDArray[np.object_]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def paths_of(shapes: NDArray[np.object_], shape: Shape, view: Viewport) -> Paths:
    return in_px(Paths.of(shapes, shape).oriented(), view)


def test_a_feature_without_a_shape_has_no_path() -> None:
    paths = paths_of(objects(None, Polygon(), LineString([(0, 0), (9, 9)])), Shape.LINE, VIEW)
    assert paths.rows.tolist() == [2]
    assert not len(paths_of(objects(None), Shape.POLYGON, VIEW))


def test_members_of_a_collection_are_drawn_each_as_what_it_is() -> None:
    mixed = shapely.GeometryCollection([Point(1, 1), LineString([(0, 0), (5, 5)]), shapely.box(0, 0, 3, 3)])
    for shape in Shape:
        assert paths_of(objects(mixed), shape, VIEW).rows.tolist() == [0]


@pytest.mark.parametrize("turned", [False, True])
def test_holes_run_against_their_outer_ring_however_the_file_had_them(
    turned: bool,  # noqa: FBT001
) -> None:
    hole = [(2, 2), (8, 2), (8, 8), (2, 8)]
    polygon = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [hole[::-1] if turned else hole])
    paths = paths_of(objects(polygon), Shape.POLYGON, VIEW)
    outer, inner = (
        shapely.LinearRing(paths.xy[a:b]) for a, b in zip(paths.parts[:-1], paths.parts[1:], strict=True)
    )
    assert outer.is_ccw != inner.is_ccw


def test_taking_features_keeps_their_rings_together() -> None:
    two = MultiPolygon([shapely.box(0, 0, 4, 4), shapely.box(10, 0, 14, 4)])
    paths = paths_of(objects(shapely.box(50, 50, 60, 60), two), Shape.POLYGON, VIEW).take(np.array([1]))
    assert len(paths.parts) - 1 == 1
    assert paths.bounds().tolist() == [[0, 96, 4, 100]]


def test_every_piece_of_a_row_says_whose_it_is() -> None:
    two = MultiPolygon([shapely.box(0, 0, 4, 4), shapely.box(10, 0, 14, 4)])
    paths = paths_of(objects(shapely.box(50, 50, 60, 60), None, two), Shape.POLYGON, VIEW)
    assert paths.rows.tolist() == [0, 2, 2]


@given(st.lists(st.tuples(st.integers(0, 800), st.integers(0, 800)), min_size=2, max_size=40))
def test_thinning_keeps_the_ends_and_moves_nothing_further_than_a_cell(
    vertices: list[tuple[int, int]],
) -> None:
    line = LineString(np.array(vertices) / 8)
    assume(line.length > 0)
    full = paths_of(objects(line), Shape.LINE, VIEW)
    thin = full.thinned(0.5)
    assert (thin.xy[0] == full.xy[0]).all()
    assert (thin.xy[-1] == full.xy[-1]).all()
    assert shapely.hausdorff_distance(LineString(full.xy), LineString(thin.xy)) <= 0.5 * 2**0.5 + 1e-6


def test_what_lies_beyond_the_margin_is_cut_away_and_the_rest_is_untouched() -> None:
    inside, across = shapely.box(10, 10, 20, 20), LineString([(-1000, 50), (1000, 50)])
    out = clipped(objects(inside, across, None), VIEW, 5.0)
    assert out[0] is inside
    assert out[1].bounds == (-5, 50, 105, 50)
    assert out[2] is None


def test_a_border_that_two_villages_share_is_drawn_once() -> None:
    shared = [(50, 0), (52.3, 40), (47, 70), (50, 100)]
    left = Polygon([(0, 0), *shared, (0, 100)])
    right = Polygon([*shared[::-1], (100, 0), (100, 100)])
    once = drawn_once(paths_of(objects(left, right), Shape.POLYGON, VIEW), 0.1)
    lines = shapely.linestrings(once.xy, indices=np.repeat(np.arange(len(once)), np.diff(once.parts)))
    expected = shapely.union_all([left.exterior, right.exterior]).length
    assert abs(shapely.length(lines).sum() - expected) < 1.0


def test_specks_in_one_pixel_become_that_pixel() -> None:
    specks = [shapely.box(x, 30.2, x + 0.3, 30.4) for x in (10.1, 10.5, 40.1)]
    paths = pixels(paths_of(objects(*specks, shapely.box(60, 60, 70, 70)), Shape.POLYGON, VIEW))
    assert len(paths) == 3
    assert sorted(map(tuple, paths.bounds().tolist())) == [
        (10, 69, 10, 69),
        (40, 69, 40, 69),
        (60, 30, 70, 40),
    ]
