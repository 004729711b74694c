"""Shapes that only went through another CRS, or fewer decimals, and are where they were."""

from collections.abc import Mapping, MutableSequence, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.store.geometry import decode

_SAME_M = 0.001
_AREAL = {GeometryType.POLYGON, GeometryType.MULTIPOLYGON}


def keep_unmoved(
    new: MutableSequence[bytes | None], stored: Sequence[bytes | None], pairs: Mapping[int, int]
) -> None:
    """Put what is stored in place of shapes that differ from it by less than a millimetre, so that nothing drifts.

    Parameters
    ----------
    new, stored : SpatiaLite BLOBs in the project's CRS, metres.
    pairs : index in `new` → index in `stored` of the same row.
    """
    differing = [(i, j) for i, j in pairs.items() if new[i] and stored[j] and new[i] != stored[j]]
    if not differing:
        return
    same = _within(decode([new[i] for i, _ in differing]), decode([stored[j] for _, j in differing]))
    for at in np.flatnonzero(same).tolist():
        i, j = differing[at]
        new[i] = stored[j]


def _within(a: NDArray[np.object_], b: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each of (n,) shapes has the vertices of another, each within a millimetre, wherever its rings begin."""
    alike = (
        (shapely.get_type_id(a) == shapely.get_type_id(b))
        & (shapely.get_num_coordinates(a) == shapely.get_num_coordinates(b))
        & (np.abs(shapely.bounds(a) - shapely.bounds(b)) <= _SAME_M).all(axis=1)
    )
    at = np.flatnonzero(alike)
    same = np.zeros(len(a), dtype=bool)
    same[at] = shapely.equals_exact(a[at], b[at], _SAME_M)
    areal = np.isin(shapely.get_type_id(a), [int(kind) for kind in _AREAL])
    at = np.flatnonzero(alike & areal & ~same)  # the ring may begin elsewhere, the parts be in another order
    apart = shapely.area(shapely.symmetric_difference(a[at], b[at]))
    same[at] = (apart <= _SAME_M * shapely.length(b[at])) & (
        shapely.hausdorff_distance(a[at], b[at]) <= _SAME_M
    )
    return same
