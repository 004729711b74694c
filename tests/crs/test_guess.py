"""A missing CRS is guessed from the numbers, with a reason a person can judge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.crs.guess import guess
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import Datum, datum_of, zones


@given(st.sampled_from(sorted(zones())), st.floats(-1.5, 1.5), st.floats(19, 52))
def test_every_numbered_zone_is_among_the_guesses(epsg: int, from_meridian: float, lat: float) -> None:
    zone = zones()[epsg]
    if zone.datum is not Datum.CGCS2000 or not zone.prefixed:
        return
    x, y = transform_xy(np.array([[zone.meridian + from_meridian, lat]]), 4490, epsg)[0]
    assert epsg in {g.crs for g in guess((x, y, x + 500, y + 500))}


@pytest.mark.parametrize(("project", "expected"), [(4549, 4549), (4528, 4549), (4509, 4509)])
def test_without_zone_number_the_projects_meridian_comes_first(project: int, expected: int) -> None:
    guesses = guess((450_000, 3_140_000, 460_000, 3_150_000), project_epsg=project)
    assert guesses[0].crs == expected
    assert "本项目" in guesses[0].sentence
    assert len(guesses) > 1


def test_without_zone_number_and_project_every_meridian_is_offered() -> None:
    guesses = guess((450_000, 3_140_000, 460_000, 3_150_000))
    assert [g.crs for g in guesses] == list(range(4534, 4555))


def test_degrees_offer_the_offset_of_web_maps() -> None:
    assert [g.crs for g in guess((119.2, 28.2, 119.8, 28.8))] == [4490, "GCJ-02", "BD-09"]


def test_swapped_degrees_and_metres_are_noticed() -> None:
    for bounds in ((28.2, 119.2, 28.8, 119.8), (3_140_000, 40_450_000, 3_150_000, 40_460_000)):
        guesses = guess(bounds)
        assert guesses
        assert all(g.swapped and "颠倒" in g.sentence for g in guesses)


def test_web_mercator_is_offered() -> None:
    assert 3857 in {g.crs for g in guess((13_290_000, 3_290_000, 13_300_000, 3_300_000))}


def test_degrees_elsewhere_are_wgs84() -> None:
    assert [g.crs for g in guess((1.4, 42.4, 1.7, 42.6))] == [4326]


def test_old_datums_are_never_guessed() -> None:
    for bounds in ((450_000, 3_140_000, 460_000, 3_150_000), (40_450_000, 3_140_000, 40_460_000, 3_150_000)):
        for found in guess(bounds):
            assert isinstance(found.crs, str) or not datum_of(found.crs).is_old


@pytest.mark.parametrize("bounds", [(1e12, 0, 1e12, 1), (float("nan"),) * 4, (-5e6, -5e6, -4e6, -4e6)])
def test_numbers_that_fit_nothing_give_nothing(bounds: tuple[float, float, float, float]) -> None:
    assert guess(bounds) == []
