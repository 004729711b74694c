"""Taking back what an account did last, and doing it again: as far back as the history goes, also after closing.

The changeset of an edit says what each field was before and after. Its inverse is written like any other change, so
that the history tells of the undo too. A field that has been changed since by somebody else is a conflict: it is
shown, and nothing is written unless the user says that it is to be overwritten.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import apsw

from mingqing.access.audit import Act
from mingqing.access.policy import Column
from mingqing.catalog.model import STAMPS, Table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.changes import Transaction, Value
from mingqing.store.edit import SHAPE, Changed
from mingqing.store.history.changesets import Cells, Changesets
from mingqing.store.owner import owner
from mingqing.store.session import Session

_STEPS = (
    "SELECT c.seq, c.at, c.kind, c.why, u.of FROM mq_change c LEFT JOIN mq_undone u ON u.seq = c.seq"
    f" WHERE c.account = ? AND c.kind IN ('{Act.EDIT}', '{Act.UNDO}', '{Act.REDO}') ORDER BY c.seq DESC"
)


@dataclass(frozen=True, slots=True)
class Step:
    """A finished action that can be undone or redone: its number, time (ISO 8601) and what it was."""

    seq: int
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that is no longer as the action left it.

    fields : that were changed since; empty where the row itself is gone, or is there again.
    by, at : who changed it last, and when; empty where that cannot be told.
    left : those fields as the action left them.
    """

    table: str
    row: int
    fields: tuple[str, ...]
    by: str
    at: str
    left: Cells = field(default_factory=dict)


class Conflicts(InputRefused):
    """Rows that somebody changed since; nothing was written. `act` is what was to be done: an undo or a redo."""

    def __init__(self, found: Sequence[Conflict], session: Session, act: Act) -> None:
        first = found[0]
        table = session.catalog.tables[first.table]
        fields = "、".join(table.field_by_name[n].title if n != SHAPE else tr("图形") for n in first.fields)
        what = tr("“{table}”的{fields}").format(table=table.title, fields=fields) if fields else table.title
        who = tr("后来被 {who} 改过").format(who=first.by) if first.by else tr("后来又有变动")
        more = tr("，另有 {n} 处").format(n=len(found) - 1) if len(found) > 1 else ""
        super().__init__(tr("{what}{who}{more}，所以什么都没有改").format(what=what, who=who, more=more))
        self.found, self.act = tuple(found), act


def next_undo(session: Session) -> Step | None:
    """Return what `undo` would take back; None where there is nothing."""
    return _next(session)[0]


def next_redo(session: Session) -> Step | None:
    """Return what `redo` would do again; None where there is nothing, or something else was done since."""
    return _next(session)[1]


def undo(session: Session, *, over: bool = False) -> Changed:
    """Take back the account's last action that is not undone.

    over : also what somebody changed since is put back; rows that are gone stay gone.

    Raises
    ------
    InputRefused
        if there is nothing to undo.
    Conflicts
        if rows were changed since; nothing was written.
    """
    step = next_undo(session)
    if step is None:
        raise InputRefused(tr("没有可以撤销的操作"))
    return _carry_out(session, step, Act.UNDO, over=over)


def redo(session: Session, *, over: bool = False) -> Changed:
    """Do again what was undone last; as `undo`."""
    step = next_redo(session)
    if step is None:
        raise InputRefused(tr("没有可以重做的操作"))
    return _carry_out(session, step, Act.REDO, over=over)


def _next(session: Session) -> tuple[Step | None, Step | None]:
    """Return what is next to undo and to redo, told from the latest actions backward."""
    undoing: Step | None = None
    redoing: Step | None = None
    holds: dict[int, bool] = {}  # by action: the latest undo or redo of it says
    nothing_since = True  # was done: then what was undone can be done again
    with owner(session, spatial=False) as database:
        for seq, at, kind, why, of in database.execute(_STEPS, (session.user,)):
            if kind == Act.EDIT:
                nothing_since = False
                if holds.setdefault(seq, True) and undoing is None:
                    undoing = Step(seq, at, why)
            elif of not in holds:
                holds[of] = kind == Act.REDO
                if holds[of]:
                    undoing = undoing or _step(database, of)
                elif nothing_since and redoing is None:
                    redoing = _step(database, of)
            if undoing is not None and (redoing is not None or not nothing_since):
                break
    return undoing, redoing


def _step(database: apsw.Connection, seq: int) -> Step:
    return Step(*database.execute("SELECT seq, at, why FROM mq_change WHERE seq = ?", (seq,)).get)


@dataclass(slots=True)
class _Plan:
    """What is to be written, by table and row: whole rows; of those that change, the fields as they will be and are."""

    added: dict[str, dict[int, Cells]] = field(default_factory=lambda: defaultdict(dict))
    changed: dict[str, dict[int, tuple[Cells, Cells]]] = field(default_factory=lambda: defaultdict(dict))
    removed: dict[str, dict[int, Cells]] = field(default_factory=lambda: defaultdict(dict))


