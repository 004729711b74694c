"""A condition becomes a statement: names from the catalog, every value bound, each table as the account sees it."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.model import Table
from mingqing.store.conditions.leaves import Clause, Filter, Holds
from mingqing.store.conditions.places import near, standing_at
from mingqing.store.conditions.tree import (
    VILLAGE,
    All,
    Any,
    Condition,
    Inside,
    Not,
    ReferredBy,
    RefersTo,
    Within,
)
from mingqing.store.geometry import decode
from mingqing.store.session import Session

Headings = Mapping[str, Sequence[str]]
Stop = Callable[[], bool]


def ids(
    session: Session,
    table: str,
    condition: Condition,
    *,
    headings: Headings | None = None,
    stop: Stop | None = None,
) -> NDArray[np.int64]:
    """Return the ids of the rows of a table that meet a condition, in their order of entry: (n,) int64.

    This is what exports ask too, for `Session.features(table, among=ids)`.

    Parameters
    ----------
    headings : by table, the fields that name a row, the best first; before the table's own.
    stop : asked every few milliseconds; the search then ends in `Cancelled`.

    Raises
    ------
    Cancelled
        once `stop` says so.
    """
    question = Question(session, table, headings or {}, stop)
    where, values = question.where(condition)
    rows = session.query(f"SELECT t.id {question.tables} WHERE {where} ORDER BY t.id", values, stop=stop)
    return np.fromiter((row[0] for row in rows), np.int64, len(rows))


class Question:
    """The table that a statement is about, under an alias, and those joined to it.

    tables : what follows FROM, once all that is to be asked has been.
    """

    def __init__(
        self, session: Session, table: str, headings: Headings, stop: Stop | None = None, alias: str = "t"
    ) -> None:
        self.session, self.catalog, self.table = session, session.catalog, session.catalog.tables[table]
        self._headings, self._stop, self.alias = headings, stop, alias
        self._shown: dict[str, str] = {}
        self._aliases = (f"{alias}{number}" for number in count())
        self.tables = f'FROM "{table}" AS {alias}'

    def shown(self, column: str) -> str:
        """Return the expression of what is shown of a column."""
        if column not in self._shown:
            self._shown[column] = self._expression(self.table, self.alias, column)
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

    def where(self, condition: Condition) -> Clause:
        """Return the condition in SQL, and its values."""
        match condition:
            case All(parts):
                return self._joined(parts, " AND ", "1")
            case Any(parts):
                return self._joined(parts, " OR ", "0")
            case Not(part):
                sql, values = self.where(part)
                return f"({sql}) IS NOT TRUE", values
            case RefersTo() | ReferredBy():
                return self._linked(condition)
            case Within() | Inside():
                return self._near(condition)
        return self._matching(condition)

    def _joined(self, parts: Sequence[Condition], word: str, nothing: str) -> Clause:
        found = [self.where(part) for part in parts]
        sql = word.join(sql for sql, _ in found)
        return f"({sql or nothing})", [value for _, values in found for value in values]

    def _matching(self, wanted: Filter) -> Clause:
        if wanted.column == VILLAGE and isinstance(wanted, Holds):
            condition, values = wanted.sql("v.name")
            return f"{self.alias}.{VILLAGE} IN (SELECT v.code FROM village AS v WHERE {condition})", values
        return wanted.sql(self.shown(wanted.column))

    def _linked(self, condition: RefersTo | ReferredBy) -> Clause:
        if isinstance(condition, RefersTo):
            own = f'{self.alias}."{condition.column}"'
            target = self.table.field_by_name[condition.column].references or ""
            sql, values = self._selected(target, "id", condition.part)
        else:
            own = f"{self.alias}.id"
            sql, values = self._selected(condition.table, condition.column, condition.part)
        return f"{own} IN ({sql})", values

    def _selected(self, table: str, column: str, part: Condition) -> Clause:
        """A column of the rows of another table that meet `part`."""
        inner = Question(self.session, table, self._headings, self._stop, next(self._aliases))
        sql, values = inner.where(part)
        return f'SELECT {inner.alias}."{column}" {inner.tables} WHERE {sql}', values

    # ── Places ─────────────────────────────────────────────────────────────────────────────────────────────

    def _shapes(self, table: str, part: Condition) -> NDArray[np.object_]:
        """The shapes where the rows of a table stand that meet `part`."""
        definition, found = self.catalog.tables[table], []
        if definition.has_geometry:
            found.append((table, self._selected(table, "id", part)))
        if definition.located_at:
            here, *further = definition.located_at
            inner = self._selected(table, here, part)
            place = definition.field_by_name[here].references or ""
            for step in further:
                inner = f'SELECT "{step}" FROM "{place}" WHERE id IN ({inner[0]})', inner[1]
                place = self.catalog.tables[place].field_by_name[step].references or ""
            found.append((place, inner))
        blobs = [
            row[0]
            for place, (sql, values) in found
            for row in self.session.query(
                f'SELECT geometry FROM "{place}" WHERE id IN ({sql}) AND geometry NOT NULL',
                values,
                stop=self._stop,
            )
        ]
        return decode(blobs)

    def _near(self, condition: Within | Inside) -> Clause:
        if isinstance(condition, Within):
            shapes, distance_m = self._shapes(condition.table, condition.part), condition.distance_m
        else:
            shapes, distance_m = np.array([condition.shape], dtype=object), 0.0

        def among(place: str) -> Clause:
            found = near(self.session, place, shapes, distance_m, self._stop)
            return "SELECT value FROM json_each(?)", [json.dumps(found.tolist())]

        return standing_at(self.catalog, self.table, among, self.alias)
