"""A person in the history: which past rows were theirs, and the changes written anew without them.

What is taken out is as though it had never been put in: rows are dropped from every change, single cells are
blank in every change. So what is left fits together, and any part of it can still be undone.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import apsw

from mingqing.catalog.model import Catalog, FieldType, Mask, Table
from mingqing.catalog.values import photo_ids
from mingqing.store.people.who import NAME, NUMBER, PERSON, PHONE, Person, companion, is_one_person

Cells = dict[str, Any]
Blanks = dict[str, dict[int, Cells]]
Gone = dict[str, set[int]]
FIGURES = {FieldType.CODE, FieldType.NUMBER, FieldType.INTEGER}
"""Types of fields that hold no name or number of a person, and are blanked as a whole or not at all."""


@dataclass(frozen=True, slots=True)
class Scrub:
    """What is to be taken out: whole rows, cells known by row, and the person's name and numbers wherever they stand.

    ours : whether a name in a row that is not in `blanks` is the person's, from table, row, field and the cells.
    """

    catalog: Catalog
    person: Person
    gone: Gone
    blanks: Blanks
    ours: Callable[[Table, int, str, Cells], bool]

    def touches(self, change: apsw.TableChange, *, with_number: bool) -> bool:
        """Whether a change may hold something of the person; quick, for it is asked of every row ever written.

        with_number : whether the changeset holds an identity number, perhaps within a text.
        """
        row, cells = row_of(change), (*(change.old or ()), *(change.new or ()))
        return (
            row in self.gone.get(change.name, ())
            or row in self.blanks.get(change.name, {})
            or not self.person.names.isdisjoint(cells)
            or (with_number and any(self.without_number(value) != value for value in cells))
        )

    def cells(self, table: Table, row: int, cells: Cells) -> Cells:
        """Return the cells of one side of a change with the person's taken out."""
        known = self.blanks.get(table.name, {}).get(row, {})
        out = {name: self.without_number(value) for name, value in cells.items()}
        for field in table.fields if table.name != PERSON else ():
            value = cells.get(field.name)
            if field.mask is Mask.PHONE and field.name in known and self.person.has_phone(value):
                out[field.name] = self.person.without_phone(value)
            if field.type in FIGURES and field.name in known and value is not apsw.no_change:
                out[field.name] = None
            if (
                field.mask is Mask.NAME
                and value in self.person.names
                and (field.name in known or self.ours(table, row, field.name, cells))
            ):
                out[field.name] = None
                phone = companion(table, field)
                if phone and self.person.has_phone(cells.get(phone)):
                    out[phone] = self.person.without_phone(cells[phone])
        return out

    def without_number(self, value: object) -> object:
        """Return a cell without the person's identity number, wherever in a text it stands."""
        if isinstance(value, str) and any(number in value for number in self.person.numbers):
            for number in self.person.numbers:
                value = value.replace(number, "")
            return value.strip() or None
        return value


def column_names(database: apsw.Connection, catalog: Catalog) -> dict[str, list[str]]:
    """Return the columns of every table as they lie in the file; a changeset of an older one has the first of them."""
    return {t: [row[1] for row in database.execute(f'PRAGMA table_info("{t}")')] for t in catalog.tables}


def rewrite(
    database: apsw.Connection, columns: Mapping[str, Sequence[str]], scrub: Scrub, raw: bytes
) -> tuple[bytes, int]:
    """Return a changeset with the person taken out, and how many of its rows that changed."""
    with_number = any(number.encode() in raw for number in scrub.person.numbers)
    if not any(scrub.touches(change, with_number=with_number) for change in apsw.Changeset.iter(raw)):
        return raw, 0
    builder = apsw.ChangesetBuilder()  # type: ignore[no-untyped-call]
    builder.schema(database, "main")
    touched = 0
    for change in apsw.Changeset.iter(raw):
        if not scrub.touches(change, with_number=with_number):
            builder.add_change(change)
            continue
        row = row_of(change)
        if row in scrub.gone.get(change.name, ()):
            touched += 1
            continue
        table, names = scrub.catalog.tables[change.name], columns[change.name]
        before = [None if side is None else _named(names, side) for side in (change.old, change.new)]
        after = [None if cells is None else scrub.cells(table, row, cells) for cells in before]
        if after == before:
            builder.add_change(change)
        else:
            touched += 1
            _add(builder, change, after[0], after[1])
    return builder.output(), touched


def row_of(change: apsw.TableChange) -> int:
    """Return the id of the row that a change is of."""
    return int((change.old or change.new or (0,))[0])  # type: ignore[arg-type]


def _named(names: Sequence[str], values: Sequence[object]) -> Cells:
    return dict(zip(names, values, strict=False))


def _add(
    builder: apsw.ChangesetBuilder, change: apsw.TableChange, old: Cells | None, new: Cells | None
) -> None:
    name, indirect = change.name, change.indirect
    if old is None or new is None:
        if new is not None:
            builder.add_insert(name, indirect, tuple(new.values()))
        elif old is not None:
            builder.add_delete(name, indirect, tuple(old.values()))
        return
    rest = list(old)[1:]  # but the id
    same = [c for c in rest if old[c] == new[c]]  # blank before and after, or not of this change at all
    old |= dict.fromkeys(same, apsw.no_change)
    new |= dict.fromkeys(same, apsw.no_change)
    if len(same) < len(rest):
        builder.add_update(name, indirect, tuple(old.values()), (apsw.no_change, *tuple(new.values())[1:]))


