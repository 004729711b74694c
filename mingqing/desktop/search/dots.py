"""Where the hits lie on the map while their list is open."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from mingqing.desktop.look.colours import colours

if TYPE_CHECKING:
    from mingqing.desktop.map.view import Size, View
    from mingqing.search.describe import Hit

_DOT_PX, _RING_PX = 5.0, 13.0


class Dots:
    """An overlay of the canvas: a dot for each hit, a ring around the one that is chosen."""

    def __init__(self) -> None:
        self.hits: Sequence[Hit] = ()
        self.current: Hit | None = None

    def paint(self, painter: QPainter, view: "View", size: "Size") -> None:
        """Paint them, the chosen one on top."""
        if not self.hits:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo, ink = QColor(colours().raised), QColor(colours().mark)
        for hit in sorted(self.hits, key=lambda hit: hit is self.current):
            if hit.place is None:
                continue
            at = QPointF(*view.to_screen(*hit.place, size))
            painter.setPen(QPen(halo, 2))
            painter.setBrush(ink)
            painter.drawEllipse(at, _DOT_PX, _DOT_PX)
            if hit is self.current:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for colour, width in ((halo, 5.0), (ink, 2.6)):
                    painter.setPen(QPen(colour, width))
                    painter.drawEllipse(at, _RING_PX, _RING_PX)
        painter.restore()
