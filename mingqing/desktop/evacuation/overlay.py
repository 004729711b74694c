"""What a plan looks like on the map: painted at every frame where that is quick, else laid over it as an image."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from mingqing.core.paths import Paths, Shape
from mingqing.desktop.evacuation.outcome import Load, Outcome
from mingqing.desktop.evacuation.painting import (
    Content,
    PlanPainter,
    house_colour,
    paint_cut,
)
from mingqing.desktop.evacuation.plates import paint_plate, places
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.look.colours import colours, is_dark
from mingqing.desktop.map.view import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.view import Size
    from mingqing.store.session import Session

Place = tuple[float, float]
_MOST_PLATES = 40
_MARGIN = 0.25  # of the canvas, drawn beyond each edge
_SETTLE_MS = 40


@dataclass(frozen=True, slots=True)
class _Laid:
    """An image of a content : for a view of a canvas with a margin, by day or by night."""

    content: Content
    view: View
    size: "Size"
    dark: bool
    image: QImage


class PlanOverlay(QObject):
    """An overlay of the canvas; what it shows is set, then the canvas updated."""

    def __init__(self, canvas: "Canvas", jobs: Jobs) -> None:
        super().__init__(canvas)
        self._canvas, self._jobs = canvas, jobs
        self._content = Content()
        self._heavy = False
        self._laid: _Laid | None = None
        self._loads: Sequence[Load] = ()
        self._chosen = Paths.none()
        self._bars: tuple[Paths, ...] = ()
        self.cuts: Sequence[Place] = ()
        self.mark: Place | None = None
        self.on = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        canvas.overlays.append(self)

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────

    def show_case(self, danger: "NDArray[np.object_]", floods: Sequence[str], cuts: Sequence[Place]) -> None:
        """Show what is supposed to happen: shapes of hazards, drawn areas as WKT, places where roads are cut."""
        self.cuts = cuts
        self._take(self._content.with_case(danger, floods))

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show who goes where."""
        self.choose(None)
        self._loads = outcome.loads if outcome is not None else ()
        self._take(self._content.with_outcome(outcome))

    def show_areas(self, shapes: "NDArray[np.object_] | Sequence[shapely.Geometry]") -> None:
        """Show how far shelters reach: the ground of each band."""
        self._take(self._content.with_areas(np.array(list(shapes), dtype=object)))

    def choose(
        self,
        way: "shapely.LineString | None",
        mark: Place | None = None,
        barred: shapely.Geometry | None = None,
    ) -> None:
        """Let one way and a place stand out, and what bars the way."""
        ways = np.array([way], dtype=object) if way is not None else np.empty(0, dtype=object)
        self._chosen, self.mark = Paths.of(ways, Shape.LINE), mark
        parts = shapely.get_parts(barred) if barred is not None else np.empty(0, dtype=object)
        kind = shapely.get_dimensions(parts)
        self._bars = tuple(Paths.of(parts[kind == n], of) for n, of in ((2, Shape.POLYGON), (1, Shape.LINE)))

    @property
    def content(self) -> Content:
        """What is shown."""
        return self._content

    @property
    def bars(self) -> tuple[Paths, ...]:
        """What bars the way of the house that stands out: areas, and lines."""
        return self._bars

    @property
    def chosen(self) -> Paths:
        """The way that stands out."""
        return self._chosen

    def _take(self, content: Content) -> None:
        self._content, self._heavy = content, content.heavy
        self._canvas.update()

    # ── Painted ────────────────────────────────────────────────────────────────────────────────────────────

    def paint(self, painter: QPainter, view: View, size: "Size") -> None:
        """Paint it as `view` shows it on a canvas of `size`."""
        if not self.on:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = PlanPainter(painter, view, size, dark=is_dark())
        here.bars(self._bars)  # below the houses in it
        if self._heavy:
            self._lay(painter, view, size)
        else:
            here.paint(self._content)
        here.way(self._chosen)
        self._paint_loads(painter, view, size)
        self._paint_marks(painter, view, size)
        painter.restore()

    def _paint_marks(self, painter: QPainter, view: View, size: "Size") -> None:
        look = colours()
        for x, y in self.cuts:
            paint_cut(painter, QPointF(*view.to_screen(x, y, size)), look)
        if self.mark is not None:
            at = QPointF(*view.to_screen(*self.mark, size))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((look.raised, 6.0), (look.mark, 3.0)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawEllipse(at, 13.0, 13.0)

    def _paint_loads(self, painter: QPainter, view: View, size: "Size") -> None:
        left, below, right, above = view.extent(size)
        seen = [
            (n, load)
            for n, load in enumerate(self._loads)
            if load.people and left <= load.at[0] <= right and below <= load.at[1] <= above
        ]
        if len(seen) > _MOST_PLATES:
            return
        at = [QPointF(*view.to_screen(*load.at, size)) for _, load in seen]
        boxes = places([load for _, load in seen], at, self._others(view, size))
        for (n, load), box in zip(seen, boxes, strict=True):
            if box is not None:
                paint_plate(painter, load, house_colour(n), box, colours())

    def _others(self, view: View, size: "Size") -> "NDArray[np.float64]":
        """Return where signs and labels of the map are, pixels: left, top, right, bottom."""
        boxes = np.array([target.box for target in self._canvas.targets]).reshape(-1, 4)
        left, top = view.to_map(0, 0, size)
        found: NDArray[np.float64] = (boxes[:, [0, 3, 2, 1]] - (left, top, left, top)) / view.m_per_px
        return found * (1, -1, 1, -1)

    # ── As an image ────────────────────────────────────────────────────────────────────────────────────────

    def _lay(self, painter: QPainter, view: View, size: "Size") -> None:
        """Lay the image over the map where it belongs, and have another made where it is not of this view."""
        laid = self._laid
        if laid is not None:
            xmin, ymin, xmax, ymax = laid.view.extent(laid.size)
            left, top = view.to_screen(xmin, ymax, size)
            right, bottom = view.to_screen(xmax, ymin, size)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, top, right - left, bottom - top), laid.image)
        if laid is None or not self._serves(laid, view, size):
            self._settle.start()

    def _serves(self, laid: _Laid, view: View, size: "Size") -> bool:
        """Whether the image at hand is of this content and covers the view, at its scale and in its colours."""
        same = (laid.content, laid.view.m_per_px, laid.dark) == (self._content, view.m_per_px, is_dark())
        xmin, ymin, xmax, ymax = laid.view.extent(laid.size)
        west, south, east, north = view.extent(size)
        return same and xmin <= west and ymin <= south and xmax >= east and ymax >= north

    def _draw(self) -> None:
        canvas, view, content, dark = self._canvas, self._canvas.view, self._content, is_dark()
        if view is None or not self.on:
            return
        whole, ratio = 1 + 2 * _MARGIN, canvas.devicePixelRatioF()
        size = canvas.width() * whole, canvas.height() * whole

        def work(_session: "Session", job: Job[_Laid]) -> _Laid:
            image = QImage(
                round(size[0] * ratio), round(size[1] * ratio), QImage.Format.Format_ARGB32_Premultiplied
            )
            image.fill(Qt.GlobalColor.transparent)
            with QPainter(image) as painter:
                painter.scale(ratio, ratio)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                PlanPainter(painter, view, size, dark=dark, cancelled=job.cancelled).paint(content)
            return _Laid(content, view, size, dark, image)

        self._jobs.start(ReadJob(work, done=self._show, failed=lambda _why: None, topic="plan on map"))

    def _show(self, laid: _Laid) -> None:
        self._laid = laid
        self._canvas.update()
