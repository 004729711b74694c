"""Counting in one village what the account may hand out; what it may not, and what there is none of, is noted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mingqing.catalog.color import Color
from mingqing.classify.charts import named
from mingqing.classify.palettes import palettes
from mingqing.core.text import tr
from mingqing.printing.report.compare import Neighbours
from mingqing.printing.report.model import LEAST, Bar
from mingqing.store.permitted import Permitted
from mingqing.store.tally import grouped

_MOST = 10  # bars of a chart
_NAMED = 14  # characters of the names of kinds that are told of together


@dataclass(frozen=True, eq=False)
class Gathering:
    """A village that is being counted. today : the day at which people are so old. near : the other villages.

    left_out : what the account may not hand out, filled while counting; absent : of what there are no rows.
    """

    permitted: Permitted
    code: str
    today: date
    near: Neighbours
    left_out: dict[str, None] = field(default_factory=dict)
    absent: dict[str, None] = field(default_factory=dict)

    def may(self, title: str, table: str, *columns: str) -> bool:
        """Whether what is counted by these columns may be told; noted under `title` where it may not."""
        told = self.permitted.tells(table, *columns)
        if not told:
            self.left_out.setdefault(title)
        return told

    def has(self, table: str) -> bool:
        """Whether the village has rows of a table, and they may be told of; noted where one is not so."""
        title = self.permitted.session.catalog.tables[table].title
        if not self.may(title, table):
            return False
        some = bool(self.grouped(table, "village_code"))
        if not some:
            self.absent.setdefault(title)
        return some

    def grouped(self, table: str, *by: str, of: str | None = None) -> list[tuple[Any, ...]]:
        """Return (a value of each of `by`..., rows, rows with a number in `of`, sum of `of`) of the village."""
        return grouped(self.permitted.session, table, by, of=of, village=self.code)

    def bars(
        self, table: str, column: str, *, of: str | None = None, style: str = ""
    ) -> tuple[tuple[Bar, ...], int]:
        """Return a bar for each value of a column, the longest first, and of how many rows it is not known.

        of : a column that is summed beside the count. style : the table's style that gives names and colours;
            without one each value has its own name and one colour.
        """
        catalog = self.permitted.session.catalog
        counts: dict[str, Bar] = {}
        missing = 0
        for value, count, filled, amount in self.grouped(table, column, of=of):
            if value in {None, ""}:
                missing += count
                continue
            title, color = named(str(value), catalog.styles[table][style]) if style else (str(value), plain())
            had = counts.get(title, Bar(title, 0, color))
            more = (had.more or 0) + amount if filled else had.more
            counts[title] = replace(had, value=had.value + count, more=more)
        return longest_first(counts.values()), missing

    def amounts(self, table: str, column: str, of: str, style: str = "") -> tuple[list[Bar], int]:
        """Return a bar for the sum of a column `of` by each value of another, how many rows beside it, as `bars` does.

        Of how many rows either is not known comes with it.
        """
        bars, _ = self.bars(table, column, of=of, style=style)
        rows = self.grouped(table, column, of=of)
        missing = sum(count - (filled if value else 0) for value, count, filled, _ in rows)
        return [Bar(bar.title, round(bar.more, 6), bar.color, bar.value) for bar in bars if bar.more], missing


def plain() -> Color:
    """Return the colour of bars that need none to be told apart."""
    return palettes().by_code["pine"].colors(5)[2]


def ramped(bars: Sequence[Bar], palette: str) -> tuple[Bar, ...]:
    """Return the parts of one bar from dark to light, so that grey tells them apart as well as colour."""
    colors = palettes().by_code[palette].colors(2 * max(len(bars), 2) + 2)
    step = 2 if len(bars) > 1 else 1
    return tuple(replace(bar, color=colors[-2 - step * n]) for n, bar in enumerate(bars))


def longest_first(bars: Iterable[Bar], most: int = _MOST) -> tuple[Bar, ...]:
    """Return bars in order, those that are too many told of together."""
    ordered = sorted(bars, key=lambda bar: (-bar.value, bar.title))
    if len(ordered) <= most:
        return tuple(ordered)
    return (*ordered[: most - 1], together(ordered[most - 1 :]))


def together(bars: Sequence[Bar]) -> Bar:
    """Return one bar for several, named after them where that is short."""
    names = "、".join(bar.title for bar in bars)
    title = names if len(names) <= _NAMED else tr("其余 {n} 类").format(n=len(bars))
    known = [bar.more for bar in bars if bar.more is not None]
    return Bar(title, sum(bar.value for bar in bars), palettes().no_data, sum(known) if known else None)


def guarded(bars: Sequence[Bar], count: Callable[[Bar], float] = lambda bar: bar.value) -> tuple[Bar, ...]:
    """Return bars that count people, none of fewer than `LEAST`: the smallest are told of together.

    Nothing where all of them together are fewer, or each one could be worked out from the others or their number.

    Examples
    --------
    >>> from mingqing.catalog.color import Color
    >>> grey = Color("#888888", "#888888")
    >>> [(b.title, b.value) for b in guarded([Bar("甲", 9, grey), Bar("乙", 4, grey), Bar("丙", 1, grey)])]
    [('甲', 9), ('乙、丙', 5)]
    >>> guarded([Bar("甲", 2, grey)])
    ()
    """
    ordered = sorted(bars, key=count)
    small = [bar for bar in ordered if count(bar) < LEAST]
    rest = ordered[len(small) :]
    while small and rest and _tells(list(map(count, small))):
        small.append(rest.pop(0))
    if not small:
        return tuple(bars)
    if _tells(list(map(count, small))):
        return ()
    kept = [bar for bar in bars if bar in rest]
    names = {bar.title for bar in small}
    return (*kept, together([bar for bar in bars if bar.title in names]))


def _tells(counts: Sequence[float]) -> bool:
    """Whether the sum of small counts is too small itself, or tells each: three kinds of three people are one each."""
    total = sum(counts)
    return total < LEAST or total <= len(counts) or total == (LEAST - 1) * len(counts)
