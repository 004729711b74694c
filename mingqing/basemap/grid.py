"""The cells that a base map is worked out on, and bringing what a file holds onto them."""

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.basemap.loading import Affine, Crs, rasterio
from mingqing.render.occupancy import Box
from mingqing.render.scale import Viewport

_NEARLY = 1.45  # cells to one of the map: so many can be skipped over unseen, which takes half the time
_LATTICE = 15  # places along each side at which two systems are compared


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells over a view, north up, in the project's CRS.

    west, north : the outer corner, metres. cell_m : side of a cell. shape : rows, columns.
    """

    west: float
    north: float
    cell_m: float
    shape: tuple[int, int]
    crs: Crs

    @classmethod
    def of_pixels(cls, view: Viewport, crs: Crs) -> "Grid":
        """Return the pixels of a view."""
        west, _, _, north = view.extent
        return cls(west, north, view.metres_per_px, (view.size_px[1], view.size_px[0]), crs)

    @classmethod
    def on_ground(cls, view: Viewport, crs: Crs, *, step_px: float, margin: int) -> "Grid":
        """Return cells of `step_px` that are the same for every view at one scale, `margin` of them to spare.

        What is worked out on them joins without a seam where two views meet.
        """
        cell = step_px * view.metres_per_px
        west, south, east, north = view.extent
        left, top = floor(west / cell) - margin, floor(-north / cell) - margin
        right, bottom = floor(east / cell) + margin + 1, floor(-south / cell) + margin + 1
        return cls(left * cell, -top * cell, cell, (bottom - top, right - left), crs)

    @property
    def transform(self) -> Affine:
        """From column, row to x, y, as an affine transformation."""
        return rasterio().Affine(self.cell_m, 0.0, self.west, 0.0, -self.cell_m, self.north)

    def box(self, view: Viewport, trim: int = 0) -> Box:
        """Return where in pixels of `view` the grid lies, without `trim` cells on every side."""
        rows, columns = self.shape
        corners = np.array([[trim, trim], [columns - trim, rows - trim]]) * (self.cell_m, -self.cell_m)
        (left, top), (right, bottom) = view.to_px(np.array([self.west, self.north]) + corners).tolist()
        return left, top, right, bottom

    def lattice(self, crs: Crs) -> NDArray[np.float64]:
        """Return places spread over the grid, (225, 2) in `crs`, without those that have no place there."""
        rows, columns = self.shape
        across, down = np.meshgrid(np.linspace(0, columns, _LATTICE), np.linspace(0, rows, _LATTICE))
        x, y = self.west + across.ravel() * self.cell_m, self.north - down.ravel() * self.cell_m
        xy = np.column_stack(rasterio().warp.transform(self.crs, crs, x.tolist(), y.tolist()))
        known: NDArray[np.float64] = xy[np.isfinite(xy).all(axis=1)]
        return known


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what a file holds: (bands, h, w) cells, where they lie, in which CRS, how many make one of the map's.

    That number GDAL would find out itself, differently where the file ends within the view: a seam to the next one.
    """

    cells: NDArray[Any]
    transform: Affine
    crs: Crs
    per_cell: float = 1.0

    def onto(self, grid: Grid, *, smooth: str = "bilinear", nothing: float = 0.0) -> NDArray[Any]:
        """Return (bands, rows, columns) of `grid`; `nothing` where there is none."""
        library = rasterio()
        made = np.full((len(self.cells), *grid.shape), nothing, dtype=self.cells.dtype)
        scale = 1 / self.per_cell if self.per_cell > _NEARLY else 1.0
        gaps = {"src_nodata": nothing, "dst_nodata": nothing} if np.isnan(nothing) else {}
        library.warp.reproject(
            self.cells,
            made,
            src_transform=self.transform,
            src_crs=self.crs,
            dst_transform=grid.transform,
            dst_crs=grid.crs,
            resampling=library.warp.Resampling[smooth],
            XSCALE=scale,
            YSCALE=scale,
            **gaps,
        )
        return made
