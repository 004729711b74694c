"""Coordinates arrive in the project's CRS, or are said to be lost."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mingqing.core.errors import InputRefused
from mingqing.crs.offsets import bd09_to_wgs84, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from mingqing.crs.transform import require_usable, transform, transform_xy
from mingqing.crs.zones import zone_for, zones

_LON, _LAT = st.floats(73.6, 134.7), st.floats(18.2, 53.5)


@given(_LON, _LAT)
def test_degrees_to_the_zone_and_back_are_the_same(lon: float, lat: float) -> None:
    zone = zone_for(lon)
    there = transform_xy(np.array([[lon, lat]]), 4490, zone)
    back = transform_xy(there, zone, 4490)
    assert np.allclose(back, [[lon, lat]], atol=1e-9)
    assert 300_000 < there[0, 0] < 700_000


@given(_LON, _LAT)
def test_web_map_offsets_are_undone_to_a_millimetre(lon: float, lat: float) -> None:
    x, y = np.array([lon]), np.array([lat])
    shifted = wgs84_to_gcj02(x, y)
    metres = 111_320 * np.hypot((shifted[0] - x) * np.cos(np.radians(lat)), shifted[1] - y)
    assert 30 < metres[0] < 1100
    for found in (gcj02_to_wgs84(*shifted), bd09_to_wgs84(*gcj02_to_bd09(*shifted))):
        assert np.allclose(found, (x, y), atol=1e-8)


def test_places_abroad_have_no_offset() -> None:
    lon, lat = wgs84_to_gcj02(np.array([1.5]), np.array([42.5]))
    assert (lon[0], lat[0]) == (1.5, 42.5)


def test_zone_number_is_added_to_the_easting_and_nothing_else() -> None:
    moved = transform(shapely.points([[470_000.0, 3_148_000.0]]), 4549, 4528)
    assert shapely.get_coordinates(moved)[0].tolist() == pytest.approx([40_470_000.0, 3_148_000.0])


def test_axis_order_is_always_east_north() -> None:
    moved = transform(shapely.points([[120.0, 28.0]]), 4490, 4549)
    assert moved[0].x == pytest.approx(500_000)
    assert moved[0].y == pytest.approx(3_098_000, rel=1e-3)


def test_shapes_without_finite_result_become_none_and_the_rest_stays() -> None:
    line = shapely.LineString([(120, 28), (np.inf, 28)])
    out = transform(np.array([None, line, shapely.Point(120, 28)], dtype=object), 4326, 4549)
    assert out[0] is None
    assert out[1] is None
    assert out[2].x == pytest.approx(500_000)


def test_gcj02_moves_by_some_hundred_metres() -> None:
    here = shapely.points([[119.48, 28.45]])
    apart = shapely.distance(transform(here, "GCJ-02", 4549), transform(here, 4326, 4549))
    assert 300 < apart[0] < 700


@pytest.mark.parametrize("old", [4610, 4214, 2384, 2437, 21460, "+proj=longlat +ellps=krass"])
def test_old_datums_are_refused_with_advice(old: int | str) -> None:
    with pytest.raises(InputRefused, match="转换参数"):
        transform(shapely.points([[120.0, 28.0]]), old, 4549)


def test_old_datum_with_the_countys_own_parameters_is_taken() -> None:
    own = "+proj=longlat +ellps=IAU76 +towgs84=10,20,30,0,0,0,0 +no_defs"
    moved = transform(shapely.points([[120.0, 28.0]]), own, 4549)
    assert 1 < moved[0].distance(shapely.Point(500_000, 3_098_000)) < 500


def test_pipeline_is_followed() -> None:
    moved = transform(
        shapely.points([[1.0, 2.0]]), "+proj=pipeline +step +proj=affine +xoff=10 +yoff=20", 4549
    )
    assert (moved[0].x, moved[0].y) == (11, 22)


def test_nonsense_is_refused() -> None:
    with pytest.raises(InputRefused, match="看不懂"):
        transform(shapely.points([[1.0, 2.0]]), "+proj=nonsense", 4549)


def test_new_datums_are_usable() -> None:
    for epsg, zone in zones().items():
        if not zone.datum.is_old:
            require_usable(epsg)
