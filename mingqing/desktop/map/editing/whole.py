"""Whole shapes moved, turned, enlarged and copied by a frame around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import atan2, degrees, hypot
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours
from mingqing.desktop.map.editing.grips import reach_px
from mingqing.desktop.map.editing.saving import change_shapes, copy_rows
from mingqing.desktop.map.overlay import Mark, paint_marks
from mingqing.desktop.map.tools.figures import distance_text
from mingqing.desktop.map.tools.ink import paint_note
from mingqing.desktop.map.tools.tool import Offer, Tool
from mingqing.digitising.paths import XY
from mingqing.digitising.shapes import moved, scaled, turned
from mingqing.digitising.typed import angle_deg
from mingqing.digitising.vertices import nearest_vertex

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.board import Board
    from mingqing.desktop.map.editing.saving import Consent
    from mingqing.desktop.map.editing.subject import Subject
    from mingqing.desktop.map.view import Size, View
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session

_PAD_PX, _STEM_PX, _LEAST_PX = 14.0, 34.0, 28.0
_SLIP_PX = 3
_STEP_DEG = 15.0  # what turning keeps to while Shift is held


class _Act(Enum):
    MOVE = "move"
    TURN = "turn"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class _Frame:
    """The frame on screen, and its handles."""

    box: QRectF

    @property
    def corners(self) -> tuple[QPointF, ...]:
        return (self.box.topLeft(), self.box.topRight(), self.box.bottomRight(), self.box.bottomLeft())

    @property
    def knob(self) -> QPointF:
        return QPointF(self.box.center().x(), self.box.top() - _STEM_PX)


class Whole(Tool):
    """Drag what is chosen to move it, the knob to turn it, a corner of the frame to enlarge it."""

    name = "move_whole"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas)
        self.title = tr("移动、旋转、缩放")
        self.board = board
        self.copying = False
        self._act: _Act | None = None
        self._from, self._start, self._begun = QPointF(), (0.0, 0.0), False
        self._shapes: Mapping[int, shapely.Geometry] = {}
        self._note, self._wrong = "", ""
        board.subjects.changed.connect(self._renew)
        board.entry.entered.connect(self._type)

    @property
    def _subject(self) -> "Subject | None":
        return self.board.subjects.current

    def _renew(self) -> None:
        self._act, self._shapes, self._wrong, self._begun = None, {}, "", False
        self._say()

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def press(self, event: QMouseEvent) -> None:
        """Take hold of what is chosen, or of the map."""
        act = self._hit(event) if event.button() == Qt.MouseButton.LeftButton else None
        place = self.canvas.place(event.position())
        if act is None or place is None:
            super().press(event)
            return
        self._act, self._from, self._start, self._begun = act, event.position(), place, False
        if act is _Act.MOVE and self._subject is not None and self.canvas.view is not None:
            self._start = self._held(place, 10 * self.canvas.view.m_per_px)

    def _held(self, place: XY, within_m: float) -> XY:
        """Return the corner that is held: it is what snaps, not the place beside it."""
        shapes = self._subject.shapes.values() if self._subject is not None else ()
        found = [hit for shape in shapes if (hit := nearest_vertex(shape, place, within_m)) is not None]
        return min(found, key=lambda hit: hit.distance_m).xy if found else place

    def move(self, event: QMouseEvent) -> None:
        """Show what would come of it."""
        if self._act is None:
            super().move(event)
            return
        if not self._begun and (event.position() - self._from).manhattanLength() <= _SLIP_PX:
            return
        self._begun = True
        place = (
            self.board.snaps.snap(event, [])
            if self._act is _Act.MOVE
            else self.canvas.place(event.position())
        )
        if place is not None:
            self._change(place, stepped=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _change(self, place: XY, *, stepped: bool) -> None:
        subject = self._subject
        if subject is None:
            return
        middle = _middle(subject)
        match self._act:
            case _Act.MOVE:
                self._shift(place[0] - self._start[0], place[1] - self._start[1])
            case _Act.TURN:
                angle = _azimuth(middle, place) - _azimuth(middle, self._start)
                angle = (round(angle / _STEP_DEG) * _STEP_DEG if stepped else angle) % 360.0
                self._turn(angle if angle <= 180 else angle - 360)
            case _Act.SCALE:
                was = hypot(self._start[0] - middle[0], self._start[1] - middle[1])
                self._enlarge(hypot(place[0] - middle[0], place[1] - middle[1]) / max(was, 1e-9))

    def _shift(self, dx: float, dy: float) -> None:
        self._note = tr("移动 {n}").format(n=distance_text(hypot(dx, dy)))
        self._show({i: moved(s, dx, dy) for i, s in self._chosen.items()})

    def _turn(self, angle: float) -> None:
        about = _middle(self._subject) if self._subject is not None else (0.0, 0.0)
        way = tr("顺时针") if angle >= 0 else tr("逆时针")
        self._note = f"{way} {abs(angle):.1f}°"
        self._show({i: turned(s, angle, about) for i, s in self._chosen.items()})

    def _enlarge(self, factor: float) -> None:
        about = _middle(self._subject) if self._subject is not None else (0.0, 0.0)
        factor = min(max(factor, 0.001), 1000.0)
        self._note = tr("{n:.2f} 倍").format(n=factor)
        self._show({i: scaled(s, factor, about) for i, s in self._chosen.items()})

    @property
    def _chosen(self) -> Mapping[int, shapely.Geometry]:
        return self._subject.shapes if self._subject is not None else {}

    def _show(self, shapes: Mapping[int, shapely.Geometry]) -> None:
        said = self.says
        self._shapes, self._wrong = shapes, ""
        self.canvas.update()
        if self.says != said:
            self.changed.emit()

    def release(self, event: QMouseEvent) -> None:
        """Save it; where nothing moved it was a click."""
        act = self._act
        if act is None or event.button() != Qt.MouseButton.LeftButton:
            super().release(event)
            return
        self.board.snaps.let_go()
        if self._begun:
            self._save(act)
        else:
            self._act = None
            self.click(event)

    def click(self, event: QMouseEvent) -> None:
        """Choose another shape; with Shift, one more."""
        self.board.pick(event, more=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def escape(self) -> bool:
        """Give up what is begun, then the shape."""
        if self._act is not None or self.copying:
            self.copying = False
            self._renew()
            return True
        return self.board.subjects.clear()

    def put_away(self) -> None:
        """Leave nothing begun."""
        super().put_away()
        self.copying = False
        self._act, self._shapes, self._wrong = None, {}, ""

    def reopen(self) -> None:
        """Take back what was not saved."""
        self._renew()

    def taken(self) -> None:
        """Copy only once."""
        self.copying = False
        self._renew()

    def copy(self) -> None:
        """Let the next move leave the shape where it is and put another at its new place."""
        self.copying = not self.copying
        self._say()

    # ── Typed and saved ────────────────────────────────────────────────────────────────────────────────────

    def _type(self) -> None:
        """Move by a length in a direction, or turn by an angle alone."""
        entry, subject = self.board.entry, self._subject
        if self.canvas.tool is not self or subject is None or entry.empty:
            return
        try:
            far, middle = entry.metres(), _middle(subject)
            typed = entry.azimuth.text().strip()
            if typed and far is None and not entry.coordinate.text().strip():
                self._turn(angle_deg(typed))
                act = _Act.TURN
            else:
                to = entry.place(middle, None, self.epsg)
                if to is None:
                    raise InputRefused(tr("移动要填长度和方位角，旋转只填角度"))
                self._shift(to[0] - middle[0], to[1] - middle[1])
                act = _Act.MOVE
        except InputRefused as error:
            self._wrong = str(error)
            self._say()
            return
        entry.clear()
        self._save(act)

    def _save(self, act: _Act) -> None:
        subject, shapes, copying = self._subject, self._shapes, self.copying
        if subject is None:
            return
        self._act = None
        table = subject.table
        verbs = {_Act.MOVE: tr("移动"), _Act.TURN: tr("旋转"), _Act.SCALE: tr("缩放")}
        why = f"{tr('复制') if copying else verbs[act]}{table.title}"

        def work(e: "Edit", session: "Session", consent: "Consent") -> list[int]:
            if copying:
                return copy_rows(e, session, table.name, shapes, consent)
            change_shapes(e, session, table.name, shapes, consent)
            return []

        def done(made: list[int]) -> None:
            if made:
                self.board.subjects.choose(table.name, made)

        self.board.save(why, work, self, done=done)

    # ── Said and painted ───────────────────────────────────────────────────────────────────────────────────

    @property
    def says(self) -> str:
        """What went wrong, or what to do next."""
        if self._wrong:
            return self._wrong
        if self._subject is None:
            return tr("单击要移动的图形；按住 Shift 再点，可以多选")
        if self.copying:
            return tr("把图形拖到新位置，原来的留在原处")
        return tr("拖动图形移动，拖圆钮旋转，拖四角缩放")

    def offers(self) -> tuple[Offer, ...]:
        """Return to copy, and to choose what lies below."""
        if self._subject is None:
            return ()
        found = [Offer(tr("不复制了") if self.copying else tr("复制一份"), self.copy)]
        if self.board.subjects.others:
            found.append(Offer(tr("换下一个"), self.board.subjects.next))
        return tuple(found)

    @property
    def extra(self) -> QWidget | None:
        """How far and where to, or by what angle, typed."""
        return self.board.entry if self._subject is not None else None

    @property
    def busy(self) -> bool:
        """Whether something is being moved."""
        return bool(self._shapes)

    def _say(self) -> None:
        self.canvas.update()
        self.changed.emit()

    def _frame(self, view: "View", size: "Size") -> _Frame | None:
        if self._subject is None:
            return None
        xmin, ymin, xmax, ymax = self._subject.bounds
        left, top = view.to_screen(xmin, ymax, size)
        right, bottom = view.to_screen(xmax, ymin, size)
        box = QRectF(left, top, right - left, bottom - top).adjusted(-_PAD_PX, -_PAD_PX, _PAD_PX, _PAD_PX)
        wide, high = max(_LEAST_PX - box.width(), 0) / 2, max(_LEAST_PX - box.height(), 0) / 2
        return _Frame(box.adjusted(-wide, -high, wide, high))

    def handles(self) -> tuple[QPointF, QPointF]:
        """Return the pixels of the knob and of the frame's lower right corner."""
        view, size = self.canvas.view, (float(self.canvas.width()), float(self.canvas.height()))
        frame = self._frame(view, size) if view is not None else None
        return (frame.knob, frame.box.bottomRight()) if frame is not None else (QPointF(), QPointF())

    def _hit(self, event: QMouseEvent) -> _Act | None:
        view, place = self.canvas.view, self.canvas.place(event.position())
        if view is None or place is None or self._subject is None:
            return None
        frame = self._frame(view, (float(self.canvas.width()), float(self.canvas.height())))
        if frame is None:
            return None
        near = reach_px(event)
        if not self._flat and (frame.knob - event.position()).manhattanLength() <= 1.4 * near:
            return _Act.TURN
        if not self._flat and any(
            (c - event.position()).manhattanLength() <= 1.4 * near for c in frame.corners
        ):
            return _Act.SCALE
        point, reach = shapely.Point(place), near * view.m_per_px
        return _Act.MOVE if any(s.distance(point) <= reach for s in self._chosen.values()) else None

    @property
    def _flat(self) -> bool:
        """Whether it is one point, that can be neither turned nor enlarged."""
        return len(self._chosen) == 1 and shapely.get_dimensions(next(iter(self._chosen.values()))) == 0

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the frame, or what would come of what is begun."""
        frame = self._frame(view, size)
        if frame is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shapes:
            paint_marks(painter, tuple(map(Mark, self._shapes.values())), view, size)
            if self._act is not None:
                paint_note(painter, [self._note], frame.box.bottomRight(), size)
        elif not self._flat:
            _paint_frame(painter, frame)
        self.board.snaps.paint(painter, view, size)
        painter.restore()


def _paint_frame(painter: QPainter, frame: _Frame) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    top = QPointF(frame.box.center().x(), frame.box.top())
    for colour, width in ((QColor(colours().raised), 3.5), (QColor(colours().mark), 1.4)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.DashLine if width < 3 else Qt.PenStyle.SolidLine))
        painter.drawRect(frame.box)
        painter.drawLine(top, frame.knob)
    painter.setPen(QPen(QColor(colours().mark), 2.0))
    painter.setBrush(QColor(colours().raised))
    for corner in frame.corners:
        painter.drawRect(QRectF(corner.x() - 5, corner.y() - 5, 10, 10))
    painter.drawEllipse(frame.knob, 7, 7)


def _middle(subject: "Subject") -> XY:
    xmin, ymin, xmax, ymax = subject.bounds
    return (xmin + xmax) / 2, (ymin + ymax) / 2


def _azimuth(start: XY, end: XY) -> float:
    return degrees(atan2(end[0] - start[0], end[1] - start[1]))
