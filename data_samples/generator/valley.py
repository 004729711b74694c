"""The plan of a block: where its main valley and its side valleys run, before any mountain stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .curves import chainage, offset, resample
from .dice import dice

if TYPE_CHECKING:
    from .grid import Floats

AXIS_SHARE = 0.49
ROAD_OFFSET_M = 37.0


@dataclass(frozen=True)
class BlockSpec:
    """A stretch of valley to invent.

    Attributes
    ----------
    seed : everything follows from it.
    x0, y0 : south-west corner, metres.
    width_m, height_m : extent.
    sides : one side valley each, +1 to the north, -1 to the south; every side valley is a village.
    main_villages : villages along the main stream, counted downstream.
    framed : the block has to fit others around it, edge to edge; otherwise ridges bound it.
    houses : houses wanted in each village, main villages first.
    """

    seed: int
    x0: float
    y0: float
    width_m: float
    height_m: float
    sides: tuple[int, ...]
    main_villages: int
    framed: bool
    houses: tuple[int, ...]

    @property
    def villages(self) -> int:
        """Number of villages."""
        return self.main_villages + len(self.sides)


@dataclass(frozen=True)
class Valley:
    """A stream with its valley floor.

    Attributes
    ----------
    axis : the valley's line, flowing from its first vertex to its last, vertices 10 m apart.
    bed : the stream itself, meandering about the axis.
    bed_z : metres above the sea at the bed's vertices, never rising.
    floor_m : half the width of the valley floor at the axis's vertices.
    main : the main stream, wide enough to be drawn as a polygon.
    """

    axis: Floats
    bed: Floats
    bed_z: Floats
    floor_m: Floats
    main: bool
    s: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "s", chainage(self.axis))


def _window(t: Floats, length: float, ramp: float) -> Floats:
    """Return 1 inside and 0 at both ends of [0, length], with zero slope there."""
    u = np.clip(np.minimum(t, length - t) / ramp, 0.0, 1.0)
    return u * u * (3 - 2 * u)


def _wander(rng: np.random.Generator, s: Floats, waves: list[tuple[float, float]]) -> Floats:
    """Sum sine waves of (amplitude m, wavelength m) with wandering phase."""
    total = np.zeros(len(s))
    for amplitude, wavelength in waves:
        drift = rng.normal(0, 0.5) * np.sin(s / wavelength * 1.7 + rng.uniform(0, 6.28))
        total += amplitude * np.sin(2 * np.pi * s / wavelength + rng.uniform(0, 6.28) + drift)
    return total


def main_valley(spec: BlockSpec) -> Valley:
    """Draw the main valley through the block from west to east."""
    rng = dice(spec.seed, "main valley")
    x = np.arange(-160.0, spec.width_m + 161.0, 10.0)
    inside = _window(x, spec.width_m, 500.0) if spec.framed else np.ones(len(x))
    swing = min(230.0, spec.width_m * 0.05)
    y = spec.height_m * AXIS_SHARE + inside * _wander(rng, x, [(swing, 2700.0), (swing * 0.3, 1150.0)])
    axis = resample(np.column_stack([x + spec.x0, y + spec.y0]), 10.0)
    s = chainage(axis)
    calm = _window(axis[:, 0] - spec.x0, spec.width_m, 120.0) if spec.framed else np.ones(len(s))
    bed = offset(axis, calm * _wander(rng, s, [(11.0, 245.0), (6.5, 130.0), (3.0, 61.0)]))
    z = 322.0 - 0.0205 * s + 2.5 * np.sin(s / 260.0) * calm
    floor = 88.0 + calm * np.clip(_wander(rng, s, [(28.0, 900.0), (14.0, 370.0)]), -38, 45)
    return Valley(axis, bed, np.minimum.accumulate(z), floor, main=True)


def side_valley(spec: BlockSpec, main: Valley, number: int) -> Valley:
    """Draw side valley `number`, down to its mouth in the main stream."""
    rng = dice(spec.seed, "side valley", number)
    side = spec.sides[number]
    same = [i for i, other in enumerate(spec.sides) if other == side]
    share = (same.index(number) + 0.5) / len(same)
    at = (0.36 if side > 0 else 0.62) if len(same) == 1 else share
    mouth = int(np.argmin(np.abs(main.axis[:, 0] - spec.x0 - spec.width_m * (at + rng.uniform(-0.03, 0.03)))))
    length = spec.height_m * (0.29 if spec.framed else 0.28)
    up = np.arange(0.0, length + 1, 10.0)
    lean = rng.uniform(-0.2, 0.2)
    ramp = np.clip(up / 300.0, 0, 1)
    across = lean * up + ramp * _wander(rng, up, [(75.0, 1000.0), (24.0, 430.0)])
    start = main.bed[mouth]
    axis = resample(np.column_stack([start[0] + across, start[1] + side * up])[::-1], 10.0)
    s = chainage(axis)
    away = s[-1] - s
    calm = np.clip(away / 60.0, 0, 1)
    bed = offset(axis, calm * _wander(rng, s, [(5.0, 150.0), (3.0, 70.0)]))
    bed[-1] = start
    z = main.bed_z[mouth] + 0.026 * away + 1.2e-5 * away**2
    floor = 30.0 + 14.0 * np.sin(s / 170.0 + rng.uniform(0, 6)) ** 2
    return Valley(axis, bed, np.minimum.accumulate(z), floor, main=False)


def neighbours(spec: BlockSpec) -> list[Floats]:
    """Return the lines of the next valleys north and south; ridges towards them bound the block."""
    if spec.framed:
        return []
    rng = dice(spec.seed, "neighbours")
    x = np.arange(0.0, spec.width_m + 1, 10.0)
    lines = []
    for side in (-1, 1):
        with_side = side in spec.sides
        y = spec.height_m * (AXIS_SHARE + side * (0.46 if with_side else 0.40))
        wave = _wander(rng, x, [(120.0, 2300.0), (50.0, 900.0)])
        bend = np.clip(y + wave, 20.0, spec.height_m - 20.0)
        lines.append(np.column_stack([x + spec.x0, bend + spec.y0]))
    return lines
