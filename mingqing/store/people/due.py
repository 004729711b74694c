"""The queue of rows about people whose term of keeping has passed: to be kept longer with a reason, or erased."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.people.who import require_reason, require_whole
from mingqing.store.session import Session
from mingqing.store.settled import replaced

_TERM = "keep_until"
_MOST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Due:
    """One row past its term. `name` is what the row is called, `village` a 12-digit code."""

    table: str
    id: int
    name: str
    village: str | None
    keep_until: str


def due(session: Session, on: date) -> list[Due]:
    """Return the rows whose `keep_until` lies before a day, by table, village and term.

    Only of the account's villages. A term of a year or a month ends with it.

    Raises
    ------
    NotAllowed
        to who may not edit people's tables whole: nothing to review and nothing to be seen must not look alike.
    """
    require_whole(session.policy, Action.EDIT)
    found = [
        one
        for table in session.catalog.tables.values()
        if _TERM in table.column_names
        for one in _due_of(session, table, on.isoformat())
    ]
    order = list(session.catalog.tables)
    return sorted(found, key=lambda d: (order.index(d.table), d.village or "", d.keep_until, d.id))


def keep_longer(session: Session, table: str, ids: Iterable[int], until: date, why: str) -> int:
    """Give rows a new term, with the reason in history and log; return how many.

    Raises
    ------
    InputRefused
        if the day is not to come or too far off, a row is not there, or no reason is given.
    """
    definition = session.catalog.tables.get(table)
    if definition is None or _TERM not in definition.column_names:
        raise InputRefused(tr("“{table}”没有保存期限").format(table=table))
    today = date.today()  # noqa: DTZ011 - a day of the office's calendar
    if until <= today:
        raise InputRefused(tr("新的保存期限要在今天以后"))
    if (
        until.isoformat() > f"{today.year + _MOST_YEARS}{today.isoformat()[4:]}"
    ):  # as text: of a 29th of February too
        raise InputRefused(tr("一次最多延长到 {n} 年以后，到期再复核").format(n=_MOST_YEARS))
    reason = tr("延长保存期限到 {until}：{why}").format(until=until, why=require_reason(why))
    rows = sorted(set(ids))
    there = {int(i): term for i, term in session.rows(table, ["id", _TERM])}
    if not rows or not there.keys() >= set(rows):
        raise InputRefused(tr("没有这条记录，或不在您管辖的村"))
    with session.transaction(Act.EDIT, reason) as change:
        change.update(table, rows, {_TERM: [until.isoformat()] * len(rows)})
        facts = [replaced(table, i, _TERM, there[i]) for i in rows if there[i] is not None]
        change.settle(session.settled().digests_of(facts))
    return len(rows)


def _last_day(term: str) -> str:
    """The last day of a date that may be a year or a month; compared as text, so a 31st of June does no harm."""
    return term + "9999-12-31"[len(term) :] if len(term) < len("2026-01-01") else term


def _due_of(session: Session, table: Table, today: str) -> Iterator[Due]:
    """The rows of one table; one that is not called by a name of its own is called by the person it is about."""
    owner = table.field_by_name[table.located_at[0]] if table.located_at else None
    named_by = owner if owner and table.field_by_name[table.title_field].mask is None else None
    names: dict[object, object] = {}
    if named_by and named_by.references:
        title = session.catalog.tables[named_by.references].title_field
        names = dict(session.rows(named_by.references, ["id", title]))
    columns = ["id", "village_code", _TERM, table.title_field, named_by.name if named_by else "id"]
    for row, village, term, title, other in session.rows(table.name, columns):
        if term is not None and _last_day(term) < today:
            called = "：".join(str(part) for part in (names.get(other), title) if part)
            yield Due(table.name, row, called, village, term)
