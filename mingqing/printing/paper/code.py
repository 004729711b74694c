"""QR codes, painted as squares: sharp at any size."""

from functools import lru_cache
from itertools import groupby

import segno
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from mingqing.printing.paper.page import Ink, Page

_QUIET = 4  # modules of white around a code (GB/T 18284-2000, 6.3.8)


def qr(text: str) -> list[list[bool]]:
    """Return the modules of a code of `text` in UTF-8, row by row, True for black, without the quiet zone.

    Raises
    ------
    segno.DataOverflowError
        if it is more than 2,953 bytes.
    """
    made = segno.make(text, error="l", boost_error=True, micro=False, mode="byte", encoding="utf-8")
    return [[bool(module) for module in row] for row in made.matrix]


def paint_qr(page: Page, x: float, y: float, side: float, text: str) -> None:
    """Paint a code of `text`, its quiet zone included, in a square of `side` millimetres."""
    path, modules = _squares(text)
    step = side / (modules + 2 * _QUIET)
    painter = page.painter
    painter.save()
    painter.translate(x, y)
    painter.fillRect(QRectF(0, 0, side, side), Ink.WHITE.color)
    painter.translate(_QUIET * step, _QUIET * step)
    painter.scale(step, step)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillPath(path, Qt.GlobalColor.black)
    painter.restore()


@lru_cache(maxsize=4)  # the copies of a card have one code
def _squares(text: str) -> tuple[QPainterPath, int]:
    """Return the black of a code as runs along its rows, a module to a unit, and how many modules it has a side."""
    modules = qr(text)
    path = QPainterPath()
    for row, line in enumerate(modules):
        column = 0
        for black, run in groupby(line):
            wide = sum(1 for _ in run)
            if black:
                path.addRect(QRectF(column, row, wide, 1))
            column += wide
    return path, len(modules)
