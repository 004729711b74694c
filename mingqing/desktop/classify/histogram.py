"""The numbers of a field as bars in the colours of their classes; the breaks between them can be dragged."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mingqing.classify.axis import Axis
from mingqing.classify.choice import Part
from mingqing.classify.prepare import histogram
from mingqing.core.text import tr
from mingqing.desktop.look.colours import colours, is_dark

_BINS = 40
_HEIGHT, _FOOT = 104, 18
_NEAR_PX = 7.0


class Histogram(QWidget):
    """Shows how numbers are spread. `moved(n, number)` : the n-th break was dragged to a number."""

    moved = Signal(int, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("数值分布"))
        self.setToolTip(tr("拖动竖线可以移动分界"))
        self._numbers: NDArray[np.float64] = np.empty(0)
        self._counts, self._edges = histogram(self._numbers, _BINS)
        self._cuts: list[float] = []
        self._parts: tuple[Part, ...] = ()
        self._axis = Axis()
        self._held: int | None = None

    def show_numbers(
        self, numbers: NDArray[np.float64], cuts: Sequence[float], parts: tuple[Part, ...], axis: Axis
    ) -> None:
        """Show sorted numbers cut into the ranges of `parts`."""
        if numbers is not self._numbers:
            self._numbers = numbers
            self._counts, self._edges = histogram(numbers, _BINS)
        self._cuts, self._parts, self._axis = list(cuts), parts, axis
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size that fits the panel."""
        return QSize(280, _HEIGHT)

    def _x(self, number: float) -> float:
        low, high = self._edges[0], self._edges[-1]
        return 1 + float(np.clip((number - low) / (high - low), 0, 1)) * (self.width() - 2)

    def _number(self, x: float) -> float:
        low, high = self._edges[0], self._edges[-1]
        return float(low + np.clip((x - 1) / (self.width() - 2), 0, 1) * (high - low))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw bars, breaks, and the numbers at either end."""
        with QPainter(self) as painter:
            self._draw_bars(painter)
            self._draw_breaks(painter)
            self._draw_ends(painter)

    def _draw_bars(self, painter: QPainter) -> None:
        most, base = max(int(self._counts.max()), 1), self.height() - _FOOT
        painter.setPen(Qt.PenStyle.NoPen)
        for count, (start, end) in zip(self._counts.tolist(), pairwise(self._edges.tolist()), strict=True):
            if not count:
                continue
            # By the root: a bar of ten beside one of ten thousand is still to be seen.
            height = max((count / most) ** 0.5 * (base - 6), 1.5)
            left, right = self._x(start), self._x(end)
            for low, high, color in self._pieces(start, end):
                painter.setBrush(QColor(color))
                x = max(self._x(low), left)
                width = min(self._x(high), right) - x - (1 if high >= end and right - left > 3 else 0)
                painter.drawRect(QRectF(x, base - height, max(width, 0.5), height))
        painter.fillRect(QRectF(0, base, self.width(), 1), QColor(colours().line))

    def _pieces(self, start: float, end: float) -> list[tuple[float, float, str]]:
        """Return the parts of a bar that breaks divide it into, each with its colour."""
        if len(self._parts) != len(self._cuts) + 1:
            return [(start, end, colours().faint)]
        inner = [c for c in self._cuts if start < c < end]
        made = []
        for low, high in pairwise([start, *inner, end]):
            part = self._parts[int(np.searchsorted(self._cuts, (low + high) / 2, side="right"))]
            made.append((low, high, (part.color.dark if is_dark() else part.color.light)[:7]))
        return made

    def _draw_breaks(self, painter: QPainter) -> None:
        base = self.height() - _FOOT
        for n, cut in enumerate(self._cuts):
            x = self._x(cut)
            held = n == self._held
            painter.setPen(QPen(QColor(colours().accent if held else colours().text), 2 if held else 1))
            painter.drawLine(QPointF(x, 2), QPointF(x, base))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours().accent if held else colours().text))
            painter.drawEllipse(QPointF(x, 4), 3, 3)

    def _draw_ends(self, painter: QPainter) -> None:
        if not len(self._numbers):
            return
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(colours().muted))
        foot = QRectF(1, self.height() - _FOOT + 3, self.width() - 2, _FOOT - 3)
        ends = (
            (self._numbers[0], Qt.AlignmentFlag.AlignLeft),
            (self._numbers[-1], Qt.AlignmentFlag.AlignRight),
        )
        for number, side in ends:
            painter.drawText(foot, side, self._axis.label(float(number)))

    def _nearest(self, x: float) -> int | None:
        apart = [abs(self._x(cut) - x) for cut in self._cuts]
        return int(np.argmin(apart)) if apart and min(apart) < _NEAR_PX else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold of a break."""
        self._held = self._nearest(event.position().x())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the break that is held between its neighbours."""
        if self._held is None:
            near = self._nearest(event.position().x()) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
            return
        px = (self._edges[-1] - self._edges[0]) / max(self.width() - 2, 1)
        number = self._axis.round(self._number(event.position().x()), 2 * float(px))
        ends = [
            float(self._numbers[0]),
            *self._cuts,
            float(self._numbers[-1]) + (1 if self._axis.whole else 0),
        ]
        if ends[self._held] < number < ends[self._held + 2] and number != self._cuts[self._held]:
            self.moved.emit(self._held, number)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """Let go of it."""
        self._held = None
        self.update()
