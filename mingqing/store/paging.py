"""A table in an order, a page at a time: first the ids of all its rows, then the cells of those that are looked at."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.model import Catalog, Field, FieldType, Mask, Table
from mingqing.core.collation import collation_key
from mingqing.store.changes import Value
from mingqing.store.guard import box_view
from mingqing.store.session import Bounds, Session

VILLAGE = "village_code"  # shown, searched and sorted by the village's name
_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER, FieldType.BOOLEAN}
Condition = tuple[str, list[Value]]
Headings = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Holds:
    """Rows whose text has this in it, in capitals or not."""

    column: str
    text: str

    def sql(self, shown: str) -> Condition:
        """Return the condition on the expression `shown`, and its values."""
        return f"instr(lower({shown}), lower(?))", [self.text]


@dataclass(frozen=True, slots=True)
class Between:
    """Rows whose number, or date in ISO 8601, is between two, both included; None for no limit."""

    column: str
    low: float | str | None
    high: float | str | None

    def sql(self, shown: str) -> Condition:
        """Return the condition on the expression `shown`, and its values."""
        limits = [(sign, value) for sign, value in ((">=", self.low), ("<=", self.high)) if value is not None]
        return " AND ".join(f"{shown} {sign} ?" for sign, _ in limits) or "1", [value for _, value in limits]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Rows with one of these values; None stands for those that have none."""

    column: str
    values: frozenset[Value]

    def sql(self, shown: str) -> Condition:
        """Return the condition on the expression `shown`, and its values."""
        given: list[Value] = sorted((v for v in self.values if v is not None), key=str)
        empty = f" OR coalesce({shown}, '') = ''" if None in self.values else ""
        return f"({shown} IN ({', '.join('?' * len(given))}){empty})", given


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows that have a value, or have none."""

    column: str
    filled: bool

    def sql(self, shown: str) -> Condition:
        """Return the condition on the expression `shown`, and its values."""
        return f"coalesce({shown}, '') {'<>' if self.filled else '='} ''", []


Filter = Holds | Between | OneOf | Filled


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a table, and in which order.

    order : the column to sort by, text by pinyin, codes as their list has them; None for the order of entry. Rows
        without a value come last either way, equal ones in the order of entry.
    filters : conditions on what the account sees, all to be met; of a reference, on what names the row it points to.
    village : only rows of this village, by code.
    bounds : only rows whose place, their own or of the row they belong to, meets this; project CRS, metres.
    among : only these.
    """

    order: str | None = None
    descending: bool = False
    filters: tuple[Filter, ...] = ()
    village: str | None = None
    bounds: Bounds | None = None
    among: frozenset[int] | None = None


def ids(
    session: Session,
    table: str,
    wanted: Wanted = Wanted(),
    *,
    headings: Headings | None = None,
    stop: Callable[[], bool] | None = None,
) -> NDArray[np.int64]:
    """Return the ids of rows as they are to be listed: (n,) int64.

    Parameters
    ----------
    headings : by table, the fields that name a row, the best first; before the table's own.
    stop : asked every few milliseconds; the search then ends in `Cancelled`.
    """
    select = _Select(session.catalog, session.catalog.tables[table], headings or {})
    conditions = _conditions(select, wanted)
    shown = "NULL" if wanted.order is None else select.shown(wanted.order)
    where = " AND ".join(condition for condition, _ in conditions) or "1"
    values = [value for _, given in conditions for value in given]
    rows = session.query(
        f"SELECT t.id, {shown} {select.tables} WHERE {where} ORDER BY t.id", values, stop=stop
    )
    found = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    if wanted.order is None:
        return found[::-1] if wanted.descending else found
    ranks = _ranks(session, select.table.field_by_name[wanted.order], [row[1] for row in rows])
    return found[np.argsort(-ranks if wanted.descending else ranks, kind="stable")]


def page(
    session: Session,
    table: str,
    columns: Sequence[str],
    ids: Sequence[int],
    *,
    headings: Headings | None = None,
) -> list[tuple[Value, ...] | None]:
    """Return the cells of some rows in the order of `ids`, None for a row that is gone.

    Instead of a reference there is what names the row it points to, instead of a village's code its name.
    """
    select = _Select(session.catalog, session.catalog.tables[table], headings or {})
    cells = "".join(f", {select.shown(column)}" for column in columns)
    there = "t.id IN (SELECT value FROM json_each(?))"
    rows = session.query(f"SELECT t.id{cells} {select.tables} WHERE {there}", [json.dumps(list(ids))])
    found: dict[int, tuple[Value, ...]] = {row[0]: row[1:] for row in rows}
    if VILLAGE in columns:
        names, at = village_names(session), columns.index(VILLAGE)
        found = {i: (*c[:at], names.get(str(c[at]), c[at]), *c[at + 1 :]) for i, c in found.items()}
    return [found.get(i) for i in ids]


