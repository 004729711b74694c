"""The ground of a block: valleys cut into eroded mountains, with a bed for every stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from .curves import chainage, offset, resample, smooth
from .dice import dice
from .grid import Floats, Grid, Ints, noise
from .terrain import Flow, erode
from .valley import BlockSpec, Valley, main_valley, neighbours, side_valley

COARSE_M = 40.0
FINE_M = 20.0
BROOK_AREA_M2 = 160_000.0


@dataclass(frozen=True)
class Brook:
    """A small stream that erosion has cut; it ends on a vertex of a larger one."""

    line: Floats
    area_m2: float


@dataclass(frozen=True)
class Relief:
    """The finished ground.

    Attributes
    ----------
    grid, z : elevation in metres on cells of 20 m.
    main, sides : the valleys of the plan.
    brooks : smaller streams.
    coarse, village : number of the village every coarse cell drains to, 0 outside.
    catchment : on `coarse`, number of the small catchment.
    """

    spec: BlockSpec
    grid: Grid
    z: Floats
    main: Valley
    sides: list[Valley]
    brooks: list[Brook]
    coarse: Grid
    village: Ints
    catchment: Ints

    def valleys(self) -> list[Valley]:
        """Return the main valley and the side valleys."""
        return [self.main, *self.sides]

    def height(self, xy: Floats) -> Floats:
        """Return metres above the sea at points (n, 2)."""
        return self.grid.sample(self.z, xy)


def build_relief(spec: BlockSpec) -> Relief:
    """Invent the ground of a block."""
    rng = dice(spec.seed, "relief")
    main = main_valley(spec)
    sides = [side_valley(spec, main, i) for i in range(len(spec.sides))]
    pad = 120.0 if spec.framed else 0.0
    cols, rows = (int(np.ceil((m + 2 * pad) / COARSE_M)) for m in (spec.width_m, spec.height_m))
    coarse = Grid(spec.x0 - pad, spec.y0 - pad, COARSE_M, rows, cols)
    base = np.full((rows, cols), np.nan)
    owner = np.full((rows, cols), -1)
    for line in neighbours(spec):
        base[coarse.cell_of(line)] = np.interp(line[:, 0] - spec.x0, [0, spec.width_m], [330.0, 240.0])
        owner[coarse.cell_of(line)] = -2
    for number, valley in reversed(list(enumerate([main, *sides]))):
        at = coarse.cell_of(valley.axis)
        base[at] = valley.bed_z
        owner[at] = number * 10_000 + np.arange(len(valley.axis))
    rough, flow = erode(coarse, base, rng)
    fine = coarse.finer(2)
    z = coarse.refine(ndimage.gaussian_filter(rough, 0.5), fine)
    z += (
        1.6
        * noise(rng, fine, 90)
        * np.clip((ndimage.generic_gradient_magnitude(z, ndimage.sobel) / 160), 0, 1)
    )
    z = _floors(fine, z, [main, *sides])
    brooks = _brooks(coarse, flow, owner, [main, *sides], rng)
    z = _burn(fine, z, main, sides, brooks)
    village = _villages(spec, flow, owner, main, sides)
    return Relief(spec, fine, z, main, sides, brooks, coarse, village, _catchments(coarse, flow))


def _floors(grid: Grid, z: Floats, valleys: list[Valley]) -> Floats:
    points = grid.points()
    for valley in reversed(valleys):
        away, nearest = cKDTree(valley.axis).query(points)
        floor = valley.floor_m[nearest]
        level = valley.bed_z[nearest] + 1.2 + 0.022 * away
        blend = np.clip((away - floor) / (70.0 if valley.main else 45.0), 0, 1)
        blend = blend * blend * (3 - 2 * blend)
        flat = (level * (1 - blend) + z.ravel() * blend).reshape(z.shape)
        z = np.where(away.reshape(z.shape) < floor.reshape(z.shape) + 80, flat, z)
    return z


def _brooks(
    grid: Grid, flow: Flow, owner: Ints, valleys: list[Valley], rng: np.random.Generator
) -> list[Brook]:
    receiver, area, flat_owner = flow.receiver, flow.area, owner.ravel()
    wet = (area >= BROOK_AREA_M2) & (flat_owner == -1)
    fed = np.zeros(area.size, bool)
    fed[receiver[wet]] = True
    heads = np.flatnonzero(wet & ~fed)
    heads = heads[np.argsort(-area[heads], kind="stable")]
    centres, taken, brooks = grid.points(), np.zeros(area.size, int), []
    lines: list[Floats] = []
    for head in heads:
        path, cell = [int(head)], int(head)
        while wet[cell] and not taken[cell]:
            cell = int(receiver[cell])
            path.append(cell)
        if len(path) < 5 or flat_owner[cell] == -2:
            continue
        xy = _winding(smooth(resample(centres[path], 12.0), 4.0), rng)
        if taken[cell]:
            target = lines[taken[cell] - 1]
        elif flat_owner[cell] >= 0:
            target = valleys[flat_owner[cell] // 10_000].bed
        else:
            continue
        gaps = np.hypot(*(target - xy[-1]).T)
        end = target[int(np.argmin(gaps))]
        keep = np.hypot(*(xy - end).T) > 22.0
        xy = smooth(resample(np.vstack([xy[:-1][keep[:-1]], end]), 12.0), 1.6)
        if len(xy) < 6:
            continue
        lines.append(xy)
        inner = np.array(path[:-1])
        taken[inner] = len(lines)
        brooks.append(Brook(xy, float(area[path[-2]])))
    return brooks


def _winding(xy: Floats, rng: np.random.Generator) -> Floats:
    """Let a brook wind a little about its line; its ends stay."""
    s = chainage(xy)
    calm = np.clip(np.minimum(s, s[-1] - s) / 40.0, 0, 1)
    sway = sum(a * np.sin(2 * np.pi * s / w + rng.uniform(0, 6.28)) for a, w in ((6.0, 170.0), (3.5, 83.0)))
    return offset(xy, calm * sway)


def _burn(grid: Grid, z: Floats, main: Valley, sides: list[Valley], brooks: list[Brook]) -> Floats:
    """Lower the ground along every stream so that it never rises downstream."""
    out = z.copy()
    beds = [(main.bed, main.bed_z, 14.0)] + [(v.bed, v.bed_z, 12.0) for v in sides]
    for bed, level, reach in beds:
        _cut(grid, out, resample_with(bed, level), reach)
    for brook in brooks:
        line = resample(brook.line, 5.0)
        end = float(grid.sample(out, line[-1:])[0])
        level = np.minimum.accumulate(grid.sample(out, line) - 0.8)
        _cut(grid, out, (line, np.maximum(level, end)), 11.0)
    return out


def resample_with(xy: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the curve with vertices 5 m apart and `values` interpolated along it."""
    line = resample(xy, 5.0)
    s, t = chainage(xy), chainage(line)
    return line, np.interp(t / t[-1] * s[-1], s, values)


