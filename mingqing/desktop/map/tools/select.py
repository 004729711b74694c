"""Selecting what lies in a rectangle, in a circle or within an outline."""

from enum import Enum
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLineEdit

from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.tools.corners import Corners
from mingqing.desktop.map.tools.figures import distance_text
from mingqing.desktop.map.tools.ink import on_screen, paint_area, paint_corners, paint_line, paint_note
from mingqing.desktop.map.tools.tool import Tool

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.tools.ink import Place
    from mingqing.desktop.map.view import Size, View

_SLIP_PX = 4
_CIRCLE_SEGMENTS = 64  # a quarter; the polygon is at most 0.01 % smaller across than the circle
_MOST_M = 1_000_000.0


class How(Enum):
    """What becomes of what was selected before."""

    NEW = "new"
    ADD = "add"
    REMOVE = "remove"


def how_of(modifiers: Qt.KeyboardModifier) -> How:
    """Return what the keys held down mean: Shift adds, Ctrl takes away."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return How.ADD
    return How.REMOVE if modifiers & Qt.KeyboardModifier.ControlModifier else How.NEW


class _Dragged(Tool):
    """A figure drawn from where the left button goes down to where it comes up. `drawn(shape, How)`."""

    drawn = Signal(object, object)

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._from: QPointF | None = None
        self._to = QPointF()

    def press(self, event: QMouseEvent) -> None:
        """Begin the figure with the left button; the middle one still drags the map."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()
        else:
            super().press(event)

    def move(self, event: QMouseEvent) -> None:
        """Draw it to the pointer."""
        if self._from is None:
            super().move(event)
        else:
            self._to = event.position()
            self.canvas.update()

    def release(self, event: QMouseEvent) -> None:
        """End it; where the pointer did not move, it was a click."""
        start, self._from = self._from, None
        if start is None or event.button() != Qt.MouseButton.LeftButton:
            super().release(event)
            return
        self.canvas.update()
        a, b = self.canvas.place(start), self.canvas.place(event.position())
        if a is None or b is None:
            return
        if (event.position() - start).manhattanLength() <= _SLIP_PX:
            self.click(event)
        else:
            self.drawn.emit(self.shape(a, b), how_of(event.modifiers()))

    def shape(self, a: "Place", b: "Place") -> shapely.Geometry:
        """Return the figure drawn from `a` to `b`."""
        raise NotImplementedError

    def escape(self) -> bool:
        """Give up a figure that is being drawn."""
        begun, self._from = self._from is not None, None
        self.canvas.update()
        return begun

    def put_away(self) -> None:
        """Leave no figure behind."""
        super().put_away()
        self.escape()


class SelectBox(_Dragged):
    """Selects what a rectangle touches; a click selects what lies there."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.title = tr("框选")

    @property
    def says(self) -> str:
        """How to begin."""
        return tr("拖出一个框；按住 Shift 加选，按住 Ctrl 减选")

    def click(self, event: QMouseEvent) -> None:
        """Select what lies at the place."""
        a = self.canvas.place(event.position() - QPointF(_SLIP_PX, _SLIP_PX))
        b = self.canvas.place(event.position() + QPointF(_SLIP_PX, _SLIP_PX))
        if a is not None and b is not None:
            self.drawn.emit(self.shape(a, b), how_of(event.modifiers()))

    def shape(self, a: "Place", b: "Place") -> shapely.Geometry:
        """Return the rectangle between two corners."""
        return shapely.box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:  # noqa: ARG002 - one shape for all
        """Paint the rectangle."""
        if self._from is None:
            return
        box = QRectF(self._from, self._to).normalized()
        wash = QColor(colours().mark)
        wash.setAlphaF(0.16)
        painter.fillRect(box, wash)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((colours().raised, 4.0), (colours().mark, 2.0)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(box)


class SelectCircle(_Dragged):
    """Selects what lies within a radius: dragged from the centre, or typed and the centre clicked."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.title = tr("按半径选")
        self.radius = QLineEdit()
        self.radius.setPlaceholderText(tr("半径（米）"))
        self.radius.setAccessibleName(tr("半径，米"))
        self.radius.setFixedWidth(104)
        self.radius.returnPressed.connect(self._again)
        self.radius.hide()
        self._centre: Place | None = None

    @property
    def says(self) -> str:
        """How to begin."""
        return tr("从中心拖出一个圆；或填半径后单击中心")

    @property
    def radius_m(self) -> float | None:
        """The radius typed, or None where it is no length."""
        try:
            metres = float(self.radius.text().strip().removesuffix(tr("米")))
        except ValueError:
            return None
        return metres if 0 < metres <= _MOST_M else None

    def click(self, event: QMouseEvent) -> None:
        """Select within the radius typed."""
        self._centre = self.canvas.place(event.position())
        self._select(how_of(event.modifiers()))

    def shape(self, a: "Place", b: "Place") -> shapely.Geometry:
        """Return the circle around `a` through `b`, and keep its radius to be used again."""
        self._centre, metres = a, shapely.distance(shapely.Point(a), shapely.Point(b))
        self.radius.setText(f"{metres:.0f}" if metres >= 10 else f"{metres:.1f}")
        return shapely.Point(a).buffer(metres, quad_segs=_CIRCLE_SEGMENTS)

    def _again(self) -> None:
        self._select(How.NEW)
        self.canvas.setFocus()

    def _select(self, how: How) -> None:
        wrong = self.radius_m is None
        self.radius.setFocus() if wrong else None
        if self._centre is not None and self.radius_m is not None:
            around = shapely.Point(self._centre).buffer(self.radius_m, quad_segs=_CIRCLE_SEGMENTS)
            self.drawn.emit(around, how)

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the circle and its radius."""
        if self._from is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = self._to - self._from
        px = (reach.x() ** 2 + reach.y() ** 2) ** 0.5
        wash = QColor(colours().mark)
        wash.setAlphaF(0.16)
        painter.setBrush(wash)
        for colour, width in ((colours().raised, 4.0), (colours().mark, 2.0)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(self._from, px, px)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        centre = view.to_map(self._from.x(), self._from.y(), size)
        paint_corners(painter, on_screen([centre], view, size))
        paint_note(painter, [tr("半径 {n}").format(n=distance_text(px * view.m_per_px))], self._to, size)
        painter.restore()


class SelectOutline(Corners):
    """Selects what touches a figure clicked corner by corner. `drawn(shape, How)`."""

    drawn = Signal(object, object)

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.title = tr("多边形选")
        self._how = How.NEW

    @property
    def says(self) -> str:
        """How to begin, and to end."""
        if not self.corners:
            return tr("单击第一个角点；按住 Shift 加选，按住 Ctrl 减选")
        return tr("单击加点，双击结束，退格键撤回一点")

    def click(self, event: QMouseEvent) -> None:
        """Add a corner; the keys held down at the first one say what becomes of what was selected."""
        if not self.corners:
            self._how = how_of(event.modifiers())
        super().click(event)

    def finished(self) -> None:
        """Select, and be ready for the next figure."""
        shape = shapely.make_valid(shapely.Polygon(self.corners))
        self.drawn.emit(shape, self._how)
        self.clear()

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the figure so far."""
        if not self.corners:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corners = on_screen(self.with_pointer, view, size)
        if corners.size() > 2:
            paint_area(painter, corners)
            paint_line(painter, on_screen([self.with_pointer[-1], self.corners[0]], view, size), dashed=True)
        paint_line(painter, corners)
        paint_corners(painter, on_screen(self.corners, view, size))
        painter.restore()
