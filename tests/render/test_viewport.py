from hypothesis import given
from hypothesis import strategies as st

from mingqing.render.scale import MIN_TEXT_PX, PRINT_PX_PER_MM, Viewport, size_factor


def test_the_scale_is_true_at_any_resolution() -> None:
    for px_per_mm in (3.78, PRINT_PX_PER_MM):
        view = Viewport.at_scale((0, 0), 2_000, (800, 600), px_per_mm)
        assert abs(view.denominator - 2_000) < 1e-6
        # 1 mm of paper is 2 m of ground.
        assert abs(view.px_per_m * 2 - px_per_mm) < 1e-9


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1, 1e5), st.floats(1, 1e5))
def test_an_extent_is_shown_whole(x: float, y: float, width: float, height: float) -> None:
    west, south, east, north = Viewport.of_extent((x, y, x + width, y + height), (640, 480)).extent
    slack = 1e-6 * (abs(x) + abs(y) + width + height)
    assert west <= x + slack
    assert south <= y + slack
    assert east >= x + width - slack
    assert north >= y + height - slack


def test_pixels_and_ground_are_inverse_with_north_up() -> None:
    view = Viewport.at_scale((450_000, 3_140_000), 5_000, (400, 300))
    assert view.to_ground(200, 150) == (450_000, 3_140_000)
    assert view.to_ground(200, 0)[1] > 3_140_000


def test_marks_shrink_steadily_with_the_scale() -> None:
    factors = [size_factor(d) for d in (200, 500, 1_000, 2_000, 5_000, 20_000, 100_000, 1e6)]
    assert factors == sorted(factors, reverse=True)
    assert size_factor(2_000) == 1.0


def test_text_stays_legible_on_a_screen_and_true_on_paper() -> None:
    assert Viewport.at_scale((0, 0), 2_000, (9, 9)).text_px(1.0) == MIN_TEXT_PX
    assert round(Viewport.at_scale((0, 0), 2_000, (9, 9), PRINT_PX_PER_MM).text_px(2.54), 6) == 30
