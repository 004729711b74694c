"""What of a drawing text should rather not cover: lines and borders by their width, knobs and small marks."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Line, Marker, Spoke
from mingqing.core.paths import Paths
from mingqing.render.occupancy import Busyness
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction

# A line counts once in so many pixels, or, where pixels are finer than the eye on paper, in so many millimetres.
_EVERY_PX, _EVERY_MM = 6.0, 0.79
_FINE, _BY_WIDTH = 0.35, 1.0  # weight of a hairline, and what a millimetre of width adds
_MARK = 3.0


def busyness(drawn: Iterable[Instruction], view: Viewport) -> Busyness:
    """Return how much each part of the sheet is drawn on."""
    parts = [(xy, weight) for step in drawn for xy, weight in _weighed(step, view)]
    if not parts:
        return Busyness(np.empty((0, 2)), view.size_px, cell_px=_every(view))
    weight = np.repeat([w for _, w in parts], [len(xy) for xy, _ in parts])
    return Busyness(np.concatenate([xy for xy, _ in parts]), view.size_px, weight, _every(view))


def _every(view: Viewport) -> float:
    return max(_EVERY_PX, _EVERY_MM * view.px_per_mm)


def _weighed(step: Instruction, view: Viewport) -> Iterable[tuple[NDArray[np.float64], float]]:
    symbol = step.symbol
    if isinstance(symbol, Marker):
        yield step.paths.xy, _MARK
    elif isinstance(symbol, Spoke):
        yield step.paths.xy, _MARK
        yield _between(step.paths, view), _FINE
    elif isinstance(symbol, Line) and not step.casing:
        weight = _FINE + _BY_WIDTH * symbol.width
        yield step.paths.xy, weight
        yield _between(step.paths, view), weight


def _between(paths: Paths, view: Viewport) -> NDArray[np.float64]:
    """Return points along long segments, which would count for little by their ends alone."""
    every = _every(view)
    long = np.abs(np.diff(paths.xy, axis=0)).max(axis=1, initial=0) > every
    long[paths.parts[1:-1] - 1] = False
    at = np.flatnonzero(long)
    begin, end = paths.xy[at], paths.xy[at + 1]
    near = (np.minimum(begin, end) <= view.size_px).all(axis=1) & (np.maximum(begin, end) >= 0).all(axis=1)
    begin, along = begin[near], (end - begin)[near]
    most = 2.0 * max(view.size_px) / every
    count = np.minimum(np.abs(along).max(axis=1, initial=0) / every, most).astype(np.intp)
    which = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(which)) - (np.cumsum(count) - count)[which] + 1
    between: NDArray[np.float64] = begin[which] + along[which] * (nth / (count[which] + 1))[:, None]
    return between