def _carry_out(session: Session, step: Step, kind: Act, *, over: bool) -> Changed:
    session.require_writable()
    with owner(session, spatial=False) as database:
        plan = _plan(database, step.seq, backward=kind is Act.UNDO)
    why = tr("{act}：{why}").format(act=kind.caption, why=step.why)
    with session.transaction(kind, why, of=step.seq) as change:
        conflicts = list(_conflicts(session, plan))
        if conflicts and not over:
            raise Conflicts(conflicts, session, kind)
        _write(session, change, plan)
    return Changed(change.seq, why, {t: frozenset(i) for t, i in change.touched.items()})


def _plan(database: apsw.Connection, seq: int, *, backward: bool) -> _Plan:
    plan = _Plan()
    for each in Changesets(database).read(seq):
        # before: what it is to be; after: what it is
        before, after = (each.before, each.after) if backward else (each.after, each.before)
        if before is None and after is not None:
            plan.removed[each.table][each.row] = after
        elif after is None and before is not None:
            plan.added[each.table][each.row] = before
        elif before is not None and after is not None:
            plan.changed[each.table][each.row] = _differing(before), _differing(after)
    return plan


def _differing(cells: Cells) -> Cells:
    return {n: v for n, v in cells.items() if n not in STAMPS}


def _conflicts(session: Session, plan: _Plan) -> Iterator[Conflict]:
    """Yield the rows that are not as the action left them, and take out of the plan what cannot be done at all."""
    for table, rows in plan.added.items():
        for row in _now(session, table, rows, ()):
            del rows[row]
            yield Conflict(table, row, (), "", "")
    for table, gone in plan.removed.items():
        for conflict in list(_compared(session, table, gone)):
            if not conflict.fields:
                del gone[conflict.row]
            yield conflict
    for table, changed in plan.changed.items():
        for conflict in list(_compared(session, table, {row: after for row, (_, after) in changed.items()})):
            if not conflict.fields:
                del changed[conflict.row]
            yield conflict


def _compared(session: Session, table: str, left: Mapping[int, Cells]) -> Iterator[Conflict]:
    """Yield the rows that are other than they were `left`, or are gone."""
    definition = session.catalog.tables[table]
    compared = [
        n for n in (*definition.column_names, SHAPE) if n not in STAMPS and _seen(session, definition, n)
    ]
    there = _now(session, table, left, [n for n in compared if any(n in cells for cells in left.values())])
    for row, cells in left.items():
        now = there.get(row)
        if now is None:
            yield Conflict(table, row, (), "", "")
        elif differ := tuple(n for n in compared if n in cells and now[n] != cells[n]):
            left_so = {n: cells[n] for n in differ}
            yield Conflict(table, row, differ, now["updated_by"] or "", now["updated_at"] or "", left_so)


def _seen(session: Session, table: Table, name: str) -> bool:
    return (name == SHAPE and table.has_geometry) or (
        name != SHAPE and session.policy.column(table.name, name) is Column.CLEAR
    )


def _now(session: Session, table: str, ids: Iterable[int], columns: Sequence[str]) -> dict[int, Cells]:
    names = ("id", *columns, "updated_by", "updated_at")
    listed = ", ".join(f'"{name}"' for name in names)
    sql = f'SELECT {listed} FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    return {row[0]: dict(zip(names, row, strict=True)) for row in session.query(sql, [json.dumps(list(ids))])}


def _write(session: Session, change: Transaction, plan: _Plan) -> None:
    depth = session.catalog.depth
    for table in sorted(plan.added, key=depth):
        has_shape = session.catalog.tables[table].has_geometry
        for names, rows in _alike(plan.added[table]):
            columns = [n for n in names if n not in {SHAPE, "updated_by", "updated_at"}]
            shapes = [cells[SHAPE] for cells in rows.values()] if has_shape else None
            change.insert(table, list(rows), _columns(rows, columns), shapes)
    for table, changed in plan.changed.items():
        for names, rows in _alike({row: before for row, (before, _) in changed.items()}):
            shapes = [cells[SHAPE] for cells in rows.values()] if SHAPE in names else None
            change.update(table, list(rows), _columns(rows, [n for n in names if n != SHAPE]), shapes)
    for table in sorted(plan.removed, key=depth, reverse=True):
        change.delete(table, sorted(plan.removed[table]))


def _alike(rows: Mapping[int, Cells]) -> Iterator[tuple[tuple[str, ...], dict[int, Cells]]]:
    """Yield rows of the same fields together, by id: in the order of the file, whose pages are read once each."""
    found: defaultdict[tuple[str, ...], dict[int, Cells]] = defaultdict(dict)
    for row in sorted(rows):
        found[tuple(rows[row])][row] = rows[row]
    yield from found.items()


def _columns(rows: Mapping[int, Cells], names: Sequence[str]) -> dict[str, list[Value]]:
    return {name: [cells[name] for cells in rows.values()] for name in names}
