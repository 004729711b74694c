"""How thickly points lie: a kernel density over the view, in one ramp of colours.

What counts as thick is settled over all the points, not those in view, so that a place keeps its colour while the map
moves and pieces of a map join.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.color import Color, mixed, parse_hex
from mingqing.render.backdrop import Raster
from mingqing.render.occupancy import Box
from mingqing.render.scale import Viewport

RADIUS_MM = 4.0
"""The standard deviation of the kernel on screen: what lies within it melts together."""

_CELLS = 3.0  # to a standard deviation: a Gaussian sampled so is smooth, and bilinear in between
_REACH = 3.0  # standard deviations after which nothing is felt
_THICK = 0.99  # quantile of the density at the points that has the end of the ramp
_OPAQUE = 0.82


@dataclass(frozen=True, eq=False)
class Heat:
    """Points whose density is shown.

    xy : (n, 2) project CRS, metres, finite. weights : (n,) how much each counts. ramp : from thin to thick.
    """

    xy: NDArray[np.float64]
    weights: NDArray[np.float64]
    ramp: tuple[Color, ...]

    @cached_property
    def _thick(self) -> dict[float, float]:
        return {}

    def thick(self, sigma_m: float) -> float:
        """Return the density, per square metre, that is drawn as thick with a kernel of this size."""
        if sigma_m not in self._thick:
            self._thick[sigma_m] = self._settle(sigma_m)
        return self._thick[sigma_m]

    def _settle(self, sigma_m: float) -> float:
        """Return a high quantile of the density where the points are, each in the square around its cell.

        A square of three cells of a standard deviation weighs nearly what the kernel does.
        """
        cells = np.floor(self.xy / sigma_m).astype(np.int64)
        cells -= cells.min(axis=0)
        width = int(cells[:, 0].max()) + 3
        keys, home = np.unique((cells[:, 1] + 1) * width + cells[:, 0] + 1, return_inverse=True)
        held = np.bincount(home, self.weights)
        around = np.zeros(len(keys))
        for step in [dy * width + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)]:
            at = np.minimum(np.searchsorted(keys, keys + step), len(keys) - 1)
            around += np.where(keys[at] == keys + step, held[at], 0.0)
        return float(np.quantile(around[home], _THICK)) / (2 * np.pi * sigma_m**2)

    def density(self, view: Viewport) -> tuple[NDArray[np.float64], Box]:
        """Return (h, w) density in units of what is thick, and the box of the view it is stretched over, pixels."""
        sigma_px = RADIUS_MM * view.px_per_mm
        cell_m = sigma_px / _CELLS * view.metres_per_px
        west, south, east, north = view.grown(_REACH * sigma_px)
        # On a grid fixed to the ground: two views of one place see the same cells.
        first, top = np.floor(west / cell_m), np.ceil(north / cell_m)
        w, h = int(np.ceil(east / cell_m) - first), int(top - np.floor(south / cell_m))
        column = np.floor(self.xy[:, 0] / cell_m - first).astype(np.int64)
        line = np.floor(top - self.xy[:, 1] / cell_m).astype(np.int64)
        inside = (column >= 0) & (column < w) & (line >= 0) & (line < h)
        held = np.bincount(line[inside] * w + column[inside], self.weights[inside], minlength=w * h).reshape(
            h, w
        )
        blurred = _kernel(h) @ held @ _kernel(w) / cell_m**2
        thick = self.thick(sigma_px * view.metres_per_px)
        corners = np.array([[first, top], [first + w, top - h]]) * cell_m
        (left, upper), (right, lower) = view.to_px(corners).tolist()
        return blurred / thick, (left, upper, right, lower)

    def picture(self, view: Viewport, *, dark: bool) -> Raster | None:
        """Return the density in a view as a picture; None where there are no points."""
        if not len(self.xy):
            return None
        density, box = self.density(view)
        level = np.rint(np.clip(density, 0, 1) ** 0.65 * 255).astype(np.uint8)
        return Raster(self._table(dark=dark)[level], box)

    def _table(self, *, dark: bool) -> NDArray[np.uint8]:
        """Return (256, 4) premultiplied colours from nothing to thick."""
        ramp = [c.dark if dark else c.light for c in self.ramp]
        share = np.linspace(0, 1, 256)
        rgb = np.array([parse_hex(mixed(ramp, s))[:3] for s in share.tolist()], dtype=float)
        alpha = _OPAQUE * np.clip((share - 0.08) / 0.35, 0, 1)
        table = np.column_stack([rgb * alpha[:, None], 255 * alpha])
        return np.rint(table).astype(np.uint8)


def _kernel(n: int) -> NDArray[np.float64]:
    """Return (n, n): multiplied from the left or right, it blurs columns or rows by a Gaussian."""
    apart = np.subtract.outer(np.arange(n), np.arange(n)) / _CELLS
    kernel: NDArray[np.float64] = np.exp(-(apart**2) / 2) / (_CELLS * np.sqrt(2 * np.pi))
    return np.where(np.abs(apart) <= _REACH + 1, kernel, 0.0)
