"""Tools that draw what is not there yet: points, lines, areas, and houses from a wall and a width."""

from typing import TYPE_CHECKING

import numpy as np
import shapely
from PySide6.QtGui import QMouseEvent

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.ground import legs
from mingqing.desktop.map.editing.sketch import Sketch
from mingqing.desktop.map.tools.figures import distance_text
from mingqing.digitising.paths import XY
from mingqing.digitising.shapes import (
    at_length_and_azimuth,
    azimuth_deg,
    rectangle,
    square_closed,
    square_on,
    width_towards,
)
from mingqing.digitising.typed import place as typed_place

if TYPE_CHECKING:
    from mingqing.desktop.map.canvas import Canvas
    from mingqing.desktop.map.editing.board import Board
    from mingqing.store.draft import Draft


class _New(Sketch):
    """A figure that becomes a row of the table that is drawn."""

    def shape(self) -> shapely.Geometry:
        """Return the shape of the corners. Raises InputRefused where they make none."""
        raise NotImplementedError

    def finished(self) -> None:
        """Add the row."""
        self.board.add(self.shape(), self)

    def resume(self, draft: "Draft") -> None:
        """Go on with a figure of the table it was begun for."""
        self.board.draw_table(draft.table)
        super().resume(draft)


class DrawPoint(_New):
    """A click is a point."""

    name = "draw_point"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas, board)
        self._least = 1

    def guide(self) -> str:
        """Where to click."""
        return tr("单击{title}的位置，或填坐标").format(title=self.board.table_title)

    def add(self, place: XY) -> None:
        """Add the point, and be done."""
        super().add(place)
        self.finish()

    def shape(self) -> shapely.Geometry:
        """Return the point."""
        return shapely.Point(self.corners[0])


class DrawLine(_New):
    """Corner by corner, or along lines that are there."""

    name = "draw_line"

    def __init__(self, canvas: "Canvas", board: "Board") -> None:
        super().__init__(canvas, board)
        self._least = 2

    def guide(self) -> str:
        """What a click does now."""
        if not self.corners:
            return tr("单击{title}的起点").format(title=self.board.table_title)
        return tr("单击加点，双击或右键结束，退格键撤回一点")

    def shape(self) -> shapely.Geometry:
        """Return the line."""
        return shapely.LineString(self.corners)


class DrawPolygon(_New):
    """An area of any form."""

    name, area = "draw_polygon", True

    def guide(self) -> str:
        """What a click does now."""
        if not self.corners:
            return tr("单击{title}的第一个角").format(title=self.board.table_title)
        return tr("沿边界单击加角点，双击或右键结束，退格键撤回一点")

    def shape(self) -> shapely.Geometry:
        """Return the area."""
        return shapely.Polygon(self.corners)


class DrawSquare(_New):
    """An area all of whose angles are right, such as a house with a wing."""

    name, area = "draw_square", True

    def guide(self) -> str:
        """What a click does now."""
        if len(self.corners) < 2:
            return (
                tr("单击第一面墙的另一头")
                if self.corners
                else tr("单击{title}的一个墙角").format(title=self.board.table_title)
            )
        return tr("每个拐角都是直角：单击下一个墙角，双击或右键自动闭合")

    def place(self, event: QMouseEvent) -> XY | None:
        """Return where a corner would be: square to the side before."""
        found = super().place(event)
        if found is None or (len(self.corners) > 2 and found == self.corners[0]):
            return found
        return square_on(self.corners, found)

    def typed(self) -> XY | None:
        """Return the place typed, square to the side before."""
        found = super().typed()
        return None if found is None else square_on(self.corners, found)

    def shape(self) -> shapely.Geometry:
        """Return the area, closed at right angles."""
        return square_closed(self.corners)

    def figure(self) -> list[XY]:
        """Return the corners, closed as they would be."""
        places = self.with_pointer
        try:
            ring = list(square_closed(places).exterior.coords)[:-1] if len(places) > 2 else []
        except InputRefused:
            return places
        extra = [c for c in ring if not any(abs(c[0] - p[0]) + abs(c[1] - p[1]) < 1e-6 for p in places)]
        return [*places, *extra[:1]]


class DrawRectangle(_New):
    """A house at any angle, of two corners of a wall and the width."""

    name, area = "draw_rectangle", True

    def guide(self) -> str:
        """What a click does now."""
        title = self.board.table_title
        steps = (
            tr("单击{title}一面墙的一头").format(title=title),
            tr("单击这面墙的另一头，或填长度和方位角"),
            tr("移到{title}的另一侧单击，或填宽度").format(title=title),
        )
        return steps[min(len(self.corners), 2)]

    def add(self, place: XY) -> None:
        """Add a corner; the third gives the width, and all is there."""
        super().add(place)
        if len(self.corners) == self._least:
            self.finish()
            if not self.done:  # no width at all: another may be clicked
                self.take_back()

    def take_back(self) -> bool:
        """Take the last corner back, and what was wrong with it stays said."""
        wrong = self._wrong
        taken = super().take_back()
        self._refuse(wrong) if wrong else None
        return taken

    def typed(self) -> XY | None:
        """Return the place typed; once there is a wall, a length is the width, to the side where the pointer is."""
        if len(self.corners) < 2:
            return super().typed()
        entry = self.board.entry
        if entry.coordinate.text().strip():
            return typed_place(entry.coordinate.text(), self.epsg).xy
        width, (start, end) = entry.metres(), self.corners[:2]
        if width is None:
            return None
        left = self._pointer is None or width_towards(start, end, self._pointer) >= 0
        return at_length_and_azimuth(end, width, azimuth_deg(start, end) + (-90 if left else 90))

    def shape(self) -> shapely.Geometry:
        """Return the rectangle."""
        start, end, out = self.corners
        return rectangle(start, end, width_towards(start, end, out))

    def figure(self) -> list[XY]:
        """Return the rectangle as it would be with the pointer as its width."""
        places = self.with_pointer
        if len(places) < 3:
            return places
        start, end, out = places[:3]
        third = square_on([start, end], out)
        return [start, end, third, (start[0] + third[0] - end[0], start[1] + third[1] - end[1])]

    def note(self, places: list[XY]) -> list[str]:
        """Return length and width."""
        if len(places) < 4:
            return super().note(places)
        sides = legs(np.array(places[:3]), self.epsg).length_m.tolist()
        size = tr("长 {length} 宽 {width}").format(
            length=distance_text(sides[0]), width=distance_text(sides[1])
        )
        return [size, *self.area_lines(places)]