def village_names(session: Session) -> dict[str, str]:
    """Return the names of villages by code."""
    return dict(session.query("SELECT code, name FROM village WHERE code NOT NULL AND name NOT NULL"))


class _Select:
    """The tables that a question needs: the one it is about, as `t`, and those it refers to."""

    def __init__(self, catalog: Catalog, table: Table, headings: Headings) -> None:
        self.table, self.catalog, self._headings = table, catalog, headings
        self._joins: dict[tuple[str, str], str] = {}
        self._shown: dict[str, str] = {}
        self._aliases = (f"r{number}" for number in count())
        self.tables = f'FROM "{table.name}" AS t'

    def shown(self, column: str) -> str:
        """Return the expression of what is shown of a column."""
        if column not in self._shown:
            self._shown[column] = self._expression(self.table, "t", column)
        return self._shown[column]

    def _expression(self, table: Table, alias: str, column: str) -> str:
        field = table.field_by_name[column]
        if field.references is None:
            return f'{alias}."{column}"'
        target, joined = self.catalog.tables[field.references], next(self._aliases)
        self.tables += f' LEFT JOIN "{target.name}" AS {joined} ON {joined}.id = {alias}."{column}"'
        names = dict.fromkeys((*self._headings.get(target.name, ()), target.title_field))
        parts = [f"nullif({self._expression(target, joined, name)}, '')" for name in names]
        return f"coalesce({', '.join(parts)}, NULL)"


def _conditions(select: _Select, wanted: Wanted) -> list[Condition]:
    found = [_matching(select, each) for each in wanted.filters]
    if wanted.village is not None:
        found.append((f"t.{VILLAGE} = ?", [wanted.village]))
    if wanted.among is not None:
        found.append(("t.id IN (SELECT value FROM json_each(?))", [json.dumps(list(wanted.among))]))
    if wanted.bounds is not None:
        found.append(_within(select.catalog, select.table, wanted.bounds))
    return found


def _matching(select: _Select, wanted: Filter) -> Condition:
    if wanted.column == VILLAGE and isinstance(wanted, Holds):
        condition, values = wanted.sql("v.name")
        return f"t.{VILLAGE} IN (SELECT v.code FROM village AS v WHERE {condition})", values
    return wanted.sql(select.shown(wanted.column))


def _within(catalog: Catalog, table: Table, bounds: Bounds) -> Condition:
    """Rows whose own shape is there, or that belong to a row whose shape is."""
    xmin, ymin, xmax, ymax = bounds
    box = "WHERE xmin <= ? AND xmax >= ? AND ymin <= ? AND ymax >= ?"
    values: list[Value] = [xmax, xmin, ymax, ymin]
    parts = [f't.id IN (SELECT pkid FROM "{box_view(table.name)}" {box})'] if table.has_geometry else []
    if table.located_at:
        steps, here = [], table
        for step in table.located_at:
            steps.append((here, step))
            here = catalog.tables[here.field_by_name[step].references or ""]
        inner = f'SELECT pkid FROM "{box_view(here.name)}" {box}'
        for holder, step in reversed(steps[1:]):
            inner = f'SELECT id FROM "{holder.name}" WHERE "{step}" IN ({inner})'
        parts.append(f't."{steps[0][1]}" IN ({inner})')
    return f"({' OR '.join(parts) or '0'})", values * len(parts)


def _ranks(session: Session, field: Field, values: Sequence[Value]) -> NDArray[np.float64]:
    """Return numbers to sort `values` by; NaN, which sorts last, where there is none."""
    if field.type in _NUMBERS:
        return np.array([np.nan if v is None or isinstance(v, str) else v for v in values], np.float64)
    unique = {str(v) for v in values if v is not None and v != ""}
    if field.codes is not None:
        places = {code.value: at for at, code in enumerate(field.codes.codes)}
        ordered = sorted(unique, key=lambda v: (places.get(v, len(places)), v))
    else:
        person = field.mask is Mask.NAME
        names = village_names(session) if field.name == VILLAGE else {}
        ordered = sorted(unique, key=lambda v: collation_key(str(names.get(v, v)), person=person))
    rank = {value: at for at, value in enumerate(ordered)}
    return np.array([rank.get(str(v), np.nan) for v in values], np.float64)
