"""Whole columns of values at once: what `values.parse` says of each, found in a few passes where all are tidy.

Most columns of most files hold values that are stored as they are. That is proved of a column by passes that run
in C; one value in doubt sends its column through `parse`, which alone knows the rules.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import repeat
from math import isfinite
from typing import Any, cast

import numpy as np

from mingqing.catalog.model import Field, FieldType
from mingqing.catalog.values import (
    BLANKS_AS_TYPED,
    HUGE,
    ID_CHECKS,
    ID_WEIGHTS,
    Value,
    ValueRefusedError,
    parse,
)
from mingqing.core.text import all_clean

_PHONES = re.compile(r"(?:(?:\d{3,4}-\d{7,8}|\d{7,12})\n)*+", re.ASCII)
_WEIGHTS, _CHECKS = np.array(ID_WEIGHTS), np.frombuffer(ID_CHECKS.encode(), np.uint8)


def parse_column(field: Field, raws: Sequence[object]) -> tuple[Sequence[Value], dict[int, str]]:
    """Return what is stored for each of `raws`, as `parse` gives it, and why some are refused.

    Returns
    -------
    values : one for each of `raws`, None for blanks and for those refused; `raws` itself where nothing changes.
    refused : index → the Chinese reason that `parse` gave.
    """
    filled = [raw for raw in raws if raw is not None]
    kinds = set(map(type, filled))
    if not filled or (len(kinds) == 1 and (kinds.pop(), field.type) in _PLAIN and _is_plain(field, filled)):
        return cast("Sequence[Value]", raws), {}
    return _each(field, raws)


def _each(field: Field, raws: Sequence[object]) -> tuple[list[Value], dict[int, str]]:
    """Every distinct value by itself."""
    # True and 1 are equal, and not the same thing to have typed: each kind of value is looked up by itself.
    keys: Sequence[object] = raws
    if len({type(raw) for raw in raws} - {type(None)}) > 1:
        keys = [(type(raw), raw) for raw in raws]
    known: dict[object, Value] = {}
    wrong: dict[object, str] = {}
    for key, raw in dict(zip(keys, raws, strict=True)).items():
        try:
            known[key] = parse(field, raw)
        except ValueRefusedError as error:
            known[key], wrong[key] = None, str(error)
    refused = {i: wrong[key] for i, key in enumerate(keys) if key in wrong} if wrong else {}
    return [known[key] for key in keys], refused


def _is_plain(field: Field, filled: list[Any]) -> bool:
    return _PLAIN[type(filled[0]), field.type](field, filled)


def _plain_numbers(field: Field, numbers: Sequence[float]) -> bool:
    low, high = min(numbers), max(numbers)
    return (
        (field.minimum is None or low >= field.minimum)
        and (field.maximum is None or high <= field.maximum)
        and low > -HUGE
        and high < HUGE
    )


def _plain_integers(field: Field, numbers: Sequence[int]) -> bool:
    return min(numbers) > -(2**63) and max(numbers) < 2**63 and _plain_numbers(field, numbers)


def _plain_floats(field: Field, numbers: Sequence[float]) -> bool:
    return all(map(isfinite, numbers)) and _plain_numbers(field, numbers)


def _plain_texts(field: Field, texts: Sequence[str]) -> bool:
    return max(map(len, texts)) <= field.max_length and BLANKS_AS_TYPED.isdisjoint(texts) and all_clean(texts)


def _plain_phones(_field: Field, texts: Sequence[str]) -> bool:
    return _PHONES.fullmatch("\n".join(texts) + "\n") is not None


def _plain_dates(_field: Field, texts: list[str]) -> bool:
    try:
        return [day.isoformat() for day in map(date.fromisoformat, texts)] == texts
    except ValueError:
        return False


def _plain_id_numbers(_field: Field, texts: Sequence[str]) -> bool:
    joined = "".join(texts)
    if set(map(len, texts)) != {18} or not joined.isascii():
        return False
    signs = np.frombuffer(joined.encode(), np.uint8).reshape(-1, 18)
    digits = signs[:, :17] - np.uint8(ord("0"))  # what is no digit wraps to above 9
    if (digits > 9).any() or (_CHECKS[digits @ _WEIGHTS % 11] != signs[:, 17]).any():
        return False
    try:
        list(map(date.fromisoformat, map(str.__getitem__, texts, repeat(slice(6, 14)))))
    except ValueError:
        return False
    return True


# By the kind of a column's values and the type of its field: whether all are surely stored as they are.
_PLAIN: Mapping[tuple[type, FieldType], Callable[[Field, Any], bool]] = {
    (int, FieldType.INTEGER): _plain_integers,
    (float, FieldType.NUMBER): _plain_floats,
    (str, FieldType.TEXT): _plain_texts,
    (str, FieldType.PHONE): _plain_phones,
    (str, FieldType.DATE): _plain_dates,
    (str, FieldType.ID_NUMBER): _plain_id_numbers,
}
