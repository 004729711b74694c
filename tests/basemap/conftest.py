"""Small pictures and tile files, made where they are needed."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mingqing.basemap.loading import rasterio
from mingqing.render.scale import Viewport

WEST, NORTH = 449_000.0, 3_146_000.0  # EPSG:4549, metres
EPSG = 4549
_EDGE_M = 20037508.342789244

WriteTif = Callable[..., Path]


@pytest.fixture
def view() -> Viewport:
    """A square kilometre, 10 m to a pixel, its north-west corner that of the files."""
    return Viewport((WEST + 500, NORTH - 500), 10.0, (100, 100))


@pytest.fixture
def write_tif(tmp_path: Path) -> WriteTif:
    """Writes (bands, h, w) cells of 10 m as a GeoTIFF over the view."""

    def write(cells: NDArray[Any], name: str = "a.tif", **profile: Any) -> Path:
        library = rasterio()
        made = {
            "driver": "GTiff",
            "count": cells.shape[0],
            "height": cells.shape[1],
            "width": cells.shape[2],
            "dtype": str(cells.dtype),
            "crs": f"EPSG:{EPSG}",
            "transform": library.Affine(10.0, 0.0, WEST, 0.0, -10.0, NORTH),
        }
        path = tmp_path / name
        with library.open(path, "w", **(made | profile)) as target:
            target.write(cells)
        return path

    return write


def reprojected(path: Path, epsg: int) -> Path:
    """Write a GeoTIFF again in another CRS, at its own resolution there."""
    library = rasterio()
    with library.open(path) as source:
        west, south, east, north = library.warp.transform_bounds(source.crs, f"EPSG:{epsg}", *source.bounds)
        side = ((east - west) * (north - south) / (source.width * source.height)) ** 0.5
        width, height = round((east - west) / side), round((north - south) / side)
        transform = library.Affine(side, 0.0, west, 0.0, -side, north)
        cells = np.zeros((source.count, height, width), dtype=source.dtypes[0])
        library.warp.reproject(
            source.read(),
            cells,
            src_transform=source.transform,
            src_crs=source.crs,
            dst_transform=transform,
            dst_crs=f"EPSG:{epsg}",
            resampling=library.warp.Resampling.bilinear,
        )
        profile = source.profile | {
            "crs": f"EPSG:{epsg}",
            "transform": transform,
            "width": width,
            "height": height,
        }
    made = path.with_name(f"{path.stem}_{epsg}.tif")
    with library.open(made, "w", **profile) as target:
        target.write(cells)
    return made


def picture(cells: NDArray[np.uint8], driver: str = "PNG") -> bytes:
    """Return (bands, h, w) as the bytes of a picture."""
    library = rasterio()
    count, height, width = cells.shape
    with library.io.MemoryFile() as memory:
        with memory.open(driver=driver, width=width, height=height, count=count, dtype="uint8") as target:
            target.write(cells)
        return bytes(memory.getbuffer())


def tile_under(x_3857: float, y_3857: float, level: int) -> tuple[int, int]:
    """Return column and row, counted from the north, of the tile that holds a place."""
    side = 2 * _EDGE_M / 2**level
    return int((x_3857 + _EDGE_M) // side), int((_EDGE_M - y_3857) // side)


def write_mbtiles(path: Path, tiles: dict[tuple[int, int, int], bytes], form: str = "png") -> Path:
    """Write tiles by level, column and row from the north."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    database.execute("INSERT INTO metadata VALUES ('format', ?)", (form,))
    database.execute(
        "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
    )
    database.executemany(
        "INSERT INTO tiles VALUES (?, ?, ?, ?)",
        [(level, column, 2**level - 1 - row, data) for (level, column, row), data in tiles.items()],
    )
    database.commit()
    database.close()
    return path
