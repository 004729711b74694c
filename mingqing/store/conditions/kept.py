"""Conditions that people save with a project, each with what it reveals; shown to who sees all of that."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingqing.core.errors import InputRefused
from mingqing.store.conditions.plain import as_plain, from_plain
from mingqing.store.conditions.tree import Condition, reveals
from mingqing.store.saved import Saved, save, saved

if TYPE_CHECKING:
    from mingqing.store.session import Session

_KIND = "condition"


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition, and the table of whose rows it is."""

    table: str
    condition: Condition


def keep(session: "Session", name: str, asked: Asked, *, shared: bool = False) -> Saved:
    """Keep a condition under a name, for oneself or for all who see the fields it names; raises as `save` does."""
    value = {"table": asked.table, "condition": as_plain(asked.condition)}
    fields = reveals(session.catalog, asked.table, asked.condition)
    return save(session, _KIND, name, value, shared=shared, fields=fields)


def kept(session: "Session") -> list[tuple[Saved, Asked]]:
    """Return the conditions that the account has, by name; what is none that this program understands is left out."""
    found = [(thing, _read(session, thing)) for thing in saved(session, _KIND)]
    return [(thing, asked) for thing, asked in found if asked is not None]


def _read(session: "Session", thing: Saved) -> Asked | None:
    match thing.value:
        case {"table": str(table), "condition": plain}:
            try:
                return Asked(table, from_plain(session.catalog, table, plain))
            except InputRefused:
                return None
    return None
