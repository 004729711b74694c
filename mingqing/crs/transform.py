"""Bringing whole arrays of geometries from one CRS into another, always x, y (east, north)."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.offsets import BD09, GCJ02, bd09_to_wgs84, gcj02_to_wgs84
from mingqing.crs.recognise import recognise
from mingqing.crs.zones import WGS84, Datum

Array = NDArray[np.float64]
Step = Callable[[Array, Array], tuple[Array, Array]]

_OFFSETS: dict[str, Step] = {GCJ02: gcj02_to_wgs84, BD09: bd09_to_wgs84}
_OLD_ELLIPSOIDS = ("+ellps=krass", "+ellps=IAU76", "+a=6378140", "+a=6378245")
_SHIFTS = ("+towgs84=", "+nadgrids=", "TOWGS84[", "BOUNDCRS[")


def transform(geometries: NDArray[np.object_], from_crs: int | str, to_epsg: int) -> NDArray[np.object_]:
    """Transform geometries in bulk.

    Parameters
    ----------
    geometries : (n,) shapely geometries or None, 2D, x east and y north in `from_crs`.
    from_crs : EPSG code, WKT, PROJ string or pipeline (which must end in `to_epsg`), or "GCJ-02", "BD-09".
    to_epsg : EPSG code of the result.

    Returns
    -------
    (n,) geometries
        None where there was none, and where the result would not be finite.

    Raises
    ------
    InputRefused
        if `from_crs` is not understood, or is 西安80 or 北京54 without parameters of its own.

    Examples
    --------
    >>> here = shapely.points([[500000.0, 3000000.0], [np.inf, 0.0]])
    >>> transform(here, 4549, 4528)[0].x, transform(here, 4549, 4528)[1]
    (40500000.0, None)
    """
    step = _step(from_crs, to_epsg)

    def move(xy: Array) -> Array:
        return np.column_stack(step(xy[:, 0], xy[:, 1]))

    moved: NDArray[np.object_] = geometries.copy()
    present = ~shapely.is_missing(geometries)
    if not present.any():
        return moved
    moved[present] = shapely.transform(geometries[present], move)
    coordinates, owners = shapely.get_coordinates(moved, return_index=True)
    moved[np.unique(owners[~np.isfinite(coordinates).all(axis=1)])] = None
    return moved


def transform_xy(xy: Array, from_crs: int | str, to_epsg: int) -> Array:
    """Transform an (n, 2) array of coordinates; NaN where a result is not finite. Raises as `transform`."""
    moved = np.column_stack(_step(from_crs, to_epsg)(xy[:, 0], xy[:, 1]))
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved


def require_usable(crs: int | str) -> None:
    """Raise InputRefused where coordinates in `crs` cannot be brought into CGCS2000 well enough."""
    text = str(crs)
    if text in _OFFSETS or text.startswith("+proj=pipeline") or any(mark in text for mark in _SHIFTS):
        return
    finding = recognise(text)
    old = finding.datum if finding else Datum.OTHER
    if text.startswith("+") and any(mark in text for mark in _OLD_ELLIPSOIDS):
        old = Datum.XIAN80 if "IAU76" in text or "6378140" in text else Datum.BEIJING54
    if old.is_old:
        raise InputRefused(
            tr(
                "坐标系是{datum}，没有公开参数能准确转到 CGCS2000；"
                "请向县自然资源部门索取转换参数（七参数或 PROJ 转换式）再导入，或请他们先转成 CGCS2000。"
            ).format(datum=old)
        )


@lru_cache(maxsize=64)
def _step(from_crs: int | str, to_epsg: int) -> Step:
    """One function from x, y to x, y. PROJ's own objects are costly to make and are kept."""
    require_usable(from_crs)
    if from_crs in _OFFSETS:
        unshift, onward = _OFFSETS[str(from_crs)], _step(WGS84, to_epsg)
        return lambda x, y: onward(*unshift(x, y))
    if from_crs == to_epsg:
        return lambda x, y: (x, y)
    try:
        if str(from_crs).startswith("+proj=pipeline"):
            transformer = pyproj.Transformer.from_pipeline(str(from_crs))
        else:
            transformer = pyproj.Transformer.from_crs(from_crs, to_epsg, always_xy=True)
    except (CRSError, ProjError) as error:
        raise InputRefused(
            tr("看不懂坐标系“{crs}”，请填 EPSG 代码或 PROJ 参数。").format(crs=from_crs)
        ) from error
    return transformer.transform
