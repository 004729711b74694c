"""Which fields a table can be classed by, and whether an account may see what a choice would show."""

from mingqing.access.policy import Column, Policy
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.classify.choice import VALUE, Choice, Kind
from mingqing.classify.statistics import statistics

_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE})
_VALUES = frozenset({FieldType.CODE, FieldType.BOOLEAN, FieldType.TEXT, FieldType.INTEGER})
# What is different in every row, or says who typed it in, makes no classes.
_NEVER = frozenset(
    {"village_code", "source", "created_by", "created_at", "updated_by", "updated_at"}
    | {"purpose", "legal_basis", "keep_until"}
)


def fields_for(table: Table, kind: Kind, policy: Policy) -> tuple[Field, ...]:
    """Return the fields of a table by which classes of a kind make sense, of those that the account sees whole."""
    types = _NUMBERS if kind in {Kind.GRADUATED, Kind.SIZE, Kind.HEAT} else _VALUES | _NUMBERS
    if kind is Kind.CATEGORIES:
        types = _VALUES
    unlike = _NEVER | {name for key in (*table.keys, *table.weak_keys) for name in key}
    return tuple(
        f
        for f in (*table.fields, *table.common)
        if f.type in types
        and f.name not in unlike
        and f.mask is None
        and not (f.type is FieldType.DATE and kind is Kind.HEAT)
        and policy.column(table.name, f.name) is Column.CLEAR
    )


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
    named = (name.split(".", 1) for name in reveals(choice))
    return all(policy.column(table, field) is Column.CLEAR for table, field in named)
