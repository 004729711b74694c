"""Shapes for formats that know longitude and latitude alone."""

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.zones import CGCS2000, WGS84, describe
from mingqing.export.layer import Layer

DECIMALS = 9
"""Of a degree: a tenth of a millimetre. RFC 7946 thinks of six, which moves the corner of a house by a decimetre."""


def shapes_of(layer: Layer) -> NDArray[np.object_]:
    """Return (n,) shapes rounded, None where there is none.

    Raises
    ------
    InputRefused
        if they are not in degrees of WGS84 or CGCS2000, which no map tells apart.
    """
    if layer.geometry is None:
        return np.full(len(layer), None, dtype=object)
    if layer.epsg not in {CGCS2000, WGS84}:
        raise InputRefused(
            tr("这种格式只能用经纬度，不能用{crs}；请把坐标系改成 CGCS2000 经纬度").format(
                crs=describe(layer.epsg)
            )
        )
    whole = layer.geometry.copy()
    whole[shapely.is_empty(whole)] = None
    rounded: NDArray[np.object_] = shapely.transform(whole, lambda xy: np.round(xy, DECIMALS))
    return rounded
