"""What lies between the land cover and the rest of a map: pictures already in place, and contours, lines like any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.color import Color
from mingqing.catalog.style import Label, Line, Placement
from mingqing.core.paths import Paths
from mingqing.render.lettering import LabelRequest
from mingqing.render.occupancy import Box
from mingqing.render.scale import Viewport

_CONTOUR, _CONTOUR_DARK, _CONTOUR_IMAGERY = "#a8763f", "#a08a6c", "#f2dcae"
_WIDTH, _INDEX_WIDTH = 0.11, 0.24
_HEIGHT = Label(
    "",
    Placement.LINE,
    size=2.0,
    color=Color("#8a5a24", "#c9a983"),
    halo=Color("#fbf8efc0", "#1b1e20b0"),
    priority=12,
)
_PALE, _SHADE = Color("#f8e7bf", "#f8e7bf"), Color("#1b1e20a8", "#1b1e20a8")
_COLUMN_PX = 280.0  # about; labels of contours stand below each other in columns
_STEEPEST, _STRAIGHTEST = 0.9, 0.94  # of a stretch that is labelled: rise to run, and chord to length


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture that lies in a view.

    pixels : (h, w, 4) uint8: red, green, blue, alpha, premultiplied.
    box : left, top, right, bottom in pixels of the view, over which it is stretched.
    opacity : from 0 to 1.
    imagery : a picture of the ground itself, and not shadows laid over it.
    """

    pixels: NDArray[np.uint8]
    box: Box
    opacity: float = 1.0
    imagery: bool = True

    def moved(self, dx: float, dy: float) -> "Raster":
        """Return the same as it lies in a view whose corner is so many pixels up and to the left."""
        left, top, right, bottom = self.box
        return replace(self, box=(left + dx, top + dy, right + dx, bottom + dy))


@dataclass(frozen=True, slots=True)
class Contours:
    """Lines of equal height in a view: one feature each, in pixels, and (n,) metres; every fifth is an index contour.

    interval_m : from one to the next.
    """

    paths: Paths
    heights_m: NDArray[np.int64]
    interval_m: int
    opacity: float = 1.0

    def moved(self, dx: float, dy: float) -> "Contours":
        """Return the same as they lie in a view whose corner is so many pixels up and to the left."""
        return replace(self, paths=replace(self.paths, xy=self.paths.xy + np.array([dx, dy])))

    @property
    def is_index(self) -> NDArray[np.bool_]:
        """(n,) whether a contour is drawn thicker, and labelled."""
        index: NDArray[np.bool_] = self.heights_m % (5 * self.interval_m) == 0
        return index

    def lines(self, *, over_imagery: bool) -> Iterator[tuple[Line, Paths]]:
        """Yield what is drawn: the thin ones, then the index contours."""
        day, night = (_CONTOUR_IMAGERY, _CONTOUR_IMAGERY) if over_imagery else (_CONTOUR, _CONTOUR_DARK)
        for rows, width, share in ((~self.is_index, _WIDTH, 0.55), (self.is_index, _INDEX_WIDTH, 0.8)):
            alpha = f"{round(255 * share * self.opacity):02x}"
            color = Color(day + alpha, night + alpha)
            yield Line(color, width=width), self.paths.take(rows)


Backdrop = Raster | Contours


def contour_lines(backdrops: Sequence[Backdrop]) -> Iterator[tuple[Line, Paths]]:
    """Yield what is drawn of contours: brown as on paper, pale over imagery."""
    for backdrop in backdrops:
        if isinstance(backdrop, Contours):
            yield from backdrop.lines(over_imagery=_is_imagery(backdrops))


def height_labels(backdrops: Sequence[Backdrop], view: Viewport) -> Iterator[LabelRequest]:
    """Yield the heights of index contours."""
    label = replace(_HEIGHT, color=_PALE, halo=_SHADE) if _is_imagery(backdrops) else _HEIGHT
    for backdrop in backdrops:
        if isinstance(backdrop, Contours):
            yield from _heights(backdrop, label, view)


def _is_imagery(backdrops: Sequence[Backdrop]) -> bool:
    return any(isinstance(b, Raster) and b.imagery for b in backdrops)


def _heights(contours: Contours, label: Label, view: Viewport) -> Iterator[LabelRequest]:
    """Yield labels where index contours cross upright lines of the ground and lie flat enough.

    The lines are the same for every view at one scale, so that a height stays where it is while the map moves.
    """
    size = view.text_px(label.size)
    column_m = 2.0 ** round(np.log2(_COLUMN_PX * view.metres_per_px))
    west = view.extent[0]
    which = np.flatnonzero(contours.is_index)
    for n in which.tolist():
        height = int(contours.heights_m[n])
        start, stop = contours.paths.parts[n : n + 2]
        xy = contours.paths.xy[start:stop]
        columns = np.floor((west + xy[:, 0] * view.metres_per_px) / column_m)
        half = size * (0.3 * len(str(height)) + 0.9)
        for at in np.flatnonzero(np.diff(columns)).tolist():
            # Neighbouring heights stand in different columns, a ladder each.
            turn = height // (5 * contours.interval_m) + int(max(columns[at], columns[at + 1]))
            stretch = _around(xy, at, half) if turn % 2 == 0 else None
            if stretch is not None:
                yield LabelRequest(str(height), label, size, stretch, apart_px=_COLUMN_PX / 2)


def _around(xy: NDArray[np.float64], at: int, half: float) -> NDArray[np.float64] | None:
    """Return what lies within about `half` pixels of a vertex along a line, if it is straight and flat enough."""
    reach = slice(max(0, at - 4 * int(half)), at + 4 * int(half))
    near = xy[reach]
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(near, axis=0).T))])
    travelled -= travelled[at - reach.start]
    if travelled[0] > -half or travelled[-1] < half:
        return None
    steps = np.linspace(-half, half, 9)
    stretch = np.column_stack([np.interp(steps, travelled, near[:, k]) for k in (0, 1)])
    run, rise = np.abs(stretch[-1] - stretch[0])
    if rise > _STEEPEST * run or np.hypot(run, rise) < _STRAIGHTEST * 2 * half:
        return None
    return stretch
