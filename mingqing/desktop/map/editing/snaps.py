"""What the pointer snaps to: read for the view whenever it rests, and shown beside the pointer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPen

from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.tools.ink import on_screen, paint_text
from mingqing.desktop.map.view import View
from mingqing.digitising.paths import XY
from mingqing.digitising.snapping import SnapKind, Snapped, Snapper
from mingqing.digitising.tracing import Tracer

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.view import Size
    from mingqing.store.session import Session

_REST_MS = 120
_REACH_PX = 10.0
_MARGIN = 0.3  # of the canvas beyond each edge, so that panning a little needs nothing new
_SMALLEST_SCALE = 25_000  # from here on a pixel is more than six metres: there is nothing to snap to
_MOST = 3000
_WORDS = {
    SnapKind.VERTEX: "端点",
    SnapKind.INTERSECTION: "交点",
    SnapKind.EDGE: "边",
    SnapKind.PARALLEL: "平行",
    SnapKind.PERPENDICULAR: "垂直",
}


@dataclass(frozen=True, slots=True)
class _Near:
    snapper: Snapper
    tracer: Tracer | None


class Snaps(QObject):
    """Snaps places on one canvas.

    on : whether it does at all. wanted : the tables to snap to, by name.
    """

    def __init__(self, canvas: "Canvas", jobs: Jobs, wanted: Callable[[], tuple[str, ...]]) -> None:
        super().__init__(canvas)
        self._canvas, self._jobs, self._wanted = canvas, jobs, wanted
        self.on = True
        self._active = False
        self._near: _Near | None = None
        self._tracing = False
        self._without: tuple[str, frozenset[int]] = ("", frozenset())
        self.snapped: Snapped | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.read)
        canvas.viewed.connect(lambda _view: self._rest.start() if self._active else None)

    @property
    def ready(self) -> bool:
        """Whether there is something to snap to."""
        return self._near is not None

    def activate(self, *, on: bool) -> None:
        """Begin or cease to read what is near."""
        self._active = on
        self.forget()
        if on:
            self.read()

    def forget(self) -> None:
        """Snap to nothing until it is read anew."""
        self._rest.stop()
        self._near = self.snapped = None

    def follow_lines(self, *, on: bool) -> None:
        """Find ways along what is near, or no longer; see `trace`."""
        self._tracing = on
        self.read()

    def leave_out(self, table: str, ids: frozenset[int]) -> None:
        """Do not snap to these rows: they are what is being edited."""
        if (table, ids) != self._without:
            self._without = (table, ids)
            if self._active:
                self.read()

    def read(self) -> None:
        """Read what is near the view."""
        view = self._canvas.view
        if not self._active or view is None or view.scale > _SMALLEST_SCALE:
            self._near = None
            return
        whole = 1 + 2 * _MARGIN
        box = view.extent((self._canvas.width() * whole, self._canvas.height() * whole))
        tables, without, reach = self._wanted(), self._without, _REACH_PX * view.m_per_px
        tracing = self._tracing

        def work(session: "Session", job: Job[_Near]) -> _Near:
            shapes = _near(session, tables, box, without, job.cancelled)
            return _Near(Snapper(shapes, reach), Tracer(shapes) if tracing else None)

        self._jobs.start(ReadJob(work, done=self._take, topic="snaps"))

    def _take(self, near: _Near) -> None:
        self._near = near

    def snap(self, event: QMouseEvent, along: "list[XY]") -> XY | None:
        """Return where the pointer means, given the corners drawn so far; as it is while Alt is held."""
        place = self._canvas.place(event.position())
        self.snapped = None
        held = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if place is None or held or not self.on or self._near is None:
            return place
        if self._canvas.view is not None:
            self._near.snapper.tolerance_m = _REACH_PX * self._canvas.view.m_per_px
        self.snapped = self._near.snapper.snap(place, along)
        return self.snapped.xy

    def let_go(self) -> None:
        """Show no hint any more."""
        self.snapped = None

    def trace(self, start: XY, end: XY) -> list[XY] | None:
        """Return the corners of the way along what is near from one place to another.

        None where there is none, or lines are not followed.
        """
        if self._near is None or self._near.tracer is None:
            return None
        way = self._near.tracer.trace(start, end)
        return None if way is None else [(float(x), float(y)) for x, y in way]

    def paint(self, painter: QPainter, view: View, size: "Size") -> None:
        """Show what the pointer snapped to: a sign and a word, and the sides that it is about."""
        snapped = self.snapped
        if snapped is None or snapped.kind is SnapKind.NONE:
            return
        ink = QColor(colours().warning)
        for start, end in snapped.hints.tolist():
            ends = on_screen([tuple(start), tuple(end)], view, size)
            path = QPainterPath(ends.at(0))
            path.lineTo(ends.at(1))
            for colour, width in ((QColor(colours().raised), 4.0), (ink, 2.0)):
                pen = QPen(colour, width)
                if width < 3:
                    pen.setDashPattern([2.0, 2.0])
                painter.strokePath(path, pen)
        at = QPointF(*view.to_screen(*snapped.xy, size))
        for colour, width in ((QColor(colours().raised), 5.0), (ink, 2.2)):
            painter.strokePath(_sign(snapped.kind, at), QPen(colour, width))
        paint_text(painter, tr(_WORDS[snapped.kind]), at + QPointF(0, -22))


def _sign(kind: SnapKind, at: QPointF) -> QPainterPath:
    """Return the sign for a kind: square, cross, diamond, two strokes, a right angle."""
    strokes = {
        SnapKind.VERTEX: [[(-6, -6), (6, -6), (6, 6), (-6, 6), (-6, -6)]],
        SnapKind.INTERSECTION: [[(-6, -6), (6, 6)], [(-6, 6), (6, -6)]],
        SnapKind.EDGE: [[(0, -7), (7, 0), (0, 7), (-7, 0), (0, -7)]],
        SnapKind.PARALLEL: [[(-6, 6), (0, -6)], [(0, 6), (6, -6)]],
        SnapKind.PERPENDICULAR: [[(-6, -7), (-6, 6), (7, 6)], [(-6, 0), (0, 0), (0, 6)]],
    }
    path = QPainterPath()
    for stroke in strokes[kind]:
        path.moveTo(at + QPointF(*stroke[0]))
        for point in stroke[1:]:
            path.lineTo(at + QPointF(*point))
    return path


def _near(
    session: "Session",
    tables: tuple[str, ...],
    box: tuple[float, float, float, float],
    without: tuple[str, frozenset[int]],
    cancelled: Callable[[], bool],
) -> NDArray[np.object_]:
    """Return the shapes near the view, of too many those nearest to its middle."""
    found = []
    for table in tables:
        if cancelled():
            break
        features = session.features(table, bounds=box)
        keep = ~shapely.is_missing(features.geometry)
        if table == without[0]:
            keep &= ~np.isin(features.ids, list(without[1]))
        found.append(features.geometry[keep])
    shapes = np.concatenate(found) if found else np.empty(0, dtype=object)
    if len(shapes) > _MOST:
        middle = shapely.Point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        shapes = shapes[np.argsort(shapely.distance(shapes, middle), kind="stable")[:_MOST]]
    return shapes
