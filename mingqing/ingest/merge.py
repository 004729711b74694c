"""Which incoming rows are new, which correct a row that is there, and which change nothing."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mingqing.catalog.model import Table
from mingqing.catalog.values import Value
from mingqing.core.text import tr
from mingqing.ingest.prepare import Part
from mingqing.store.session import Stored

# What makes a row itself: (key fields, their values), ("shape", BLOB) or ("values", all of them).
Identity = tuple[Hashable, Hashable]
_T = TypeVar("_T")


@dataclass
class Plan:
    """What is to be done with the rows `at` of a part.

    same_as : row index → the earlier row index that is the same thing.
    update : row index → index among the stored rows.
    """

    insert: list[int] = field(default_factory=list)
    update: dict[int, int] = field(default_factory=dict)
    unchanged: dict[int, int] = field(default_factory=dict)
    same_as: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def plan(part: Part, at: Sequence[int], table: Table, stored: Stored, source: str) -> Plan:
    """Compare rows with those stored of the same village.

    A row is the same as another with which it shares a whole natural key; a row that has none, as one of the
    same shape; one without a shape, as one with all the same values. Rows of a file that match nothing are
    paired, in order, with rows that came from the same file before and match nothing now, if there are as
    many: the file was corrected. A blank never overwrites.

    Parameters
    ----------
    at : indices of the rows of `part` to be planned.
    stored : the village's rows of the table, with the columns of `part`.
    source : where the rows come from, as kept in their column `source`.
    """
    out = Plan()
    where: dict[Identity, int] = {}
    for j in reversed(range(len(stored.ids))):
        keys = _keys(table, stored.columns, j)
        identities = keys or [_values(stored.columns, j)]
        if stored.geometry is not None and stored.geometry[j] is not None:
            identities = [*keys, ("shape", stored.geometry[j])]
            identities += [] if keys else [("unnamed shape", stored.geometry[j])]
        where.update(dict.fromkeys(identities, j))
    claimed: dict[Identity, int] = {}
    taken: set[int] = set()
    for i in at:
        own = _keys(table, part.columns, i)
        shape = part.geometry[i] if part.geometry is not None else None
        sought = own + ([("unnamed shape", shape)] if shape is not None else [])
        if not own:
            own = [("shape", shape)] if shape is not None else [_values(part.columns, i)]
            sought = own
        same = next((x for x in own if x in claimed), None)
        if same is not None:
            out.same_as[i] = claimed[same]
            out.reasons[i] = _reason(table, same, part.rows[claimed[same]])
            continue
        claimed.update(dict.fromkeys(own, i))
        found = next((where[x] for x in sought if x in where and where[x] not in taken), None)
        if found is None:
            out.insert.append(i)
        else:
            taken.add(found)
            out.update[i] = found
    _pair_corrected(out, stored, taken, source)
    _drop_unchanged(out, part, stored)
    return out


def _keys(table: Table, columns: Mapping[str, Sequence[Value]], row: int) -> list[Identity]:
    """The natural keys that a row has whole, best first."""
    found: list[Identity] = []
    for key in table.keys:
        cells = tuple(columns[name][row] if name in columns else None for name in key)
        if None not in cells:
            found.append((key, cells))
    return found


def _values(columns: Mapping[str, Sequence[Value]], row: int) -> Identity:
    """All that a row says, for one that has nothing else to be known by."""
    said = ((n, columns[n][row]) for n in sorted(columns) if n not in {"village_code", "source"})
    return ("values", tuple((n, v) for n, v in said if v is not None))


def _reason(table: Table, identity: Identity, row: int) -> str:
    key = identity[0]
    if isinstance(key, tuple):
        names = "、".join(table.field_by_name[n].title for n in key)
        return tr("{names}与第 {row} 行重复").format(names=names, row=row)
    return tr("与第 {row} 行完全相同").format(row=row)


def _pair_corrected(out: Plan, stored: Stored, taken: set[int], source: str) -> None:
    sources = stored.columns.get("source")
    if sources is None or not out.insert:
        return
    left = [i for i, s in enumerate(sources) if s == source and i not in taken]
    if len(left) == len(out.insert):
        out.update.update(zip(out.insert, left, strict=True))
        out.insert = []


def _drop_unchanged(out: Plan, part: Part, stored: Stored) -> None:
    compared = [(v, stored.columns[n]) for n, v in part.columns.items() if n != "source"]
    for i, j in list(out.update.items()):
        same = all(new[i] is None or new[i] == old[j] for new, old in compared)
        if same and part.geometry is not None and stored.geometry is not None:
            same = part.geometry[i] is None or part.geometry[i] == stored.geometry[j]
        if same:
            out.unchanged[i] = out.update.pop(i)


def corrected(values: Sequence[_T], before: Sequence[_T], pairs: Sequence[tuple[int, int]]) -> list[_T]:
    """Return the new value of each (row, stored row) pair, the old one where the new is blank."""
    return [before[j] if values[i] is None else values[i] for i, j in pairs]
