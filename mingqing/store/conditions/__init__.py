"""Which rows are wanted: a tree of conditions, asked of what an account sees.

`leaves` and `tree` are what there is to ask, `question` makes SQL of it with every value bound, `places` answers what
SQL cannot: which shapes are near others. `plain` turns a tree into JSON and back, `words` into a sentence; `kept` is
what people save. Whatever lists, counts, selects or exports rows asks by `ids`.
"""

from mingqing.store.conditions.leaves import Aged, Between, Filled, Filter, Holds, OneOf
from mingqing.store.conditions.plain import as_plain, from_plain
from mingqing.store.conditions.question import ids
from mingqing.store.conditions.tree import (
    All,
    Any,
    Condition,
    Inside,
    Not,
    ReferredBy,
    RefersTo,
    Within,
    reveals,
)
from mingqing.store.conditions.words import in_words

__all__ = [
    "Aged",
    "All",
    "Any",
    "Between",
    "Condition",
    "Filled",
    "Filter",
    "Holds",
    "Inside",
    "Not",
    "OneOf",
    "ReferredBy",
    "RefersTo",
    "Within",
    "as_plain",
    "from_plain",
    "ids",
    "in_words",
    "reveals",
]
