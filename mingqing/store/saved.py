"""What people keep with a project: bookmarks, classifications, base maps; for themselves or for all its accounts.

An account is shown what is its own and what is shared, but nothing that reveals a field which it does not see whole.
The guard holds it to that: reading goes through a TEMP VIEW over the table `mq_saved`, made of `view_sql`, and TEMP
TRIGGERs refuse to touch what is another's.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import apsw

from mingqing.access.policy import Column, Policy, literal
from mingqing.core.errors import InputRefused, NotAllowed, StoreBug
from mingqing.core.text import clean, tr
from mingqing.store.connection import REFUSALS
from mingqing.store.ids import new_ids

if TYPE_CHECKING:
    from mingqing.store.session import Session

_LONGEST_NAME = 100
_LARGEST = 1_000_000  # characters of JSON
TABLE, COLUMNS = "mq_saved", "id, kind, name, owner, fields, value, changed_at"
NOTHING = "SELECT " + ", ".join(f"NULL AS {name}" for name in COLUMNS.split(", ")) + " WHERE 0"


@dataclass(frozen=True, slots=True)
class Saved:
    """One thing that is kept.

    owner : the account whose alone it is; None where all accounts have it.
    fields : "table.column" of what it reveals.
    value : what JSON can hold.
    changed_at : local time, ISO 8601.
    """

    id: int
    kind: str
    name: str
    owner: str | None
    fields: tuple[str, ...]
    value: object
    changed_at: str

    @property
    def shared(self) -> bool:
        """Whether all accounts have it."""
        return self.owner is None

    @classmethod
    def of(cls, row: Sequence[Any]) -> "Saved":
        """Return what a row of the table holds."""
        number, kind, name, owner, fields, value, changed_at = row
        return cls(number, kind, name, owner, tuple(json.loads(fields)), json.loads(value), changed_at)

    @property
    def as_row(self) -> tuple[int | str | None, ...]:
        """The row of the table that holds it.

        Raises
        ------
        InputRefused
            if the value is too large.
        """
        value = json.dumps(self.value, ensure_ascii=False)
        if len(value) > _LARGEST:
            raise InputRefused(tr("“{name}”内容太多，没有保存").format(name=self.name))
        fields = json.dumps(self.fields)
        return (self.id, self.kind, self.name, self.owner, fields, value, self.changed_at)


def saved(session: "Session", kind: str) -> list[Saved]:
    """Return what the account has of a kind, by name; of one name its own before what is shared."""
    sql = f"SELECT {COLUMNS} FROM {TABLE} WHERE kind = ? ORDER BY name, owner IS NULL"
    return [Saved.of(row) for row in session.query(sql, (kind,))]


def save(
    session: "Session",
    kind: str,
    name: str,
    value: object,
    *,
    shared: bool = False,
    fields: Collection[str] = (),
) -> Saved:
    """Keep something under a name, in place of what the same owner kept of that kind under it.

    Parameters
    ----------
    kind : what sort of thing it is, such as "bookmark".
    value : what JSON can hold.
    shared : for all accounts of the project that see `fields`; else for this account alone.
    fields : "table.column" of every field whose values or meaning it reveals, by `value` or `name`.

    Raises
    ------
    ProjectUnavailable
        if the project is read-only.
    NotAllowed
        if it is to be shared by who edits nothing, or reveals what the account does not see whole.
    InputRefused
        if there is no name, it is too long, or has something under it that the account may not see; or the value is
        too large.
    """
    session.require_writable()
    name = clean(name)
    if not name or len(name) > _LONGEST_NAME:
        raise InputRefused(tr("请填写名称，不超过 {n} 个字").format(n=_LONGEST_NAME))
    if shared and not session.policy.edits:
        raise NotAllowed(tr("您的角色只能查看，可以保存给自己用，不能保存给全员看"))
    _require_seen(session.policy, fields)
    owner = None if shared else session.user
    at = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    thing = Saved(new_ids(1)[0], kind, name, owner, tuple(sorted(set(fields))), value, at)
    with session.changing() as database:
        return _put(database, thing)


def forget(session: "Session", thing: Saved) -> None:
    """Keep something no longer; nothing happens where it is gone already.

    Raises
    ------
    ProjectUnavailable
        if the project is read-only.
    NotAllowed
        if it is shared and the account edits nothing.
    """
    with session.changing() as database:
        _remove(database, thing)


def _require_seen(policy: Policy, fields: Collection[str]) -> None:
    for each in fields:
        table, _, column = each.partition(".")
        if table not in policy.catalog.tables or column not in policy.catalog.tables[table].field_by_name:
            raise StoreBug(f"no such field: {each}")
        if why := policy.explain(table, column):
            raise NotAllowed(tr("没有保存：{why}").format(why=why))


def _put(database: apsw.Connection, thing: Saved) -> Saved:
    """Write it in place of what the account sees of the same kind, name and owner; return it as it is kept then."""
    same = (thing.kind, thing.name, thing.owner)
    before = database.execute(f"SELECT id FROM {TABLE} WHERE kind = ? AND name = ? AND owner IS ?", same).get
    if before is not None:
        thing = replace(thing, id=before)
        _remove(database, thing)
    try:
        sql = f"INSERT INTO main.{TABLE} VALUES(?, ?, ?, ?, ?, ?, ?)"
        database.execute(sql, thing.as_row, can_cache=False)
    except apsw.ConstraintError as error:
        if str(error) in REFUSALS:
            raise
        raise InputRefused(tr("名称“{name}”已有人用，请换一个").format(name=thing.name)) from error
    return thing


def _remove(database: apsw.Connection, thing: Saved) -> None:
    database.execute(f"DELETE FROM main.{TABLE} WHERE id = ?", (thing.id,), can_cache=False)


# ── What the guard is made of ────────────────────────────────────────────────────────────────────────────────


def view_sql(policy: Policy, user: str) -> str:
    """Return the SELECT of the table as an account has it: text without parameters."""
    seen = [
        literal(f"{table.name}.{field}")
        for table in policy.catalog.tables.values()
        for field in table.field_by_name
        if policy.column(table.name, field) is Column.CLEAR
    ]
    hidden = f"SELECT 1 FROM json_each(s.fields) AS f WHERE coalesce(f.value, '') NOT IN ({', '.join(seen)})"
    return (
        f"SELECT s.* FROM main.{TABLE} AS s WHERE (s.owner IS NULL OR s.owner = {literal(user)})"
        f" AND json_valid(s.value) AND CASE WHEN json_valid(s.fields) THEN NOT EXISTS ({hidden}) ELSE 0 END"
    )


def writes(policy: Policy, user: str) -> dict[str, str]:
    """Return the SQL conditions, never NULL, on which an account may insert a row NEW and delete a row OLD."""
    own = f"({{row}}.owner IS {literal(user)} OR ({{row}}.owner IS NULL AND {int(policy.edits)}))"
    fresh = f"NOT EXISTS (SELECT 1 FROM main.{TABLE} AS s WHERE s.id = NEW.id)"  # OR REPLACE asks no DELETE trigger
    return {"INSERT": f"{own.format(row='NEW')} AND {fresh}", "DELETE": own.format(row="OLD")}
