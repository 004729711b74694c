"""What a card says of a row: its facts, whom to call, and the rows linked to it. Gathered in a job; no Qt."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from mingqing.catalog.model import Field, FieldType, Table
from mingqing.core.files import data_dir
from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.store.session import Session

Row = Mapping[str, object]
_SHOWN_PER_GROUP = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call: in what role (may be empty), by name (may be empty), at which number."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A linked row, as listed on another row's card."""

    table: str
    id: int
    title: str
    brief: str
    tags: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    within: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Linked rows of one kind; `count` is of all of them, `entries` may be only the first."""

    title: str
    icon: str
    count: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a card shows, in reading order."""

    table: str
    id: int
    kind: str
    icon: str
    layer: str
    title: str
    place: str
    tags: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    contacts: tuple[Contact, ...]
    groups: tuple[Group, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class _Layout:
    heading: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


@cache
def _layouts() -> Mapping[str, _Layout]:
    raw = tomllib.loads((data_dir("resources") / "desktop" / "cards.toml").read_text(encoding="utf-8"))
    return {table: _Layout(**{k: tuple(v) for k, v in entry.items()}) for table, entry in raw.items()}


def _layout(table: str) -> _Layout:
    return _layouts().get(table, _Layout())


@dataclass
class _Gatherer:
    """Reads rows of one session, each once."""

    session: "Session"
    today: date
    _rows: dict[tuple[str, int], Row | None] = field(default_factory=dict)

    def row(self, table: str, row_id: int) -> Row | None:
        key = (table, row_id)
        if key not in self._rows:
            self._rows[key] = self.session.row(table, row_id)
        return self._rows[key]

    def definition(self, table: str) -> Table:
        return self.session.catalog.tables[table]

    # ── One value ──────────────────────────────────────────────────────────────────────────────────────────

    def text(self, of: Field, value: object) -> str:
        """Return a stored value as a reader expects it."""
        if value is None or value == "":
            return ""
        if of.type is FieldType.BOOLEAN:
            return tr("是") if value else tr("否")
        if of.type is FieldType.REFERENCE:
            return self.title(of.references or "", int(str(value)))
        if isinstance(value, float):
            value = f"{value:,.2f}".rstrip("0").rstrip(".")
        return f"{value} {of.unit}" if of.unit and of.unit != tr("年") else str(value)

    def title(self, table: str, row_id: int) -> str:
        """Return the name of a row."""
        row = self.row(table, row_id)
        return self.heading(table, row) if row is not None else ""

    def heading(self, table: str, row: Row) -> str:
        definition = self.definition(table)
        for name in (*_layout(table).heading, definition.title_field):
            text = self.text(definition.field_by_name[name], row.get(name))
            if text:
                return text
        return definition.title

    def brief(self, table: str, row: Row) -> str:
        fields = self.definition(table).field_by_name
        parts = []
        for wanted in _layout(table).brief:
            name, _, form = wanted.partition(":")
            value = row.get(name)
            text = age_text(value, self.today) if form == "age" else self.text(fields[name], value)
            if text and fields[name].type is FieldType.TEXT and name.endswith("_no"):
                text = f"{fields[name].title} {text}"
            parts.append(text)
        return " · ".join(p for p in parts if p)

    # ── One row ────────────────────────────────────────────────────────────────────────────────────────────

    def tags(self, table: str, row: Row) -> tuple[str, ...]:
        """Return the titles of what is so: dangerous, vacant and the like."""
        return tuple(
            f.title for f in self.definition(table).fields if f.type is FieldType.BOOLEAN and row.get(f.name)
        )

    def contacts(self, table: str, row: Row) -> tuple[Contact, ...]:
        """Return the numbers of a row, each with the person whose field stands before it in the form."""
        definition = self.definition(table)
        found, person = [], None
        for f in definition.fields:
            value = self.text(f, row.get(f.name))
            if f.type is FieldType.PHONE and value:
                role, name = _whose(definition, f, person, row)
                found.append(Contact(role, name, value))
            person = f if f.mask == "name" and f.name != definition.title_field else None
        return tuple(found)

    def facts(self, table: str, row: Row) -> tuple[tuple[str, str], ...]:
        """Return (title, value) of the form's fields that are not shown in another way."""
        definition, heading = self.definition(table), self.heading(table, row)
        called = {c.name for c in self.contacts(table, row)}
        facts = []
        for f in definition.fields:
            value = self.text(f, row.get(f.name))
            elsewhere = f.type in {FieldType.BOOLEAN, FieldType.REFERENCE, FieldType.PHONE}
            if value and not elsewhere and value != heading and not (f.mask == "name" and value in called):
                facts.append((f.title, value))
        return tuple(facts)

    def entry(self, table: str, row_id: int, *, deep: bool = True) -> Entry | None:
        row = self.row(table, row_id)
        if row is None:
            return None
        within = (
            tuple(e for kind in _layout(table).within for e in self.entries(table, row_id, kind, deep=False))
            if deep
            else ()
        )
        return Entry(
            table,
            row_id,
            self.heading(table, row),
            self.brief(table, row),
            self.tags(table, row),
            self.contacts(table, row),
            within,
        )

    # ── Linked rows ────────────────────────────────────────────────────────────────────────────────────────

    def step(self, table: str, row_id: int, to: str) -> Iterator[int]:
        """Yield the ids of rows of `to` that this row points to, or that point to it."""
        row = self.row(table, row_id)
        for f in self.definition(table).fields:
            if f.references == to and row is not None and row.get(f.name) is not None:
                yield int(str(row[f.name]))
        yield from (other for name, other in self.session.referring(table, row_id) if name == to)

    def reach(self, table: str, row_id: int, path: str) -> list[int]:
        """Return the ids at the end of a path of tables, each once, never the row itself."""
        here, at = [row_id], table
        for to in path.split("/"):
            here = list(dict.fromkeys(i for start in here for i in self.step(at, start, to)))
            at = to
        return [i for i in here if (at, i) != (table, row_id)]

    def entries(self, table: str, row_id: int, path: str, *, deep: bool = True) -> Iterator[Entry]:
        to = path.rsplit("/", 1)[-1]
        for other in self.reach(table, row_id, path)[:_SHOWN_PER_GROUP]:
            found = self.entry(to, other, deep=deep)
            if found is not None:
                yield found

    def groups(self, table: str, row_id: int) -> Iterator[Group]:
        catalog = self.session.catalog
        for path in _layout(table).groups:
            to = catalog.tables[path.rsplit("/", 1)[-1]]
            ids = self.reach(table, row_id, path)
            if ids:
                entries = tuple(self.entries(table, row_id, path))
                yield Group(to.title, catalog.layers[to.layer].icon, len(ids), entries)


def _whose(table: Table, phone: Field, person: Field | None, row: Row) -> tuple[str, str]:
    """Return the role and name that go with a phone field: of the person before it, else of the row itself."""
    if person is not None:
        return person.title, str(row.get(person.name) or "")
    named = table.field_by_name[table.title_field]
    if named.mask == "name":
        return named.title, str(row.get(named.name) or "")
    return phone.title, ""


def age_text(birth: object, today: date) -> str:
    """Return the age of somebody born on an ISO date; empty where there is none.

    Examples
    --------
    >>> age_text("1950-06-02", date(2026, 6, 1))
    '75 岁'
    >>> age_text(None, date(2026, 6, 1))
    ''
    """
    try:
        born = date.fromisoformat(str(birth))
    except ValueError:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return tr("{years} 岁").format(years=years)


def _origin(row: Row) -> str:
    parts = []
    if row.get("source"):
        parts.append(tr("来源 {source}").format(source=row["source"]))
    if row.get("verified_on"):
        parts.append(tr("{day} 核实").format(day=row["verified_on"]))
    return " · ".join(parts)


def name_of(session: "Session", table: str, row_id: int) -> str:
    """Return what names a row in a list; empty where nothing in it does."""
    reader = _Gatherer(session, _today())
    row = reader.row(table, row_id)
    if row is None:
        return ""
    heading = reader.heading(table, row)
    brief = reader.brief(table, row)
    if heading == reader.definition(table).title:
        return brief
    return f"{heading} · {brief}" if brief else heading


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


def gather(session: "Session", table: str, row_id: int, *, village_names: Mapping[str, str]) -> Card | None:
    """Return the card of a row, or None where it is gone.

    Parameters
    ----------
    village_names : code → name, for the line that says where the row belongs.
    """
    reader = _Gatherer(session, _today())
    row = reader.row(table, row_id)
    if row is None:
        return None
    definition = reader.definition(table)
    layer = session.catalog.layers[definition.layer]
    return Card(
        table,
        row_id,
        definition.title,
        layer.icon,
        layer.code,
        reader.heading(table, row),
        village_names.get(str(row.get("village_code")), ""),
        reader.tags(table, row),
        reader.facts(table, row),
        reader.contacts(table, row),
        tuple(reader.groups(table, row_id)),
        _origin(row),
    )
