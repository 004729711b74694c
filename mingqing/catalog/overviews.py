"""What of a table is kept ready for small scales, where rows are too many and too small to be drawn one by one.

A level holds a table's shapes as they look when a pixel covers so many metres or more: simplified, specks as points,
and gathered into groups of rows that are alike in every column on which their look then depends. Areas that no outline
tells apart any more are merged. What is said here follows from the styles in `layers/` alone.
"""

from dataclasses import dataclass
from functools import lru_cache

from mingqing.catalog.model import Catalog, Privacy
from mingqing.catalog.style import Line, Marker, Shape, Spoke, Style, StyleClass

_SCREEN_PX_PER_M = 96 / 0.0254


@dataclass(frozen=True, slots=True)
class Level:
    """For views whose pixels cover at least so many metres of ground."""

    metres_per_px: float

    @property
    def denominator(self) -> float:
        """The scale of a screen on which a pixel covers that much."""
        return self.metres_per_px * _SCREEN_PX_PER_M


LEVELS = (Level(4.3), Level(13.0), Level(35.0))
"""Each good for views about three times as coarse; closer in, rows are read as they are."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What drawing a table takes.

    columns : whose values its look depends on. apart : areas are told apart by an outline.
    once : a border that two areas share is drawn one time, so both must have it alike.
    """

    columns: frozenset[str]
    apart: bool
    once: bool = False

    def serve(self, wanted: "Needs") -> bool:
        """Whether what was made for these needs is enough for others."""
        return (
            wanted.columns <= self.columns
            and (self.apart or not wanted.apart)
            and (self.once or not wanted.once)
        )


def needs(style: Style, denominator: float, *, beyond: bool = False) -> Needs:
    """Return what a style needs at 1:`denominator`, or there and at any smaller scale.

    Of a class that is not shown its values still count, as they tell its rows from others.
    """

    def shown(start: float, end: float) -> bool:
        return denominator < end and (beyond or start <= denominator)

    every: tuple[StyleClass, ...] = (*style.classes, style.otherwise)
    classes = [c for c in every if shown(c.shown_from, c.shown_to)]
    marks = [m for m in style.marks if shown(m.shown_from, m.shown_to)]
    labels = [c.label for c in classes if c.label and shown(c.label.shown_from, c.label.shown_to)]
    asked = {condition.field for c in every for condition in c.where}
    fields = {style.class_by, *asked, *(m.field for m in marks), *(label.field for label in labels)} - {None}
    symbols = [s for c in (*classes, *marks) for s in c.symbols]
    outlines = [
        s for s in symbols if isinstance(s, Line) and Shape.POLYGON in s.on and denominator < s.shown_to
    ]
    signs = [s for s in symbols if isinstance(s, Marker | Spoke) and Shape.POLYGON in s.on]
    once = any(s.once for s in outlines)
    return Needs(frozenset(str(f) for f in fields), bool(outlines or signs), once)


@lru_cache(maxsize=256)
def plan(catalog: Catalog, table: str, level: Level) -> Needs | None:
    """Return what a level of a table holds, or None where it has none: its rows are always read one by one.

    That is so where it is not drawn at that scale, where its rows stand at other rows' places or are signs, which are
    arranged one by one, and where its look depends on what is personal: an overview holds nothing that must be kept
    from anybody.
    """
    definition = catalog.tables[table]
    kinds = {kind.value for kind in definition.geometry}
    if definition.located_at or not kinds & {Shape.LINE, Shape.POLYGON}:
        return None
    styles = [
        s
        for s in catalog.styles.get(table, {}).values()
        if needs(s, level.denominator, beyond=True) and _drawn(s, level)
    ]
    if not styles or any(_alone(s) for s in styles):
        return None
    wanted = [needs(s, level.denominator, beyond=True) for s in styles]
    columns = frozenset().union(*(w.columns for w in wanted))
    if any(definition.field_by_name[name].privacy is not Privacy.OPEN for name in columns):
        return None
    return Needs(columns, any(w.apart for w in wanted), any(w.once for w in wanted))


def _drawn(style: Style, level: Level) -> bool:
    return any(c.shown_to > level.denominator for c in (*style.classes, style.otherwise))


def _alone(style: Style) -> bool:
    """Whether rows must be drawn one by one at any scale."""
    symbols = [s for c in (*style.classes, style.otherwise) for s in c.symbols]
    return any(isinstance(s, Spoke) or (isinstance(s, Marker) and s.beside > 0) for s in symbols)
