"""What part of the log is wanted, and finding it. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from mingqing.access.audit import REFUSED, Entry, title_of
from mingqing.core.text import tr
from mingqing.store.log import as_row, entries

if TYPE_CHECKING:
    from mingqing.store.session import Session


class Span(Enum):
    """How far back; the value is in days, 0 for today alone."""

    TODAY = 0
    WEEK = 7
    MONTH = 30
    ALL = None
    CHOSEN = -1

    @property
    def caption(self) -> str:
        """The choice as the page calls it."""
        return {
            Span.TODAY: tr("今天"),
            Span.WEEK: tr("近 7 天"),
            Span.MONTH: tr("近 30 天"),
            Span.ALL: tr("全部时间"),
            Span.CHOSEN: tr("自选日期"),
        }[self]


@dataclass(frozen=True)
class Query:
    """since, until : days, both included. account, act : empty for all. text : in any column, in any case."""

    since: date | None = None
    until: date | None = None
    account: str = ""
    act: str = ""
    text: str = ""

    def said(self) -> str:
        """Return in words what is wanted, for the log's own entry about its export."""
        parts = []
        if self.since is not None or self.until is not None:
            parts.append(f"{self.since or ''}–{self.until or ''}")
        if self.account:
            parts.append(tr("账号 {name}").format(name=self.account))
        if self.act:
            parts.append(title_of(self.act))
        if self.text:
            parts.append(tr("按文字筛选"))
        return "；".join(parts) or tr("全部")

    @property
    def asked(self) -> "Query":
        """The part that the store answers, without the text."""
        return Query(self.since, self.until, self.account, self.act)


def days_of(span: Span, today: date, chosen: tuple[date, date]) -> tuple[date | None, date | None]:
    """Return the first and the last day of a span.

    Examples
    --------
    >>> days_of(Span.WEEK, date(2026, 5, 8), (date.min, date.max))
    (datetime.date(2026, 5, 2), None)
    """
    if span is Span.CHOSEN:
        return min(chosen), max(chosen)
    if span.value is None:
        return None, None
    return today - timedelta(days=max(span.value - 1, 0)), None


def read(session: "Session", wanted: Query) -> list[Entry]:
    """Return the entries that are wanted but for the text, the newest first."""
    return entries(
        session,
        account=wanted.account or None,
        acts=[wanted.act] if wanted.act else (),
        since=wanted.since.isoformat() if wanted.since is not None else None,
        until=wanted.until.isoformat() if wanted.until is not None else None,
    )


def containing(found: Sequence[Entry], text: str) -> Sequence[Entry]:
    """Return the entries of which a column holds `text`, as people read them."""
    wanted = text.strip().lower()
    if not wanted:
        return found
    return [e for e in found if any(wanted in str(cell).lower() for cell in as_row(e))]


def count_refused(found: Sequence[Entry]) -> int:
    """Return how many were refused or failed."""
    return sum(e.outcome == REFUSED for e in found)
