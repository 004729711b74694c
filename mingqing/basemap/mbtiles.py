"""Raster tiles of an MBTiles file (MBTiles 1.3), put together at the level that fits the map."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import floor, log2, pi
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from mingqing.basemap.geotiff import require_file
from mingqing.basemap.grid import Grid, Piece
from mingqing.basemap.imagery import palette, premultiplied, warped
from mingqing.basemap.loading import Dataset, environment, failures, rasterio
from mingqing.basemap.model import Asked, BaseMapUnavailable, go_on
from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.render.source import Bounds

Pixels = NDArray[np.uint8]

_EDGE_M = pi * 6378137.0  # of the square that Web Mercator shows, from its middle (EPSG:3857)
_DEEPEST = 30
_MOST_TILES = 300  # of one drawing; more are looked at from too far away
_KEPT_TILES = 160
_LARGEST_TILE_PX, _LARGEST_TILE_BYTES = 1024, 8_000_000
_PATIENCE_S = 4.0
_STEPS = 20_000
_MAGIC = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WEBP"}


class MBTiles:
    """One file of tiles: which levels it has, and the tiles used last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._opened(lambda: False) as database:
            self._require_pictures(database)
            low, high = database.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= _DEEPEST):
            raise BaseMapUnavailable(tr("{name} 里没有瓦片，请重新制作或拷贝").format(name=path.name))
        self.levels = low, high
        self._kept: OrderedDict[tuple[int, int, int], Pixels | None] = OrderedDict()

    def read(self, grid: Grid, cancelled: Asked) -> Pixels | None:
        """Return (rows, columns, 4) colours of a grid, premultiplied; None where there are none.

        Raises
        ------
        BaseMapUnavailable
            if the map is seen from further away than the tiles are made for.
        """
        mercator = rasterio().crs.CRS.from_epsg(3857)
        xy = grid.lattice(mercator)
        if not len(xy):
            return None
        metres_per_px = float(np.ptp(xy[:, 0])) / grid.shape[1]
        level = self._level(metres_per_px)
        window = _window(xy, level)
        if (window.right - window.left) * (window.bottom - window.top) > _MOST_TILES:
            raise BaseMapUnavailable(
                tr("{name} 没有这么小比例尺的瓦片，放大后就能看到").format(name=self.path.name)
            )
        with self._opened(cancelled) as database, environment():
            mosaic = self._mosaic(database, window, cancelled)
        if mosaic is None:
            return None
        cell = 2 * _EDGE_M / 2**level / (mosaic.shape[1] // (window.bottom - window.top))
        west, north = window.left * 2 * _EDGE_M / 2**level, window.top * 2 * _EDGE_M / 2**level
        place = rasterio().Affine(cell, 0.0, west - _EDGE_M, 0.0, -cell, _EDGE_M - north)
        return warped(Piece(mosaic, place, mercator, metres_per_px / cell), grid)

    @property
    def bounds(self) -> Bounds:
        """Where there are tiles, EPSG:3857, metres: by those of the coarsest level."""
        level = self.levels[0]
        with self._opened(lambda: False) as database:
            left, right, bottom, top = database.execute(
                "SELECT CAST(min(tile_column) AS INTEGER), CAST(max(tile_column) AS INTEGER),"
                " CAST(min(tile_row) AS INTEGER), CAST(max(tile_row) AS INTEGER) FROM tiles"
                " WHERE zoom_level = ?",
                (level,),
            ).fetchone()
        side = 2 * _EDGE_M / 2**level
        west, south, east, north = (n * side - _EDGE_M for n in (left, bottom, right + 1, top + 1))
        return west, south, east, north

    def _level(self, metres_per_px: float) -> int:
        """Return the level nearest to the map's scale."""
        wanted = round(log2(2 * _EDGE_M / 256 / max(metres_per_px, 1e-9)))
        return min(max(wanted, self.levels[0]), self.levels[1])

    def _mosaic(self, database: sqlite3.Connection, window: "_Window", cancelled: Asked) -> Pixels | None:
        """Return the tiles of a window as one picture, (4, h, w); None where there is none of them."""
        found = []
        for row in range(window.top, window.bottom):
            for column in range(window.left, window.right):
                go_on(cancelled)
                tile = self._tile(database, window.level, column, row)
                if tile is not None:
                    found.append((row - window.top, column - window.left, tile))
        if not found:
            return None
        side = max(tile.shape[1] for _, _, tile in found)
        made = np.zeros(
            (4, (window.bottom - window.top) * side, (window.right - window.left) * side), dtype=np.uint8
        )
        for row, column, tile in found:
            if times := side // tile.shape[1]:
                tile = tile.repeat(times, axis=1).repeat(times, axis=2)  # noqa: PLW2901
            made[:, row * side :, column * side :][:, :side, :side] = tile
        return made

    def _tile(self, database: sqlite3.Connection, level: int, column: int, row: int) -> Pixels | None:
        """Return a tile, or the part of a coarser one where there is none so fine."""
        key = level, column, row
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        found = database.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (level, column, 2**level - 1 - row),  # rows are counted from the south, as in TMS
        ).fetchone()
        tile = self._decoded(found[0]) if found is not None and isinstance(found[0], bytes) else None
        if tile is None and level > self.levels[0]:
            above = self._tile(database, level - 1, column // 2, row // 2)
            if above is not None:
                half = above.shape[1] // 2
                down, across = row % 2 * half, column % 2 * half
                tile = above[:, down : down + half, across : across + half].repeat(2, 1).repeat(2, 2)
        self._kept[key] = tile
        while len(self._kept) > _KEPT_TILES:
            self._kept.popitem(last=False)
        return tile

    def _decoded(self, data: bytes) -> Pixels:
        """Return (4, side, side) colours of a PNG, JPEG or WebP picture."""
        driver = next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)
        library = rasterio()
        try:
            if driver is None:
                raise library.errors.RasterioIOError(self.path.name)
            with library.io.MemoryFile(data) as memory, memory.open(driver=driver) as picture:
                side = picture.height
                if not (picture.width == side <= _LARGEST_TILE_PX and side & (side - 1) == 0):
                    raise library.errors.RasterioIOError(self.path.name)
                return premultiplied(_colours(picture.read(), picture))
        except failures() as error:
            raise BaseMapUnavailable(
                tr("{name} 里有瓦片读不出来，文件不完整或不是图片瓦片，请重新拷贝").format(
                    name=self.path.name
                )
            ) from error

    @contextmanager
    def _opened(self, cancelled: Asked) -> Iterator[sqlite3.Connection]:
        """Open the file for reading; `tiles` may be a view, and one that never ends is given up."""
        require_file(self.path)
        name, until = self.path.name, monotonic() + _PATIENCE_S
        place = quote(self.path.resolve().as_posix())
        try:
            database = sqlite3.connect(f"file:{place}?mode=ro", uri=True)
            try:
                database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_TILE_BYTES)
                database.execute("PRAGMA trusted_schema = OFF")
                database.set_progress_handler(lambda: cancelled() or monotonic() > until, _STEPS)
                yield database
            finally:
                database.close()
        except sqlite3.Error as error:
            if cancelled():
                raise Cancelled(tr("已停止绘图。")) from error
            if monotonic() > until:
                raise BaseMapUnavailable(
                    tr("{name} 查找瓦片太慢，没有建索引，请重新制作这个瓦片包").format(name=name)
                ) from error
            raise BaseMapUnavailable(
                tr("{name} 不是完整的 MBTiles 瓦片包，可能没有复制完，请重新拷贝").format(name=name)
            ) from error

    def _require_pictures(self, database: sqlite3.Connection) -> None:
        found = database.execute("SELECT value FROM metadata WHERE name = 'format'").fetchone()
        if found is not None and str(found[0]).lower() not in {"png", "jpg", "jpeg", "webp"}:
            raise BaseMapUnavailable(
                tr("{name} 是矢量瓦片，不是影像，请换成图片格式（PNG、JPG）的 MBTiles").format(
                    name=self.path.name
                )
            )


