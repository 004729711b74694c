"""What has to go with a person, and what has to be blanked in what stays."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import apsw

from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog, Field, FieldType, Privacy, Table
from mingqing.catalog.values import photo_ids
from mingqing.core.errors import NotAllowed
from mingqing.core.text import tr
from mingqing.store.people import kept
from mingqing.store.people.history import FIGURES, Blanks, Cells, Gone, Scrub
from mingqing.store.people.who import (
    PERSON,
    How,
    Person,
    Rows,
    companion,
    is_one_person,
    marks,
    rows_of,
    source,
)
from mingqing.store.session import Session


@dataclass(slots=True)
class Plan:
    """What an erasure will do to the rows as they are now: those that go, cells with what they will hold, remarks."""

    person: Person
    gone: Gone = field(default_factory=dict)
    blanks: Blanks = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def blank(self, table: str, row: int, cells: Cells) -> None:
        """Put down new values of a row that stays."""
        if row not in self.gone.get(table, ()):
            self.blanks.setdefault(table, {}).setdefault(row, {}).update(cells)


def plan_for(database: apsw.Connection, session: Session, person: Person) -> Plan:
    """Return what erasing a person comes to, within the account's villages.

    Raises
    ------
    NotAllowed
        where rows of other villages hang on what has to go.
    """
    found = rows_of(database, session.policy, person)
    alone = replace(person, phones=person.phones - _family_phones(database, person))
    plan = Plan(alone, {PERSON: set(person.ids)})
    for one in found.sure:
        if one.how is How.ABOUT:
            plan.gone.setdefault(one.table, set()).add(one.id)
    left = _empty_households(database, session, plan, found)
    _leave_houses(database, session, plan, found)
    follow(database, session, plan)
    _blank_names(database, session, plan, found)
    _blank_numbers(database, session, plan)
    home = session.catalog.tables[_home(session.catalog)]
    for row, others in left.items():
        cleared = plan.blanks.get(home.name, {}).get(row, {})
        plan.kept.append(kept.household(others, (home.field_by_name[name].title for name in cleared)))
    if any(one.how is How.HOME and one.table != home.name for one in found.sure):
        plan.kept.append(kept.house())
    plan.kept += kept.pictures(_pictures_at(database, session.catalog, plan, home.name, left))
    plan.kept += kept.unsure(session.catalog, found)
    plan.kept += kept.shared_phones(database, session.policy, person)
    return plan


def _home(catalog: Catalog) -> str:
    """The table of households."""
    people = catalog.tables[PERSON]
    return str(people.field_by_name[people.located_at[0]].references)


def _empty_households(database: apsw.Connection, session: Session, plan: Plan, found: Rows) -> dict[int, int]:
    """Have households go that nobody is left in; of others, take the telephone that was this person's alone.

    Return those that stay, with how many others are in them.
    """
    table, home = session.catalog.tables[PERSON].located_at[0], _home(session.catalog)
    stay: dict[int, int] = {}
    for row in {one.id for one in found.sure if one.how is How.HOME and one.table == home}:
        left, gone = (
            int(
                database.execute(
                    f'SELECT count(*) FROM "{PERSON}" WHERE "{table}" = ? AND id {is_not} IN'
                    f" ({marks(plan.person.ids)})",
                    (row, *plan.person.ids),
                ).get
            )
            for is_not in ("NOT", "")
        )
        counted = database.execute(f'SELECT people_count FROM "{home}" WHERE id = ?', (row,)).get
        if not left and (counted or 0) <= gone:
            plan.gone.setdefault(home, set()).add(row)
        else:
            stay[row] = left
            _blank_household_phone(database, session.catalog.tables[home], plan, row)
    return stay


def _leave_houses(database: apsw.Connection, session: Session, plan: Plan, found: Rows) -> None:
    """Have what is said of all who live in a house go with the last of them; else blank what may be this person's."""
    people, home = session.catalog.tables[PERSON], session.catalog.tables[_home(session.catalog)]
    house = people.located_at[-1]
    for one in found.sure:
        table = session.catalog.tables[one.table]
        names = {f.references: f.name for f in table.fields}
        if (
            one.how is not How.SHARED
            or home.name in names
            or home.field_by_name[house].references not in names
        ):
            continue
        reference = names[home.field_by_name[house].references]
        sql = f'SELECT id FROM "{home.name}" WHERE "{house}" = (SELECT "{reference}" FROM "{table.name}" WHERE id = ?)'
        living = {int(i) for (i,) in database.execute(sql, (one.id,))}
        if living <= plan.gone.get(home.name, set()):
            plan.gone.setdefault(table.name, set()).add(one.id)
        else:
            told = (f for f in table.fields if f.privacy is Privacy.SENSITIVE and f.type in FIGURES)
            plan.blank(table.name, one.id, {f.name: None for f in told if not f.required})


