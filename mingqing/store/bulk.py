"""Changing many rows at once: first what would become of each is shown, and which cannot change; then it is done."""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mingqing.access.audit import REFUSED, Act
from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import STAMPS, Field, FieldType, Table
from mingqing.catalog.values import Value, plain_text
from mingqing.core.cells import inert_cell
from mingqing.core.errors import NotAllowed
from mingqing.core.text import clean, tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.edit import Edit, Problem, checked_all, require_writable
from mingqing.store.session import Session
from mingqing.store.unique import VILLAGE

_AT_ONCE = 2_000
_NOT_TYPED = {FieldType.REFERENCE, FieldType.PHOTO, FieldType.DATA}
Cells = Mapping[str, object]


def changeable(policy: Policy, table: Table) -> tuple[Field, ...]:
    """Return the fields of which many rows may be given values: those the account may write that hold one of their own.

    The village is none of them, nor what a row refers to, nor its pictures: those are changed in the
    form, a row at a time.
    """
    writable = set(policy.writable(table.name)) - STAMPS - {VILLAGE}
    chosen = (f for f in (*table.fields, *table.common) if f.type not in _NOT_TYPED)
    return tuple(f for f in chosen if f.name in writable)


class Change:
    """What is done to each row."""

    @property
    def fields(self) -> Collection[str]:
        """The fields that may change."""
        raise NotImplementedError

    @property
    def reads(self) -> Collection[str]:
        """The fields whose values are looked at."""
        return self.fields

    def of(self, row_id: int, row: Cells) -> Cells:
        """Return what a row is given, as typed or as stored; nothing for a row that is left alone."""
        raise NotImplementedError


@dataclass(frozen=True)
class _OfOne(Change):
    field: str

    @property
    def fields(self) -> Collection[str]:
        """The one field."""
        return (self.field,)


@dataclass(frozen=True)
class Put(_OfOne):
    """Every row is given the same value, as typed or as stored; None empties it."""

    value: object

    def of(self, _row_id: int, _row: Cells) -> Cells:
        """Return the value."""
        return {self.field: self.value}


@dataclass(frozen=True)
class Copy(_OfOne):
    """Every row is given what another of its fields says; where that says nothing, it is left alone."""

    source: str

    @property
    def reads(self) -> Collection[str]:
        """Both fields."""
        return (self.field, self.source)

    def of(self, _row_id: int, row: Cells) -> Cells:
        """Return the other field's value."""
        return {} if row[self.source] in {None, ""} else {self.field: row[self.source]}


@dataclass(frozen=True)
class Calculate(_OfOne):
    """The number in a field is multiplied, then added to; a row without one is left alone."""

    factor: float = 1.0
    addend: float = 0.0

    def of(self, _row_id: int, row: Cells) -> Cells:
        """Return the number, without what binary fractions leave at its end."""
        value = row[self.field]
        if not isinstance(value, int | float):
            return {}
        return {self.field: round(value * self.factor + self.addend, 9)}


@dataclass(frozen=True)
class Replace(Change):
    """A text is replaced where it occurs in what fields say.

    find : no pattern: every sign stands for itself. whole : only where it is all that the field says.
    case : whether capital and small letters are different.
    """

    names: tuple[str, ...]
    find: str
    by: str
    whole: bool = False
    case: bool = False

    @property
    def fields(self) -> Collection[str]:
        """The fields that are searched."""
        return self.names

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # As values are stored, but a space may be looked for too.
        return re.compile(re.escape(clean(self.find) or self.find), 0 if self.case else re.IGNORECASE)

    def of(self, _row_id: int, row: Cells) -> Cells:
        """Return the fields in which the text is, with the other in its place."""
        if not self.find:
            return {}
        return {name: by for name in self.names if (by := self._replaced(row[name])) is not None}

    def _replaced(self, value: object) -> str | None:
        if value is None:
            return None
        text = plain_text(value)
        if self.whole:
            return self.by if self._pattern.fullmatch(text) else None
        found, count = self._pattern.subn(lambda _: self.by, text)
        return found if count else None


@dataclass(frozen=True)
class Given(Change):
    """Each row is given values of its own, as from a list that somebody keeps elsewhere.

    fill : only fields that say nothing yet.
    """

    values: Mapping[int, Cells]
    fill: bool = False

    @cached_property
    def _fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self.values.values() for name in row))

    @property
    def fields(self) -> Collection[str]:
        """The fields that any row is given."""
        return self._fields

    def of(self, row_id: int, row: Cells) -> Cells:
        """Return the values of the row."""
        given = self.values.get(row_id, {})
        return {n: v for n, v in given.items() if row[n] in {None, ""}} if self.fill else given


