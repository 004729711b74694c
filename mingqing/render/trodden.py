"""What of a drawing text should rather not cover: lines and borders by their width, knobs and small marks."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Line, Marker, Spoke
from mingqing.core.paths import Paths
from mingqing.render.occupancy import Busyness
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction

_EVERY_PX = 6.0  # a line counts once in so many pixels
_FINE, _BY_WIDTH = 0.35, 1.0  # weight of a hairline, and what a millimetre of width adds
_MARK = 3.0


def busyness(drawn: Iterable[Instruction], view: Viewport) -> Busyness:
    """Return how much each part of the sheet is drawn on."""
    parts = [(xy, weight) for step in drawn for xy, weight in _weighed(step, view)]
    if not parts:
        return Busyness(np.empty((0, 2)), view.size_px)
    weight = np.repeat([w for _, w in parts], [len(xy) for xy, _ in parts])
    return Busyness(np.concatenate([xy for xy, _ in parts]), view.size_px, weight)


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
    long = np.abs(np.diff(paths.xy, axis=0)).max(axis=1, initial=0) > _EVERY_PX
    long[paths.parts[1:-1] - 1] = False
    at = np.flatnonzero(long)
    begin, end = paths.xy[at], paths.xy[at + 1]
    near = (np.minimum(begin, end) <= view.size_px).all(axis=1) & (np.maximum(begin, end) >= 0).all(axis=1)
    begin, along = begin[near], (end - begin)[near]
    most = 2.0 * max(view.size_px) / _EVERY_PX
    count = np.minimum(np.abs(along).max(axis=1, initial=0) / _EVERY_PX, most).astype(np.intp)
    which = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(which)) - (np.cumsum(count) - count)[which] + 1
    between: NDArray[np.float64] = begin[which] + along[which] * (nth / (count[which] + 1))[:, None]
    return between
