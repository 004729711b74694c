"""Imagery appears where it lies on earth, in its own colours, whatever the file's CRS and kind of numbers."""

from pathlib import Path

import numpy as np
import pytest

from mingqing.basemap.loading import rasterio
from mingqing.basemap.model import BaseMap, Kind
from mingqing.basemap.reader import kinds_of, open_base_map
from mingqing.core.errors import Cancelled
from mingqing.render.backdrop import Raster
from mingqing.render.scale import Viewport
from tests.basemap.conftest import EPSG, NORTH, WEST, WriteTif, reprojected


def read(path: Path, view: Viewport) -> Raster | None:
    found = open_base_map(BaseMap(Kind.IMAGERY, path, "影像")).read(view, EPSG)
    assert found is None or isinstance(found, Raster)
    return found


def quarters(dtype: str = "uint8", top: int = 255) -> np.ndarray:
    """Red and green above blue and white, 50 cells each way."""
    cells = np.zeros((3, 100, 100), dtype=dtype)
    cells[0, :50, :50] = cells[1, :50, 50:] = cells[2, 50:, :50] = top
    cells[:, 50:, 50:] = top
    return cells


CORNERS = {(20, 20): (255, 0, 0), (80, 20): (0, 255, 0), (20, 80): (0, 0, 255), (80, 80): (255, 255, 255)}


@pytest.mark.parametrize("epsg", [4549, 4326, 4490, 3857, 4528])
def test_a_picture_lies_at_the_same_place_in_any_crs(epsg: int, write_tif: WriteTif, view: Viewport) -> None:
    path = write_tif(quarters())
    raster = read(path if epsg == EPSG else reprojected(path, epsg), view)
    assert raster is not None
    assert raster.pixels.shape == (100, 100, 4)
    assert raster.box == pytest.approx((0, 0, 100, 100))
    for (x, y), colour in CORNERS.items():
        assert raster.pixels[y, x, :3].tolist() == list(colour)
        assert raster.pixels[y, x, 3] == 255
    red = raster.pixels[10:40, :, 0].astype(int).mean(axis=0)
    assert abs(int(np.argmax(red < 128)) - 50) <= 1  # the border between red and green, to a pixel


def test_outside_of_the_file_nothing_is_drawn(write_tif: WriteTif, view: Viewport) -> None:
    raster = read(write_tif(quarters()[:, :, :50]), view)
    assert raster is not None
    assert (raster.pixels[:, :48, 3] == 255).all()
    assert (raster.pixels[:, 52:] == 0).all()


def test_a_view_beside_the_file_gives_nothing(write_tif: WriteTif) -> None:
    assert read(write_tif(quarters()), Viewport((WEST + 50_000, NORTH), 10.0, (100, 100))) is None


def test_cells_without_data_are_transparent(write_tif: WriteTif, view: Viewport) -> None:
    cells = quarters()
    cells[:, 40:60, 40:60] = 7
    raster = read(write_tif(cells, nodata=7), view)
    assert raster is not None
    assert raster.pixels[50, 50].tolist() == [0, 0, 0, 0]
    assert raster.pixels[20, 20].tolist() == [255, 0, 0, 255]


def test_a_band_of_transparency_is_kept_and_multiplied_in(write_tif: WriteTif, view: Viewport) -> None:
    cells = np.full((4, 100, 100), 200, dtype=np.uint8)
    cells[3] = 100
    library = rasterio()
    path = write_tif(cells, photometric="RGB", alpha="YES")
    with library.open(path) as written:
        assert written.colorinterp[3].name == "alpha"
    raster = read(path, view)
    assert raster is not None
    assert raster.pixels[50, 50].tolist() == [78, 78, 78, 100]


def test_numbers_of_a_palette_become_its_colours(write_tif: WriteTif, view: Viewport) -> None:
    cells = np.zeros((1, 100, 100), dtype=np.uint8)
    cells[:, :, 50:] = 3
    path = write_tif(cells)
    with rasterio().open(path, "r+") as target:
        target.write_colormap(1, {0: (10, 20, 30, 255), 3: (200, 100, 50, 255)})
    raster = read(path, view)
    assert raster is not None
    assert raster.pixels[50, 10].tolist() == [10, 20, 30, 255]
    assert raster.pixels[50, 90].tolist() == [200, 100, 50, 255]


