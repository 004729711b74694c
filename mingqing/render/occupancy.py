"""Which parts of the sheet are taken: boxes looked up through a coarse grid, and how busy the ground is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom in pixels
_CELL_PX = 64.0


class Occupancy:
    """Boxes that nothing else may cover."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)

    def is_free(self, boxes: Sequence[Box]) -> bool:
        """Whether none of `boxes` overlaps a box added before. Touching is not overlapping."""
        return not any(
            a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
            for a in boxes
            for cell in _cells(a)
            for b in self._cells.get(cell, ())
        )

    def add(self, boxes: Sequence[Box]) -> None:
        """Take `boxes`."""
        for box in boxes:
            for cell in _cells(box):
                self._cells[cell].append(box)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (int(v // _CELL_PX) for v in box)
    return ((i, j) for i in range(left, right + 1) for j in range(top, bottom + 1))


class Busyness:
    """How many vertices are drawn where, so that text prefers quiet ground. Sums over any box at once."""

    _STEP = 6.0

    def __init__(self, xy: NDArray[np.float64], size_px: tuple[int, int]) -> None:
        shape = tuple(int(n / self._STEP) + 1 for n in size_px)
        x, y = np.floor(xy / self._STEP).astype(np.int64).T
        inside = (x >= 0) & (y >= 0) & (x < shape[0]) & (y < shape[1])
        counts = np.bincount(x[inside] * shape[1] + y[inside], minlength=shape[0] * shape[1]).reshape(shape)
        self._sums = np.zeros((shape[0] + 1, shape[1] + 1))
        self._sums[1:, 1:] = np.minimum(counts, 4).cumsum(axis=0).cumsum(axis=1)

    def inside(self, box: Box) -> float:
        """Return the sum over the cells `box` touches."""
        limits = np.array(self._sums.shape)[[0, 1, 0, 1]] - 1
        left, top, right, bottom = np.clip(np.floor(np.array(box) / self._STEP), 0, limits - 1).astype(int)
        s = self._sums
        return float(s[right + 1, bottom + 1] - s[left, bottom + 1] - s[right + 1, top] + s[left, top])
