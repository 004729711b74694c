"""What everybody may know of rows that are not about persons: no names, no numbers, no counts of a few."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mingqing.access.masking import mask_name
from mingqing.access.policy import Column, Policy
from mingqing.access.roles import privacy_of
from mingqing.catalog.model import Field, FieldType, Mask, Privacy, Table
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.store.session import Session

FEW = 3
"""Counts of persons or households below this one tell of somebody."""

_OF_PERSONS = {tr("人"), tr("户")}
_GROUND = {"village", "place_name", "road", "water"}  # a mountain may be called like somebody
_NAME = range(2, 5)
_APART = re.compile(r"(?<=\d)[\s.·\-‐-―]+(?=\d)")
_NUMBER = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{15}|\d{17}[\dXx]|0\d{2,3}\d{7,8})(?!\d)")


@dataclass(frozen=True)
class Impersonal:
    """Takes out of open fields what people wrote there of persons. names : of all persons of the villages."""

    names: frozenset[str]

    @classmethod
    def of(cls, session: Session, villages: Collection[str] | None) -> "Impersonal":
        """Return one that knows the names of the persons whom the account sees whole."""
        names: set[str] = set()
        for table in session.catalog.tables.values():
            fields = [
                f.name
                for f in table.fields
                if f.mask is Mask.NAME and session.policy.column(table.name, f.name) is Column.CLEAR
            ]
            for village, *cells in session.rows(table.name, ("village_code", *fields)) if fields else ():
                if villages is None or village in villages:
                    names.update(str(cell).strip() for cell in cells if cell)
        return cls(frozenset(n for n in names if len(n) in _NAME))

    def only(self, table: Table, fields: tuple[Field, ...], found: Features) -> Features:
        """Return the rows that are of nobody's house or way, with what they tell of nobody."""
        kept = np.ones(len(found), dtype=bool)
        for name in planned(table):
            kept &= np.array([v is None for v in found.columns[name]], dtype=bool)
        columns = {
            name: [v for v, k in zip(values, kept, strict=True) if k]
            for name, values in found.columns.items()
        }
        few = _few(fields, columns, int(kept.sum()))
        for f in fields:
            if f.unit in _OF_PERSONS:
                columns[f.name] = [None if lost else v for v, lost in zip(columns[f.name], few, strict=True)]
            elif f.type is FieldType.TEXT and table.name not in _GROUND:
                columns[f.name] = [v if v is None else self.text(str(v)) for v in columns[f.name]]
        return Features(found.ids[kept], found.geometry[kept], columns)

    def text(self, text: str) -> str | None:
        """Return a text with the names in it masked; None where it holds somebody's number.

        Examples
        --------
        >>> Impersonal(frozenset({"张三丰"})).text("张三丰屋后滑坡")
        '张**屋后滑坡'
        """
        if _has_number(text):
            return None
        for name in sorted(set(_parts(text)) & self.names, key=len, reverse=True):
            text = text.replace(name, mask_name(name))
        return text


def is_public(policy: Policy, table: str, field: str) -> bool:
    """Whether everybody may have a field: open by the program's word and by the project's, and not held back."""
    found = policy.catalog.tables[table].field_by_name[field]
    return privacy_of(found) is Privacy.OPEN and found.public


def planned(table: Table) -> list[str]:
    """Return the fields that say of which plan a row was made: such a way begins at somebody's door."""
    return [f.name for f in table.fields if f.references == "evacuation_plan"]


def _parts(text: str) -> Iterator[str]:
    return (text[at : at + size] for size in _NAME for at in range(len(text) - size + 1))


@lru_cache(maxsize=4096)
def _has_number(text: str) -> bool:
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return any(_NUMBER.search(each) for each in (plain, _APART.sub("", plain)))


def _few(fields: tuple[Field, ...], columns: dict[str, list[object]], n: int) -> NDArray[np.bool_]:
    """Return (n,) whether one of a row's counts is of so few that all of them would tell of somebody."""
    few = np.zeros(n, dtype=bool)
    for f in fields:
        if f.unit in _OF_PERSONS:
            few |= np.array([isinstance(v, int | float) and 0 < v < FEW for v in columns[f.name]], dtype=bool)
    return few
