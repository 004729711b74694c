"""Plane curves as arrays of vertices shaped (n, 2), in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from .grid import Floats


def chainage(xy: Floats) -> Floats:
    """Return the distance of every vertex from the first along the curve, metres."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])


def resample(xy: Floats, step_m: float) -> Floats:
    """Return the curve with vertices about `step_m` apart, ends kept."""
    s = chainage(xy)
    n = max(2, round(s[-1] / step_m) + 1)
    at = np.linspace(0.0, s[-1], n)
    return np.column_stack([np.interp(at, s, xy[:, 0]), np.interp(at, s, xy[:, 1])])


def normals(xy: Floats) -> Floats:
    """Return unit vectors to the left of the curve at its vertices."""
    tangent = np.gradient(xy, axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])


def offset(xy: Floats, left_m: Floats | float) -> Floats:
    """Move every vertex `left_m` to the left of the curve."""
    return xy + normals(xy) * (np.ones(len(xy)) * left_m)[:, None]


def smooth(xy: Floats, sigma: float) -> Floats:
    """Smooth a curve by a Gaussian of `sigma` vertices; ends stay, a closed curve stays closed."""
    n = len(xy)
    if n < 4:
        return xy
    if np.abs(xy[0] - xy[-1]).max() < 1e-6:
        ring = ndimage.gaussian_filter1d(xy[:-1], sigma, axis=0, mode="wrap")
        return np.vstack([ring, ring[:1]])
    pad = min(n - 1, int(4 * sigma) + 1)
    head = 2 * xy[0] - xy[pad:0:-1]
    tail = 2 * xy[-1] - xy[-2 : -pad - 2 : -1]
    out = ndimage.gaussian_filter1d(np.vstack([head, xy, tail]), sigma, axis=0)[pad : pad + n]
    out[0], out[-1] = xy[0], xy[-1]
    return np.asarray(out)


def ribbon(xy: Floats, left_m: Floats, right_m: Floats) -> Floats:
    """Return the closed ring between the curve's two offsets."""
    return np.vstack([offset(xy, left_m), offset(xy, -right_m)[::-1], offset(xy, left_m)[:1]])
