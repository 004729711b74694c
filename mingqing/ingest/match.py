"""Which table a file is, and which column fills which field, by the names that `layers/` knows."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from mingqing.catalog.model import Catalog, Field, FieldType, GeometryKind, Link, Table

# A DBF cuts column names at 10 bytes, and a character in two leaves less.
_DBF_NAME_BYTES = range(8, 11)
_GENERIC = frozenset({"name", "名称", "code", "代码", "类型", "类别", "kind", "面积", "地址", "备注"})


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """A column whose values are those of a field of another row: the one pointed to, or one that leads there."""

    column: str
    link: Link


@dataclass(frozen=True, slots=True)
class TableMatch:
    """What one source layer was recognised as.

    fields : column → field of `table`.
    links : reference field → the ways in which a column may name the row it points to, best first.
    feeds : for each table fed besides, column → field.
    feed_links : for each table fed besides, its links, from columns that the table itself has no field for.
    unmatched : columns that nothing was found for.
    refused : column → why it is never taken.
    ids : the column that holds the rows' own ids, where it is what our export gave; see `ingest.returned`.
    targets : reference field → the column that holds the ids of the rows pointed to.
    continued : column → those in which its text goes on.
    written : column → what is written there → what is stored, None where it may be several things.
    """

    table: Table
    fields: Mapping[str, str]
    links: Mapping[str, tuple[ColumnLink, ...]]
    feeds: Mapping[str, Mapping[str, str]]
    feed_links: Mapping[str, Mapping[str, tuple[ColumnLink, ...]]]
    unmatched: tuple[str, ...]
    refused: Mapping[str, str]
    ids: str | None = None
    targets: Mapping[str, str] = field(default_factory=dict)
    continued: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    written: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


@cache
def plain_name(text: str) -> str:
    """Return a column or file name as it is compared: no case, spaces, brackets with units, or separators.

    Examples
    --------
    >>> plain_name(" 建筑面积（平方米）"), plain_name("House_No")
    ('建筑面积', 'houseno')
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text) or text
    return re.sub(r"[\s_\-*＊:：/、.·]+", "", text)


@cache
def _aliases(field: Field) -> tuple[str, ...]:
    names = (field.title, *field.arrives_as, *((field.leaves_as,) if field.leaves_as else ()), field.name)
    return tuple(dict.fromkeys(plain_name(n) for n in names))


def _is_cut(column: str, alias: str) -> bool:
    """Whether `column` may be `alias` as a DBF cut it, in GBK or in UTF-8."""
    if len(column) < 3 or not alias.startswith(column) or column == alias:
        return False
    return any(len(column.encode(e, "replace")) in _DBF_NAME_BYTES for e in ("gbk", "utf-8"))


def _score(column: str, aliases: tuple[str, ...]) -> int:
    """How well a column's name fits: 100 less the alias's rank, 40 for a cut name, 35 for two in one, 0 for none."""
    plain = plain_name(column)
    if plain in aliases:
        return 100 - min(aliases.index(plain), 50)
    if any(_is_cut(plain, alias) for alias in aliases):
        return 40
    # a heading above another says the same again: 联系方式 over 手机
    return 35 if any(plain.startswith(a) and plain[len(a) :] in aliases for a in aliases) else 0


@lru_cache(maxsize=4096)
def match_fields(fields: tuple[Field, ...], columns: tuple[str, ...]) -> Mapping[str, str]:
    """Return column → field name, each used once, best fits first, ties by the order of the fields.

    A cut name that fits two fields equally well is left unmatched.
    """
    scored = [
        (-score, order, column, field.name)
        for order, field in enumerate(fields)
        if field.type not in {FieldType.PHOTO, FieldType.DATA}  # no cell of a table holds a picture
        for column in columns
        if (score := _score(column, _aliases(field)))
    ]
    found: dict[str, str] = {}
    for score, _, column, name in sorted(scored):
        rivals = sum(1 for s, _, c, n in scored if c == column and s == score and n not in found.values())
        if column in found or name in found.values() or (score == -40 and rivals > 1):
            continue
        found[column] = name
    return found


@lru_cache(maxsize=65536)
def _name_score(name: str, table: Table) -> int:
    """How well a file's or sheet's name says that it is this table: the length of the longest alias in it."""
    plain = plain_name(name)
    best = 0
    for alias in table.recognised_by:
        key = plain_name(alias)
        if key == plain:
            best = max(best, 10 + len(key))
        elif len(key) == 1 and not key.isascii():
            best = max(best, int(plain.endswith(key)))  # 竹源溪 is a stream, 小竹溪村 is none
        elif key in plain and (
            not key.isascii() or re.search(rf"(?<![a-z]){re.escape(key)}s?(?![a-z])", name.lower())
        ):
            best = max(best, min(len(key), 9))
    return best


