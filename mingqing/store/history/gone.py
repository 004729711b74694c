"""Rows that were deleted and are not back; bringing them back, and one field of a row to what it was."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingqing.catalog.model import Table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.edit import SHAPE, Edit
from mingqing.store.geometry import decode
from mingqing.store.history.past import Key, Past, past
from mingqing.store.history.versions import cells_before
from mingqing.store.unique import VILLAGE

if TYPE_CHECKING:
    from mingqing.store.session import Session

MOST_LISTED = 500
_Rows = dict[str, dict[int, "Gone"]]


@dataclass(frozen=True, slots=True)
class Gone:
    """A deleted row as it lay in the file, and the number of the change that deleted it."""

    table: str
    id: int
    seq: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deleted:
    """A row that was deleted and is not back.

    row : its cells as the account sees them. seq : of the change that deleted it, and perhaps other rows with it.
    at : ISO 8601.
    """

    table: str
    id: int
    row: Mapping[str, object]
    seq: int
    at: str
    by: str
    why: str


def deleted(
    session: "Session", table: str | None = None, village: str | None = None, *, limit: int = MOST_LISTED
) -> list[Deleted]:
    """Return rows that were deleted and not brought back, of one table or all, the latest first."""
    catalog = session.catalog
    with past(session) as found:
        gone = [
            g for t in ([table] if table else catalog.tables) for g in find_gone(found, t, village, limit)
        ]
        sql = "SELECT at, account, why FROM mq_change WHERE seq = ?"
        acts = {seq: found.database.execute(sql, (seq,)).get for seq in {g.seq for g in gone}}
        return [
            Deleted(g.table, g.id, found.shown(catalog.tables[g.table], g.cells), g.seq, *acts[g.seq])
            for g in sorted(gone, key=lambda g: (-g.seq, catalog.depth(g.table), g.id))[:limit]
        ]


def find_gone(found: Past, table: str, village: str | None = None, limit: int = MOST_LISTED) -> list[Gone]:
    """Return the rows of a table that were deleted, in a village or in all of the account's, the latest first."""
    if not found.sees(table):
        return []
    sql = (
        f"SELECT row, max(seq) FROM mq_touched t WHERE name = ?1 AND (?2 IS NULL OR village = ?2)"
        f' AND NOT EXISTS (SELECT 1 FROM main."{table}" WHERE id = t.row) GROUP BY row ORDER BY 2 DESC LIMIT ?3'
    )
    latest = dict(found.database.execute(sql, (table, village, limit)))
    return [g for g in _read(found, table, latest) if village is None or g.cells.get(VILLAGE) == village]


def _read(found: Past, table: str, latest: Mapping[int, int]) -> list[Gone]:
    """Return those rows that their latest change deleted; `latest` is its number, by row."""
    wanted: defaultdict[int, set[Key]] = defaultdict(set)
    for row, seq in latest.items():
        wanted[seq].add((table, row))
    return [
        Gone(table, change.row, seq, change.before)
        for (seq, _, _), change in found.read(wanted).items()
        if change.after is None and change.before is not None and found.within(dict(change.before))
    ]


def restore(made: Edit, session: "Session", rows: Iterable[Key]) -> frozenset[Key]:
    """Bring deleted rows back as they were, within an edit; return all that came back.

    Rows that they refer to and that are deleted come too; so do, in rows that are there, the references to them that
    were taken out when they were deleted.

    Raises
    ------
    InputRefused
        where one of them is there again, is not to be found, or cannot be without a row that is not.
    """
    with past(session) as found:
        gone = _with_what_they_need(found, rows)
        loose = [each for g in gone.values() for each in _let_loose(found, g)]
        refilled = {key: _without_dead_ends(found, gone, g) for key, g in gone.items()}
    for table, row in sorted(gone, key=lambda key: session.catalog.depth(key[0])):
        made.bring_back(table, row, refilled[(table, row)])
    for table, row, field, to in loose:
        made.refer(table, row, field, to)
    return frozenset(gone)


def _with_what_they_need(found: Past, rows: Iterable[Key]) -> dict[Key, Gone]:
    gone: dict[Key, Gone] = {}
    asked = list(rows)
    waiting, wanted = list(asked), set(asked)
    while waiting:
        table, row = waiting.pop()
        latest = {r: numbers[0] for r, numbers in found.touches(table, [row]).items()}
        there = bool(found.now(table, [row]))
        each = next(iter(_read(found, table, latest)), None) if found.sees(table) and not there else None
        if each is None:
            if (table, row) in asked:
                raise InputRefused(tr("这条记录已经恢复了，或者找不回来了"))
            continue
        gone[(table, row)] = each
        for field in found.session.catalog.tables[table].fields:
            key = (field.references or "", each.cells.get(field.name))
            if field.references and isinstance(key[1], int) and (key[0], key[1]) not in wanted:
                wanted.add((key[0], key[1]))
                waiting.append((key[0], key[1]))
    return gone


def _without_dead_ends(found: Past, gone: Collection[Key], each: Gone) -> dict[str, Any]:
    """Return the cells of a row without references to rows that are no more."""
    cells = dict(each.cells)
    definition: Table = found.session.catalog.tables[each.table]
    for field in definition.fields:
        other = cells.get(field.name)
        if not field.references or other is None or (field.references, other) in gone:
            continue
        if not found.now(field.references, [other]):
            if field.required:
                sentence = tr("“{table}”所属的“{field}”已经找不回来了，不能单独恢复")
                raise InputRefused(sentence.format(table=definition.title, field=field.title))
            cells[field.name] = None
    return cells


def _let_loose(found: Past, gone: Gone) -> list[tuple[str, int, str, int]]:
    """Return (table, row, field, id) of references to a row that its deletion took out, and that are empty still."""
    loose = []
    for change in found.changesets.read(gone.seq):
        if change.before is None or change.after is None or not found.sees(change.table):
            continue
        for field in found.session.catalog.tables[change.table].fields:
            if field.references == gone.table and change.before.get(field.name) == gone.id:
                state = found.now(change.table, [change.row]).get(change.row)
                if state is not None and state[field.name] is None and found.within(state):
                    loose.append((change.table, change.row, field.name, gone.id))
    return loose


def revert(made: Edit, session: "Session", table: str, row_id: int, field: str, seq: int) -> None:
    """Put one field, or the shape ("geometry"), back to what it was before a change, by the rules, within an edit.

    Raises
    ------
    InputRefused
        where that change did not change the field, or is not the account's to see.
    Refused
        where the row would break the rules of its table.
    """
    cells = cells_before(session, table, row_id, seq)
    if field not in cells:
        raise InputRefused(tr("这一次没有改过这一项"))
    if field == SHAPE:
        made.change(table, row_id, shape=decode([cells[SHAPE]])[0])
    else:
        made.change(table, row_id, {field: cells[field]})
