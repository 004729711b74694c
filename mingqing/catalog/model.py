"""The shape of the definitions in `layers/`: frozen, typed, with every name already resolved.

Fields, tables and catalogs are loaded once and compared by identity, so that they can be keys of caches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mingqing.catalog.style import Style
from mingqing.catalog.topology import TopologyRule


class FieldType(StrEnum):
    """What a field holds, and so how it is stored, checked and shown."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CODE = "code"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    REFERENCE = "reference"
    PHOTO = "photo"
    DATA = "data"  # of the program, such as JSON: in no form, card, table or file that comes in


class GeometryKind(StrEnum):
    """The kinds of geometry a table may hold."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


class Privacy(StrEnum):
    """How closely a field is kept: open to all, about a person, or able to harm a person."""

    OPEN = "open"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Mask(StrEnum):
    """How a value is shown to those who may not see it whole."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list: what is stored and shown, and the other ways people write it."""

    value: str
    arrives_as: tuple[str, ...] = ()
    leaves_as: str | None = None


@dataclass(frozen=True)
class CodeList:
    """A closed list of values. `spellings` maps every accepted spelling to the stored value."""

    name: str
    title: str
    codes: tuple[Code, ...]

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """Every spelling accepted on the way in, to the value stored."""
        found = self._exchanged
        found |= {alias: code.value for code in self.codes for alias in code.arrives_as}
        return found | {code.value: code.value for code in self.codes}

    @property
    def _exchanged(self) -> dict[str, str]:
        """Codes of exchange formats that stand for one value alone, and as a spreadsheet's number leaves them."""
        found: dict[str, str] = {}
        several: set[str] = set()
        for code in self.codes:
            whole = code.leaves_as or ""
            for written in {whole, whole.lstrip("0")} - {""}:
                if found.setdefault(written, code.value) != code.value:
                    several.add(written)
        return {written: value for written, value in found.items() if written not in several}


@dataclass(frozen=True, slots=True)
class Link:
    """One way a row from elsewhere names the row it belongs to: a field of a table, here `table.field`."""

    table: str
    field: str


