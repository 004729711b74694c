"""Correcting a shape corner by corner: drag a corner, drag a new one out of a side, take one away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.desktop.map.editing.grips import Grip, Grips, reach_px
from mingqing.desktop.map.editing.saving import change_shapes
from mingqing.desktop.map.overlay import Mark, paint_marks
from mingqing.desktop.map.tools.tool import Offer, Tool
from mingqing.digitising.borders import follow
from mingqing.digitising.cutting import fill_hole, without_part
from mingqing.digitising.paths import XY, taken_apart
from mingqing.digitising.vertices import Vertex, delete_vertex, insert_vertex, move_vertex, vertex_xy

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.board import Board
    from mingqing.desktop.map.editing.saving import Consent
    from mingqing.desktop.map.editing.subject import Subject
    from mingqing.desktop.map.view import Size, View
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class _Drag:
    """A corner under way: of which shape, with the corner already in it, and which neighbours come along."""

    vertex: Vertex
    before: shapely.Geometry
    after: shapely.Geometry
    neighbours: Mapping[int, shapely.Geometry]
    begun: bool = False


class Nodes(Tool):
    """Shows a handle at each corner of the chosen shape, and one in the middle of each side."""

    name = "edit_nodes"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas)
        self.title = tr("改节点")
        self.board = board
        self._drag: _Drag | None = None
        self._hot: Vertex | None = None
        self._over: Grip | None = None
        self._grips: Grips | None = None
        self._from = QPointF()
        self._wrong = ""
        board.subjects.changed.connect(self._renew)
        board.entry.entered.connect(self._type)

    @property
    def _subject(self) -> "Subject | None":
        """What is edited, where it is one row."""
        subject = self.board.subjects.current
        return subject if subject is not None and subject.row is not None else None

    @property
    def extra(self) -> QWidget | None:
        """Where the chosen corner is to be, typed."""
        return self.board.entry if self._hot is not None else None

    @property
    def busy(self) -> bool:
        """Whether something is being moved."""
        return self._drag is not None

    def _renew(self) -> None:
        self._drag, self._over, self._wrong = None, None, ""
        self._grips = Grips(self._subject.shape) if self._subject is not None else None
        if self._grips is None or self._hot not in self._grips.corners.at:
            self._hot = None
        self._say()

    # ── Hands ──────────────────────────────────────────────────────────────────────────────────────────────

    def press(self, event: QMouseEvent) -> None:
        """Take hold of a corner, or of the middle of a side, or of the map."""
        found = self._under(event) if event.button() == Qt.MouseButton.LeftButton else None
        subject, grips = self._subject, self._grips
        if found is None or subject is None or grips is None:
            super().press(event)
            return
        vertex, fresh = found
        shape = subject.shape
        if fresh:
            shape = insert_vertex(shape, vertex, grips.middle(vertex))
            vertex = replace(vertex, index=vertex.index + 1)
        self._drag = _Drag(vertex, shape, shape, {})
        self._from = event.position()

    def move(self, event: QMouseEvent) -> None:
        """Move the corner, and with it the borders of neighbours."""
        if self._drag is None:
            super().move(event)
            over = self._under(event)
            if over != self._over:
                self._over = over
                self.canvas.update()
            return
        if not self._drag.begun and (event.position() - self._from).manhattanLength() <= 3:
            return
        place = self.board.snaps.snap(event, [])
        if place is not None:
            self._move_to(place)

    def _move_to(self, place: XY) -> None:
        drag = self._drag
        if drag is None:
            return
        said = self.says
        after = move_vertex(drag.before, drag.vertex, place)
        neighbours: Mapping[int, shapely.Geometry] = {}
        self._wrong = ""
        subject = self._subject
        if subject is not None and self.board.follows(subject.table):
            around = list(subject.neighbours.values())
            try:
                new = follow(drag.before, after, around)
                pairs = zip(subject.neighbours.items(), new, strict=True)
                neighbours = {i: n for (i, old), n in pairs if n is not old}
            except InputRefused as error:
                self._wrong = str(error)
        self._drag = replace(drag, after=after, neighbours=neighbours, begun=True)
        self.canvas.update()
        if self.says != said:
            self.changed.emit()

    def release(self, event: QMouseEvent) -> None:
        """Save what was moved; where nothing was, choose the corner."""
        drag = self._drag
        if drag is None or event.button() != Qt.MouseButton.LeftButton:
            super().release(event)
            return
        self.board.snaps.let_go()
        if drag.begun:
            self._save(drag.after, tr("移动{title}的节点"))
            self._hot = drag.vertex
        else:
            fresh = self._over is not None and self._over[1]
            self._drag, self._hot = None, None if fresh else drag.vertex
        self._say()

    def click(self, event: QMouseEvent) -> None:
        """Choose another shape."""
        self._hot = None
        self.board.pick(event)

    def key(self, event: QKeyEvent) -> bool:
        """Take the chosen corner away by Backspace."""
        if event.key() == Qt.Key.Key_Backspace:
            return self.remove()
        return super().key(event)

    def remove(self) -> bool:
        """Take the chosen corner away; return False where none is."""
        subject, hot = self._subject, self._hot
        if subject is None or hot is None:
            return False
        try:
            shape = delete_vertex(subject.shape, hot)
        except InputRefused as error:
            self._refuse(str(error))
            return True
        self._hot = None
        self._save(shape, tr("删除{title}的节点"))
        return True

    def escape(self) -> bool:
        """Give up the move, then the corner, then the shape."""
        if self._drag is not None or self._hot is not None:
            self._drag = self._hot = None
            self.board.snaps.let_go()
            self._say()
            return True
        return self.board.subjects.clear()

    def put_away(self) -> None:
        """Leave no corner chosen."""
        super().put_away()
        self._drag = self._hot = self._over = None
        self._wrong = ""

    def reopen(self) -> None:
        """Take back what was not saved."""
        self._renew()

    def taken(self) -> None:
        """Nothing is left to do: what was saved is read again."""

    def _type(self) -> None:
        """Put the chosen corner where it was typed."""
        subject, hot, entry = self._subject, self._hot, self.board.entry
        if self.canvas.tool is not self or subject is None or hot is None:
            return
        try:
            place = entry.place(vertex_xy(subject.shape, hot), None, self.epsg)
        except InputRefused as error:
            self._refuse(str(error))
            return
        if place is None:
            self._refuse(tr("请填坐标，或者长度和方位角都填"))
            return
        entry.clear()
        self._drag = _Drag(hot, subject.shape, subject.shape, {})
        self._move_to(place)
        self._save(self._drag.after, tr("移动{title}的节点"))

    def _refuse(self, sentence: str) -> None:
        self._wrong = sentence
        self._say()

    def _save(self, shape: shapely.Geometry, why: str) -> None:
        subject = self._subject
        if subject is None or subject.row is None:
            return
        table, row, following = subject.table, subject.row, self.board.follows(subject.table)

        def work(e: "Edit", session: "Session", consent: "Consent") -> None:
            change_shapes(e, session, table.name, {row: shape}, consent, following=following)

        self.board.save(why.format(title=table.title), work, self)

    # ── Said ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def says(self) -> str:
        """What went wrong, or what to do next."""
        if self._wrong:
            return self._wrong
        if self._subject is None:
            several = self.board.subjects.current is not None
            return tr("节点一次改一个图形，请单击其中一个") if several else tr("单击要修改的图形")
        if self._drag is not None and self._drag.neighbours:
            return tr("相邻的 {n} 块会跟着移动；松开保存").format(n=len(self._drag.neighbours))
        if self._hot is not None:
            return tr("按 Delete 删除这个节点，或填坐标移动它")
        return tr("拖动方块移动节点，拖动圆点加节点")

    def offers(self) -> tuple[Offer, ...]:
        """Return what can be done with the chosen corner, and to choose what lies below."""
        subject, hot = self._subject, self._hot
        found = []
        if subject is not None and hot is not None:
            found.append(Offer(tr("删除节点"), self.remove))
            if hot.ring:
                found.append(Offer(tr("填上这个洞"), self._fill))
            if len(taken_apart(subject.shape)) > 1:
                found.append(Offer(tr("去掉这一部分"), self._drop_part))
        if self.board.subjects.others:
            found.append(Offer(tr("换下一个"), self.board.subjects.next))
        return tuple(found)

    def _fill(self) -> None:
        subject, hot = self._subject, self._hot
        if subject is not None and hot is not None:
            hole = shapely.Polygon(taken_apart(subject.shape)[hot.part][hot.ring])
            inside = hole.representative_point()
            self._save(fill_hole(subject.shape, (inside.x, inside.y))[0], tr("填上{title}的洞"))

    def _drop_part(self) -> None:
        subject, hot = self._subject, self._hot
        if subject is not None and hot is not None:
            self._save(without_part(subject.shape, hot.part), tr("去掉{title}的一部分"))

    def _say(self) -> None:
        self.canvas.update()
        self.changed.emit()

    # ── Handles ────────────────────────────────────────────────────────────────────────────────────────────

    def _under(self, event: QMouseEvent) -> Grip | None:
        place, view = self.canvas.place(event.position()), self.canvas.view
        if self._grips is None or place is None or view is None:
            return None
        return self._grips.under(place, reach_px(event) * view.m_per_px, view.m_per_px)

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint the handles, and while one is dragged what moves with it."""
        subject, drag = self._subject, self._drag
        if subject is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = subject.shape if drag is None else drag.after
        if drag is not None:
            paint_marks(painter, (Mark(shape), *map(Mark, drag.neighbours.values())), view, size)
        if drag is None and self._grips is not None:
            self._grips.paint(painter, view, size, hot=self._hot, over=self._over)
        elif drag is not None:
            Grips(shape).paint(painter, view, size, hot=drag.vertex, over=None, middles=False)
        self.board.snaps.paint(painter, view, size)
        painter.restore()
