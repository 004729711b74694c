"""Where in a polygon there is most room for a line of text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.core.paths import Paths

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_LEVELS = np.array([0.15, 0.26, 0.38, 0.5, 0.62, 0.74, 0.85])
"""Heights at which room is looked for, in shares of the polygon's own, in order."""
_CENTRAL = 0.8  # how much less a place at a polygon's edge is worth than one in its middle


@dataclass(frozen=True, slots=True)
class Rooms:
    """Places in `n` polygons, `k` in each, best first.

    middle : (n, k, 2) pixels. size : (n, k, 2) width and height of the room there; no width where there is none.
    """

    middle: Floats
    size: Floats


def rooms(paths: Paths, boxes: Floats, text_px: float) -> Rooms:
    """Return the widest room at each of some heights in every polygon, as far as it lies in its box.

    A stretch counts that is inside along both the upper and the lower edge of text of `text_px` set there. It depends
    on the polygon and its box alone, so that with a polygon's own bounds it stays where it is while the map is moved.

    Parameters
    ----------
    paths : `n` polygons in pixels. boxes : (n, 4) left, top, right, bottom.
    """
    top, high = boxes[:, 1], boxes[:, 3] - boxes[:, 1]
    y = top[:, None] + high[:, None] * _LEVELS
    reach = 0.35 * text_px
    upper, lower = (_widest(paths, top + shift, high, boxes) for shift in (-reach, reach))
    left = np.maximum(upper[0], lower[0])
    width = np.maximum(np.minimum(upper[1], lower[1]) - left, 0.0)
    worth = width * (1 - _CENTRAL * np.abs(_LEVELS - 0.5))
    best = np.argsort(-worth, axis=1, kind="stable")
    x = left + width / 2
    x, y, width = (np.take_along_axis(a, best, axis=1) for a in (x, y, width))
    return Rooms(np.stack([x, y], axis=2), np.stack([width, np.broadcast_to(high[:, None], x.shape)], axis=2))


def _widest(paths: Paths, top: Floats, high: Floats, boxes: Floats) -> tuple[Floats, Floats]:
    """Return (n, k) left and right ends of the widest stretch of each polygon at each level."""
    count = len(_LEVELS)
    of, level, x = _crossings(paths, top, high)
    line = of * count + level
    order = np.lexsort((x, line))
    line, x = line[order], np.clip(x[order], boxes[of[order], 0], boxes[of[order], 2])
    begins = np.flatnonzero(_nth(line) % 2 == 0)  # between an odd crossing and the next one is inside
    begins = begins[begins + 1 < len(line)]
    begins = begins[line[begins] == line[begins + 1]]
    best = begins[np.lexsort((begins, x[begins + 1] - x[begins], line[begins]))]
    best = best[np.diff(line[best], append=-1) != 0]  # the last of each line is its widest
    left, right = np.zeros(len(boxes) * count), np.zeros(len(boxes) * count)
    left[line[best]], right[line[best]] = x[best], x[best + 1]
    return left.reshape(-1, count), right.reshape(-1, count)


def _nth(numbers: Ints) -> Ints:
    """Return how many times each of some sorted numbers has come before."""
    here = np.arange(len(numbers))
    fresh = np.diff(numbers, prepend=-1) != 0
    return here - np.maximum.accumulate(np.where(fresh, here, 0))


def _crossings(paths: Paths, top: Floats, high: Floats) -> tuple[Ints, Ints, Floats]:
    """Return where polygons' edges cross their levels: which polygon, which level, x."""
    edge = np.ones(len(paths.xy), dtype=bool)
    edge[paths.parts[1:] - 1] = False
    a = np.flatnonzero(edge)
    of = np.repeat(np.arange(len(paths)), np.diff(paths.parts[paths.features]))[a]
    share = (paths.xy[:, 1][np.stack([a, a + 1])] - top[of]) / np.maximum(high, 1e-9)[of]
    passed = np.searchsorted(_LEVELS, share)
    first, count = passed.min(axis=0), np.abs(passed[1] - passed[0])
    hit = np.repeat(np.arange(len(a)), count)
    level = first[hit] + np.arange(len(hit)) - (np.cumsum(count) - count)[hit]
    part = (_LEVELS[level] - share[0, hit]) / (share[1, hit] - share[0, hit])
    x = paths.xy[:, 0]
    return of[hit], level, x[a[hit]] + part * (x[a[hit] + 1] - x[a[hit]])
