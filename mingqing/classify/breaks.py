"""Where one range ends and the next begins: equal intervals, quantiles, natural breaks; then rounded for people."""

import numpy as np
from numpy.typing import NDArray

from mingqing.classify.axis import Axis
from mingqing.classify.choice import Method

_SAMPLE = 4_000  # natural breaks take the square of the number of values: 20 ms for this many, 8 s for 75,000
_SLACK = 0.15  # of the narrower range beside it, by which a break may move to a round number


def breaks(numbers: NDArray[np.float64], axis: Axis, method: Method, classes: int) -> list[float]:
    """Return where `numbers` are cut: rising, at most `classes` − 1, each with numbers below it and from it on.

    A number equal to a break belongs to the range that begins there.

    Parameters
    ----------
    numbers : (n,) sorted, finite.
    """
    if not len(numbers) or numbers[0] == numbers[-1]:
        return []
    raw = _RAW[method](numbers, min(classes, len(np.unique(numbers))))
    if axis.whole:
        raw = np.ceil(raw)
    ends = np.unique(np.concatenate([numbers[:1], raw, numbers[-1:]]))
    slack = _SLACK * np.minimum(ends[1:-1] - ends[:-2], ends[2:] - ends[1:-1])
    rounded = [_roundest(b - s, b + s, b, axis) for b, s in zip(ends[1:-1], slack, strict=True)]
    if numbers[-1] in raw:  # the largest number is a class of its own
        rounded.append(float(numbers[-1]))
    return sorted({b for b in rounded if numbers[0] < b <= numbers[-1]})


def _equal(numbers: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    return np.linspace(numbers[0], numbers[-1], classes + 1)[1:-1]


def _quantile(numbers: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    return _after(numbers, np.quantile(numbers, np.arange(1, classes) / classes, method="lower"))


def _natural(numbers: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """Fisher's optimal breaks (W. D. Fisher 1958; G. F. Jenks 1967): the least variance within classes."""
    import jenkspy

    sample = numbers
    if len(numbers) > _SAMPLE:
        sample = numbers[np.linspace(0, len(numbers) - 1, _SAMPLE).astype(np.int64)]
    if len(np.unique(sample)) <= classes:
        return np.unique(sample)[1:]
    return _after(numbers, np.array(jenkspy.jenks_breaks(sample, classes)[1:-1]))


def _after(numbers: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for the largest numbers of ranges, where the next range begins: the next larger number there is."""
    at = np.searchsorted(numbers, upper, side="right")
    return numbers[at[at < len(numbers)]]


_RAW = {Method.EQUAL: _equal, Method.QUANTILE: _quantile, Method.NATURAL: _natural}


def _roundest(low: float, high: float, middle: float, axis: Axis) -> float:
    """Return the roundest number from `low` to `high`, of several the nearest to `middle`."""
    if low <= 0 <= high:
        return 0.0
    for step in axis.steps(max(abs(low), abs(high))):
        number = min(max(round(middle / step), np.ceil(low / step)), np.floor(high / step)) * step
        if low <= number <= high:
            return float(f"{number:.12g}")
    return middle
