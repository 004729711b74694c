"""What somebody typed above a column, as a filter. No Qt."""

import re

from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.desktop.table.columns import Column, Kind
from mingqing.store.conditions import Between, Filter, Holds

_BETWEEN = re.compile(r"\s*(?:-|~|—|–|至|到)\s*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LIMIT = re.compile(r"(>=|<=|>|<|≥|≤|=|大于|小于|不小于|不大于)\s*(-?\d+(?:\.\d+)?)")
_SPAN = re.compile(r"\s*(?:~|—|–|至|到)\s*|(?<=\d{4})\s*-\s*(?=\d{4})")
_DAY = re.compile(r"(\d{4})(?:[-./年](0?[1-9]|1[0-2])(?:[-./月]([0-2]?\d|3[01]))?)?[年月日]?")


def asked(column: Column, typed: str) -> Filter | None:
    """Return the filter that was typed; None for nothing.

    Raises
    ------
    InputRefused
        where it cannot be understood, with an example of what can.
    """
    typed = clean(typed)
    if not typed:
        return None
    if column.kind is Kind.NUMBER:
        return _numbers(column.name, typed)
    if column.kind is Kind.DATE:
        return _days(column.name, typed)
    return Holds(column.name, typed)


def _numbers(name: str, typed: str) -> Between:
    typed = typed.replace(",", "").replace("，", "")
    limit = _LIMIT.fullmatch(typed)
    if limit is not None:
        return _limited(name, limit[1], float(limit[2]))
    for parts in ((typed,), _BETWEEN.split(typed, maxsplit=1)):
        if all(_NUMBER.fullmatch(p) or (not p and len(parts) == 2) for p in parts) and any(parts):
            low, high = (float(p) if p else None for p in (parts[0], parts[-1]))
            return Between(name, low, high)
    raise InputRefused(tr("请这样填：3、2-5、>3 或 <10"))


def _limited(name: str, sign: str, number: float) -> Between:
    if sign == "=":
        return Between(name, number, number)
    upward = sign in {">", ">=", "≥", "大于", "不小于"}
    strict = sign in {">", "<", "大于", "小于"}
    return Between(name, number, None, strict) if upward else Between(name, None, number, strict)


def day_of(typed: str, *, last: bool = False) -> str | None:
    """Return the first or the last day of the day, month or year that was typed; None where it is none of these."""
    found = _DAY.fullmatch(typed)
    return _written(found, *(("12", "31") if last else ("01", "01")))


def _days(name: str, typed: str) -> Between:
    parts = _SPAN.split(typed, maxsplit=1)
    found = [_DAY.fullmatch(part) for part in parts]
    if any(each is None and part for each, part in zip(found, parts, strict=True)) or not any(found):
        raise InputRefused(tr("请这样填：1990、1990-05 或 1980-1990"))
    first, last = found[0], found[-1]
    return Between(name, _written(first, "01", "01"), _written(last, "12", "31"))


def _written(day: re.Match[str] | None, month: str, of_month: str) -> str | None:
    """A day as it is stored; dates are compared as text, so that a 31st of February does no harm."""
    if day is None:
        return None
    return f"{day[1]}-{(day[2] or month):0>2}-{(day[3] or of_month):0>2}"
