"""Lines of type: how wide text is, and where it may be broken."""

import re
from functools import lru_cache

from mingqing.render.fonts import measure

# What may not begin a line, and what may not end one (GB/T 15834-2011, 5.1).
_CLOSING = "，。、；：？！）》」』”’】〕…—·,.;:?!)%℃"
_OPENING = "（《「『“‘【〔("
_UNIT = re.compile(r"[!-~]+[米户人年月日号度]?|.", re.DOTALL)  # 320米 is not parted


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line, in the unit of `size`, the height of a character."""
    return measure(text, size, bold)[0]


def elided(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """Return a line no wider than `width`, cut short with an ellipsis where it must be."""
    if width_of(text, size, bold=bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = width_of(f"{text[:middle]}…", size, bold=bold) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    return f"{text[:low].rstrip()}…"


@lru_cache(maxsize=16_384)
def wrap(text: str, size: float, width: float, *, bold: bool = False) -> tuple[str, ...]:
    """Return text in lines no wider than `width`; words and numbers stay whole where they fit on a line.

    A line break in the text stays one. There is always a line, perhaps empty.
    """
    return tuple(
        line for paragraph in text.split("\n") for line in _wrapped(paragraph, size, width, bold=bold)
    )


def _wrapped(paragraph: str, size: float, width: float, *, bold: bool) -> list[str]:
    if width_of(paragraph, size, bold=bold) <= width:
        return [paragraph]
    lines, line, used = list[str](), "", 0.0
    for unit in _units(paragraph):
        wide = _advance(unit, size, bold=bold)
        if used + wide <= width:
            line, used = line + unit, used + wide
            continue
        if line:
            lines.append(line.rstrip())
        *full, line = _cut(unit.lstrip(), size, width, bold=bold)
        lines += full
        used = _advance(line, size, bold=bold)
    return [*lines, line.rstrip()] if line or not lines else lines


def _units(paragraph: str) -> list[str]:
    """Return what stays together: words, numbers, a character with the punctuation that belongs to it."""
    found: list[str] = []
    for unit in _UNIT.findall(paragraph):
        if found and (unit in _CLOSING or found[-1][-1] in _OPENING):
            found[-1] += unit
        else:
            found.append(unit)
    return found


def _cut(unit: str, size: float, width: float, *, bold: bool) -> list[str]:
    """Return a unit that is wider than a line in pieces that are not; one character at least."""
    pieces, piece, used = list[str](), "", 0.0
    for character in unit:
        wide = _advance(character, size, bold=bold)
        if piece and used + wide > width:
            pieces.append(piece)
            piece, used = "", 0.0
        piece, used = piece + character, used + wide
    return [*pieces, piece]


def _advance(text: str, size: float, *, bold: bool) -> float:
    return sum(width_of(character, size, bold=bold) for character in text)