# What every row says of who wrote it and when: put there by `store.changes`, never typed.
STAMPS = frozenset({"created_by", "created_at", "updated_by", "updated_at"})
LONGEST_TEXT = 4_000  # two pages; longer is no answer to any field, and no map could draw it


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A column of a table, a line of a form, a name in other people's files.

    `arrives_as` and `leaves_as` are names in files that come in and go out. `links` says, for a reference,
    by which fields the row it points to can be found, best first. `names` is the reference that leads to the same
    person or thing: a column that fills this field helps to find that row too.
    `default` is what a form begins a new row with, as typed; "today" for a date. `public` is whether an open value may
    be published: which house stands empty is a matter of the village, and of no thief.
    """

    name: str
    title: str
    type: FieldType
    required: bool = False
    codes: CodeList | None = None
    references: str | None = None
    links: tuple[Link, ...] = ()
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = LONGEST_TEXT
    privacy: Privacy = Privacy.OPEN
    mask: Mask | None = None
    search: bool = False
    group: str = ""
    help: str = ""
    arrives_as: tuple[str, ...] = ()
    leaves_as: str | None = None
    names: str | None = None
    default: str = ""
    public: bool = True


class RuleKind(StrEnum):
    """What several values of a row, or one value of several rows, must keep to."""

    ID_NUMBER_TELLS = "id_number_tells"  # fields: identity number, birth date, sex
    IN_ORDER = "in_order"  # fields: two dates, the earlier first
    UNIQUE = "unique"  # fields: together they occur once in a village


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a table, and the fields that it is about."""

    kind: RuleKind
    fields: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """One kind of thing: its geometry, its fields in form order, how rows are told apart and named.

    keys : sets of fields that, with the village, tell one row from another; the first set that a row
        has whole decides. Empty where nothing but its shape does.
    weak_keys : sets of fields that tell that a row is one already stored, where no key does and only one has them.
    listed_by : a code field; a file named after one of its values is a list of such rows.
    feeds : tables that a source row of this table may fill too.
    located_at : references to follow, for rows without geometry, to the row whose place they take.
    spoke_from : (table, field, value) of the row in the village from which a line is drawn to each place.
    title_field : the field whose value names a row on a card or in a list.
    rules : what values must keep to beyond what each field says.
    topology : what shapes must keep to.
    shared_borders : whether neighbours' borders move along where one of them is edited.
    """

    name: str
    title: str
    layer: str
    geometry: frozenset[GeometryKind]
    keys: tuple[tuple[str, ...], ...]
    fields: tuple[Field, ...]
    common: tuple[Field, ...]
    title_field: str
    weak_keys: tuple[tuple[str, ...], ...] = ()
    recognised_by: tuple[str, ...] = ()
    listed_by: str | None = None
    feeds: tuple[str, ...] = ()
    located_at: tuple[str, ...] = ()
    spoke_from: tuple[str, str, str] | None = None
    personal: bool = False
    rules: tuple[Rule, ...] = ()
    topology: tuple[TopologyRule, ...] = ()
    shared_borders: bool = False

    @cached_property
    def field_by_name(self) -> Mapping[str, Field]:
        """Fields of this table and those every table has, by name."""
        return {f.name: f for f in (*self.common, *self.fields)}

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Stored columns but `id` and `geometry`, in schema order."""
        return tuple(f.name for f in (*self.common, *self.fields))

    @cached_property
    def plain_fields(self) -> tuple[Field, ...]:
        """Fields of this table that hold a value of their own, not a reference."""
        return tuple(f for f in self.fields if f.references is None)

    @cached_property
    def photo_fields(self) -> tuple[Field, ...]:
        """Fields of this table that hold pictures."""
        return tuple(f for f in self.fields if f.type is FieldType.PHOTO)

    @property
    def has_geometry(self) -> bool:
        """Whether rows carry a shape of their own."""
        return bool(self.geometry)


@dataclass(frozen=True, slots=True)
class Draw:
    """One table in a thematic map, drawn in one variant of its style."""

    table: str
    variant: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One thematic map: its tables, and what is drawn on it from bottom to top."""

    code: str
    title: str
    about: str
    order: int
    icon: str
    tables: tuple[str, ...]
    draws: tuple[Draw, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Columns that are never taken, by words in their names or by whole names, and why."""

    reason: str
    words: tuple[str, ...]
    exact: tuple[str, ...]

    def covers(self, column: str) -> bool:
        """Whether a column of this name must not be taken.

        Examples
        --------
        >>> Refusal("民族信息", ("民族",), ("MZ",)).covers("户主民族")
        True
        >>> Refusal("民族信息", ("民族",), ("MZ",)).covers("mz")
        True
        """
        name = column.strip().lower()
        return name in {e.lower() for e in self.exact} or self.occurs_in(name)

    def occurs_in(self, text: str) -> bool:
        """Whether a longer text, such as the name of a list, speaks of it."""
        return any(word.lower() in text.lower() for word in self.words)


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything `layers/` says, by name.

    styles : table name → variant name → style; every variant a layer draws is there.
    """

    layers: Mapping[str, Layer]
    tables: Mapping[str, Table]
    codes: Mapping[str, CodeList]
    styles: Mapping[str, Mapping[str, Style]]
    refusals: tuple[Refusal, ...] = ()

    def refusal(self, column: str) -> Refusal | None:
        """Return why a column of this name is never taken, or None where it may be."""
        return next((r for r in self.refusals if r.covers(column)), None)

    @cached_property
    def themes(self) -> tuple[Layer, ...]:
        """The thematic maps a user chooses among, in order; the base is not one."""
        return tuple(sorted((x for x in self.layers.values() if x.draws), key=lambda x: x.order))

    def depth(self, table: str) -> int:
        """Return how many references deep a table stands: 0 for one that refers to no other.

        Rows of a lower table are written before those of a higher one that may point to them.
        """
        return self._depths[table]

    @cached_property
    def _depths(self) -> Mapping[str, int]:
        depths: dict[str, int] = {}

        def visit(name: str, above: tuple[str, ...]) -> int:
            if name not in depths:
                below = {f.references for f in self.tables[name].fields if f.references} - {*above, name}
                depths[name] = max((visit(b, (*above, name)) + 1 for b in below), default=0)
            return depths[name]

        for name in self.tables:
            visit(name, ())
        return depths
