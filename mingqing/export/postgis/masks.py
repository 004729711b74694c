"""The masks of `mingqing.access.masking` as PostgreSQL writes them; tests hold the two equal."""

from collections.abc import Callable, Mapping

from mingqing.access.masking import COMPOUND_SURNAMES
from mingqing.catalog.model import Mask

_HIDDEN = "'****'"
_SPACES = r"E'\t\n\r \u00a0\u3000'"


def _trimmed(column: str) -> str:
    return f'btrim({column}, {_SPACES}) COLLATE "C"'


def _like(column: str, pattern: str) -> str:
    return f"{_trimmed(column)} ~ '^(?:{pattern})$'"


def _id_number(column: str) -> str:
    text = _trimmed(column)
    return (
        f"CASE WHEN {_like(column, '[0-9]{17}[0-9Xx]')} THEN left({text}, 6) || '********' || right({text}, 4)"
        f" WHEN {_like(column, '[0-9]{15}')} THEN left({text}, 6) || '*****' || right({text}, 4)"
        f" WHEN {_like(column, '[0-9]{6}[*]{8}[0-9]{3}[0-9Xx]|[0-9]{6}[*]{5}[0-9]{4}')} THEN {text}"
        f" WHEN {text} <> '' THEN {_HIDDEN} ELSE {text} END"
    )


def _phone(column: str) -> str:
    text = _trimmed(column)
    return (
        f"CASE WHEN {_like(column, '1[0-9]{10}')} THEN left({text}, 3) || {_HIDDEN} || right({text}, 4)"
        f" WHEN {_like(column, '1[0-9]{2}[*]{4}[0-9]{4}')} THEN {text}"
        f" WHEN {text} <> '' THEN {_HIDDEN} ELSE {text} END"
    )


def _name(column: str) -> str:
    text = _trimmed(column)
    compound = ", ".join(f"'{name}'" for name in COMPOUND_SURNAMES)
    return (
        f"CASE WHEN length({text}) > 2 AND left({text}, 2) IN ({compound}) THEN left({text}, 2) || '**'"
        f" WHEN length({text}) > 1 THEN rtrim(left({text}, 1), '*') || '**'"
        f" WHEN {text} <> '' THEN '**' ELSE {text} END"
    )


MASKS: Mapping[Mask, Callable[[str], str]] = {
    Mask.NAME: _name,
    Mask.PHONE: _phone,
    Mask.ID_NUMBER: _id_number,
}
"""By mask, the SQL of a column that is quoted already. NULL stays NULL."""
