"""The title of a wall map, large and in the middle, and the line below it."""

from mingqing.printing.paper.page import Align, Ink, Page
from mingqing.printing.paper.text import width_of, wrap
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts.typography import SMALL, line, plain, shortened

_ONE, _TWO = 0.62, 0.36
"""Share of the box that a character takes on one line, and on each of two."""
_LEAST = 3.4
_KEPT = 0.68  # of the size on one line: rather that than two lines
_SUB = 0.2
_SUB_MOST = 0.8  # of the title, where that is small
_ROW, _SUB_ROW = 1.12, 1.5  # heights of a line, in heights of its characters


def paint(page: Page, box: Rect, title: str, subtitle: str) -> None:
    """Paint both; a box 21 mm high has a title of 13 mm. The stamp's place is to be left out of the box."""
    below = _below(box, subtitle)
    size, lines = _set(title, Rect(box.x, box.y, box.width, box.height - below * _SUB_ROW), box.height)
    below = min(below, max(size * _SUB_MOST, SMALL)) if below else 0.0
    high = sum(size * _ROW for _ in lines) + below * _SUB_ROW
    y = box.y + max((box.height - high) / 2, 0.0)
    for text in lines:
        line(page, (box.x, y), box.width, text, size, bold=True, align=Align.MIDDLE)
        y += size * _ROW
    if below:
        line(page, (box.x, y + below * 0.3), box.width, subtitle, below, ink=Ink.SOFT, align=Align.MIDDLE)


def cut(box: Rect, title: str) -> bool:
    """Whether a title is too long even for two lines of small type, and ends in ….

    Examples
    --------
    >>> cut(Rect(0, 0, 390, 21), "大竹溪村村情民情图"), cut(Rect(0, 0, 390, 21), "图" * 900)
    (False, True)
    """
    return "".join(_set(title, box, box.height)[1]).replace(" ", "") != plain(title).replace(" ", "")


def _below(box: Rect, subtitle: str) -> float:
    """Return the size of the line below, 0 without one."""
    return max(min(box.height * _SUB, 5.0), SMALL) if plain(subtitle) else 0.0


def _set(title: str, box: Rect, whole: float) -> tuple[float, tuple[str, ...]]:
    """Return the size of a title and its lines. whole : height of the box with the line below."""
    title = plain(title)
    full = min(whole * _ONE, box.height / _ROW)
    if not title or full <= 0 or box.width <= 0:
        return full, ()
    one = min(full, full * box.width / max(width_of(title, full, bold=True), 1e-6))
    if one >= full * _KEPT:
        return one, (title,)
    size = max(min(whole * _TWO, box.height / (2 * _ROW)), min(_LEAST, one))
    while size > _LEAST and len(wrap(title, size, box.width, bold=True)) > 2:
        size = max(size * 0.96, _LEAST)
    lines = wrap(title, size, _evenly(title, size, box.width), bold=True)
    if len(lines) > 2:
        lines = wrap(title, size, box.width, bold=True)
    if len(lines) > 2:
        lines = (lines[0], shortened("".join(lines[1:]), size, box.width, bold=True))
    return size, lines


def _evenly(title: str, size: float, width: float) -> float:
    """Return the width at which two lines are about as long as each other."""
    return min(width_of(title, size, bold=True) * 0.53 + size, width)
