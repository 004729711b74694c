"""Where points lie closest: the same at every place of the map, whatever else is in view."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingqing.catalog.color import Color
from mingqing.catalog.load import catalog
from mingqing.render.compose import build_scene
from mingqing.render.heat import Heat
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport
from mingqing.render.source import FeatureSource

_RAMP = (Color("#f7e6a6", "#3a2c16"), Color("#7a1f2b", "#ffe7a6"))
_VIEW = Viewport((450_000.0, 3_140_000.0), 2.0, (400, 300))


def _heat(*places: tuple[float, float]) -> Heat:
    xy = np.array(places, dtype=float).reshape(-1, 2) + _VIEW.center
    return Heat(xy, np.ones(len(xy)), _RAMP)


def test_it_is_thickest_where_most_points_are() -> None:
    density, (left, top, right, bottom) = _heat(*[(100, 50)] * 20, (-200, -100)).density(_VIEW)
    row, column = np.unravel_index(int(density.argmax()), density.shape)
    h, w = density.shape
    at = left + (column + 0.5) / w * (right - left), top + (row + 0.5) / h * (bottom - top)
    assert at == pytest.approx(tuple(_VIEW.to_px(np.add([_VIEW.center], (100, 50)))[0]), abs=4)


def test_all_points_weigh_as_many_as_they_are() -> None:
    heat = _heat((0, 0), (30, 20), (-50, 40))
    density, (left, top, right, bottom) = heat.density(_VIEW)
    h, w = density.shape
    cell_m2 = (right - left) / w * (bottom - top) / h * _VIEW.metres_per_px**2
    sigma_m = 4.0 * _VIEW.px_per_mm * _VIEW.metres_per_px
    assert density.sum() * cell_m2 * heat.thick(sigma_m) == pytest.approx(3, rel=0.02)


@given(st.integers(-60, 60), st.integers(-60, 60))
def test_a_place_keeps_its_density_while_the_map_moves(dx: int, dy: int) -> None:
    heat = _heat(*np.random.default_rng(5).normal(0, 60, (80, 2)).tolist())
    moved = Viewport((_VIEW.center[0] + dx * 2.0, _VIEW.center[1] + dy * 2.0), 2.0, (400, 300))
    found = []
    for view in (_VIEW, moved):
        density, (left, top, right, bottom) = heat.density(view)
        x, y = view.to_px(np.add([_VIEW.center], (20.0, 10.0)))[0]
        h, w = density.shape
        found.append(density[int((y - top) / (bottom - top) * h), int((x - left) / (right - left) * w)])
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_nothing_is_drawn_of_no_points_nor_far_from_any() -> None:
    assert _heat().picture(_VIEW, dark=False) is None
    far = _heat((50_000, 0)).picture(_VIEW, dark=False)
    assert far is not None
    assert not far.pixels.any()


@pytest.mark.parametrize("dark", [False, True])
def test_colours_are_premultiplied(*, dark: bool) -> None:
    made = _heat((0, 0), (5, 5), (90, 90)).picture(_VIEW, dark=dark)
    assert made is not None
    pixels = made.pixels
    assert pixels[..., 3].max() > 150
    assert (pixels[..., :3].max(axis=2) <= pixels[..., 3]).all()


def test_heat_lies_over_the_ground_and_under_signs_and_labels(hamlet: FeatureSource) -> None:
    view = Viewport.at_scale((450_200.0, 3_140_150.0), 2_000, (400, 300))
    heat = Heat(np.array([[450_200.0, 3_140_150.0]] * 5), np.ones(5), (Color("#ff0000", "#ff0000"),) * 2)
    plain, warm = (build_scene(catalog(), hamlet, "key_person", view, heat=h) for h in (None, heat))
    before, after = to_image(plain), to_image(warm)
    assert before.pixelColor(5, 5) == after.pixelColor(5, 5)
    assert after.pixelColor(200, 150).red() > after.pixelColor(200, 150).green() + 60
