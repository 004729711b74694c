"""Which incoming rows are new, which correct a row that is there, and which change nothing."""

from collections import ChainMap
from collections.abc import Container, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeVar

from mingqing.access.masking import MASKS
from mingqing.access.roles import mask_of
from mingqing.catalog.model import FieldType, Table
from mingqing.catalog.values import Value
from mingqing.core.text import tr
from mingqing.ingest.prepare import Part
from mingqing.ingest.unmoved import keep_unmoved
from mingqing.store.session import Stored

# A way of knowing a row: what kind of way (a key, its shape, …) and what it says, see `_ways`.
Way = tuple[Hashable, Hashable]
_SHAPE, _SAID = "shape", "said"
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


def plan(
    part: Part,
    at: Sequence[int],
    table: Table,
    stored: Stored,
    source: str,
    brought: Set[int] = frozenset(),
) -> Plan:
    """Compare rows with those stored of the same village.

    A row that comes back with the id of one that is there is that one, whatever else either says; rows with
    different ids are different. Of others, the best way of knowing a row that both it and a stored one have decides
    whether they are the same: a whole natural key, else the shape, else all that they say. So two of one name with
    different id numbers stay two, and a house that had no number gets one. Where nothing of this decides, the
    table's weak keys do, if they tell of one row only: a household entered before its house was there is not
    entered again. A row with nothing to be known by but a name is the one stored row of that name, if that says
    nothing else. Rows that match nothing are paired with rows that came from the same file before and match nothing
    now: the file was corrected. A blank never overwrites.

    Parameters
    ----------
    at : indices of the rows of `part` to be planned.
    stored : the village's rows of the table, with the columns of `part`.
    source : where the rows come from, as kept in their column `source`.
    brought : ids of rows that came with them in the same import; no row with another id is one of those.
    """
    out = Plan()
    if not stored.ids and (_all_identified(part, at) or _all_distinct(part, at, table)):
        out.insert = list(at)
        return out
    known = _Known(table, stored)
    unlike = _several(table, part, at)
    claimed: dict[Way, int] = {}
    taken: dict[int, int] = {}
    _take_identified(out, part, at, known, taken, claimed, brought)
    namesakes = _namesakes(table, stored)
    for i in at:
        if part.id_of(i) is not None:
            continue
        ways = known.ways(part, i)
        best = ways[0]
        if best in claimed:
            out.same_as[i] = claimed[best]
            out.reasons[i] = _reason(table, best, part.rows[claimed[best]])
            continue
        claimed[best] = i
        weak = [way for way in _whole(table.weak_keys, part.columns, i) if way not in unlike]
        found = known.find(ways, weak, taken)
        if found is None and table.keys and best[0] == _SAID:
            found = _agreeing(part, i, namesakes, table.title_field, stored)
            if found in taken:
                out.same_as[i] = taken[found]
                out.reasons[i] = _reason(table, best, part.rows[out.same_as[i]])
                continue
        _take(out, i, found, taken)
    _pair_corrected(out, part, table, stored, source)
    _pass_over_masks(out, part, table, stored)
    if part.geometry is not None and stored.geometry is not None:
        if table.located_at:
            _drop_borrowed(part, part.geometry, stored.geometry, out)
        keep_unmoved(part.geometry, stored.geometry, out.update)
    drop_unchanged(out, part, stored)
    return out


def _take(out: Plan, row: int, found: int | None, taken: dict[int, int]) -> None:
    if found is None:
        out.insert.append(row)
    else:
        taken[found] = row
        out.update[row] = found


def _all_identified(part: Part, at: Sequence[int]) -> bool:
    return part.ids is not None and all(part.ids[i] is not None for i in at)


def _take_identified(
    out: Plan,
    part: Part,
    at: Sequence[int],
    known: "_Known",
    taken: dict[int, int],
    claimed: dict[Way, int],
    brought: Set[int],
) -> None:
    """Plan the rows that come with ids, before those that may be one of them: see `plan`."""
    identified = [(i, said) for i in at if (said := part.id_of(i)) is not None]
    if not identified:
        return
    where = {there: j for j, there in enumerate(known.ids)}
    taken.update((where[said], i) for i, said in identified if said in where)
    out.update.update((i, j) for j, i in taken.items())
    others = ChainMap(taken, {j: 0 for j, there in enumerate(known.ids) if there in brought})
    for i, said in identified:
        ways = known.ways(part, i)
        claimed.setdefault(ways[0], i)
        if said not in where:
            _take(out, i, known.find(ways, (), others), taken)


