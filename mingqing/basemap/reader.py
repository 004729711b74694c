"""A base map read for a view: what the drawing asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path

import numpy as np

from mingqing.basemap import geotiff, terrain
from mingqing.basemap.grid import Grid
from mingqing.basemap.imagery import Imagery
from mingqing.basemap.loading import Crs, Dataset, failures, rasterio
from mingqing.basemap.mbtiles import MBTiles
from mingqing.basemap.model import KINDS, Asked, BaseMap, BaseMapPreparing, BaseMapUnavailable, Kind
from mingqing.core.paths import Paths
from mingqing.core.text import tr
from mingqing.render.backdrop import Backdrop, Contours, Raster
from mingqing.render.scale import Viewport
from mingqing.render.source import Bounds

TILES = ".mbtiles"
SUFFIXES = (".tif", ".tiff", TILES)
_ELEVATION = {"int16", "int32", "float32", "float64"}
_SHADE_STEP_PX, _CONTOUR_STEP_PX = 1.5, 3.0
_NO_CONTOURS_FROM = 250_000
_KEPT = 12


def _never() -> bool:
    return False


def kinds_of(path: Path) -> tuple[Kind, ...]:
    """Return what can be made of a file: imagery, or of elevation a hillshade and contours.

    Raises
    ------
    BaseMapUnavailable
        if it can be nothing.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BaseMapUnavailable(
            tr("{name} 不能作底图，请选 GeoTIFF（.tif）或 MBTiles（.mbtiles）文件").format(name=path.name)
        )
    if path.suffix.lower() == TILES:
        MBTiles(path)
        return (Kind.IMAGERY,)
    with geotiff.opened(path) as dataset:
        is_elevation = dataset.count == 1 and dataset.dtypes[0] in _ELEVATION
        # A file that was not copied whole lacks its end.
        dataset.read(window=rasterio().windows.Window(dataset.width - 1, dataset.height - 1, 1, 1))
    return (Kind.HILLSHADE, Kind.CONTOURS) if is_elevation else (Kind.IMAGERY,)


def base_maps_of(path: Path) -> tuple[BaseMap, ...]:
    """Return all that can be made of a file, the lowest first. Raises as `kinds_of`."""
    kinds = kinds_of(path)
    if len(kinds) == 1:
        return (BaseMap(kinds[0], path.resolve(), path.stem),)
    return tuple(BaseMap(kind, path.resolve(), f"{path.stem}·{KINDS[kind]}") for kind in kinds)


class Reader:
    """One base map's file. It is opened for each reading and let go again, so that it can be moved or unplugged."""

    def __init__(self, spec: BaseMap) -> None:
        self.spec = spec
        self._tiles = MBTiles(spec.path) if spec.path.suffix.lower() == TILES else None
        self._imagery: Imagery | None = None
        self._elevation = terrain.elevation()
        if self._tiles is None:
            with geotiff.opened(spec.path) as dataset:
                if spec.kind is Kind.IMAGERY:
                    self._imagery = Imagery(dataset)

    def read(
        self, view: Viewport, epsg: int, *, dark: bool = False, cancelled: Asked = _never
    ) -> Backdrop | None:
        """Return what of this map lies in `view`, or None where it holds nothing there.

        epsg : the project's CRS, in which `view` is.

        Raises
        ------
        BaseMapUnavailable
            if the file cannot be read, there or in time.
        Cancelled
            once `cancelled` says so.
        """
        crs = rasterio().crs.CRS.from_epsg(epsg)
        if self._tiles is not None:
            grid = Grid.of_pixels(view, crs)
            pixels = self._tiles.read(grid, cancelled)
            return None if pixels is None else Raster(pixels, grid.box(view), self.spec.opacity)
        with geotiff.opened(self.spec.path) as dataset:
            if self._imagery is not None:
                grid = Grid.of_pixels(view, crs)
                pixels = self._imagery.read(dataset, grid, cancelled)
                return None if pixels is None else Raster(pixels, grid.box(view), self.spec.opacity)
            if self.spec.kind is Kind.HILLSHADE:
                return self._hillshade(dataset, view, crs, dark=dark, cancelled=cancelled)
            return self._contours(dataset, view, crs, cancelled)

    def extent(self, epsg: int) -> Bounds:
        """Return west, south, east, north of all that the file holds, in the CRS of this code, metres.

        Raises
        ------
        BaseMapUnavailable
            if the file cannot be read, or nothing of it can lie in that CRS.
        """
        library = rasterio()
        if self._tiles is not None:
            bounds, crs = self._tiles.bounds, library.crs.CRS.from_epsg(3857)
        else:
            with geotiff.opened(self.spec.path) as dataset:
                bounds, crs = dataset.bounds, dataset.crs
        try:
            west, south, east, north = library.warp.transform_bounds(
                crs, library.crs.CRS.from_epsg(epsg), *bounds
            )
        except failures():
            west = south = east = north = nan
        if not isfinite(west + south + east + north):
            raise BaseMapUnavailable(tr("{name} 离本项目太远，看不到").format(name=self.spec.path.name))
        return west, south, east, north

    def _hillshade(
        self,
        dataset: Dataset,
        view: Viewport,
        crs: Crs,
        *,
        dark: bool,
        cancelled: Asked,
    ) -> Raster | None:
        grid = Grid.on_ground(view, crs, step_px=_SHADE_STEP_PX, margin=2)
        z = terrain.heights(self._elevation, dataset, grid, cancelled)
        if z is None:
            return None
        lit = terrain.hillshade(z, grid.cell_m, exaggeration=terrain.exaggeration(view.denominator))
        pixels = terrain.relief(lit, dark=dark)
        return Raster(pixels, grid.box(view, trim=1), self.spec.opacity, imagery=False)

    def _contours(self, dataset: Dataset, view: Viewport, crs: Crs, cancelled: Asked) -> Contours | None:
        if view.denominator >= _NO_CONTOURS_FROM:
            return None
        trim = terrain.SMOOTHING
        grid = Grid.on_ground(view, crs, step_px=_CONTOUR_STEP_PX, margin=trim + 3)
        z = terrain.heights(self._elevation, dataset, grid, cancelled)
        if z is None:
            return None
        z, apart = terrain.smoothed(z), terrain.interval(view.denominator)
        if np.isnan(z).all():
            return None
        first, last = np.ceil(np.nanmin(z) / apart), np.floor(np.nanmax(z) / apart)
        levels = np.arange(first, last + 1).astype(np.int64) * apart
        xy, parts, metres = terrain.contour_lines(z, levels)
        left, top, _, _ = grid.box(view, trim=trim)
        side = grid.cell_m * view.px_per_m
        rows = np.arange(len(metres))
        paths = Paths((xy + 0.5) * side + (left, top), parts, np.arange(len(metres) + 1), rows)
        return Contours(paths, metres, apart, self.spec.opacity)


