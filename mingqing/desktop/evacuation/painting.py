"""How a plan is painted over the map: danger, houses, the streams of people, cuts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from mingqing.core.errors import Cancelled
from mingqing.core.paths import Paths, Shape
from mingqing.core.text import tr
from mingqing.desktop.evacuation.outcome import NOWHERE, Outcome
from mingqing.desktop.evacuation.streams import Streams
from mingqing.desktop.look.colours import DARK, LIGHT, PLAN_BANDS, PLAN_HOUSES, PLAN_INK, Colours, is_dark
from mingqing.render.qpath import chunks, to_qpath

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View

_WIDTHS_PX = 3.2, 4.6, 6.4, 8.6  # of the grades of streams
_HEAD_PX, _EVERY_PX = 7.0, 84.0
_BARE, _FAR = 8.0, 20.0  # metres a pixel from which on streams have no arrows, and are thinner
_DOT_PX, _MOST_SHAPES = 7.0, 4000
_MOST_VERTICES = 12_000  # that are painted at every frame
_Housed = tuple[Paths, NDArray[np.float64]]  # shapes, and where they stand


def house_colour(number: int, *, dark: bool | None = None) -> str:
    """Return the colour of who goes to the shelter of this number."""
    return PLAN_HOUSES[number % len(PLAN_HOUSES)][is_dark() if dark is None else dark]


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What is painted of a case and its outcome.

    houses : those without a way, then by the colour of their shelter. areas : by band how far shelters reach.
    """

    danger: tuple[Paths, ...] = ()
    floods: tuple[Paths, ...] = ()
    houses: tuple[_Housed, ...] = ()
    streams: Streams = field(default_factory=Streams)
    areas: tuple[Paths, ...] = ()

    def with_areas(self, shapes: NDArray[np.object_]) -> "Content":
        """Return it with other areas, by band."""
        found = (Paths.of(shapes[n : n + 1], Shape.POLYGON).oriented() for n in range(len(shapes)))
        return replace(self, areas=tuple(found))

    def with_case(self, danger: NDArray[np.object_], floods: Sequence[str]) -> "Content":
        """Return it with other danger: shapes of hazards, drawn areas as WKT."""
        drawn = shapely.from_wkt(np.array(list(floods), dtype=object))
        return replace(
            self,
            danger=(Paths.of(danger, Shape.POLYGON), Paths.of(danger, Shape.POINT)),
            floods=(Paths.of(drawn, Shape.POLYGON),),
        )

    def with_outcome(self, outcome: Outcome | None) -> "Content":
        """Return it with another outcome, or with none."""
        if outcome is None:
            return replace(self, houses=(), streams=Streams())
        order = {load.shelter: n % len(PLAN_HOUSES) for n, load in enumerate(outcome.loads)}
        order[NOWHERE] = -1
        number = np.array([order.get(m.shelter, -1) for m in outcome.movers], dtype=np.int64)
        at = np.array([m.at for m in outcome.movers], dtype=np.float64).reshape(-1, 2)
        houses = tuple(
            (Paths.of(outcome.shapes[number == n], Shape.POLYGON), at[number == n])
            for n in range(-1, len(PLAN_HOUSES))
        )
        return replace(self, houses=houses, streams=outcome.streams)

    @property
    def heavy(self) -> bool:
        """Whether it takes too long to be painted at every frame."""
        every = (
            *self.areas,
            *self.danger,
            *self.floods,
            *self.streams.grades,
            *(paths for paths, _ in self.houses),
        )
        return sum(len(paths.xy) for paths in every) > _MOST_VERTICES


