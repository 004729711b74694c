"""A table in an order, a page at a time: first the ids of all its rows, then the cells of those that are looked at."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.model import Field, FieldType, Mask
from mingqing.core.collation import collation_key
from mingqing.store.changes import Value
from mingqing.store.conditions.leaves import Clause
from mingqing.store.conditions.places import meeting, standing_at
from mingqing.store.conditions.question import Headings, Question
from mingqing.store.conditions.tree import VILLAGE, All, Condition
from mingqing.store.session import Bounds, Session

_NUMBERS = {FieldType.INTEGER, FieldType.NUMBER, FieldType.BOOLEAN}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a table, and in which order.

    order : the column to sort by, text by pinyin, codes as their list has them; None for the order of entry. Rows
        without a value come last either way, equal ones in the order of entry.
    filters : all to be met.
    village : only rows of this village, by code.
    bounds : only rows whose place, their own or of the row they belong to, meets this; project CRS, metres.
    among : only these.
    """

    order: str | None = None
    descending: bool = False
    filters: tuple[Condition, ...] = ()
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
    question = Question(session, table, headings or {}, stop)
    where, values = _clause(question, wanted)
    shown = "NULL" if wanted.order is None else question.shown(wanted.order)
    rows = session.query(
        f"SELECT t.id, {shown} {question.tables} WHERE {where} ORDER BY t.id", values, stop=stop
    )
    found = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    if wanted.order is None:
        return found[::-1] if wanted.descending else found
    ranks = _ranks(session, question.table.field_by_name[wanted.order], [row[1] for row in rows])
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
    question = Question(session, table, headings or {})
    cells = "".join(f", {question.shown(column)}" for column in columns)
    there = "t.id IN (SELECT value FROM json_each(?))"
    rows = session.query(f"SELECT t.id{cells} {question.tables} WHERE {there}", [json.dumps(list(ids))])
    found: dict[int, tuple[Value, ...]] = {row[0]: row[1:] for row in rows}
    if VILLAGE in columns:
        names, at = village_names(session), columns.index(VILLAGE)
        found = {i: (*c[:at], names.get(str(c[at]), c[at]), *c[at + 1 :]) for i, c in found.items()}
    return [found.get(i) for i in ids]


def village_names(session: Session) -> dict[str, str]:
    """Return the names of villages by code."""
    return dict(session.query("SELECT code, name FROM village WHERE code NOT NULL AND name NOT NULL"))


def _clause(question: Question, wanted: Wanted) -> Clause:
    found = [question.where(All(wanted.filters))]
    if wanted.village is not None:
        found.append((f"t.{VILLAGE} = ?", [wanted.village]))
    if wanted.among is not None:
        found.append(("t.id IN (SELECT value FROM json_each(?))", [json.dumps(list(wanted.among))]))
    if wanted.bounds is not None:
        found.append(standing_at(question.catalog, question.table, meeting(wanted.bounds)))
    return " AND ".join(sql for sql, _ in found), [value for _, values in found for value in values]


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
