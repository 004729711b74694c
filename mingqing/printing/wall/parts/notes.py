"""The notes of a wall map: paragraphs, numbered where there are several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mingqing.core.text import tr
from mingqing.printing.paper.page import Page
from mingqing.printing.paper.text import width_of, wrap
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts.typography import (
    BODY,
    HEADING,
    LEADING,
    heading,
    largest,
    plain,
    shortened,
)

_AFTER = 0.35  # of a character, below a note
_FEW, _NARROWER = 2, (0.96, 0.92, 0.88)


def wanted(notes: Sequence[str], width: float) -> float:
    """Return the height of notes in full size under a heading, mm; 0 for none."""
    return HEADING + _height(_texts(notes), BODY, width) if _texts(notes) else 0.0


def paint(page: Page, box: Rect, notes: Sequence[str], title: str = "") -> None:
    """Paint them in type that lets them fit, at worst cut off with …."""
    texts = _texts(notes)
    if not texts:
        return
    room = heading(page, box, title or tr("说明"))
    size = largest(lambda size: _height(texts, size, room.width) <= room.height)
    y = room.y
    placed = list(_lines(texts, size, room.width))
    for n, row in enumerate(placed):
        if y + size * LEADING > room.bottom + 1e-6:
            return
        last = n + 1 < len(placed) and y + 2 * size * LEADING + row.gap > room.bottom + 1e-6
        shown = f"{shortened(row.text, size, room.width - row.inset - size)}…" if last else row.text
        page.text(room.x, y, row.mark, size)
        page.text(room.x + row.inset, y, shown.replace("……", "…"), size)
        y += size * LEADING + row.gap


def cut(notes: Sequence[str], box: Rect) -> bool:
    """Whether notes do not all fit into a box."""
    texts = _texts(notes)
    least = largest(lambda _: False)
    return bool(texts) and HEADING + _height(texts, least, box.width) > box.height + 1e-6


def _texts(notes: Sequence[str]) -> list[str]:
    return [text for note in notes if (text := plain(note))]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line: its note's number where it is the first, how far it is set in, and the space below it."""

    text: str
    mark: str
    inset: float
    gap: float


def _lines(texts: Sequence[str], size: float, width: float) -> Iterator[_Line]:
    numbered = len(texts) > 1
    inset = width_of(f"{len(texts)}.", size) + size * 0.4 if numbered else 0.0
    for n, text in enumerate(texts, start=1):
        lines = _filled(text, size, max(width - inset, size))
        for at, shown in enumerate(lines):
            gap = size * _AFTER if at + 1 == len(lines) else 0.0
            yield _Line(shown, f"{n}." if numbered and at == 0 else "", inset, gap)


def _filled(text: str, size: float, width: float) -> tuple[str, ...]:
    """Return a note's lines, somewhat shorter where its last would have but a character or two."""
    lines = wrap(text, size, width)
    for share in _NARROWER:
        if len(lines) == 1 or len(lines[-1]) > _FEW:
            break
        narrower = wrap(text, size, width * share)
        lines = narrower if len(narrower) == len(lines) else lines
    return lines


def _height(texts: Sequence[str], size: float, width: float) -> float:
    return sum(size * LEADING + row.gap for row in _lines(texts, size, width))
