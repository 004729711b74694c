"""What was done in a village, action by action."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mingqing.access.audit import Act
from mingqing.store.edit import VILLAGE
from mingqing.store.history.past import Past, past

if TYPE_CHECKING:
    from mingqing.store.session import Session


@dataclass(slots=True)
class Done:
    """A finished action: `tables` counts the rows that it touched, by table; `at` is ISO 8601, `kind` an `Act`."""

    seq: int
    at: str
    by: str
    why: str
    kind: str
    tables: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions: of one account, with rows of one table, on and after a day (ISO date). Empty is any."""

    by: str = ""
    table: str = ""
    since: str = ""


ANY = Wanted()


def of_village(
    session: "Session",
    village: str | None,
    limit: int = 50,
    *,
    before: int | None = None,
    wanted: Wanted = ANY,
) -> list[Done]:
    """Return what was done in a village, or in all of the account's, the latest first.

    before : only changes before this number: the last one of the page before.
    """
    with past(session) as found:
        tables = [t for t in session.catalog.tables if found.sees(t) and wanted.table in {"", t}]
        until = before if before is not None else 1 << 62
        done: dict[int, Done] = {}
        for seq, at, by, why, kind, table, count in found.database.execute(
            _touched_sql(found, village), (json.dumps(tables), village, until, wanted.by, wanted.since, limit)
        ):
            done.setdefault(seq, Done(seq, at, by, why, kind)).tables[table] = count
        if village is None and found.policy.villages is None:  # all of a county's rows need not be looked at
            _add_all_imports(found, tables, until, wanted, done)
        else:
            for table in tables:
                _add_imports(found, table, village, until, wanted, done)
    return sorted(done.values(), key=lambda d: -d.seq)[:limit]


def authors(session: "Session", village: str | None) -> list[str]:
    """Return who changed something in a village, or in all of the account's."""
    return sorted({done.by for done in of_village(session, village, 1 << 30)})


def _touched_sql(found: Past, village: str | None) -> str:
    """Return the SQL of actions with the rows they touched; parameters as `of_village` gives them."""
    scope = found.policy.scope_sql
    conditions = ["t.name IN (SELECT value FROM json_each(?1))", scope("t.village")]
    conditions.append("t.village = ?2" if village is not None else "?2 IS NULL")
    if found.policy.villages is not None:  # a row that is elsewhere now, or was when it was deleted
        last = "SELECT village FROM mq_touched l WHERE l.name = t.name AND l.row = t.row ORDER BY seq DESC LIMIT 1"
        conditions.append(scope(f"({last})"))
        conditions += [
            f"(t.name <> '{n}' OR NOT EXISTS(SELECT 1 FROM main.\"{n}\" x WHERE x.id = t.row"
            f" AND NOT {scope('x.village_code')}))"
            for n in found.session.catalog.tables
            if found.sees(n)
        ]
    of_it = " AND ".join(conditions)
    return (
        "SELECT c.seq, c.at, c.account, c.why, c.kind, t.name, count(*) FROM ("
        " SELECT DISTINCT t.seq FROM mq_touched t JOIN mq_change c ON c.seq = t.seq"
        f" WHERE {of_it} AND t.seq < ?3 AND ?4 IN ('', c.account) AND c.at >= ?5"
        " ORDER BY t.seq DESC LIMIT ?6"
        f") page JOIN mq_touched t ON t.seq = page.seq JOIN mq_change c ON c.seq = t.seq WHERE {of_it}"
        " GROUP BY c.seq, t.name"
    )


def _add_imports(
    found: Past, table: str, village: str | None, until: int, wanted: Wanted, done: dict[int, Done]
) -> None:
    """Add the imports that brought rows that are there: those rows tell when they came, and by whom."""
    where = f'{found.policy.scope_sql(VILLAGE)} AND (?1 IS NULL OR "{VILLAGE}" = ?1)'
    sql = (
        "SELECT c.seq, c.at, c.account, c.why, r.n FROM"
        f' (SELECT created_at, created_by, count(*) n FROM main."{table}" WHERE {where} GROUP BY 1, 2) r'
        " JOIN mq_change c ON c.at = r.created_at AND c.account = r.created_by AND c.kind = ?2"
        " WHERE c.seq < ?3 AND ?4 IN ('', c.account) AND c.at >= ?5"
    )
    values = (village, Act.IMPORT.value, until, wanted.by, wanted.since)
    for seq, at, by, why, count in found.database.execute(sql, values):
        tables = done.setdefault(seq, Done(seq, at, by, why, Act.IMPORT)).tables
        tables[table] = tables.get(table, 0) + count


def _add_all_imports(
    found: Past, tables: Collection[str], until: int, wanted: Wanted, done: dict[int, Done]
) -> None:
    """Add the imports of the whole project, as they counted themselves."""
    sql = (
        "SELECT seq, at, account, why, counts FROM mq_change"
        " WHERE kind = ? AND seq < ? AND ? IN ('', account) AND at >= ?"
    )
    values = (Act.IMPORT.value, until, wanted.by, wanted.since)
    for seq, at, by, why, counts in found.database.execute(sql, values):
        seen = {t: sum(n) for t, n in json.loads(counts).items() if t in tables}
        if seen:
            done.setdefault(seq, Done(seq, at, by, why, Act.IMPORT)).tables.update(seen)