def recognise_table(
    catalog: Catalog, names: Sequence[str], columns: tuple[str, ...], kinds: frozenset[GeometryKind] | None
) -> Table | None:
    """Return the table a layer is, by its names (layer or sheet first, then file) and its columns.

    kinds : the geometry kinds that occur, empty where all are null; None where the layer has no geometry.

    Returns
    -------
    Table or None
        None where the evidence does not decide.
    """
    best: tuple[float, int] = (0.0, 0)
    winner = None
    for table in catalog.tables.values():
        if kinds and not kinds <= table.geometry:
            continue
        if kinds is None and table.has_geometry and not table.keys:
            continue  # its rows are known by their shapes alone
        matched = match_fields(table.plain_fields, columns)
        telling = sum(1 for column in matched if plain_name(column) not in _GENERIC)
        named = max((_name_score(n, table) / (1 + i * 0.5) for i, n in enumerate(names)), default=0.0)
        if not named and not (telling >= 2 and telling * 2 >= len(columns)) and telling < 4:
            continue
        shape = 1 if kinds and table.has_geometry else 0
        rank = (named * 2 + telling + shape, telling)
        if rank > best:
            best, winner = rank, table
    return winner if kinds else _listing(catalog, names, winner) or winner


def _listing(catalog: Catalog, names: Sequence[str], winner: Table | None) -> Table | None:
    """The table of which a register of people is a list, by a value in its name: 低保户名单 of those to look after."""
    for table in catalog.tables.values():
        lists_such = winner is None or winner.name in {x.table for f in table.fields for x in f.links}
        if lists_such and value_in_name(table, names) is not None:
            return table
    return None


def value_in_name(table: Table, names: Sequence[str]) -> str | None:
    """Return the value of the field `listed_by` that the names of a sheet or file say, None where none does."""
    field = table.field_by_name[table.listed_by] if table.listed_by else None
    if field is None or field.codes is None:
        return None
    for name in names:
        said = {
            s: code.value for code in field.codes.codes for s in (code.value, *code.arrives_as) if s in name
        }
        if said:
            return said[max(said, key=len)]
    return None


@lru_cache(maxsize=4096)
def match(
    catalog: Catalog, table: Table, columns: tuple[str, ...], chosen: tuple[tuple[str, str], ...] = ()
) -> TableMatch:
    """Return how the columns of a layer fill `table` and the tables it feeds.

    chosen : (field, column) pairs decided by the user; `""` as the column leaves the field empty.
    """
    refused = {c: r.reason for c in columns if (r := catalog.refusal(c)) is not None}
    free = [c for c in columns if c not in refused]
    taken = {column: field for field, column in chosen if column in free}
    decided = {field for field, _ in chosen}
    fields = dict(taken)
    for group in (table.fields, table.common):  # a table's own fields come before those that every table has
        open_fields = tuple(f for f in group if f.references is None and f.name not in decided)
        fields |= match_fields(open_fields, tuple(c for c in free if c not in fields))
    rest = tuple(c for c in free if c not in fields)
    links = _match_links(catalog, table, rest, fields)
    feeds: dict[str, Mapping[str, str]] = {}
    for name in table.feeds:
        fed = catalog.tables[name]
        found = match_fields(fed.plain_fields, rest)
        if _is_enough(fed, found.values()):
            feeds[name] = found
    feed_links = {name: _match_links(catalog, catalog.tables[name], rest, feeds[name]) for name in feeds}
    used = {
        *fields,
        *(w.column for found in (links, *feed_links.values()) for ways in found.values() for w in ways),
        *(c for f in feeds.values() for c in f),
    }
    unmatched = tuple(c for c in free if c not in used)
    return TableMatch(table, fields, links, feeds, feed_links, unmatched, refused)


def _is_enough(table: Table, found: Collection[str]) -> bool:
    """Whether rows of `table` can be told apart by these fields, or have all that it requires."""
    required = [f.name for f in table.fields if f.required]
    return bool(required) and set(required) <= set(found)


def _match_links(
    catalog: Catalog, table: Table, columns: Sequence[str], fields: Mapping[str, str]
) -> dict[str, tuple[ColumnLink, ...]]:
    """For each reference of `table`, the columns that may name the row it points to, best way first.

    columns : those that fill no field; one that fills a field in `fields` counts where this names the same row.
    """
    found: dict[str, tuple[ColumnLink, ...]] = {}
    for reference in table.fields:
        direct = tuple(plain_name(a) for a in reference.arrives_as)
        naming = [c for c, name in fields.items() if table.field_by_name[name].names == reference.name]
        ways = tuple(
            ColumnLink(column, link)
            for link in reference.links
            for column in (*columns, *naming)
            if _score(column, direct + _aliases(catalog.tables[link.table].field_by_name[link.field]))
        )
        if ways:
            found[reference.name] = ways
    return found
