"""Which fields a table can be classed by, and whether an account may see what a choice would show."""

from collections.abc import Mapping
from dataclasses import dataclass

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Catalog, Field, FieldType, GeometryKind, Table
from mingqing.classify.choice import VALUE, Choice, Kind
from mingqing.classify.statistics import statistics
from mingqing.core.text import tr

_AMOUNTS = (FieldType.NUMBER, FieldType.INTEGER)
_FEW = (FieldType.CODE, FieldType.BOOLEAN, FieldType.INTEGER)
# Which fields make classes, those that are most likely meant first.
_TYPES: Mapping[Kind, tuple[FieldType, ...]] = {
    Kind.CATEGORIES: (*_FEW, FieldType.TEXT),
    Kind.GRADUATED: (*_AMOUNTS, FieldType.DATE),
    Kind.SIZE: _AMOUNTS,
    Kind.RULES: (*_FEW, FieldType.NUMBER, FieldType.DATE, FieldType.TEXT),
    Kind.AREAS: (),
    Kind.HEAT: _AMOUNTS,
}
# What is different in every row, or says who typed it in, makes no classes.
_NEVER = frozenset(
    {"village_code", "source", "created_by", "created_at", "updated_by", "updated_at"}
    | {"purpose", "legal_basis", "keep_until"}
)
# Text that is hardly ever the same twice: a colour for each value says nothing, though a rule may ask for a word.
_OWN_WORDS = frozenset(
    {"address", "contract_no", "uscc", "note", "need", "care", "measure", "result", "contents"}
)
_AREAS = frozenset({"village", "grid"})
_ON_HOUSES = ("household", "resident", "key_person")  # stand at houses: where those are dense can be theirs


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a table can be classed by: the words for it, and the choice's `table` and `field`."""

    title: str
    table: str
    field: str


def kinds_for(table: str, policy: Policy) -> tuple[Kind, ...]:
    """Return the ways to class a table for which the account sees anything to class it by."""
    wanted = [kind for kind in Kind if (kind is Kind.AREAS) == (table in _AREAS)]
    return tuple(kind for kind in wanted if offers(table, kind, policy))


def offers(table: str, kind: Kind, policy: Policy) -> list[Offer]:
    """Return what a table can be classed by in a way, of what the account sees whole."""
    definition = policy.catalog.tables[table]
    if kind is Kind.AREAS:
        known = (Choice(table, kind, code) for code in statistics())
        return [Offer(statistics()[c.field].title, table, c.field) for c in known if is_visible(c, policy)]
    if kind is Kind.HEAT:
        return _crowds(definition, policy) if definition.geometry != {GeometryKind.LINE} else []
    return [Offer(f.title, table, f.name) for f in fields_for(definition, kind, policy)]


def _crowds(table: Table, policy: Policy) -> list[Offer]:
    names = (table.name, *(_ON_HOUSES if table.name == "house" else ()))
    weights = (f for f in fields_for(table, Kind.HEAT, policy) if f.unit not in {None, "年"})
    found = [
        (policy.catalog.tables[n].title, n, "")
        for n in names
        if policy.allowed(n, Action.SEE) and is_visible(Choice(n, Kind.HEAT), policy)
    ]
    found += [(f.title, table.name, f.name) for f in weights]
    return [Offer(tr("{title}的疏密").format(title=title), *at) for title, *at in found]


def fields_for(table: Table, kind: Kind, policy: Policy) -> tuple[Field, ...]:
    """Return the fields of a table by which classes of a kind make sense, of those that the account sees whole."""
    unlike = _NEVER | (_OWN_WORDS if kind is Kind.CATEGORIES else frozenset())
    unlike |= {name for key in (*table.keys, *table.weak_keys) for name in key}
    found = [
        f
        for f in (*table.fields, *table.common)
        if f.type in _TYPES[kind]
        and f.name not in unlike
        and f.mask is None
        and policy.column(table.name, f.name) is Column.CLEAR
    ]
    return tuple(sorted(found, key=lambda f: _TYPES[kind].index(f.type)))


def reveals(choice: Choice) -> tuple[str, ...]:
    """Return, as `table.field`, what must be seen whole by whoever is shown the choice."""
    if choice.kind is Kind.AREAS:
        return (f"{choice.table}.village_code", *_of_statistic(choice.field))
    asked = {c.field for part in choice.parts for c in part.where} - {VALUE}
    names = dict.fromkeys(("village_code", *filter(None, [choice.field]), *sorted(asked)))
    return tuple(f"{choice.table}.{name}" for name in names)


def _of_statistic(code: str) -> tuple[str, ...]:
    statistic = statistics().get(code)
    return () if statistic is None else statistic.reveals


def is_visible(choice: Choice, policy: Policy) -> bool:
    """Whether the account sees everything that a choice would show."""
    named = [name.split(".", 1) for name in reveals(choice)]
    if choice.kind is Kind.HEAT:
        named += _way_to_place(choice.table, policy.catalog)
    return all(policy.column(table, field) is Column.CLEAR for table, field in named)


def _way_to_place(table: str, catalog: Catalog) -> list[list[str]]:
    """Return [table, field] of the references by which rows without a shape of their own are placed."""
    found, here = [], table
    for step in catalog.tables[table].located_at:
        found.append([here, step])
        here = catalog.tables[here].field_by_name[step].references or ""
    return found
