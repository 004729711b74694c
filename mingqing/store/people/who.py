"""Which rows of a project are about one person, and which only name them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import apsw

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog, Field, FieldType, Mask, Table
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.text import clean, tr

PERSON = "resident"
NAME, NUMBER, PHONE = "name", "id_number", "phone"
_LONGEST_REASON = 200


class How(StrEnum):
    """How a row has to do with a person."""

    SELF = "self"  # the person's own row
    ABOUT = "about"  # there only because of the person: care, work
    HOME = "home"  # where they live: household, house
    SHARED = "shared"  # about their household
    NAMED = "named"  # about something else, and names them

    @property
    def caption(self) -> str:
        """What to call it to the person."""
        return tr(
            {
                How.SELF: "本人",
                How.ABOUT: "与本人有关",
                How.HOME: "所在户和住处",
                How.SHARED: "与所在户有关",
                How.NAMED: "写有本人姓名",
            }[self]
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """One row that has to do with a person; `field` is the one that names them, where the row only does that."""

    table: str
    id: int
    how: How
    field: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the register, with all that they are known by.

    ids : the rows of the register that are theirs: several where the same identity number was entered twice.
    namesakes : how many others bear the name, by village.
    """

    ids: frozenset[int]
    names: frozenset[str]
    numbers: frozenset[str]
    phones: frozenset[str]
    villages: frozenset[str | None]
    namesakes: Mapping[str | None, int]

    def has_phone(self, value: object) -> bool:
        """Whether a cell of telephone numbers holds one of theirs."""
        return isinstance(value, str) and not self.phones.isdisjoint(value.split("、"))

    def without_phone(self, value: object) -> str | None:
        """Return a cell of telephone numbers without theirs."""
        return "、".join(p for p in str(value).split("、") if p not in self.phones) or None

    def is_named(self, name: object, phone: object, village: str | None) -> bool | None:
        """Whether a name in a row of a village is this person's; None where it may be a namesake's."""
        if name not in self.names:
            return False
        if self.has_phone(phone):
            return True
        if village is not None and village not in self.villages:
            return False
        others = self.namesakes if village is None else {village: self.namesakes.get(village, 0)}
        return None if any(others.values()) else True


NOBODY = Person(frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), {})


@dataclass(frozen=True, slots=True)
class Rows:
    """What `rows_of` found; `unsure` are rows with the name that may be a namesake's."""

    sure: tuple[Linked, ...]
    unsure: tuple[Linked, ...]


def require_whole(policy: Policy, action: Action) -> None:
    """Refuse an account that does not see, or may not edit, people's tables whole: a masked document is no answer.

    Raises
    ------
    NotAllowed
    """
    if not sees_whole(policy, action):
        raise NotAllowed(
            tr("您的角色看不全或不能修改居民信息，这件事要由管这个村的编辑（县级、乡镇或村级）来办")
        )


def sees_whole(policy: Policy, action: Action) -> bool:
    """Whether an account sees, or may edit, people's tables whole."""
    return all(
        policy.allowed(table.name, action)
        and all(policy.column(table.name, c, action) is Column.CLEAR for c in table.column_names)
        for table in policy.catalog.tables.values()
        if table.personal
    )


def require_reason(why: str, person: Person | None = None) -> str:
    """Return the reason given for an act on somebody's data, fit to be kept in the log.

    Raises
    ------
    InputRefused
        if there is none, it is too long, or it holds the name or a number of the person.
    """
    reason = clean(why)
    if not reason:
        raise InputRefused(tr("请写明理由，它会记入日志"))
    if len(reason) > _LONGEST_REASON:
        raise InputRefused(tr("理由请不要超过 {n} 个字").format(n=_LONGEST_REASON))
    told = (*person.names, *person.numbers, *person.phones) if person else ()
    if any(word in reason for word in told):
        raise InputRefused(tr("理由会长期留在日志里，请不要写本人的姓名、身份证号或电话"))
    return reason


def source(policy: Policy, table: str) -> str:
    """Return the SQL of a table as the account has it, to be read on the owner's connection."""
    return f"({policy.view_sql(table)})"


def person_of(database: apsw.Connection, policy: Policy, resident_id: int) -> Person:
    """Return who a row of the register is.

    Raises
    ------
    InputRefused
        if there is no such row in the account's villages.
    """
    people = source(policy, PERSON)
    columns = f"id, {NAME}, {NUMBER}, {PHONE}, village_code"
    rows = list(
        database.execute(
            f"SELECT {columns} FROM {people} WHERE id = ?1"
            f" OR {NUMBER} = (SELECT {NUMBER} FROM {people} WHERE id = ?1)",
            (resident_id,),
        )
    )
    if resident_id not in {row[0] for row in rows}:
        raise InputRefused(tr("没有编号为 {id} 的人，或不在您管辖的村").format(id=resident_id))
    ids = frozenset(int(row[0]) for row in rows)
    person = Person(
        ids=ids,
        names=frozenset(str(row[1]) for row in rows if row[1]),
        numbers=frozenset(str(row[2]) for row in rows if row[2]),
        phones=frozenset(p for row in rows if row[3] for p in str(row[3]).split("、")),
        villages=frozenset(row[4] for row in rows),
        namesakes={},
    )
    return with_namesakes(database, policy, person)


