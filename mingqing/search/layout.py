"""How results are listed: `resources/search.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mingqing.catalog.model import FieldType, Table
from mingqing.core.files import data_dir

_AGE = ":age"


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows of a table are listed.

    order : of the group among others, 0 first. heading : the fields that name a row, best first. said : the fields
        that tell it from others of that name. born : the date of birth among them, told as an age.
    """

    order: int
    heading: tuple[str, ...]
    said: tuple[str, ...]
    born: str | None


@cache
def _raw() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads((data_dir("resources") / "search.toml").read_text(encoding="utf-8"))


def layout(table: Table) -> Layout:
    """Return how rows of `table` are listed; of a table that the file does not know, by its definition alone."""
    known = _raw()
    entry = known.get(table.name, {})
    order = list(known).index(table.name) if table.name in known else len(known)
    said = entry.get("said", [])
    born = next((name.removesuffix(_AGE) for name in said if name.endswith(_AGE)), None)
    return Layout(
        order,
        (*entry.get("heading", ()), table.title_field),
        tuple(name for name in said if not name.endswith(_AGE)),
        born,
    )


def is_category(table: Table, name: str) -> bool:
    """Whether a field sorts rows into kinds, by which one can ask for them."""
    return table.field_by_name[name].type in {FieldType.CODE, FieldType.BOOLEAN}
