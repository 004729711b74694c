"""A theme and an extent become a scene: read each table, sort it into classes, place signs and labels."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.color import Color
from mingqing.catalog.model import Catalog, Table
from mingqing.catalog.overviews import needs
from mingqing.catalog.style import RULED, Fill, Hatch, Line, Marker, Shape, Spoke, Style, StyleClass, Symbol
from mingqing.core.errors import Cancelled
from mingqing.core.features import Features, Gathered
from mingqing.core.paths import Paths
from mingqing.core.text import tr
from mingqing.render.backdrop import Backdrop, Raster, contour_lines, height_labels
from mingqing.render.classify import marked
from mingqing.render.heat import Heat
from mingqing.render.labels import Kept, place
from mingqing.render.lettering import Measure, PlacedLabel, estimate
from mingqing.render.occupancy import Box, Occupancy
from mingqing.render.paths import in_px, points
from mingqing.render.requests import requests
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction, LegendEntry, Scene
from mingqing.render.signs import Arranged, SignSet, Spot, arrange
from mingqing.render.source import Bounds, FeatureSource
from mingqing.render.styled import MARGIN_MM, StyledTable
from mingqing.render.targets import of_labels, of_signs
from mingqing.render.trodden import busyness

_GLOW = Color("#ff9500", "#ffc04d")
_HIGHLIGHT = Line(_GLOW, width=0.9, casing=0.35, casing_color=Color("#ffffff", "#000000"))
_RING = Marker(Color("#ff950050", "#ffc04d50"), outline=_GLOW, outline_width=0.6, size=8.0, beside=0)


@dataclass
class _Sheet:
    """What is gathered while the tables of a theme are drawn one by one."""

    view: Viewport
    backdrops: Sequence[Backdrop] = ()
    ground: list[Instruction] = field(default_factory=list)
    spokes: list[Instruction] = field(default_factory=list)
    rings: list[Instruction] = field(default_factory=list)
    signs: list[SignSet] = field(default_factory=list)

    def draw(self, styled: StyledTable) -> None:
        """Add a table: borders of all lines, then first symbols of all classes, then second ones, marks."""
        shown = [
            (rank, _in_one(c.symbols, self.view.denominator), styled.classes == rank)
            for rank, c in enumerate(styled.every)
            if c.is_shown(self.view.denominator)
        ]
        shown = [(rank, symbols, rows) for rank, symbols, rows in shown if rows.any()]
        for _, symbols, rows in reversed(shown):
            for symbol in symbols:
                self._case(styled, symbol, rows)
        for level in range(max((len(symbols) for _, symbols, _ in shown), default=0)):
            for rank, symbols, rows in reversed(shown):
                if level < len(symbols):
                    self._add(styled, symbols[level], rows, rank)
        visible = np.isin(styled.classes, [rank for rank, _, _ in shown])
        for mark in styled.style.marks:
            if mark.is_shown(self.view.denominator):
                rows = visible & marked(styled.features, mark)
                for rank, c in enumerate(styled.every):
                    for symbol in mark.symbols:
                        fitted, some = _fitted(symbol, c), rows & (styled.classes == rank)
                        self._case(styled, fitted, some)
                        self._add(styled, fitted, some, 0)

    def cover(self, lowest: str) -> tuple[Instruction, ...]:
        """Take the land cover, the lowest table of a theme, apart where pictures lie over it; contours follow them."""
        if not self.backdrops:
            return ()
        cut = max((n for n, step in enumerate(self.ground, start=1) if step.table == lowest), default=0)
        cover, above = tuple(self.ground[:cut]), self.ground[cut:]
        self.ground = [*(Instruction("", *line) for line in contour_lines(self.backdrops)), *above]
        return cover

    def ring(self, styled: StyledTable, ids: frozenset[int], at: Mapping[tuple[str, int], Spot]) -> None:
        """Outline some rows, and ring the markers of those that have one."""
        if isinstance(styled.features, Gathered):
            return
        rows = np.isin(styled.features.ids, list(ids))
        self._case(styled, _HIGHLIGHT, rows)
        self._add(styled, _HIGHLIGHT, rows, 0)
        spots = [
            at[styled.table.name, r][:2]
            for r in np.flatnonzero(rows).tolist()
            if (styled.table.name, r) in at
        ]
        if spots:
            self.rings.append(Instruction(styled.table.name, _RING, points(np.array(spots))))

    def _case(self, styled: StyledTable, symbol: Symbol, rows: NDArray[np.bool_]) -> None:
        if isinstance(symbol, Line) and symbol.casing > 0:
            self._emit(styled, symbol, rows, casing=True)

    def _add(self, styled: StyledTable, symbol: Symbol, rows: NDArray[np.bool_], rank: int) -> None:
        if isinstance(symbol, Marker):
            xy, numbers = styled.centres(symbol.on, rows)
            if not len(numbers):
                return
            if symbol.beside == 0:
                self.ground.append(Instruction(styled.table.name, symbol, points(xy, numbers)))
            else:
                self.signs.append(SignSet(styled.table.name, rank, symbol, xy, numbers))
            return
        self._emit(styled, symbol, rows)

    def _emit(
        self, styled: StyledTable, symbol: Symbol, rows: NDArray[np.bool_], *, casing: bool = False
    ) -> None:
        if isinstance(symbol, Hatch | Line) and self.view.denominator >= symbol.shown_to:
            return
        to = self.spokes if isinstance(symbol, Spoke) else self.ground
        for shape in sorted(symbol.on):
            if shape is not Shape.POLYGON:
                paths = styled.paths_where(shape, rows)
            elif isinstance(symbol, Line):
                paths = styled.outlines(rows, once=symbol.once)
            else:
                paths = styled.areas(rows)
            if len(paths):
                to.append(Instruction(styled.table.name, symbol, paths, casing))


def _in_one(symbols: tuple[Symbol, ...], denominator: float) -> tuple[Symbol, ...]:
    """Return a class's symbols with an area's colour and the pattern strewn on it drawn in one."""
    match symbols:
        case [Fill() as fill, Hatch() as hatch, *rest] if (
            hatch.pattern not in RULED and fill.on == hatch.on and denominator < hatch.shown_to
        ):
            return replace(hatch, ground=fill.color), *rest
    return symbols


def _fitted(symbol: Symbol, marked_class: StyleClass) -> Symbol:
    """Return a mark's symbol as it is on one class: a line without width takes that of the line it marks."""
    if not isinstance(symbol, Line) or symbol.width > 0:
        return symbol
    own = next((s for s in marked_class.symbols if isinstance(s, Line)), symbol)
    return replace(own, casing=symbol.casing, casing_color=symbol.casing_color, flat=symbol.flat)


