"""Spikes and slivers: what slips of the hand and of other programs leave in a shape."""

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.digitising.paths import Path, as_one, cross, is_polygon, lengths, put_together, taken_apart

SPIKE_M = 0.05  # two sides nearer than this where the shorter one begins are a way there and back
_SHORTEST_SPIKE_M = 0.5
_SLIVER_M = 0.1  # mean width; the narrowest terrace that is ploughed is five times as wide


def spikes(shape: shapely.Geometry) -> Path:
    """Return the (k, 2) tips where a border or line goes out and comes back in its own track."""
    found = [path[_tips(path, closed=is_polygon(shape))] for rings in taken_apart(shape) for path in rings]
    return np.concatenate(found) if found else np.empty((0, 2))


def without_spikes(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape without its spikes, the same object where it has none."""
    parts = taken_apart(shape)
    changed = False
    for rings in parts:
        for i in range(len(rings)):
            least = 3 if is_polygon(shape) else 2
            while len(rings[i]) > least and (tips := _tips(rings[i], closed=is_polygon(shape))).any():
                rings[i], changed = np.delete(rings[i], int(tips.argmax()), axis=0), True
    return put_together(shape, parts) if changed else shape


def without_slivers(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return a polygon without those parts that are as narrow as a line; None where all of it is.

    The same object where there are none.
    """
    if not is_polygon(shape):
        return shape
    parts = shapely.get_parts(shape)
    wide = 2 * shapely.area(parts) / shapely.length(parts) >= _SLIVER_M
    if wide.all():
        return shape
    return as_one(list(parts[wide])) if wide.any() else None


def _tips(path: Path, *, closed: bool) -> NDArray[np.bool_]:
    """Return (n,) which corners are the tips of spikes."""
    back, on = np.roll(path, 1, axis=0) - path, np.roll(path, -1, axis=0) - path
    size = np.stack([lengths(back), lengths(on)])
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(cross(back, on)) / size.max(axis=0)
    acute = (back * on).sum(axis=1) > 0
    tips: NDArray[np.bool_] = acute & (gap < SPIKE_M) & (size.min(axis=0) > _SHORTEST_SPIKE_M)
    if not closed:
        tips[[0, -1]] = False
    return tips
