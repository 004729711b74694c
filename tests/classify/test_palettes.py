"""Colours that the colour-blind can tell apart, by day and by night."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from mingqing.catalog.color import Color, linear_rgb, oklab
from mingqing.classify.palettes import Palette, PaletteKind, palettes

# What complete colour blindness leaves of linear red, green and blue: G. M. Machado, M. M. Oliveira, L. Fernandes,
# "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009), table 1, severity 1.0.
_EYES = {
    "every colour": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_APART = 0.05  # in OKLab, where 0.02 is just noticed side by side
_EVERY = list(palettes().by_code.values())


def _seen(text: str, eye: NDArray[np.float64]) -> NDArray[np.float64]:
    return oklab(np.clip(eye @ linear_rgb(text), 0, 1))


def _apart(one: str, other: str, eye: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(_seen(one, eye) - _seen(other, eye)))


def _texts(colors: tuple[Color, ...], *, dark: bool) -> list[str]:
    return [c.dark if dark else c.light for c in colors]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("eye", _EYES.values(), ids=_EYES)
@pytest.mark.parametrize("palette", _EVERY, ids=lambda p: p.code)
def test_colours_side_by_side_stay_apart(palette: Palette, eye: NDArray[np.float64], *, dark: bool) -> None:
    if palette.kind is PaletteKind.CATEGORIES:
        pairs = list(combinations(_texts(palette.colors(8), dark=dark), 2))
    else:
        pairs = list(pairwise(_texts(palette.colors(7), dark=dark)))
    assert min(_apart(a, b, eye) for a, b in pairs) > _APART


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("palette", palettes().of(PaletteKind.RAMP), ids=lambda p: p.code)
def test_a_ramp_leads_away_from_the_paper(palette: Palette, *, dark: bool) -> None:
    lightness = [oklab(linear_rgb(text))[0] for text in _texts(palette.colors(7), dark=dark)]
    steps = np.diff(lightness) * (1 if dark else -1)
    assert (steps > 0).all()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("palette", _EVERY, ids=lambda p: p.code)
def test_what_nothing_is_known_of_looks_like_no_class(palette: Palette, *, dark: bool) -> None:
    unknown = _texts((palettes().no_data,), dark=dark)[0]
    for text in _texts(palette.colors(5 if palette.kind is not PaletteKind.CATEGORIES else 8), dark=dark):
        assert _apart(text, unknown, np.eye(3)) > 0.03, text


def test_more_categories_than_colours_begin_again() -> None:
    palette = palettes().by_code["okabe_ito"]
    assert palette.colors(9)[8] == palette.colors(9)[0]


def test_every_palette_says_where_its_figures_come_from() -> None:
    assert all(palette.source.strip() and palette.title.strip() for palette in _EVERY)
