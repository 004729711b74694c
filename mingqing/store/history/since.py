"""What is other than it was at a change: not what was done since, but what came of it.

What was changed and taken back, or changed back by hand, is as it was, and is not told.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingqing.access.audit import Act
from mingqing.store.history.past import Past, State, Step, past
from mingqing.store.history.versions import STAMPED

if TYPE_CHECKING:
    from mingqing.store.session import Session

# Rows that an import added are told by when and by whom; those of the same second that were there before it are not it.
_BROUGHT = (
    "created_at = ?1 ->> 'at' AND created_by = ?1 ->> 'by' AND NOT EXISTS (SELECT 1 FROM mq_touched t"
    " WHERE t.name = ?1 ->> 'table' AND t.row = id AND t.seq <= ?1 ->> 'seq')"
)


@dataclass(frozen=True, slots=True)
class Altered:
    """A row that is other than it was.

    before, after : the row as the account sees it; None where it was not there.
    fields : those looked at that differ, "geometry" among them; all of a row that came or went.
    at : when it was changed last, ISO 8601.
    """

    table: str
    id: int
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    fields: frozenset[str]
    at: str


def last_change(session: "Session") -> int:
    """Return the number of the latest change of a project; 0 where there is none."""
    with past(session) as found:
        return int(found.database.execute("SELECT max(seq) FROM mq_change").get or 0)


def altered(
    session: "Session",
    seq: int,
    fields: Mapping[str, Collection[str]],
    villages: Collection[str | None],
    rows: Mapping[str, Collection[int]] | None = None,
) -> list[Altered]:
    """Return the rows that are other than they were after the change `seq`, by table and id.

    Parameters
    ----------
    fields : by table, what is looked at; "geometry" for the shape.
    villages : codes of the villages whose rows are looked at, None for rows of no village.
    rows : ids, by table, of rows that are looked at wherever they are.
    """
    with past(session) as found:
        looked = {table: names for table, names in fields.items() if found.sees(table)}
        touched = _touched(found, seq, looked, villages, rows or {})
        brought = _brought(found, seq, looked, villages)
        times = dict(found.database.execute("SELECT seq, at FROM mq_change WHERE seq > ?", (seq,)))
        made: list[Altered] = []
        for table, names in looked.items():
            new = brought.get(table, {})
            other = touched.get(table, set()) - new.keys()
            made += _of_table(found, table, frozenset(names), seq, other, times)
            made += _new(found, table, frozenset(names), new)
    return sorted(made, key=lambda a: (a.table, a.id))


def _touched(
    found: Past,
    seq: int,
    looked: Collection[str],
    villages: Collection[str | None],
    rows: Mapping[str, Collection[int]],
) -> Mapping[str, set[int]]:
    """Return the rows that were touched since, by table."""
    touched: defaultdict[str, set[int]] = defaultdict(set)
    sql = (
        "SELECT t.name, t.row FROM json_each(?) v CROSS JOIN mq_touched t ON t.village IS v.value AND t.seq > ?"
        " WHERE t.name IN (SELECT value FROM json_each(?))"
    )
    for table, row in found.database.execute(
        sql, (json.dumps(list(villages)), seq, json.dumps(list(looked)))
    ):
        touched[table].add(row)
    for table in rows.keys() & set(looked):
        touched[table].update(found.touches(table, rows[table], since=seq))
    return touched


def _of_table(
    found: Past,
    table: str,
    names: frozenset[str],
    seq: int,
    touched: Collection[int],
    times: Mapping[int, str],
) -> Iterator[Altered]:
    if not touched:
        return
    there = found.now(table, touched)
    steps = found.steps(table, {row: there.get(row) for row in touched}, since=seq)
    for row, taken in steps.items():
        before, after = (taken[-1].before, taken[0].after) if taken else (None, None)
        if taken and found.within(before, after) and (differ := _differing(before, after, names)):
            yield _altered(found, table, row, (before, after), differ, times[_last_of(taken, differ)])


def _differing(before: State, after: State, names: frozenset[str]) -> frozenset[str]:
    if before is None or after is None:
        return names if before is not after else frozenset()
    return frozenset(n for n in names if before.get(n) != after.get(n))


def _last_of(taken: Sequence[Step], differ: frozenset[str]) -> int:
    """Return the number of the latest of a row's changes that has to do with what differs."""
    for step in taken:
        before, after = step.change.before, step.change.after
        if before is None or after is None or not differ.isdisjoint((*before, *after)):
            return step.seq
    return taken[0].seq


def _altered(
    found: Past, table: str, row: int, states: tuple[State, State], differ: frozenset[str], at: str
) -> Altered:
    definition = found.session.catalog.tables[table]
    before, after = (None if s is None else found.shown(definition, s) for s in states)
    return Altered(table, row, before, after, differ - STAMPED, at)


def _brought(
    found: Past, seq: int, looked: Collection[str], villages: Collection[str | None]
) -> dict[str, dict[int, State]]:
    """Return the rows that imports added since, by table and id: these are not among those that were touched."""
    brought: dict[str, dict[int, State]] = defaultdict(dict)
    sql = "SELECT at, account, counts FROM mq_change WHERE kind = ? AND seq > ?"
    for at, by, counts in found.database.execute(sql, (Act.IMPORT.value, seq)).fetchall():
        added = {t for t, n in json.loads(str(counts)).items() if n[0]}
        for table in added & set(looked):
            stamped = json.dumps({"at": at, "by": by, "table": table, "seq": seq})
            rows = found.whole(table, _BROUGHT, stamped)
            brought[table].update({i: s for i, s in rows.items() if s and s["village_code"] in villages})
    return brought


def _new(
    found: Past,
    table: str,
    names: frozenset[str],
    brought: Mapping[int, State],
) -> Iterator[Altered]:
    for row, state in brought.items():
        if state is not None and found.within(state):
            yield _altered(found, table, row, (None, state), names, str(state["created_at"]))
