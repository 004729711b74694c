"""What a card says of a row: its facts, whom to call, and the rows linked to it. Gathered in a job; no Qt."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING

from mingqing.access.policy import Column
from mingqing.access.roles import Action
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.catalog.values import counted_photos, photo_ids
from mingqing.core.files import data_dir
from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.store.session import Session

Row = Mapping[str, object]
_SHOWN_PER_GROUP = 60
_SHOWN_ELSEWHERE = {
    FieldType.BOOLEAN,
    FieldType.REFERENCE,
    FieldType.PHONE,
    FieldType.PHOTO,
    FieldType.DATA,
}


@dataclass(frozen=True, slots=True)
class Veil:
    """Why a value is not shown whole: which value it is, what to say of it, and whether a reason lifts it."""

    table: str
    id: int
    field: str
    title: str
    why: str
    liftable: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the form with its value, which is masked or empty under a veil."""

    title: str
    value: str
    veil: Veil | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call: in what role (may be empty), by name (may be empty), at which number."""

    role: str
    name: str
    phone: str
    veil: Veil | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A linked row, as listed on another row's card. `masked` : its title tells it from no other."""

    table: str
    id: int
    title: str
    brief: str
    tags: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    within: tuple["Entry", ...] = ()
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Linked rows of one kind; `count` is of all of them, `entries` may be only the first."""

    title: str
    icon: str
    count: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Photos:
    """The pictures of one field, by name."""

    title: str
    field: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a card shows, in reading order. `hidden` : titles of fields of which nothing is shown.

    editable : whether the account may change such rows.
    """

    table: str
    id: int
    kind: str
    icon: str
    layer: str
    title: str
    place: str
    tags: tuple[str, ...]
    facts: tuple[Fact, ...]
    contacts: tuple[Contact, ...]
    groups: tuple[Group, ...]
    origin: str
    veil: Veil | None = None
    hidden: tuple[str, ...] = ()
    photos: tuple[Photos, ...] = ()
    editable: bool = False


@dataclass(frozen=True, slots=True)
class _Layout:
    add: str = ""
    heading: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


@cache
def _layouts() -> Mapping[str, _Layout]:
    raw = tomllib.loads((data_dir("resources") / "desktop" / "cards.toml").read_text(encoding="utf-8"))
    made: dict[str, _Layout] = {}
    for table, entry in raw.items():
        add = entry.pop("add", "")
        made[table] = _Layout(add, **{k: tuple(v) for k, v in entry.items()})
    return made


def headings() -> Mapping[str, tuple[str, ...]]:
    """Return, by table, the fields the first of which that is filled names a row, before the table's own."""
    return {table: layout.heading for table, layout in _layouts().items() if layout.heading}


def layout_of(table: str) -> _Layout:
    """Return what cards and forms say of the rows of a table."""
    return _layouts().get(table, _Layout())


