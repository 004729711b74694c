"""Blocks that follow one another down pages: what does not fit goes on overleaf, under its heading again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.paper.page import PT, Align, Document, Ink, Page, Paper
from mingqing.printing.paper.text import width_of, wrap

LEADING = 1.45
"""Height of a line to that of its characters."""
BEGUN_MM = 22.0
"""So much of a long block is enough under its heading."""
_FOOTER_PT = 8.0
_SLACK = 1e-6  # lengths are sums


class Block(Protocol):
    """Something on a page; lengths in millimetres."""

    @property
    def keep_with_next(self) -> bool:
        """Whether it does not stand at the foot of a page without what follows."""
        ...

    def height(self, width: float) -> float:
        """Return how high it is at this width."""
        ...

    def begun(self, width: float) -> float:
        """Return how much of it stands at the foot of a page at least, under a heading."""
        ...

    def split(self, width: float, room: float, *, fresh: bool) -> "tuple[Block | None, Block | None]":
        """Return what of it fits in `room`, and the rest.

        fresh : the room is a whole page; then something has to be taken.
        """
        ...

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint it with its upper left corner at (x, y)."""
        ...


@dataclass(frozen=True)
class _Whole:
    """A block that is not divided."""

    keep_with_next = False

    def height(self, width: float) -> float:
        """Return how high it is."""
        raise NotImplementedError

    def begun(self, width: float) -> float:
        """Return its height."""
        return self.height(width)

    def split(self, width: float, room: float, *, fresh: bool) -> "tuple[Block | None, Block | None]":
        """Return it on one side or the other."""
        whole: Block = self  # type: ignore[assignment]
        return (whole, None) if fresh or self.height(width) <= room + _SLACK else (None, whole)


@dataclass(frozen=True)
class Gap(_Whole):
    """Nothing, so high."""

    mm: float

    def height(self, width: float) -> float:  # noqa: ARG002
        """Return how high it is."""
        return self.mm

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint nothing."""


@dataclass(frozen=True)
class Paragraph:
    """Text in lines. size : points."""

    text: str
    size: float = 10.0
    bold: bool = False
    ink: Ink = Ink.TEXT
    align: Align = Align.LEFT
    after: float = 1.2
    keep_with_next: bool = False

    def lines(self, width: float) -> tuple[str, ...]:
        """Return its lines."""
        return wrap(self.text, self.size * PT, width, bold=self.bold)

    def height(self, width: float) -> float:
        """Return how high it is with the space after it."""
        return len(self.lines(width)) * self.size * PT * LEADING + self.after

    def begun(self, width: float) -> float:
        """Return the height of some lines."""
        return min(self.height(width), BEGUN_MM)

    def split(self, width: float, room: float, *, fresh: bool) -> tuple[Block | None, Block | None]:
        """Return the lines that fit, and the rest."""
        lines = self.lines(width)
        n = max(int((room + _SLACK) / (self.size * PT * LEADING)), 1 if fresh else 0)
        if n >= len(lines):
            return self, None
        if n == 0:
            return None, self
        return self._of(lines[:n]), self._of(lines[n:])

    def _of(self, lines: Sequence[str]) -> "Paragraph":
        return Paragraph("\n".join(lines), self.size, self.bold, self.ink, self.align, self.after)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint the lines."""
        write(page, self.lines(width), x, y, width, self.size, bold=self.bold, ink=self.ink, align=self.align)


def title(text: str) -> Paragraph:
    """Return the title of a document."""
    return Paragraph(text, 18.0, bold=True, align=Align.MIDDLE, after=1.5, keep_with_next=True)


def heading(text: str) -> Paragraph:
    """Return the heading of a section, on one page with what follows."""
    return Paragraph(text, 12.0, bold=True, ink=Ink.ACCENT, after=1.6, keep_with_next=True)


