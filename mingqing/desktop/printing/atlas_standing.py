"""How all the maps that might be wanted stand to those in the folder, counted and in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mingqing.core.text import tr
from mingqing.printing.atlas.kept import Estimate, Shelf
from mingqing.printing.atlas.order import Options
from mingqing.printing.atlas.plan import Planned, State, plan
from mingqing.printing.atlas.run import suitable_jobs

if TYPE_CHECKING:
    from mingqing.printing.wall.asked import Asked
    from mingqing.store.session import Session

Note = tuple[str, str]
"""Words, and the name of the colour they have."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How maps stand. each : what one of them takes, by the clock; None where nobody measured it yet."""

    planned: tuple[Planned, ...] = ()
    each: Estimate | None = None

    @classmethod
    def of(cls, session: "Session", wanted: Sequence["Asked"], folder: Path, options: Options) -> "Standing":
        """Look."""
        shelf = Shelf.of(folder)
        one = shelf.estimate(1)
        each = None if one is None else Estimate(one.seconds / suitable_jobs(), one.bytes)
        return cls(plan(session, wanted, shelf, options).maps, each)

    def count(self, villages: frozenset[str]) -> Counter[State]:
        """Count the maps of some villages by how they stand."""
        return Counter(p.state for p in self.planned if p.asked.village in villages)

    @property
    def notes(self) -> dict[str, Note]:
        """What is to be said beside each village."""
        return {code: _note(count) for code, count in self._counted(by_township=False).items()}

    @property
    def townships(self) -> dict[str, Note]:
        """What is to be said beside each township."""
        counted = self._counted(by_township=True)
        return {name: _note(count, tr("没画完")) for name, count in counted.items()}

    @property
    def due(self) -> frozenset[str]:
        """The codes of the villages of which a map is to be drawn."""
        return frozenset(p.asked.village for p in self.planned if p.state is not State.CURRENT)

    def _counted(self, *, by_township: bool) -> dict[str, Counter[State]]:
        counted: dict[str, Counter[State]] = {}
        for each in self.planned:
            key = each.township if by_township else each.asked.village
            counted.setdefault(key, Counter())[each.state] += 1
        return counted


def to_draw(count: Counter[State]) -> int:
    """Return how many of the maps counted are to be drawn."""
    return count[State.ABSENT] + count[State.CHANGED]


def in_words(count: Counter[State]) -> str:
    """Return what is to be drawn.

    Examples
    --------
    >>> in_words(Counter({State.CURRENT: 12, State.CHANGED: 1, State.ABSENT: 5}))
    '要画 6 张，12 张没有变化不用重画'
    """
    current, drawn = count[State.CURRENT], to_draw(count)
    if not drawn:
        return tr("都画过了，数据没有变化，不用再画")
    if not current:
        return tr("都要画")
    return tr("要画 {n:,} 张，{m:,} 张没有变化不用重画").format(n=drawn, m=current)


def how_large(size: float) -> str:
    """Return a size in bytes as one says it.

    Examples
    --------
    >>> how_large(900), how_large(250_000), how_large(12_345_678), how_large(2.4e9)
    ('1 KB', '250 KB', '12 MB', '2.4 GB')
    """
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            number = size / bytes_
            return f"{number:.0f} {unit}" if number >= 10 else f"{number:.1f} {unit}"
    return f"{max(round(size / 1e3), 1)} KB"


def _note(count: Counter[State], partly: str = "") -> Note:
    if count[State.CHANGED]:
        return tr("{n} 张有变化").format(n=count[State.CHANGED]), "warning"
    if count[State.ABSENT] and count[State.CURRENT]:
        return partly or tr("还缺 {n} 张").format(n=count[State.ABSENT]), "muted"
    return (tr("没画过"), "muted") if count[State.ABSENT] else (tr("已是最新"), "good")