@dataclass
class Gatherer:
    """Reads rows of one session, each once."""

    session: "Session"
    today: date
    _rows: dict[tuple[str, int], Row | None] = field(default_factory=dict)

    def row(self, table: str, row_id: int) -> Row | None:
        """Return a row as the account has it, None where it is gone."""
        key = (table, row_id)
        if key not in self._rows:
            self._rows[key] = self.session.row(table, row_id)
        return self._rows[key]

    def definition(self, table: str) -> Table:
        """Return what `layers/` says of a table."""
        return self.session.catalog.tables[table]

    # ── One value ──────────────────────────────────────────────────────────────────────────────────────────

    def text(self, of: Field, value: object) -> str:
        """Return a stored value as a reader expects it."""
        if value is None or value == "":
            return ""
        if of.type is FieldType.BOOLEAN:
            return tr("是") if value else tr("否")
        if of.type is FieldType.PHOTO:
            return counted_photos(value)
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
        """Return what names a row: its table where nothing in it does."""
        named = self.named_by(table, row)
        return self.text(named, row.get(named.name)) if named is not None else self.definition(table).title

    def named_by(self, table: str, row: Row) -> Field | None:
        """Return the field that names a row, or None where each that could is empty."""
        return next((f for f in self._naming(table) if self.text(f, row.get(f.name))), None)

    def _naming(self, table: str) -> tuple[Field, ...]:
        """Return the fields that may name a row, best first."""
        definition = self.definition(table)
        names = (*layout_of(table).heading, definition.title_field)
        return tuple(definition.field_by_name[name] for name in names)

    def veil(self, table: str, row: Row, of: Field) -> Veil | None:
        """Return why a field is not shown whole, None where it is; of a reference, why what it names is not."""
        policy = self.session.policy
        if of.references is not None and row.get(of.name) is not None:
            other = int(str(row[of.name]))
            target = self.row(of.references, other)
            named = self.named_by(of.references, target) if target is not None else None
            return (
                self.veil(of.references, target, named) if target is not None and named is not None else None
            )
        if policy.column(table, of.name) is Column.CLEAR:
            return None
        why = policy.explain(table, of.name) or ""
        liftable = policy.may_unmask(table, of.name) and self.session.info.read_only is None
        return Veil(table, int(str(row["id"])), of.name, of.title, why, liftable)

    def brief(self, table: str, row: Row) -> str:
        """Return the line below the name of a row where it is listed."""
        fields = self.definition(table).field_by_name
        parts = []
        for wanted in layout_of(table).brief:
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
        found = []
        for phone, person in self._phones(table):
            value = self.text(phone, row.get(phone.name))
            if value:
                name = str(row.get(person.name) or "") if person is not None else ""
                role = (person or phone).title
                found.append(Contact(role, name, value, self.veil(table, row, phone)))
        return tuple(found)

    def _phones(self, table: str) -> Iterator[tuple[Field, Field | None]]:
        """Yield the phone fields, each with that of its person: the one before it, else the one that names the row."""
        definition, person = self.definition(table), None
        named = definition.field_by_name[definition.title_field]
        for f in definition.fields:
            if f.type is FieldType.PHONE:
                yield f, person or (named if named.mask == "name" else None)
            person = f if f.mask == "name" and f is not named else None

    def facts(self, table: str, row: Row) -> tuple[Fact, ...]:
        """Return the form's fields that are not shown in another way."""
        heading = self.heading(table, row)
        elsewhere = {f for f in self._naming(table) if self.text(f, row.get(f.name)) == heading}
        elsewhere |= {p for phone, p in self._phones(table) if p is not None and row.get(phone.name)}
        facts = []
        for f in self.definition(table).fields:
            if f in elsewhere or f.type in _SHOWN_ELSEWHERE:
                continue
            value, veil = self.text(f, row.get(f.name)), self.veil(table, row, f)
            if value or (veil is not None and veil.liftable and self._is_absent(table, f)):
                facts.append(Fact(f.title, value, veil))
        return tuple(facts)

    def photos(self, table: str, row: Row) -> tuple[Photos, ...]:
        """Return the pictures of a row; none where the account does not see them."""
        fields = self.definition(table).photo_fields
        found = (Photos(f.title, f.name, photo_ids(row.get(f.name))) for f in fields)
        return tuple(each for each in found if each.names)

    def hidden(self, table: str) -> tuple[str, ...]:
        """Return the titles of the fields of which the account may see nothing, not even for a reason."""
        policy = self.session.policy
        return tuple(
            f.title
            for f in self.definition(table).fields
            if f.type is not FieldType.DATA
            and self._is_absent(table, f)
            and not policy.may_unmask(table, f.name)
        )

    def _is_absent(self, table: str, of: Field) -> bool:
        return self.session.policy.column(table, of.name) is Column.ABSENT

    def entry(self, table: str, row_id: int, *, deep: bool = True) -> Entry | None:
        """Return a row as it is listed on the card of another; `deep` with the rows within it."""
        row = self.row(table, row_id)
        if row is None:
            return None
        within = (
            tuple(
                e for kind in layout_of(table).within for e in self.entries(table, row_id, kind, deep=False)
            )
            if deep
            else ()
        )
        named = self.named_by(table, row)
        return Entry(
            table,
            row_id,
            self.heading(table, row),
            self.brief(table, row),
            self.tags(table, row),
            self.contacts(table, row),
            within,
            named is not None and self.veil(table, row, named) is not None,
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
        """Yield the rows at the end of a path of tables as they are listed, the first of many."""
        to = path.rsplit("/", 1)[-1]
        for other in self.reach(table, row_id, path)[:_SHOWN_PER_GROUP]:
            found = self.entry(to, other, deep=deep)
            if found is not None:
                yield found

    def groups(self, table: str, row_id: int) -> Iterator[Group]:
        """Yield the linked rows that a card of the table gathers."""
        catalog = self.session.catalog
        for path in layout_of(table).groups:
            to = catalog.tables[path.rsplit("/", 1)[-1]]
            ids = self.reach(table, row_id, path)
            if ids:
                entries = tuple(self.entries(table, row_id, path))
                yield Group(to.title, catalog.layers[to.layer].icon, len(ids), entries)


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
    reader = Gatherer(session, today())
    row = reader.row(table, row_id)
    if row is None:
        return ""
    heading = reader.heading(table, row)
    brief = reader.brief(table, row)
    if heading == reader.definition(table).title:
        return brief
    return f"{heading} · {brief}" if brief else heading


def today() -> date:
    """Return the day it is here."""
    return datetime.now(tz=UTC).astimezone().date()


def gather(session: "Session", table: str, row_id: int, *, village_names: Mapping[str, str]) -> Card | None:
    """Return the card of a row, or None where it is gone.

    Parameters
    ----------
    village_names : code → name, for the line that says where the row belongs.
    """
    reader = Gatherer(session, today())
    row = reader.row(table, row_id)
    if row is None:
        return None
    definition = reader.definition(table)
    layer = session.catalog.layers[definition.layer]
    named = reader.named_by(table, row)
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
        reader.veil(table, row, named) if named is not None else None,
        reader.hidden(table),
        reader.photos(table, row),
        session.info.read_only is None and session.policy.allowed(table, Action.EDIT),
    )


def value_text(session: "Session", of: Field, value: object) -> str:
    """Return a value of a field as a card says it; of a reference, what names the row it points to."""
    return Gatherer(session, today()).text(of, value)


def heading_of(session: "Session", table: str, row: Row) -> str:
    """Return what names a row whose cells are at hand, be it there or not."""
    return Gatherer(session, today()).heading(table, row)


def text_of(session: "Session", veil: Veil, value: object) -> str:
    """Return what a veil hid as a card says it."""
    field_of = session.catalog.tables[veil.table].field_by_name[veil.field]
    return Gatherer(session, today()).text(field_of, value)