def changesets(database: apsw.Connection, needles: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of the changes that hold one of these strings of bytes."""
    wanted = set(needles)
    numbers: list[tuple[Any, ...]] = database.execute("SELECT seq FROM mq_change ORDER BY seq").fetchall()
    for (seq,) in numbers:
        packed = database.execute("SELECT changeset FROM mq_change WHERE seq = ?", (seq,)).get
        raw = zlib.decompress(packed)
        if any(needle in raw for needle in wanted):
            yield seq, raw


def id_bytes(ids: Iterable[int]) -> set[bytes]:
    """Return how row ids stand in a changeset."""
    return {i.to_bytes(8, "big") for i in ids}


def pictures_of(
    database: apsw.Connection, columns: Mapping[str, Sequence[str]], catalog: Catalog, gone: Gone
) -> set[str]:
    """Return the pictures that rows name, as they are or as the history has them."""
    fields = {t: {f.name for f in catalog.tables[t].photo_fields} for t in gone}
    rows = {t: ids for t, ids in gone.items() if fields[t] and ids}
    found = {
        name
        for table, ids in rows.items()
        for row in ids
        for cells in database.execute(f'SELECT * FROM "{table}" WHERE id = ?', (row,))
        for name in _pictures(fields[table], _named(columns[table], cells))
    }
    for _, raw in changesets(database, id_bytes(i for ids in rows.values() for i in ids)):
        for change in apsw.Changeset.iter(raw):
            if row_of(change) in rows.get(change.name, ()):
                for side in (change.old, change.new):
                    found.update(_pictures(fields[change.name], _named(columns[change.name], side or ())))
    return found


def _pictures(fields: Iterable[str], cells: Cells) -> Iterator[str]:
    return (name for field in fields for name in photo_ids(cells.get(field)))


def needles_of(person: Person, gone: Gone, blanks: Blanks) -> set[bytes]:
    """Return what a changeset that has to do with a person holds some of."""
    rows = {i for ids in gone.values() for i in ids} | {i for cells in blanks.values() for i in cells}
    return id_bytes(rows | person.ids) | {word.encode() for word in (*person.names, *person.numbers)}


def as_ever_known(database: apsw.Connection, columns: Mapping[str, Sequence[str]], person: Person) -> Person:
    """Return a person with the names and numbers that their rows held before, too."""
    known: dict[str, set[str]] = {
        NAME: set(person.names),
        NUMBER: set(person.numbers),
        PHONE: set(person.phones),
    }
    for _, raw in changesets(database, id_bytes(person.ids)):
        for change in apsw.Changeset.iter(raw):
            if change.name != PERSON or row_of(change) not in person.ids:
                continue
            for cells in (_named(columns[PERSON], side) for side in (change.old, change.new) if side):
                for field in known:
                    if isinstance(value := cells.get(field), str):
                        known[field] |= set(value.split("、")) if field == PHONE else {value}
    return replace(
        person, names=frozenset(known[NAME]), numbers=frozenset(known[NUMBER]), phones=frozenset(known[PHONE])
    )


def past_rows(
    database: apsw.Connection,
    columns: Mapping[str, Sequence[str]],
    catalog: Catalog,
    person: Person,
    gone: Gone,
) -> Gone:
    """Return rows that exist no more, were about the person and are told of by the history alone."""
    found: Gone = {}
    about = {
        t.name: [f for f in t.fields if f.references and (f.required or is_one_person(catalog, f.references))]
        for t in catalog.tables.values()
        if t.personal and t.name != PERSON
    }
    needles = id_bytes({*person.ids, *(i for ids in gone.values() for i in ids)})
    for _, raw in changesets(database, needles | {number.encode() for number in person.numbers}):
        for change in apsw.Changeset.iter(raw):
            if change.name != PERSON and not about.get(change.name):
                continue
            for cells in (_named(columns[change.name], side) for side in (change.old, change.new) if side):
                if (change.name == PERSON and cells.get(NUMBER) in person.numbers) or any(
                    cells.get(f.name) in gone.get(str(f.references), ()) for f in about.get(change.name, ())
                ):
                    found.setdefault(change.name, set()).add(row_of(change))
    there = {t: {i for i in ids if _exists(database, t, i)} for t, ids in found.items()}
    return {t: ids - there[t] for t, ids in found.items()}


def _exists(database: apsw.Connection, table: str, row: int) -> bool:
    return database.execute(f'SELECT 1 FROM "{table}" WHERE id = ?', (row,)).fetchone() is not None


def rewrite_all(
    database: apsw.Connection, columns: Mapping[str, Sequence[str]], scrub: Scrub
) -> Iterator[tuple[int, int, str]]:
    """Rewrite every change that holds something of the person; yield its number, rows touched, and its new SHA-256."""
    for seq, raw in changesets(database, needles_of(scrub.person, scrub.gone, scrub.blanks)):
        kept, touched = rewrite(database, columns, scrub, raw)
        if touched:
            database.execute(
                "UPDATE mq_change SET changeset = ? WHERE seq = ?", (zlib.compress(kept, 1), seq)
            )
            yield seq, touched, hashlib.sha256(kept).hexdigest()