class PlanPainter:
    """Paints `content` as `view` shows it on a canvas of `size`, by day or by night; ends in `Cancelled` when told."""

    def __init__(
        self,
        painter: QPainter,
        view: "View",
        size: "Size",
        *,
        dark: bool,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._painter, self._view, self._size, self._cancelled = painter, view, size, cancelled
        self._dark = dark
        self._look: Colours = DARK if dark else LIGHT
        self._sight = 0.0, 0.0, float(size[0]), float(size[1])

    def paint(self, content: Content) -> None:
        """Paint what does not change while one looks."""
        for paths, pair in zip(content.areas, PLAN_BANDS, strict=False):
            self._wash(paths, pair[self._dark])
        for paths in content.danger:
            self._area(paths, PLAN_INK["danger"][self._dark])
        for paths in content.floods:
            self._area(paths, PLAN_INK["flood"][self._dark])
        self._legs(content.streams.legs)
        self._houses(content.houses)
        self._streams(content.streams.grades)

    def way(self, paths: Paths) -> None:
        """Paint a way that stands out."""
        if len(paths):
            placed = self._seen(paths)
            self._stroke(placed, self._look.raised, 7.0)
            self._stroke(placed, self._look.mark, 4.0)
            self._arrows(placed, (self._look.mark, self._look.raised), 4.0 + _HEAD_PX)

    def bars(self, barred: Sequence[Paths]) -> None:
        """Paint what bars a way."""
        colour = PLAN_INK["danger"][self._dark]
        for paths in barred:
            if paths.closed:
                self._wash(paths, colour)
            placed = self._seen(paths)
            self._stroke(placed, self._look.raised, 8.0)
            self._stroke(placed, colour, 5.0)

    # ── Parts ──────────────────────────────────────────────────────────────────────────────────────────────

    def _seen(self, paths: Paths) -> Paths:
        """Return paths in pixels."""
        left, top = self._view.to_map(0, 0, self._size)
        m = self._view.m_per_px
        return replace(paths, xy=(paths.xy - (left, top)) / (m, -m)).thinned()

    def _stroke(self, placed: Paths, colour: str, width: float) -> None:
        for path in chunks(placed, self._sight):
            self._heed()
            self._painter.strokePath(path, pen(colour, width))

    def _heed(self) -> None:
        if self._cancelled():
            raise Cancelled(tr("已取消"))

    def _area(self, paths: Paths, colour: str) -> None:
        """Wash and outline an area; ring a place without extent."""
        painter, placed = self._painter, self._seen(paths)
        wash = QColor(colour)
        wash.setAlphaF(0.15)
        if not placed.closed:
            painter.setPen(QPen(QColor(colour), 2.4))
            painter.setBrush(QBrush(wash))
            for x, y in placed.xy.tolist():
                painter.drawEllipse(QPointF(x, y), 16.0, 16.0)
            return
        near = self._view.m_per_px < _BARE
        for path in chunks(placed, self._sight):
            self._heed()
            painter.fillPath(path, wash)
            if near:
                painter.strokePath(path, pen(self._look.raised, 4.6))
            painter.strokePath(path, pen(colour, 2.4 if near else 1.0))

    def _wash(self, paths: Paths, colour: str) -> None:
        wash = QColor(colour)
        wash.setAlphaF(0.34)
        for path in chunks(self._seen(paths), self._sight):
            self._heed()
            self._painter.fillPath(path, wash)

    def _legs(self, legs: Paths) -> None:
        if self._view.m_per_px < _BARE / 2:
            placed = self._seen(legs)
            for pair, width in ((PLAN_INK["edge"], 4.0), (PLAN_INK["way"], 2.0)):
                self._stroke(placed, pair[self._dark], width)

    def _houses(self, houses: Sequence[_Housed]) -> None:
        painter = self._painter
        for n, (paths, at) in enumerate(houses, start=-1):
            self._heed()
            ink = QColor(PLAN_INK["danger"][self._dark] if n < 0 else house_colour(n, dark=self._dark))
            wide, points = _DOT_PX if self._view.m_per_px < _BARE else 3.0, self._points(at)
            if n < 0:  # danger lies around them in the same red
                wide += 2
                painter.setPen(pen(self._look.raised, wide + 3))
                painter.drawPoints(points)
            if self._view.m_per_px < 1.5 and len(paths) < _MOST_SHAPES:
                for path in chunks(self._seen(paths), self._sight):
                    painter.fillPath(path, ink)
                    painter.strokePath(path, QPen(QColor(self._look.raised), 1.2))
            painter.setPen(pen(ink.name(), wide))
            painter.drawPoints(points)

    def _points(self, at: NDArray[np.float64]) -> QPolygonF:
        left, top = self._view.to_map(0, 0, self._size)
        xy = (at - (left, top)) / (self._view.m_per_px, -self._view.m_per_px)
        xy = xy[((xy > -9) & (xy < np.array(self._size) + 9)).all(axis=1)]
        return QPolygonF([QPointF(x / 2, y / 2) for x, y in np.unique(np.rint(xy * 2), axis=0).tolist()])

    def _streams(self, grades: Sequence[Paths]) -> None:
        line, edge = (PLAN_INK[name][self._dark] for name in ("way", "edge"))
        far = self._view.m_per_px > _FAR
        placed = [self._seen(paths) for paths in grades]
        for casing in (False,) if far else (True, False):
            for paths, width in zip(placed, _WIDTHS_PX, strict=False):
                wide = width / 3 if far else width
                self._stroke(paths, edge if casing else line, wide + 2.4 if casing else wide)
        if self._view.m_per_px < _BARE:
            for paths, width in zip(placed, _WIDTHS_PX, strict=False):
                self._arrows(paths, (line, edge), width + _HEAD_PX)

    def _arrows(self, placed: Paths, inks: tuple[str, str], long: float) -> None:
        """Paint heads along lines, `_EVERY_PX` apart, each line at least one where it is long enough for that."""
        heads = []
        head = np.array([[0.6, 0.0], [-0.4, 0.45], [-0.18, 0.0], [-0.4, -0.45], [0.6, 0.0]]) * long
        for start, stop in zip(placed.parts[:-1].tolist(), placed.parts[1:].tolist(), strict=True):
            for at, along in _along(placed.xy[start:stop], 4 * long, self._size):
                (dx, dy) = along
                heads.append(at + head @ np.array([[dx, dy], [-dy, dx]]))
        if heads:
            path = to_qpath(np.concatenate(heads), np.arange(len(heads) + 1) * len(head))
            self._painter.strokePath(path, pen(inks[1], 2.6))
            self._painter.fillPath(path, QColor(inks[0]))


def _along(
    xy: NDArray[np.float64], least: float, size: "Size"
) -> "list[tuple[NDArray[np.float64], NDArray[np.float64]]]":
    """Return places on a line of at least `least` pixels, and the direction there; none where it is out of sight."""
    if (xy.max(axis=0) < 0).any() or (xy.min(axis=0) > size).any():
        return []
    step = np.hypot(*np.diff(xy, axis=0).T)
    far = np.concatenate([[0.0], np.cumsum(step)])
    if far[-1] < least:
        return []
    count = max(int(far[-1] // _EVERY_PX), 1)
    at = (np.arange(count) + 0.5) * far[-1] / count
    n = np.minimum(np.searchsorted(far, at, side="right") - 1, len(step) - 1)
    good = step[n] > 0
    n, at = n[good], at[good]
    along = (xy[n + 1] - xy[n]) / step[n][:, None]
    return list(zip(xy[n] + along * (at - far[n])[:, None], along, strict=True))


def pen(colour: str, width: float) -> QPen:
    """Return a pen with round ends."""
    style = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(QColor(colour), width, *style)


def paint_cut(painter: QPainter, at: QPointF, look: Colours) -> None:
    """Paint the sign that a road is cut."""
    painter.setPen(QPen(QColor(look.raised), 2.5))
    painter.setBrush(QColor(PLAN_INK["cut"][0]))
    painter.drawEllipse(at, 11.0, 11.0)
    painter.setPen(pen(PLAN_INK["cross"][0], 2.8))
    for way in (1, -1):
        painter.drawLine(at + QPointF(-4.2, -4.2 * way), at + QPointF(4.2, 4.2 * way))
