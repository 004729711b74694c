"""Village borders: along ridges where the ground divides the water, across the stream between villages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from shapely import Polygon

from .coverage import coverage
from .valley import AXIS_SHARE, ROAD_OFFSET_M, BlockSpec

if TYPE_CHECKING:
    from .grid import Floats
    from .relief import Relief


def frame(spec: BlockSpec) -> Polygon:
    """Return the outline of a framed block; opposite edges are alike."""
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
    xy = np.vstack([side[:-1] for side in ring]) + np.array([spec.x0, spec.y0])
    return Polygon(np.round(xy, 2))


def _wavy(t: Floats, length: float, swing: float) -> Floats:
    """Return an offset that is nothing at both ends and in the middle, where roads cross."""
    u = t / length
    wave = 0.6 * np.sin(2 * np.pi * u) + 0.35 * np.sin(6 * np.pi * u) + 0.22 * np.sin(14 * np.pi * u)
    return np.asarray(np.round(swing * wave * np.minimum(1, 12 * u * (1 - u)), 2))


def portals(spec: BlockSpec) -> Floats:
    """Return where roads cross the frame: west, east, north, south, just where the next block's do."""
    w, h = spec.width_m, spec.height_m
    y = round(h * AXIS_SHARE + ROAD_OFFSET_M, 2)
    x = round(w / 2, 2)
    bend_w, bend_s = float(_wavy(np.array([y]), h, 95.0)[0]), float(_wavy(np.array([x]), w, 110.0)[0])
    at = [[bend_w, y], [w + bend_w, y], [x, h + bend_s], [x, bend_s]]
    return np.asarray(np.round(np.array(at) + np.array([spec.x0, spec.y0]), 2))


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
        outer,
        grid,
        relief.village,
        smooth_m=75.0,
        tolerance_m=1.5,
        least_m2=150_000.0,
        snap_m=15.0 if spec.framed else 0.0,
    )
    return [
        max((p for p, n in parts if n == number), key=lambda p: p.area)
        for number in range(1, spec.villages + 1)
    ]