def with_namesakes(database: apsw.Connection, policy: Policy, person: Person) -> Person:
    """Return a person with those counted who bear one of their names."""
    counted = database.execute(
        f"SELECT village_code, count(*) FROM {source(policy, PERSON)} WHERE {NAME} IN ({marks(person.names)})"
        f" AND id NOT IN ({marks(person.ids)}) GROUP BY village_code",
        (*person.names, *person.ids),
    )
    return replace(person, namesakes=dict(counted))


def rows_of(database: apsw.Connection, policy: Policy, person: Person) -> Rows:
    """Return every row in the account's villages that has to do with a person."""
    sure = [Linked(PERSON, i, How.SELF) for i in sorted(person.ids)]
    sure += [Linked(t, i, How.ABOUT) for t, i in _referring(database, policy, PERSON, person.ids)]
    homes = list(_homes(database, policy, person))
    sure += [Linked(table, i, How.HOME) for table, i in homes]
    along = {PERSON, *(table for table, _ in homes)}
    for table, row in homes:
        # What refers to a house is of the house, but for what is said of all who live there.
        of_house = not policy.catalog.tables[table].personal
        sure += [
            Linked(t, i, How.SHARED)
            for t, i in _referring(database, policy, table, {row})
            if not of_house or (t not in along and not is_one_person(policy.catalog, t))
        ]
    known = {(one.table, one.id) for one in sure}
    unsure: list[Linked] = []
    for linked, certain in _named(database, policy, person, frozenset(homes)):
        if certain and (linked.how is How.NAMED or (linked.table, linked.id) not in known):
            sure.append(linked)
            known.add((linked.table, linked.id))
        elif not certain and (linked.table, linked.id) not in known:
            unsure.append(linked)
    return Rows(tuple(sure), tuple(unsure))


def _referring(
    database: apsw.Connection, policy: Policy, table: str, ids: Collection[int]
) -> Iterator[tuple[str, int]]:
    """Rows of people's tables that refer to these, but for the people themselves."""
    for other in policy.catalog.tables.values():
        if not other.personal or other.name == PERSON:
            continue
        for field in other.fields:
            if field.references == table:
                sql = f'SELECT id FROM {source(policy, other.name)} WHERE "{field.name}" IN ({marks(ids)})'
                yield from ((other.name, int(i)) for (i,) in database.execute(sql, tuple(ids)))


def _homes(database: apsw.Connection, policy: Policy, person: Person) -> Iterator[tuple[str, int]]:
    """The rows by which a person is located: household, then house."""
    here, ids = policy.catalog.tables[PERSON], person.ids
    for step in here.located_at:
        sql = f'SELECT DISTINCT "{step}" FROM {source(policy, here.name)} WHERE id IN ({marks(ids)})'
        ids = frozenset(int(i) for (i,) in database.execute(sql, tuple(ids)) if i is not None)
        here = policy.catalog.tables[here.field_by_name[step].references or ""]
        yield from ((here.name, i) for i in sorted(ids))


def _named(
    database: apsw.Connection, policy: Policy, person: Person, homes: frozenset[tuple[str, int]]
) -> Iterator[tuple[Linked, bool]]:
    """Rows whose fields for a name hold this person's, and whether it is surely theirs."""
    for table in policy.catalog.tables.values():
        for field in table.fields if table.name != PERSON else ():
            if field.mask is not Mask.NAME:
                continue
            phone, owner = companion(table, field), f'"{field.names}"' if field.names else "NULL"
            sql = (
                f'SELECT id, village_code, "{field.name}", {f"{chr(34)}{phone}{chr(34)}" if phone else "NULL"},'
                f' {owner} FROM {source(policy, table.name)} WHERE "{field.name}" IN ({marks(person.names)})'
            )
            for row, village, name, number, refers in database.execute(sql, tuple(person.names)):
                certain = person.is_named(name, number, village)
                if (table.name, row) in homes:
                    certain = True
                elif table.name in {t for t, _ in homes} and certain and not person.has_phone(number):
                    certain = None  # another household of a householder so called
                if refers is not None and refers not in person.ids:
                    certain = False  # it says itself whose name it is
                if certain is not False:
                    how = How.ABOUT if field.names else How.NAMED
                    yield Linked(table.name, int(row), how, field.name), bool(certain)


def is_one_person(catalog: Catalog, table: str) -> bool:
    """Whether a row of a table stands for one person: the register's, and one that says more of somebody in it."""
    definition = catalog.tables[table]
    return table == PERSON or (definition.personal and any(f.references == PERSON for f in definition.fields))


def companion(table: Table, field: Field) -> str | None:
    """Return the field for the telephone that goes with one for a name: the next, before another name."""
    for after in table.fields[table.fields.index(field) + 1 :]:
        if after.type is FieldType.PHONE:
            return after.name
        if after.mask is Mask.NAME:
            return None
    return None


def marks(values: Collection[object]) -> str:
    """Return as many question marks as there are values, for an SQL list."""
    return ", ".join("?" * len(values))
