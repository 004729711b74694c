"""Tiles are put together at the level that fits, rows from the south, gaps filled from coarser ones."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from mingqing.basemap.mbtiles import MBTiles
from mingqing.basemap.model import BaseMap, BaseMapUnavailable, Kind
from mingqing.basemap.reader import kinds_of, open_base_map
from mingqing.core.errors import Cancelled
from mingqing.crs.transform import transform_xy
from mingqing.render.backdrop import Raster
from mingqing.render.scale import Viewport
from tests.basemap.conftest import EPSG, picture, tile_under, write_mbtiles

LEVEL = 15
SIDE = 2 * 20037508.342789244 / 2**LEVEL
COLUMN, ROW = tile_under(13301555.0, 3296214.0, LEVEL)


def plain(*colour: int) -> bytes:
    return picture(np.tile(np.array(colour, np.uint8)[:, None, None], (1, 256, 256)))


RED, GREEN, BLUE, GREY = plain(255, 0, 0), plain(0, 255, 0), plain(0, 0, 255), plain(9, 9, 9)


def middle_of(column: float, row: float) -> tuple[float, float]:
    """Return the place in the project of a corner between tiles."""
    mercator = np.array([[column * SIDE - 20037508.342789244, 20037508.342789244 - row * SIDE]])
    x, y = transform_xy(mercator, 3857, EPSG)[0]
    return float(x), float(y)


@pytest.fixture
def corner() -> Viewport:
    """Around the point where four tiles meet, about as fine as they are."""
    return Viewport(middle_of(COLUMN + 1, ROW + 1), 4.0, (200, 200))


@pytest.fixture
def four(tmp_path: Path) -> Path:
    tiles = {
        (LEVEL, COLUMN, ROW): RED,
        (LEVEL, COLUMN + 1, ROW): GREEN,
        (LEVEL, COLUMN, ROW + 1): BLUE,
        (LEVEL, COLUMN + 1, ROW + 1): GREY,
    }
    return write_mbtiles(tmp_path / "a.mbtiles", tiles)


def read(path: Path, view: Viewport) -> Raster | None:
    found = open_base_map(BaseMap(Kind.IMAGERY, path, "瓦片")).read(view, EPSG)
    assert found is None or isinstance(found, Raster)
    return found


def colours(raster: Raster) -> list[list[int]]:
    return [raster.pixels[y, x].tolist() for y in (40, 160) for x in (40, 160)]


def test_four_tiles_meet_where_they_should(four: Path, corner: Viewport) -> None:
    raster = read(four, corner)
    assert raster is not None
    assert colours(raster) == [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [9, 9, 9, 255]]
    assert raster.pixels[98, 102, 1] > 200
    assert raster.pixels[102, 98, 2] > 200


@pytest.mark.parametrize("driver", ["PNG", "JPEG", "WEBP"])
def test_tiles_of_any_common_format_are_decoded(driver: str, tmp_path: Path, corner: Viewport) -> None:
    cells = np.full((3, 256, 256), 120, dtype=np.uint8)
    tiles = {(LEVEL, COLUMN + i, ROW + j): picture(cells, driver) for i in (0, 1) for j in (0, 1)}
    raster = read(write_mbtiles(tmp_path / "a.mbtiles", tiles, driver.lower()), corner)
    assert raster is not None
    assert np.abs(raster.pixels[100, 100, :3].astype(int) - 120).max() <= 3


def test_grey_and_transparent_tiles_are_drawn_as_they_are(tmp_path: Path, corner: Viewport) -> None:
    tiles = {(LEVEL, COLUMN, ROW): plain(80), (LEVEL, COLUMN + 1, ROW): plain(200, 100, 50, 0)}
    raster = read(write_mbtiles(tmp_path / "a.mbtiles", tiles), corner)
    assert raster is not None
    assert colours(raster) == [[80, 80, 80, 255], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_where_no_fine_tile_is_the_coarser_one_shows_its_part(tmp_path: Path) -> None:
    above = np.zeros((3, 256, 256), np.uint8)
    above[0, :128, :128] = above[1, :128, 128:] = above[2, 128:, :128] = 255
    level, column, row = LEVEL - 1, COLUMN // 2, ROW // 2
    fine = (LEVEL, 2 * column, 2 * row)
    path = write_mbtiles(tmp_path / "a.mbtiles", {(level, column, row): picture(above), fine: GREY})
    raster = read(path, Viewport(middle_of(2 * column + 1, 2 * row + 1), 4.0, (200, 200)))
    assert raster is not None
    assert colours(raster) == [[9, 9, 9, 255], [0, 255, 0, 255], [0, 0, 255, 255], [0, 0, 0, 255]]


def test_seen_from_too_far_it_says_to_come_closer(four: Path) -> None:
    with pytest.raises(BaseMapUnavailable, match=r"a\.mbtiles.*放大"):
        read(four, Viewport(middle_of(COLUMN, ROW), 200.0, (1600, 1000)))


def test_elsewhere_it_holds_nothing(four: Path) -> None:
    assert read(four, Viewport(middle_of(COLUMN + 60, ROW), 4.0, (200, 200))) is None


def test_it_says_where_its_tiles_lie(four: Path) -> None:
    west, south, east, north = open_base_map(BaseMap(Kind.IMAGERY, four, "瓦片")).extent(EPSG)
    (left, top), (right, bottom) = middle_of(COLUMN, ROW), middle_of(COLUMN + 2, ROW + 2)
    assert (west, south, east, north) == pytest.approx((left, bottom, right, top), abs=30)


def test_it_is_imagery(four: Path) -> None:
    assert kinds_of(four) == (Kind.IMAGERY,)


def test_vector_tiles_are_refused_with_advice(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", {(1, 0, 0): b"\x1f\x8b"}, "pbf")
    with pytest.raises(BaseMapUnavailable, match="矢量瓦片"):
        kinds_of(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + bytes(200)])
def test_what_is_no_tile_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "坏的.mbtiles"
    path.write_bytes(content)
    with pytest.raises(BaseMapUnavailable, match=r"坏的\.mbtiles"):
        kinds_of(path)


def test_a_file_cut_short_is_refused(four: Path, corner: Viewport) -> None:
    whole = four.read_bytes()
    four.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BaseMapUnavailable, match="重新拷贝"):
        read(four, corner)


@pytest.mark.parametrize("tile", [b"not a picture", b"", RED[:20], RED[:8] + bytes(100)])
def test_a_broken_tile_is_said_and_not_drawn(tile: bytes, tmp_path: Path, corner: Viewport) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", {(LEVEL, COLUMN, ROW): tile})
    with pytest.raises(BaseMapUnavailable, match=r"a\.mbtiles"):
        read(path, corner)


def test_an_enormous_tile_is_not_unpacked(tmp_path: Path, corner: Viewport) -> None:
    huge = picture(np.zeros((1, 4096, 4096), np.uint8))
    path = write_mbtiles(tmp_path / "a.mbtiles", {(LEVEL, COLUMN, ROW): huge})
    with pytest.raises(BaseMapUnavailable, match=r"a\.mbtiles"):
        read(path, corner)


def test_a_view_of_tiles_that_never_ends_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.mbtiles"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT i AS zoom_level, 0 AS tile_column, 0 AS tile_row, NULL AS tile_data FROM n"
        )
    database.close()
    with pytest.raises(BaseMapUnavailable, match=r"a\.mbtiles"):
        MBTiles(path)


def test_looking_up_tiles_stops_when_nobody_waits(four: Path, corner: Viewport) -> None:
    reader = open_base_map(BaseMap(Kind.IMAGERY, four, "瓦片"))
    with pytest.raises(Cancelled):
        reader.read(corner, EPSG, cancelled=lambda: True)
