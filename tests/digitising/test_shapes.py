"""Shapes drawn by rule: rectangles, right angles, azimuths."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.digitising.shapes import (
    at_length_and_azimuth,
    azimuth_deg,
    moved,
    orthogonalised,
    rectangle,
    scaled,
    square_closed,
    square_on,
    turned,
    width_towards,
)

metres = st.floats(-1000, 1000)


def _angles(shape: shapely.Polygon) -> list[float]:
    ring = shapely.get_coordinates(shape)[:-1]
    sides = np.diff(np.vstack([ring, ring[:2]]), axis=0)
    way = np.degrees(np.arctan2(sides[:, 1], sides[:, 0]))
    return [round(float(a), 6) for a in np.diff(way) % 180]


@given(st.tuples(metres, metres), st.floats(0, 359.9), st.floats(1, 500), st.floats(1, 100))
def test_a_house_at_any_angle_has_right_angles_and_its_size(
    start: tuple[float, float], azimuth: float, length: float, width: float
) -> None:
    end = at_length_and_azimuth(start, length, azimuth)
    house = rectangle(start, end, -width)
    assert house.area == pytest.approx(length * width, rel=1e-6)
    assert house.is_valid
    assert set(_angles(house)) <= {90.0}
    assert azimuth_deg(start, end) == pytest.approx(azimuth, abs=1e-4) or azimuth < 1e-4


def test_width_is_positive_to_the_left_of_the_side() -> None:
    assert width_towards((0, 0), (10, 0), (3, 4)) == 4
    assert width_towards((0, 0), (10, 0), (3, -4)) == -4


def test_a_side_or_width_of_nothing_is_refused() -> None:
    for start, end, width in (((0, 0), (0, 0), 5), ((0, 0), (5, 0), 0)):
        with pytest.raises(InputRefused):
            rectangle(start, end, width)


def test_corners_are_drawn_square_and_closed_exactly() -> None:
    drawn = [(0.0, 0.0), (8.0, 6.0)]
    for pointer in ((5.0, 12.0), (-3.0, 5.0), (-2.0, 8.0)):
        drawn.append(square_on(drawn, pointer))
    house = square_closed(drawn)
    assert house.is_valid
    assert set(_angles(house)) <= {0.0, 90.0, 180.0}
    assert house.exterior.coords[0] in [tuple(c) for c in drawn] or (0.0, 0.0) in house.exterior.coords


def test_a_single_side_cannot_be_closed() -> None:
    with pytest.raises(InputRefused, match="两条边"):
        square_closed([(0, 0), (1, 1)])


def test_any_direction_is_free_for_the_first_side() -> None:
    assert square_on([(0, 0)], (3, 1)) == (3, 1)


def test_a_house_drawn_by_hand_gets_right_angles_where_it_stands() -> None:
    rough = turned(
        shapely.Polygon([(0, 0), (12, 0.5), (11.8, 5), (7, 4.6), (6.9, 9), (0.2, 9.1)]), 33, (0, 0)
    )
    rough = moved(rough, 450_000, 3_148_000)
    house = orthogonalised(rough)
    assert set(np.round(_angles(house), 5)) <= {90.0}
    assert house.symmetric_difference(rough).area < 0.1 * rough.area
    assert orthogonalised(house).symmetric_difference(house).area < 1e-6


def test_a_cut_corner_stays_a_cut_corner() -> None:
    bay = shapely.Polygon([(0, 0), (10, 0.2), (10, 6), (8, 8), (0, 8.1)])
    assert len(orthogonalised(bay).exterior.coords) == 6


def test_what_is_not_nearly_square_is_refused() -> None:
    for shape in (
        shapely.Polygon([(0, 0), (10, 0), (5, 8)]),
        shapely.Point(0, 0).buffer(5),
        shapely.Point(0, 0),
    ):
        with pytest.raises(InputRefused):
            orthogonalised(shape)


def test_turning_is_clockwise_as_azimuths_are() -> None:
    north = shapely.LineString([(5, 5), (5, 15)])
    east = turned(north, 90, (5, 5))
    assert east.coords[1] == pytest.approx((15, 5))


def test_scaling_keeps_its_centre_and_refuses_nonsense() -> None:
    assert scaled(shapely.box(0, 0, 2, 2), 3, (0, 0)).bounds == (0, 0, 6, 6)
    for factor in (0, -1, float("nan"), 1e9):
        with pytest.raises(InputRefused):
            scaled(shapely.box(0, 0, 2, 2), factor, (0, 0))