def _pass_over_masks(out: Plan, part: Part, table: Table, stored: Stored) -> None:
    """Blank what is only the mask of what is stored: an export by who does not see it whole corrects nothing."""
    for name in part.columns:
        kind = mask_of(table.field_by_name[name])
        if kind is None:
            continue
        new, old, mask = list(part.columns[name]), stored.columns[name], MASKS[kind].value
        for i, j in out.update.items():
            if new[i] is not None and new[i] != old[j] and new[i] == mask(str(old[j] or "")):
                new[i] = None
        part.columns[name] = new


def _all_distinct(part: Part, at: Sequence[int], table: Table) -> bool:
    """Whether all rows have the best they can be known by, and no two the same; False where that is not plain."""
    known_by = [part.columns.get(name) for name in table.keys[0]] if table.keys else [part.geometry]
    cells = [[column[i] for i in at] for column in known_by if column is not None]
    whole = len(cells) == len(known_by) and not any(None in c for c in cells)
    return whole and len(set(zip(*cells, strict=True))) == len(at)


class _Known:
    """Stored rows by the ways in which they can be known."""

    def __init__(self, table: Table, stored: Stored) -> None:
        self._table, self.ids = table, stored.ids
        self._where: dict[Way, list[int]] = {}
        self._kinds: list[set[Hashable]] = []
        for j in range(len(stored.ids)):
            ways = _ways(table, stored.columns, stored.geometry, j)
            ways += _whole(table.weak_keys, stored.columns, j)
            self._kinds.append({kind for kind, _ in ways})
            for way in ways:
                self._where.setdefault(way, []).append(j)

    def ways(self, part: Part, row: int) -> list[Way]:
        """Return the ways in which a row that comes in can be known, best first."""
        return _ways(self._table, part.columns, part.geometry, row)

    def find(self, ways: Sequence[Way], weak: Sequence[Way], taken: Container[int]) -> int | None:
        """Return the stored row known by one of these ways, best first, and by none better as another."""
        better: set[Hashable] = set()
        for way in (*ways, *weak):
            found = [j for j in self._where.get(way, ()) if j not in taken and not better & self._kinds[j]]
            if found and (len(found) == 1 or way not in weak):
                return found[0]
            better.add(way[0])
        return None


def _whole(keys: Sequence[tuple[str, ...]], columns: Mapping[str, Sequence[Value]], row: int) -> list[Way]:
    """The keys of which a row has every field, with what it says there."""
    found: list[Way] = []
    for key in keys:
        cells = tuple(columns[name][row] if name in columns else None for name in key)
        if None not in cells:
            found.append((key, cells))
    return found


def _ways(
    table: Table, columns: Mapping[str, Sequence[Value]], geometry: Sequence[bytes | None] | None, row: int
) -> list[Way]:
    """The ways in which a row can be known, best first: its whole natural keys, its shape, all that it says."""
    found = _whole(table.keys, columns, row)
    if geometry is not None and geometry[row] is not None:
        found.append((_SHAPE, geometry[row]))
    if not found:
        said = ((n, columns[n][row]) for n in sorted(columns) if n not in {"village_code", "source"})
        found.append((_SAID, tuple((n, v) for n, v in said if v is not None)))
    return found


def _several(table: Table, part: Part, at: Sequence[int]) -> set[Way]:
    """The weak keys that rows with different keys share: two householders of one name, each in a house."""
    owner: dict[Way, Way] = {}
    several: set[Way] = set()
    for i in at if table.weak_keys else ():
        best = _ways(table, part.columns, part.geometry, i)[0]
        for way in _whole(table.weak_keys, part.columns, i) if best[0] != _SAID else ():
            if owner.setdefault(way, best) != best:
                several.add(way)
    return several


def _reason(table: Table, way: Way, row: int) -> str:
    key = next((key for key in table.keys if key == way[0]), None)
    if key is None or not isinstance(way[1], tuple):
        return tr("与第 {row} 行完全相同，没有重复导入").format(row=row)
    said = [(table.field_by_name[n], cell) for n, cell in zip(key, way[1], strict=True)]
    names = "、".join(f.title if f.references else f"{f.title}“{cell}”" for f, cell in said)
    if len(key) == 1 and said[0][0].type is FieldType.TEXT:
        text = tr("{names}与第 {row} 行重复，没有导入，请改成不同的{title}")
        return text.format(names=names, row=row, title=said[0][0].title)
    return tr("{names}与第 {row} 行重复，没有导入，请核对").format(names=names, row=row)


