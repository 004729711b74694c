"""Which class of its style each row belongs to.

A column has far fewer values than rows: each is numbered once, every question is asked of the values alone, and
the answers are dealt out to the rows.
"""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.condition import ORDERED, Condition
from mingqing.catalog.style import Style, StyleClass
from mingqing.core.features import Features, Gathered


def column(features: Features | Gathered, name: str | None) -> Sequence[object | None]:
    """Return the values of a column; all None where the account may not see it."""
    values = features.columns.get(name) if name is not None else None
    return values if values is not None else [None] * len(features)


class _Numbers(dict[object, int]):
    """The values of a column, each with the number of its first occurrence among them."""

    def __missing__(self, value: object) -> int:
        self[value] = number = len(self)
        return number


class _Columns:
    """The columns of some features, their values numbered when first asked about."""

    def __init__(self, features: Features | Gathered) -> None:
        self._features = features
        self._known: dict[str, tuple[NDArray[np.int64], list[object]]] = {}
        self._amounts: dict[str, NDArray[np.float64]] = {}

    def dealt(self, name: str, answer: Callable[[object], int]) -> NDArray[np.int64]:
        """Return `answer` for the value of each row, asked once a value."""
        rows, distinct = self._numbered(name)
        return np.fromiter(map(answer, distinct), np.int64, len(distinct))[rows]

    def where(self, condition: Condition) -> NDArray[np.bool_]:
        """Return whether a condition holds for each row."""
        if condition.relation not in ORDERED or isinstance(condition.value, str | tuple):
            return self.dealt(condition.field, condition.holds).astype(bool)
        rows, distinct = self._numbered(condition.field)
        if condition.field not in self._amounts:
            amounts = (v if isinstance(v, int | float) else np.nan for v in distinct)
            self._amounts[condition.field] = np.fromiter(amounts, float, len(distinct))
        answers: NDArray[np.bool_] = ORDERED[condition.relation](
            self._amounts[condition.field], condition.value
        )
        return answers[rows]

    def _numbered(self, name: str) -> tuple[NDArray[np.int64], list[object]]:
        """Return the number of each row's value, and the values."""
        if name not in self._known:
            values, numbers = column(self._features, name), _Numbers()
            rows = np.fromiter(map(numbers.__getitem__, values), np.int64, len(values))
            self._known[name] = rows, list(numbers)
        return self._known[name]


def classify(features: Features | Gathered, style: Style) -> NDArray[np.int64]:
    """Return, for each row, its class's position in `style.classes`; `len(style.classes)` is `otherwise`.

    Free text that equals no class's value belongs to the first class one of whose values it contains
    (高山蔬菜 to 蔬菜). Of the classes whose value or conditions fit, the first counts.
    """
    columns, found = _Columns(features), np.full(len(features), len(style.classes), dtype=np.int64)
    if style.class_by is not None:
        found = columns.dealt(style.class_by, lambda value: _class_of(value, style.classes))
    asked: dict[Condition, NDArray[np.bool_]] = {}
    for rank, style_class in reversed(list(enumerate(style.classes))):
        for condition in style_class.where:
            if condition not in asked:
                asked[condition] = columns.where(condition)
        if style_class.where:
            fits = reduce(np.logical_and, (asked[condition] for condition in style_class.where))
            found[fits & (found > rank)] = rank
    return found


def _class_of(value: object, classes: Sequence[StyleClass]) -> int:
    if value is None:
        return len(classes)
    for n, style_class in enumerate(classes):
        if value in style_class.values:
            return n
    text = str(value)
    for n, style_class in enumerate(classes):
        if any(isinstance(v, str) and v in text for v in style_class.values):
            return n
    return len(classes)


def marked(features: Features | Gathered, mark: StyleClass) -> NDArray[np.bool_]:
    """Return which rows hold one of the mark's values in its field."""
    if mark.field is None:
        return np.zeros(len(features), dtype=bool)
    return _Columns(features).dealt(mark.field, lambda value: value in mark.values).astype(bool)
