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
