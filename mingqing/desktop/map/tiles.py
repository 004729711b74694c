"""Tiles: where they lie on the ground, which of them a view needs, and those already drawn."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtGui import QImage

from mingqing.desktop.map.view import Bounds, Size, View

TILE = 256
"""Device pixels to a side: small, so that little is drawn that nobody sees."""

_AT_FIRST = 12
"""So many of them are painted together, so that the middle of a screen is there before the rest."""

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in device pixels of a grid; y grows southward."""

Cell = tuple[int, int]
"""Column and row of a tile in its grid."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Device pixels laid over the ground from the CRS's origin, so that every drawing at a scale joins the others.

    m_per_px : ground distance a device pixel covers. ratio : device pixels to a logical one.
    """

    m_per_px: float
    ratio: float

    @classmethod
    def of(cls, view: View, ratio: float) -> "Grid":
        """Return the grid for `view`; zooming in and out again leads back to the same one."""
        return cls(float(f"{view.m_per_px / ratio:.10g}"), ratio)

    def window(self, view: View, size: Size) -> Rect:
        """Return the whole pixels that a canvas of `size` logical pixels shows."""
        width, height = round(size[0] * self.ratio), round(size[1] * self.ratio)
        left = round(view.x / self.m_per_px - width / 2)
        top = round(-view.y / self.m_per_px - height / 2)
        return left, top, left + width, top + height

    def extent(self, rect: Rect) -> Bounds:
        """Return (xmin, ymin, xmax, ymax) of a rectangle, project CRS, metres."""
        left, top, right, bottom = (n * self.m_per_px for n in rect)
        return left, -bottom, right, -top


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing is of, but for its place.

    only : the tables switched on; None is all of the theme's. edition : counts the changes of data and styles.
    """

    theme: str
    dark: bool = False
    only: frozenset[str] | None = None
    edition: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """Tiles that belong together: of one look, on one grid."""

    look: Look
    grid: Grid


def area(rect: Rect) -> int:
    """Return how many pixels `rect` has."""
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def bounding(rects: Iterable[Rect]) -> Rect:
    """Return the rectangle around several."""
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def grown(rect: Rect, share: float) -> Rect:
    """Return `rect` with `share` of its size more on every side."""
    left, top, right, bottom = rect
    dx, dy = round((right - left) * share), round((bottom - top) * share)
    return left - dx, top - dy, right + dx, bottom + dy


def padded(rect: Rect, margin: int) -> Rect:
    """Return `rect` with `margin` pixels more on every side."""
    return rect[0] - margin, rect[1] - margin, rect[2] + margin, rect[3] + margin


def whole(rect: Rect) -> Rect:
    """Return the rectangle of the tiles that touch `rect`."""
    left, top, right, bottom = rect
    return left // TILE * TILE, top // TILE * TILE, ceil(right / TILE) * TILE, ceil(bottom / TILE) * TILE


def holds(outer: Rect, inner: Rect) -> bool:
    """Whether `inner` lies in `outer`."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def shared(a: Rect, b: Rect) -> int:
    """Return how many pixels two rectangles share."""
    return max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)


def rect_of(cell: Cell) -> Rect:
    """Return a tile's pixels."""
    left, top = cell[0] * TILE, cell[1] * TILE
    return left, top, left + TILE, top + TILE


def cells(rect: Rect) -> list[Cell]:
    """Return the tiles that touch `rect`."""
    left, top, right, bottom = (n // TILE for n in whole(rect))
    return [(i, j) for j in range(top, bottom) for i in range(left, right)]


def centre_first(some: Iterable[Cell], rect: Rect) -> list[Cell]:
    """Return tiles as a person looks at `rect`: those on screen before all others, from the centre outward."""
    x, y = (rect[0] + rect[2]) / 2 / TILE - 0.5, (rect[1] + rect[3]) / 2 / TILE - 0.5

    def order(cell: Cell) -> tuple[bool, float]:
        return not shared(rect_of(cell), rect), (cell[0] - x) ** 2 + (cell[1] - y) ** 2

    return sorted(some, key=order)


def blocks(some: Sequence[Cell]) -> Iterator[Rect]:
    """Yield rectangles that together cover tiles, each once: around the first ones, then all the others."""
    head = bounding(map(rect_of, some[:_AT_FIRST])) if some else (0, 0, 0, 0)
    first = {cell for cell in some if holds(head, rect_of(cell))}
    yield from _rectangles(first)
    yield from _rectangles(set(some) - first)


def _rectangles(some: Collection[Cell]) -> Iterator[Rect]:
    """Yield rectangles that are covered by tiles: runs of a row, joined with the same run of the next rows."""
    open_runs: dict[tuple[int, int], int] = {}  # columns from, to → the row a run began in
    rows = range(min((j for _, j in some), default=0), max((j for _, j in some), default=-1) + 2)
    for j in rows:
        runs = set(_runs(sorted(i for i, row in some if row == j)))
        for run in set(open_runs) - runs:
            yield run[0] * TILE, open_runs.pop(run) * TILE, run[1] * TILE, j * TILE
        open_runs |= dict.fromkeys(runs - set(open_runs), j)


def _runs(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield from and to, not including, of each run of consecutive numbers."""
    start = 0
    for n in range(1, len(columns) + 1):
        if n == len(columns) or columns[n] != columns[n - 1] + 1:
            yield columns[start], columns[n - 1] + 1
            start = n


class TileCache:
    """Images of tiles, the longest unused forgotten first."""

    def __init__(self) -> None:
        self._images: OrderedDict[tuple[Series, Cell], QImage] = OrderedDict()
        self._bytes = 0

    def __contains__(self, key: tuple[Series, Cell]) -> bool:
        return key in self._images

    @property
    def bytes(self) -> int:
        """How much memory the images take."""
        return self._bytes

    def put(self, series: Series, cell: Cell, image: QImage, limit_bytes: int) -> None:
        """Keep an image, and forget others until no more than `limit_bytes` are taken."""
        self._drop((series, cell))
        self._images[series, cell] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > limit_bytes and len(self._images) > 1:
            self._drop(next(iter(self._images)))

    def get(self, series: Series, cell: Cell) -> QImage | None:
        """Return an image, which counts as used, or None."""
        image = self._images.get((series, cell))
        if image is not None:
            self._images.move_to_end((series, cell))
        return image

    def of(self, series: Series) -> list[tuple[Cell, QImage]]:
        """Return all tiles of a series."""
        return [(cell, image) for (owner, cell), image in self._images.items() if owner == series]

    def keep(self, looks: Iterable[Look]) -> None:
        """Forget what has none of these looks."""
        kept = set(looks)
        for key in [k for k in self._images if k[0].look not in kept]:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        self._images.clear()
        self._bytes = 0

    def _drop(self, key: tuple[Series, Cell]) -> None:
        image = self._images.pop(key, None)
        if image is not None:
            self._bytes -= image.sizeInBytes()
