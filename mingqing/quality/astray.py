"""What coordinates that cannot be right look like: the slip by which they would have come about."""

import numpy as np
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.crs.guess import CrsGuess, guess
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import CGCS2000, describe
from mingqing.quality.ground import Ground

_UNFILLED = 1.0  # nearer to 0, 0 than this, in metres or degrees


def cell_of(box: NDArray[np.float64]) -> tuple[int, int]:
    """Return which stretch of coordinates a box is in: what is wrong with one place of it, is with all."""
    x, y = (box[:2] + box[2:]) / 2
    if abs(x) < _UNFILLED and abs(y) < _UNFILLED:
        return 0, 0
    degrees = abs(x) < 360 and abs(y) < 360
    size = 0.5 if degrees else 50_000.0
    return int(x // size) * 2 + 1, int(y // size) * 2 + int(degrees)


def looks_like(box: NDArray[np.float64], ground: Ground) -> str:
    """Return what is wrong with coordinates, and what to do.

    A slip is named where undoing it brings the place to where the project is.

    Parameters
    ----------
    box : x min, y min, x max, y max, as stored.
    """
    x, y = (box[:2] + box[2:]) / 2
    if abs(x) < _UNFILLED and abs(y) < _UNFILLED:
        return tr("坐标是 0，多半是没有填，请补上位置")
    turned = (y, x, y, x)
    direct = guess((x, y, x, y), project_epsg=ground.epsg)
    swapped = [CrsGuess(g.crs, "", swapped=True) for g in guess(turned, project_epsg=ground.epsg)]
    for each in (*direct, *swapped):
        if each.crs != ground.epsg or each.swapped:
            place = np.array([[y, x] if each.swapped else [x, y]])
            if _reaches(transform_xy(place, each.crs, ground.epsg)[0], ground):
                return _slip(each, ground.epsg)
    return tr("离各村太远，请核对坐标和坐标系")


def _reaches(xy: NDArray[np.float64], ground: Ground) -> bool:
    xmin, ymin, xmax, ymax = ground.reach
    return bool(xmin <= xy[0] <= xmax and ymin <= xy[1] <= ymax)


def _slip(found: CrsGuess, epsg: int) -> str:
    if found.crs == epsg:
        return tr("像是横纵坐标颠倒了，请对调后重新导入")
    system = describe(found.crs) if isinstance(found.crs, int) else found.crs
    if found.crs == CGCS2000:
        system = tr("经纬度（纬度在前）") if found.swapped else tr("经纬度")
    elif found.swapped:
        system += tr("（横纵还颠倒了）")
    return tr("像是{system}的坐标，没有换算到本项目的坐标系，请选对坐标系重新导入").format(system=system)
