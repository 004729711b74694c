"""Colours of a map in daylight and in dark mode."""

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
    red, green, blue, alpha = parse_hex(text)
    linear = _decode(np.array([red, green, blue]) / 255)
    lightness, a, b = _LAB @ np.cbrt(_LMS @ linear)
    turned = 1.155 - 0.96 * lightness
    gain = 1.0 + 0.5 * max(0.0, float(lightness) - 0.75)
    lms = np.linalg.solve(_LAB, np.array([turned, a * gain, b * gain])) ** 3
    out = np.rint(_encode(np.linalg.solve(_LMS, lms)) * 255).astype(int)
    return "#" + "".join(f"{c:02x}" for c in out) + (f"{alpha:02x}" if len(text) == 9 else "")
