"""The page on screen: paper on a desk, moved and enlarged by hand, its map taken hold of and its title typed over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from mingqing.core.text import tr
from mingqing.desktop.look.colours import DESK, LIGHT, colours, is_dark
from mingqing.desktop.printing.drafting import MM_PER_INCH, Drawn
from mingqing.desktop.printing.lying import Lying

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_LINE = 3.0  # logical pixels
_MOST_PIXELS = 18e6  # of a page that is drawn sharp; beyond, it is enlarged
_SETTLE_MS, _PATIENT_MS, _PULSE_MS, _SHOWN_MS = 160, 180, 30, 3200
_RING = 18.0  # logical pixels, about a place that is pointed out
_NOTCH = 120  # of a wheel
_SHADOW = ((6.0, 6), (3.0, 14), (1.0, 26))


@dataclass(frozen=True, slots=True)
class Hand:
    """How far the hand has moved the map since it was drawn, logical pixels, and by how much it enlarged it."""

    x: float = 0.0
    y: float = 0.0
    by: float = 1.0


_STILL = Hand()


class PageView(QWidget):
    """Shows one page.

    Signals
    -------
    moved() : the map was moved by hand; `hand` says where to. stepped(int) : it is wanted larger (1) or smaller (-1).
    retitled(str) : another title was typed. sharpen() : the page is looked at from nearer or further away.
    zoomed() : so is the whole of it, at once. foot() : what stands at the foot is to be changed.
    """

    moved = Signal()
    stepped = Signal(int)
    retitled = Signal(str)
    sharpen = Signal()
    zoomed = Signal()
    foot = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("页面预览"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        self.drawn: Drawn | None = None
        self.hand = _STILL
        self.lying = Lying()
        self.movable = True
        self._image: QImage | None = None
        self._told = _STILL  # the hand, as it was when it was last told of
        self._held: tuple[QPointF, QPointF | Hand] | None = None
        self._turned, self._by_key = 0, False
        self._mark: tuple[float, float] | None = None
        self._settle = self._timer(_SETTLE_MS, self.sharpen.emit, once=True)
        self._patience = self._timer(_PATIENT_MS, self._begin_line, once=True)
        self._pulse, self._phase = self._timer(_PULSE_MS, self._step_line), -1.0
        self._shown = self._timer(_SHOWN_MS, self._unmark, once=True)
        self.title = QLineEdit(self)
        self.title.setObjectName("page_title")
        self.title.setAccessibleName(tr("标题"))
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title.editingFinished.connect(self._take_title)
        self.title.hide()

    def _timer(self, every: int, call: object, *, once: bool = False) -> QTimer:
        made = QTimer(self)
        made.setInterval(every)
        made.setSingleShot(once)
        made.timeout.connect(call)
        return made

    # ── What is shown ──────────────────────────────────────────────────────────────────────────────────────────

    def show_page(self, drawn: Drawn | None) -> None:
        """Show a page; the hand on it stays where it is."""
        before, self.drawn = self.drawn, drawn
        self._image = drawn.image if drawn is not None else None
        if drawn is None:
            self.hand = self._told = _STILL
            self._end_title()
        else:
            hand, told = self.hand, self._told
            self.hand = Hand((hand.x - told.x), (hand.y - told.y), hand.by / told.by)
            self._told = _STILL
            self.lying.size_mm, self.lying.unit = drawn.size_mm, drawn.unit
            if before is None or before.size_mm != drawn.size_mm:
                self._grow(self.lying.fit())
        self.wait(on=False)
        self.update()

    def wait(self, *, on: bool) -> None:
        """Say that another page is being made, once that takes a moment."""
        if on and self._phase < 0 and not self._patience.isActive():
            self._patience.start()
        if not on:
            self._patience.stop()
            self._pulse.stop()
            self._phase = -1.0
            self.update(0, 0, self.width(), round(_LINE))

    def let_go(self) -> None:
        """Put the map back where it was drawn: what the hand asked for is not to be had."""
        self.hand = self._told = _STILL
        self.update()

    def enlarge(self, by: float) -> None:
        """Show the map larger already, as it is going to be drawn."""
        hand = self.hand
        self.hand = Hand(hand.x * by, hand.y * by, hand.by * by)
        self._told = self.hand
        self.update()

    def mark(self, at: tuple[float, float]) -> None:
        """Show where a place is, given in the project's CRS; one beyond the frame at its edge."""
        self._mark = at
        place, desk = self._on_screen(at), QRectF(self.rect())
        if place is not None and not desk.adjusted(40, 40, -40, -40).contains(place):
            self.lying.move(self.lying.corner + desk.center() - place)
        self._shown.start()
        self.update()

    def _unmark(self) -> None:
        self._mark = None
        self.update()

    @property
    def dpi(self) -> float:
        """At what resolution the page is sharp as it is looked at now."""
        wanted = self.lying.zoom * self.devicePixelRatioF() * MM_PER_INCH
        if self.drawn is None:
            return wanted
        inches = self.drawn.size_mm[0] * self.drawn.size_mm[1] / MM_PER_INCH**2
        return min(wanted, float((_MOST_PIXELS / inches) ** 0.5))

    @property
    def percent(self) -> int:
        """How large the page is on screen, of what it will be on paper."""
        return round(self.lying.zoom / (self.logicalDpiX() / MM_PER_INCH) * 100)

    @property
    def target(self) -> tuple[float, float] | None:
        """Where the hand has put the middle of the map, project's CRS."""
        if self.drawn is None:
            return None
        metres, (x, y) = self.drawn.metres_per_mm / self.lying.zoom / self.hand.by, self.drawn.centre
        return x - self.hand.x * metres, y + self.hand.y * metres

    # ── Where it lies ──────────────────────────────────────────────────────────────────────────────────────────

    def first_dpi(self, size_mm: tuple[float, float]) -> float:
        """Return the resolution at which a page that is not there yet will be sharp."""
        return self.lying.fitting(size_mm) * self.devicePixelRatioF() * MM_PER_INCH

    def fit(self, how: str) -> None:
        """Show the "page" whole, or as wide as there is room: "width"."""
        self.lying.fits = how
        self._grow(self.lying.fit())
        self._look_again()

    def zoom(self, by: float, at: QPointF | None = None) -> None:
        """Look at the page from nearer, or further away, with a place on screen kept where it is."""
        self._grow(self.lying.enlarge(by, QRectF(self.rect()).center() if at is None else at))
        self._look_again()

    def _grow(self, by: float) -> None:
        """Let the hand stay where it is on a page that has grown."""
        self.hand = Hand(self.hand.x * by, self.hand.y * by, self.hand.by)
        self._told = Hand(self._told.x * by, self._told.y * by, self._told.by)

    def _look_again(self) -> None:
        self._place_title()
        self.zoomed.emit()
        self._settle.start()
        self.update()

    @property
    def frame(self) -> QRectF:
        """Where the map is on screen."""
        return self.lying.place(self.drawn.boxes.frame) if self.drawn is not None else QRectF()

    def _on_screen(self, at: tuple[float, float]) -> QPointF | None:
        if self.drawn is None:
            return None
        px, centre = self.lying.zoom / self.drawn.metres_per_mm * self.hand.by, self.frame.center()
        east, north = at[0] - self.drawn.centre[0], at[1] - self.drawn.centre[1]
        place = centre + QPointF(east * px + self.hand.x, -north * px + self.hand.y)
        inside = self.frame.adjusted(_RING, _RING, -_RING, -_RING)
        return QPointF(
            min(max(place.x(), inside.left()), inside.right()),
            min(max(place.y(), inside.top()), inside.bottom()),
        )

    # ── Painting ───────────────────────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint desk, paper and what is on it."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(DESK[is_dark()]))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._image is not None:
                self._paint_paper(painter, self._image)
            self._paint_mark(painter)
            self._paint_line(painter)
            if self.hasFocus() and self._by_key:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(colours().accent), 2))
                painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_paper(self, painter: QPainter, image: "QImage") -> None:
        paper = self.lying.paper
        painter.setPen(Qt.PenStyle.NoPen)
        for spread, depth in _SHADOW:
            painter.setBrush(QColor(0, 0, 0, depth * (3 if is_dark() else 1)))
            painter.drawRoundedRect(paper.adjusted(-spread, -spread + 2, spread, spread + 2), spread, spread)
        painter.drawImage(_exactly(paper, image, self.devicePixelRatioF()), image)
        if self.hand != _STILL:
            frame, hand = self.frame, self.hand
            source = QRectF(
                (frame.left() - paper.left()) / paper.width() * image.width(),
                (frame.top() - paper.top()) / paper.height() * image.height(),
                frame.width() / paper.width() * image.width(),
                frame.height() / paper.height() * image.height(),
            )
            painter.save()
            painter.setClipRect(frame)
            painter.fillRect(frame, QColor(LIGHT.paper))
            middle = frame.center() + QPointF(hand.x, hand.y)
            size = frame.size() * hand.by
            there = QRectF(middle - QPointF(size.width() / 2, size.height() / 2), size)
            painter.drawImage(there, image, source)
            painter.restore()

    def _paint_mark(self, painter: QPainter) -> None:
        place = self._on_screen(self._mark) if self._mark is not None else None
        if place is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((6.0, LIGHT.raised), (3.0, LIGHT.danger)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(place, _RING, _RING)

    def _paint_line(self, painter: QPainter) -> None:
        if self._phase >= 0:
            wide = self.width() * 0.3
            left = (self.width() + wide) * self._phase - wide
            painter.fillRect(QRectF(left, 0, wide, _LINE), QColor(colours().accent))

    def _begin_line(self) -> None:
        self._phase = 0.0
        self._pulse.start()

    def _step_line(self) -> None:
        self._phase = (self._phase + _PULSE_MS / 1200) % 1
        self.update(0, 0, self.width(), round(_LINE))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fit the page again where it is to fit."""
        super().resizeEvent(event)
        self.lying.room, self.lying.ratio = QSizeF(self.size()), self.devicePixelRatioF()
        self._grow(self.lying.fit())
        self.lying.move(self.lying.corner)
        if self.drawn is not None:
            self._look_again()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw the page anew when the window moves to a screen of another density."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.drawn is not None:
            self.lying.ratio = self.devicePixelRatioF()
            self._look_again()

    # ── The hand ───────────────────────────────────────────────────────────────────────────────────────────────

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of the map, or of the page."""
        at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if self.drawn is None or not (left or event.button() == Qt.MouseButton.MiddleButton):
            return
        of_map = left and self.movable and self.frame.contains(at)
        self._held = (at, self.hand if of_map else QPointF(self.lying.corner))
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let what is held follow."""
        at = event.position()
        if self._held is None:
            self._point(at)
            return
        began, held = self._held
        way = at - began
        if isinstance(held, Hand):
            self.hand = Hand(held.x + way.x(), held.y + way.y(), self.hand.by)
        else:
            self.lying.fits = ""
            self.lying.move(held + way)
            self._place_title()
            self.zoomed.emit()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go: the map is drawn where it has been put."""
        held, self._held = self._held, None
        self._point(event.position())
        if held is not None and isinstance(held[1], Hand) and self.hand != held[1]:
            self._told = self.hand
            self.moved.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Type the title over, or change what stands at the foot."""
        at = event.position()
        if self.drawn is not None and self.lying.place(self.drawn.boxes.title).contains(at):
            self._begin_title(self.drawn)
        elif self.drawn is not None and self.lying.place(self.drawn.boxes.foot).contains(at):
            self.foot.emit()

    def _point(self, at: QPointF) -> None:
        """Say by the cursor what can be done there."""
        shape = Qt.CursorShape.ArrowCursor
        if self.drawn is not None and self.frame.contains(at) and self.movable:
            shape = Qt.CursorShape.OpenHandCursor
        elif self.drawn is not None and self.lying.place(self.drawn.boxes.title).contains(at):
            shape = Qt.CursorShape.IBeamCursor
        self.setCursor(shape)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Look from nearer or further away; with Ctrl on the map, show it at the next round scale."""
        self._turned += event.angleDelta().y()
        steps, self._turned = (
            int(self._turned / _NOTCH),
            self._turned % (_NOTCH if self._turned > 0 else -_NOTCH),
        )
        event.accept()
        if not steps:
            return
        at = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.frame.contains(at):
            if self.movable:
                self.stepped.emit(1 if steps > 0 else -1)
        else:
            self.zoom(1.2**steps, at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the map by the arrow keys, change its scale by plus and minus."""
        far = min(self.frame.width(), self.frame.height()) / 10
        moves = {
            Qt.Key.Key_Left: (far, 0.0),
            Qt.Key.Key_Right: (-far, 0.0),
            Qt.Key.Key_Up: (0.0, far),
            Qt.Key.Key_Down: (0.0, -far),
        }
        if self.drawn is not None and self.movable and event.key() in moves:
            x, y = moves[Qt.Key(event.key())]
            self.hand = self._told = Hand(self.hand.x + x, self.hand.y + y, self.hand.by)
            self.update()
            self.moved.emit()
        elif self.movable and event.text() in {"+", "=", "-"}:
            self.stepped.emit(-1 if event.text() == "-" else 1)
        else:
            super().keyPressEvent(event)

    # ── The title ──────────────────────────────────────────────────────────────────────────────────────────────

    def _begin_title(self, drawn: Drawn) -> None:
        self._held = None
        self.title.setText(drawn.title)
        self._place_title()
        self.title.show()
        self.title.setFocus()
        self.title.selectAll()

    def _place_title(self) -> None:
        if self.drawn is None:
            return
        box = self.lying.place(self.drawn.boxes.title)
        tall = min(max(box.height(), 34), 64)
        there = QRectF(box.left(), box.center().y() - tall / 2, box.width(), tall)
        self.title.setGeometry(there.toRect())
        font = self.title.font()
        font.setPixelSize(round(min(max(tall * 0.55, 14), 30)))
        self.title.setFont(font)

    def _take_title(self) -> None:
        if self.title.isHidden():
            return
        text = self.title.text().strip()
        changed = self.drawn is not None and text != self.drawn.title
        self._end_title()
        if changed:
            self.retitled.emit(text)

    def _end_title(self) -> None:
        self.title.hide()
        if self.title.hasFocus():
            self.setFocus()

    @property
    def typing(self) -> bool:
        """Whether the title is being typed."""
        return not self.title.isHidden()

    def give_up_title(self) -> None:
        """Leave the title as it was."""
        self.title.hide()
        self.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show who came by key that the keys work here."""
        super().focusInEvent(event)
        self._by_key = event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
        self.update()


def _exactly(paper: QRectF, image: "QImage", ratio: float) -> QRectF:
    """Return where a picture goes: pixel upon pixel of the screen where it was drawn for this size."""
    size = QSizeF(image.width() / ratio, image.height() / ratio)
    near = abs(size.width() - paper.width()) < 1.5 and abs(size.height() - paper.height()) < 1.5
    return QRectF(paper.topLeft(), size) if near else paper
