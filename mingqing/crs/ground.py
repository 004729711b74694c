"""Lengths, bearings and areas as they are on the ground, whatever the map's grid makes of them.

Reckoned on the ellipsoid of CGCS2000 (GB/T 22021-2008: a = 6378137 m, 1/f = 298.257222101). Between two corners
runs the shortest way over the ellipsoid; heights do not count. A grid's own lengths differ from these by its scale:
by up to 1:2900 in a 3° zone, by some 13 % in 网络墨卡托 at 28°.
"""

from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000

_ELLIPSOID = pyproj.Geod(a=6378137.0, rf=298.257222101)


@dataclass(frozen=True, slots=True)
class Legs:
    """The way from corner to corner. length_m : (n - 1,). bearing_deg : (n - 1,) clockwise from true north, 0–360."""

    length_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]

    @property
    def total_m(self) -> float:
        """The length of the whole way; NaN where part of it is nowhere on the ellipsoid."""
        return float(self.length_m.sum())


def legs(xy: NDArray[np.float64], epsg: int) -> Legs:
    """Return the legs between `n` places.

    Parameters
    ----------
    xy : (n, 2) in the CRS of code `epsg`, x east.

    Examples
    --------
    >>> way = legs(np.array([[119.0, 28.0], [119.0, 29.0]]), 4490)
    >>> round(way.total_m, 1), way.bearing_deg.tolist()
    (110827.6, [0.0])
    """
    at = transform_xy(np.asarray(xy, dtype=np.float64).reshape(-1, 2), epsg, CGCS2000)
    if len(at) < 2:
        return Legs(np.empty(0), np.empty(0))
    forth, _, length = _ELLIPSOID.inv(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1])
    return Legs(np.asarray(length), np.asarray(forth) % 360.0)


def area_m2(xy: NDArray[np.float64], epsg: int) -> float:
    """Return the area that a ring encloses, closed or not; 0 with fewer than three corners, NaN where it is nowhere.

    Examples
    --------
    >>> ring = [[450000.0, 3100000.0], [450100.0, 3100000.0], [450100.0, 3100100.0], [450000.0, 3100100.0]]
    >>> round(area_m2(np.array(ring), 4549))
    9999
    """
    at = transform_xy(np.asarray(xy, dtype=np.float64).reshape(-1, 2), epsg, CGCS2000)
    if len(at) < 3:
        return 0.0
    signed, _ = _ELLIPSOID.polygon_area_perimeter(at[:, 0], at[:, 1])
    return abs(float(signed))


def metric(at: NDArray[np.float64], epsg: int) -> NDArray[np.float64]:
    """Return what a metre of the grid is on the ground at `n` places, in every direction.

    Cheaper than `legs` for many short lines, and true where a grid stretches unlike east and north (网络墨卡托).

    Parameters
    ----------
    at : (n, 2) in the CRS of code `epsg`, metres.

    Returns
    -------
    (n, 3)
        g_xx, g_xy, g_yy of Gauss's first fundamental form: a step (dx, dy) is
        sqrt(g_xx dx² + 2 g_xy dx dy + g_yy dy²) long, see `on_ground`. The grid's own where a place is nowhere.

    Examples
    --------
    >>> metric(np.array([[500000.0, 3100000.0], [np.nan, 0.0]]), 4549).round(6).tolist()
    [[1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]
    """
    at = np.asarray(at, dtype=np.float64).reshape(-1, 2)
    around = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])[:, None]
    moved = transform_xy((at + around).reshape(-1, 2), epsg, CGCS2000)
    west, east, south, north = np.radians(moved).reshape(4, -1, 2)
    by_x, by_y = (
        (east - west) / 2,
        (north - south) / 2,
    )  # radians of longitude and latitude to a metre of the grid
    latitude = (east[:, 1] + west[:, 1]) / 2
    bend = 1 - _ELLIPSOID.es * np.sin(latitude) ** 2
    parallel = _ELLIPSOID.a * np.cos(latitude) / np.sqrt(bend)
    meridian = _ELLIPSOID.a * (1 - _ELLIPSOID.es) / bend**1.5
    radii = np.column_stack([parallel, meridian])
    by_x, by_y = by_x * radii, by_y * radii
    form = np.column_stack([(by_x * by_x).sum(axis=1), (by_x * by_y).sum(axis=1), (by_y * by_y).sum(axis=1)])
    form[~np.isfinite(form).all(axis=1)] = 1.0, 0.0, 1.0
    return form


def on_ground(steps: NDArray[np.float64], form: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths, metres, of (n, 2) steps on the grid where the ground is of `form`, (n, 3) of `metric`."""
    dx, dy = steps[:, 0], steps[:, 1]
    squares = form[:, 0] * dx * dx + 2 * form[:, 1] * dx * dy + form[:, 2] * dy * dy
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
