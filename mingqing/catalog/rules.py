"""What the values of a row must agree on among themselves: one set of rules for form, table, import and script.

What a single value may be is `values.parse`; what needs other rows, such as a number that occurs once in a village,
is asked by `store.edit` where it can be told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from mingqing.catalog.model import Rule, RuleKind, Table
from mingqing.core.text import tr

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Broken:
    """A field of a row that cannot stay as it is, and why: a Chinese sentence that need not name the field."""

    field: str
    sentence: str


def broken(table: Table, row: Row) -> Iterator[Broken]:
    """Yield what is wrong with the values of a row, each of which is fit by itself.

    row : stored values by field; what is absent counts as blank.
    """
    for field in table.fields:
        if field.required and row.get(field.name) in {None, ""}:
            yield Broken(field.name, tr("必须填写"))
    for rule in table.rules:
        if rule.kind in _CHECKS:
            yield from _CHECKS[rule.kind](table, rule, row)


def broken_among(table: Table, columns: Mapping[str, Sequence[object]]) -> Iterator[tuple[int, Broken]]:
    """Yield what `broken` says of rows that contradict themselves, with the index of the row.

    A pass over the columns finds the few rows in doubt; only those are looked at one by one.

    columns : stored values by field, all of one length; a rule that lacks the columns to break it costs nothing.
    """
    for rule in table.rules:
        doubt = _DOUBTS.get(rule.kind)
        if doubt is None or rule.fields[0] not in columns or columns.keys().isdisjoint(rule.fields[1:]):
            continue
        cells = [columns.get(name, repeat(None)) for name in rule.fields]
        for index, values in enumerate(zip(*cells, strict=False)):
            if doubt(*values):
                row = dict(zip(rule.fields, values, strict=True))
                for found in _CHECKS[rule.kind](table, rule, row):
                    yield index, found


def told_by_id_number(number: object) -> tuple[str, str] | None:
    """Return the birth date (ISO 8601) and sex that an identity number tells; None where it is none.

    GB 11643-1999: digits 7–14 are the date of birth, digit 17 is odd for men.

    Examples
    --------
    >>> told_by_id_number("99999919900307008X")
    ('1990-03-07', '女')
    """
    if not isinstance(number, str) or len(number) != 18 or not number[:17].isdigit():
        return None
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}", tr("男") if int(number[16]) % 2 else tr("女")


def _id_number_tells(_table: Table, rule: Rule, row: Row) -> Iterator[Broken]:
    number, *said = rule.fields
    told = told_by_id_number(row.get(number))
    if told is None:
        return
    for name, what in zip(said, told, strict=True):
        value = row.get(name)
        # A birth date may be known to the month or the year alone.
        if isinstance(value, str) and value and not what.startswith(value):
            yield Broken(
                name,
                tr("与身份证号不一致：身份证号上是 {told}，这里是 {value}").format(told=what, value=value),
            )


def _in_order(table: Table, rule: Rule, row: Row) -> Iterator[Broken]:
    first, second = rule.fields
    earlier, later = row.get(first), row.get(second)
    if not isinstance(earlier, str) or not isinstance(later, str) or not earlier or not later:
        return
    known = min(len(earlier), len(later))
    if later[:known] < earlier[:known]:
        title = table.field_by_name[first].title
        yield Broken(second, tr("不能早于“{title}”（{value}）").format(title=title, value=earlier))


_CHECKS: Mapping[RuleKind, Callable[[Table, Rule, Row], Iterator[Broken]]] = {
    RuleKind.ID_NUMBER_TELLS: _id_number_tells,
    RuleKind.IN_ORDER: _in_order,
}


def _id_number_in_doubt(number: object, birth: object, sex: object) -> bool:
    told = told_by_id_number(number) if birth or sex else None
    return told is not None and ((birth or told[0]), (sex or told[1])) != told


def _order_in_doubt(earlier: object, later: object) -> bool:
    return isinstance(earlier, str) and isinstance(later, str) and later < earlier


# By kind: whether values might break a rule; what says no is surely right, what says yes is looked at more closely.
_DOUBTS: Mapping[RuleKind, Callable[..., bool]] = {
    RuleKind.ID_NUMBER_TELLS: _id_number_in_doubt,
    RuleKind.IN_ORDER: _order_in_doubt,
}