def _never() -> bool:
    return False


def build_scene(  # noqa: PLR0913 - what a person can choose about a map
    catalog: Catalog,
    source: FeatureSource,
    theme: str,
    view: Viewport,
    *,
    dark: bool = False,
    only: frozenset[str] | None = None,
    styles: Mapping[str, Style] = MappingProxyType({}),
    heat: Heat | None = None,
    highlight: Mapping[str, frozenset[int]] = MappingProxyType({}),
    focus: shapely.Geometry | None = None,
    village: str | None = None,
    within: Bounds | None = None,
    backdrops: Sequence[Backdrop] = (),
    measure: Measure | None = estimate,
    keep: Kept | None = None,
    clear: Sequence[Box] = (),
    on_paper: bool = False,
    cancelled: Callable[[], bool] = _never,
) -> Scene:
    """Return the drawing of `theme` in `view`.

    Parameters
    ----------
    only : the tables switched on; None is all of the theme's.
    styles : how tables look that are not to look as the theme has them. heat : what is shown of density.
    highlight : ids, by table, of rows that are ringed.
    focus : an area in the project's CRS outside which the map is dimmed.
    village, within : the legend counts the rows of the village of this code that touch this extent; None for
        all in view.
    backdrops : the base maps as they lie in `view`, the lowest first.
    measure : how wide text is; the painter has an exact one. None leaves all text out.
    keep : the labels of the drawing before (`Scene.kept`), which stay where they are on the ground if the scale is the
        same.
    clear : what is kept free of labels, pixels.
    on_paper : whether nobody can point at it, and signs are rather set out than counted.
    cancelled : asked between tables; once it says yes the scene is given up.

    Raises
    ------
    Cancelled
        when `cancelled` said so.
    """
    sheet, tables = _Sheet(view, backdrops), []
    for styled in _read(catalog, source, theme, view, only, styles, frozenset(highlight), village, within):
        if cancelled():
            raise Cancelled(tr("已停止绘图。"))
        sheet.draw(styled)
        tables.append(styled)
    cover = sheet.cover(catalog.layers[theme].draws[0].table)
    arranged = arrange(sheet.signs, view, on_paper=on_paper)
    for styled in tables:
        ids = highlight.get(styled.table.name)
        if ids:
            sheet.ring(styled, ids, arranged.at)
    taken = Occupancy([*arranged.boxes, *clear])
    labels, unplaced = (
        _labels(tables, sheet, arranged, taken, measure, keep) if measure is not None else ((), ())
    )
    labels, veiled = _raised(labels, focus, view)
    rows = {t.table.name: t.features.ids for t in tables if isinstance(t.features, Features)}
    own = catalog.layers[theme].tables
    tables.reverse()
    tables.sort(key=lambda t: t.table.name not in own)
    return Scene(
        view=view,
        dark=dark,
        ground=tuple(sheet.ground),
        overlay=(*sheet.spokes, *sheet.rings, *arranged.instructions),
        labels=labels,
        veiled=veiled,
        unplaced=unplaced,
        legend=tuple(e for styled in tables for e in _legend(styled)),
        counts={t.table.name: int(np.sum(t.counted)) for t in tables},
        feature_count=sum(int(np.sum(t.shown * t.in_view)) for t in tables),
        outside=_outside(focus, view) if focus is not None else None,
        targets=(*of_signs(arranged.stands, rows, view), *of_labels(labels, view)),
        backdrops=tuple(b for b in backdrops if isinstance(b, Raster)),
        cover=cover,
        heat=heat.picture(view, dark=dark) if heat is not None else None,
    )


