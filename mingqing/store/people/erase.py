"""Erasing a person: their rows, their name in other rows, and both in every change that the history keeps."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import apsw

from mingqing.access.audit import Act
from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog, Table
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.store import audit
from mingqing.store.attachments import exists, forget, opened
from mingqing.store.changes import Transaction
from mingqing.store.connection import engine_errors
from mingqing.store.guard import Unguarded
from mingqing.store.owner import owner
from mingqing.store.people import kept
from mingqing.store.people.history import (
    Cells,
    Scrub,
    as_ever_known,
    column_names,
    past_rows,
    pictures_of,
    rewrite,
    rewrite_all,
)
from mingqing.store.people.plan import Plan, follow, plan_for
from mingqing.store.people.who import (
    NAME,
    NOBODY,
    NUMBER,
    PERSON,
    PHONE,
    Person,
    companion,
    marks,
    person_of,
    require_reason,
    require_whole,
    source,
    with_namesakes,
)
from mingqing.store.pictures import unnamed
from mingqing.store.session import Session
from mingqing.store.settled import Fact, Settled, erased, former, replaced


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did, to be told to the person; nothing in it says who it was.

    deleted, blanked : number of rows deleted, and of those from which name or number was taken, by table's title.
    changes : how many changes of the history were rewritten.
    pictures : how many that only rows named which are gone.
    kept : what is still there or elsewhere, and why: a Chinese sentence each.
    """

    at: str
    by: str
    deleted: dict[str, int]
    blanked: dict[str, int]
    changes: int
    kept: tuple[str, ...]
    pictures: int = 0

    def as_text(self) -> str:
        """Return it as sentences to be printed."""
        rows = tr("{table} {n} 条")
        deleted = "、".join(rows.format(table=t, n=n) for t, n in self.deleted.items())
        blanked = "、".join(rows.format(table=t, n=n) for t, n in self.blanked.items())
        lines = [
            tr("{when} 由 {who} 删除。").format(when=self.at.replace("T", " ")[:16], who=self.by),
            tr("已删除：{rows}。").format(rows=deleted),
        ]
        if blanked:
            lines.append(tr("已从其他记录里清除姓名、电话或关联：{rows}。").format(rows=blanked))
        if self.pictures:
            lines.append(tr("已删除只属于这些记录的照片 {n} 张。").format(n=self.pictures))
        lines.append(
            tr("修改历史里也已清除，涉及 {n} 次修改；不能撤销，也不能从历史里找回。").format(n=self.changes)
        )
        if self.kept:
            lines += [tr("保留下来的，以及原因："), *(f"{i}. {s}" for i, s in enumerate(self.kept, 1))]
        return "\n".join(lines)


def erase(session: Session, resident_id: int, why: str) -> Erased:
    """Delete a resident, what is there only because of them, and their name elsewhere, from rows and history.

    A household that nobody is left in goes with them. It cannot be undone.

    Raises
    ------
    NotAllowed
        to who does not see and edit people's tables whole, or where rows outside the account's villages hang on them.
    InputRefused
        if there is no such resident in the villages, or the reason is missing or tells who it was.
    """

    def plan(database: apsw.Connection) -> Plan:
        person = person_of(database, session.policy, resident_id)
        columns = column_names(database, session.catalog)
        known = as_ever_known(database, columns, person)
        require_reason(why, known)
        return plan_for(database, session, with_namesakes(database, session.policy, known))

    return _carry_out(session, plan, why)


def erase_rows(session: Session, table: str, ids: Iterable[int], why: str) -> Erased:
    """Delete rows of a table about people, such as those past their term, from rows and history.

    Rows that cannot be without them go along. People themselves are erased by `erase`.

    Raises
    ------
    NotAllowed, InputRefused
        as `erase`.
    """
    definition = session.catalog.tables.get(table)
    if definition is None or not definition.personal or table == PERSON:
        may = "、".join(t.title for t in session.catalog.tables.values() if t.personal)
        raise InputRefused(
            tr("“{table}”的记录不能这样删除，可以的有：{may}").format(
                table=definition.title if definition else table, may=may
            )
        )
    rows = set(ids)

    def plan(database: apsw.Connection) -> Plan:
        sql = f"SELECT id FROM {source(session.policy, table)} WHERE id IN ({marks(rows)})"
        if not rows or {i for (i,) in database.execute(sql, tuple(rows))} != rows:
            raise InputRefused(tr("没有这条记录，或不在您管辖的村"))
        made = Plan(NOBODY, {table: rows})
        follow(database, session, made)
        return made

    return _carry_out(session, plan, require_reason(why))


