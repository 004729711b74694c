"""Styles for a printer without colours: nothing coloured is left, and what could be told apart still can."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from mingqing.catalog.color import Color, parse_hex
from mingqing.catalog.load import catalog
from mingqing.catalog.style import Fill, Hatch, Line, Marker, Plate, Style, StyleClass
from mingqing.classify.palettes import palettes
from mingqing.render.backdrop import Raster
from mingqing.render.compose import build_scene
from mingqing.render.heat import Heat
from mingqing.render.legend import legend_swatch
from mingqing.render.mono import in_greys, mono, mono_styles
from mingqing.render.painter import to_image
from mingqing.render.scale import Viewport

_CATALOG = catalog()
_WEST, _SOUTH = 450_000.0, 3_140_000.0
_STYLES = [
    pytest.param(style, id=f"{table}-{variant}")
    for table, variants in _CATALOG.styles.items()
    for variant, style in variants.items()
]
_SEEN = 4.0  # mean difference of swatches, of 255, from which on people see one


def _colors(thing: Any) -> Iterator[Color]:
    """Every colour in a style, however deep."""
    if isinstance(thing, Color):
        yield thing
    elif isinstance(thing, tuple):
        for each in thing:
            yield from _colors(each)
    elif hasattr(thing, "__dataclass_fields__"):
        for f in fields(thing):
            yield from _colors(getattr(thing, f.name))


def _every(style: Style) -> tuple[StyleClass, ...]:
    return (*style.classes, style.otherwise, *style.marks)


def _pixels(image: QImage) -> NDArray[np.float64]:
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    bits = np.array(image.constBits(), dtype=float)
    rgba = bits.reshape(image.height(), image.bytesPerLine())[:, : 4 * image.width()]
    rgba = rgba.reshape(image.height(), image.width(), 4)
    on_white: NDArray[np.float64] = rgba[..., :3] + 255 - rgba[..., 3:]
    return on_white


def _swatch(c: StyleClass) -> NDArray[np.float64]:
    """A legend's swatch of 10 by 6 mm at 300 dpi on white paper."""
    return _pixels(legend_swatch(c, (118, 71), px_per_mm=11.81))


def _apart(one: StyleClass, other: StyleClass) -> float:
    """How far two swatches differ, by their tone or by their texture, where anything is printed of either."""
    a, b = _swatch(one), _swatch(other)
    printed = (np.minimum(a, b) < 250).any(axis=2)
    return float(np.abs(a - b)[printed].mean()) if printed.any() else 0.0


def _areas(*hexes: str) -> Style:
    classes = tuple(
        StyleClass((Fill(Color(h, h)), Line(Color("#fbf9f2", "#fbf9f2"))), values=(n,), title=h)
        for n, h in enumerate(hexes)
    )
    return Style("kind", classes, StyleClass((Fill(Color("#d8d5cc", "#d8d5cc")),)), ())


def _signs(*hexes: str) -> Style:
    classes = tuple(StyleClass((Marker(Color(h, h)),), values=(n,)) for n, h in enumerate(hexes))
    return Style("kind", classes, StyleClass(()), ())


def _lines(*hexes: str) -> Style:
    classes = tuple(StyleClass((Line(Color(h, h), width=0.5),), values=(n,)) for n, h in enumerate(hexes))
    return Style("kind", classes, StyleClass(()), ())


