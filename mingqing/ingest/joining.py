"""Filling rows that are there from a table that somebody keeps elsewhere. It is no import: no row is added."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mingqing.access.policy import Column, Policy
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.catalog.values import Value, ValueRefusedError, parse, plain_text
from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.ingest.match import match
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.source import Kind, discover, read
from mingqing.ingest.villages import VillageFinder
from mingqing.store.bulk import changeable
from mingqing.store.edit import rows_of
from mingqing.store.session import Session
from mingqing.store.unique import VILLAGE

_TABLES = {Kind.DELIMITED, Kind.WORKBOOK, Kind.DBF}
_AT_ONCE = 2_000
_Key = tuple[Value, ...]


@dataclass(frozen=True)
class Joining:
    """Which columns of a table from elsewhere stand for which fields.

    keys : column → field by which rows are found; all of them must agree.
    fills : column → field that is filled.
    refused : column → why it is never taken.
    """

    keys: Mapping[str, str]
    fills: Mapping[str, str]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Left:
    """A row from elsewhere that is not taken: its number as its file shows it, what it says, and why."""

    row: int
    said: str
    reason: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What rows are given, by id and field; cells that say nothing are left out. `left` are not taken."""

    values: Mapping[int, Mapping[str, object]]
    left: tuple[Left, ...]


def read_tables(path: Path) -> list[SourceLayer]:
    """Return the sheets of a file that have rows.

    Raises
    ------
    InputRefused
        if it is no table of text, or cannot be read.
    """
    (file, *_) = discover([path])
    if file.kind not in {*_TABLES, Kind.UNREADABLE}:
        raise InputRefused(tr("请选择 Excel 或 CSV 表格"))
    found = [layer for layer in read(file) if len(layer)]
    if not found:
        raise InputRefused(tr("“{name}”里没有数据").format(name=path.name))
    return found


def key_fields(policy: Policy, table: Table) -> list[Field]:
    """Return the fields by which rows may be found: those that the account sees whole, its village among them."""
    own = [f for f in table.fields if f.references is None and f.type is not FieldType.BOOLEAN]
    return [
        f for f in (*own, table.field_by_name[VILLAGE]) if policy.column(table.name, f.name) is Column.CLEAR
    ]


def guess(policy: Policy, table: Table, layer: SourceLayer) -> Joining:
    """Return how the columns of a layer are best understood, by their names."""
    found = match(policy.catalog, table, tuple(layer.columns))
    known, fillable = ({f.name for f in some(policy, table)} for some in (key_fields, changeable))
    there = set(found.fields.values()) & known
    ways = [set(way) for way in (*table.keys, *table.weak_keys, (table.title_field,)) if set(way) <= there]
    keys = ways[0] if ways else set()
    alone = any(table.field_by_name[name].type is FieldType.ID_NUMBER for name in keys)
    if keys and not alone and VILLAGE in there:
        keys = {*keys, VILLAGE}
    return Joining(
        {column: name for column, name in found.fields.items() if name in keys},
        {c: n for c, n in found.fields.items() if n in fillable and n not in keys},
        found.refused,
    )


def join(
    session: Session,
    table: str,
    ids: Sequence[int],
    layer: SourceLayer,
    how: Joining,
    *,
    watch: Watch = UNWATCHED,
) -> Joined:
    """Return what rows `ids` of a table are given by the rows of a layer that say they are the same.

    Raises
    ------
    InputRefused
        where nothing tells which row is meant.
    """
    if not how.keys:
        raise InputRefused(tr("请至少选一列用来找对应的记录"))
    definition = session.catalog.tables[table]
    fields = [definition.field_by_name[name] for name in how.keys.values()]
    index = _index(session, table, ids, [f.name for f in fields], watch)
    villages = VillageFinder(session)
    sources: defaultdict[int, list[int]] = defaultdict(list)
    left: list[Left] = []
    for at in range(len(layer)):
        if at % _AT_ONCE == 0:
            watch.step(tr("正在对应"), at, len(layer))
        raws = [layer.columns[column][at] for column in how.keys]
        try:
            meant = index.get(_key(fields, raws, villages), [])
            _require_one(meant)
        except ValueRefusedError as error:
            left.append(Left(int(layer.rows[at]), _said(raws), str(error)))
        else:
            sources[meant[0]].append(at)
    values = dict(_values(sources, layer, how, left))
    return Joined(values, tuple(sorted(left, key=lambda each: each.row)))


def _index(
    session: Session, table: str, ids: Sequence[int], names: Sequence[str], watch: Watch
) -> Mapping[_Key, list[int]]:
    found: defaultdict[_Key, list[int]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        watch.step(tr("正在查看"), start, len(ids))
        for row_id, row in rows_of(session, table, ids[start : start + _AT_ONCE]).items():
            found[tuple(row[name] for name in names)].append(row_id)  # type: ignore[misc]
    return found


def _key(fields: Sequence[Field], raws: Sequence[object], villages: VillageFinder) -> _Key:
    """Return what a row from elsewhere says, as it is stored."""
    found: list[Value] = []
    for field, raw in zip(fields, raws, strict=True):
        if field.name == VILLAGE:
            found.append(villages.by_text(clean(plain_text(raw))) if raw is not None else None)
        else:
            found.append(parse(field, raw))
        if found[-1] is None:
            raise ValueRefusedError(tr("“{field}”没有填").format(field=field.title))
    return tuple(found)


def _require_one(meant: Sequence[int]) -> None:
    if not meant:
        raise ValueRefusedError(tr("没有找到对应的记录"))
    if len(meant) > 1:
        raise ValueRefusedError(tr("对应 {n} 条记录，分不清是哪一条").format(n=len(meant)))


def _values(
    sources: Mapping[int, Sequence[int]], layer: SourceLayer, how: Joining, left: list[Left]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield what each row is given; where two rows from elsewhere say different things, neither is taken."""
    for row_id, rows in sources.items():
        said = [_filled(layer, how, at) for at in rows]
        if any(other != said[0] for other in said):
            for at in rows:
                raws = [layer.columns[column][at] for column in how.keys]
                reason = tr("表格里有 {n} 行是同一条记录，内容又不一样").format(n=len(rows))
                left.append(Left(int(layer.rows[at]), _said(raws), reason))
        elif said[0]:
            yield row_id, said[0]


def _filled(layer: SourceLayer, how: Joining, at: int) -> Mapping[str, object]:
    cells = {name: layer.columns[column][at] for column, name in how.fills.items()}
    return {
        n: raw for n, raw in cells.items() if raw is not None and (not isinstance(raw, str) or clean(raw))
    }


def _said(raws: Sequence[object]) -> str:
    return "、".join(plain_text(raw) for raw in raws if raw is not None) or tr("（空）")
