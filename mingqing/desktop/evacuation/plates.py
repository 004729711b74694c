"""How full shelters are: plates beside their signs, neither on each other nor, where there is room, on words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from mingqing.desktop.evacuation.outcome import Load
from mingqing.desktop.look.colours import Colours

_HIGH, _SIGN = 26.0, 15.0  # pixels: of a plate, and half of a sign
_SIDES = ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))  # the best first
Boxes = NDArray[np.float64]


def places(loads: Sequence[Load], at: Sequence[QPointF], others: Boxes) -> list[QRectF | None]:
    """Return where the plates of shelters lie, those of the first first; None where there is no room at all.

    at : where their signs stand, pixels. others : (n, 4) what else is on the map, as left, top, right, bottom.
    """
    signs = np.array([[p.x() - _SIGN, p.y() - _SIGN, p.x() + _SIGN, p.y() + _SIGN] for p in at]).reshape(
        -1, 4
    )
    taken, found = signs, list[QRectF | None]()
    for load, place in zip(loads, at, strict=True):
        around = _around(load, place)
        free = ~_meet(around, taken)
        best = free & ~_meet(around, others)
        n = int(np.argmax(best if best.any() else free))
        found.append(QRectF(QPointF(*around[n, :2]), QPointF(*around[n, 2:])) if free.any() else None)
        taken = np.concatenate([taken, around[n : n + 1]]) if free.any() else taken
    return found


def _around(load: Load, at: QPointF) -> Boxes:
    """Return where a plate may lie around its sign, (8, 4)."""
    wide = QFontMetricsF(_font()).horizontalAdvance(_text(load)) + 28
    middle = np.array([at.x(), at.y()])
    side = np.array(_SIDES) * [wide / 2 + _SIGN, _HIGH / 2 + _SIGN]
    half = np.array([wide / 2, _HIGH / 2])
    return np.concatenate([middle + side - half, middle + side + half], axis=1)


def _meet(some: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Return which of some boxes overlap any of the others."""
    a, b = some[:, None], others[None]
    apart = (a[..., :2] >= b[..., 2:]) | (a[..., 2:] <= b[..., :2])
    met: NDArray[np.bool_] = np.any(~np.any(apart, axis=2), axis=1)
    return met


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(12)
    font.setBold(True)
    return font


def _text(load: Load) -> str:
    return f"{load.people}/{load.capacity}"


def paint_plate(painter: QPainter, load: Load, colour: str, box: QRectF, look: Colours) -> None:
    """Paint how full a shelter is."""
    painter.setPen(QPen(QColor(look.line), 1.0))
    painter.setBrush(QColor(look.raised))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(box.left() + 11, box.top() + 10), 4.5, 4.5)
    painter.setFont(_font())
    painter.setPen(QColor(look.text))
    painter.drawText(
        QRectF(box.left() + 20, box.top() + 1, box.width(), 18), Qt.AlignmentFlag.AlignVCenter, _text(load)
    )
    bar = QRectF(box.left() + 6, box.bottom() - 6, box.width() - 12, 3)
    share = min(load.people / load.capacity, 1.0) if load.capacity else 1.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.line))
    painter.drawRoundedRect(bar, 1.5, 1.5)
    painter.setBrush(QColor(look.warning if share >= 1 else look.good))
    painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * share, 3), 1.5, 1.5)