def _cut(grid: Grid, z: Floats, profile: tuple[Floats, Floats], reach_m: float) -> None:
    line, level = profile
    away, nearest = cKDTree(line).query(grid.points(), distance_upper_bound=reach_m)
    hit = np.isfinite(away)
    flat = z.reshape(-1)
    flat[hit] = np.minimum(flat[hit], level[nearest[hit]])
    row, col = grid.cell_of(line)
    np.minimum.at(z, (row, col), level)


def _villages(spec: BlockSpec, flow: Flow, owner: Ints, main: Valley, sides: list[Valley]) -> Ints:
    """Say which village each cell drains to: main villages 1, 2, ... downstream, then side valleys."""
    root = owner.ravel()[flow.outlets()]
    line, at = root // 10_000, root % 10_000
    margin = 0.0 if spec.framed else 0.175
    x = np.clip((main.axis[:, 0] - spec.x0) / spec.width_m, 0, 1)
    part = np.floor((x - margin) / (1 - 2 * margin) * spec.main_villages).astype(int) + 1
    if spec.framed:
        part = np.clip(part, 1, spec.main_villages)
    part = np.where((part < 1) | (part > spec.main_villages), 0, part)
    village = np.where(line == 0, part[np.where(line == 0, at, 0)], 0)
    for i, valley in enumerate(sides):
        mouth = int(np.argmin(np.hypot(*(main.axis - valley.axis[-1]).T)))
        own = at < len(valley.axis) - 26
        village = np.where(line == i + 1, np.where(own, spec.main_villages + 1 + i, part[mouth]), village)
    return np.where(root < 0, 0, village).reshape(owner.shape)


def _catchments(grid: Grid, flow: Flow) -> Ints:
    """Divide the ground into catchments of a few hectares, for forest compartments."""
    number = np.arange(flow.receiver.size)
    for cells in flow.levels[1:]:
        big = flow.area[cells] > 90_000.0
        number[cells] = np.where(big, cells, number[flow.receiver[cells]])
    small = np.where(flow.area[number] > 90_000.0, number, -1)
    return small.reshape(grid.rows, grid.cols)
