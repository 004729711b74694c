"""The statistics of a wall map: a table of titles, numbers one below the other, and their units."""

from collections.abc import Sequence
from math import ceil, isfinite

from mingqing.core.text import tr
from mingqing.printing.paper.page import Align, Ink, Page
from mingqing.printing.paper.text import width_of
from mingqing.printing.wall.model import Counted, Rect
from mingqing.printing.wall.parts.typography import BODY, HEADING, heading, largest, line, plain, shortened

_ROW = 1.75  # heights of a character
_GAP = 8.0  # between columns
_COLUMN = 46.0  # the least width of one, where the table is divided


def number(value: float | None) -> str:
    """Return a number as it is printed.

    Examples
    --------
    >>> number(1193.0), number(12.345), number(None), number(float("nan"))
    ('1,193', '12.3', '—', '—')
    """
    if value is None or not isfinite(value):
        return "—"
    if abs(value) >= 1e12:
        return f"{value:.2g}"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def wanted(figures: Sequence[Counted], width: float) -> float:
    """Return the height of the table in full size under a heading, mm; 0 for none."""
    return HEADING + _rows(figures, width) * BODY * _ROW if figures else 0.0


def left_out(figures: Sequence[Counted], box: Rect) -> int:
    """Return how many lines find no room."""
    size = _size(figures, box.width, box.height - HEADING)
    room = max(int((box.height - HEADING + 1e-6) / (size * _ROW)), 0)
    return max(len(figures) - room * _columns(box.width), 0)


def paint(page: Page, box: Rect, figures: Sequence[Counted], title: str) -> None:
    """Paint the table, in type that lets it fit; what does not fit even so is counted on its last line."""
    if not figures:
        return
    room = heading(page, box, title or tr("基本数据"))
    size = _size(figures, room.width, room.height)
    columns, most = _columns(room.width), max(int((room.height + 1e-6) / (size * _ROW)), 0)
    rows = min(_rows(figures, room.width), most)
    if not rows:
        return
    wide = (room.width - (columns - 1) * _GAP) / columns
    shown = figures if len(figures) <= rows * columns else figures[: rows * columns - 1]
    for n in range(0, len(shown), rows):
        _column(page, (room.x + n // rows * (wide + _GAP), room.y), wide, shown[n : n + rows], size)
    if len(shown) < len(figures):
        at = room.x + (columns - 1) * (wide + _GAP), room.y + (rows - 1) * size * _ROW + 0.3 * size
        line(page, at, wide, tr("另有 {n} 项").format(n=len(figures) - len(shown)), size, ink=Ink.SOFT)


def _columns(width: float) -> int:
    return max(int((width + _GAP) / (_COLUMN + _GAP)), 1) if width >= 2 * _COLUMN + _GAP else 1


def _rows(figures: Sequence[Counted], width: float) -> int:
    return ceil(len(figures) / _columns(width))


def _size(figures: Sequence[Counted], width: float, height: float) -> float:
    return largest(lambda size: _rows(figures, width) * size * _ROW <= height + 1e-6)


def _column(
    page: Page, at: tuple[float, float], width: float, figures: Sequence[Counted], size: float
) -> None:
    """Paint one column: titles from the left, numbers with their decimal points in line, units after them."""
    texts = [shortened(number(each.value), size, width * 0.5, bold=True) for each in figures]
    whole = [text.split(".")[0] for text in texts]
    units = [plain(each.unit) for each in figures]
    widest_unit = min(max(width_of(unit, size) for unit in units), width * 0.34)
    tail = max(
        width_of(t, size, bold=True) - width_of(w, size, bold=True) for t, w in zip(texts, whole, strict=True)
    )
    unit_x = at[0] + width - widest_unit
    point_x = unit_x - (0.6 * size if widest_unit else 0.0) - tail
    for n, (each, text, unit) in enumerate(zip(figures, texts, units, strict=True)):
        y = at[1] + n * size * _ROW
        top = y + (_ROW - 1) / 2 * size
        head = width_of(whole[n], size, bold=True)
        line(page, (at[0], top), point_x - head - 0.8 * size - at[0], each.title, size)
        page.text(point_x - head, top, text, size, bold=True)
        line(page, (unit_x, top), widest_unit, unit, size, ink=Ink.SOFT, align=Align.LEFT)
        page.rule(at[0], y + size * _ROW, at[0] + width, y + size * _ROW, width=0.1)
