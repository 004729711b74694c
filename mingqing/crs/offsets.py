"""GCJ-02 and BD-09, the offset coordinates of Chinese web maps, to WGS84.

The offset was never published. The series used here was found in a desktop map in 2010 and has been
reproduced by every open implementation since (`eviltransform`, `coordtransform`): polynomial and sines over
(lon - 105, lat - 35) degrees, in metres, turned into degrees on the Krasovsky ellipsoid. BD-09 adds a
rotation and a scale published with the Baidu map API. Both forward maps are smooth, so their inverses are
found by fixed-point iteration, to less than a millimetre.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GCJ02 = "GCJ-02"
BD09 = "BD-09"

_A_M = 6378245.0  # Krasovsky 1940
_E2 = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0


def outside_china(lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Whether the offset does not apply: outside 72.004–137.8347°E, 0.8293–55.8271°N."""
    return (lon < 72.004) | (lon > 137.8347) | (lat < 0.8293) | (lat > 55.8271)


def _waves(t: Array, amplitudes_m: tuple[float, ...], frequencies: tuple[float, ...]) -> Array:
    total = np.zeros_like(t)
    for amplitude, frequency in zip(amplitudes_m, frequencies, strict=True):
        total += amplitude * np.sin(frequency * np.pi * t)
    return total * 2.0 / 3.0


def wgs84_to_gcj02(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Add the GCJ-02 offset to WGS84 degrees, (n,) each.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(np.array([116.391]), np.array([39.9075]))
    >>> round(float(lon[0]), 5), round(float(lat[0]), 5)
    (116.39724, 39.9089)
    """
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = _waves(x, (20.0, 20.0), (6.0, 2.0))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_m += _waves(y, (20.0, 40.0, 160.0, 320.0), (1.0, 1 / 3, 1 / 12, 1 / 30))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_m += _waves(x, (20.0, 40.0, 150.0, 300.0), (1.0, 1 / 3, 1 / 12, 1 / 30))
    phi = np.radians(lat)
    w2 = 1.0 - _E2 * np.sin(phi) ** 2
    dlat = np.degrees(north_m * w2 * np.sqrt(w2) / (_A_M * (1.0 - _E2)))
    dlon = np.degrees(east_m * np.sqrt(w2) / (_A_M * np.cos(phi)))
    outside = outside_china(lon, lat)
    return np.where(outside, lon, lon + dlon), np.where(outside, lat, lat + dlat)


def gcj02_to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Turn GCJ-02 degrees into BD-09, (n,) each."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _inverse(
    forward: Callable[[Array, Array], tuple[Array, Array]], lon: Array, lat: Array
) -> tuple[Array, Array]:
    """Solve forward(result) = (lon, lat) by fixed-point iteration; a round leaves 1e-3 of the error."""
    x, y = lon.copy(), lat.copy()
    for _ in range(8):
        fx, fy = forward(x, y)
        x, y = x + (lon - fx), y + (lat - fy)
    return x, y


def gcj02_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Take the GCJ-02 offset away, (n,) degrees each.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(np.array([119.48]), np.array([28.45])))
    >>> bool(np.hypot(lon - 119.48, lat - 28.45)[0] < 1e-9)
    True
    """
    return _inverse(wgs84_to_gcj02, lon, lat)


def bd09_to_wgs84(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Turn BD-09 degrees into WGS84, (n,) each."""
    return gcj02_to_wgs84(*_inverse(gcj02_to_bd09, lon, lat))
