"""Heights at places, from the elevation files among a project's base maps."""

from collections.abc import Sequence
from contextlib import suppress
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mingqing.basemap import geotiff, terrain
from mingqing.basemap.grid import Grid
from mingqing.basemap.kept import kept
from mingqing.basemap.loading import rasterio
from mingqing.basemap.model import Asked, BaseMap, BaseMapPreparing, BaseMapUnavailable, Kind

if TYPE_CHECKING:
    from mingqing.store.session import Session

_FINEST_M = 10.0
_MOST_CELLS = 4_000_000
_MARGIN = 2  # cells on every side, so that each place has four around it

_Xy: TypeAlias = NDArray[np.float64]
_Metres: TypeAlias = NDArray[np.float64]


def _never() -> bool:
    return False


def heights_of(session: "Session", cancelled: Asked = _never) -> "Elevation | None":
    """Return heights from the elevation files of a project, in its CRS; None where none of them can be read now."""
    files = []
    for path in elevation_files(kept(session)):
        with suppress(BaseMapUnavailable), geotiff.opened(path):
            files.append(path)
    return Elevation(files, session.info.epsg, cancelled) if files else None


def elevation_files(base_maps: Sequence[BaseMap]) -> tuple[Path, ...]:
    """Return the files that heights can be read from, shown or not; the uppermost first."""
    uppermost = reversed(base_maps)
    return tuple(dict.fromkeys(b.path for b in uppermost if b.kind is not Kind.IMAGERY))


class Elevation:
    """Heights from elevation files, the first that has one deciding; called with places in the CRS of `epsg`.

    Read on a lattice of 10 m, coarser for a county, so that what a finer model sees of walls and roofs is evened out.
    """

    def __init__(self, files: Sequence[Path], epsg: int, cancelled: Asked = _never) -> None:
        self._files, self._epsg, self._cancelled = tuple(files), epsg, cancelled

    def __call__(self, xy: _Xy) -> _Metres:
        """Return metres above the sea at (m, 2) places, (m,), NaN where no file has any.

        Raises
        ------
        BaseMapUnavailable
            if a file is missing or cannot be read.
        Cancelled
            once `cancelled` says so.
        """
        made: _Metres = np.full(len(xy), np.nan)
        for path in self._files:
            lacking = np.flatnonzero(np.isnan(made) & np.isfinite(xy).all(axis=1))
            if len(lacking):
                made[lacking] = self._read(path, xy[lacking])
        return made

    def _read(self, path: Path, xy: _Xy) -> _Metres:
        grid = _grid(xy, rasterio().crs.CRS.from_epsg(self._epsg))
        bands = terrain.elevation()
        with geotiff.opened(path) as dataset:
            while True:
                try:
                    z = terrain.heights(bands, dataset, grid, self._cancelled)
                    break
                except BaseMapPreparing:  # it gets further each time
                    continue
        if z is None:
            return np.full(len(xy), np.nan)
        return _bilinear(z, (xy - (grid.west, grid.north)) * (1, -1) / grid.cell_m - 0.5)


def _grid(xy: _Xy, crs: object) -> Grid:
    low, high = xy.min(axis=0), xy.max(axis=0)
    wide, high_m = (high - low).tolist()
    cell = max(_FINEST_M, sqrt((wide + _FINEST_M) * (high_m + _FINEST_M) / _MOST_CELLS))
    shape = (int(high_m / cell) + 2 * _MARGIN + 1, int(wide / cell) + 2 * _MARGIN + 1)
    return Grid(float(low[0]) - _MARGIN * cell, float(high[1]) + _MARGIN * cell, cell, shape, crs)


def _bilinear(z: terrain.Heights, at: _Xy) -> _Metres:
    """Return heights at (m, 2) columns and rows counted from the middle of the first cell."""
    whole = np.floor(at).astype(np.int64)
    across, down = (at - whole).T
    column, row = whole.T
    above = z[row, column] * (1 - across) + z[row, column + 1] * across
    below = z[row + 1, column] * (1 - across) + z[row + 1, column + 1] * across
    made: _Metres = above * (1 - down) + below * down
    return made
