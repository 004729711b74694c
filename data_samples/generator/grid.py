"""A square raster in metres whose rows run from south to north."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Where a raster lies.

    Attributes
    ----------
    x0, y0 : south-west corner, metres.
    cell : side of a cell, metres.
    rows, cols : row 0 is the southernmost.
    """

    x0: float
    y0: float
    cell: float
    rows: int
    cols: int

    def centres(self) -> tuple[Floats, Floats]:
        """Return x and y of every cell's centre, shaped (rows, cols)."""
        x = self.x0 + (np.arange(self.cols) + 0.5) * self.cell
        y = self.y0 + (np.arange(self.rows) + 0.5) * self.cell
        xx, yy = np.meshgrid(x, y)
        return xx, yy

    def points(self) -> Floats:
        """Return the centres shaped (rows * cols, 2)."""
        xx, yy = self.centres()
        return np.column_stack([xx.ravel(), yy.ravel()])

    def cell_of(self, xy: Floats) -> tuple[Ints, Ints]:
        """Return row and column of points shaped (n, 2), the nearest cell for those outside."""
        col = np.clip(((xy[:, 0] - self.x0) // self.cell).astype(int), 0, self.cols - 1)
        row = np.clip(((xy[:, 1] - self.y0) // self.cell).astype(int), 0, self.rows - 1)
        return row, col

    def sample(self, values: Floats, xy: Floats, order: int = 1) -> Floats:
        """Interpolate `values` (rows, cols) at points (n, 2)."""
        at = np.array([(xy[:, 1] - self.y0) / self.cell - 0.5, (xy[:, 0] - self.x0) / self.cell - 0.5])
        return np.asarray(ndimage.map_coordinates(values, at, order=order, mode="nearest"))

    def finer(self, times: int) -> Grid:
        """Return the same extent with cells `times` smaller."""
        return Grid(self.x0, self.y0, self.cell / times, self.rows * times, self.cols * times)

    def refine(self, values: Floats, finer: Grid, order: int = 3) -> Floats:
        """Interpolate `values` of this raster at the centres of `finer`."""
        return self.sample(values, finer.points(), order).reshape(finer.rows, finer.cols)


def noise(rng: np.random.Generator, grid: Grid, size_m: float) -> Floats:
    """Return smooth noise, mean 0 and deviation 1, whose blobs are about `size_m` across."""
    raw = ndimage.gaussian_filter(rng.standard_normal((grid.rows, grid.cols)), size_m / grid.cell / 2)
    return np.asarray((raw - raw.mean()) / raw.std())


def gradient(values: Floats, cell: float, blur_m: float = 0.0) -> tuple[Floats, Floats]:
    """Return d/dx and d/dy of `values`, blurred first by `blur_m` metres."""
    if blur_m:
        values = ndimage.gaussian_filter(values, blur_m / cell, mode="nearest")
    dy, dx = (np.asarray(part) for part in np.gradient(values, cell))
    return dx, dy
