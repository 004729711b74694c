"""A village's report, gathered: numbers, charts and tables as plain values, for paper and for a workbook."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from mingqing.catalog.color import Color
from mingqing.core.text import tr
from mingqing.printing.template.document import DocumentTemplate
from mingqing.printing.template.fill import filled
from mingqing.printing.template.model import Filled

LEAST = 3
"""So many people, households or pairs at least are told of together; see docs/decisions/0041-reports.md."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number told large. value : None where nothing is known. fewer : it is below `LEAST`, and not told."""

    title: str
    value: float | None
    unit: str
    beside: str = ""
    fewer: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, or a part of one: what it is of, how long, in which colour, and a second number told with it."""

    title: str
    value: float
    color: Color
    more: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars one below the other. more, more_unit : what the second numbers are. missing : rows of which it is not known.

    whole : whether the bars are parts of a whole, so that shares are told.
    """

    title: str
    unit: str
    bars: tuple[Bar, ...]
    more: str = ""
    more_unit: str = ""
    missing: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars side by side, in the order of time. missing : rows of which it is not known."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Shares:
    """One bar, divided. missing : rows of which it is not known."""

    title: str
    unit: str
    parts: tuple[Bar, ...]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    """People of one age."""

    title: str
    men: int
    women: int


@dataclass(frozen=True, slots=True)
class Pyramid:
    """People by age, the youngest first. missing : age or sex not known."""

    title: str
    bands: tuple[Band, ...]
    missing: int = 0
    unit: str = tr("人")


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the village beside the average of its township, and of all villages; None where nothing is known."""

    title: str
    unit: str
    value: float | None
    township: float | None
    every: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The village beside others: of how many villages the averages are, 0 for the township where it has no others."""

    title: str
    lines: tuple[Compared, ...]
    township: int
    every: int
    unit: str = ""
    missing: int = 0


Chart: TypeAlias = Bars | Columns | Shares | Pyramid | Comparison
Value: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. titles, shares : of its columns, and of its width; total : whether the last row sums up the others."""

    title: str
    titles: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: what has to be said, charts, two beside each other, and tables beneath them."""

    code: str
    title: str
    charts: tuple[Chart, ...] = ()
    grids: tuple[Grid, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.charts or self.grids)


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a village. place : what the placeholders of the template's texts stand for.

    left_out : what the account may not hand out; absent : of what the village has no rows. rows : how many were
    counted, for the log.
    """

    template: DocumentTemplate
    place: Filled
    village: str
    code: str
    township: str
    made_at: datetime
    by: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    rows: int = 0

    @property
    def title(self) -> str:
        """What stands above it."""
        return filled(self.template.title, self.place)
