"""Land cover and fields: paddies on the valley floor, terraces along the contour, bamboo, forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely import Polygon

from .coverage import PRECISION_M, coverage
from .dice import dice
from .grid import Floats, Grid, Ints, gradient, noise

if TYPE_CHECKING:
    from .houses import House
    from .relief import Relief
    from .water import Waters


PADDY, DRY, TEA, ORCHARD, CAMELLIA, BAMBOO, FOREST, SHRUB, GRASS, BUILT = range(1, 11)
NAMES = {
    PADDY: ("农田", "水田", "0101"),
    DRY: ("农田", "旱地", "0103"),
    TEA: ("茶园", "茶园", "0202"),
    ORCHARD: ("园地", "果园", "0201"),
    CAMELLIA: ("园地", "其他园地", "0204"),
    BAMBOO: ("山林", "竹林地", "0302"),
    FOREST: ("山林", "乔木林地", "0301"),
    SHRUB: ("山林", "灌木林地", "0305"),
    GRASS: ("草地", "其他草地", "0404"),
    BUILT: ("建设用地", "农村宅基地", "0702"),
}
FARMED = (PADDY, DRY, TEA, ORCHARD, CAMELLIA)
_PARCEL = 1_000_000


@dataclass(frozen=True)
class Fields:
    """Land cover of a village.

    Attributes
    ----------
    land : (polygon, class) that fill the village, the water left out.
    plots : (polygon, class) of single fields.
    """

    land: list[tuple[Polygon, int]]
    plots: list[tuple[Polygon, int]]


@dataclass(frozen=True)
class LandRaster:
    """Land cover of a block on cells of 5 m (a county: 7 m).

    Attributes
    ----------
    cover : class of land.
    patches : classes divided into pieces of the size of a map's polygons.
    parcels : fields, 0 where none.
    """

    grid: Grid
    cover: Ints
    patches: Ints
    parcels: Ints


@dataclass(frozen=True)
class Lie:
    """What decides over the land cover of a cell.

    Attributes
    ----------
    z : elevation, metres.
    steep : slope, rise over run.
    home, damp, axis : metres to the next house, to the next stream, to the main valley's line.
    along : vertex of the main valley's line that is nearest.
    """

    z: Floats
    steep: Floats
    home: Floats
    damp: Floats
    axis: Floats
    along: Ints


def land_raster(relief: Relief, houses: list[House]) -> LandRaster:
    """Decide what grows where."""
    rng = dice(relief.spec.seed, "land")
    grid = relief.grid.finer(3 if relief.spec.framed else 4)
    z = relief.grid.refine(ndimage.gaussian_filter(relief.z, 0.9), grid)
    dx, dy = gradient(relief.z, relief.grid.cell, 22.0)
    points = grid.points()
    wavy = warped(rng, grid, 9.0, 45.0)
    steep = relief.grid.sample(np.hypot(dx, dy), wavy).reshape(z.shape)
    centres = np.array([[h.shape.centroid.x, h.shape.centroid.y] for h in houses])
    shape = z.shape
    home = cKDTree(centres).query(points, distance_upper_bound=700.0)[0].reshape(shape)
    home = np.minimum(home, 700.0)
    water_points = np.vstack([v.axis for v in relief.valleys()] + [b.line for b in relief.brooks])
    damp = np.minimum(cKDTree(water_points).query(wavy, distance_upper_bound=300.0)[0], 300.0).reshape(shape)
    axis, along = cKDTree(relief.main.axis).query(points)
    lie = Lie(z, steep, home, damp, axis.reshape(shape), along.reshape(shape))
    cover = _cover(relief, grid, lie, rng)
    cover = _generalise(cover)
    parcels = _parcels(relief, grid, cover, z, steep, rng)
    return LandRaster(grid, cover, _patches(relief, grid, cover, z, rng), parcels)


def _cover(relief: Relief, grid: Grid, lie: Lie, rng: np.random.Generator) -> Ints:
    a, b, c = (noise(rng, grid, size) for size in (260, 170, 420))
    steep, home, damp = lie.steep, lie.home, lie.damp
    floor = lie.axis < relief.main.floor_m[lie.along] + 14.0
    above = lie.z - relief.main.bed_z[lie.along]
    cover = np.full(steep.shape, FOREST)
    cover[(c > 0.75) & (above > 180)] = SHRUB
    cover[(above > 330) & (a > 1.15) & (steep < 0.45)] = GRASS
    cover[(damp < 150) & (b > 0.15) & (home < 640)] = BAMBOO
    cover[(home < 520) & (steep < 0.50) & (a > 0.55)] = CAMELLIA
    cover[(home < 430) & (steep < 0.46) & (b + 0.5 * c > -0.15)] = TEA
    cover[(home < 260) & (steep < 0.40) & (c < -0.35)] = DRY
    cover[(home < 330) & (steep < 0.34) & (b < -0.85)] = ORCHARD
    cover[(damp < 85) & (steep < 0.21) & (home < 520)] = PADDY
    cover[floor & (steep < 0.16)] = PADDY
    cover[floor & (steep < 0.16) & (a > 1.0)] = TEA
    cover[home < 13.5] = BUILT
    return cover


def _generalise(cover: Ints) -> Ints:
    """Take the class that is commonest around each cell, so that borders flow and specks vanish."""
    best = np.zeros(cover.shape)
    out = cover.copy()
    for kind in range(1, 11):
        share = ndimage.gaussian_filter((cover == kind).astype(np.float32), 3.2) * (
            1.9 if kind == BUILT else 1.0
        )
        out = np.where(share > best, kind, out)
        best = np.maximum(best, share)
    return out


def _parcels(
    relief: Relief, grid: Grid, cover: Ints, z: Floats, steep: Floats, rng: np.random.Generator
) -> Ints:
    """Give every field a number: bands between contours on slopes, strips along the stream."""
    points = grid.points()
    number = np.zeros(cover.shape, int)
    wide = 1.5 if relief.spec.framed else 1.0  # a county is to be measured with, not looked at
    band = np.floor(z / (8.0 * wide)).astype(int)
    across = _cells(rng, warped(rng, grid, 5.0, 40.0), relief, 105.0 * wide).reshape(cover.shape)
    terrace = across * 4096 + band
    valley, along = cKDTree(relief.main.axis).query(points)
    strip_rng = dice(relief.spec.seed, "strips")
    cuts = np.cumsum(strip_rng.uniform(38.0, 74.0, 400))
    strip = np.searchsorted(cuts, relief.main.s[along])
    out = relief.main.axis[along]
    tangent = np.gradient(relief.main.axis, axis=0)[along]
    left = np.sign(tangent[:, 0] * (points[:, 1] - out[:, 1]) - tangent[:, 1] * (points[:, 0] - out[:, 0]))
    tier = np.floor((valley + 6.0 * np.sin(strip * 1.7)) / 30.0).astype(int) * 2 + (left > 0)
    level = (strip * 64 + tier).reshape(cover.shape) + 900_000_000
    flat = (steep < 0.085) & (valley.reshape(cover.shape) < 210)
    number = np.where(flat, level, terrace)
    number = number * 16 + cover
    return np.where(np.isin(cover, FARMED), number, 0)


def warped(rng: np.random.Generator, grid: Grid, reach_m: float, size_m: float) -> Floats:
    """Return the cells' centres (n, 2) moved about by smooth noise, to look up wavy borders there."""
    moved = [noise(rng, grid, size_m).ravel() * reach_m for _ in range(2)]
    return np.asarray(grid.points() + np.column_stack(moved))


