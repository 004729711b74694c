"""Mountains from running water: uplift against erosion by streams until valleys and ridges stand."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .grid import Floats, Grid, Ints, noise

_NEIGHBOURS = [(dr, dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1) if dr or dc]


@dataclass(frozen=True)
class Flow:
    """Who drains into whom, cells numbered row by row.

    Attributes
    ----------
    receiver : the cell every cell drains into; itself where the water leaves.
    levels : cells by distance from their outlet, outlets first.
    area : drained area, square metres.
    """

    receiver: Ints
    levels: list[Ints]
    area: Floats

    def outlets(self) -> Ints:
        """Return the cell at which each cell's water leaves."""
        root = self.receiver.copy()
        for cells in self.levels[1:]:
            root[cells] = root[self.receiver[cells]]
        return root


def route(z: Floats, base: Floats, cell: float) -> Flow:
    """Send the water of every cell down the steepest of eight ways; cells of `base` (bool) are outlets."""
    rows, cols = z.shape
    index = np.arange(rows * cols).reshape(rows, cols)
    padded_z = np.pad(z, 1, constant_values=np.inf)
    padded_i = np.pad(index, 1, constant_values=0)
    best = np.zeros((rows, cols))
    receiver = index.copy()
    for dr, dc in _NEIGHBOURS:
        window = (slice(1 + dr, 1 + dr + rows), slice(1 + dc, 1 + dc + cols))
        steep = (z - padded_z[window]) / (cell * np.hypot(dr, dc))
        better = steep > best
        best = np.where(better, steep, best)
        receiver = np.where(better, padded_i[window], receiver)
    flat: Ints = np.where(base, index, receiver).ravel()
    levels = _levels(flat)
    area = np.full(flat.size, cell * cell)
    for cells in levels[:0:-1]:
        np.add.at(area, flat[cells], area[cells])
    return Flow(flat, levels, area)


def _levels(receiver: Ints) -> list[Ints]:
    order = np.argsort(receiver, kind="stable")
    order = order[receiver[order] != order]
    start = np.searchsorted(receiver[order], np.arange(receiver.size + 1))
    front = np.flatnonzero(receiver == np.arange(receiver.size))
    levels = []
    while front.size:
        levels.append(front)
        counts = start[front + 1] - start[front]
        first = np.repeat(start[front] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        front = order[first + np.arange(counts.sum())]
    return levels


def fill(z: Floats, base: Floats) -> Floats:
    """Raise hollows until every cell has a way down to `base`."""
    rows, cols = z.shape
    out = np.where(base, z, np.inf)
    heap = [(float(z[r, c]), int(r), int(c)) for r, c in np.argwhere(base)]
    heapq.heapify(heap)
    while heap:
        level, r, c = heapq.heappop(heap)
        for dr, dc in _NEIGHBOURS:
            i, j = r + dr, c + dc
            if 0 <= i < rows and 0 <= j < cols and np.isinf(out[i, j]):
                out[i, j] = max(z[i, j], level + 0.05)
                heapq.heappush(heap, (float(out[i, j]), i, j))
    return np.asarray(out)


def erode(grid: Grid, base_z: Floats, rng: np.random.Generator, steps: int = 70) -> tuple[Floats, Flow]:
    """Grow mountains around valley lines of known height.

    Parameters
    ----------
    base_z : metres above the sea along the valley lines, NaN elsewhere; these cells stay as they are.
    steps : time steps; 70 bring a valley of 3 km near its steady state.

    Returns
    -------
    elevation in metres, shaped as the grid, without hollows, and how it drains.
    """
    base = ~np.isnan(base_z)
    away, nearest = ndimage.distance_transform_edt(~base, sampling=grid.cell, return_indices=True)
    rough = 14.0 * noise(rng, grid, 500) + 9.0 * noise(rng, grid, 180) + 3.0 * rng.standard_normal(away.shape)
    z = base_z[tuple(nearest)] + 0.02 * away + (rough + 40.0) * (away > 0)
    uplift = np.clip(1.0 + 0.22 * noise(rng, grid, 1100), 0.5, 1.6)
    erodible = np.exp(0.35 * noise(rng, grid, 300))
    step_length = grid.cell * 1.2
    for step in range(steps):
        if step % 6 == 0:
            z = fill(z, base)
        flow = route(z, base, grid.cell)
        rate = (0.022 * erodible.ravel() * flow.area**0.43) / step_length * 16.0
        flat = (z + 5.4 * uplift * ~base).ravel()
        for cells in flow.levels[1:]:
            f = rate[cells]
            flat[cells] = (flat[cells] + f * flat[flow.receiver[cells]]) / (1.0 + f)
        z = flat.reshape(z.shape)
        z = np.where(base, z, z + 0.15 * ndimage.laplace(z, mode="nearest"))
    z = fill(z, base)
    return z, route(z, base, grid.cell)
