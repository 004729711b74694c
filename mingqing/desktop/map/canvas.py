"""The map canvas: what was drawn moves and scales at once; what is missing is drawn meanwhile off the UI thread."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from mingqing.core.text import tr
from mingqing.desktop.jobs import Jobs
from mingqing.desktop.look.colours import is_dark
from mingqing.desktop.map.drafter import Drafter
from mingqing.desktop.map.frame import Draw, Frame, Request, Restyled
from mingqing.desktop.map.overlay import Mark, Overlay, paint_marks, paint_notice, paint_scale_bar
from mingqing.desktop.map.tiles import Grid, Look, Series
from mingqing.desktop.map.tools.tool import Hand, Tool
from mingqing.desktop.map.view import Bounds, History, Size, View, fit
from mingqing.render.scene import PAPER

if TYPE_CHECKING:
    from mingqing.basemap.model import BaseMap
    from mingqing.render.targets import Target

_NOTCH = 1.25
_REST_MS = 600


class Canvas(QWidget):
    """Shows one thematic map and lets the user move over it.

    The first drawing of a project holds only the tables of `ground`: something to see at once, even of a county.

    Signals
    -------
    viewed(View) : the view changed. refined() : another tile of it is on screen.
    drawn(Frame) : all of it is on screen, and counted.
    clicked(float, float), hovered(float, float) : a place, project CRS, metres. left() : the pointer is gone.
    tool_changed() : another tool is in hand.

    `overlays` are painted over the drawing, the tool in hand last.
    """

    viewed = Signal(object)
    drawn = Signal(object)
    refined = Signal()
    clicked = Signal(float, float)
    hovered = Signal(float, float)
    left = Signal()
    history_changed = Signal()
    tool_changed = Signal()

    def __init__(self, jobs: Jobs, draw: Draw, ground: frozenset[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: View | None = None
        self._home: Bounds | None = None
        self._theme, self._focus = "", ""
        self._only: frozenset[str] | None = None
        self._restyled: tuple[Restyled, ...] = ()
        self._base_maps: tuple[BaseMap, ...] = ()
        self._edition = 0
        self._drafter = Drafter(jobs, draw, ground, self)
        self._drafter.changed.connect(self.update)
        self._drafter.changed.connect(self.refined)
        self._drafter.drawn.connect(self.drawn)
        self._marks: tuple[Mark, ...] = ()
        self.tool: Tool = Hand(self)
        self.overlays: list[Overlay] = []
        self.history = History(self.history_changed.emit)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._remember)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setMinimumSize(320, 240)
        self.setAccessibleName(tr("地图"))
        self.setAccessibleDescription(tr("方向键移动，加号减号缩放，Home 看全图"))

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def view(self) -> View | None:
        """The view on screen, or None before a project is open."""
        return self._view

    @property
    def frame(self) -> Frame | None:
        """What the last drawing said of itself, perhaps of an earlier view."""
        return self._drafter.frame

    @property
    def targets(self) -> "tuple[Target, ...]":
        """What can be pointed at among the signs and labels on screen."""
        return self._drafter.targets

    @property
    def request(self) -> Request | None:
        """What is on screen as a drawing to be asked for; None where there is no map."""
        if self._view is None or not self._theme:
            return None
        return self._wanted(self._view)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is outlined over the map."""
        return self._marks

    @property
    def at_rest(self) -> bool:
        """Whether all that is on screen is of the present view and counted, or there is nothing to draw."""
        if self._view is None or not self.isVisible():
            return True
        return self._drafter.at_rest

    @property
    def complete(self) -> bool:
        """Whether all that is on screen is of the present view, be it counted or not."""
        return self._drafter.complete

    @property
    def idle(self) -> bool:
        """Whether what the next pan will show is drawn as well."""
        return self._drafter.idle

    @property
    def _size(self) -> Size:
        return float(self.width()), float(self.height())

    def show_project(self, extent: Bounds | None, theme: str) -> None:
        """Start on a project: see all of `extent`, or nothing where the project is empty."""
        self._home, self._theme, self._focus, self._only = extent, theme, "", None
        self._marks = ()
        self._drafter.forget()
        self.history.clear()
        self._view = fit(extent, self._size) if extent is not None else None
        self._changed()

    def show_theme(self, theme: str, only: frozenset[str] | None) -> None:
        """Draw another thematic map of the same view, all its tables or `only` some."""
        self._theme, self._only = theme, only
        self._changed()

    def show_only(self, tables: frozenset[str] | None) -> None:
        """Draw only these tables; None for all."""
        self._only = tables
        self._changed()

    def show_restyled(self, tables: tuple[Restyled, ...]) -> None:
        """Let some tables look otherwise than the theme has them."""
        if tables or self._restyled:
            self._restyled = tables
            self.redraw()

    def show_base_maps(self, base_maps: "tuple[BaseMap, ...]") -> None:
        """Draw these beneath the map, the lowest first."""
        self._base_maps = base_maps
        self.redraw()

    def show_village(self, code: str, bounds: Bounds | None) -> None:
        """See one village whole and dim what lies around it; an empty code for all villages."""
        self._focus = code
        if bounds is not None:
            self.see(bounds)
        self._changed()

    def mark(self, marks: Iterable[Mark]) -> None:
        """Outline these geometries over the map."""
        self._marks = tuple(marks)
        self.update()

    def redraw(self) -> None:
        """Draw all again, because the data or how they look have changed; until then the old stays on screen."""
        self._edition += 1
        self._changed()

    # ── Moving ─────────────────────────────────────────────────────────────────────────────────────────────

    def go(self, view: View) -> None:
        """Look from `view`."""
        if view != self._view:
            self._view = view
            self._changed()

    def see(self, bounds: Bounds, *, closest: float = 500) -> None:
        """Show `bounds` whole, no closer than 1:`closest`."""
        self.go(fit(bounds, self._size, closest=closest))

    def see_all(self) -> None:
        """Show the whole project."""
        if self._home is not None:
            self.see(self._home)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom in (`factor` > 1) or out about a pixel, by default the centre."""
        if self._view is not None:
            at = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
            self.go(self._view.zoomed(factor, at.x(), at.y(), self._size))

    def pan(self, dx_px: float, dy_px: float) -> None:
        """Move the content by so many pixels."""
        if self._view is not None:
            self.go(self._view.panned(dx_px, dy_px))

    def set_scale(self, denominator: float) -> None:
        """Show 1:`denominator` about the centre."""
        if self._view is not None:
            self.go(self._view.at_scale(denominator))

    def step(self, by: int) -> None:
        """Go back (-1) or forward (1) through the views rested at."""
        self._remember()
        view = self.history.step(by)
        if view is not None:
            self.go(view)
            self._rest.stop()

    def reveal(self, bounds: Bounds, covered_px: float) -> None:
        """Pan just enough that `bounds` is not under a panel covering `covered_px` at the right edge.

        The map stays where it is while the middle of `bounds` can be seen, or where the whole would not fit.
        """
        if self._view is None:
            return
        left, _ = self._view.to_screen(bounds[0], bounds[1], self._size)
        right, _ = self._view.to_screen(bounds[2], bounds[1], self._size)
        free = self.width() - covered_px - 24
        if right - left < free < (left + right) / 2 < self.width():
            self.pan(free - right, 0)

    def _changed(self) -> None:
        """Take note that the view or what is to be seen in it is another."""
        self.update()
        if self._view is not None:
            self.viewed.emit(self._view)
            self._rest.start()
            if self._theme:
                self._drafter.want(self._wanted(self._view))

    def _remember(self) -> None:
        self._rest.stop()
        if self._view is not None and self._view != self.history.current:
            self.history.rest(self._view)

    # ── Drawing ────────────────────────────────────────────────────────────────────────────────────────────

    def _wanted(self, view: View) -> Request:
        """Return the request for exactly what `view` shows."""
        grid = Grid.of(view, self.devicePixelRatioF())
        window = grid.window(view, self._size)
        look = Look(self._theme, is_dark(), self._only, self._edition)
        return Request(
            Series(look, grid),
            window,
            grid.extent(window),
            self._focus or None,
            restyled=self._restyled,
            base_maps=self._base_maps,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Put the tiles together; paint what lies over them."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(*PAPER.rgba(dark=is_dark())))
            if self._view is None:
                return
            painter.save()
            ratio = self.devicePixelRatioF()
            painter.scale(1 / ratio, 1 / ratio)
            self._drafter.paint(painter, self._wanted(self._view))
            painter.restore()
            paint_marks(painter, self._marks, self._view, self._size)
            for overlay in (*self.overlays, self.tool):
                overlay.paint(painter, self._view, self._size)
            paint_scale_bar(painter, self._view, self._size)
            if self._drafter.slow:
                paint_notice(painter, tr("正在绘图…"), self._size)

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Go on with a drawing that another page interrupted."""
        super().showEvent(event)
        if not self.at_rest:
            self._changed()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the centre; before anything was drawn, fit again."""
        super().resizeEvent(event)
        if self.frame is None and self._view is not None and self._home is not None:
            self._view = fit(self._home, self._size)
        if self._view is not None:
            self._changed()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom at the cursor."""
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoom(_NOTCH**notches, event.position())
        event.accept()

    def use(self, tool: Tool) -> None:
        """Take `tool` in hand."""
        if tool is not self.tool:
            self.tool.put_away()
            self.tool = tool
            self.setCursor(tool.cursor)
            self.update()
            self.tool_changed.emit()

    def place(self, at: QPointF) -> tuple[float, float] | None:
        """Return the map coordinates under a pixel; None where there is no map."""
        return None if self._view is None else self._view.to_map(at.x(), at.y(), self._size)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let the tool begin."""
        self.tool.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let the tool go on, and say what is under the pointer."""
        self.tool.move(event)
        place = self.place(event.position())
        if place is not None:
            self.hovered.emit(*place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let the tool end."""
        self.tool.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let the tool take two clicks for what they mean to it."""
        self.tool.double_click(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Forget the pointer."""
        super().leaveEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Give the key to the tool, else move by it; a key that means nothing here is passed on."""
        if self.tool.key(event):
            return
        step = 240 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 80
        match event.key():
            case Qt.Key.Key_Left:
                self.pan(step, 0)
            case Qt.Key.Key_Right:
                self.pan(-step, 0)
            case Qt.Key.Key_Up:
                self.pan(0, step)
            case Qt.Key.Key_Down:
                self.pan(0, -step)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1.5)
            case Qt.Key.Key_Minus:
                self.zoom(1 / 1.5)
            case Qt.Key.Key_Home:
                self.see_all()
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Zoom by pinching, on a touch pad or a touch screen."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1 + event.value(), event.position())
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                return True
        return super().event(event)
