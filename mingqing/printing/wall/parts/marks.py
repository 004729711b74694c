"""Small marks of a wall map: north arrow, scale bar, stamp, credits and the faint line at the edge of the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF, QTransform

from mingqing.core.text import tr
from mingqing.printing.paper.page import Align, Ink, Page
from mingqing.printing.paper.text import width_of, wrap
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts.typography import BODY, LEAST, SMALL, largest, line, plain, shortened
from mingqing.render.fonts import outline, write
from mingqing.render.ornaments import bar_caption, bar_length_m
from mingqing.render.scale import Viewport

_ARROW = ((0.0, -0.2), (0.155, 0.5), (0.0, 0.37), (-0.155, 0.5))  # its point, and its feet
_NORTH = 0.25  # height of 北
_HALO = 0.9
_PLATE = QColor(255, 255, 255, 225)
_FINE = 0.15
_BAR = 1.3
_PAD = 1.6
_BAR_MOST = 52.0  # length of a scale bar
_STAMP = 4.0
_STAMP_SHARE = 0.22  # of the width, at most
_ROW = 1.5  # of the credits, in heights of a character
_BETWEEN = "\u3000\u3000"
_FOOT = 5.2  # from the edge of the sheet to the faint line's upper edge: printers leave some 4 mm white


def north_arrow(page: Page, at: tuple[float, float], size: float) -> None:
    """Paint an arrow to grid north with 北 above it, `size` high, around `at`; a light edge sets it off the map."""
    painter, ink = page.painter, page.color(Ink.TEXT)
    painter.save()
    painter.translate(*at)
    painter.scale(size, size)
    whole, left = QPainterPath(), QPainterPath()
    whole.addPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW]))
    left.addPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW if x <= 0]))
    for path in (whole, left):
        path.closeSubpath()
    name = QTransform.fromScale(_NORTH / 100, _NORTH / 100).map(outline(tr("北"), bold=True))
    name.translate(0, _NORTH / 2 - 0.5)
    halo = QPen(_PLATE, 2 * _HALO / size, j=Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(whole, halo)
    painter.strokePath(name, halo)
    painter.fillPath(whole, page.color(Ink.WHITE))
    painter.fillPath(left, ink)
    painter.strokePath(whole, QPen(ink, _FINE * 1.4 / size, j=Qt.PenJoinStyle.MiterJoin))
    painter.scale(_NORTH / 100, _NORTH / 100)
    painter.translate(0, (_NORTH / 2 - 0.5) / _NORTH * 100)
    write(painter, tr("北"), ink, bold=True)
    painter.restore()


def numeric_scale(scale: int) -> str:
    r"""Return a scale as it is printed, thousands apart by a space that is never broken at.

    Fonts for Chinese have no thin one: Qt would take another font for it, and put that into every document.

    Examples
    --------
    >>> numeric_scale(5000), numeric_scale(500)
    ('1∶5\xa0000', '1∶500')
    """
    return f"1∶{scale:,}".replace(",", "\u00a0")


def scale_bar(
    page: Page, corner: tuple[float, float], view: Viewport, scale: int, *, plate: bool = True
) -> Rect:
    """Paint numeric scale and scale bar with their lower left corner at `corner`; return what they cover.

    plate : on a light ground, to stand on the map.
    """
    bar, text, pad = _bar(view), numeric_scale(scale), _PAD if plate else 0.0
    left = pad + width_of(text, BODY, bold=True) + 3.5
    wide = left + bar.mm + width_of(bar.caption(bar.parts), SMALL) + pad
    high = SMALL * 1.2 + _BAR + 2 * pad
    box = Rect(corner[0], corner[1] - high, wide, high)
    if plate:
        page.painter.fillRect(QRectF(box.x, box.y, box.width, box.height), _PLATE)
    base = box.bottom - pad
    page.text(box.x + pad, base - BODY * 0.94, text, BODY, bold=True)
    if bar.mm > 0:
        _paint_bar(page, (box.x + left, base - _BAR), bar)
    return box


@dataclass(frozen=True, slots=True)
class _Bar:
    """A scale bar: metres it stands for, its length in mm, and in how many parts."""

    metres: float
    mm: float
    parts: int

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
    """Paint a framed word such as 内部使用 in the upper right corner of `box`, a long one smaller."""
    text = plain(secrecy)
    if not text:
        return
    wide, high = stamp_size(text)
    most = box.width * _STAMP_SHARE
    size = max(_STAMP * min(1.0, most / wide, box.height / high), LEAST)
    wide, high = min(wide * size / _STAMP, most), high * size / _STAMP
    page.frame(box.right - wide, box.y, wide, high, line=0.35, ink=Ink.TEXT)
    inner = wide - size * 0.6
    at = box.right - wide + size * 0.3, box.y + size * 0.45
    line(page, at, inner, text, size, bold=True, align=Align.MIDDLE)


def credits(page: Page, box: Rect, texts: Sequence[str], approval: str) -> None:  # noqa: A001 - the field's word
    """Write who made the map, when, in which CRS: one text after another to the lower right, the 审图号 last."""
    told = [text for each in texts if (text := plain(each))]
    number = tr("审图号：{number}").format(number=plain(approval)) if plain(approval) else ""
    size = largest(
        lambda size: size <= SMALL and _high(_in_rows([*told, number], size, box.width), size) <= box.height
    )
    rows = _in_rows([*told, number], size, box.width)
    rows = rows[: max(int(box.height / (size * _ROW) + 1e-6), 1)]
    top = box.bottom - _high(rows, size) + size * (_ROW - 1.06)
    for n, row in enumerate(rows):
        shown = shortened(row, size, box.width)
        page.text(box.right - width_of(shown, size), top + n * size * _ROW, shown, size, ink=Ink.SOFT)


def _high(rows: Sequence[str], size: float) -> float:
    return len(rows) * size * _ROW


def _in_rows(texts: Sequence[str], size: float, width: float) -> list[str]:
    """Return texts one after another in lines, none of them parted that fits on a line of its own."""
    rows = list[str]()
    for text in filter(None, texts):
        together = f"{rows[-1]}{_BETWEEN}{text}" if rows else text
        if rows and width_of(together, size) <= width:
            rows[-1] = together
        else:
            rows += wrap(text, size, width)
    return rows


def footer(page: Page, sheet: Rect, text: str) -> None:
    """Write a faint line at the very bottom of the sheet."""
    inner = Rect(sheet.x + 8.0, sheet.y, sheet.width - 16.0, sheet.height)
    line(page, (inner.x, sheet.bottom - _FOOT), inner.width, text, LEAST, ink=Ink.FRAME, align=Align.MIDDLE)
