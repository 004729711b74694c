"""The window onto the map: extent, size, resolution, and how big marks are at its scale."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mingqing.render.source import Bounds

SCREEN_PX_PER_MM = 96 / 25.4
PRINT_PX_PER_MM = 300 / 25.4
# Map lettering of 2.8 mm is fine on paper and 11 px on a screen; Chinese is not legible in fewer.
MIN_TEXT_PX = 11.0

# Sizes in a style hold at 1:2,000. (denominator, factor), straight between in the logarithm of the scale.
_FACTORS = ((500.0, 1.25), (2_000.0, 1.0), (10_000.0, 0.72), (50_000.0, 0.45), (200_000.0, 0.3))


def size_factor(denominator: float) -> float:
    """Return by how much lines and patterns grow or shrink from their size at 1:2,000.

    Examples
    --------
    >>> size_factor(2_000), size_factor(100), size_factor(1e7)
    (1.0, 1.25, 0.3)
    """
    scales, factors = zip(*_FACTORS, strict=True)
    return float(np.interp(np.log(denominator), np.log(scales), factors))


@dataclass(frozen=True)
class Viewport:
    """An extent on a surface.

    center : x, y in the project's CRS, metres.
    metres_per_px : ground distance a pixel covers.
    size_px : width and height in device pixels.
    px_per_mm : device resolution; with it sizes in millimetres and the scale denominator are true.
    """

    center: tuple[float, float]
    metres_per_px: float
    size_px: tuple[int, int]
    px_per_mm: float = SCREEN_PX_PER_MM

    @classmethod
    def of_extent(
        cls, extent: Bounds, size_px: tuple[int, int], px_per_mm: float = SCREEN_PX_PER_MM
    ) -> "Viewport":
        """Return the viewport of `size_px` that shows all of `extent`, centred."""
        west, south, east, north = extent
        metres = max((east - west) / size_px[0], (north - south) / size_px[1], 1e-6)
        return cls(((west + east) / 2, (south + north) / 2), metres, size_px, px_per_mm)

    @classmethod
    def at_scale(
        cls,
        center: tuple[float, float],
        denominator: float,
        size_px: tuple[int, int],
        px_per_mm: float = SCREEN_PX_PER_MM,
    ) -> "Viewport":
        """Return the viewport of `size_px` at 1:`denominator` around `center`."""
        return cls(center, denominator / 1000 / px_per_mm, size_px, px_per_mm)

    @property
    def denominator(self) -> float:
        """The scale's denominator: 2000 for 1:2,000."""
        return self.metres_per_px * 1000 * self.px_per_mm

    @property
    def px_per_m(self) -> float:
        """Pixels to a metre on the ground."""
        return 1 / self.metres_per_px

    @cached_property
    def factor(self) -> float:
        """How lines and patterns are sized at this scale."""
        return size_factor(self.denominator)

    @property
    def sign_factor(self) -> float:
        """How markers are sized at this scale: they shrink more slowly than lines, to stay readable."""
        return float(self.factor**0.5)

    @property
    def extent(self) -> Bounds:
        """West, south, east, north in the project's CRS, metres."""
        return self.grown(0.0)

    def grown(self, margin_px: float) -> Bounds:
        """Return the extent with `margin_px` more on each side."""
        x, y = self.center
        half_x, half_y = ((n / 2 + margin_px) * self.metres_per_px for n in self.size_px)
        return x - half_x, y - half_y, x + half_x, y + half_y

    def to_px(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, 2) ground coordinates as pixels from the top left corner."""
        west, _, _, north = self.extent
        return (xy - (west, north)) * (self.px_per_m, -self.px_per_m)

    def to_ground(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return where on the ground a pixel lies, metres in the project's CRS."""
        west, _, _, north = self.extent
        return west + x_px * self.metres_per_px, north - y_px * self.metres_per_px

    def text_px(self, size_mm: float) -> float:
        """Return the height of a character in pixels: text changes least with the scale."""
        grown = self.factor if self.factor > 1 else self.factor ** (1 / 3)
        return max(size_mm * self.px_per_mm * grown, MIN_TEXT_PX)
