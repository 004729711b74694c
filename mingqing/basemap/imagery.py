"""What numbers in an imagery file look like: colours as they are, from a palette, or stretched over what occurs."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.basemap.bands import Bands, scattered
from mingqing.basemap.grid import Grid, Piece
from mingqing.basemap.loading import Dataset
from mingqing.basemap.model import Asked

Pixels = NDArray[np.uint8]
_CUT = (2.0, 98.0)  # per cent: what is darker is black, what is brighter is white


class Imagery:
    """The colours of one GeoTIFF, found out when it is first read."""

    def __init__(self, dataset: Dataset) -> None:
        interpretations = [str(c.name) for c in dataset.colorinterp]
        plain = [n for n, name in enumerate(interpretations, start=1) if name != "alpha"]
        self.palette = palette(dataset) if interpretations[0] == "palette" else None
        colours = plain[:3] if len(plain) >= 3 and self.palette is None else plain[:1]
        self._bands = Bands(colours, average=self.palette is None)
        self.range = None
        if self.palette is None and dataset.dtypes[0] != "uint8":
            self.range = _range(scattered(dataset, colours))

    def read(self, dataset: Dataset, grid: Grid, cancelled: Asked) -> Pixels | None:
        """Return (rows, columns, 4) colours of a grid, premultiplied; None where there are none."""
        found = self._bands.read(dataset, grid, cancelled)
        if found is None:
            return None
        piece, mask = found
        return warped(replace(piece, cells=self._colours(piece.cells, mask)), grid)

    def _colours(self, cells: NDArray[Any], mask: Pixels) -> Pixels:
        """Return (4, h, w), premultiplied."""
        if self.palette is not None:
            made = np.moveaxis(self.palette[cells[0]], 2, 0)
            mask = np.minimum(mask, made[3])
            cells = made[:3]
        elif self.range is not None:
            low, high = self.range
            with np.errstate(invalid="ignore"):
                cells = np.nan_to_num((cells - low[:, None, None]) / (high - low)[:, None, None] * 255)
            cells = np.clip(cells, 0, 255).astype(np.uint8)
        out = np.empty((4, *mask.shape), dtype=np.uint8)
        out[:3] = cells
        out[3] = mask
        return premultiplied(out)


def premultiplied(colours: Pixels) -> Pixels:
    """Return (4, h, w) colours that are black where there is nothing, as Qt adds them fastest."""
    alpha = colours[3]
    if alpha.min(initial=255) == 255:
        return colours
    colours[:3] = (colours[:3].astype(np.uint16) * alpha // 255).astype(np.uint8)
    return colours


def warped(piece: Piece, grid: Grid) -> Pixels:
    """Bring (4, h, w) colours onto a grid, as (rows, columns, 4)."""
    return np.ascontiguousarray(np.moveaxis(piece.onto(grid), 0, 2))


def palette(dataset: Dataset) -> Pixels:
    """Return the colours, (256, 4), that the numbers of a picture stand for."""
    table = dataset.colormap(1)
    colours = np.zeros((256, 4), dtype=np.uint8)
    colours[list(table)] = list(table.values())
    return colours


def _range(sample: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the numbers of each band that become black and white."""
    sample = np.where(np.isfinite(sample), sample, np.nan)
    if np.isnan(sample).all():
        return np.zeros(len(sample)), np.full(len(sample), 65535.0)
    low, high = np.nanpercentile(sample, _CUT, axis=1)
    return low, np.maximum(high, low + 1e-6)