@dataclass(frozen=True)
class Picture(_Whole):
    """What `paint` paints with a page and a rectangle, in a frame, as wide as there is room for and `mm` high."""

    paint: Callable[[Page, float, float, float, float], None]
    mm: float

    def height(self, width: float) -> float:  # noqa: ARG002
        """Return how high it is with the space after it."""
        return self.mm + 1.5

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint the picture."""
        self.paint(page, x, y, width, self.mm)
        page.frame(x, y, width, self.mm, line=0.2, ink=Ink.FRAME)


@dataclass(frozen=True)
class Drawn(_Whole):
    """Whatever `paint` paints with a page, x, y and width, `mm` high."""

    mm: float
    paint: Callable[[Page, float, float, float], None]

    def height(self, width: float) -> float:  # noqa: ARG002
        """Return how high it is."""
        return self.mm

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        """Paint it."""
        self.paint(page, x, y, width)


def write(  # noqa: PLR0913 - where, how and what
    page: Page,
    lines: Sequence[str],
    x: float,
    y: float,
    width: float,
    size: float,
    *,
    bold: bool = False,
    ink: Ink = Ink.TEXT,
    align: Align = Align.LEFT,
) -> None:
    """Write lines of `size` points from (x, y) downwards."""
    high = size * PT
    for n, line in enumerate(lines):
        left = 0.0 if align is Align.LEFT else (width - width_of(line, high, bold=bold)) * align.value
        page.text(x + left, y + high * (n * LEADING + (LEADING - 1) / 2), line, high, bold=bold, ink=ink)


Placed = tuple[float, Block]


def laid_out(blocks: Sequence[Block], width: float, room: float) -> list[list[Placed]]:
    """Return the blocks of each page with how far down they begin; `room` is the height of a page."""
    pages: list[list[Placed]] = [[]]
    y, waiting = 0.0, list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        fresh = not pages[-1]
        if fresh and isinstance(block, Gap):
            continue
        kept = _least(block, waiting[::-1], width)
        overleaf = not fresh and y + kept > room
        head, rest = (None, block) if overleaf else block.split(width, room - y, fresh=fresh)
        if head is not None:
            pages[-1].append((y, head))
            y += head.height(width)
        if rest is not None:
            waiting.append(rest)
            pages.append([])
            y = 0.0
    return pages if pages[-1] or len(pages) == 1 else pages[:-1]


def _least(block: Block, following: Sequence[Block], width: float) -> float:
    """Return how much room a block needs for itself and the beginning of what it stays with; 0 where nothing."""
    if not block.keep_with_next or not following:
        return 0.0
    after = following[0]
    return block.height(width) + (_least(after, following[1:], width) or after.begun(width))


def room_on(paper: Paper) -> float:
    """Return how high the part of a page is that blocks have, millimetres."""
    return paper.body.height() - _FOOTER_PT * PT * 2.5


def as_pdf(
    blocks: Sequence[Block], paper: Paper, name: str, *, footer: str = "", watch: Watch = UNWATCHED
) -> bytes:
    """Return blocks as a document with numbered pages.

    Raises
    ------
    Cancelled
        once `watch`, asked before every page, says so.
    """
    with Document(paper, name) as document:
        _add(document, blocks, name, footer, watch)
    return document.pdf


def bound(
    parts: Iterable[Sequence[Block]],
    number: int,
    paper: Paper,
    name: str,
    *,
    footer: str = "",
    watch: Watch = UNWATCHED,
) -> bytes:
    """Return several documents one after the other as one PDF, the pages of each numbered by themselves.

    parts : taken one by one, each when the one before is on paper. number : how many they are.

    Raises
    ------
    Cancelled
        once `watch`, asked before each, says so.
    """
    with Document(paper, name) as document:
        for n, blocks in enumerate(parts):
            watch.step(name, n, number)
            _add(document, blocks, name, footer, Watch(cancelled=watch.cancelled))
    return document.pdf


def _add(document: Document, blocks: Sequence[Block], name: str, footer: str, watch: Watch) -> None:
    body = document.paper.body
    pages = laid_out(blocks, body.width(), room_on(document.paper))
    for number, placed in enumerate(pages, start=1):
        watch.step(name, number - 1, len(pages))
        page = document.page()
        for y, block in placed:
            block.draw(page, body.x(), body.y() + y, body.width())
        _foot(page, footer, tr("第 {n} 页 共 {all} 页").format(n=number, all=len(pages)))


def _foot(page: Page, left: str, right: str) -> None:
    body = page.paper.body
    y = body.bottom() - _FOOTER_PT * PT * 1.2
    page.rule(body.x(), y - 1.0, body.right(), y - 1.0)
    room = body.width() - width_of(right, _FOOTER_PT * PT) - 6.0
    write(page, wrap(left, _FOOTER_PT * PT, room)[:1], body.x(), y - 0.6, room, _FOOTER_PT, ink=Ink.SOFT)
    write(page, [right], body.x(), y - 0.6, body.width(), _FOOTER_PT, ink=Ink.SOFT, align=Align.RIGHT)


def printed_by(who: str, when: datetime, edition: str = "") -> str:
    """Return the left half of a footer; `edition` says what it is a print of."""
    told = tr("{when} 由 {who} 打印").format(when=f"{when:%Y-%m-%d %H:%M}", who=who)
    return " · ".join((edition or tr("民情地图"), told))
