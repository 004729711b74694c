"""Heights at places are those of the elevation files, NaN where none has any."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
from numpy.typing import NDArray

from mingqing.basemap.elevation import Elevation, elevation_files, heights_of
from mingqing.basemap.kept import keep
from mingqing.basemap.model import BaseMap, BaseMapUnavailable, Kind
from mingqing.core.errors import Cancelled
from mingqing.core.sample import PASSWORD, USER
from mingqing.store.project import open_project
from tests.basemap.conftest import EPSG, NORTH, WEST, WriteTif, reprojected

ROWS, COLUMNS = np.mgrid[0:100, 0:100] + 0.5
PLANE = (400 + 2.0 * COLUMNS - 1.0 * ROWS).astype(np.float32)[None]
PLACES = np.random.default_rng(1).uniform(60, 940, (500, 2)) * (1, -1) + (WEST, NORTH)


def _plane(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return 400 + 0.2 * (xy[:, 0] - WEST) - 0.1 * (NORTH - xy[:, 1])


def test_a_plane_is_read_as_a_plane(write_tif: WriteTif) -> None:
    assert Elevation([write_tif(PLANE)], EPSG)(PLACES) == pytest.approx(_plane(PLACES), abs=0.05)


def test_a_file_in_degrees_is_read_in_the_projects_system(write_tif: WriteTif) -> None:
    path = reprojected(write_tif(PLANE), 4490)
    assert Elevation([path], EPSG)(PLACES) == pytest.approx(_plane(PLACES), abs=0.7)


def test_voids_and_what_lies_beyond_the_file_are_not_known(write_tif: WriteTif) -> None:
    cells = PLANE.copy()
    cells[0, 40:60, 40:60] = -32768
    heights = Elevation([write_tif(cells, nodata=-32768)], EPSG)
    inside = np.array([[WEST + 500, NORTH - 500]])
    assert np.isnan(heights(np.concatenate([inside, inside + 5_000]))).all()
    assert np.isfinite(heights(np.concatenate([inside, inside - (300, 0)]))).tolist() == [False, True]
    assert np.isnan(heights(np.full((1, 2), np.nan))).all()
    assert len(heights(np.empty((0, 2)))) == 0


def test_what_one_file_lacks_the_next_one_gives(write_tif: WriteTif) -> None:
    cells = PLANE.copy()
    cells[0, :, 50:] = -32768
    half, whole = write_tif(cells + 0, "half.tif", nodata=-32768), write_tif(PLANE + 1000, "whole.tif")
    found = Elevation([half, whole], EPSG)(np.array([[WEST + 200, NORTH - 500], [WEST + 800, NORTH - 500]]))
    assert found == pytest.approx([390, 1510], abs=0.05)


def test_files_are_those_of_hillshade_and_contours_once_each_the_uppermost_first() -> None:
    maps = [
        BaseMap(Kind.IMAGERY, Path("a.tif"), "影像"),
        BaseMap(Kind.HILLSHADE, Path("b.tif"), "晕渲", visible=False),
        BaseMap(Kind.CONTOURS, Path("b.tif"), "等高线"),
        BaseMap(Kind.CONTOURS, Path("c.tif"), "等高线"),
    ]
    assert elevation_files(maps) == (Path("c.tif"), Path("b.tif"))


def test_a_missing_file_is_said_and_a_reading_can_be_stopped(write_tif: WriteTif, tmp_path: Path) -> None:
    with pytest.raises(BaseMapUnavailable, match="找不到"):
        Elevation([tmp_path / "没有.tif"], EPSG)(PLACES)
    with pytest.raises(Cancelled):
        Elevation([write_tif(PLANE)], EPSG, lambda: True)(PLACES)


def test_a_project_gives_heights_from_those_of_its_files_that_can_be_read(
    sample_project: Path, write_tif: WriteTif, tmp_path: Path
) -> None:
    with open_project(sample_project, user=USER, password=PASSWORD) as session:
        assert heights_of(session) is None
        gone, there = tmp_path / "gone.tif", write_tif(PLANE)
        keep(session, [BaseMap(Kind.IMAGERY, there, "影像"), BaseMap(Kind.CONTOURS, gone, "等高线")])
        assert heights_of(session) is None
        keep(session, [BaseMap(Kind.CONTOURS, gone, "等高线"), BaseMap(Kind.HILLSHADE, there, "晕渲")])
        heights = heights_of(session)
        assert heights is not None
        x, y = transformed(WEST + 500, NORTH - 500, EPSG, session.info.epsg)
        assert heights(np.array([[x, y]])) == pytest.approx([450], abs=0.5)


def transformed(x: float, y: float, epsg: int, into: int) -> tuple[float, float]:
    """A place in another CRS."""
    made: tuple[float, float] = pyproj.Transformer.from_crs(epsg, into, always_xy=True).transform(x, y)
    return made
