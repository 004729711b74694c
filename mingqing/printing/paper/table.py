"""Tables that go on overleaf: the heading again, what belongs together on one page, tall cells cut between lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from mingqing.printing.paper.flow import BEGUN_MM, LEADING, Block, write
from mingqing.printing.paper.page import PT, Align, Ink, Page
from mingqing.printing.paper.text import wrap

_PAD_X, _PAD_Y = 1.1, 0.7


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its share of the width, and where its text stands."""

    title: str
    share: float
    align: Align = Align.LEFT
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table.

    cells : one a column; None where the cell above reaches down into this row. Of a band, which is as wide as the
        table and stays with the row below it, only one. ends : such a band that stays with the row above.
    """

    cells: tuple[str | None, ...]
    bold: bool = False
    fill: Ink | None = None
    ink: Ink = Ink.TEXT
    band: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a heading that is repeated on each page; made by `of`. size : points.

    groups : rows that stay on one page: those that share a cell, and bands with the row they stay with.
    """

    columns: Sequence[Column]
    groups: Sequence[Sequence[Line]]
    size: float = 9.0
    keep_with_next: bool = False

    @classmethod
    def of(cls, columns: Sequence[Column], lines: Iterable[Line], size: float = 9.0) -> Self:
        """Return a table of rows."""
        groups: list[list[Line]] = []
        for line in lines:
            above = groups[-1][-1] if groups else None
            if above is not None and (None in line.cells or line.ends or (above.band and not above.ends)):
                groups[-1].append(line)
            else:
                groups.append([line])
        return cls(columns, groups, size)

    @property
    def lines(self) -> list[Line]:
        """Its rows."""
        return [line for group in self.groups for line in group]

    def height(self, width: float) -> float:
        """Return how high it is."""
        sheet = _Sheet(self, width)
        return sheet.head + sum(sum(sheet.heights(group)) for group in self.groups)

    def begun(self, width: float) -> float:
        """Return the height of some rows, as many as stay together."""
        sheet = _Sheet(self, width)
        together = sheet.head + sum(sheet.heights(self.groups[0])) if self.groups else 0.0
        return min(self.height(width), max(together, BEGUN_MM))

    def split(self, width: float, room: float, *, fresh: bool) -> tuple[Block | None, Block | None]:
        """Return the rows that fit, and a table of the rest."""
        sheet = _Sheet(self, width)
        left, n = room - sheet.head, 0
        while n < len(self.groups) and (needed := sum(sheet.heights(self.groups[n]))) <= left + 1e-6:
            left, n = left - needed, n + 1
        if n == len(self.groups):
            return self, None
        if n:
            return replace(self, groups=self.groups[:n]), replace(self, groups=self.groups[n:])
        if not fresh:
            return None, self
        some, others = sheet.cut(self.groups[0], left)
        rest = [others, *self.groups[1:]] if others else self.groups[1:]
        return replace(self, groups=[some]), replace(self, groups=rest) if rest else None

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint it."""
        sheet = _Sheet(self, width)
        y = sheet.draw_head(page, x, y)
        for group in self.groups:
            y = sheet.draw_group(page, x, y, group)


@dataclass(frozen=True)
class _Sheet:
    """A table at one width."""

    table: Table
    width: float

    @cached_property
    def widths(self) -> list[float]:
        total = sum(c.share for c in self.table.columns)
        return [c.share / total * self.width for c in self.table.columns]

    @cached_property
    def head(self) -> float:
        """How high the heading is; 0 without one."""
        if not any(c.title for c in self.table.columns):
            return 0.0
        return max(self._high(self._cell(c.title, n, bold=True)) for n, c in enumerate(self.table.columns))

    def _cell(self, text: str, column: int, *, bold: bool) -> tuple[str, ...]:
        return wrap(text, self.table.size * PT, self.widths[column] - 2 * _PAD_X, bold=bold)

    def _band(self, line: Line) -> tuple[str, ...]:
        return wrap(line.cells[0] or "", self.table.size * PT, self.width - 2 * _PAD_X, bold=True)

    def _high(self, lines: Sequence[str]) -> float:
        return len(lines) * self.table.size * PT * LEADING + 2 * _PAD_Y

    def _lines(self, line: Line, column: int) -> tuple[str, ...]:
        bold = line.bold or self.table.columns[column].bold
        return self._cell(line.cells[column] or "", column, bold=bold)

    def heights(self, group: Sequence[Line]) -> list[float]:
        """Return the height of each row of a group; a cell over several rows makes them all higher if it must."""
        high = [self._high([""]) for _ in group]
        for n, line in enumerate(group):
            if line.band:
                high[n] = self._high(self._band(line))
        for first, last, column in sorted(_cells(group, len(self.widths)), key=lambda c: c[1] - c[0]):
            lacking = self._high(self._lines(group[first], column)) - sum(high[first : last + 1])
            for n in range(first, last + 1):
                high[n] += max(lacking, 0.0) / (last + 1 - first)
        return high

    def cut(self, group: Sequence[Line], room: float) -> tuple[Sequence[Line], Sequence[Line]]:
        """Return what of a group that is higher than a page fits on one, and the rest; a row at least, or a part."""
        n, used = 0, 0.0
        for n, high in enumerate(self.heights(group)):  # noqa: B007 - how far it came is what is asked
            used += high
            if used > room:
                break
        if n == 0:
            return self._cut_line(group[0], group[1:], room)
        above = group[0] if not group[0].band else group[1]
        told = [
            next((g.cells[c] for g in group[n - 1 :: -1] if not g.band and g.cells[c] is not None), "")
            for c in range(len(above.cells))
        ]
        first = replace(
            group[n], cells=tuple(told[c] if v is None else v for c, v in enumerate(group[n].cells))
        )
        return group[:n], [first, *group[n + 1 :]]

    def _cut_line(
        self, line: Line, others: Sequence[Line], room: float
    ) -> tuple[Sequence[Line], Sequence[Line]]:
        fits = max(int((room - 2 * _PAD_Y) / (self.table.size * PT * LEADING)), 1)
        cells = [self._band(line)] if line.band else [self._lines(line, c) for c in range(len(self.widths))]
        if max(map(len, cells)) <= fits:
            return [line], others
        some = replace(line, cells=tuple("\n".join(c[:fits]) for c in cells))
        return [some], [replace(line, cells=tuple("\n".join(c[fits:]) for c in cells)), *others]

    def draw_head(self, page: Page, x: float, y: float) -> float:
        """Paint the heading; return where the rows begin."""
        if not self.head:
            page.rule(x, y, x + self.width, y, width=0.25, ink=Ink.FRAME)
            return y
        page.fill(x, y, self.width, self.head, Ink.HEAD)
        left = x
        for n, column in enumerate(self.table.columns):
            lines = self._cell(column.title, n, bold=True)
            top = y + (self.head - self._high(lines)) / 2 + _PAD_Y
            width = self.widths[n] - 2 * _PAD_X
            write(page, lines, left + _PAD_X, top, width, self.table.size, bold=True, align=Align.MIDDLE)
            left += self.widths[n]
        self._rules(page, x, y, self.head)
        page.rule(x, y, x + self.width, y, width=0.25, ink=Ink.FRAME)
        page.rule(x, y + self.head, x + self.width, y + self.head, width=0.25, ink=Ink.FRAME)
        return y + self.head

    def _rules(self, page: Page, x: float, y: float, high: float) -> None:
        left = x
        for width in (0.0, *self.widths):
            left += width
            page.rule(left, y, left, y + high)

    def draw_group(self, page: Page, x: float, y: float, group: Sequence[Line]) -> float:
        """Paint rows; return where the next begin."""
        high = self.heights(group)
        tops = [y + sum(high[:n]) for n in range(len(group) + 1)]
        for n, line in enumerate(group):
            if line.fill is not None:
                page.fill(x, tops[n], self.width, high[n], line.fill)
        for n, line in enumerate(group):
            if line.band:
                write(
                    page,
                    self._band(line),
                    x + _PAD_X,
                    tops[n] + _PAD_Y,
                    self.width,
                    self.table.size,
                    bold=True,
                    ink=line.ink,
                )
                page.frame(x, tops[n], self.width, high[n])
        lefts = [x + sum(self.widths[:c]) for c in range(len(self.widths))]
        for first, last, column in _cells(group, len(self.widths)):
            page.frame(lefts[column], tops[first], self.widths[column], tops[last + 1] - tops[first])
            self._draw_cell(page, group[first], column, lefts[column], (tops[first], tops[last + 1]))
        for edge in (tops[0], tops[-1]):
            page.rule(x, edge, x + self.width, edge, width=0.22, ink=Ink.FRAME)
        return tops[-1]

    def _draw_cell(self, page: Page, line: Line, column: int, x: float, span: tuple[float, float]) -> None:
        lines, own = self._lines(line, column), self.table.columns[column]
        top = (span[0] + span[1] - self._high(lines)) / 2 + _PAD_Y
        width = self.widths[column] - 2 * _PAD_X
        bold = line.bold or own.bold
        write(page, lines, x + _PAD_X, top, width, self.table.size, bold=bold, ink=line.ink, align=own.align)


def _cells(group: Sequence[Line], columns: int) -> Iterator[tuple[int, int, int]]:
    """Yield first row, last row and column of each cell of a group."""
    for column in range(columns):
        first = -1
        for n, line in enumerate(group):
            if line.band:
                continue
            if line.cells[column] is not None or first < 0:
                first = n
            if n + 1 == len(group) or group[n + 1].band or group[n + 1].cells[column] is not None:
                yield first, n, column
