"""The overview map (鹰眼): all villages small in a corner, with what the canvas shows of them; a click goes there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from mingqing.core.paths import Paths, Shape
from mingqing.core.text import tr
from mingqing.desktop.jobs import Job, Jobs, ReadJob
from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.view import Bounds, View, fit
from mingqing.render.paths import in_px
from mingqing.render.qpath import to_qpath
from mingqing.render.scale import Viewport

if TYPE_CHECKING:
    from mingqing.store.session import Session

WIDTH, HEIGHT = 180, 140
_SIZE = float(WIDTH), float(HEIGHT)
_LEAST_PX = 8.0  # a view smaller than this is shown as a box of this size
_ROUND_PX = 10.0
_MOST_LINES = 80  # villages; the lines between more of them would be a grey haze

_Outlines = Mapping[str, QPainterPath]


class Overview(QFrame):
    """Shows all villages. `wanted(float, float)` when the canvas is to look at a place, project CRS."""

    wanted = Signal(float, float)

    def __init__(self, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("鹰眼图"))
        self.setToolTip(tr("单击或拖动，地图就移到那里"))
        self._jobs = jobs
        self._frame: View | None = None
        self._outlines: _Outlines = {}
        self._image: tuple[object, QImage] | None = None
        self._seen: Bounds | None = None
        self._village = ""

    @property
    def outlines(self) -> _Outlines:
        """The villages' outlines by code, in pixels."""
        return self._outlines

    def show_project(self, extent: Bounds | None) -> None:
        """Draw the villages of a project, once; nothing where it is empty."""
        self._outlines, self._image, self._frame = {}, None, None
        self.update()
        if extent is None:
            return
        frame = fit(extent, _SIZE)

        def work(session: "Session", _job: Job[_Outlines]) -> _Outlines:
            return outlines(session, frame)

        def done(found: _Outlines) -> None:
            self._frame, self._outlines, self._image = frame, found, None
            self.update()

        self._jobs.start(ReadJob(work, done=done, topic="overview"))

    def show_village(self, code: str) -> None:
        """Wash the village in view; an empty code for none."""
        self._village = code
        self.update()

    def show_view(self, seen: Bounds) -> None:
        """Frame what the canvas shows."""
        self._seen = seen
        self.update()

    # ── Painting ───────────────────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the villages, from an image, and the frame."""
        with QPainter(self) as painter:
            painter.drawImage(QRectF(0, 0, *_SIZE), self._villages())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._village in self._outlines:
                wash = QColor(colours().accent)
                wash.setAlphaF(0.3)
                painter.fillPath(self._outlines[self._village], wash)
            if self._frame is not None and self._seen is not None:
                self._paint_frame(painter, self._frame, self._seen)

    def _villages(self) -> QImage:
        palette, ratio = colours(), self.devicePixelRatioF()
        key = (palette.paper, ratio)
        if self._image is None or self._image[0] != key:
            size = round(WIDTH * ratio), round(HEIGHT * ratio)
            image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
            image.setDevicePixelRatio(ratio)
            image.fill(Qt.GlobalColor.transparent)
            with QPainter(image) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(palette.line), 1))
                painter.setBrush(QColor(palette.raised))
                painter.drawRoundedRect(QRectF(0.5, 0.5, WIDTH - 1, HEIGHT - 1), _ROUND_PX, _ROUND_PX)
                lines = palette.faint if len(self._outlines) <= _MOST_LINES else palette.hover
                painter.setPen(QPen(QColor(lines), 0.6))
                painter.setBrush(QColor(palette.hover))
                for path in self._outlines.values():
                    painter.drawPath(path)
            self._image = key, image
        return self._image[1]

    def _paint_frame(self, painter: QPainter, frame: View, seen: Bounds) -> None:
        left, top = frame.to_screen(seen[0], seen[3], _SIZE)
        right, bottom = frame.to_screen(seen[2], seen[1], _SIZE)
        box = QRectF(left, top, right - left, bottom - top)
        wide, high = max(box.width(), _LEAST_PX), max(box.height(), _LEAST_PX)
        box = QRectF(box.center().x() - wide / 2, box.center().y() - high / 2, wide, high)
        box = box.intersected(QRectF(2, 2, WIDTH - 4, HEIGHT - 4))
        wash = QColor(colours().mark)
        wash.setAlphaF(0.12)
        painter.setBrush(wash)
        painter.setPen(QPen(QColor(colours().mark), 1.6))
        painter.drawRect(box)

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Look there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on looking there."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, at: QPointF) -> None:
        if self._frame is not None:
            self.wanted.emit(*self._frame.to_map(at.x(), at.y(), _SIZE))


def outlines(session: "Session", frame: View) -> _Outlines:
    """Return the outlines of the villages by code, as they are drawn in `frame`."""
    found = session.features("village", columns=["code"])
    place = Viewport((frame.x, frame.y), frame.m_per_px, (WIDTH, HEIGHT))
    geometry = shapely.simplify(found.geometry, frame.m_per_px / 2, preserve_topology=False)
    paths = in_px(Paths.of(geometry, Shape.POLYGON), place)
    drawn: dict[str, QPainterPath] = {}
    for n in range(len(paths)):
        one = paths.take(np.array([n]))
        drawn.setdefault(str(found.columns["code"][one.rows[0]]), QPainterPath()).addPath(
            to_qpath(one.xy, one.parts)
        )
    return drawn