def _cells(rng: np.random.Generator, points: Floats, relief: Relief, size_m: float) -> Ints:
    grid = relief.grid
    side = np.array([grid.cols * grid.cell, grid.rows * grid.cell])
    nx, ny = (side / size_m).astype(int)
    xx, yy = np.meshgrid(np.arange(nx), np.arange(ny))
    seeds = np.column_stack([xx.ravel(), yy.ravel()]) + rng.uniform(0.15, 0.85, (nx * ny, 2))
    return np.asarray(cKDTree(seeds * size_m + [grid.x0, grid.y0]).query(points)[1])


def _patches(relief: Relief, grid: Grid, cover: Ints, z: Floats, rng: np.random.Generator) -> Ints:
    """Divide farmed land into groups of terraces and forest into compartments between ridges."""
    catchment = relief.catchment[relief.coarse.cell_of(warped(rng, grid, 13.0, 55.0))].reshape(cover.shape)
    wide = _cells(rng, warped(rng, grid, 16.0, 70.0), relief, 260.0).reshape(cover.shape)
    band = np.floor(z / 27.0).astype(int)
    farmed = np.isin(cover, (TEA, DRY, ORCHARD, CAMELLIA))
    piece = np.where(farmed, wide * 64 + band, catchment + 2)
    piece = np.where(cover == PADDY, wide * 64, piece)
    piece = np.where(cover == BUILT, 0, piece)
    return piece * 16 + cover


def village_fields(raster: LandRaster, polygon: Polygon, waters: Waters, paved: shapely.Geometry) -> Fields:
    """Draw the land cover and the fields of one village."""
    land = coverage(polygon, raster.grid, raster.patches, smooth_m=13.0, tolerance_m=1.2, least_m2=1200.0)
    wet = shapely.union_all([waters.stream, *(p[0] for p in waters.ponds)])
    shapely.prepare(wet)
    dry: list[tuple[Polygon, int]] = []
    for shape, label in land:
        left = shape.difference(wet) if wet.intersects(shape) else shape
        dry += [(p, label % 16) for p in shapely.get_parts(left) if p.area > 20.0]
    kept = wet.buffer(3.0).union(paved)
    shapely.prepare(kept)
    plots = []
    for shape, label in coverage(
        polygon, raster.grid, raster.parcels, smooth_m=9.0, tolerance_m=0.6, least_m2=330.0
    ):
        if label == 0:
            continue
        free = shape.buffer(-0.6)
        free = free.difference(kept) if kept.intersects(free) else free
        free = shapely.set_precision(free, PRECISION_M)
        plots += [
            (p, label % 16) for p in shapely.get_parts(free) if p.area > 180.0 and p.geom_type == "Polygon"
        ]
    return Fields(dry, plots)
