"""What was done in a village, action by action."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mingqing.access.audit import Act
from mingqing.store.history.past import Past, past
from mingqing.store.unique import VILLAGE

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
        for one, counts in _imports(found, village, until, wanted):
            if brought := {t: n for t, n in counts.items() if t in tables}:
                here = done.setdefault(one.seq, one).tables
                here.update(
                    {t: max(n, here.get(t, 0)) for t, n in brought.items()}
                )  # it may have linked them
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


def _imports(
    found: Past, village: str | None, until: int, wanted: Wanted
) -> Iterator[tuple[Done, Mapping[str, int]]]:
    """Yield imports, each with the number of rows it brought, by table.

    Of a village, the rows that are there tell when they came, and by whom; the whole project need not be looked
    through, for an import has counted what it did.
    """
    whole = village is None and found.policy.villages is None
    brought: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    where = found.policy.scope_sql(VILLAGE) + (
        f" AND {VILLAGE} = ?1" if village is not None else " AND ?1 IS NULL"
    )
    for table in () if whole else filter(found.sees, found.session.catalog.tables):
        sql = f'SELECT created_at, created_by, count(*) FROM main."{table}" WHERE {where} GROUP BY 1, 2'
        for at, by, count in found.database.execute(sql, (village,)):
            brought[(at, by)][table] = count
    sql = (
        "SELECT seq, at, account, why, counts FROM mq_change"
        " WHERE kind = ? AND seq < ? AND ? IN ('', account) AND at >= ?"
    )
    values = (Act.IMPORT.value, until, wanted.by, wanted.since)
    for seq, at, by, why, counts in found.database.execute(sql, values):
        told = (
            {t: n[0] for t, n in json.loads(counts).items() if n[0]} if whole else brought.get((at, by), {})
        )
        yield Done(seq, at, by, why, Act.IMPORT), told