def test_sixteen_bits_are_stretched_over_what_occurs(write_tif: WriteTif, view: Viewport) -> None:
    ramp = np.linspace(1000, 3000, 100).astype(np.uint16)
    raster = read(write_tif(np.tile(ramp, (3, 100, 1))), view)
    assert raster is not None
    row = raster.pixels[50, :, 0].astype(int)
    assert row[0] == 0
    assert row[-1] == 255
    assert 110 < row[50] < 145
    assert (np.diff(row) >= 0).all()


def test_one_band_of_bytes_is_grey(write_tif: WriteTif, view: Viewport) -> None:
    path = write_tif(np.full((1, 100, 100), 90, dtype=np.uint8))
    assert kinds_of(path) == (Kind.IMAGERY,)
    raster = read(path, view)
    assert raster is not None
    assert raster.pixels[50, 50].tolist() == [90, 90, 90, 255]


def test_a_file_turned_south_up_is_drawn_upright(write_tif: WriteTif, view: Viewport) -> None:
    upside_down = rasterio().Affine(10.0, 0.0, WEST, 0.0, 10.0, NORTH - 1000)
    raster = read(write_tif(quarters()[:, ::-1].copy(), transform=upside_down), view)
    assert raster is not None
    for (x, y), colour in CORNERS.items():
        assert raster.pixels[y, x, :3].tolist() == list(colour)


def test_from_afar_finer_cells_are_averaged_or_read_from_an_overview(write_tif: WriteTif) -> None:
    checks = np.zeros((3, 512, 512), dtype=np.uint8)
    checks[:, ::2, ::2] = checks[:, 1::2, 1::2] = 255
    far = Viewport((WEST + 2560, NORTH - 2560), 160.0, (32, 32))
    plain = write_tif(checks, "plain.tif")
    overviews = write_tif(checks, "overviews.tif")
    with rasterio().open(overviews, "r+") as target:
        target.build_overviews([2, 4, 8], rasterio().warp.Resampling.average)
    for path in (plain, overviews):
        raster = read(path, far)
        assert raster is not None
        assert np.abs(raster.pixels[4:28, 4:28, :3].astype(int) - 127).max() <= 2


@pytest.mark.parametrize("metres_per_px", [3.0, 10.0, 37.0])
def test_neighbouring_views_join_without_a_seam(metres_per_px: float, write_tif: WriteTif) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (3, 400, 400), dtype=np.uint8)
    path = reprojected(write_tif(noise), 3857)
    west, north = WEST + 100, NORTH - 100
    whole = read(
        path, Viewport((west + 100 * metres_per_px, north - 50 * metres_per_px), metres_per_px, (200, 100))
    )
    left = read(
        path, Viewport((west + 50 * metres_per_px, north - 50 * metres_per_px), metres_per_px, (100, 100))
    )
    right = read(
        path, Viewport((west + 150 * metres_per_px, north - 50 * metres_per_px), metres_per_px, (100, 100))
    )
    assert whole is not None
    assert left is not None
    assert right is not None
    joined = np.concatenate([left.pixels, right.pixels], axis=1).astype(int)
    assert np.abs(joined - whole.pixels).max() <= 16  # GDAL's transformation is good to an eighth of a cell


@pytest.mark.parametrize("epsg", [4549, 3857])
def test_it_says_where_it_lies(epsg: int, write_tif: WriteTif) -> None:
    path = write_tif(quarters())
    reader = open_base_map(BaseMap(Kind.IMAGERY, path if epsg == EPSG else reprojected(path, epsg), "影像"))
    west, south, east, north = reader.extent(EPSG)
    assert (west, south, east, north) == pytest.approx((WEST, NORTH - 1000, WEST + 1000, NORTH), abs=30)


def test_reading_stops_when_nobody_waits(write_tif: WriteTif, view: Viewport) -> None:
    reader = open_base_map(BaseMap(Kind.IMAGERY, write_tif(quarters()), "影像"))
    with pytest.raises(Cancelled):
        reader.read(view, EPSG, cancelled=lambda: True)
