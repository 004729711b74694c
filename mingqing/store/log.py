"""The log as an account reads it: entries chosen, proved, and as a table for people."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from mingqing.access.audit import BEGUN, DONE, REFUSED, Entry, title_of
from mingqing.core.cells import inert_cell
from mingqing.core.text import tr
from mingqing.store.audit import COLUMNS, verify
from mingqing.store.owner import owner
from mingqing.store.session import Session


def entries(
    session: Session,
    *,
    account: str | None = None,
    acts: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
) -> list[Entry]:
    """Return entries, the newest first.

    Parameters
    ----------
    acts : only of these acts.
    since, until : ISO dates or times, both included.
    limit : so many at most.

    Raises
    ------
    NotAllowed
        if the account may not read the log.
    """
    session.require_log_reader()
    conditions: list[str] = []
    values: list[str] = []
    for condition, value in (("account = ?", account), ("at >= ?", since), ("at < ? || '~'", until)):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if acts:
        conditions.append(f"act IN ({', '.join('?' * len(acts))})")
        values += acts
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    top = f" LIMIT {int(limit)}" if limit is not None else ""
    with owner(session, spatial=False) as database:
        rows = database.execute(
            f"SELECT {COLUMNS} FROM mq_audit{where} ORDER BY seq DESC{top}", tuple(values)
        )
        return [Entry(*row) for row in rows]


def verify_log(session: Session) -> list[str]:
    """Return what `verify` does, to anybody who may open the project."""
    with owner(session, spatial=False) as database:
        return verify(database)


_OUTCOMES = {DONE: "完成", REFUSED: "被拒绝", BEGUN: "开始"}
TITLES = ("序号", "时间", "账号", "操作", "对象", "条数", "结果", "说明", "摘要")


def as_row(entry: Entry) -> tuple[Any, ...]:
    """Return an entry as people read it, under `TITLES`."""
    outcome = tr(_OUTCOMES.get(entry.outcome, entry.outcome))
    rows = "" if entry.rows is None else entry.rows
    when = entry.at.replace("T", " ")[:19]
    return (
        entry.seq,
        when,
        entry.account,
        title_of(entry.act),
        entry.target,
        rows,
        outcome,
        entry.detail,
        entry.proof.removeprefix("change:"),
    )


def as_csv(found: Sequence[Entry]) -> bytes:
    """Return entries as a file that Excel opens as it is; no cell of it is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(tr, TITLES))
    writer.writerows(map(inert_cell, as_row(entry)) for entry in found)
    return text.getvalue().encode("utf-8-sig")
