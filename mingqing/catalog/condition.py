"""Conditions on a row's fields, without a syntax: a field, a relation, a value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

Plain: TypeAlias = str | int | float | bool
"""What a field may hold in the file."""


class Relation(StrEnum):
    """How a field's value stands to that of a condition. Of a value that is missing only `MISSING` holds."""

    IS = "is"
    IS_NOT = "is_not"
    AMONG = "among"
    CONTAINS = "contains"
    LESS = "less"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    MORE = "more"
    MISSING = "missing"
    PRESENT = "present"


ORDERED: Mapping[Relation, Callable[[Any, Any], Any]] = {
    Relation.LESS: lt,
    Relation.AT_MOST: le,
    Relation.AT_LEAST: ge,
    Relation.MORE: gt,
}
"""The relations of order, for two values, or for an array and a value."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One field in one relation to a value; dates are ISO texts, which sort by time.

    value : for `AMONG` several; of no matter for `MISSING` and `PRESENT`.
    """

    field: str
    relation: Relation
    value: Plain | tuple[Plain, ...] = ""

    def holds(self, value: object | None) -> bool:
        """Whether the condition is true of a row that has `value` in the field.

        Examples
        --------
        >>> Condition("storeys", Relation.AT_LEAST, 3).holds(4)
        True
        >>> Condition("storeys", Relation.AT_LEAST, 3).holds(None)
        False
        >>> Condition("built_on", Relation.LESS, "2000-01-01").holds("1998-05-01")
        True
        """
        missing = value is None or value == ""
        if missing or self.relation in {Relation.MISSING, Relation.PRESENT}:
            return missing == (self.relation is Relation.MISSING)
        if isinstance(self.value, tuple):
            return value in self.value
        if self.relation in ORDERED:
            return _comparable(value, self.value) and bool(ORDERED[self.relation](value, self.value))
        if self.relation is Relation.CONTAINS:
            return str(self.value) in str(value)
        return (value == self.value) == (self.relation is Relation.IS)


def _comparable(one: object, other: object) -> bool:
    return isinstance(one, str) == isinstance(other, str) and isinstance(one, str | int | float)