def _carry_out(session: Session, plan_of: Callable[[apsw.Connection], Plan], why: str) -> Erased:
    session.require_writable()
    policy, catalog = session.policy, session.catalog
    require_whole(policy, Action.EDIT)
    scrubs: list[Scrub] = []
    with engine_errors(session.file), owner(session, spatial=True) as database:
        database.pragma("secure_delete", 1)
        columns = column_names(database, catalog)
        with Transaction(
            database,
            Unguarded(policy),
            policy,
            session.user,
            Act.ERASE,
            require_reason(why),
            edited=lambda raw: rewrite(database, columns, scrubs[0], raw)[0],
        ) as change:
            plan = plan_of(database)
            all_gone = dict(plan.gone)
            for table, ids in past_rows(database, columns, catalog, plan.person, plan.gone).items():
                all_gone[table] = all_gone.get(table, set()) | ids
            named = pictures_of(database, columns, catalog, all_gone)
            scrubs.append(Scrub(catalog, plan.person, all_gone, plan.blanks, _judge(database, policy, plan)))
            changes = 0
            for seq, touched, digest in rewrite_all(database, columns, scrubs[0]):
                target = tr("第 {seq} 次修改").format(seq=seq)
                audit.append(
                    database, session.user, Act.ERASE, target, rows=touched, detail=change.why, proof=digest
                )
                changes += 1
            change.settle(Settled.load(database).digests_of(_not_to_return(database, catalog, plan)))
            _write(database, change, plan)
            plan.kept += kept.mentions(database, policy, plan.person, plan.gone)
        plan.kept += kept.compacted(database)
        # After the rows: what a crash in between leaves is dropped some days later.
        pictures = _without_pictures(session, plan, unnamed(database, catalog, named))
        plan.kept += kept.elsewhere(database, session, plan.person)
    titles = {name: table.title for name, table in catalog.tables.items()}
    return Erased(
        at=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        by=session.user,
        deleted={titles[t]: len(ids) for t, ids in plan.gone.items() if ids},
        blanked={titles[t]: len(rows) for t, rows in plan.blanks.items() if rows},
        changes=changes,
        kept=tuple(plan.kept),
        pictures=pictures,
    )


def _without_pictures(session: Session, plan: Plan, names: set[str]) -> int:
    """Delete pictures; return how many are gone."""
    if not names or not exists(session.info.path):
        return 0
    try:
        forget(session, names)
        with opened(session, writing=True) as album:
            plan.kept += kept.compacted(album)
    except ProjectUnavailable as error:
        plan.kept.append(kept.still_pictures(len(names), error))
        return 0
    return len(names)


def _write(database: apsw.Connection, change: Transaction, plan: Plan) -> None:
    """Delete rows and blank cells.

    The cells are neither stamped nor recorded: rows and history both are as though they had never been filled.
    """
    for table, rows in plan.blanks.items():
        for row, cells in rows.items():
            if row not in plan.gone.get(table, ()):
                assignments = ", ".join(f'"{name}" = ?' for name in cells)
                database.execute(f'UPDATE "{table}" SET {assignments} WHERE id = ?', (*cells.values(), row))
                change.counts[table][1] += 1
    for table, ids in plan.gone.items():
        change.delete(table, sorted(ids))


def _not_to_return(database: apsw.Connection, catalog: Catalog, plan: Plan) -> Iterator[Fact]:
    """Yield what an import would bring back of the rows that go and of the cells that are blanked."""
    for name in {*plan.gone, *plan.blanks}:
        table, blanks = catalog.tables[name], plan.blanks.get(name, {})
        columns = ("id", *table.column_names)
        listed = ", ".join(f'"{c}"' for c in columns)
        sql = f'SELECT {listed} FROM "{name}" WHERE id = ?'
        gone = plan.gone.get(name, set())
        for row in gone | blanks.keys():
            cells = dict(zip(columns, database.execute(sql, (row,)).fetchone() or (), strict=True))
            village = cells["village_code"]
            if row not in gone:
                yield from (replaced(name, row, n, cells[n]) for n in blanks[row] if cells[n] is not None)
                yield from former(table, village, cells, blanks[row])
                continue
            for said in _as_ever_said(plan.person, cells) if name == PERSON else (cells,):
                yield from erased(table, village, said)


def _as_ever_said(person: Person, cells: Cells) -> Iterator[Cells]:
    """Yield a row of the register with every name, number and telephone by which the person was ever known."""
    phones = "、".join(sorted(person.phones)) or cells[PHONE]
    for name, number in product(person.names or (cells[NAME],), person.numbers or (None,)):
        yield {**cells, NAME: name, NUMBER: number, PHONE: phones}


def _judge(database: apsw.Connection, policy: Policy, plan: Plan) -> Callable[[Table, int, str, Cells], bool]:
    """Whether a name that the history has in a row is the person's, where the row as it is now does not say."""

    def ours(table: Table, row: int, name: str, cells: Cells) -> bool:
        sql = f'SELECT village_code, "{name}" FROM "{table.name}" WHERE id = ?'
        now = database.execute(sql, (row,)).fetchone()
        if now is not None and now[1] in plan.person.names:
            return False  # left as it is on purpose
        village = now[0] if now is not None else cells.get("village_code")
        if not isinstance(village, str):
            village = None
        phone = companion(table, table.field_by_name[name])
        number = cells.get(phone) if phone else None
        return policy.in_scope(village) and plan.person.is_named(cells[name], number, village) is True

    return ours
