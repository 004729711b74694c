"""The pages that lead to an atlas's maps: a line a village, a column a theme, in it the page that the map is on."""

from dataclasses import dataclass

from mingqing.core.text import tr
from mingqing.printing.paper.page import A4, Document, Ink, Page
from mingqing.printing.paper.text import width_of, wrap

_TITLE_MM, _SUB_MM, _TEXT_MM, _SMALL_MM = 8.0, 3.4, 3.5, 3.0
_HEAD_MM = 24.0
_COLUMNS_MM = 9.0
_LINE_MM = 6.4
_FOOT_MM = 8.0
_NAME_SHARE = 0.3
_FRAME = (20.0, 16.0, 20.0, 14.0)


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a number leads: a page, counted from 0, of a file in the same folder; without a name, of this one."""

    page: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A village and where its maps are, one a column; or, without any, the heading of those that follow."""

    text: str
    goals: tuple[Goal | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A rectangle on a page that leads somewhere: left, top, right, bottom, millimetres from the upper left corner."""

    page: int
    rect: tuple[float, float, float, float]
    goal: Goal


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents before it is drawn."""

    title: str
    subtitle: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def pages(self) -> int:
        """How many pages it takes."""
        return len(self._divided())

    def drawn(self) -> tuple[bytes, tuple[Link, ...]]:
        """Return it as a PDF, and where its numbers lead."""
        divided, links = self._divided(), list[Link]()
        with Document(A4, self.title) as document:
            for number, lines in enumerate(divided):
                page = document.page()
                self._head(page)
                y = _FRAME[1] + _HEAD_MM + _COLUMNS_MM
                for line in lines:
                    links += [Link(number, rect, goal) for rect, goal in self._line(page, line, y)]
                    y += _LINE_MM
                _foot(page, number + 1, len(divided))
        return document.pdf, tuple(links)

    def _divided(self) -> list[tuple[Line, ...]]:
        """Return the lines of each page; a heading does not stand alone at the foot of one."""
        room = int((A4.size_mm[1] - _FRAME[1] - _FRAME[3] - _HEAD_MM - _COLUMNS_MM - _FOOT_MM) / _LINE_MM)
        left, pages = list(self.lines), list[tuple[Line, ...]]()
        while left or not pages:
            taken = left[:room]
            if len(left) > room and not taken[-1].goals:
                taken.pop()
            pages.append(tuple(taken))
            left = left[len(taken) :]
        return pages

    def _x(self, column: int) -> float:
        """Return the left edge of a column; beyond the last one it is the right edge of the page's frame."""
        whole = A4.size_mm[0] - _FRAME[0] - _FRAME[2]
        share = (1 - _NAME_SHARE) / max(1, len(self.columns))
        return _FRAME[0] + whole * (_NAME_SHARE + share * column)

    def _head(self, page: Page) -> None:
        left, right = _FRAME[0], self._x(len(self.columns))
        middle = (left + right) / 2
        page.text(
            middle - width_of(self.title, _TITLE_MM, bold=True) / 2,
            _FRAME[1],
            self.title,
            _TITLE_MM,
            bold=True,
        )
        page.text(
            middle - width_of(self.subtitle, _SUB_MM) / 2,
            _FRAME[1] + 12.5,
            self.subtitle,
            _SUB_MM,
            ink=Ink.SOFT,
        )
        top = _FRAME[1] + _HEAD_MM
        page.fill(left, top, right - left, _COLUMNS_MM - 1.5, Ink.HEAD)
        page.text(left + 2, top + 2.2, tr("村"), _SMALL_MM, bold=True, ink=Ink.ACCENT)
        for n, column in enumerate(self.columns):
            _centred(page, self._x(n), self._x(n + 1), top + 2.2, column, bold=True)

    def _line(self, page: Page, line: Line, y: float) -> list[tuple[tuple[float, float, float, float], Goal]]:
        left, right = _FRAME[0], self._x(len(self.columns))
        room = (self._x(0) if line.goals else right) - left - 3
        text = wrap(line.text, _TEXT_MM, room, bold=not line.goals)[0]
        ink = Ink.TEXT if line.goals else Ink.ACCENT
        page.text(left + (5 if line.goals else 2), y + 1.3, text, _TEXT_MM, bold=not line.goals, ink=ink)
        page.rule(left, y + _LINE_MM, right, y + _LINE_MM, width=0.1)
        links = []
        for n, goal in enumerate(line.goals):
            said = str(goal.page + 1) if goal is not None else "—"
            _centred(page, self._x(n), self._x(n + 1), y + 1.5, said, ink=Ink.TEXT if goal else Ink.SOFT)
            if goal is not None:
                links.append(((self._x(n), y, self._x(n + 1), y + _LINE_MM), goal))
        return links


def _centred(
    page: Page, left: float, right: float, y: float, text: str, *, bold: bool = False, ink: Ink = Ink.TEXT
) -> None:
    line = wrap(text, _SMALL_MM, right - left, bold=bold)[0]
    page.text(
        (left + right - width_of(line, _SMALL_MM, bold=bold)) / 2, y, line, _SMALL_MM, bold=bold, ink=ink
    )


def _foot(page: Page, number: int, of: int) -> None:
    said = tr("目录第 {n} 页，共 {all} 页").format(n=number, all=of)
    width, height = page.paper.size_mm
    page.text(
        (width - width_of(said, _SMALL_MM)) / 2, height - _FRAME[3] - _SMALL_MM, said, _SMALL_MM, ink=Ink.SOFT
    )
