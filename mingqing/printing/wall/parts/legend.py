"""The legend of a wall map: what is on it, table by table, in as many columns as its box asks for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from mingqing.catalog.style import Fill, Hatch, Line, Shape, StyleClass
from mingqing.core.text import tr
from mingqing.printing.paper.page import Ink, Page
from mingqing.printing.paper.text import width_of
from mingqing.printing.wall.model import Rect
from mingqing.printing.wall.parts.typography import (
    BODY,
    HEADING,
    LEAST,
    SIZES,
    heading,
    line,
    lines_of,
    plain,
)
from mingqing.render.scene import PAPER, LegendEntry

# All in heights of a character.
_SWATCH = 2.3, 1.35
_INDENT = _SWATCH[0] + 0.7
_LEAD = 1.28  # from one line of a class's title to the next
_ROW = 0.42  # below a class
_TABLE = 1.7  # the title of a table
_APART = 0.5  # above it, where something is above it
_COLUMN = 9.4  # the least width of a column
_GAP = 1.5  # between columns
_MOST = 6  # columns
_COMMON = 12  # characters of a title that is not to be parted for the sake of another column
_BEYOND = 0.15  # of its width, by which a line runs out of its swatch
_WITHIN = 0.9  # mm, by which a mark keeps within
_WORTH = 0.3  # mm of type, that it is worth to have each table in one column
_SLACK = 1e-6  # heights are sums
_COUNTED = 2_000  # of an absurd legend, as many as could ever find room
_HIGH = 1.25  # of its width, that a column may be before there is another


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the legend: a class, or, where it has none, the title of a table. High in characters.

    apart : from what stands above it.
    """

    lines: tuple[str, ...]
    entry: LegendEntry | None = None
    apart: bool = False

    @property
    def high(self) -> float:
        if self.entry is None:
            return _TABLE
        return max(len(self.lines) * _LEAD, _SWATCH[1]) + _ROW


_Placed = tuple[tuple[int, float, _Row], ...]


@dataclass(frozen=True, slots=True)
class _Set:
    """A legend as it is set: size of type, width of a column, and each row with its column and its top, mm."""

    size: float
    wide: float
    rows: _Placed
    lacking: int = 0

    @property
    def high(self) -> float:
        return max((top + row.high * self.size for _, top, row in self.rows), default=0.0)


def wanted(entries: Sequence[LegendEntry], width: float) -> float:
    """Return the height of a legend in full size under a heading, mm; 0 for an empty one."""
    if not entries:
        return 0.0
    counts = range(1, _columns(width, BODY) + 1)
    whole = [n for n in counts if not _parted(entries, BODY, _wide(width, BODY, n))] or counts[:1]
    for count in whole:
        wide = _wide(width, BODY, count)
        blocks = _blocks(_rows(entries, BODY, wide), together=True)
        high = _Set(BODY, wide, _balanced(blocks, BODY, count)).high
        if high <= width / count * _HIGH:
            break
    return HEADING + high


def fits(entries: Sequence[LegendEntry], box: Rect) -> bool:
    """Whether all classes find room."""
    return left_out(entries, box) == 0


def left_out(entries: Sequence[LegendEntry], box: Rect) -> int:
    """Return how many classes find no room even in the smallest type."""
    return _set(entries, box.width, box.height - HEADING).lacking if entries else 0


def paint(page: Page, box: Rect, entries: Sequence[LegendEntry], title: str) -> None:
    """Paint the legend in type that lets it fit; how many classes found no room stands on its last line."""
    if not entries:
        return
    room = heading(page, box, title or tr("图例"))
    found = _set(entries, room.width, room.height)
    for column, top, row in found.rows:
        _paint_row(page, room.x + column * (found.wide + _GAP * found.size), room.y + top, found, row)
    if found.lacking and room.height >= found.size:
        told = tr("另有 {n} 类未列出").format(n=found.lacking)
        line(page, (room.x, room.bottom - found.size * 1.2), room.width, told, found.size, ink=Ink.SOFT)


def _paint_row(page: Page, x: float, y: float, found: _Set, row: _Row) -> None:
    size = found.size
    if row.entry is None:
        line(page, (x, y), found.wide, row.lines[0], size, bold=True, ink=Ink.SOFT)
        return
    wide, high = _SWATCH[0] * size, _SWATCH[1] * size
    text_high = len(row.lines) * _LEAD * size
    full = max(text_high, high)
    _paint_swatch(page, Rect(x, y + (full - high) / 2, wide, high), row.entry.style_class)
    top = y + (full - text_high) / 2 + (_LEAD - 1) / 2 * size
    for n, text in enumerate(row.lines):
        page.text(x + _INDENT * size, top + n * _LEAD * size, text, size)


