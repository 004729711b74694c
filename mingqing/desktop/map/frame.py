"""One drawing of the map: what is asked for, what comes back. Runs in the drawing lane."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from mingqing.desktop.map.view import Bounds, Size, View

if TYPE_CHECKING:
    from mingqing.render.scene import LegendEntry
    from mingqing.render.targets import Target
    from mingqing.store.session import Session

MARGIN = 0.12
"""Share of the canvas drawn beyond each edge, so that a short drag shows map and not paper."""


@dataclass(frozen=True, slots=True)
class Request:
    """A drawing wanted: which thematic map, from where, on a canvas of `size` logical pixels."""

    theme: str
    view: View
    size: Size
    device_ratio: float = 1.0
    dark: bool = False
    only: frozenset[str] | None = None
    focus: str | None = None

    def covers(self, view: View, size: Size) -> bool:
        """Whether a drawing of this, still under way, would be worth waiting for at `view`."""
        mine, wanted = self.extent, view.extent(size)
        same_scale = 0.8 < self.view.m_per_px / view.m_per_px < 1.25
        overlap_w = min(mine[2], wanted[2]) - max(mine[0], wanted[0])
        overlap_h = min(mine[3], wanted[3]) - max(mine[1], wanted[1])
        seen = max(overlap_w, 0) * max(overlap_h, 0)
        return same_scale and seen > 0.5 * (wanted[2] - wanted[0]) * (wanted[3] - wanted[1])

    def with_margin(self) -> "Request":
        """Return the request for a canvas larger by the margin on every side."""
        return replace(self, size=(self.size[0] * (1 + 2 * MARGIN), self.size[1] * (1 + 2 * MARGIN)))

    @property
    def seen(self) -> Bounds:
        """The extent without the margin, of a request that has it: what is on screen."""
        whole = 1 + 2 * MARGIN
        return self.view.extent((self.size[0] / whole, self.size[1] / whole))

    @property
    def extent(self) -> Bounds:
        """The extent of the canvas asked for, project CRS, metres."""
        return self.view.extent(self.size)


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing: `image` shows `extent` exactly, `legend` lists what is on it, `counts` how much by table.

    targets : the signs and labels on it, to be pointed at.
    """

    image: QImage
    request: Request
    extent: Bounds
    legend: tuple["LegendEntry", ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    targets: tuple["Target", ...] = ()


Draw = Callable[["Session", Request, Callable[[], bool]], Frame]
