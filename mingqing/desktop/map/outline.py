"""The selected rows outlined over the map: an image made off the UI thread, moved and scaled with the map meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from mingqing.core.errors import Cancelled
from mingqing.core.paths import Paths, Shape
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.view import PX_PER_MM, Bounds, Size, View
from mingqing.render.paths import in_px
from mingqing.render.qpath import chunks
from mingqing.render.scale import Viewport

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.selection import Selection
    from mingqing.store.session import Session

_Shapes = NDArray[np.object_]
_MARGIN = 0.25  # of the canvas, drawn beyond each edge
_SPECK_PX, _DOT_PX = 4.0, 4.0  # what is smaller than this is a dot, larger than its line is wide by this
_MANY = 500  # specks, from which on the dots are finer, or they would hide the map
_RING_PX, _MOST_RINGS = 28.0, 1500  # points stand out as rings, unless there are too many to tell apart
_LARGE_PX = 48.0  # what is smaller across gets a finer line, or it would be hidden beneath it
_SETTLE_MS = 30


@dataclass(frozen=True, slots=True)
class _Wanted:
    view: View
    size: Size
    ratio: float
    halo: str
    ink: str

    @property
    def extent(self) -> Bounds:
        whole = 1 + 2 * _MARGIN
        return self.view.extent((self.size[0] * whole, self.size[1] * whole))

    @property
    def viewport(self) -> Viewport:
        """The sheet in device pixels."""
        pixels = [round(n * (1 + 2 * _MARGIN) * self.ratio) for n in self.size]
        return Viewport(
            (self.view.x, self.view.y),
            self.view.m_per_px / self.ratio,
            (pixels[0], pixels[1]),
            PX_PER_MM * self.ratio,
        )


class SelectionOutline(QObject):
    """Keeps the shapes of what is selected, and an image of their outlines for the view on screen."""

    def __init__(self, canvas: "Canvas", jobs: Jobs, selection: "Selection") -> None:
        super().__init__(canvas)
        self._canvas, self._jobs, self._selection = canvas, jobs, selection
        self._shapes: _Shapes = np.empty(0, dtype=object)
        self._drawn: tuple[_Wanted, QImage] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        canvas.overlays.append(self)
        canvas.viewed.connect(self._moved)
        selection.changed.connect(self.read)

    @property
    def bounds(self) -> Bounds | None:
        """What the selected rows cover; None where none of them has a place."""
        if not len(self._shapes):
            return None
        xmin, ymin, xmax, ymax = shapely.total_bounds(self._shapes).tolist()
        return None if np.isnan(xmin) else (xmin, ymin, xmax, ymax)

    def read(self) -> None:
        """Read the shapes of what is selected, and draw them."""
        wanted = dict(self._selection.tables)
        if not wanted:
            self._jobs.start(ReadJob(lambda _s, _j: _nothing(), done=self._take, topic="selected"))
            self._take(_nothing())
            return

        def work(session: "Session", job: Job[_Shapes]) -> _Shapes:
            return shapes_of(session, wanted, job.cancelled)

        self._jobs.start(ReadJob(work, done=self._take, topic="selected"))

    def redraw(self) -> None:
        """Draw anew, in the colours of now."""
        self._drawn = None
        self._draw()

    def paint(self, painter: QPainter, view: View, size: Size) -> None:
        """Lay the image over the map where it belongs."""
        if self._drawn is None:
            return
        wanted, image = self._drawn
        xmin, ymin, xmax, ymax = wanted.extent
        left, top = view.to_screen(xmin, ymax, size)
        right, bottom = view.to_screen(xmax, ymin, size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), image)

    def _take(self, shapes: _Shapes) -> None:
        self._shapes = shapes
        self.redraw()
        self._canvas.update()

    def _moved(self) -> None:
        if len(self._shapes) and not self._settle.isActive():
            self._settle.start()

    def _draw(self) -> None:
        view, shapes = self._canvas.view, self._shapes
        if view is None or not len(shapes):
            self._drawn = None
            self._canvas.update()
            return
        canvas, palette = self._canvas, colours()
        size = float(canvas.width()), float(canvas.height())
        wanted = _Wanted(view, size, canvas.devicePixelRatioF(), palette.raised, palette.mark)
        if self._drawn is not None and self._serves(self._drawn[0], wanted):
            return

        def work(_session: "Session", job: Job[QImage]) -> QImage:
            return _image(shapes, wanted, job.cancelled)

        def done(image: QImage) -> None:
            self._drawn = wanted, image
            self._canvas.update()

        self._jobs.start(ReadJob(work, done=done, topic="outline"))

    def _serves(self, drawn: _Wanted, wanted: _Wanted) -> bool:
        """Whether the image at hand covers the view, at its scale and in its colours."""
        xmin, ymin, xmax, ymax = drawn.extent
        west, south, east, north = wanted.view.extent(wanted.size)
        covers = xmin <= west and ymin <= south and xmax >= east and ymax >= north
        same = (drawn.view.m_per_px, drawn.ratio, drawn.ink) == (
            wanted.view.m_per_px,
            wanted.ratio,
            wanted.ink,
        )
        return covers and same


def _nothing() -> _Shapes:
    return np.empty(0, dtype=object)


def shapes_of(
    session: "Session", selected: Mapping[str, frozenset[int]], cancelled: Callable[[], bool]
) -> _Shapes:
    """Return the shapes of rows, or of the places where they stand; those without one are left out.

    Raises
    ------
    Cancelled
        once `cancelled` says so.
    """
    found = [_nothing()]
    for table, ids in selected.items():
        if cancelled():
            raise Cancelled(tr("已取消"))
        geometry = session.features(table, among=ids).geometry
        found.append(geometry[~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)])
    return np.concatenate(found)


def _image(shapes: _Shapes, wanted: _Wanted, cancelled: Callable[[], bool]) -> QImage:
    """Return a transparent image with the outlines: what is small as a dot, each pixel once."""
    view = wanted.viewport
    image = QImage(*view.size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    box = shapely.bounds(shapes)
    xmin, ymin, xmax, ymax = wanted.extent
    inside = (box[:, 0] <= xmax) & (box[:, 2] >= xmin) & (box[:, 1] <= ymax) & (box[:, 3] >= ymin)
    shapes, box = shapes[inside], box[inside]
    across = np.hypot(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    point, speck = across == 0, across < _SPECK_PX * wanted.ratio * view.metres_per_px
    if np.count_nonzero(point) <= _MOST_RINGS:
        speck &= ~point
    rings, large = box[point & ~speck], across[~point & ~speck]
    px = float(np.median(large)) / view.metres_per_px / wanted.ratio if len(large) else _LARGE_PX
    many = np.count_nonzero(speck) > _MANY
    fine = 0.5 if many else min(max(px / _LARGE_PX, 0.5), 1.0)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, wide in ((wanted.halo, 4.4 * fine), (wanted.ink, 2.0 * fine)):
            pen = QPen(QColor(colour), wide * wanted.ratio)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            for kind in (Shape.POLYGON, Shape.LINE):
                for path in chunks(in_px(Paths.of(shapes[~speck], kind), view).thinned()):
                    if cancelled():
                        raise Cancelled(tr("已取消"))
                    painter.strokePath(path, pen)
            painter.setPen(pen)
            for spot in _middles(rings, view):
                painter.drawEllipse(spot, _RING_PX / 2 * wanted.ratio, _RING_PX / 2 * wanted.ratio)
            pen.setWidthF((wide + (0 if many else _DOT_PX)) * wanted.ratio)
            painter.setPen(pen)
            painter.drawPoints(QPolygonF(_middles(box[speck], view)))
    return image


def _middles(box: NDArray[np.float64], view: Viewport) -> list[QPointF]:
    """Return the middles of boxes in pixels, those that fall on the same spot once."""
    xy = view.to_px((box[:, :2] + box[:, 2:]) / 2)
    return [QPointF(x, y) for x, y in (np.unique(np.rint(xy / 2), axis=0) * 2).tolist()]