def _pictures_at(
    database: apsw.Connection, catalog: Catalog, plan: Plan, home: str, households: Iterable[int]
) -> int:
    """How many pictures there are in rows of households that stay, such as of visits."""
    rows, count = tuple(households), 0
    for table, reference in _references_to(catalog, home):
        for each in table.photo_fields:
            sql = f'SELECT id, "{each.name}" FROM "{table.name}" WHERE "{reference.name}" IN ({marks(rows)})'
            left: list[tuple[Any, ...]] = database.execute(sql, rows).fetchall()
            count += sum(len(photo_ids(v)) for row, v in left if row not in plan.gone.get(table.name, ()))
    return count


def _family_phones(database: apsw.Connection, person: Person) -> set[str]:
    """The telephones that others of the household gave as theirs too."""
    ids = marks(person.ids)
    cells = database.execute(
        f'SELECT phone FROM "{PERSON}" WHERE phone NOT NULL AND id NOT IN ({ids})'
        f' AND household IN (SELECT household FROM "{PERSON}" WHERE id IN ({ids}))',
        (*person.ids, *person.ids),
    )
    return {phone for (cell,) in cells for phone in str(cell).split("、")}


def _blank_household_phone(database: apsw.Connection, home: Table, plan: Plan, row: int) -> None:
    for phone in (f.name for f in home.fields if f.type is FieldType.PHONE):
        value = database.execute(f'SELECT "{phone}" FROM "{home.name}" WHERE id = ?', (row,)).get
        if plan.person.has_phone(value):
            plan.blank(home.name, row, {phone: plan.person.without_phone(value)})


def follow(database: apsw.Connection, session: Session, plan: Plan) -> None:
    """Have rows go that cannot be without those that go, and let the others go of them."""
    queue = list(plan.gone)
    while queue:
        name = queue.pop()
        ids = tuple(plan.gone[name])
        of_one = is_one_person(session.catalog, name)
        for other, reference in _references_to(session.catalog, name):
            rows: list[tuple[Any, ...]] = database.execute(
                f'SELECT id, village_code FROM "{other.name}" WHERE "{reference.name}" IN ({marks(ids)})', ids
            ).fetchall()
            new = {i for i, _ in rows} - plan.gone.get(other.name, set())
            _require_in_scope(session.policy, other, {v for i, v in rows if i in new})
            if other.name != PERSON and (reference.required or (other.personal and of_one)):
                if new:
                    plan.gone.setdefault(other.name, set()).update(new)
                    queue.append(other.name)
            else:
                for row in new:
                    plan.blank(other.name, row, {reference.name: None})


def _references_to(catalog: Catalog, name: str) -> list[tuple[Table, Field]]:
    return [(t, f) for t in catalog.tables.values() for f in t.fields if f.references == name]


def _require_in_scope(policy: Policy, table: Table, villages: Iterable[str | None]) -> None:
    outside = sorted(v or tr("没有村代码") for v in villages if not policy.in_scope(v))
    if outside:
        raise NotAllowed(
            tr("还有“{table}”记录关联着它，却不在您管辖的村（{villages}），请由管辖那里的编辑来删除").format(
                table=table.title, villages="、".join(outside)
            )
        )


def _blank_names(database: apsw.Connection, session: Session, plan: Plan, found: Rows) -> None:
    for one in found.sure:
        if one.how is not How.NAMED or one.id in plan.gone.get(one.table, ()):
            continue
        table = session.catalog.tables[one.table]
        if not session.policy.allowed(one.table, Action.EDIT):
            plan.kept.append(
                tr("“{table}”里写着此人的姓名，删除人的角色不能改，请由县级编辑清除").format(
                    table=table.title
                )
            )
            continue
        cells: Cells = {one.field: None}
        phone = companion(table, table.field_by_name[one.field])
        if phone:
            value = database.execute(f'SELECT "{phone}" FROM "{one.table}" WHERE id = ?', (one.id,)).get
            if plan.person.has_phone(value):
                cells[phone] = plan.person.without_phone(value)
        plan.blank(one.table, one.id, cells)


def _blank_numbers(database: apsw.Connection, session: Session, plan: Plan) -> None:
    """Take identity numbers out of whatever text they were written into."""
    scrub = Scrub(session.catalog, plan.person, {}, {}, lambda *_: False)
    for table, names in kept.texts(session.catalog):
        holds = " OR ".join(
            f'instr("{n}", ?{i})' for n in names for i in range(1, len(plan.person.numbers) + 1)
        )
        if not holds or not session.policy.allowed(table.name, Action.EDIT):
            continue
        columns = ", ".join(f'"{n}"' for n in names)
        sql = f"SELECT id, {columns} FROM {source(session.policy, table.name)} WHERE {holds}"
        holding: list[tuple[Any, ...]] = database.execute(sql, tuple(plan.person.numbers)).fetchall()
        for row, *values in holding:
            cells = {n: scrub.without_number(v) for n, v in zip(names, values, strict=True)}
            plan.blank(
                table.name, row, {n: c for (n, c), v in zip(cells.items(), values, strict=True) if c != v}
            )
