"""Where the map is looked at from: centre and scale, and how they move. Plain numbers, no Qt."""

from collections.abc import Callable
from dataclasses import dataclass, replace

Bounds = tuple[float, float, float, float]
Size = tuple[float, float]

PX_PER_MM = 96 / 25.4
"""Of a screen, by CSS's convention; so that 1:2000 means the same on every monitor and on paper."""

MIN_SCALE, MAX_SCALE = 100.0, 5_000_000.0


@dataclass(frozen=True, slots=True)
class View:
    """A centre in the project's CRS and the metres one logical pixel covers. y grows northward."""

    x: float
    y: float
    m_per_px: float

    @property
    def scale(self) -> float:
        """The denominator N of 1:N."""
        return self.m_per_px * PX_PER_MM * 1000

    def at_scale(self, denominator: float) -> "View":
        """Return this centre at 1:`denominator`, kept within what the program draws."""
        wanted = min(max(denominator, MIN_SCALE), MAX_SCALE)
        return replace(self, m_per_px=wanted / (PX_PER_MM * 1000))

    def to_map(self, px: float, py: float, size: Size) -> tuple[float, float]:
        """Return the map coordinates under a pixel of a canvas of `size`."""
        return self.x + (px - size[0] / 2) * self.m_per_px, self.y - (py - size[1] / 2) * self.m_per_px

    def to_screen(self, x: float, y: float, size: Size) -> tuple[float, float]:
        """Return the pixel that shows a place."""
        return (x - self.x) / self.m_per_px + size[0] / 2, (self.y - y) / self.m_per_px + size[1] / 2

    def panned(self, dx_px: float, dy_px: float) -> "View":
        """Return the view after its content was dragged by so many pixels."""
        return replace(self, x=self.x - dx_px * self.m_per_px, y=self.y + dy_px * self.m_per_px)

    def zoomed(self, factor: float, px: float, py: float, size: Size) -> "View":
        """Return the view `factor` times larger with the place under the pixel staying there."""
        x, y = self.to_map(px, py, size)
        near = self.at_scale(self.scale / factor)
        return replace(
            near, x=x - (px - size[0] / 2) * near.m_per_px, y=y + (py - size[1] / 2) * near.m_per_px
        )

    def extent(self, size: Size) -> Bounds:
        """Return (xmin, ymin, xmax, ymax) of what a canvas of `size` shows."""
        w, h = size[0] * self.m_per_px / 2, size[1] * self.m_per_px / 2
        return self.x - w, self.y - h, self.x + w, self.y + h


def fit(bounds: Bounds, size: Size, *, margin: float = 0.06, closest: float = 500) -> View:
    """Return the view that shows `bounds` whole, with a margin, but no closer than 1:`closest`."""
    xmin, ymin, xmax, ymax = bounds
    room_w, room_h = max(size[0], 1) * (1 - 2 * margin), max(size[1], 1) * (1 - 2 * margin)
    m_per_px = max((xmax - xmin) / room_w, (ymax - ymin) / room_h, closest / (PX_PER_MM * 1000))
    return View((xmin + xmax) / 2, (ymin + ymax) / 2, m_per_px)


class History:
    """The views a user rested at, to step back and forward through."""

    def __init__(self, changed: Callable[[], None] = lambda: None, *, limit: int = 100) -> None:
        self._views: list[View] = []
        self._at = -1
        self._limit = limit
        self._changed = changed

    def rest(self, view: View) -> None:
        """Remember `view`; whatever lay ahead is forgotten."""
        if self._at >= 0 and self._views[self._at] == view:
            return
        self._views = [*self._views[: self._at + 1], view][-self._limit :]
        self._at = len(self._views) - 1
        self._changed()

    def clear(self) -> None:
        """Forget everything, as when another project is opened."""
        self._views, self._at = [], -1
        self._changed()

    @property
    def current(self) -> View | None:
        """The view that was rested at last, or stepped to."""
        return self._views[self._at] if self._at >= 0 else None

    @property
    def can_back(self) -> bool:
        """Whether there is an earlier view."""
        return self._at > 0

    @property
    def can_forward(self) -> bool:
        """Whether there is a later view."""
        return self._at + 1 < len(self._views)

    def step(self, by: int) -> View | None:
        """Move by -1 or 1 and return the view there, or None at either end."""
        if not 0 <= self._at + by < len(self._views):
            return None
        self._at += by
        self._changed()
        return self._views[self._at]
