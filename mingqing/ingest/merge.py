"""Which incoming rows are new, which correct a row that is there, and which change nothing."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mingqing.catalog.model import Table
from mingqing.catalog.values import Value
from mingqing.core.text import tr
from mingqing.ingest.prepare import Part
from mingqing.store.session import Stored

# How a stored row is found: "any" way it can be known, or the "best" it has; and that way, see `_ways`.
Identity = tuple[str, Hashable]
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

    A row is the same as a stored one that shares the best it can be known by: a whole natural key, else its
    shape, else all its values; or something weaker, if that is the best the stored row has. So two of one name
    with different id numbers stay two, and a house that had no number gets one. Rows that match nothing are
    paired, in order, with rows that came from the same file before and match nothing now, if there are as
    many: the file was corrected. A blank never overwrites.

    Parameters
    ----------
    at : indices of the rows of `part` to be planned.
    stored : the village's rows of the table, with the columns of `part`.
    source : where the rows come from, as kept in their column `source`.
    """
    out = Plan()
    if not stored.ids and _all_distinct(part, at, table):
        out.insert = list(at)
        return out
    where: dict[Identity, int] = {}
    for j in reversed(range(len(stored.ids))):
        ways = _ways(table, stored.columns, stored.geometry, j)
        where.update({("any", way): j for way in ways})
        where["best", ways[0]] = j
    claimed: dict[Hashable, int] = {}
    taken: set[int] = set()
    for i in at:
        best, *weaker = _ways(table, part.columns, part.geometry, i)
        if best in claimed:
            out.same_as[i] = claimed[best]
            out.reasons[i] = _reason(table, best, part.rows[claimed[best]])
            continue
        claimed[best] = i
        sought: list[Identity] = [("any", best), *(("best", way) for way in weaker)]
        found = next((where[x] for x in sought if x in where and where[x] not in taken), None)
        if found is None:
            out.insert.append(i)
        else:
            taken.add(found)
            out.update[i] = found
    _pair_corrected(out, stored, taken, source)
    _drop_unchanged(out, part, stored)
    return out


def _all_distinct(part: Part, at: Sequence[int], table: Table) -> bool:
    """Whether all rows have the table's first natural key and no two the same; False where that is not plain."""
    if not table.keys or any(name not in part.columns for name in table.keys[0]):
        return False
    cells = [[part.columns[name][i] for i in at] for name in table.keys[0]]
    return not any(None in c for c in cells) and len(set(zip(*cells, strict=True))) == len(at)


def _ways(
    table: Table, columns: Mapping[str, Sequence[Value]], geometry: Sequence[bytes | None] | None, row: int
) -> list[Hashable]:
    """The ways in which a row can be known, best first: its whole natural keys, its shape, all that it says."""
    found: list[Hashable] = []
    for key in table.keys:
        cells = tuple(columns[name][row] if name in columns else None for name in key)
        if None not in cells:
            found.append((key, cells))
    if geometry is not None and geometry[row] is not None:
        found.append(geometry[row])
    if not found:
        said = ((n, columns[n][row]) for n in sorted(columns) if n not in {"village_code", "source"})
        found.append(tuple((n, v) for n, v in said if v is not None))
    return found


def _reason(table: Table, way: Hashable, row: int) -> str:
    if isinstance(way, tuple) and way and way[0] in table.keys:
        names = "、".join(table.field_by_name[n].title for n in way[0])
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
