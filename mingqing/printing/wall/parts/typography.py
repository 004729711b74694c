"""Type on a wall map's page: its few sizes, headings, lines that are shortened rather than run over."""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from mingqing.printing.paper.page import Align, Ink, Page
from mingqing.printing.paper.text import width_of, wrap
from mingqing.printing.wall.model import Rect

TITLE, HEAD, BODY, SMALL, LEAST = 13.0, 4.4, 3.3, 2.6, 2.4
"""Heights of characters, millimetres on A3; nothing is smaller than the last."""
SIZES = tuple(n / 10 for n in range(33, 23, -1))
"""What a part may be set in, largest first, so that all of it finds room."""
LEADING = 1.45
HEADING = 8.6
"""What a heading takes, with the space below it."""
_ACCENT_MM = 9.0


def plain(text: str) -> str:
    r"""Return a text on one line, without what cannot be printed.

    Examples
    --------
    >>> plain("大竹溪村\n村情民情图\x00 ")
    '大竹溪村 村情民情图'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shortened(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """Return a text, its end cut off for a … where it is wider than `width`."""
    if width_of(text, size, bold=bold) <= width:
        return text
    reach = list(accumulate(width_of(c, size, bold=bold) for c in text))
    fits = bisect_right(reach, width - width_of("…", size, bold=bold))
    return f"{text[:fits].rstrip()}…"


def line(
    page: Page,
    at: tuple[float, float],
    width: float,
    text: str,
    size: float,
    *,
    bold: bool = False,
    ink: Ink = Ink.TEXT,
    align: Align = Align.LEFT,
) -> None:
    """Write one line, its upper left corner at `at`, in the width it has."""
    text = shortened(plain(text), size, width, bold=bold)
    spare = width - width_of(text, size, bold=bold)
    page.text(at[0] + spare * align.value, at[1], text, size, bold=bold, ink=ink)


def lines_of(text: str, size: float, width: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """Return a text in at most `most` lines, the last shortened where that is not enough."""
    lines = wrap(text, size, width, bold=bold)
    if len(lines) <= most:
        return lines
    rest = "".join(lines[most - 1 :])
    return *lines[: most - 1], shortened(rest, size, width, bold=bold)


def largest(fits: Callable[[float], bool]) -> float:
    """Return the largest of `SIZES` for which `fits` says so; the least where none does."""
    return next((size for size in SIZES if fits(size)), LEAST)


def heading(page: Page, box: Rect, text: str) -> Rect:
    """Write a part's heading over a fine rule; return the room that is left. An empty heading takes none."""
    if not plain(text):
        return box
    line(page, (box.x, box.y), box.width, text, HEAD, bold=True)
    y = box.y + HEAD * 1.42
    page.rule(box.x, y, box.right, y, width=0.15, ink=Ink.RULE)
    page.rule(box.x, y, box.x + min(_ACCENT_MM, box.width), y, width=0.6, ink=Ink.ACCENT)
    return Rect(box.x, box.y + HEADING, box.width, max(box.height - HEADING, 0.0))
