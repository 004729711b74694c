"""The ways to ask about a field; what each makes of an answer, and which answer a condition stands for. No Qt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from mingqing.catalog.model import Field, FieldType
from mingqing.core.text import clean, tr
from mingqing.desktop.table.asking import day_of
from mingqing.store.conditions import (
    Aged,
    All,
    Between,
    Condition,
    Filled,
    Holds,
    Not,
    OneOf,
)

Answer: TypeAlias = Any
"""A text, a number, the first and last day of what was typed, a set of values, or two of these."""


class Takes(Enum):
    """What is to be filled in after the relation."""

    NOTHING = "nothing"
    TEXT = "text"
    NUMBER = "number"
    NUMBERS = "numbers"
    DATE = "date"
    DATES = "dates"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Relation:
    """One way to ask.

    make : the condition on a column with an answer.
    """

    key: str
    text: str
    takes: Takes
    make: Callable[[str, Answer], Condition]


_Make = Callable[[str, Answer], Condition]
_MAKE: Mapping[str, _Make] = {
    "holds": Holds,
    "is": lambda column, text: OneOf(column, frozenset({text})),
    "among": lambda column, values: OneOf(column, frozenset(values)),
    "set": lambda column, _: OneOf(column, frozenset({1})),
    "equal": lambda column, n: Between(column, n, n),
    "least": lambda column, n: Between(column, n, None),
    "more": lambda column, n: Between(column, n, None, strict=True),
    "most": lambda column, n: Between(column, None, n),
    "less": lambda column, n: Between(column, None, n, strict=True),
    "between": lambda column, two: Between(column, *two),
    "on": lambda column, days: Between(column, *days),
    "since": lambda column, days: Between(column, days[0], None),
    "until": lambda column, days: Between(column, None, days[1]),
    "during": lambda column, two: Between(column, two[0][0], two[1][1]),
    "aged": lambda column, n: Aged(column, int(n), None),
    "younger": lambda column, n: Aged(column, None, int(n) - 1),
    "filled": lambda column, _: Filled(column, filled=True),
    "empty": lambda column, _: Filled(column, filled=False),
    "there": lambda _column, _: All(),
}


def _not(key: str) -> _Make:
    return lambda column, answer: Not(_MAKE[key](column, answer))


def _ways(*ways: tuple[str, str, Takes]) -> tuple[Relation, ...]:
    return tuple(
        Relation(key, text, takes, _not(key[4:]) if key.startswith("not_") else _MAKE[key])
        for key, text, takes in ways
    )


_FILLED = _ways(("empty", tr("为空"), Takes.NOTHING), ("filled", tr("不为空"), Takes.NOTHING))
_TEXT = _ways(
    ("holds", tr("包含"), Takes.TEXT),
    ("not_holds", tr("不包含"), Takes.TEXT),
    ("is", tr("是"), Takes.TEXT),
    ("not_is", tr("不是"), Takes.TEXT),
)
_CODE = _ways(("among", tr("是"), Takes.CHOICES), ("not_among", tr("不是"), Takes.CHOICES))
_FLAG = _ways(("set", tr("是"), Takes.NOTHING), ("not_set", tr("不是"), Takes.NOTHING))
_NUMBER = _ways(
    ("least", tr("大于等于"), Takes.NUMBER),
    ("most", tr("小于等于"), Takes.NUMBER),
    ("between", tr("介于"), Takes.NUMBERS),
    ("equal", tr("等于"), Takes.NUMBER),
    ("not_equal", tr("不等于"), Takes.NUMBER),
    ("more", tr("大于"), Takes.NUMBER),
    ("less", tr("小于"), Takes.NUMBER),
)
_DATE = _ways(
    ("since", tr("不早于"), Takes.DATE),
    ("until", tr("不晚于"), Takes.DATE),
    ("during", tr("介于"), Takes.DATES),
    ("on", tr("是"), Takes.DATE),
)
_AGE = _ways(("aged", tr("年满（岁）"), Takes.NUMBER), ("younger", tr("不满（岁）"), Takes.NUMBER))
_THERE = _ways(("there", tr("有"), Takes.NOTHING), ("not_there", tr("没有"), Takes.NOTHING))
_BY_TYPE = {
    FieldType.BOOLEAN: _FLAG,
    FieldType.CODE: _CODE,
    FieldType.INTEGER: _NUMBER,
    FieldType.NUMBER: _NUMBER,
    FieldType.DATE: _DATE,
    FieldType.PHOTO: (),
}
_BORN = "birth_date"


def relations(field: Field | None) -> tuple[Relation, ...]:
    """Return the ways to ask about a field, the commonest first; None for whether there is a row at all."""
    if field is None:
        return _THERE
    ways = _BY_TYPE.get(field.type, _TEXT)
    return (*(_AGE if field.name == _BORN else ()), *ways, *_FILLED)


def number_of(typed: str) -> float | None:
    """Return the number that was typed; None where it is none."""
    try:
        number = float(clean(typed).replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None  # NaN is not


def dates_of(typed: str) -> tuple[str, str] | None:
    """Return the first and the last day of the day, month or year that was typed; None where it is none."""
    first, last = day_of(clean(typed)), day_of(clean(typed), last=True)
    return (first, last) if first is not None and last is not None else None


def read(field: Field | None, condition: Condition) -> tuple[Relation, Answer] | None:
    """Return by which relation and answer a condition on a field was made; None where by none of them."""
    for relation in relations(field):
        answer = _answer(relation, condition.part if isinstance(condition, Not) else condition)
        try:
            made = relation.make(field.name if field is not None else "", answer)
        except (TypeError, ValueError):
            continue
        if made == condition:
            return relation, answer
    return None


def _answer(relation: Relation, condition: Condition) -> Answer:
    """What would have to be answered, were the condition made by this relation."""
    answer: Answer = None
    match condition, relation.takes:
        case Holds(_, text), _:
            answer = text
        case OneOf(_, values), Takes.TEXT:
            answer = next(iter(values), None)
        case OneOf(_, values), _:
            answer = values
        case Aged(_, low, high), _:
            answer = low if low is not None else (high or 0) + 1
        case Between(_, low, high), Takes.NUMBERS:
            answer = low, high
        case Between(_, low, high), Takes.DATES:
            answer = (low, low), (high, high)
        case Between(_, low, high), Takes.DATE:
            answer = low or high, high or low
        case Between(_, low, high), _:
            answer = low if low is not None else high
    return answer
