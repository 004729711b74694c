"""The pieces of what bears one name joined, and cut into stretches that each want the name once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.core.paths import Paths, Shape

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a line that wants its name once.

    name : number of the name. xy : (k, 2) pixels, evenly spaced, reaching beyond the stretch itself. span : where along
    it the text's middle may be.
    """

    name: int
    xy: Floats
    span: tuple[float, float]


def joined(paths: Paths, names: NDArray[np.intp]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the lines of `paths` joined where they meet and bear one name, and the name of each.

    Whatever the pieces' order and direction, the lines are the same: each begins at its western end.
    """
    first, last, count = paths.xy[paths.parts[:-1]], paths.xy[paths.parts[1:] - 1], np.diff(paths.parts)
    keep = np.flatnonzero((count > 2) | ((count > 1) & (first != last).any(axis=1)))
    pieces = Paths(paths.xy, paths.parts, paths.features, paths.rows).take(keep)
    order = np.lexsort((pieces.xy[pieces.first, 1], pieces.xy[pieces.first, 0], names[keep]))
    pieces, name = pieces.take(order), names[keep][order]
    if not len(pieces):
        return np.empty(0, dtype=object), name
    several = np.flatnonzero(np.diff(name, prepend=-1))
    offsets = pieces.parts, np.concatenate([several, [len(name)]])
    merged = shapely.line_merge(shapely.from_ragged_array(GeometryType.MULTILINESTRING, pieces.xy, offsets))
    lines, of = shapely.get_parts(merged, return_index=True)
    return lines, name[several][of]


def stretches(
    lines: NDArray[np.object_],
    names: NDArray[np.intp],
    size_px: tuple[int, int],
    origin: tuple[float, float],
    step_px: float,
    every_px: float,
    reach_px: float,
) -> Iterator[Stretch]:
    """Yield the stretches of lines that touch the sheet: what of each lies in one square of a grid on the ground.

    Parameters
    ----------
    origin : the pixel of a fixed point of the ground, from which the grid is counted. every_px : side of a square.
    reach_px : by how much text may reach beyond its stretch. step_px : between vertices.
    """
    if not len(lines):
        return
    xy, line, nth = _sampled(lines, size_px, step_px, reach_px)
    cell = np.floor((xy - origin) / every_px)
    inside = ((xy >= 0) & (xy <= size_px)).all(axis=1)
    fresh = (np.diff(line, prepend=-1) != 0) | (np.diff(nth, prepend=-1) != 1)
    first, last = _runs(fresh)
    starts, stops = _runs(fresh | (np.diff(cell, axis=0, prepend=np.inf) != 0).any(axis=1))
    home = np.searchsorted(first, starts, side="right") - 1
    touches = np.logical_or.reduceat(inside, starts) if len(starts) else inside
    more = int(reach_px / step_px) + 1
    low, high = np.maximum(starts - more, first[home]), np.minimum(stops + more, last[home])
    for k in np.flatnonzero(touches).tolist():
        a, b = int(low[k]), int(high[k])
        if b - a > 1:
            span = (float(starts[k] - a) * step_px, float(stops[k] - 1 - a) * step_px)
            yield Stretch(int(names[line[a]]), xy[a:b], span)


def _runs(fresh: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    starts = np.flatnonzero(fresh)
    return starts, np.append(starts[1:], len(fresh))


def _sampled(
    lines: NDArray[np.object_], size_px: tuple[int, int], step_px: float, reach_px: float
) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Return points at every step along lines near the sheet, each with its line and its number along it."""
    paths = _turned(Paths.of(lines, Shape.LINE))
    a = np.ones(len(paths.xy), dtype=bool)
    a[paths.parts[1:] - 1] = False
    begin, end = paths.xy[a], paths.xy[np.flatnonzero(a) + 1]
    of = np.repeat(np.arange(len(paths)), np.diff(paths.parts) - 1)
    length = np.hypot(*(end - begin).T)
    until = np.cumsum(length)
    before = until - length
    before -= before[np.searchsorted(of, np.arange(len(paths)))][of]
    near = (np.minimum(begin, end) <= np.array(size_px) + reach_px).all(axis=1)
    near &= (np.maximum(begin, end) >= -reach_px).all(axis=1) & (length > 0)
    begin, end, of, length, before = begin[near], end[near], of[near], length[near], before[near]
    start = np.ceil(before / step_px)
    count = np.maximum(np.ceil((before + length) / step_px) - start, 0).astype(np.intp)
    which = np.repeat(np.arange(len(of)), count)
    nth = start[which] + np.arange(len(which)) - (np.cumsum(count) - count)[which]
    share = ((nth * step_px - before[which]) / length[which])[:, None]
    xy = begin[which] + share * (end - begin)[which]
    return xy, of[which], nth.astype(np.intp)


def _turned(paths: Paths) -> Paths:
    """Return lines that each begin at their western end."""
    first, last = paths.xy[paths.parts[:-1]], paths.xy[paths.parts[1:] - 1]
    back = (first[:, 0] > last[:, 0]) | ((first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1]))
    length = np.diff(paths.parts)
    index = np.arange(len(paths.xy))
    mirrored = np.repeat(paths.parts[:-1] + paths.parts[1:] - 1, length) - index
    return Paths(
        paths.xy[np.where(np.repeat(back, length), mirrored, index)], paths.parts, paths.features, paths.rows
    )
