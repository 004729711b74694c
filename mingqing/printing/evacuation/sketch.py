"""The map on a card, plan or sheet: houses, shelters, dangers and ways of a plan, as the map of hazards has them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from mingqing.catalog.color import Color
from mingqing.catalog.overviews import Needs
from mingqing.catalog.style import Fill, Hatch, Line, StyleClass
from mingqing.core.errors import NotAllowed
from mingqing.core.features import Features, Gathered
from mingqing.core.paths import Paths, Shape
from mingqing.core.text import tr
from mingqing.printing.evacuation.evacuees import PLAIN, About
from mingqing.printing.paper.page import Page
from mingqing.render.compose import build_scene
from mingqing.render.fonts import measure, outline
from mingqing.render.ornaments import bar_length_m, draw_north_arrow, draw_scale_bar
from mingqing.render.painter import paint
from mingqing.render.paths import in_px
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction, LegendEntry, Scene
from mingqing.render.source import Bounds
from mingqing.store.permitted import printable
from mingqing.store.session import Session

_PX_PER_MM = (
    200 / 25.4
)  # of patterns, and what is too small to be drawn; lines and names are as fine as the printer
_THEME, _ROUTES, _HAZARDS, _SHELTERS = "disaster", "evacuation_route", "hazard", "shelter"
_SCALES = (500, 750, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000, 12_000, 15_000, 20_000)
_TOLD = (_ROUTES, _SHELTERS, _HAZARDS)
_FLOOD_INK = Color("#1f5fa8", "#6fb0f2")
_FLOOD = StyleClass(
    (
        Fill(Color("#1f5fa824", "#6fb0f224")),
        Hatch(_FLOOD_INK, spacing=1.9, width=0.22),
        Line(_FLOOD_INK, width=0.45),
    ),
    title=tr("淹没范围"),
)
_ABOVE_FLOODS = frozenset({_HAZARDS, "road", "house", _ROUTES})
_MARGIN = 0.86  # of the picture that what has to be seen may fill
_MARKER_MM, _PLATE_MM = 5.2, 1.6
_HOME, _PLATE = QColor("#c1272d"), QColor(255, 255, 255, 235)


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A map, and what is to be told of its signs beside it. home : gets a sign; project's CRS."""

    scene: Scene
    home: shapely.Geometry | None = None
    legend: tuple[LegendEntry, ...] = ()

    def paint(self, page: Page, x: float, y: float, width: float, height: float) -> None:
        """Paint it, whole, in the middle of a rectangle: as lines and text, sharper and smaller than a picture."""
        painter, view = page.painter, self.scene.view
        across, down = view.size_px
        scale = min(width / across, height / down)
        painter.save()
        try:
            painter.translate(x + (width - across * scale) / 2, y + (height - down * scale) / 2)
            painter.scale(scale, scale)
            painter.setClipRect(QRectF(0, 0, across, down))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint(self.scene, painter, text=True)
            if self.home is not None and not self.home.is_empty:
                _mark_home(painter, view, self.home)
            _ornaments(painter, view)
        finally:
            painter.restore()


@dataclass(frozen=True, eq=False)
class _OfPlan:
    """A session of which routes, hazards and shelters are those of a plan, whatever others are kept."""

    session: Session
    ways: Sequence[shapely.LineString]
    about: About

    def features(
        self,
        table: str,
        *,
        bounds: Bounds | None = None,
        columns: Sequence[str] = (),
        village: str | None = None,
    ) -> Features:
        """Return rows of the session, of hazards and shelters those that count, and the ways in place of its routes."""
        if table != _ROUTES:
            found = self.session.features(table, bounds=bounds, columns=columns, village=village)
            return _taken(found, self._counting(table, found))
        shapes = np.empty(len(self.ways), dtype=object)
        shapes[:] = self.ways
        return Features(
            np.arange(1, len(shapes) + 1, dtype=np.int64),
            shapes,
            {name: [None] * len(shapes) for name in columns},
        )

    def gathered(self, table: str, bounds: Bounds, wanted: Needs, metres_per_px: float) -> Gathered | None:
        """Return what the session gathers, of all but what is chosen row by row."""
        if table in {_ROUTES, _HAZARDS, _SHELTERS}:
            return None
        return self.session.gathered(table, bounds, wanted, metres_per_px)

    def _counting(self, table: str, found: Features) -> NDArray[np.bool_]:
        """Return which rows count in the plan: active hazards, and shelters that take people in."""
        if table == _HAZARDS and self.about.hazards is not None:
            return np.isin(found.ids, list(self.about.hazards))
        if table == _SHELTERS:
            return ~np.isin(found.ids, list(self.about.unused))
        return np.ones(len(found), dtype=np.bool_)


def _taken(found: Features, which: NDArray[np.bool_]) -> Features:
    if which.all():
        return found
    rows = np.flatnonzero(which)
    columns = {name: [values[n] for n in rows.tolist()] for name, values in found.columns.items()}
    return Features(found.ids[rows], found.geometry[rows], columns)


def _never() -> bool:
    return False


