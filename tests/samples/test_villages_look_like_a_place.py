"""Nothing stands where it cannot: houses, roads, streams, hazards and shelters of the committed villages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from scipy import sparse, spatial

from data_samples.generator.tables import COLUMNS

from .conftest import FOLDERS, SAMPLES, read

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas
    import pandas as pd

HALF_WIDTH_M = {"县道": 3.25, "乡道": 2.25, "村道": 1.75, "巷道": 1.1, "步道": 0.6}


def column(frame: geopandas.GeoDataFrame, *names: str) -> pd.Series:
    """Return the column that goes by one of these names."""
    return frame[next(n for n in names if n in frame.columns)]


@pytest.mark.parametrize("title", sorted(COLUMNS))
def test_every_table_is_there_with_valid_geometry(folder: Path, title: str) -> None:
    frame = read(folder, title)
    assert len(frame) > 0
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()


def test_villages_share_their_borders_without_gap_or_overlap() -> None:
    shapes = [read(folder, "村界").geometry[0] for folder in FOLDERS]
    whole = shapely.union_all(shapes)
    # Three coordinate systems meet here; a centimetre of rounding along 8 km of shared border is 80 m².
    assert sum(s.area for s in shapes) == pytest.approx(whole.area, abs=200.0)
    assert whole.buffer(0.05).buffer(-0.05).geom_type == "Polygon"
    assert all(len(s.exterior.coords) > 60 for s in shapes)


def test_there_are_as_many_houses_and_roads_as_a_village_has(folder: Path) -> None:
    assert 120 <= len(read(folder, "农房")) <= 220
    assert 90 <= len(read(folder, "道路")) <= 160


def test_houses_are_inside_their_village_and_overlap_nothing(folder: Path) -> None:
    houses = read(folder, "农房").geometry.values
    village = read(folder, "村界").geometry[0]
    assert shapely.contains(village, houses).all()
    pairs = shapely.STRtree(houses).query(houses, predicate="intersects").T
    assert all(a == b for a, b in pairs)
    roads = read(folder, "道路")
    kinds = column(roads, "道路等级", "道路等", "DLDJ")
    paved = [line.buffer(HALF_WIDTH_M[kind]) for line, kind in zip(roads.geometry, kinds, strict=True)]
    assert not shapely.intersects(shapely.union_all(paved), houses).any()
    water = shapely.union_all([*read(folder, "水面").geometry, *read(folder, "水系").geometry])
    assert not shapely.intersects(water, houses).any()


def test_houses_are_of_believable_size(folder: Path) -> None:
    area = shapely.area(read(folder, "农房").geometry.values)
    assert 70.0 < np.median(area) < 130.0
    assert area.min() > 45.0


def test_roads_of_the_three_villages_are_one_network() -> None:
    lines = [r for folder in FOLDERS for r in read(folder, "道路").geometry]
    ends = np.array([xy for r in lines for xy in (r.coords[0], r.coords[-1])])
    # The villages' coordinate systems differ: the same vertex comes back within millimetres, not to the bit.
    links = spatial.cKDTree(ends).sparse_distance_matrix(spatial.cKDTree(ends), 0.02)
    along = sparse.coo_matrix(
        (np.ones(len(lines)), (np.arange(0, len(ends), 2), np.arange(1, len(ends), 2))), shape=links.shape
    )
    near = sparse.coo_matrix(([1.0] * len(links), np.array(list(links.keys())).T), shape=links.shape)
    assert sparse.csgraph.connected_components(along + near, directed=False)[0] == 1


def test_streams_run_downhill_in_the_elevation() -> None:
    with rasterio.open(SAMPLES / "高程.tif") as raster:
        assert raster.crs.to_epsg() == 4549
        for folder in FOLDERS:
            water = read(folder, "水系")
            streams = water[column(water, "类型", "LX") == "溪"].geometry
            for line in streams:
                at = np.arange(0.0, line.length, 60.0)
                z = np.array([v[0] for v in raster.sample([line.interpolate(d).coords[0] for d in at])])
                assert (np.diff(z) < 1.3).all(), (folder.name, np.diff(z).max())
                assert z[-1] <= z[0]


def test_elevation_is_that_of_a_mountain_valley() -> None:
    with rasterio.open(SAMPLES / "高程.tif") as raster:
        z = raster.read(1)
        assert raster.res == (20.0, 20.0)
    assert 150.0 < z.min() < 250.0
    assert 600.0 < z.max() < 950.0


def test_land_cover_fills_the_village(folder: Path) -> None:
    village = read(folder, "村界").geometry[0]
    covered = shapely.union_all([*read(folder, "地类").geometry, *read(folder, "水面").geometry])
    assert village.difference(covered.buffer(0.1)).area < 0.002 * village.area


def test_grids_tile_the_village(folder: Path) -> None:
    village = read(folder, "村界").geometry[0]
    grids = read(folder, "网格").geometry.values
    assert shapely.area(grids).sum() == pytest.approx(village.area, rel=1e-4)
    assert shapely.union_all(grids).symmetric_difference(village).area < 500.0


def test_hazards_threaten_houses_and_spare_the_shelters(folder: Path) -> None:
    hazards, shelters = read(folder, "隐患点"), read(folder, "避灾点")
    area = shapely.union_all(hazards.geometry.values)
    assert not shapely.intersects(area, shelters.geometry.values).any()
    assert shapely.intersects(area, read(folder, "农房").geometry.values).sum() >= 8
    assert len(set(column(hazards, "灾害类型", "灾害类", "YHDLX"))) >= 3
    assert len(shelters) == 2


def test_evacuation_follows_roads(folder: Path) -> None:
    roads = shapely.union_all([r for f in FOLDERS for r in read(f, "道路").geometry]).buffer(0.1)
    for line in read(folder, "转移路线").geometry:
        assert line.difference(roads).length < 0.01 * line.length
