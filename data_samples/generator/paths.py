"""Footpaths beyond the last house: up to terraces, to the ridge, across to the next hamlet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Polygon

from .dice import dice
from .roads import Ground, Road, vertices

if TYPE_CHECKING:
    from .grid import Floats
    from .hamlets import Hamlet
    from .relief import Relief


def footpaths(
    relief: Relief,
    roads: list[Road],
    hamlets: list[Hamlet],
    built: shapely.Geometry,
    abroad: shapely.Geometry,
    polygons: list[Polygon],
    many: int,
) -> list[Road]:
    """Lead footpaths to `many` places in every village, around the houses (`built`) and not `abroad`."""
    targets: list[Floats] = []
    for village, polygon in enumerate(polygons):
        rng = dice(relief.spec.seed, "footpaths", village)
        inner = polygon.buffer(-25.0)
        own = [h for h in hamlets if h.village == village]
        found = 0
        for _ in range(many * 30):
            hamlet = own[int(rng.integers(len(own)))]
            turn, away = rng.uniform(0, 2 * np.pi), rng.uniform(130.0, 620.0)
            xy = hamlet.centre + away * np.array([np.cos(turn), np.sin(turn)])
            if found < many and shapely.contains_xy(inner, *xy):
                targets.append(xy)
                found += 1
    ground = Ground(relief, 0.28, shapely.union(built, abroad))
    lines = ground.ways(vertices(roads), np.array(targets))
    clear = [xy for xy in lines if not built.intersects(LineString(xy))]
    return [Road(xy, "步道") for xy in _reached(clear, vertices(roads))]


def _reached(lines: list[Floats], network: Floats) -> list[Floats]:
    """Keep the lines that begin on the network or on a line that does."""
    known = set(map(tuple, network))
    kept: list[int] = []
    while True:
        new = [
            i
            for i, xy in enumerate(lines)
            if i not in kept and (tuple(xy[0]) in known or tuple(xy[-1]) in known)
        ]
        if not new:
            return [lines[i] for i in sorted(kept)]
        kept += new
        known |= {tuple(lines[i][end]) for i in new for end in (0, -1)}
