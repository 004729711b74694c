"""What a map consists of once everything is decided: instructions in order, labels in place, a legend."""

from collections.abc import Mapping
from dataclasses import dataclass

from mingqing.catalog.color import Color
from mingqing.catalog.style import StyleClass, Symbol
from mingqing.core.paths import Paths
from mingqing.render.backdrop import Raster
from mingqing.render.labels import Kept
from mingqing.render.lettering import PlacedLabel
from mingqing.render.scale import Viewport
from mingqing.render.targets import Target

PAPER = Color("#f8f5ec", "#1b1e20")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One symbol on many features. `casing` asks for a line's border instead of the line."""

    table: str
    symbol: Symbol
    paths: Paths
    casing: bool = False


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A class that occurs on this map: its table's title, its own, how it looks, and how many there are."""

    table: str
    table_title: str
    title: str
    style_class: StyleClass
    count: int


@dataclass(frozen=True)
class Scene:
    """Everything on one map, in the order it is drawn.

    ground : what is the same wherever the edge of the sheet is, so that it may be painted piece by piece.
    cover, backdrops : land cover beneath base maps, and their pictures, the lowest first; both lie below the ground.
    overlay : signs and what else finds its place among its neighbours, over the ground.
    heat : how thickly something lies, over the ground and under all that is in the overlay.
    paper : what all of it is drawn on.
    outside : what lies beyond the focus, in pixels, to be dimmed; None where nothing is.
    legend : the theme's subject first, the ground last. counts : rows of each table that the legend counts.
    veiled : how many of the labels, the first, are dimmed with it; the others name what is in focus.
    unplaced : texts of labels that found no room anywhere.
    feature_count : rows that touch the extent. targets : the signs, then the labels, to be pointed at.
    """

    view: Viewport
    dark: bool
    ground: tuple[Instruction, ...]
    overlay: tuple[Instruction, ...]
    labels: tuple[PlacedLabel, ...]
    legend: tuple[LegendEntry, ...]
    counts: Mapping[str, int]
    feature_count: int
    outside: Paths | None = None
    targets: tuple[Target, ...] = ()
    backdrops: tuple[Raster, ...] = ()
    cover: tuple[Instruction, ...] = ()
    heat: Raster | None = None
    unplaced: tuple[str, ...] = ()
    veiled: int = 0
    paper: Color = PAPER

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Cover, ground and overlay."""
        return self.cover + self.ground + self.overlay

    @property
    def kept(self) -> Kept:
        """The labels, for a next scene that is to leave them where they are."""
        return Kept(self.view, self.labels)
