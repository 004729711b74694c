"""Moving over the map keeps the promises a hand relies on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.desktop.map.view import MAX_SCALE, MIN_SCALE, History, View, fit

SIZE = (1000.0, 700.0)
views = st.builds(
    View,
    st.floats(400_000, 600_000),
    st.floats(3_000_000, 3_200_000),
    st.floats(0.03, 1000),
)
pixels = st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1]))


@given(views, pixels, st.floats(0.2, 5))
def test_zooming_keeps_the_place_under_the_cursor(view: View, at: tuple[float, float], factor: float) -> None:
    before = view.to_map(*at, SIZE)
    zoomed = view.zoomed(factor, *at, SIZE)
    assert zoomed.to_map(*at, SIZE) == pytest.approx(before, abs=zoomed.m_per_px * 0.01)


@given(views, pixels)
def test_screen_and_map_are_inverse(view: View, at: tuple[float, float]) -> None:
    assert view.to_screen(*view.to_map(*at, SIZE), SIZE) == pytest.approx(at, abs=0.01)


@given(views, st.floats(-500, 500), st.floats(-500, 500))
def test_dragging_moves_the_content_with_the_hand(view: View, dx: float, dy: float) -> None:
    x, y = view.to_map(300, 300, SIZE)
    assert view.panned(dx, dy).to_screen(x, y, SIZE) == pytest.approx((300 + dx, 300 + dy), abs=0.01)


@given(views, st.floats(1e-3, 1e3), pixels)
def test_scale_stays_within_what_is_drawn(view: View, factor: float, at: tuple[float, float]) -> None:
    assert MIN_SCALE * 0.999 <= view.zoomed(factor, *at, SIZE).scale <= MAX_SCALE * 1.001


@given(st.floats(1, 1e5), st.floats(1, 1e5))
def test_fitting_shows_all_of_the_bounds(width: float, height: float) -> None:
    bounds = (450_000.0, 3_100_000.0, 450_000 + width, 3_100_000 + height)
    xmin, ymin, xmax, ymax = fit(bounds, SIZE).extent(SIZE)
    assert xmin <= bounds[0]
    assert ymin <= bounds[1]
    assert xmax >= bounds[2]
    assert ymax >= bounds[3]


def test_fitting_one_point_does_not_zoom_in_for_ever() -> None:
    assert fit((5.0, 5.0, 5.0, 5.0), SIZE).scale == pytest.approx(500)


def test_history_goes_back_and_forward_and_forgets_what_lay_ahead() -> None:
    history = History()
    a, b, c = (View(float(i), 0, 1) for i in range(3))
    for view in (a, b):
        history.rest(view)
    assert history.step(-1) == a
    assert history.step(-1) is None
    assert history.step(1) == b
    history.step(-1)
    history.rest(c)
    assert not history.can_forward
    assert history.step(-1) == a


def test_resting_twice_at_one_place_is_one_step() -> None:
    history = History()
    history.rest(View(0, 0, 1))
    history.rest(View(0, 0, 1))
    assert not history.can_back
