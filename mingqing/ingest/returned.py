"""What our own export gave, coming back: its columns by their exact names, among them the ids of rows.

A file with a column of ids is one of ours. Its columns are called as `layers/` says that they leave, so nothing is
guessed: by guessing, a reservoir's 名称 and a village's would be one. See `docs/decisions/0050-round-trip.md`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, lru_cache

from mingqing.catalog.model import STAMPS, Catalog, Field, FieldType, Link, Table
from mingqing.core.text import clean, tr
from mingqing.ingest.match import ColumnLink, TableMatch
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import ID_TITLE, id_column
from mingqing.ingest.report import LeftOut, SourceReport

_VILLAGE_NAMES = ("CUNMC", "村名")
_FOR_PEOPLE = (
    "参考经度",
    "参考纬度",
    "Name",
    "Description",
)  # of workbooks and KML: what other columns say, again
_ID_ENDING, _NAME_ENDING, _NAME_WIDTH = "标识", "MC", 8
_MORE = re.compile(r"(.+)_[1-9]\d?", re.ASCII)
# What is added to a table's name where it leaves in several parts.
_PARTS = (re.compile(r"_\d+$"), re.compile(r"_(?:point|line|area)$|（[点线面]）$"))
_WHOLE = re.compile(r"0*([1-9]\d{0,18})", re.ASCII)
_MOST = 2**63 - 1
_TELLING = 3  # columns that several tables have
NOWHERE = 0  # what an id that is none stands for: no row has it


class Means(Enum):
    """What a column of ours holds."""

    FIELD = "field"
    TARGET = "target"  # the id of the row that a field refers to
    NAMED = "named"  # what names that row
    VILLAGE = "village"  # the village's name, beside its code
    NOTHING = "nothing"


Meanings = Mapping[str, tuple[Means, str]]
"""What a column of each name holds, and the field it is of."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A table as a profile lets it leave.

    names : of its layer. meanings : column → what it holds. empty : columns that hold nothing of ours.
    values : field → what is written there → what is stored, None where that may be several things.
    """

    table: Table
    names: frozenset[str]
    meanings: Meanings
    empty: frozenset[str]
    values: Mapping[str, Mapping[str, str | None]]

    def knows(self, columns: Sequence[str]) -> int:
        """Return how many of these columns it has."""
        keys = set(map(column_key, columns))
        return len(keys & (self.meanings.keys() | self.empty))

    def is_named(self, names: Sequence[str]) -> bool:
        """Whether a layer of one of these names may be it, or a part of it."""
        return any(told in self.names for name in names for told in without_parts(name))


def returned_table(catalog: Catalog, names: Sequence[str], columns: tuple[str, ...]) -> Table | None:
    """Return the table that a layer left as: by its exact name, else by its columns; None where it is not plain.

    names : of the layer or sheet, and of the file. columns : with that of the ids.
    """
    for name in names:
        for told in without_parts(name):
            if told in _by_name(catalog):
                return _by_name(catalog)[told]
    known = {
        table.name: sum(column_key(column) in meanings_of(table) for column in columns)
        for table in catalog.tables.values()
    }
    most = max(known.values())
    if not most or most < (len(columns) - 1) / 2:
        return None
    fitting = [table for table in catalog.tables.values() if known[table.name] == most]
    if len(fitting) > 1 and most < _TELLING:
        return None
    return min(fitting, key=lambda t: len(meanings_of(t)))  # a file has all of the columns of its table


def without_parts(name: str) -> list[str]:
    """Return a layer's name, and what it is less the ends that tell parts of a table apart, from the last.

    Examples
    --------
    >>> without_parts("house_area_2")
    ['house_area_2', 'house_area', 'house']
    """
    found = [column_key(name)]
    for part in _PARTS:
        shorter = part.sub("", found[-1])
        if shorter != found[-1]:
            found.append(shorter)
    return found


@lru_cache(maxsize=4)
def _by_name(catalog: Catalog) -> Mapping[str, Table]:
    return {
        column_key(name): table for table in catalog.tables.values() for name in (table.title, table.name)
    }


def column_key(text: str) -> str:
    """Return a name as it is compared."""
    return text.strip().lower()


@cache
def meanings_of(table: Table) -> Meanings:
    """Return what a column of each name holds as it leaves; of equal names the first counts."""
    found: dict[str, tuple[Means, str]] = {}
    leaving = [f for f in (*table.fields, *table.common) if _leaves(f)]
    for means, names_of in ((Means.FIELD, _own_names), (Means.TARGET, _id_names), (Means.NAMED, _names)):
        for field in leaving:
            if (field.references is None) == (means is Means.FIELD):
                for name in names_of(field):
                    found.setdefault(column_key(name), (means, field.name))
    for name in _VILLAGE_NAMES:
        found.setdefault(column_key(name), (Means.VILLAGE, "village_code"))
    for name in _FOR_PEOPLE:
        found.setdefault(column_key(name), (Means.NOTHING, ""))
    return found


def _leaves(field: Field) -> bool:
    return field.type not in {FieldType.PHOTO, FieldType.DATA} and field.name not in {*STAMPS, "source"}


def _own_names(field: Field) -> tuple[str, ...]:
    return (field.title, *((field.leaves_as,) if field.leaves_as else ()))


def _id_names(field: Field) -> tuple[str, ...]:
    return (field.title + _ID_ENDING, *((field.leaves_as,) if field.leaves_as else ()))


def _names(field: Field) -> tuple[str, ...]:
    short = (field.leaves_as[:_NAME_WIDTH] + _NAME_ENDING,) if field.leaves_as else ()
    return (field.title, *short)


@lru_cache(maxsize=4096)
def match_returned(
    catalog: Catalog,
    table: Table,
    columns: tuple[str, ...],
    chosen: tuple[tuple[str, str], ...] = (),
    layout: Layout | None = None,
) -> TableMatch:
    """Return how the columns of what left as `table`, or by a layout of it, fill it again.

    Other parameters as `match.match`.
    """
    meanings = meanings_of(table) if layout is None else layout.meanings
    refused = {c: r.reason for c in columns if (r := catalog.refusal(c)) is not None}
    free = [c for c in columns if c not in refused and c != id_column(columns)]
    fields = {column: name for name, column in chosen if column in free}
    decided = {name for name, _ in chosen}
    targets: dict[str, str] = {}
    links: dict[str, tuple[ColumnLink, ...]] = {}
    known = set(fields)
    for column in free:
        means, name = meanings.get(column_key(column), (None, ""))
        if means is None or column in known or name in decided:
            continue
        known.add(column)
        if means is Means.FIELD:
            fields[column] = name
        elif means is Means.TARGET:
            targets[name] = column
        elif means is Means.NAMED:
            target = catalog.tables[table.field_by_name[name].references or ""]
            links[name] = (ColumnLink(column, Link(target.name, target.title_field)),)
    village = next((c for c in free if meanings.get(column_key(c), (None, ""))[0] is Means.VILLAGE), None)
    if village is not None and "village_code" not in {*fields.values(), *decided}:
        fields[village] = "village_code"
    going_on = _continued(known, [c for c in free if c not in known])
    continued = {column: more for column, more in going_on.items() if column in fields}
    known |= {more for several in going_on.values() for more in several}
    unmatched = tuple(c for c in free if c not in known)
    written = {} if layout is None else {c: layout.values.get(name, {}) for c, name in fields.items()}
    return TableMatch(
        table, fields, links, {}, {}, unmatched, refused, id_column(columns), targets, continued, written
    )


def _continued(known: Iterable[str], others: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each column whose text goes on in others, those, in order: `JJ` in `JJ_2`, `JJ_3`."""
    found: dict[str, list[str]] = {}
    for column in others:
        more = _MORE.fullmatch(column)
        stem = more[1] if more else column
        begun = [c for c in known if more and c.startswith(stem)]
        if begun:
            found.setdefault(max(begun, key=lambda c: c[:_NAME_WIDTH] == stem), []).append(column)
    return {c: tuple(sorted(more, key=lambda m: int(m.rpartition("_")[2]))) for c, more in found.items()}


