"""Elevation made visible: hillshade after Horn, and contours."""

from dataclasses import replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from mingqing.basemap.bands import Bands
from mingqing.basemap.grid import Grid
from mingqing.basemap.loading import Dataset
from mingqing.basemap.model import Asked

Heights = NDArray[np.float32]
_LOWEST_M, _HIGHEST_M = -500.0, 9000.0  # beyond them a number marks a void, whatever the file says of voids
_INTERVALS_M = (1, 2, 5, 10, 20, 50, 100, 200)
SMOOTHING = 3
_APART = 1250  # of the scale: on a slope of 30° contours are then 1.4 mm apart

# Mark, R. K. (1992): A multidirectional, oblique-weighted, shaded-relief image of the Island of Hawaii, USGS
# Open-File Report 92-422. Light from four sides; what faces the north-west still looks lit.
# red, green, blue, how much of it at most
_SHADOW, _GLOW = (30.0, 42.0, 56.0, 0.5), (255.0, 252.0, 236.0, 0.38)
_SHADOW_DARK, _GLOW_DARK = (0.0, 2.0, 8.0, 0.75), (196.0, 206.0, 220.0, 0.2)
_LIGHTS = ((225.0, 0.16), (270.0, 0.25), (315.0, 0.43), (360.0, 0.16))
_ALTITUDE, _DEPTH = 40.0, 1.3


def elevation() -> Bands:
    """Return the band that holds heights."""
    return Bands([1], average=True)


def heights(bands: Bands, dataset: Dataset, grid: Grid, cancelled: Asked) -> Heights | None:
    """Return metres above the sea on a grid, NaN where there are none; None where there are none at all."""
    found = bands.read(dataset, grid, cancelled)
    if found is None:
        return None
    piece, mask = found
    z = piece.cells.astype(np.float32)
    with np.errstate(invalid="ignore"):
        z[(mask[None] == 0) | ~((z > _LOWEST_M) & (z < _HIGHEST_M))] = np.nan
    # Cubic splines leave no facets where the map is finer than the file; and look over small voids as bilinear does.
    made: Heights = replace(piece, cells=z).onto(grid, smooth="cubic_spline", nothing=np.nan)[0]
    return None if np.isnan(made).all() else made


def hillshade(z: Heights, cell_m: float, *, exaggeration: float = 1.0) -> NDArray[np.float32]:
    """Return how brightly each cell but the outermost is lit, (h - 2, w - 2): 0 as level ground, at most ±1.

    Slope after B. K. P. Horn (1981): Hill shading and the reflectance map, Proc. IEEE 69 (1), 14-47.
    """
    z = z * np.float32(exaggeration)
    left = z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2]
    right = z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]
    above = z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]
    below = z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]
    east, north = (right - left) / (8 * cell_m), (above - below) / (8 * cell_m)
    upright = 1 / np.sqrt(1 + east * east + north * north)
    level = sin(radians(_ALTITUDE))
    lit = np.full_like(east, -level)
    for azimuth, weight in _LIGHTS:
        towards = -east * sin(radians(azimuth)) - north * cos(radians(azimuth))
        lit += weight * (level + cos(radians(_ALTITUDE)) * towards) * upright
    # What no light reaches is not all alike: how far it is turned away still shows.
    made: NDArray[np.float32] = np.where(lit < 0, np.tanh(_DEPTH * lit), lit / (1 - level))
    return made.astype(np.float32)


def interval(denominator: float) -> int:
    """Return the metres from one contour to the next at 1:`denominator`.

    Examples
    --------
    >>> interval(2_000), interval(10_000), interval(1e6)
    (2, 10, 200)
    """
    return next((m for m in _INTERVALS_M if m >= denominator / _APART), _INTERVALS_M[-1])


def relief(lit: NDArray[np.float32], *, dark: bool) -> NDArray[np.uint8]:
    """Return how light is laid over a map, (h, w, 4) premultiplied: shadow and glow, nothing on level ground.

    So it goes over day and dark alike, where multiplying would swallow the dark map whole.
    """
    shadow, glow = (_SHADOW_DARK, _GLOW_DARK) if dark else (_SHADOW, _GLOW)
    lit = np.nan_to_num(lit)
    alpha = np.where(lit < 0, -lit * shadow[3], lit * glow[3])[..., None]
    colour = np.where((lit < 0)[..., None], np.array(shadow[:3], np.float32), np.array(glow[:3], np.float32))
    made = np.concatenate([colour * alpha, 255 * alpha], axis=2)
    return np.clip(made + 0.5, 0, 255).astype(np.uint8)


def exaggeration(denominator: float) -> float:
    """Return by how much heights are raised for shading at 1:`denominator`: from afar slopes average out."""
    return float(np.interp(np.log(denominator), np.log([5_000, 50_000, 500_000]), [1.0, 1.4, 2.4]))


def contour_lines(
    z: Heights, levels_m: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (m, 2) column, row of the vertices, (p + 1,) offsets of the lines among them, (p,) their heights, metres.

    Lines run with the higher ground on one side throughout, as contourpy makes them, and end at voids.
    """
    from contourpy import LineType, contour_generator

    generator = contour_generator(
        z=np.ma.masked_invalid(z), name="serial", line_type=LineType.ChunkCombinedOffset
    )
    xy, ends, lines = [np.empty((0, 2))], [np.zeros(1, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    before = 0
    for level in levels_m.tolist():
        # A hair beside the level: ground that is dead level at a round height makes no contours of its own.
        points, offsets = (part[0] for part in generator.lines(level + 1e-3))
        if points is not None and offsets is not None:
            xy.append(np.asarray(points, dtype=np.float64))
            ends.append(offsets[1:].astype(np.int64) + before)
            lines.append(np.full(len(offsets) - 1, level))
            before += len(points)
    return np.concatenate(xy), np.concatenate(ends), np.concatenate(lines)


def smoothed(z: Heights) -> Heights:
    """Return heights without the finest ripples, without `SMOOTHING` cells on every side: binomial."""
    for _ in range(2 * SMOOTHING):
        z = (z[:-1] + z[1:]) * np.float32(0.5)
        z = (z[:, :-1] + z[:, 1:]) * np.float32(0.5)
    return z
