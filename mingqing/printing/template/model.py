"""What a template of a wall map says: frozen values, lengths in millimetres on A3."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Where the column, or band, with legend and tables stands beside the map."""

    LEFT = "left"
    RIGHT = "right"
    BOTTOM = "bottom"


class Part(StrEnum):
    """What may stand in that column, in the order of a template."""

    INSET = "inset"
    LEGEND = "legend"
    FIGURES = "figures"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A page, one way up. side_mm : width of the column, or height of the band; title_mm : height of the title."""

    side: Side
    side_mm: float
    margin_mm: float
    title_mm: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The kilometre grid. lines : whether it crosses the map, or only ticks its frame; corners : coordinates there."""

    shown: bool = True
    lines: bool = True
    corners: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the statistics table: a code of `resources/statistics.toml`, or a field of the village's own row.

    title : what it is called here; empty for its own title.
    """

    code: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """How a wall map is laid out and what it says; texts hold placeholders such as {village}.

    file : its file's name, for messages. theme : the map it is the default of; None for any.
    scales : denominators, ascending, that a map may have; beyond the last the same series goes on.
    fill : the share of the frame that the village may take. sections_from : the denominator on A3 beyond which a
        village is divided into sections.
    stale_months : data not verified for so long is told of before printing.
    """

    name: str
    file: str
    title: str
    subtitle: str
    landscape: Arrangement
    portrait: Arrangement
    theme: str | None = None
    scales: tuple[int, ...] = ()
    fill: float = 0.94
    sections_from: int = 50_000
    grid: Grid = Grid()
    figures: tuple[Figure, ...] = ()
    figures_title: str = ""
    legend_title: str = ""
    inset_title: str = ""
    notes: tuple[str, ...] = ()
    makers: str = ""
    secrecy: str = ""
    approval: str = ""
    stale_months: int = 12

    def arrangement(self, *, portrait: bool) -> Arrangement:
        """Return the page that way up."""
        return self.portrait if portrait else self.landscape


Filled = Mapping[str, str]
"""What the placeholders of a template's texts stand for, by name."""
