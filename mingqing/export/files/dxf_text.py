"""Text as DXF of AutoCAD 2004 spells it, and what a row says as extended data of its shape."""

import re
from collections.abc import Iterator, Sequence

from mingqing.core.text import tr
from mingqing.export.layer import Layer

ENCODING = "gbk"
"""What programs take the file for that says ANSI_936; other characters are spelled by their number."""

_STRING, _ENTITY = 250, 15_000  # bytes of a string and of all of one entity: AutoCAD's are 255 and 16,383
_SPECIAL = re.compile(r"[\x00-\x1f^]")
_TOKEN = re.compile(r"\\U\+D[89AB]..\\U\+....|\\U\+....|\^.|.")


def spelled(text: str) -> str:
    r"""Return text as it stands in a file: no line ends, no characters that the encoding lacks.

    Control characters are letters after a caret, and so is the caret a space; what GBK lacks is its number in UTF-16.

    Examples
    --------
    >>> spelled("一行\n两行^"), spelled("𠮷田ñ")
    ('一行^J两行^ ', '\\U+D842\\U+DFB7田\\U+00F1')
    """
    text = text.replace("\\U+", "\\U+005CU+")
    text = _SPECIAL.sub(lambda m: "^ " if m[0] == "^" else f"^{chr(ord(m[0]) + 64)}", text)
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return "".join(map(_character, text))
    return text


def _character(character: str) -> str:
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        units = character.encode("utf-16-be", "surrogatepass").hex().upper()
        return "".join(f"\\U+{units[at : at + 4]}" for at in range(0, len(units), 4))
    return character


def said(layer: Layer, rows: Sequence[int]) -> list[tuple[list[str], bool]]:
    """Return what some rows say as strings `title=value`, the id first; and whether all of it found room.

    A value that is longer than a string may be goes on in the next, under the same title.
    """
    titles = [spelled(out.title) for out in layer.columns]
    return [_strings(titles, [column[row] for column in layer.cells]) for row in rows]


def _strings(titles: Sequence[str], values: Sequence[object]) -> tuple[list[str], bool]:
    found: list[str] = []
    room = _ENTITY
    for title, value in zip(titles, values, strict=True):
        if value is None:
            continue
        told = (tr("是") if value else tr("否")) if isinstance(value, bool) else spelled(str(value))
        for piece in _pieces(told, _STRING - 2 * len(title)):
            room -= 2 * (len(title) + len(piece)) + 4
            if room < 0:
                return found, False
            found.append(f"{title}={piece}")
    return found, True


def _pieces(text: str, size: int) -> Iterator[str]:
    """Cut spelled text into pieces of at most `size` bytes, between characters."""
    if 2 * len(text) <= size:
        yield text
        return
    piece, room = "", size
    for token in _TOKEN.findall(text):
        room -= 2 * len(token)
        if room < 0:
            yield piece
            piece, room = "", size - 2 * len(token)
        piece += token
    yield piece