@pytest.mark.parametrize("style", _STYLES)
def test_no_colour_is_left_in_any_style_of_the_catalogue(style: Style) -> None:
    left = [c for c in _colors(_every(mono(style))) if len({*parse_hex(c.light)[:3]}) > 1]
    assert not left


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("style", _STYLES)
def test_legend_entries_that_colours_tell_apart_are_told_apart_without(style: Style) -> None:
    pairs = zip(_every(style), _every(mono(style)), strict=True)
    listed = [(coloured, plain) for coloured, plain in pairs if coloured.symbols and coloured.legend]
    for (one, grey_one), (other, grey_other) in combinations(listed, 2):
        if _apart(one, other) > _SEEN:
            assert _apart(grey_one, grey_other) > _SEEN, (
                one.title or one.values,
                other.title or other.values,
            )


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("count", [2, 3, 5, 7, 9])
@pytest.mark.parametrize("make", [_areas, _signs, _lines])
@pytest.mark.parametrize("code", list(palettes().by_code))
def test_classes_in_any_palette_are_told_apart_without_colours(code: str, make: Any, count: int) -> None:
    hexes = list(dict.fromkeys(c.light for c in palettes().by_code[code].colors(count)))
    classes = mono(make(*hexes)).classes
    assert min(_apart(a, b) for a, b in combinations(classes, 2)) > _SEEN


@pytest.mark.usefixtures("qt")
def test_a_ramp_of_areas_stays_a_ramp() -> None:
    ramp = next(p for p in palettes().by_code.values() if p.kind == "ramp")
    hexes = [c.light for c in ramp.colors(7)]
    shades = [float(_swatch(c).mean()) for c in mono(_areas(*hexes)).classes]
    order = shades if sum(parse_hex(hexes[0])[:3]) > sum(parse_hex(hexes[-1])[:3]) else shades[::-1]
    assert order[0] == max(order)
    assert order[-1] == min(order)
    assert np.corrcoef(np.arange(7), order)[0, 1] < -0.9


def test_a_pattern_of_its_own_is_kept() -> None:
    land = _CATALOG.styles["land"]["normal"]
    for c, plain in zip(land.classes, mono(land).classes, strict=True):
        own = [s.pattern for s in c.symbols if isinstance(s, Hatch)]
        assert not own or own == [s.pattern for s in plain.symbols if isinstance(s, Hatch)]


def test_patterns_that_mark_something_are_given_to_no_class() -> None:
    house = mono(_CATALOG.styles["house"]["normal"])
    marked = {(s.pattern, s.angle) for m in house.marks for s in m.symbols if isinstance(s, Hatch)}
    classes = {(s.pattern, s.angle) for c in house.classes for s in c.symbols if isinstance(s, Hatch)}
    assert marked
    assert classes
    assert not marked & classes


def test_warnings_stay_triangles() -> None:
    hazard = mono(_CATALOG.styles["hazard"]["normal"])
    plates = {s.plate for c in _every(hazard) for s in c.symbols if isinstance(s, Marker)}
    assert plates == {Plate.TRIANGLE}


def test_the_same_style_is_made_again_and_again() -> None:
    style = _CATALOG.styles["plot"]["normal"]
    assert mono(style) == mono(style)


def test_what_is_classified_by_the_user_replaces_the_themes_own() -> None:
    chosen = _areas("#ff0000", "#00ff00")
    styles = mono_styles(_CATALOG, "industry", {"plot": chosen})
    assert styles["plot"] == mono(chosen)
    assert styles.keys() == {d.table for d in _CATALOG.layers["industry"].draws}


@pytest.mark.usefixtures("qt")
@pytest.mark.parametrize("theme", [layer.code for layer in _CATALOG.themes])
def test_a_map_has_no_coloured_pixel(theme: str, hamlet: Any) -> None:
    view = Viewport.at_scale((_WEST + 200, _SOUTH + 150), 1500, (900, 700), 4.0)
    photo = np.zeros((2, 2, 4), dtype=np.uint8)
    photo[...] = (200, 40, 90, 255)
    heat = Heat(
        np.array([[_WEST + 150.0, _SOUTH + 150.0]]), np.ones(1), (Color("#fff0a0", ""), Color("#c00000", ""))
    )
    scene = build_scene(
        _CATALOG,
        hamlet,
        theme,
        view,
        styles=mono_styles(_CATALOG, theme),
        backdrops=[Raster(photo, (0, 0, 80, 60))],
        heat=heat,
    )
    pixels = _pixels(to_image(in_greys(scene)))
    assert np.ptp(pixels, axis=2).max() <= 1
    assert pixels.min() < 30