@dataclass(frozen=True, slots=True)
class Becoming:
    """A row that changes: what names it, and the fields that change, as stored before and after."""

    id: int
    title: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be changed so: what names it, and why, a Chinese sentence."""

    id: int
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do to rows of a table. Those refused stay as they are; the others can change without them.

    unchanged : how many rows are so already, or have nothing to change.
    """

    table: str
    rows: tuple[Becoming, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unchanged: int = 0

    def without(self, ids: Collection[int]) -> "Preview":
        """Return the same, without changing these rows."""
        return replace(self, rows=tuple(row for row in self.rows if row.id not in ids))


def preview(
    session: Session, table: str, ids: Sequence[int], change: Change, *, watch: Watch = UNWATCHED
) -> Preview:
    """Return what `change` would do to these rows, by the rules of the table; nothing is written.

    Raises
    ------
    NotAllowed
        where the account may not write one of the fields.
    Cancelled
        where `watch` says so.
    """
    definition = session.catalog.tables[table]
    require_writable(session, definition, change.fields)
    wanted: dict[int, Cells] = {}
    before: dict[int, Mapping[str, Value]] = {}
    titles: dict[int, str] = {}
    for row_id, title, cells in _rows(session, definition, ids, change, watch):
        given = change.of(row_id, cells)
        if given:
            wanted[row_id], titles[row_id] = given, title
            before[row_id] = {name: cells[name] for name in given}
    after, problems = _settled(session, definition, wanted, watch)
    rows = tuple(
        Becoming(i, titles[i], {n: before[i][n] for n in after[i]}, after[i]) for i in wanted if i in after
    )
    refused = tuple(Refusal(i, titles[i], "；".join(told)) for i, told in problems.items())
    return Preview(table, rows, refused, len(ids) - len(rows) - len(refused))


def apply(edit: Edit, found: Preview) -> int:
    """Change the rows that can be, and return how many; those refused stay as they are.

    Raises
    ------
    Refused
        where rows have changed meanwhile so that they cannot; nothing was written.
    """
    edit.change_all(found.table, {row.id: row.after for row in found.rows})
    return len(found.rows)


def refused_list(session: Session, found: Preview) -> bytes:
    """Return the rows that are refused as a file that Excel opens as it is; the log has it first.

    Raises
    ------
    NotAllowed
        where the account may not take rows of the table out of the program.
    """
    table = session.catalog.tables[found.table]
    if not session.policy.allowed(found.table, Action.EXPORT):
        session.record(Act.EXPORT, table.title, outcome=REFUSED, detail=tr("改不了的名单"))
        raise NotAllowed(tr("您的角色不能导出“{table}”，名单只能在这里看").format(table=table.title))
    named = all(session.policy.column(table.name, n, Action.EXPORT) is Column.CLEAR for n in _naming(table))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([tr("记录"), tr("为什么改不了")])
    for row in found.refused:
        writer.writerow([inert_cell(row.title if named else str(row.id)), inert_cell(row.sentence)])
    session.record(Act.EXPORT, table.title, rows=len(found.refused), detail=tr("改不了的名单"))
    return text.getvalue().encode("utf-8-sig")


def _naming(table: Table) -> list[str]:
    """The fields that name a row, the best first."""
    plain = {field.name for field in table.plain_fields}
    return [
        n for n in dict.fromkeys([table.title_field, *(n for key in table.keys for n in key)]) if n in plain
    ]


def _rows(
    session: Session, table: Table, ids: Sequence[int], change: Change, watch: Watch
) -> Iterator[tuple[int, str, dict[str, Value]]]:
    """Yield id, title and what is looked at of rows, in the order of `ids`; those that are gone are left out."""
    naming, reads = _naming(table), list(dict.fromkeys(change.reads))
    flags = [n for n in reads if table.field_by_name[n].type is FieldType.BOOLEAN]
    listed = "".join(f', "{name}"' for name in (*naming, *reads))
    sql = f'SELECT id{listed} FROM "{table.name}" WHERE id IN (SELECT value FROM json_each(?))'
    for start in range(0, len(ids), _AT_ONCE):
        watch.step(tr("正在查看"), start, len(ids))
        some = ids[start : start + _AT_ONCE]
        found = {row[0]: row[1:] for row in session.query(sql, [json.dumps(list(some))])}
        for row_id in some:
            if row_id in found:
                values = found[row_id]
                title = next((str(v) for v in values[: len(naming)] if v not in {None, ""}), tr("没有名称"))
                cells = dict(zip(reads, values[len(naming) :], strict=True))
                yield row_id, title, cells | {n: bool(cells[n]) for n in flags if cells[n] is not None}


def _settled(
    session: Session, table: Table, wanted: Mapping[int, Cells], watch: Watch
) -> tuple[dict[int, dict[str, Value]], dict[int, list[str]]]:
    """Return what changes of each row, and why others cannot; what stays may be in the way of more."""
    refused: dict[int, list[str]] = {}
    while True:
        rest = {i: given for i, given in wanted.items() if i not in refused}
        after, problems = checked_all(session, table.name, rest, watch=watch)
        for problem in problems:
            _take_note(refused, problem)
        if not problems:
            return after, refused


def _take_note(refused: dict[int, list[str]], problem: Problem) -> None:
    refused.setdefault(problem.row or 0, []).append(problem.sentence)
