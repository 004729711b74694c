"""Which class of its style each row belongs to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Style, StyleClass
from mingqing.core.features import Features, Gathered


def column(features: Features | Gathered, name: str | None) -> Sequence[object | None]:
    """Return the values of a column; all None where the account may not see it."""
    values = features.columns.get(name) if name is not None else None
    return values if values is not None else [None] * len(features)


def classify(features: Features | Gathered, style: Style) -> NDArray[np.int64]:
    """Return, for each row, its class's position in `style.classes`; `len(style.classes)` is `otherwise`.

    Free text that equals no class's value belongs to the first class one of whose values it contains
    (高山蔬菜 to 蔬菜).
    """
    known: dict[object, int] = {None: len(style.classes)}
    found = []
    for value in column(features, style.class_by):
        if value not in known:
            known[value] = _class_of(value, style.classes)
        found.append(known[value])
    return np.array(found, dtype=np.int64)


def _class_of(value: object, classes: Sequence[StyleClass]) -> int:
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
    return np.fromiter((v in mark.values for v in column(features, mark.field)), bool, len(features))
