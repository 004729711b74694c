"""At which round scale a village fits its frame, which way up, and where a large one is cut into sections."""

from collections.abc import Sequence
from itertools import count
from math import ceil

from mingqing.printing.wall.model import Rect
from mingqing.render.source import Bounds

_STANDARD = (1, 2, 5)
_BETWEEN = (1.5, 2.5, 3, 4, 6, 8)
_FINEST = 500
_MOST_EMPTY = 0.7  # of what could be filled: with less, a scale between the standard ones is taken
_SMALLEST_M = 60.0  # a place of a single point is shown with so much ground around it
_OVERLAP = 0.04  # of a section's width that its neighbour shows too
_LONGEST = 12  # sections in a row


def round_scale(needed: float, scales: Sequence[int] = ()) -> int:
    """Return the round denominator for what would fit at `needed` exactly.

    scales : those to choose from, ascending; beyond the last, and where there are none, the standard 1-2-5, or where
        that would leave much of the paper empty a round one between.

    Examples
    --------
    >>> round_scale(4100), round_scale(10.0), round_scale(2100), round_scale(10_400)
    (5000, 500, 2500, 15000)
    >>> round_scale(2100, [1500, 5000]), round_scale(40_000, [2500])
    (5000, 50000)
    """
    for scale in scales:
        if scale >= needed:
            return scale
    standard = _first(needed, _STANDARD)
    if needed >= _MOST_EMPTY * standard or standard == _FINEST:
        return standard
    return min(standard, _first(needed, _BETWEEN))


def _first(needed: float, steps: Sequence[float]) -> int:
    every = (round(step * 10**power) for power in count(2) for step in steps)
    return int(next(scale for scale in every if scale >= max(needed, _FINEST)))


def section_scale(most: float) -> int:
    """Return the smallest standard scale, the largest denominator, that is not beyond `most`.

    Examples
    --------
    >>> section_scale(25_000), section_scale(10)
    (20000, 500)
    """
    scale = _FINEST
    while (following := _first(scale + 1, _STANDARD)) <= most:
        scale = following
    return scale


def needed_scale(bounds: Bounds, frame: Rect, unit: float, fill: float) -> float:
    """Return the denominator at which `bounds` fill the share `fill` of a frame; `unit`: real mm to a design mm."""
    width, height = (max(side, _SMALLEST_M) for side in (bounds[2] - bounds[0], bounds[3] - bounds[1]))
    return max(width / frame.width, height / frame.height) * 1000 / unit / fill


def sections(bounds: Bounds, frame: Rect, unit: float, scale: int) -> tuple[Bounds, ...]:
    """Return the extents, row by row from the north-west, of the sheets that cover `bounds` at 1:`scale`.

    Neighbours overlap a little, and all are alike; what is covered lies in their middle. None where they would be so
    many that nobody finds his way among them.
    """
    width, height = (side * unit * scale / 1000 for side in (frame.width, frame.height))
    west, south, east, north = bounds
    across, down = (
        max(1, ceil((side - _OVERLAP * whole) / ((1 - _OVERLAP) * whole)))
        for side, whole in ((east - west, width), (north - south, height))
    )
    if max(across, down) > _LONGEST:
        return ()
    step_x, step_y = width * (1 - _OVERLAP), height * (1 - _OVERLAP)
    left = (west + east) / 2 - (step_x * (across - 1) + width) / 2
    top = (south + north) / 2 + (step_y * (down - 1) + height) / 2
    return tuple(
        (left + i * step_x, top - j * step_y - height, left + i * step_x + width, top - j * step_y)
        for j in range(down)
        for i in range(across)
    )
