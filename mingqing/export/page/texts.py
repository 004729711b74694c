"""What the page says of rows, as text: values with their units, what names a row, and what it is found by."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Any

import numpy as np

from mingqing.catalog.model import Field, FieldType
from mingqing.core.files import data_dir
from mingqing.core.text import tr
from mingqing.export.page.content import Told
from mingqing.search.sounds import sounds

_YEAR = tr("年")


@cache
def _cards() -> Mapping[str, Any]:
    """What cards say of rows, table by table."""
    return tomllib.loads((data_dir("resources") / "desktop" / "cards.toml").read_text(encoding="utf-8"))


@dataclass
class Texts:
    """Says what rows are called; tables are asked in the order in which they refer to one another."""

    today: date
    _names: dict[str, dict[int, str]] = field(default_factory=dict)
    _at: dict[str, dict[int, int]] = field(default_factory=dict)

    def names(self, told: Told) -> list[str]:
        """Return what names each row: the first of what its card is headed by, else its table."""
        table = told.table
        naming = [*_cards().get(table.name, {}).get("heading", ()), table.title_field]
        columns = [self.column(told, table.field_by_name[n]) for n in dict.fromkeys(naming)]
        found = [next(filter(None, row), table.title) for row in zip(*columns, strict=True)]
        ids = told.features.ids.tolist()
        self._names[table.name] = dict(zip(ids, found, strict=True))
        self._at[table.name] = {i: at for at, i in enumerate(ids)}
        return found

    def positions(self, table: str) -> Mapping[int, int]:
        """Return where the rows of a table stand, by id."""
        return self._at[table]

    def column(self, told: Told, of: Field) -> list[str]:
        """Return the values of a field as a reader expects them, empty for none."""
        values = told.features.columns[of.name]
        if of.references is not None:
            names = self._names.get(of.references, {})
            return ["" if v is None else names.get(int(str(v)), "") for v in values]
        return [text(of, v) for v in values]

    def briefs(self, told: Told) -> list[str]:
        """Return the line below the name of each row where it is listed."""
        parts = [list(self._part(told, w)) for w in _cards().get(told.table.name, {}).get("brief", ())]
        return (
            [" · ".join(filter(None, row)) for row in zip(*parts, strict=True)]
            if parts
            else [""] * len(told.features)
        )

    def _part(self, told: Told, wanted: str) -> Iterator[str]:
        name, _, form = wanted.partition(":")
        of = told.table.field_by_name[name]
        if form == "age":
            yield from (_age(v, self.today) for v in told.features.columns[name])
        elif of.type is FieldType.TEXT and name.endswith("_no"):
            yield from (f"{of.title} {v}" if v else "" for v in self.column(told, of))
        else:
            yield from self.column(told, of)


def text(of: Field, value: object) -> str:
    """Return a stored value as a reader expects it.

    Examples
    --------
    >>> text(Field("a", "面积", FieldType.NUMBER, unit="亩"), 1234.5)
    '1,234.5 亩'
    """
    if value is None or value == "":
        return ""
    if of.type is FieldType.BOOLEAN:
        return tr("是") if value else ""
    if isinstance(value, float):
        value = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value} {of.unit}" if of.unit and of.unit != _YEAR else str(value)


def _age(birth: object, today: date) -> str:
    try:
        born = date.fromisoformat(str(birth))
    except ValueError:
        return ""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return tr("{years} 岁").format(years=years)


def initials(texts: Sequence[str]) -> str:
    """Return the first letters of how texts sound, also as their first characters sound in names, spaces between.

    Examples
    --------
    >>> initials(["张建国", "13800001234"]), initials(["单于山"])
    ('zjg', 'dys sys')
    """
    found = (form for each in texts for form in _initials(each))
    return " ".join(dict.fromkeys(found))


@lru_cache(maxsize=65536)
def _initials(each: str) -> tuple[str, ...]:
    if each.isascii() or len(each) > 40:
        return ()
    known = sounds()
    codes = np.array([ord(c) for c in each], np.uint32)
    first, second = known.of(codes)
    said = [
        "".join(
            c.lower() if c.isascii() else chr(known.initials[n]) if n else ""
            for c, n in zip(each, numbers.tolist(), strict=True)
            if not c.isspace()
        )
        for numbers in (first, np.concatenate([second[:1], first[1:]]))
    ]
    return tuple(dict.fromkeys(filter(None, said)))
