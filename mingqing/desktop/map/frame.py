"""What passes between canvas and drawing: a request goes there; a frame and tiles come back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from mingqing.desktop.map.tiles import Cell, Rect, Series, area, shared
from mingqing.desktop.map.view import Bounds, Size

if TYPE_CHECKING:
    from mingqing.basemap.model import BaseMap
    from mingqing.basemap.reader import Trouble
    from mingqing.catalog.style import Style
    from mingqing.render.heat import Heat
    from mingqing.render.scene import LegendEntry
    from mingqing.render.targets import Target
    from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Restyled:
    """A table that does not look as the theme has it: in another style, or with the density of something over it.

    reveals : "table.field" of all that is to be read from it.
    """

    table: str
    style: "Style | None"
    heat: "Heat | None"
    reveals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A drawing wanted.

    rect : what it covers, device pixels. seen : the extent on screen, whose rows the legend counts, metres.
    focus : the code of the village outside which the map is dimmed.
    cells : the tiles of the ground to paint, in this order. lettered : whether signs and labels are wanted.
    restyled : the tables that do not look as the theme has them. base_maps : the lowest first.
    """

    series: Series
    rect: Rect
    seen: Bounds
    focus: str | None = None
    cells: tuple[Cell, ...] = ()
    lettered: bool = False
    restyled: tuple[Restyled, ...] = field(default=(), compare=False)
    base_maps: tuple["BaseMap", ...] = field(default=(), compare=False)

    @property
    def styles(self) -> dict[str, "Style"]:
        """How tables look that do not look as the theme has them."""
        return {each.table: each.style for each in self.restyled if each.style is not None}

    @property
    def heat(self) -> "Heat | None":
        """What is shown of density."""
        return next((each.heat for each in self.restyled if each.heat is not None), None)

    @property
    def size(self) -> Size:
        """What it covers in logical pixels."""
        left, top, right, bottom = self.rect
        ratio = self.series.grid.ratio
        return (right - left) / ratio, (bottom - top) / ratio

    def serves(self, wanted: "Request") -> bool:
        """Whether this, still under way, is worth waiting for by one who looks at `wanted`."""
        same = self.series == wanted.series and self.focus == wanted.focus and self.lettered
        return same and shared(self.rect, wanted.rect) > area(wanted.rect) / 2

    def counts_as(self, wanted: "Request") -> bool:
        """Whether the legend of this is that of `wanted`."""
        return (self.series, self.seen, self.focus) == (wanted.series, wanted.seen, wanted.focus)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a drawing says beside its picture: `legend` lists what is on screen, `counts` how much by table.

    targets : the signs and labels on it, to be pointed at.
    troubles : why base maps are not on it.
    notice : what of its text could not be drawn, for the user; empty for nothing.
    """

    request: Request
    legend: tuple["LegendEntry", ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    targets: tuple["Target", ...] = ()
    troubles: tuple["Trouble", ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: opaque ground, or `signs` with labels on nothing. A tile without signs is not handed over."""

    cell: Cell
    image: QImage
    signs: bool = False


Deliver = Callable[[Frame | Tile], None]
Draw = Callable[["Session", Request, Callable[[], bool], Deliver], None]
"""(session, request, cancelled, deliver): hands over the frame, then the tiles as they become ready."""
