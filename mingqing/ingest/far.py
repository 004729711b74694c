"""Shapes so far away that a coordinate must be wrong: one of them would shrink every map to a dot."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.ingest.prepare import Prepared
from mingqing.ingest.report import LeftOut
from mingqing.store.geometry import boxes_of

_BEYOND_AREA_DEGREES = 1.0
_BEYOND_VILLAGES_KM = 50.0
_KM_A_DEGREE = 111.0
_WGS84 = 4326

Box = Sequence[float]  # x min, y min, x max, y max


def leave_out_far(prepared: Prepared, epsg: int, villages: Box | None) -> None:
    """List and drop the rows of a layer whose shape is absurdly far away, with what they feed.

    epsg : of the project, which its shapes are in.
    villages : what the project's villages cover, in that CRS; None where none is known.
    """
    for part in prepared.parts:
        there = [i for i, blob in enumerate(part.geometry or ()) if blob is not None]
        if not there:
            continue
        boxes = boxes_of([blob for blob in part.geometry or () if blob is not None])
        known = None if part.table == "village" else villages
        km = _far_km(boxes, epsg, known)
        far = {part.rows[there[k]]: float(km[k]) for k in np.flatnonzero(km).tolist()}
        if far:
            reason = tr("坐标离本村太远（约 {km:.0f} 公里），没有导入，请核对")
            prepared.report.left_out += [LeftOut(row, None, reason.format(km=d)) for row, d in far.items()]
            for each in prepared.parts:
                each.keep([i for i, row in enumerate(each.rows) if row not in far])


def _far_km(boxes: NDArray[np.float64], epsg: int, villages: Box | None) -> NDArray[np.float64]:
    """How far (n, 4) x min, x max, y min, y max lie off, where that is absurd; 0 elsewhere."""
    area, km_a_unit = _area(epsg)
    x0, x1, y0, y1 = boxes.T
    if area is None:
        out = np.zeros(len(boxes))
    else:  # the farthest corner counts: one wrong vertex is enough
        w, s, e, n = area
        out = np.hypot(
            np.maximum.reduce([w - x0, x1 - e, 0 * x0]), np.maximum.reduce([s - y0, y1 - n, 0 * y0])
        )
    if villages is not None:  # the nearest does: a road may well lead far
        w, s, e, n = villages
        off = np.hypot(
            np.maximum.reduce([w - x1, x0 - e, 0 * x0]), np.maximum.reduce([s - y1, y0 - n, 0 * y0])
        )
        out = np.where((out > 0) | (off * km_a_unit > _BEYOND_VILLAGES_KM), np.maximum(off, out), 0)
    return out * km_a_unit


@lru_cache(maxsize=8)
def _area(epsg: int) -> tuple[Box | None, float]:
    """What a CRS is meant for and a little more, as a box in its own units; and kilometres to such a unit."""
    crs = pyproj.CRS.from_epsg(epsg)
    km_a_unit = _KM_A_DEGREE if crs.is_geographic else 0.001
    if crs.area_of_use is None:
        return None, km_a_unit
    west, south, east, north = crs.area_of_use.bounds
    lon = np.linspace(west - _BEYOND_AREA_DEGREES, east + _BEYOND_AREA_DEGREES, 9)
    lat = np.linspace(max(south - _BEYOND_AREA_DEGREES, -90), min(north + _BEYOND_AREA_DEGREES, 90), 9)
    xy = transform_xy(np.array([(x, y) for x in lon for y in lat]), _WGS84, epsg)
    return (*np.nanmin(xy, axis=0).tolist(), *np.nanmax(xy, axis=0).tolist()), km_a_unit
