"""Colours of a map in daylight and in dark mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Linear sRGB ↔ LMS ↔ OKLab: B. Ottosson, "A perceptual color space for image processing" (2020).
_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True, slots=True)
class Color:
    """A colour as `#rrggbb` or `#rrggbbaa`, in daylight and in dark mode."""

    light: str
    dark: str

    def rgba(self, *, dark: bool) -> tuple[int, int, int, int]:
        """Return red, green, blue and opacity, 0–255."""
        return parse_hex(self.dark if dark else self.light)


def parse_hex(text: str) -> tuple[int, int, int, int]:
    """Return the four channels of `#rrggbb` or `#rrggbbaa`, 0–255.

    Raises
    ------
    ValueError
        for anything else.

    Examples
    --------
    >>> parse_hex("#ff800080")
    (255, 128, 0, 128)
    """
    if len(text) not in {7, 9} or text[0] != "#":
        raise ValueError(text)
    channels = bytes.fromhex(text[1:])
    return channels[0], channels[1], channels[2], channels[3] if len(channels) == 4 else 255


def _decode(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _encode(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def linear_rgb(text: str) -> NDArray[np.float64]:
    """Return (3,) red, green and blue of a colour, 0–1 in proportion to light; opacity is left out."""
    return _decode(np.array(parse_hex(text)[:3]) / 255)


def oklab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (3,) lightness and two axes of hue of (3,) linear red, green and blue."""
    return _LAB @ np.cbrt(_LMS @ linear)


def hex_of(lab: NDArray[np.float64]) -> str:
    """Return the colour of (3,) OKLab as `#rrggbb`, the nearest there is on a screen."""
    linear = np.linalg.solve(_LMS, np.linalg.solve(_LAB, lab) ** 3)
    return "#" + "".join(f"{c:02x}" for c in np.rint(_encode(linear) * 255).astype(int))


@lru_cache(maxsize=512)
def darkened(text: str) -> str:
    """Return the dark-mode counterpart of a daylight colour: same hue, lightness turned round, opacity kept.

    Lightness is OKLab's. Paper (0.97) becomes a soft night grey (0.21), ink (0.25) a soft white (0.91), and
    what lies between keeps its order reversed, so whatever stood out from the paper still does. Pale tints
    gain a little chroma, since the eye sees less of it in the dark.

    Examples
    --------
    >>> darkened("#ffffff"), darkened("#000000")
    ('#151515', '#ffffff')
    """
    lightness, a, b = oklab(linear_rgb(text))
    gain = 1.0 + 0.5 * max(0.0, float(lightness) - 0.75)
    return hex_of(np.array([1.155 - 0.96 * lightness, a * gain, b * gain])) + text[7:]


def mixed(ramp: Sequence[str], share: float) -> str:
    """Return the colour at `share` (0–1) of the way along the colours of a ramp, mixed in OKLab.

    Examples
    --------
    >>> mixed(["#000000", "#ffffff"], 0.5)
    '#636363'
    """
    at = np.linspace(0, 1, len(ramp))
    labs = np.array([oklab(linear_rgb(text)) for text in ramp])
    return hex_of(np.array([np.interp(share, at, labs[:, axis]) for axis in range(3)]))


def lightened(text: str, by: float) -> str:
    """Return a colour lighter by so much of OKLab's lightness (0–1), darker where it is negative; same hue."""
    lab = oklab(linear_rgb(text))
    return hex_of(np.array([min(max(lab[0] + by, 0.0), 1.0), lab[1], lab[2]])) + text[7:]