def _paint_swatch(page: Page, box: Rect, style_class: StyleClass) -> None:
    """Paint how a class looks: a line as if cut out of the map, with its ground, for some are white."""
    symbols = style_class.symbols
    if any(isinstance(symbol, Fill | Hatch) for symbol in symbols):
        page.swatch(box.x, box.y, box.width, box.height, style_class)
        return
    if not any(isinstance(symbol, Line) for symbol in symbols):
        page.swatch(box.x + _WITHIN, box.y, box.width - 2 * _WITHIN, box.height, style_class)
        return
    painter, area = page.painter, QRectF(box.x, box.y, box.width, box.height)
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.fillRect(area, page.color(Ink.WHITE) if page.grey else QColor(*PAPER.rgba(dark=False)))
    beyond = box.width * _BEYOND if any(Shape.LINE in symbol.on for symbol in symbols) else 0.0
    page.swatch(box.x - beyond, box.y, box.width + 2 * beyond, box.height, style_class)
    painter.restore()


def _columns(width: float, size: float) -> int:
    return max(1, min(int((width / size + _GAP) / (_COLUMN + _GAP)), _MOST))


def _wide(width: float, size: float, count: int) -> float:
    return (width - (count - 1) * _GAP * size) / count


def _rows(entries: Iterable[LegendEntry], size: float, wide: float) -> Iterator[_Row]:
    """Yield a table's title and its classes; one class of the same name stands for both, a little apart."""
    for title, group in groupby(entries, key=lambda entry: plain(entry.table_title)):
        classes = list(group)
        alone = len(classes) == 1 and plain(classes[0].title) in {"", title}
        if title and not alone:
            yield _Row((title,), apart=True)
        for entry in classes:
            yield _Row(
                lines_of(plain(entry.title) or title, size, wide - _INDENT * size, 2), entry, apart=alone
            )


def _set(entries: Sequence[LegendEntry], width: float, height: float) -> _Set:
    """Return the legend in the largest type and the fewest columns in which it fits; in the smallest if in none."""
    if len(entries) * (_SWATCH[1] + _ROW) * LEAST <= height * _columns(width, LEAST):
        for whole_titles in (True, False):
            divided, together = (
                _largest(entries, width, height, whole_titles=whole_titles, together=each)
                for each in (False, True)
            )
            if divided is not None:
                return together if together and together.size >= divided.size - _WORTH else divided
    count = _columns(width, LEAST)
    wide = _wide(width, LEAST, count)
    blocks = _blocks(_rows(entries[:_COUNTED], LEAST, wide), together=False)
    placed = _placed(blocks, height - 1.4 * LEAST, LEAST, count)
    shown = sum(row.entry is not None for _, _, row in placed)
    return _Set(LEAST, wide, placed, len(entries) - shown)


def _largest(
    entries: Sequence[LegendEntry], width: float, height: float, *, whole_titles: bool, together: bool
) -> _Set | None:
    """Return the whole legend in the largest type, and in that in the fewest columns; None where none fits."""
    least = sum(row.high + _APART * row.apart for row in _rows(entries, 1.0, inf)) - _APART * _MOST
    for size, count in ((s, n) for s in SIZES for n in range(1, _columns(width, s) + 1)):
        wide = _wide(width, size, count)
        if least * size > height * count or (whole_titles and _parted(entries, size, wide)):
            continue
        blocks = _blocks(_rows(entries, size, wide), together=together)
        if len(_placed(blocks, height + _SLACK, size, count)) == sum(map(len, blocks)):
            return _Set(size, wide, _balanced(blocks, size, count))
    return None


def _parted(entries: Sequence[LegendEntry], size: float, wide: float) -> bool:
    """Whether a title of common length would not stay on one line."""
    room = wide - _INDENT * size
    return any(len(e.title) <= _COMMON and width_of(plain(e.title), size) > room for e in entries)


def _balanced(blocks: Sequence[Sequence[_Row]], size: float, count: int) -> _Placed:
    """Return all of a legend in so many columns, as even as they can be."""
    rows = sum(map(len, blocks))
    total = sum(row.high + _APART * row.apart for block in blocks for row in block) * size
    low, high = total / count, total
    for _ in range(12 if count > 1 else 0):
        middle = (low + high) / 2
        if len(_placed(blocks, middle, size, count)) == rows:
            high = middle
        else:
            low = middle
    return _placed(blocks, high + _SLACK, size, count)


def _blocks(rows: Iterable[_Row], *, together: bool) -> list[list[_Row]]:
    """Return what stays in one column: a table, or its title and first class, and each further class."""
    blocks: list[list[_Row]] = []
    for row in rows:
        titled = bool(blocks) and blocks[-1][-1].entry is None
        if blocks and not row.apart and (together or titled):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _placed(blocks: Iterable[Sequence[_Row]], height: float, size: float, count: int) -> _Placed:
    """Return the rows that fit into columns of a height, block by block."""
    placed: list[tuple[int, float, _Row]] = []
    column, y = 0, 0.0
    for block in blocks:
        high = sum(row.high for row in block) * size
        apart = _APART * size if block[0].apart and y else 0.0
        if y and y + apart + high > height:
            column, y, apart = column + 1, 0.0, 0.0
        if column == count or y + high > height:
            break
        y += apart
        for row in block:
            placed.append((column, y, row))
            y += row.high * size
    return tuple(placed)