def draw_sketch(  # noqa: PLR0913 - what differs between a card and a plan
    session: Session,
    size_mm: tuple[float, float],
    about: About = PLAIN,
    *,
    seen: Iterable[shapely.Geometry | None],
    ways: Sequence[shapely.LineString] = (),
    house: int | None = None,
    home: shapely.Geometry | None = None,
    without: frozenset[str] = frozenset(),
    cancelled: Callable[[], bool] = _never,
) -> Sketch | None:
    """Return a map of so many millimetres at a round scale; None of no place.

    Parameters
    ----------
    about : its active hazards, its floods and the shelters that take people in are drawn, and no others.
    seen : what has to be on it, project's CRS.
    ways : of the plan, each drawn in the direction one walks.
    house, home : the row that is ringed, and the shape that gets a sign.
    without : tables left out.

    Raises
    ------
    NotAllowed
        if the account may not print the map.
    """
    bounds = _bounds(seen)
    if bounds is None:
        return None
    tables = printable(session.policy, session.catalog, _THEME) - without
    if not tables & {_HAZARDS, _SHELTERS}:
        raise NotAllowed(tr("您的角色不能打印防灾避险图，卡片上也就不能有路线图"))
    scene = build_scene(
        session.catalog,
        _OfPlan(session, ways, about),
        _THEME,
        _view(bounds, size_mm),
        only=tables,
        highlight={"house": frozenset({house})} if house is not None else {},
        measure=measure,
        cancelled=cancelled,
    )
    scene = _flooded(scene, about.floods)
    return Sketch(scene, home, tuple(entry for entry in scene.legend if _is_told(entry)))


def _is_told(entry: LegendEntry) -> bool:
    """Whether a line of the legend is wanted; marks, of 险情等级, would be read as the 规模等级 of the forms."""
    return entry.table in _TOLD and entry.style_class.field is None


def _flooded(scene: Scene, floods: Sequence[shapely.Geometry]) -> Scene:
    """Return a scene with areas under water, beneath roads and houses, and in its legend where they are in view."""
    sheet = shapely.box(*scene.view.grown(scene.view.px_per_mm))
    areas = shapely.intersection(np.array(floods, dtype=object), sheet)
    paths = in_px(Paths.of(areas, Shape.POLYGON).oriented(), scene.view)
    if not len(paths):
        return scene
    drawn = tuple(Instruction(_HAZARDS, symbol, paths) for symbol in _FLOOD.symbols)
    above = (n for n, step in enumerate(scene.ground) if step.table in _ABOVE_FLOODS)
    at = next(above, len(scene.ground))
    entry = LegendEntry(_HAZARDS, "", _FLOOD.title, _FLOOD, len(paths))
    return replace(
        scene, ground=(*scene.ground[:at], *drawn, *scene.ground[at:]), legend=(*scene.legend, entry)
    )


def _bounds(seen: Iterable[shapely.Geometry | None]) -> Bounds | None:
    shapes = [s for s in seen if s is not None and not s.is_empty]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _view(bounds: Bounds, size_mm: tuple[float, float]) -> Viewport:
    """Return the view at the largest round scale that shows all of `bounds`."""
    west, south, east, north = bounds
    size = round(size_mm[0] * _PX_PER_MM), round(size_mm[1] * _PX_PER_MM)
    needed = max((east - west) / size_mm[0], (north - south) / size_mm[1]) * 1000 / _MARGIN
    scale = next((s for s in _SCALES if s >= max(needed, _SCALES[1])), needed)
    return Viewport.at_scale(((west + east) / 2, (south + north) / 2), scale, size, _PX_PER_MM)


def _mark_home(painter: QPainter, view: Viewport, home: shapely.Geometry) -> None:
    """Set the sign of home on the house."""
    at = home.representative_point()
    x, y = view.to_px(np.array([[at.x, at.y]]))[0].tolist()
    paint_home(painter, x, y, _MARKER_MM / 2 * view.px_per_mm)


def paint_home(painter: QPainter, x: float, y: float, radius: float) -> None:
    """Paint a red sign with 家 around (x, y)."""
    painter.setPen(QPen(Qt.GlobalColor.white, radius * 0.22))
    painter.setBrush(_HOME)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    _write(painter, tr("家"), (x, y), radius * 1.25)


def _write(painter: QPainter, text: str, at: tuple[float, float], high: float) -> None:
    painter.save()
    painter.translate(*at)
    painter.scale(high / 100, high / 100)
    painter.fillPath(outline(text, bold=True), QColor(Qt.GlobalColor.white))
    painter.restore()


def _ornaments(painter: QPainter, view: Viewport) -> None:
    """Draw north arrow and scale bar on plates in the corners."""
    mm, (width, height) = view.px_per_mm, view.size_px
    arrow = 9.0 * mm
    plate = QPainterPath()
    plate.addRoundedRect(QRectF(width - arrow * 0.95, 0.12 * arrow, arrow * 0.82, arrow * 1.16), mm, mm)
    most = min(32.0 * mm, width * 0.3)
    long = bar_length_m(view.metres_per_px, most) * view.px_per_m
    bar = QRectF(_PLATE_MM * mm, height - 8.4 * mm, long + 10.0 * mm, 8.4 * mm - _PLATE_MM * mm)
    plate.addRoundedRect(bar, mm, mm)
    painter.fillPath(plate, _PLATE)
    draw_north_arrow(painter, (width - arrow * 0.54, 0.7 * arrow), arrow)
    draw_scale_bar(painter, view, bar.left() + 1.6 * mm, bar.bottom() - 1.4 * mm, most_px=most)
