"""What a plan looks like on the map: danger, cuts, houses, the streams of people, and the shelters they fill."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from mingqing.core.paths import Paths, Shape
from mingqing.desktop.evacuation.outcome import Load, Outcome
from mingqing.desktop.evacuation.streams import Streams
from mingqing.desktop.look.colours import colours, is_dark
from mingqing.render.qpath import chunks, to_qpath

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View

_WAY = ("#0A6B36", "#3FCF85"), ("#FFFFFF", "#0B1F15")  # by day and by night: the line, and the edge it has
_DANGER = "#C2261B", "#FF6B5E"
_FLOOD = "#1F5FA8", "#6FB0F2"
_WIDTHS_PX = 3.2, 4.6, 6.4, 8.6  # of the grades of streams
_HEAD_PX, _EVERY_PX, _BARE = 7.0, 84.0, 8.0  # metres a pixel from which on streams have no arrows
_HOUSES = (
    *(("#1668C7", "#6CB2FF"), ("#8A3FB5", "#CF97F0"), ("#B8600B", "#FFB25E"), ("#0B7F86", "#5FD6DC")),
    *(("#A3246F", "#FF8CC8"), ("#5B6B16", "#C3D667"), ("#3F4FBF", "#A3AEFF"), ("#7A4A2B", "#DDAE8A")),
)
_DOT_PX, _MOST_SHAPES, _MOST_PLATES = 7.0, 4000, 60


def house_colour(number: int) -> str:
    """Return the colour of who goes to the shelter of this number."""
    return _HOUSES[number % len(_HOUSES)][is_dark()]


class PlanOverlay:
    """An overlay of the canvas; what it shows is set, then the canvas updated."""

    def __init__(self) -> None:
        self._streams = Streams()
        self._danger: Sequence[Paths] = ()
        self._floods: Sequence[Paths] = ()
        self._houses: list[tuple[Paths, NDArray[np.float64]]] = []  # without a way, then by shelter
        self._loads: Sequence[Load] = ()
        self._chosen = Paths.none()
        self.cuts: Sequence[tuple[float, float]] = ()
        self.mark: tuple[float, float] | None = None
        self.on = False

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────

    def show_case(
        self, danger: "NDArray[np.object_]", floods: Sequence[str], cuts: Sequence[tuple[float, float]]
    ) -> None:
        """Show what is supposed to happen: shapes of hazards, drawn areas as WKT, places where roads are cut."""
        self._danger = [Paths.of(danger, Shape.POLYGON), Paths.of(danger, Shape.POINT)]
        self._floods = [Paths.of(shapely.from_wkt(np.array(list(floods), dtype=object)), Shape.POLYGON)]
        self.cuts = cuts

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show who goes where."""
        self.choose(None)
        if outcome is None:
            self._streams, self._houses, self._loads = Streams(), [], ()
            return
        self._streams = outcome.streams
        self._loads = outcome.loads
        order = {load.shelter: n for n, load in enumerate(outcome.loads)}
        number = np.array([order.get(m.shelter, -1) for m in outcome.movers], dtype=np.int64)
        at = np.array([m.at for m in outcome.movers], dtype=np.float64).reshape(-1, 2)
        self._houses = [
            (Paths.of(outcome.shapes[number == n], Shape.POLYGON), at[number == n])
            for n in range(-1, len(outcome.loads))
        ]

    def choose(self, way: "shapely.LineString | None", mark: tuple[float, float] | None = None) -> None:
        """Let one way and a place stand out."""
        ways = np.array([way], dtype=object) if way is not None else np.empty(0, dtype=object)
        self._chosen, self.mark = Paths.of(ways, Shape.LINE), mark

    # ── Painted ────────────────────────────────────────────────────────────────────────────────────────────

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint it as `view` shows it on a canvas of `size`."""
        if not self.on:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for paths in self._danger:
            _paint_area(painter, _seen(paths, view, size), _DANGER[is_dark()], size)
        for paths in self._floods:
            _paint_area(painter, _seen(paths, view, size), _FLOOD[is_dark()], size)
        self._paint_legs(painter, view, size)
        self._paint_houses(painter, view, size)
        self._paint_streams(painter, view, size)
        if len(self._chosen):
            _paint_way(painter, _seen(self._chosen, view, size), 4.0, colours().mark, colours().raised, size)
        self._paint_loads(painter, view, size)
        self._paint_marks(painter, view, size)
        painter.restore()

    def _paint_houses(self, painter: QPainter, view: "View", size: "Size") -> None:
        for n, (paths, at) in enumerate(self._houses, start=-1):
            ink = QColor(_DANGER[is_dark()] if n < 0 else house_colour(n))
            if view.m_per_px < 1.5 and len(paths) < _MOST_SHAPES:
                for path in chunks(_seen(paths, view, size), _sight(size)):
                    painter.fillPath(path, ink)
                    painter.strokePath(path, QPen(QColor(colours().raised), 1.2))
            painter.setPen(_pen(ink.name(), _DOT_PX if n >= 0 else _DOT_PX + 2))
            painter.drawPoints(_points(at, view, size))

    def _paint_streams(self, painter: QPainter, view: "View", size: "Size") -> None:
        line, edge = (pair[is_dark()] for pair in _WAY)
        placed = [_seen(paths, view, size) for paths in self._streams.grades]
        for casing in (True, False):
            for paths, width in zip(placed, _WIDTHS_PX, strict=False):
                pen = _pen(edge if casing else line, width + 2.4 if casing else width)
                for path in chunks(paths.thinned(), _sight(size)):
                    painter.strokePath(path, pen)
        if view.m_per_px < _BARE:
            for paths, width in zip(placed, _WIDTHS_PX, strict=False):
                _paint_arrows(painter, paths, (line, edge), width + _HEAD_PX, size)

    def _paint_legs(self, painter: QPainter, view: "View", size: "Size") -> None:
        if view.m_per_px < _BARE / 2:
            legs = _seen(self._streams.legs, view, size)
            for pair, width in ((_WAY[1], 4.0), (_WAY[0], 2.0)):
                for path in chunks(legs, _sight(size)):
                    painter.strokePath(path, _pen(pair[is_dark()], width))

    def _paint_marks(self, painter: QPainter, view: "View", size: "Size") -> None:
        for x, y in self.cuts:
            _paint_cut(painter, QPointF(*view.to_screen(x, y, size)))
        if self.mark is not None:
            at = QPointF(*view.to_screen(*self.mark, size))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((colours().raised, 6.0), (colours().mark, 3.0)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawEllipse(at, 13.0, 13.0)

    def _paint_loads(self, painter: QPainter, view: "View", size: "Size") -> None:
        left, below, right, above = view.extent(size)
        seen = [
            (n, load)
            for n, load in enumerate(self._loads)
            if load.people and left <= load.at[0] <= right and below <= load.at[1] <= above
        ]
        if len(seen) > _MOST_PLATES:
            return
        for n, load in seen:
            _paint_plate(painter, load, house_colour(n), QPointF(*view.to_screen(*load.at, size)))


def _sight(size: "Size") -> tuple[float, float, float, float]:
    return 0.0, 0.0, float(size[0]), float(size[1])


def _seen(paths: Paths, view: "View", size: "Size") -> Paths:
    """Return paths in pixels."""
    left, top = view.to_map(0, 0, size)
    return replace(paths, xy=(paths.xy - (left, top)) / (view.m_per_px, -view.m_per_px))


def _points(at: NDArray[np.float64], view: "View", size: "Size") -> QPolygonF:
    left, top = view.to_map(0, 0, size)
    xy = (at - (left, top)) / (view.m_per_px, -view.m_per_px)
    xy = xy[((xy > -9) & (xy < np.array(size) + 9)).all(axis=1)]
    return QPolygonF([QPointF(x / 2, y / 2) for x, y in np.unique(np.rint(xy * 2), axis=0).tolist()])


def _pen(colour: str, width: float) -> QPen:
    style = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(QColor(colour), width, *style)


def _paint_area(painter: QPainter, placed: Paths, colour: str, size: "Size") -> None:
    """Wash and outline an area; ring a place without extent."""
    wash = QColor(colour)
    wash.setAlphaF(0.15)
    if not placed.closed:
        painter.setPen(QPen(QColor(colour), 2.4))
        painter.setBrush(QBrush(wash))
        for x, y in placed.xy.tolist():
            painter.drawEllipse(QPointF(x, y), 16.0, 16.0)
        return
    for path in chunks(placed.thinned(), _sight(size)):
        painter.fillPath(path, wash)
        painter.strokePath(path, _pen(colours().raised, 4.6))
        painter.strokePath(path, _pen(colour, 2.4))


def _paint_way(painter: QPainter, placed: Paths, width: float, ink: str, edge: str, size: "Size") -> None:
    for colour, wide in ((edge, width + 3.0), (ink, width)):
        for path in chunks(placed.thinned(), _sight(size)):
            painter.strokePath(path, _pen(colour, wide))
    _paint_arrows(painter, placed, (ink, edge), width + _HEAD_PX, size)


def _paint_arrows(painter: QPainter, placed: Paths, inks: tuple[str, str], long: float, size: "Size") -> None:
    """Paint heads along lines, `_EVERY_PX` apart, each line at least one where it is long enough for that."""
    heads = []
    head = np.array([[0.6, 0.0], [-0.4, 0.45], [-0.18, 0.0], [-0.4, -0.45], [0.6, 0.0]]) * long
    for start, stop in zip(placed.parts[:-1].tolist(), placed.parts[1:].tolist(), strict=True):
        xy = placed.xy[start:stop]
        low, high = xy.min(axis=0), xy.max(axis=0)
        if (high < 0).any() or (low > size).any():
            continue
        step = np.hypot(*np.diff(xy, axis=0).T)
        far = np.concatenate([[0.0], np.cumsum(step)])
        if far[-1] < 4 * long:
            continue
        count = max(int(far[-1] // _EVERY_PX), 1)
        for at in ((np.arange(count) + 0.5) * far[-1] / count).tolist():
            n = min(int(np.searchsorted(far, at, side="right")) - 1, len(step) - 1)
            if step[n] > 0:
                dx, dy = (xy[n + 1] - xy[n]) / step[n]
                heads.append(
                    xy[n] + (xy[n + 1] - xy[n]) * (at - far[n]) / step[n] + head @ [[dx, dy], [-dy, dx]]
                )
    if heads:
        path = to_qpath(np.concatenate(heads), np.arange(len(heads) + 1) * len(head))
        painter.strokePath(path, _pen(inks[1], 2.6))
        painter.fillPath(path, QColor(inks[0]))


def _paint_cut(painter: QPainter, at: QPointF) -> None:
    """Paint the sign that a road is cut."""
    painter.setPen(QPen(QColor(colours().raised), 2.5))
    painter.setBrush(QColor(_DANGER[0]))
    painter.drawEllipse(at, 11.0, 11.0)
    painter.setPen(_pen("#FFFFFF", 2.8))
    for way in (1, -1):
        painter.drawLine(at + QPointF(-4.2, -4.2 * way), at + QPointF(4.2, 4.2 * way))


def _paint_plate(painter: QPainter, load: Load, colour: str, at: QPointF) -> None:
    """Paint below a shelter's sign how full it is."""
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setBold(True)
    text = f"{load.people}/{load.capacity}"
    wide = QFontMetricsF(font).horizontalAdvance(text) + 28
    box = QRectF(at.x() - wide / 2, at.y() + 15, wide, 26)
    painter.setPen(QPen(QColor(colours().line), 1.0))
    painter.setBrush(QColor(colours().raised))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(box.left() + 11, box.top() + 10), 4.5, 4.5)
    painter.setFont(font)
    painter.setPen(QColor(colours().text))
    painter.drawText(QRectF(box.left() + 20, box.top() + 1, wide, 18), Qt.AlignmentFlag.AlignVCenter, text)
    bar = QRectF(box.left() + 6, box.bottom() - 6, wide - 12, 3)
    share = min(load.people / load.capacity, 1.0) if load.capacity else 1.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().line))
    painter.drawRoundedRect(bar, 1.5, 1.5)
    painter.setBrush(QColor(colours().warning if share >= 1 else colours().good))
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * share, 3), 1.5, 1.5)
