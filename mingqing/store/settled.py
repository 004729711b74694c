"""What an import must not bring back: digests of what was erased, and of values that were replaced on request.

HMAC-SHA256 under a secret of the project, so that the table tells nothing of anybody: not even, to who has the file
alone, whether a given number is among them.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

import apsw

from mingqing.catalog.model import FieldType, Mask, Table

Cells = Mapping[str, object]
Fact = tuple[object, ...]
_FEW = 2  # of a row that is only corrected, one number alone may be given to another


class Why(StrEnum):
    """Why a row as described is not to be entered."""

    ERASED = "erased"
    FORMER = "former"  # what a row that is there said before it was corrected


@dataclass(frozen=True, slots=True)
class Settled:
    """The digests of a project, read-only."""

    secret: bytes = field(default=b"", repr=False)
    digests: frozenset[bytes] = frozenset()

    @classmethod
    def load(cls, database: apsw.Connection) -> "Settled":
        """Read them, on the owner's connection."""
        secret = database.execute("SELECT value FROM mq_meta WHERE key = 'settled_secret'").get
        digests = frozenset(bytes(d) for (d,) in database.execute("SELECT digest FROM mq_settled"))
        return cls(bytes.fromhex(secret), digests)

    def __bool__(self) -> bool:
        return bool(self.digests)

    def replaced(self, table: str, row: int, name: str, value: object) -> bool:
        """Whether this value of a stored row was replaced on request."""
        return self._digest(replaced(table, row, name, value)) in self.digests

    def keeps_out(self, why: Why, table: Table, village: str | None, cells: Cells) -> bool:
        """Whether a row that comes in is one that is not to."""
        return any(self._digest(fact) in self.digests for fact in _asked(why, table, village, cells))

    def digests_of(self, facts: Iterable[Fact]) -> set[bytes]:
        """Return what is to be kept of facts."""
        return set(map(self._digest, facts))

    def _digest(self, fact: Fact) -> bytes:
        return hmac.digest(self.secret, repr(fact).encode(), "sha256")


def replaced(table: str, row: int, name: str, value: object) -> Fact:
    """Return the fact that a field of a row held a value that must not come back."""
    return "value", table, row, name, value


def erased(table: Table, village: str | None, cells: Cells) -> Iterator[Fact]:
    """Yield by what an erased row would be known if it came again."""
    first = _has_first(table, cells)
    for key, said in _ways(table, cells, named=False):
        yield Why.ERASED, table.name, village, key, said, first


def former(table: Table, village: str | None, cells: Cells, changed: Iterable[str]) -> Iterator[Fact]:
    """Yield by what a row would be known that says what a stored one said before these fields of it were changed."""
    first, fields = _has_first(table, cells), set(changed)
    for key, said in _ways(table, cells, named=True):
        if fields.intersection(key) and len(key) >= _FEW:
            yield Why.FORMER, table.name, village, key, said, first


def _asked(why: Why, table: Table, village: str | None, cells: Cells) -> Iterator[Fact]:
    """As in an import, where both rows have the best key it decides; a bare name does where nothing else is said."""
    first = table.keys[0] if _has_first(table, cells) else None
    ways = list(_ways(table, cells, named=why is Why.FORMER))
    telling = [(key, said) for key, said in ways if len(key) > 1 or key == first] or ways
    whose = {f.name for f in table.fields if f.references == "resident" and cells.get(f.name) is not None}
    for key, said in telling:
        if whose and not whose.intersection(key):
            continue  # it says itself whose it is; the name is perhaps a namesake's
        best = first is not None and key[: len(first)] == first
        for had in (True,) if best else (False,) if first else (True, False):
            yield why, table.name, village, key, said, had


def _has_first(table: Table, cells: Cells) -> bool:
    return bool(table.keys) and all(cells.get(name) is not None for name in table.keys[0])


def _ways(table: Table, cells: Cells, *, named: bool) -> Iterator[tuple[tuple[str, ...], tuple[object, ...]]]:
    """Yield the keys of which a row has every field, with its name and what it says; each telephone by itself.

    An identity number is somebody's alone, so the name goes with it only where `named`.
    """
    title = table.field_by_name.get(table.title_field)
    name = () if title is None or title.mask is not Mask.NAME else (title.name,)
    fields = table.field_by_name
    for key in dict.fromkeys((*table.keys, *table.weak_keys, name)):
        alone = not named and any(fields[n].type is FieldType.ID_NUMBER for n in key)
        whole = key if alone else (*key, *(n for n in name if n not in key))
        values = [cells.get(n) for n in whole]
        if not whole or None in values:
            continue
        several = (
            str(v).split("、") if fields[n].type is FieldType.PHONE else (v,)
            for n, v in zip(whole, values, strict=True)
        )
        for said in product(*several):
            yield whole, said
