"""Conditions on one field, as the account sees it; of a reference, on what names the row it points to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mingqing.store.changes import Value

Clause = tuple[str, list[Value]]
"""A condition in SQL, and the values bound to it in their order."""


@dataclass(frozen=True, slots=True)
class Holds:
    """Rows whose text has this in it, in capitals or not."""

    column: str
    text: str

    def sql(self, shown: str) -> Clause:
        """Return the condition on the expression `shown`, and its values."""
        return f"instr(lower({shown}), lower(?))", [self.text]


@dataclass(frozen=True, slots=True)
class Between:
    """Rows whose number, or date in ISO 8601, is between two, both included unless `strict`; None for no limit."""

    column: str
    low: float | str | None
    high: float | str | None
    strict: bool = False

    def sql(self, shown: str) -> Clause:
        """Return the condition on the expression `shown`, and its values."""
        above, below = (">", "<") if self.strict else (">=", "<=")
        limits = [
            (sign, value) for sign, value in ((above, self.low), (below, self.high)) if value is not None
        ]
        return " AND ".join(f"{shown} {sign} ?" for sign, _ in limits) or "1", [value for _, value in limits]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Rows with one of these values; None stands for those that have none."""

    column: str
    values: frozenset[Value]

    def sql(self, shown: str) -> Clause:
        """Return the condition on the expression `shown`, and its values."""
        given: list[Value] = sorted((v for v in self.values if v is not None), key=str)
        empty = f" OR coalesce({shown}, '') = ''" if None in self.values else ""
        return f"({shown} IN ({', '.join('?' * len(given))}){empty})", given


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows that have a value, or have none."""

    column: str
    filled: bool

    def sql(self, shown: str) -> Clause:
        """Return the condition on the expression `shown`, and its values."""
        return f"coalesce({shown}, '') {'<>' if self.filled else '='} ''", []


@dataclass(frozen=True, slots=True)
class Aged:
    """Rows whose date of birth makes them, today and in whole years, at least and at most so old; None for no limit."""

    column: str
    low: int | None
    high: int | None

    def sql(self, shown: str) -> Clause:
        """Return the condition on the expression `shown`, and its values."""
        latest = None if self.low is None else _birthday(self.low)
        earliest = None if self.high is None else _birthday(self.high + 1)
        parts = [f"{shown} {sign} ?" for sign, day in (("<=", latest), (">", earliest)) if day is not None]
        return " AND ".join(parts) or "1", [day for day in (latest, earliest) if day is not None]


def _birthday(age: int) -> str:
    """The day of birth of who is so old today; as text, so that there need be no 29th of February."""
    today = datetime.now(UTC).astimezone()
    return f"{max(today.year - age, 0):04}-{today.month:02}-{today.day:02}"


Filter = Holds | Between | OneOf | Filled | Aged
