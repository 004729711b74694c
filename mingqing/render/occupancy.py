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

    def __init__(self, boxes: Sequence[Box] = ()) -> None:
        self._cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)
        self.add(boxes)

    def is_free(self, boxes: Sequence[Box]) -> bool:
        """Whether none of `boxes` overlaps a box added before. Touching is not overlapping."""
        cells = self._cells
        for box in boxes:
            left, top, right, bottom = box
            for cell in _cells(box):
                if cell in cells:
                    for b in cells[cell]:
                        if left < b[2] and b[0] < right and top < b[3] and b[1] < bottom:
                            return False
        return True

    def add(self, boxes: Sequence[Box]) -> None:
        """Take `boxes`."""
        for box in boxes:
            for cell in _cells(box):
                self._cells[cell].append(box)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top = int(box[0] // _CELL_PX), int(box[1] // _CELL_PX)
    right, bottom = int(box[2] // _CELL_PX), int(box[3] // _CELL_PX)
    if left == right and top == bottom:
        return iter(((left, top),))
    return ((i, j) for i in range(left, right + 1) for j in range(top, bottom + 1))


class Busyness:
    """How much is drawn where, so that text prefers quiet ground. Sums over any box at once.

    Parameters
    ----------
    xy : (n, 2) pixels at which something is drawn.
    weight : (n,) how much text on it would disturb; 1 where not given.
    cell_px : side of the squares that are told apart.
    """

    _MOST = 4.0  # a cell this busy cannot get busier

    def __init__(
        self,
        xy: NDArray[np.float64],
        size_px: tuple[int, int],
        weight: NDArray[np.float64] | None = None,
        cell_px: float = 6.0,
    ) -> None:
        self._cell_px = cell_px
        shape = tuple(int(n / self._cell_px) + 1 for n in size_px)
        x, y = xy.T
        inside = (x >= 0) & (y >= 0) & (x < shape[0] * self._cell_px) & (y < shape[1] * self._cell_px)
        cell = (x[inside] / self._cell_px).astype(np.intp) * shape[1] + (y[inside] / self._cell_px).astype(
            np.intp
        )
        weights = weight[inside] if weight is not None else None
        counts = np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape)
        self._sums = np.zeros((shape[0] + 1, shape[1] + 1))
        self._sums[1:, 1:] = np.minimum(counts, self._MOST).cumsum(axis=0).cumsum(axis=1)

    def inside(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n,) sums over the cells that each of (n, 4) boxes touches."""
        limits = np.array(self._sums.shape)[[0, 1, 0, 1]] - 2
        cells = np.clip(np.floor(boxes / self._cell_px), 0, limits).astype(np.intp)
        left, top, right, bottom = cells.T
        s = self._sums
        total: NDArray[np.float64] = (
            s[right + 1, bottom + 1] - s[left, bottom + 1] - s[right + 1, top] + s[left, top]
        )
        return total
