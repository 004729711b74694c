"""Figures drawn over a shape that is there: a cut, another course of its border, a hole."""

from contextlib import suppress
from typing import TYPE_CHECKING

import shapely
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.desktop.map.editing.saving import change_shapes, split_row
from mingqing.desktop.map.editing.sketch import Sketch
from mingqing.digitising.cutting import add_hole, reshape, split
from mingqing.digitising.paths import XY
from mingqing.store.draft import Draft

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.board import Board
    from mingqing.desktop.map.editing.saving import Consent
    from mingqing.store.edit import Edit
    from mingqing.store.session import Session


class Across(Sketch):
    """A figure drawn over one shape; a click chooses that first."""

    verb = ""

    @property
    def ready(self) -> bool:
        """Whether one shape is chosen."""
        subject = self.board.subjects.current
        return subject is not None and subject.row is not None

    def click(self, event: QMouseEvent) -> None:
        """Choose the shape, then draw."""
        if self.ready:
            super().click(event)
        else:
            self.board.pick(event)

    @property
    def extra(self) -> QWidget | None:
        """The next corner, typed, once there is a shape to draw over."""
        return super().extra if self.ready else None

    def guide(self) -> str:
        """What a click does now."""
        if not self.ready:
            return tr("先单击要{verb}的图形").format(verb=self.verb)
        return self.how()

    def how(self) -> str:
        """Return how to draw, in one line."""
        raise NotImplementedError

    def escape(self) -> bool:
        """Give the figure up, then the shape."""
        return super().escape() or self.board.subjects.clear()

    @property
    def draft(self) -> Draft:
        """The figure and the row it is drawn over."""
        subject = self.board.subjects.current
        if subject is None:
            return super().draft
        return Draft(self.name, subject.table.name, tuple(self.corners), subject.row)

    def resume(self, draft: Draft) -> None:
        """Go on over the same row."""
        if draft.row is not None:
            self.board.subjects.choose(draft.table, [draft.row], lambda: Sketch.resume(self, draft))


class Split(Across):
    """Cuts a shape in two or more."""

    name = "split"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas, board)
        self._least, self.verb = 2, tr("切开")

    def how(self) -> str:
        """From outside to outside."""
        if not self.corners:
            return tr("从图形外面单击起点，横穿它画一条线")
        return tr("单击加点，画到另一边外面就切开")

    def add(self, place: XY) -> None:
        """Add a corner; one beyond the other side ends, as nothing else can be meant by it."""
        super().add(place)
        subject = self.board.subjects.current
        if subject is None or len(self.corners) < 2 or subject.shape.contains(shapely.Point(place)):
            return
        with suppress(InputRefused):
            split(subject.shape, shapely.LineString(self.corners))
            self.finish()

    def finished(self) -> None:
        """Cut; what is the same but for what occurs once goes to each new row."""
        subject = self.board.subjects.current
        if subject is None or subject.row is None:
            return
        table, row, line = subject.table, subject.row, shapely.LineString(self.corners)
        pieces = len(split(subject.shape, line))  # or it is refused at once

        def work(e: "Edit", session: "Session", consent: "Consent") -> list[int]:
            return split_row(e, session, table.name, row, line, consent)

        said = tr("已切成 {n} 块，编号、面积等请逐块核对").format(n=pieces)
        self.board.save(tr("切开{title}").format(title=table.title), work, self, said=said)


class Reshape(Across):
    """Draws part of a border, or of a course, anew; neighbours follow."""

    name = "reshape"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas, board)
        self._least, self.verb = 2, tr("修改边界")

    def how(self) -> str:
        """From border to border."""
        if not self.corners:
            return tr("从旧边界上单击起点，画出新的边界")
        return tr("单击加点，画回旧边界上双击或右键结束")

    def finished(self) -> None:
        """Give the shape its new border."""
        subject = self.board.subjects.current
        if subject is None or subject.row is None:
            return
        shape = reshape(subject.shape, shapely.LineString(self.corners))
        table, row, following = subject.table, subject.row, self.board.follows(subject.table)

        def work(e: "Edit", session: "Session", consent: "Consent") -> None:
            change_shapes(e, session, table.name, {row: shape}, consent, following=following)

        self.board.save(tr("修改{title}的边界").format(title=table.title), work, self)


class Ring(Across):
    """Cuts a hole."""

    name, area = "ring", True

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas, board)
        self.verb = tr("挖洞")

    def how(self) -> str:
        """Within."""
        return tr("在图形里面单击画出洞的边界，双击或右键结束")

    def finished(self) -> None:
        """Cut the hole."""
        subject = self.board.subjects.current
        if subject is None or subject.row is None:
            return
        shape = add_hole(subject.shape, shapely.Polygon(self.corners))
        table, row = subject.table, subject.row

        def work(e: "Edit", session: "Session", consent: "Consent") -> None:
            change_shapes(e, session, table.name, {row: shape}, consent)

        self.board.save(tr("在{title}上挖洞").format(title=table.title), work, self)
