"""Forms to be read and to be filled in: a section's name down its side, rows of labels and what is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mingqing.printing.paper.flow import BEGUN_MM, LEADING, Block, write
from mingqing.printing.paper.page import PT, Align, Ink, Page
from mingqing.printing.paper.text import width_of, wrap

_PAD = 1.0
_LEAST_ROW = 1.9  # heights of a character: room to fill in by hand


@dataclass(frozen=True, slots=True)
class Field:
    """A cell of a form. share : of the width of its row.

    label : it says what stands in the next. larger : how much larger than the form's type.
    most : lines at most; what is longer ends in an ellipsis, so that a form keeps to its page.
    """

    text: str
    share: float
    label: bool = False
    bold: bool = False
    larger: float = 1.0
    ink: Ink = Ink.TEXT
    align: Align = Align.LEFT
    most: int = 6


def label(text: str, share: float) -> Field:
    """Return the cell that says what stands in the next."""
    return Field(text, share, label=True, ink=Ink.SOFT, align=Align.MIDDLE)


@dataclass(frozen=True)
class Form:
    """Rows of cells. side : what stands down the left edge. size : points. least : of a row, in heights of type."""

    side: str
    rows: Sequence[Sequence[Field]]
    size: float = 10.0
    fill: Ink = Ink.ACCENT
    least: float = _LEAST_ROW
    keep_with_next: bool = False

    def height(self, width: float) -> float:
        """Return how high it is."""
        return sum(self._heights(width))

    def begun(self, width: float) -> float:
        """Return the height of some rows."""
        return min(self.height(width), BEGUN_MM)

    def split(self, width: float, room: float, *, fresh: bool) -> tuple[Block | None, Block | None]:
        """Return the rows that fit, and the rest under the same name."""
        used, n = 0.0, 0
        for high in self._heights(width):
            if used + high > room + 1e-6:
                break
            used, n = used + high, n + 1
        n = max(n, 1 if fresh else 0)
        if n >= len(self.rows):
            return self, None
        return (replace(self, rows=self.rows[:n]), replace(self, rows=self.rows[n:])) if n else (None, self)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint it."""
        high = self._heights(width)
        side = self._side
        page.fill(x, y, side, sum(high), self.fill)
        self._name(page, x, y, sum(high))
        top = y
        for row, tall in zip(self.rows, high, strict=True):
            left = x + side
            for cell, wide in zip(row, self._widths(row, width), strict=True):
                self._draw_cell(page, cell, (left, top, wide, tall))
                left += wide
            top += tall
        page.frame(x, y, width, sum(high), line=0.3, ink=Ink.FRAME)

    @property
    def _side(self) -> float:
        return self.size * PT * 1.7 if self.side else 0.0

    def _widths(self, row: Sequence[Field], width: float) -> list[float]:
        total = sum(cell.share for cell in row)
        return [cell.share / total * (width - self._side) for cell in row]

    def _lines(self, cell: Field, width: float) -> tuple[str, ...]:
        size = self.size * PT * cell.larger
        lines = wrap(cell.text, size, width - 2 * _PAD, bold=cell.bold)
        if len(lines) <= cell.most:
            return lines
        last = lines[cell.most - 1]
        while last and width_of(f"{last}…", size, bold=cell.bold) > width - 2 * _PAD:
            last = last[:-1]
        return *lines[: cell.most - 1], f"{last}…"

    def _heights(self, width: float) -> list[float]:
        em = self.size * PT
        return [
            max(
                self.least * em,
                *(
                    len(self._lines(cell, wide)) * em * cell.larger * LEADING + 0.6
                    for cell, wide in zip(row, self._widths(row, width), strict=True)
                ),
            )
            for row in self.rows
        ]

    def _draw_cell(self, page: Page, cell: Field, box: tuple[float, float, float, float]) -> None:
        x, y, width, height = box
        if cell.label:
            page.fill(x, y, width, height, Ink.HEAD)
        page.frame(x, y, width, height)
        lines, size = self._lines(cell, width), self.size * cell.larger
        top = y + (height - len(lines) * size * PT * LEADING) / 2
        write(
            page, lines, x + _PAD, top, width - 2 * _PAD, size, bold=cell.bold, ink=cell.ink, align=cell.align
        )

    def _name(self, page: Page, x: float, y: float, height: float) -> None:
        """Write the section's name downwards, smaller where it would not fit."""
        if not self.side:
            return
        em = min(self.size * PT, height * 0.92 / len(self.side) / 1.12)
        top = y + (height - len(self.side) * em * 1.12) / 2
        for n, character in enumerate(self.side):
            left = x + (self._side - em) / 2
            page.text(left, top + n * em * 1.12, character, em, bold=True, ink=Ink.WHITE)
