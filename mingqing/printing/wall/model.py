"""A wall map, decided: everything that stands on the page and where, in millimetres of its A3 design."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.style import Style
from mingqing.printing.paper.page import Paper
from mingqing.printing.template.model import Part, Template
from mingqing.printing.wall.asked import Asked
from mingqing.printing.wall.corners import Corner
from mingqing.render.scene import LegendEntry, Scene


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on the page, design millimetres from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    def within(self, mm: float) -> "Rect":
        """Return it, smaller by `mm` on every side."""
        return Rect(self.x + mm, self.y + mm, self.width - 2 * mm, self.height - 2 * mm)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Where everything stands. frame : the map's neat line; parts : what stands beside it; foot : the line below."""

    sheet: Rect
    title: Rect
    frame: Rect
    parts: Mapping[Part, Rect]
    foot: Rect


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of the statistics table: 户数 119 户; value None where nothing is known.

    code : of the statistic; empty for a field of the village's own row.
    """

    title: str
    value: float | None
    unit: str
    code: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Inset:
    """The village in its township: borders in the project's CRS, names, and which of them is this one (-1: none).

    title : 在{township}的位置.
    """

    title: str
    shapes: NDArray[np.object_]
    names: tuple[str, ...]
    here: int


@dataclass(frozen=True, slots=True)
class Section:
    """A sheet of several: its number (0 is the index), how many there are, its part of the ground; project's CRS."""

    number: int
    of: int
    extents: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, eq=False)
class WallMap:
    """One page. unit : real millimetres to a design millimetre. scale : the denominator, true on paper.

    ground : metres on the ground to one of the project's grid.

    shape : the village's border, project's CRS; None where it has none.
    north : where the north arrow stands. legend : what is on this map only.
    credits : what stands below it, a text each (makers, date, CRS, source).
    left_out : titles of tables the account may not print. text_dropped : names that found no room.
    restyled : how tables look that do not look as the theme has them.
    rows : how many rows are shown, for the log. verified : the latest and the oldest day on which its rows were.
    """

    asked: Asked
    template: Template
    paper: Paper
    unit: float
    ground: float
    boxes: Boxes
    scene: Scene
    scale: int
    epsg: int
    title: str
    subtitle: str
    legend: tuple[LegendEntry, ...]
    figures: tuple[Counted, ...]
    inset: Inset | None
    notes: tuple[str, ...]
    credits: tuple[str, ...]
    secrecy: str
    approval: str
    footer: str
    north: Corner
    shape: shapely.Geometry | None = None
    section: Section | None = None
    left_out: tuple[str, ...] = ()
    text_dropped: tuple[str, ...] = ()
    restyled: Mapping[str, Style] = field(default_factory=dict)
    rows: int = 0
    verified: tuple[date, date] | None = None
