"""Water as it is drawn: the main stream as a polygon, smaller ones as lines, ponds and ditches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Polygon

from .curves import offset, ribbon, smooth
from .dice import dice
from .grid import Floats, gradient

if TYPE_CHECKING:
    from .relief import Relief


@dataclass(frozen=True)
class Waters:
    """The water of a block.

    Attributes
    ----------
    stream : the main stream's surface.
    lines : (vertices, kind, name) of streams and ditches.
    ponds : (surface, kind, capacity in cubic metres, name).
    """

    stream: Polygon
    lines: list[tuple[Floats, str, str]]
    ponds: list[tuple[Polygon, str, int, str]]

    def surface(self) -> shapely.Geometry:
        """Return all of it as areas."""
        thin = [LineString(xy).buffer(2.2 if kind == "溪" else 0.9) for xy, kind, _ in self.lines]
        return shapely.union_all([self.stream, *thin, *(p[0] for p in self.ponds)])


def build_water(relief: Relief, side_names: list[str]) -> Waters:
    """Draw the water of a block."""
    rng = dice(relief.spec.seed, "water")
    bed = relief.main.bed
    s = np.arange(len(bed)) * 10.0
    half = 4.6 + 1.3 * np.sin(s / 210.0 + 1) + 0.9 * np.sin(s / 83.0) + s / s[-1] * 1.2
    wide = 0.7 * np.sin(s / 57.0 + 2)
    stream = Polygon(ribbon(bed, half + wide, half - wide)).buffer(0)
    lines = [(v.bed, "溪", n) for v, n in zip(relief.sides, side_names, strict=True)]
    lines += [(b.line, "溪", "") for b in relief.brooks]
    lines += _ditches(relief, rng)
    ponds = _ponds(relief, rng)
    return Waters(stream, lines, ponds)


def _ditches(relief: Relief, rng: np.random.Generator) -> list[tuple[Floats, str, str]]:
    """Lead water out of the main stream and along the edge of the valley floor."""
    valley, found = relief.main, []
    count = 2
    for i in range(count):
        a = int(len(valley.axis) * ((i + 0.18) / count + 0.03 * rng.random()))
        b = int(len(valley.axis) * ((i + 0.78) / count + 0.03 * rng.random()))
        side = 1.0 if rng.random() < 0.5 else -1.0
        ramp = np.clip(np.arange(b - a) / 18.0, 0, 1)
        reach = np.minimum(valley.floor_m[a:b] + 4.0, 105.0)
        line = (
            offset(valley.axis, side * 1.0)[a:b]
            + (offset(valley.axis, side)[a:b] - valley.axis[a:b]) * ((reach * ramp)[:, None])
        )
        line = smooth(line, 3.0)
        line[0] = valley.bed[a]
        found.append((line, "渠", "灌溉渠"))
    return found


def _ponds(relief: Relief, rng: np.random.Generator) -> list[tuple[Polygon, str, int, str]]:
    """Dam the smallest brooks into ponds, one or two for every village."""
    ponds: list[tuple[Polygon, str, int, str]] = []
    dx, dy = gradient(relief.z, relief.grid.cell, 30.0)
    spots = [b.line[int(len(b.line) * rng.uniform(0.25, 0.6))] for b in relief.brooks if b.area_m2 < 900_000]
    for xy in spots:
        if len(ponds) >= 2 * relief.spec.villages or any(
            p[0].distance(shapely.Point(xy)) < 500 for p in ponds
        ):
            continue
        g = np.array([relief.grid.sample(v, xy[None])[0] for v in (dx, dy)])
        steep = float(np.hypot(*g))
        if steep > 0.42 or steep < 0.02:
            continue
        size = float(rng.uniform(16.0, 30.0))
        turn = np.linspace(0, 2 * np.pi, 41)
        up = g / steep
        along = np.array([-up[1], up[0]])
        radius = size * (
            1 + 0.13 * np.sin(2 * turn + rng.uniform(0, 6)) + 0.08 * np.sin(3 * turn + rng.uniform(0, 6))
        )
        u, v = radius * np.cos(turn) * 0.85, radius * np.sin(turn)
        v = np.maximum(v, -0.42 * size)
        ring = xy + u[:, None] * along + (v[:, None]) * up * 1.25
        shape = Polygon(ring[:-1]).buffer(0)
        ponds.append((shape, "山塘", int(shape.area * rng.uniform(2.2, 4.0)), ""))
    return ponds