def _labels(
    tables: Sequence[StyledTable],
    sheet: _Sheet,
    arranged: Arranged,
    taken: Occupancy,
    measure: Measure,
    keep: Kept | None,
) -> tuple[tuple[PlacedLabel, ...], tuple[str, ...]]:
    """Place what the tables ask for, clear of what is taken; return the labels, and the texts that found no room."""
    busy = busyness((*sheet.ground, *sheet.spokes), sheet.view)
    wanted = [r for styled in tables for r in requests(styled, arranged.at)]
    wanted += height_labels(sheet.backdrops, sheet.view)
    kept = keep.on(sheet.view) if keep is not None else ()
    placed = tuple(place(wanted, sheet.view.size_px, taken, busy, measure, kept))
    return placed, tuple(sorted({r.text for r in wanted} - {label.text for label in placed}))


def _read(  # noqa: PLR0913 - what `build_scene` was told
    catalog: Catalog,
    source: FeatureSource,
    theme: str,
    view: Viewport,
    only: frozenset[str] | None,
    styles: Mapping[str, Style],
    highlight: frozenset[str],
    village: str | None,
    within: Bounds | None,
) -> Iterator[StyledTable]:
    """Read the tables of a theme that show anything at this scale, from the ground up."""
    bounds = view.grown(MARGIN_MM * view.px_per_mm)
    for draw in catalog.layers[theme].draws:
        style = styles.get(draw.table) or catalog.styles[draw.table][draw.variant]
        if (only is None or draw.table in only) and style.is_shown(view.denominator):
            rows: Features | Gathered | None = None
            if draw.table not in highlight:
                wanted = needs(style, view.denominator)
                rows = source.gathered(draw.table, bounds, wanted, view.metres_per_px)
            if rows is None:
                columns = dict.fromkeys((*style.columns, *(["village_code"] if village is not None else [])))
                rows = source.features(draw.table, bounds=bounds, columns=list(columns))
            yield StyledTable(catalog.tables[draw.table], style, rows, view, village, within)


def _legend(styled: StyledTable) -> Iterator[LegendEntry]:
    table, entries = styled.table, dict[str, LegendEntry]()
    for rank, c in enumerate(styled.every):
        title = c.title or "、".join(map(str, c.values)) or table.title
        _add_up(entries, table, c, title, styled.counted * (styled.classes == rank))
    yield from (e for e in entries.values() if _is_listed(e, styled.view))
    for mark in styled.style.marks:
        rows = styled.counted * marked(styled.features, mark)
        entry = LegendEntry(table.name, table.title, mark.title, mark, int(rows.sum()))
        if _is_listed(entry, styled.view):
            yield entry


def _add_up(
    entries: dict[str, LegendEntry], table: Table, c: StyleClass, title: str, rows: NDArray[np.int64]
) -> None:
    """Put a class into the legend; classes of one title, which differ by what else they keep, are one line of it."""
    before = entries.get(title)
    count = int(rows.sum())
    shown = c if count or before is None else before.style_class
    entries[title] = LegendEntry(
        table.name, table.title, title, shown, count + (before.count if before is not None else 0)
    )


def _is_listed(entry: LegendEntry, view: Viewport) -> bool:
    c = entry.style_class
    return bool(entry.count and c.legend and c.symbols and c.is_shown(view.denominator))


def _raised(
    labels: tuple[PlacedLabel, ...], focus: shapely.Geometry | None, view: Viewport
) -> tuple[tuple[PlacedLabel, ...], int]:
    """Return labels with those that name what is in focus last, and how many others there are."""
    if focus is None or not labels:
        return labels, 0
    x, y = np.array([view.to_ground(*label.home) for label in labels]).T
    inside = shapely.contains_xy(focus, x, y)
    order = np.argsort(inside, kind="stable")
    return tuple(labels[n] for n in order.tolist()), int((~inside).sum())


def _outside(focus: shapely.Geometry, view: Viewport) -> Paths:
    sheet = shapely.box(*view.grown(MARGIN_MM * view.px_per_mm))
    return in_px(Paths.of(np.array([shapely.difference(sheet, focus)]), Shape.POLYGON).oriented(), view)
