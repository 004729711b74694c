"""Which columns of a table an account is offered, and how their values are written. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from mingqing.access.policy import Column as Shown
from mingqing.access.policy import Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.catalog.values import counted_photos
from mingqing.core.text import tr
from mingqing.desktop.card.content import headings
from mingqing.store.changes import Value
from mingqing.store.conditions.tree import VILLAGE


class Kind(Enum):
    """How a column is asked for: by a part of its text, by a range, or by ticking some of few values."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


_KINDS = {
    FieldType.INTEGER: Kind.NUMBER,
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.DATE: Kind.DATE,
    FieldType.BOOLEAN: Kind.CHOICE,
    FieldType.CODE: Kind.CHOICE,
}


_STAMPS = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is offered.

    why : a sentence on why its values are masked; empty where they are shown whole.
    copied : whether the account may take its values along, out of the program.
    shown_at_first : whether everybody looks for it; where a row comes from and how long it is kept few do.
    """

    field: Field
    why: str
    copied: bool
    shown_at_first: bool

    @property
    def name(self) -> str:
        """The column of the table."""
        return self.field.name

    @property
    def title(self) -> str:
        """What stands above it, with the unit of its numbers."""
        if self.field.name == VILLAGE:
            return tr("村")
        unit = self.field.unit
        return f"{self.field.title}（{unit}）" if unit and unit != tr("年") else self.field.title

    @property
    def kind(self) -> Kind:
        """How it is asked for."""
        return _KINDS.get(self.field.type, Kind.TEXT)

    @property
    def choices(self) -> Mapping[Value, str]:
        """The values there may be, with what is written for them; None for none."""
        if self.field.type is FieldType.BOOLEAN:
            return {1: tr("是"), 0: tr("否"), None: tr("没有填写")}
        codes = self.field.codes.codes if self.field.codes is not None else ()
        return {**{code.value: code.value for code in codes}, None: tr("没有填写")}

    def text(self, value: Value) -> str:
        """Return a value as a reader expects it below the title."""
        if value is None or value == "":
            return ""
        if self.field.type is FieldType.BOOLEAN:
            return tr("是") if value else tr("否")
        if self.field.type is FieldType.PHOTO:
            return counted_photos(value)
        if self.field.name in _STAMPS:
            return local_time(str(value))
        if isinstance(value, float):
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        return str(value)


def local_time(stamp: str) -> str:
    """Return a moment kept as UTC as the clock on the wall shows it; other text as it is.

    Examples
    --------
    >>> local_time("去年")
    '去年'
    """
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment.tzinfo is not None else stamp


def offered(policy: Policy, table: Table) -> tuple[Column, ...]:
    """Return the columns of which the account sees something, the village first, where a row comes from last."""
    own = (*table.common[:1], *_told(table), *table.common[1:])
    found = []
    for field in own:
        shown, why = _shown(policy, table, field)
        if shown is not Shown.ABSENT:
            at_first = field.name == VILLAGE or field in table.fields
            found.append(Column(field, why, _may_leave(policy, table, field), at_first))
    return tuple(found)


def withheld(policy: Policy, table: Table) -> list[str]:
    """Return the titles of the columns of which the account sees nothing."""
    return [f.title for f in _told(table) if _shown(policy, table, f)[0] is Shown.ABSENT]


def _told(table: Table) -> list[Field]:
    return [f for f in table.fields if f.type is not FieldType.DATA]


def _shown(policy: Policy, table: Table, field: Field) -> tuple[Shown, str]:
    """How a field is shown and why not whole; a reference is as what names the row it points to."""
    shown = policy.column(table.name, field.name)
    if shown is Shown.ABSENT or field.references is None:
        return shown, (policy.explain(table.name, field.name) or "") if shown is Shown.MASKED else ""
    named = (_shown(policy, target, name) for target, name in _naming(policy, field))
    return next((found for found in named if found[0] is not Shown.ABSENT), (Shown.ABSENT, ""))


def _may_leave(policy: Policy, table: Table, field: Field) -> bool:
    """Whether the account may export a field as it sees it: for another role of its own it may be masked."""
    same = policy.column(table.name, field.name) is policy.column(table.name, field.name, Action.EXPORT)
    return same and all(_may_leave(policy, target, name) for target, name in _naming(policy, field))


def _naming(policy: Policy, field: Field) -> list[tuple[Table, Field]]:
    """The fields that may name the row to which a reference points; none where the field is no reference."""
    if field.references is None:
        return []
    target = policy.catalog.tables[field.references]
    names = dict.fromkeys((*headings().get(target.name, ()), target.title_field))
    return [(target, target.field_by_name[name]) for name in names]


def placeable(policy: Policy, table: Table) -> bool:
    """Whether the account sees where rows of a table are: their shapes, or what they belong to."""
    here = table
    for step in table.located_at:
        if policy.column(here.name, step) is not Shown.CLEAR:
            return table.has_geometry
        here = policy.catalog.tables[here.field_by_name[step].references or ""]
        if not policy.allowed(here.name, Action.SEE):
            return table.has_geometry
    return here.has_geometry