@dataclass(frozen=True, slots=True)
class _Window:
    """Tiles of one level: columns from the west, rows from the north, the last ones not among them."""

    level: int
    left: int
    top: int
    right: int
    bottom: int


def _window(xy: NDArray[np.float64], level: int) -> _Window:
    """Return the tiles under places in EPSG:3857, and a little beyond."""
    count, side = 2**level, 2 * _EDGE_M / 2**level
    spare = side / 64
    left, right = (
        floor((xy[:, 0].min() + _EDGE_M - spare) / side),
        floor((xy[:, 0].max() + _EDGE_M + spare) / side),
    )
    top, bottom = (
        floor((_EDGE_M - xy[:, 1].max() - spare) / side),
        floor((_EDGE_M - xy[:, 1].min() + spare) / side),
    )
    return _Window(level, max(left, 0), max(top, 0), min(right + 1, count), min(bottom + 1, count))


def _colours(bands: NDArray[Any], picture: Dataset) -> Pixels:
    """Return (4, h, w) of a decoded picture with one to four bands."""
    if bands.dtype != np.uint8:
        bands = (bands >> 8).astype(np.uint8) if bands.dtype == np.uint16 else bands.astype(np.uint8)
    count, height, width = bands.shape
    made = np.full((4, height, width), 255, dtype=np.uint8)
    if count == 1 and picture.colorinterp[0].name == "palette":
        made[:] = np.moveaxis(palette(picture)[bands[0]], 2, 0)
        return made
    made[:3] = bands[:3] if count >= 3 else bands[:1]
    if count in {2, 4}:
        made[3] = bands[-1]
    return made
