"""What is measured is the ground, whatever grid it is drawn on."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mingqing.crs.ground import area_m2, areas_m2, legs, lengths_m, metric, on_ground
from mingqing.crs.transform import transform_xy

PLACE = st.tuples(st.floats(440_000, 560_000), st.floats(3_000_000, 3_300_000))
SQUARE = np.array([[450_000, 3_149_000], [451_000, 3_149_000], [451_000, 3_150_000], [450_000, 3_150_000]])


@given(PLACE, PLACE)
def test_a_length_near_the_central_meridian_is_that_of_the_grid_but_for_its_scale(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    grid = float(np.hypot(a[0] - b[0], a[1] - b[1]))
    assert legs(np.array([a, b]), 4549).total_m == pytest.approx(grid, rel=1 / 10_000, abs=1e-3)


def test_a_length_is_the_same_on_every_grid() -> None:
    way = SQUARE[:3]
    here = legs(way, 4549).total_m
    for epsg in (4490, 3857, 4528):
        assert legs(transform_xy(way, 4549, epsg), epsg).total_m == pytest.approx(here, rel=1e-6)


def test_an_area_is_the_same_on_every_grid_though_web_mercator_is_a_quarter_too_large() -> None:
    here = area_m2(SQUARE, 4549)
    assert here == pytest.approx(1e6, rel=1e-3)
    mercator = transform_xy(SQUARE, 4549, 3857)
    assert area_m2(mercator, 3857) == pytest.approx(here, rel=1e-6)
    x, y = mercator.T
    drawn = abs(np.dot(x - x[0], np.roll(y, 1) - np.roll(y, -1))) / 2
    assert drawn > 1.25 * here


@given(st.floats(10, 2_000), PLACE, st.integers(3, 40))
def test_many_areas_are_those_of_their_rings(size: float, at: tuple[float, float], corners: int) -> None:
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = np.column_stack([np.cos(turns), np.sin(turns)]) * size + at
    [found] = areas_m2(np.array([shapely.Polygon(ring)]), 4549)
    edge = 2 * size * np.sin(np.pi / corners)
    assert found == pytest.approx(area_m2(ring, 4549), rel=1e-7, abs=1e-8 * corners * edge**3 + 1e-3)


def test_holes_and_further_parts_count_and_what_is_no_area_has_none() -> None:
    whole = shapely.Polygon(SQUARE)
    hole = shapely.box(450_400, 3_149_400, 450_600, 3_149_600)
    apart = shapely.MultiPolygon(
        [whole.difference(hole), shapely.box(452_000, 3_149_000, 452_100, 3_149_100)]
    )
    shapes = np.array([whole, whole.difference(hole), apart, hole, shapely.Point(450_000, 3_149_000), None])
    all_of_it, holed, both, inner, *none = areas_m2(shapes, 4549).tolist()
    assert all_of_it - inner == pytest.approx(holed, abs=1e-3)
    assert both - holed == pytest.approx(inner / 4, rel=1e-3)
    assert np.isnan(none).all()
    assert areas_m2(shapely.reverse(shapes), 4549)[1] == pytest.approx(holed)


def test_many_lengths_are_those_of_their_parts() -> None:
    line, other = shapely.LineString(SQUARE), shapely.LineString(SQUARE[:2] + 5_000)
    shapes = np.array([line, None, shapely.MultiLineString([line, other]), shapely.Point(1, 1), other])
    found = lengths_m(shapes, 4549)
    assert found[[0, 4]].tolist() == pytest.approx(
        [legs(SQUARE, 4549).total_m, legs(SQUARE[:2] + 5_000, 4549).total_m]
    )
    assert found[2] == pytest.approx(found[0] + found[4])
    assert np.isnan(found[[1, 3]]).all()
    assert lengths_m(shapes[:0], 4549).tolist() == areas_m2(shapes[:0], 4549).tolist() == []


@pytest.mark.parametrize(("step", "bearing"), [((0, 1), 0), ((1, 0), 90), ((0, -1), 180), ((-1, 0), 270)])
def test_a_bearing_is_clockwise_from_north(step: tuple[int, int], bearing: float) -> None:
    start = np.array([120.0, 28.4])
    way = np.array([start, start + 0.001 * np.array(step)])
    turn = (legs(way, 4490).bearing_deg[0] - bearing + 180) % 360 - 180
    assert abs(turn) < 0.001


def test_a_figure_that_is_no_area_has_none_and_a_place_beyond_the_grid_no_length() -> None:
    assert area_m2(SQUARE[:2], 4549) == 0
    assert len(legs(SQUARE[:1], 4549).length_m) == 0
    assert np.isnan(legs(np.array([[np.inf, 0.0], [450_000, 3_149_000]]), 4549).total_m)
    assert np.isnan(area_m2(np.array([[np.inf, 0.0], *SQUARE[:2]]), 4549))


@pytest.mark.parametrize("epsg", [4549, 3857, 4528])
@pytest.mark.parametrize("step", [(80.0, 0.0), (0.0, 80.0), (-60.0, 50.0)])
def test_a_short_step_is_as_long_by_the_metric_of_its_place_as_over_the_ellipsoid(
    epsg: int, step: tuple[float, float]
) -> None:
    for middle in transform_xy(SQUARE.astype(np.float64), 4549, epsg):
        ends = middle + np.outer((-0.5, 0.5), step)
        length = on_ground(np.array([step]), metric(middle[None], epsg))[0]
        assert length == pytest.approx(legs(ends, epsg).total_m, rel=1e-7)
