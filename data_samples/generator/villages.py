"""Village borders: along ridges where the ground divides the water, across the stream between villages."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from .coverage import coverage
from .grid import Floats
from .relief import Relief
from .valley import BlockSpec


def frame(spec: BlockSpec) -> Polygon:
    """Return the outline of a framed block; its west and east edges are alike, and its south and north edges."""
    w, h = spec.width_m, spec.height_m
    up, along = np.arange(0.0, h + 1, 22.0 * h / 3740), np.arange(0.0, w + 1, 22.0 * w / 3740)
    west = _wavy(up, h, 95.0)
    south = _wavy(along, w, 110.0)
    ring = [
        np.column_stack([along, south]),
        np.column_stack([w + west, up]),
        np.column_stack([along, h + south])[::-1],
        np.column_stack([west, up])[::-1],
    ]
    xy = np.vstack([side[:-1] for side in ring]) + [spec.x0, spec.y0]
    return Polygon(np.round(xy, 2))


def _wavy(t: Floats, length: float, swing: float) -> Floats:
    """Return an offset that is nothing at both ends and in the middle, where the stream and the road cross."""
    u = t / length
    wave = np.sin(2 * np.pi * u) * 0.6 + 0.35 * np.sin(6 * np.pi * u) + 0.2 * np.sin(10 * np.pi * u + 0.9 * np.sin(np.pi * u))
    return swing * wave * np.minimum(1, 12 * u * (1 - u))


def village_polygons(relief: Relief) -> list[Polygon]:
    """Return the polygon of every village, in the order of their numbers, sharing their borders' vertices."""
    spec, grid = relief.spec, relief.coarse
    if spec.framed:
        outer = frame(spec)
    else:
        edge = 3 * grid.cell
        x1, y1 = grid.x0 + grid.cols * grid.cell, grid.y0 + grid.rows * grid.cell
        corners = [(grid.x0 + edge, grid.y0 + edge), (x1 - edge, grid.y0 + edge), (x1 - edge, y1 - edge)]
        outer = Polygon([*corners, (grid.x0 + edge, y1 - edge)])
    parts = coverage(
        outer, grid, relief.village, smooth_m=75.0, tolerance_m=1.5, least_m2=150_000.0,
        snap_m=15.0 if spec.framed else 0.0,
    )
    return [max((p for p, n in parts if n == number), key=lambda p: p.area) for number in range(1, spec.villages + 1)]