def joined(layer: SourceLayer, found: TableMatch) -> SourceLayer:
    """Return a layer in which a text that goes on in further columns is whole."""
    if not found.continued:
        return layer
    columns = dict(layer.columns)
    for column, more in found.continued.items():
        pieces = zip(*(layer.columns[c] for c in (column, *more)), strict=True)
        columns[column] = ["".join([str(p) for p in some if p is not None]) or None for some in pieces]
    return replace(layer, columns=columns)


def said_ids(raws: Sequence[object], rows: Sequence[int], report: SourceReport) -> list[int | None]:
    """Return the id that each row says is its own, None where it says none; what is no id is listed in `report`.

    Of rows that say the same, the first has it: a polygon that was cut in two has its id twice.
    """
    found: list[int | None] = []
    first: dict[int, int] = {}
    for raw, row in zip(raws, rows, strict=True):
        said = row_id(raw)
        why = None
        if said == NOWHERE:
            why = tr("“{text}”不是本软件的标识，按没有标识导入").format(text=str(raw)[:20])
        elif said is not None and said in first:
            why = tr("与第 {row} 行的标识相同，按没有标识导入").format(row=first[said])
        if why is not None:
            report.left_out.append(LeftOut(row, ID_TITLE, why))
            said = None
        elif said is not None:
            first[said] = row
        found.append(said)
    return found


def row_id(raw: object) -> int | None:
    """Return the id that a cell holds, None where it is blank, NOWHERE where it is none that a row can have.

    Examples
    --------
    >>> row_id("912345678901234567"), row_id(" "), row_id("9223372036854775808"), row_id("12a")
    (912345678901234567, None, 0, 0)
    """
    if raw is None:
        return None
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
        raw = int(raw)
    text = clean(str(raw))
    whole = _WHOLE.fullmatch(text)
    number = int(whole[1]) if whole else NOWHERE
    return None if not text else number if number <= _MOST else NOWHERE
