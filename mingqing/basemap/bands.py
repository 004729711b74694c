"""Reading a GeoTIFF no finer than the map needs it: from its overviews, or a small copy where it lacks them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log2, sqrt
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.basemap.grid import Grid, Piece
from mingqing.basemap.loading import Dataset, rasterio
from mingqing.basemap.model import Asked, BaseMapPreparing, go_on
from mingqing.core.text import tr

_STRIP_PX = 4_000_000  # read between two questions whether to go on: some 50 ms
_AT_ONCE_PX = 30_000_000  # read for one drawing; what needs more is drawn from a small copy
_COPY_PX = 6_000_000
_PATIENCE_S = 1.5  # spent on that copy before the rest of the map is drawn without it
_SPARE = 3  # cells read beyond the view, for what lies between cells at its edge

_FARTHEST_PX = 1e12

Mask = NDArray[np.uint8]
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Window:
    """Cells of `factor` × `factor` of a file's own; which of those is the first one, how many across and down."""

    left: int
    top: int
    columns: int
    rows: int
    factor: int

    @classmethod
    def around(cls, dataset: Dataset, box: _Box, factor: int) -> "_Window | None":
        """Return the cells of a file under `box`, counted from its corner, so that neighbouring views share them."""
        spare = _SPARE * factor
        left = max(0, floor((box[0] - spare) / factor))
        top = max(0, floor((box[1] - spare) / factor))
        right = min(dataset.width // factor, ceil((box[2] + spare) / factor))
        bottom = min(dataset.height // factor, ceil((box[3] + spare) / factor))
        if right <= left or bottom <= top:
            return None
        return cls(left * factor, top * factor, right - left, bottom - top, factor)

    def overview(self, dataset: Dataset) -> int:
        """Return by how much the overview that serves best is reduced; 1 where there is none."""
        return max((int(n) for n in dataset.overviews(1) if n <= self.factor), default=1)

    def cost_px(self, dataset: Dataset) -> int:
        """Return how many pixels are unpacked to read it: whole blocks."""
        reduced = self.factor / self.overview(dataset)
        high, wide = map(int, dataset.block_shapes[0])
        left, top = self.left / self.factor * reduced, self.top / self.factor * reduced
        columns = ceil((left + self.columns * reduced) / wide) - floor(left / wide)
        rows = ceil((top + self.rows * reduced) / high) - floor(top / high)
        return columns * wide * rows * high


class Bands:
    """Some bands of one file.

    average : cells are joined by their mean, else one stands for all, as with numbers that stand for colours.
    """

    def __init__(self, bands: Sequence[int], *, average: bool) -> None:
        self._bands, self._average = list(bands), average
        self._copy: _Copy | None = None

    def read(self, dataset: Dataset, grid: Grid, cancelled: Asked) -> tuple[Piece, Mask] | None:
        """Return what a file has under a grid, and a mask: 0 where there is nothing; None where it has nothing.

        Raises
        ------
        BaseMapPreparing
            while a small copy is made of a file that would take too long to read.
        """
        found = _under(dataset, grid)
        if found is None:
            return None
        box, per_cell = found
        window = _Window.around(dataset, box, 2 ** max(0, floor(log2(max(per_cell, 1e-9)))))
        if window is None:
            return None
        if window.cost_px(dataset) > _AT_ONCE_PX:
            window, cells, mask = self._from_copy(dataset, box, cancelled)
        else:
            cells, mask = self.empty(dataset, window.rows, window.columns)
            for first, last, some, there in self.strips(dataset, window, cancelled):
                cells[:, first:last], mask[first:last] = some, there
        a, b, c, d, e, f = dataset.transform[:6]
        x, y = a * window.left + b * window.top + c, d * window.left + e * window.top + f
        n = window.factor
        place = rasterio().Affine(a * n, b * n, x, d * n, e * n, y)
        return Piece(cells, place, dataset.crs, per_cell / n), mask

    def empty(self, dataset: Dataset, rows: int, columns: int) -> tuple[NDArray[Any], Mask]:
        """Return room for cells and mask."""
        kind = np.result_type(*(dataset.dtypes[b - 1] for b in self._bands))
        return np.empty((len(self._bands), rows, columns), kind), np.empty((rows, columns), np.uint8)

    def strips(
        self, dataset: Dataset, window: _Window, cancelled: Asked
    ) -> Iterator[tuple[int, int, NDArray[Any], Mask]]:
        """Yield a window in strips: first row, the one after the last, cells, mask."""
        sampling, area = rasterio().warp.Resampling, rasterio().windows.Window
        as_is = window.overview(dataset) == window.factor or not self._average
        how = sampling.nearest if as_is else sampling.average
        whole = all(
            "all_valid" in {flag.name for flag in dataset.mask_flag_enums[b - 1]} for b in self._bands
        )
        step, n = max(1, window.rows * _STRIP_PX // max(window.cost_px(dataset), 1)), window.factor
        for first in range(0, window.rows, step):
            go_on(cancelled)
            last = min(first + step, window.rows)
            part = area(window.left, window.top + first * n, window.columns * n, (last - first) * n)
            shape = (last - first, window.columns)
            cells = dataset.read(
                self._bands, window=part, out_shape=(len(self._bands), *shape), resampling=how
            )
            mask = (
                np.full(shape, 255, np.uint8) if whole else dataset.dataset_mask(window=part, out_shape=shape)
            )
            yield first, last, cells, mask

    def _from_copy(self, dataset: Dataset, box: _Box, cancelled: Asked) -> tuple[_Window, NDArray[Any], Mask]:
        if self._copy is None:
            self._copy = _Copy(self, dataset)
        self._copy.complete(self, dataset, cancelled)
        return self._copy.part(dataset, box)


class _Copy:
    """A whole file made small, a stretch at a time; what was read stays when a drawing is given up."""

    def __init__(self, bands: Bands, dataset: Dataset) -> None:
        factor = 2 ** max(0, ceil(log2(sqrt(dataset.width * dataset.height / _COPY_PX))))
        self._whole = _Window(0, 0, max(1, dataset.width // factor), max(1, dataset.height // factor), factor)
        self._cells, self._mask = bands.empty(dataset, self._whole.rows, self._whole.columns)
        self._done = 0

    def complete(self, bands: Bands, dataset: Dataset, cancelled: Asked) -> None:
        """Read on for a while."""
        whole, until, start = self._whole, monotonic() + _PATIENCE_S, self._done
        rest = _Window(0, start * whole.factor, whole.columns, whole.rows - start, whole.factor)
        for first, last, cells, mask in bands.strips(dataset, rest, cancelled):
            self._cells[:, start + first : start + last] = cells
            self._mask[start + first : start + last] = mask
            self._done = start + last
            if monotonic() > until and self._done < whole.rows:
                raise BaseMapPreparing(
                    tr("{name} 很大又没有金字塔，正在准备缩小的样子：{share:.0%}").format(
                        name=Path(dataset.name).name, share=self._done / whole.rows
                    )
                )

    def part(self, dataset: Dataset, box: _Box) -> tuple[_Window, NDArray[Any], Mask]:
        """Return what lies under a box, which is large enough to be of several cells."""
        n = self._whole.factor
        window = _Window.around(dataset, box, n) or self._whole
        rows = slice(window.top // n, window.top // n + window.rows)
        columns = slice(window.left // n, window.left // n + window.columns)
        return window, self._cells[:, rows, columns], self._mask[rows, columns]


def _under(dataset: Dataset, grid: Grid) -> tuple[_Box, float] | None:
    """Return left, top, right, bottom of a grid in a file's cells, and how many of them make a cell of the grid."""
    xy = grid.lattice(dataset.crs)
    if not len(xy):
        return None
    a, b, c, d, e, f = (~dataset.transform)[:6]
    with np.errstate(over="ignore", invalid="ignore"):
        columns, rows = a * xy[:, 0] + b * xy[:, 1] + c, d * xy[:, 0] + e * xy[:, 1] + f
    if not (np.abs(columns) + np.abs(rows) < _FARTHEST_PX).all():
        return None
    per_cell = min(float(np.ptp(columns)) / grid.shape[1], float(np.ptp(rows)) / grid.shape[0])
    return (columns.min(), rows.min(), columns.max(), rows.max()), per_cell


def scattered(dataset: Dataset, bands: Sequence[int]) -> NDArray[np.float64]:
    """Return a sample, (bands, n), from small windows all over a file, NaN where it holds nothing."""
    window = rasterio().windows.Window
    side = 32
    taken = []
    for row in np.linspace(0, max(dataset.height - side, 0), 8).astype(int).tolist():
        for column in np.linspace(0, max(dataset.width - side, 0), 8).astype(int).tolist():
            place = window(column, row, min(side, dataset.width), min(side, dataset.height))
            some = dataset.read(list(bands), window=place).astype(np.float64)
            some[:, dataset.dataset_mask(window=place) == 0] = np.nan
            taken.append(some.reshape(len(bands), -1))
    return np.concatenate(taken, axis=1)
