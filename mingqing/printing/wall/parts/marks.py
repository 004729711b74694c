"""Small marks of a wall map: north arrow, scale bar, stamp, credits and the faint line at the edge of the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from mingqing.core.text import tr
from mingqing.printing.paper.page import Align, Ink, Page
from mingqing.printing.paper.text import width_of, wrap
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts.typography import BODY, LEAST, SMALL, largest, line, plain, shortened
from mingqing.render.ornaments import bar_caption, bar_length_m
from mingqing.render.scale import Viewport

_PLATE = QColor(255, 255, 255, 225)
_FINE = 0.15
_BAR = 1.3
_BAR_MOST = 52.0  # length of a scale bar
_STAMP = 4.0
_ROW = 1.5  # of the credits, in heights of a character
_BETWEEN = "\u3000\u3000"
_FOOT = 5.2  # from the edge of the sheet to the faint line's upper edge: printers leave some 4 mm white


def north_arrow(page: Page, at: tuple[float, float], size: float) -> None:
    """Paint an arrow to grid north, `size` high with 北 above it, around `at`."""
    x, y = at
    painter = page.painter
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    painter.drawEllipse(QPointF(x, y), size * 0.68, size * 0.68)
    painter.translate(x, y)
    painter.scale(size, size)
    for side, color in ((-1, Ink.TEXT.color), (1, Ink.WHITE.color)):
        half = QPainterPath(QPointF(0, -0.2))
        half.lineTo(side * 0.16, 0.5)
        half.lineTo(0, 0.36)
        half.closeSubpath()
        painter.fillPath(half, color)
    edge = QPainterPath(QPointF(0, -0.2))
    for dx, dy in ((0.16, 0.5), (0.0, 0.36), (-0.16, 0.5)):
        edge.lineTo(dx, dy)
    edge.closeSubpath()
    painter.strokePath(
        edge,
        QPen(Ink.TEXT.color, _FINE / size, j=Qt.PenJoinStyle.MiterJoin),
    )
    painter.restore()
    north, high = tr("北"), max(size * 0.26, LEAST)
    page.text(x - width_of(north, high, bold=True) / 2, y - size * 0.22 - high, north, high, bold=True)


def numeric_scale(scale: int) -> str:
    r"""Return a scale as it is printed, thousands apart by a thin space.

    Examples
    --------
    >>> numeric_scale(5000), numeric_scale(500)
    ('1∶5\u2009000', '1∶500')
    """
    return f"1∶{scale:,}".replace(",", "\u2009")


def scale_bar(
    page: Page, corner: tuple[float, float], view: Viewport, scale: int, *, plate: bool = True
) -> Rect:
    """Paint numeric scale and scale bar with their lower left corner at `corner`; return what they cover.

    plate : on a light ground, to stand on the map.
    """
    bar = _bar(view)
    box = Rect(corner[0], corner[1] - bar.high, bar.wide(scale), bar.high)
    if plate:
        page.painter.fillRect(QRectF(box.x, box.y, box.width, box.height), _PLATE)
    pad = 1.6
    text = numeric_scale(scale)
    base = box.bottom - pad
    page.text(box.x + pad, base - BODY * 1.02, text, BODY, bold=True)
    left = box.x + pad + width_of(text, BODY, bold=True) + 4.0
    if bar.mm <= 0:
        return box
    _paint_bar(page, (left, base - _BAR), bar)
    return box


@dataclass(frozen=True, slots=True)
class _Bar:
    """A scale bar: metres it stands for, its length in mm, and in how many parts."""

    metres: float
    mm: float
    parts: int

    high = 1.6 + SMALL * 1.15 + _BAR + 1.6

    def wide(self, scale: int) -> float:
        """Return what numeric scale and bar take, mm."""
        return (
            1.6
            + width_of(numeric_scale(scale), BODY, bold=True)
            + (4.0 + self.mm + width_of(self.caption(self.parts), SMALL) + 1.6 if self.mm > 0 else 1.6)
        )

    def caption(self, part: int) -> str:
        """Return what stands at the end of a part; the unit only at the last."""
        metres = self.metres * part / self.parts
        if part == self.parts:
            return bar_caption(metres)
        return f"{metres / 1000 if self.metres >= 1000 else metres:g}"


def _bar(view: Viewport) -> _Bar:
    a_mm = view.metres_per_px * view.px_per_mm
    if not isfinite(a_mm) or a_mm <= 0:
        return _Bar(0, 0, 1)
    metres = bar_length_m(a_mm, _BAR_MOST)
    first = f"{metres:e}"[0]
    return _Bar(metres, metres / a_mm, 5 if first == "5" else 4)


def _paint_bar(page: Page, at: tuple[float, float], bar: _Bar) -> None:
    """Paint the parts, ink and paper in turn, and what stands above their ends."""
    x, y = at
    part = bar.mm / bar.parts
    page.fill(x, y, bar.mm, _BAR, Ink.WHITE)
    for n in range(0, bar.parts, 2):
        page.fill(x + n * part, y, part, _BAR, Ink.TEXT)
    page.frame(x, y, bar.mm, _BAR, line=_FINE, ink=Ink.TEXT)
    every = [width_of(bar.caption(n), SMALL) for n in range(bar.parts)]
    step = next((n for n in (1, 2) if bar.parts % n == 0 and max(every) < n * part * 0.85), bar.parts)
    top = y - SMALL * 1.12
    for n in range(0, bar.parts, step):
        page.text(x + n * part - every[n] / 2, top, bar.caption(n), SMALL)
    digits = bar.caption(bar.parts).split(" ")[0]
    page.text(x + bar.mm - width_of(digits, SMALL) / 2, top, bar.caption(bar.parts), SMALL)


def stamp_size(secrecy: str) -> tuple[float, float]:
    """Return width and height of a stamp, (0, 0) without one."""
    text = plain(secrecy)
    return (width_of(text, _STAMP, bold=True) + 2 * _STAMP * 0.7, _STAMP * 1.9) if text else (0.0, 0.0)


def stamp(page: Page, box: Rect, secrecy: str) -> None:
    """Paint a framed word such as 内部使用 in the upper right corner of `box`."""
    text = plain(secrecy)
    if not text:
        return
    wide, high = stamp_size(text)
    wide = min(wide, box.width)
    size = min(_STAMP, _STAMP * box.height / high) if high > box.height else _STAMP
    high = size * 1.9
    left = box.right - wide
    page.frame(left, box.y, wide, high, line=0.35, ink=Ink.TEXT)
    line(page, (left, box.y + size * 0.45), wide, text, size, bold=True, align=Align.MIDDLE)


def credits_wanted(texts: Sequence[str], approval: str, width: float) -> float:
    """Return the height of what stands below a map, mm."""
    return _Credits.of(texts, approval, width, SMALL).high


def credits(page: Page, box: Rect, texts: Sequence[str], approval: str) -> None:  # noqa: A001 - the field's word
    """Write what stands below a map, one text after another, and the 审图号 on the right."""
    size = largest(
        lambda size: size <= SMALL and _Credits.of(texts, approval, box.width, size).high <= box.height
    )
    found = _Credits.of(texts, approval, box.width, size)
    line(page, (box.right - found.kept, box.y), found.kept, found.number, size)
    for n, row in enumerate(found.rows[: max(int(box.height / (size * _ROW) + 1e-6), 1)]):
        page.text(box.x, box.y + n * size * _ROW, shortened(row, size, found.room), size, ink=Ink.SOFT)


@dataclass(frozen=True, slots=True)
class _Credits:
    """Credits as they are set: lines in `room` mm, and the 审图号 in `kept` mm at the right of the first."""

    rows: tuple[str, ...]
    number: str
    size: float
    room: float
    kept: float

    @classmethod
    def of(cls, texts: Sequence[str], approval: str, width: float, size: float) -> "_Credits":
        number = tr("审图号：{number}").format(number=plain(approval)) if plain(approval) else ""
        kept = min(width_of(number, size), width / 2)
        room = max(width - kept - (2 * size if number else 0.0), size)
        rows = list[str]()
        for text in filter(None, map(plain, texts)):
            together = f"{rows[-1]}{_BETWEEN}{text}" if rows else text
            if rows and width_of(together, size) <= room:
                rows[-1] = together
            else:
                rows += wrap(text, size, room)
        return cls(tuple(rows), number, size, room, kept)

    @property
    def high(self) -> float:
        return max(len(self.rows), 1 if self.number else 0) * self.size * _ROW


def footer(page: Page, sheet: Rect, text: str) -> None:
    """Write a faint line at the very bottom of the sheet."""
    inner = Rect(sheet.x + 8.0, sheet.y, sheet.width - 16.0, sheet.height)
    line(page, (inner.x, sheet.bottom - _FOOT), inner.width, text, LEAST, ink=Ink.FRAME, align=Align.MIDDLE)