def _namesakes(table: Table, stored: Stored) -> dict[Value, list[int]]:
    """Stored rows by name; none where a name is one of a list of codes, and says nothing of who it is."""
    found: dict[Value, list[int]] = {}
    if table.field_by_name[table.title_field].type is not FieldType.CODE:
        for j, name in enumerate(stored.columns.get(table.title_field, ())):
            found.setdefault(name, []).append(j)
    return found


def _agreeing(
    part: Part, row: int, namesakes: Mapping[Value, Sequence[int]], title: str, stored: Stored
) -> int | None:
    """The only stored row of the same name as `row`, where nothing that both say differs; None where none is."""
    name = part.columns[title][row] if title in part.columns else None
    found = namesakes.get(name, ()) if name is not None else ()
    said = (
        (v[row], stored.columns[n]) for n, v in part.columns.items() if n != "source" and v[row] is not None
    )
    if len(found) == 1 and all(old[found[0]] in {None, new} for new, old in said):
        return found[0]
    return None


def _pair_corrected(out: Plan, part: Part, table: Table, stored: Stored, source: str) -> None:
    """Pair rows that match nothing with rows of the same file that match nothing now.

    Rows of a table without keys are paired in order, if there are as many. Others must still share their shape,
    their name and every reference, or a weak key: who moves in does not get the telephone of who moved out.
    """
    fresh = [i for i in out.insert if part.id_of(i) is None]
    if not fresh:
        return
    taken = set(out.update.values())
    sources = stored.columns.get("source", ())
    left = [j for j, s in enumerate(sources) if j not in taken and _same_file(s, source)]
    if table.keys:
        pairs = _pair_lasting(fresh, left, part, table, stored)
    else:
        pairs = dict(zip(fresh, left, strict=True)) if len(left) == len(fresh) else {}
    out.update.update(pairs)
    out.insert = [i for i in out.insert if i not in pairs]


def _pair_lasting(
    at: Sequence[int], left: Sequence[int], part: Part, table: Table, stored: Stored
) -> dict[int, int]:
    title = table.field_by_name[table.title_field]
    names: list[str] = []
    if title.name in part.columns and title.type is not FieldType.CODE:
        names = [title.name, *(f.name for f in table.fields if f.references and f.name in part.columns)]
    known: dict[Hashable, int] = {}
    for j in reversed(left):
        known.update(dict.fromkeys(_lasting(table, names, stored.columns, stored.geometry, j), j))
    pairs: dict[int, int] = {}
    for i in at:
        ways = _lasting(table, names, part.columns, part.geometry, i)
        found = next((known[way] for way in ways if way in known), None)
        if found is not None:
            pairs[i] = found
            known = {way: j for way, j in known.items() if j != found}
    return pairs


def _lasting(
    table: Table,
    names: Sequence[str],
    columns: Mapping[str, Sequence[Value]],
    geometry: Sequence[bytes | None] | None,
    row: int,
) -> list[Hashable]:
    """What a row keeps though its key is corrected: its shape, its name with what it refers to, its weak keys."""
    found: list[Hashable] = []
    if geometry is not None and geometry[row] is not None:
        found.append(geometry[row])
    if names and columns[names[0]][row] is not None:
        found.append(tuple(columns[n][row] for n in names))
    found += _whole(table.weak_keys, columns, row)[:1]
    return found


def _same_file(one: Value, other: str) -> bool:
    """Whether two sources are one file, imported once with more of the folders above it than the other time."""
    a, b = f"/{one}", f"/{other}"
    return a.endswith(b) or b.endswith(a)


def _drop_borrowed(part: Part, new: list[bytes | None], stored: Sequence[bytes | None], out: Plan) -> None:
    """Drop the shapes of rows that come back and have none here: they left as they are shown, at other rows."""
    for i, j in out.update.items():
        if stored[j] is None and part.id_of(i) is not None:
            new[i] = None


def drop_unchanged(out: Plan, part: Part, stored: Stored) -> None:
    """Move the updates that change nothing to `unchanged`."""
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
