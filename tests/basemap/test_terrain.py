"""Elevation becomes shadows that fall away from the north-west, and contours at round heights."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mingqing.basemap.model import BaseMap, Kind
from mingqing.basemap.reader import kinds_of, open_base_map
from mingqing.basemap.terrain import hillshade, interval
from mingqing.render.backdrop import Contours, Raster
from mingqing.render.scale import Viewport
from tests.basemap.conftest import EPSG, NORTH, WEST, WriteTif


@pytest.fixture
def cone(write_tif: WriteTif) -> Path:
    """A mountain in the middle of 2 km, 400 m high above 100."""
    y, x = np.mgrid[:200, :200]
    return write_tif((500 - 4 * np.hypot(x - 99.5, y - 99.5)).clip(100)[None].astype(np.float32))


def near(metres_per_px: float = 10.0, size: tuple[int, int] = (200, 200)) -> Viewport:
    return Viewport((WEST + 1000, NORTH - 1000), metres_per_px, size)


def shade(path: Path, view: Viewport, *, dark: bool = False) -> Raster:
    found = open_base_map(BaseMap(Kind.HILLSHADE, path, "晕渲")).read(view, EPSG, dark=dark)
    assert isinstance(found, Raster)
    return found


def contours(path: Path, view: Viewport) -> Contours:
    found = open_base_map(BaseMap(Kind.CONTOURS, path, "等高线")).read(view, EPSG)
    assert isinstance(found, Contours)
    return found


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_elevation_is_offered_as_hillshade_and_contours(dtype: str, write_tif: WriteTif) -> None:
    assert kinds_of(write_tif(np.ones((1, 50, 50), dtype=dtype))) == (Kind.HILLSHADE, Kind.CONTOURS)


def test_a_slope_is_as_steep_as_it_is() -> None:
    """Horn's operator on a plane gives the plane's own slope: lit from the north-west it is at its brightest."""
    y, x = np.mgrid[:5, :5].astype(np.float32) * 10
    facing = {
        "north-west": (x - y * -1) * 0.5,
        "south-east": (x - y * -1) * -0.5,
    }
    lit = {name: hillshade(z.astype(np.float32), 10.0) for name, z in facing.items()}
    assert (lit["north-west"] > 0).all()
    assert (lit["south-east"] < -0.3).all()
    assert hillshade(np.zeros((5, 5), np.float32), 10.0) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("dark", [False, True])
def test_shadow_lies_to_the_south_east_and_level_ground_has_none(cone: Path, *, dark: bool) -> None:
    raster = shade(cone, near(), dark=dark)
    left, top, right, bottom = raster.box
    assert left <= 0
    assert top <= 0
    assert right >= 200
    assert bottom >= 200
    height, width, _ = raster.pixels.shape

    def at(x: float, y: float) -> list[int]:
        column = int((x - left) / (right - left) * width)
        return list(map(int, raster.pixels[int((y - top) / (bottom - top) * height), column]))

    lit, shadow, level = at(80, 80), at(120, 120), at(5, 5)
    assert min(lit[:3]) > 0.6 * lit[3] > 0
    assert max(shadow[:3]) < 0.3 * shadow[3]
    assert shadow[3] > 50
    assert level[3] <= 2


def test_voids_have_neither_shadow_nor_contours_whether_declared_or_not(write_tif: WriteTif) -> None:
    z = np.tile(np.linspace(0, 500, 200, dtype=np.float32), (1, 200, 1))
    z[:, 50:150, 50:150] = -32768
    for path in (write_tif(z, "said.tif", nodata=-32768.0), write_tif(z, "unsaid.tif")):
        raster = shade(path, near())
        height, width, _ = raster.pixels.shape
        assert raster.pixels[height // 2, width // 2].tolist() == [0, 0, 0, 0]
        found = contours(path, near())
        x, y = found.paths.xy.T
        assert not ((np.abs(x - 100) < 40) & (np.abs(y - 100) < 40)).any()
        assert found.heights_m.min() >= 0


def test_contours_lie_at_their_heights(cone: Path) -> None:
    found = contours(cone, near())
    radius = np.hypot(*(found.paths.xy - 100).T)
    assert len(found.heights_m) > 0
    for n, (start, stop) in enumerate(pairwise(found.paths.parts.tolist())):
        height = int(found.heights_m[n])
        if 150 < height < 450:
            assert radius[start:stop] == pytest.approx((500 - height) / 4, abs=0.6)


@pytest.mark.parametrize(
    ("denominator", "metres"),
    [(500, 1), (2_000, 2), (5_000, 5), (10_000, 10), (25_000, 20), (50_000, 50), (100_000, 100)],
)
def test_interval_grows_with_the_scale(denominator: float, metres: int) -> None:
    assert interval(denominator) == metres


def test_every_fifth_contour_is_thicker(cone: Path) -> None:
    found = contours(cone, near())
    thin, thick = found.lines(over_imagery=False)
    assert thin[0].width < thick[0].width
    assert len(thin[1]) + len(thick[1]) == len(found.heights_m)
    assert set(found.heights_m[found.is_index] % (5 * found.interval_m)) == {0}


def test_views_at_one_scale_share_their_shadows_and_contours(cone: Path) -> None:
    a = near(7.3, (150, 120))
    b = Viewport((a.center[0] + 31.7 * 7.3, a.center[1] + 12.9 * 7.3), 7.3, (150, 120))
    moved = np.array([31.7, -12.9])
    one, other = contours(cone, a), contours(cone, b)
    kept = one.paths.xy - moved
    inside = (kept > 20).all(axis=1) & (kept < (130, 100)).all(axis=1)
    distance = np.hypot(*(kept[inside][:, None] - other.paths.xy[None]).transpose(2, 0, 1)).min(axis=1)
    assert inside.sum() > 100
    assert distance.max() < 0.05
    first, second = shade(cone, a), shade(cone, b)
    step = (first.box[2] - first.box[0]) / first.pixels.shape[1]
    shift = np.round((np.array(second.box[:2]) + moved - first.box[:2]) / step).astype(int)
    assert (np.array(second.box[:2]) + moved - first.box[:2]) / step == pytest.approx(shift, abs=1e-6)
    common = first.pixels[: shift[1] or None][shift[1] if shift[1] > 0 else 0 :, max(shift[0], 0) :]
    rows, columns = min(60, len(common)), min(60, common.shape[1])
    there = second.pixels[max(-shift[1], 0) :, max(-shift[0], 0) :]
    here = first.pixels[max(shift[1], 0) :, max(shift[0], 0) :]
    assert np.abs(here[:rows, :columns].astype(int) - there[:rows, :columns]).max() <= 2


def test_level_ground_at_a_round_height_makes_no_contours(write_tif: WriteTif) -> None:
    path = write_tif(np.full((1, 200, 200), 300, dtype=np.float32))
    assert len(contours(path, near()).heights_m) == 0
