"""Lengths, bearings and areas as they are on the ground, whatever the map's grid makes of them.

Reckoned on the ellipsoid of CGCS2000 (GB/T 22021-2008: a = 6378137 m, 1/f = 298.257222101). Between two corners
runs the shortest way over the ellipsoid; heights do not count. A grid's own lengths differ from these by its scale:
by up to 1:2900 in a 3° zone, by some 13 % in 网络墨卡托 at 28°.
"""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from mingqing.crs.transform import transform, transform_xy
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


def areas_m2(shapes: NDArray[np.object_], epsg: int) -> NDArray[np.float64]:
    """Return the areas of many shapes, (n,); NaN of what is no area, 0 of one without extent.

    On Lambert's cylindrical equal-area map, lines between corners being straight there; surveys of land take them for
    straight in degrees (TD/T 1055-2019, annex D). Either differs from `area_m2` by the cube of an edge's length:
    0.003 m² for one of 100 m.
    Source: Snyder, Map Projections: A Working Manual (1987), 3-12 and 10-15.

    Examples
    --------
    >>> import shapely
    >>> areas_m2(np.array([shapely.box(450000, 3100000, 450100, 3100100), shapely.Point(0, 0)]), 4549).round(1).tolist()
    [9999.4, nan]
    """
    flat = shapely.transform(transform(shapes, epsg, CGCS2000), _equal_area)
    return np.where(shapely.get_dimensions(flat) == 2, shapely.area(flat), np.nan)


def _equal_area(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.sqrt(_ELLIPSOID.es)
    sine = e * np.sin(np.radians(lonlat[:, 1]))
    q = (1 - e * e) / e * (sine / (1 - sine * sine) + np.arctanh(sine))
    return np.column_stack([np.radians(lonlat[:, 0]), q / 2]) * _ELLIPSOID.a


def lengths_m(shapes: NDArray[np.object_], epsg: int) -> NDArray[np.float64]:
    """Return the lengths of many lines, (n,), between corners the shortest way; NaN of what is no line.

    Examples
    --------
    >>> import shapely
    >>> lengths_m(np.array([shapely.LineString([(119, 28), (119, 29)]), None]), 4490).round(1).tolist()
    [110827.6, nan]
    """
    lonlat = transform(shapes, epsg, CGCS2000)
    parts, owners = shapely.get_parts(lonlat, return_index=True)
    corners, line = shapely.get_coordinates(parts, return_index=True)
    on = line[1:] == line[:-1]
    _, _, legs_m = _ELLIPSOID.inv(*corners[:-1][on].T, *corners[1:][on].T)
    found = np.bincount(owners[line[1:][on]], weights=legs_m, minlength=len(shapes))
    return np.where(shapely.get_dimensions(lonlat) == 1, found, np.nan)


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