def open_base_map(spec: BaseMap) -> Reader:
    """Open a base map.

    Raises
    ------
    BaseMapUnavailable
        if its file is missing, no whole picture, or nowhere on earth.
    """
    return Reader(spec)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a base map is not on the map, in a sentence for its row.

    passing : asked again, it may be. gone : its file cannot be opened. outside : nothing of it is in view.
    """

    base_map: BaseMap
    reason: str
    passing: bool = False
    gone: bool = False
    outside: bool = False


class Readers:
    """The readers of the base maps drawn last, for one thread."""

    def __init__(self) -> None:
        self._open: dict[tuple[Kind, Path, int, int], Reader] = {}

    def read(
        self,
        base_maps: Sequence[BaseMap],
        view: Viewport,
        epsg: int,
        *,
        dark: bool = False,
        cancelled: Asked = _never,
    ) -> tuple[tuple[Backdrop, ...], tuple[Trouble, ...]]:
        """Return what is visible of `base_maps` in a view, the first one at the bottom, and why the others are not."""
        backdrops, troubles = [], []
        for base_map in base_maps:
            if not base_map.visible:
                continue
            reader = self._of(base_map)
            if isinstance(reader, Trouble):
                troubles.append(reader)
                continue
            try:
                found = reader.read(view, epsg, dark=dark, cancelled=cancelled)
            except BaseMapUnavailable as error:
                troubles.append(Trouble(base_map, str(error), isinstance(error, BaseMapPreparing)))
                continue
            if found is None:
                troubles.append(Trouble(base_map, tr("画面范围内没有这张底图"), outside=True))
            else:
                backdrops.append(replace(found, opacity=base_map.opacity))
        return tuple(backdrops), tuple(troubles)

    def gone(self, base_maps: Sequence[BaseMap]) -> tuple[Trouble, ...]:
        """Return why the visible ones among `base_maps` cannot be opened; nothing is read of the others."""
        found = (self._of(base_map) for base_map in base_maps if base_map.visible)
        return tuple(trouble for trouble in found if isinstance(trouble, Trouble))

    def _of(self, base_map: BaseMap) -> Reader | Trouble:
        """Return the reader of a file, or why there is none."""
        try:
            return self._opened(base_map)
        except (BaseMapUnavailable, OSError) as error:
            return Trouble(base_map, str(error), gone=True)

    def _opened(self, base_map: BaseMap) -> Reader:
        """Return the reader of a file as it is now."""
        geotiff.require_file(base_map.path)
        state = base_map.path.stat()
        key = base_map.kind, base_map.path, state.st_mtime_ns, state.st_size
        if key not in self._open:
            while len(self._open) >= _KEPT:
                del self._open[next(iter(self._open))]
            self._open[key] = open_base_map(base_map)
        return self._open[key]
