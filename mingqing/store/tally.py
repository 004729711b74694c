"""Counting rows by the values of fields, in the engine or one by one, with the same outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mingqing.catalog.condition import Condition, Plain, Relation
from mingqing.core.errors import StoreBug

if TYPE_CHECKING:
    from mingqing.store.session import Session

_SQL = {
    Relation.IS: "{f} = ?",
    Relation.IS_NOT: "{f} <> ?",
    Relation.CONTAINS: "instr({f}, ?) > 0",
    Relation.LESS: "{f} < ?",
    Relation.AT_MOST: "{f} <= ?",
    Relation.AT_LEAST: "{f} >= ?",
    Relation.MORE: "{f} > ?",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of some rows.

    held : rows for which the condition holds; all where there is none. asked : rows with the condition's field filled
        in. filled, total : of the rows that held, those with a number in the field to be summed, and its sum.
    """

    held: int
    asked: int
    filled: int
    total: float


def tally(
    session: "Session",
    table: str,
    by: str,
    *,
    of: str | None = None,
    condition: Condition | None = None,
    village: str | None = None,
) -> dict[object, Tally]:
    """Return what is counted of the rows of a table, by the value of a column.

    of : a column of numbers to be summed. condition : what is asked of each row; not a list of values.
    village : only its rows count, by code.
    """
    _check(session, table, [by, of, None if condition is None else condition.field])
    sql, values = _sql(table, by, of, condition, village)
    return {key: Tally(*numbers) for key, *numbers in session.query(sql, values)}


def grouped(
    session: "Session", table: str, by: Sequence[str], *, of: str | None = None, village: str | None = None
) -> list[tuple[Any, ...]]:
    """Return (a value of each of `by`..., rows, rows with a number in `of`, sum of `of`) of a village, or of all."""
    _check(session, table, [*by, of])
    columns, summed = ", ".join(f'"{name}"' for name in by), f'"{of}"' if of is not None else "NULL"
    where, values = ("", ()) if village is None else (' WHERE "village_code" = ?', (village,))
    sql = f'SELECT {columns}, count(*), count({summed}), total({summed}) FROM "{table}"{where} GROUP BY {columns}'
    return session.query(sql, values)


def _check(session: "Session", table: str, names: Iterable[str | None]) -> None:
    known = session.catalog.tables[table].field_by_name
    for name in names:
        if name is not None and name not in known:
            raise StoreBug(f"no such column of {table}: {name}")


def _sql(
    table: str, by: str, of: str | None, condition: Condition | None, village: str | None
) -> tuple[str, list[Plain]]:
    """Return a query for (value of `by`, held, asked, filled, total), and its parameters."""
    holds, asked, values = "1", "1", list[Plain]()
    if condition is not None:
        if condition.relation not in _SQL or isinstance(condition.value, tuple):
            raise StoreBug(f"no such condition: {condition}")
        field = f'"{condition.field}"'
        filled = f"{field} NOT NULL AND {field} <> ''"
        holds, asked, values = (
            f"({filled} AND {_SQL[condition.relation].format(f=field)})",
            filled,
            [condition.value],
        )
    summed = f'"{of}"' if of is not None else "NULL"
    where = ""
    if village is not None:
        where = ' WHERE "village_code" = ?'
        values.append(village)
    sql = (
        f"SELECT grouped, sum(held), sum(asked), count(CASE WHEN held THEN number END),"
        f' total(CASE WHEN held THEN number END) FROM (SELECT "{by}" AS grouped, {holds} AS held, ({asked}) AS asked,'
        f' {summed} AS number FROM "{table}"{where}) GROUP BY grouped'
    )
    return sql, values


def tallied(rows: Iterable[tuple[object, object]], condition: Condition | None) -> Tally:
    """Count rows given as (number to be summed, value that the condition is asked of)."""
    held = asked = filled = 0
    total = 0.0
    for number, value in rows:
        asked += condition is None or value not in {None, ""}
        if condition is not None and not condition.holds(value):
            continue
        held += 1
        if isinstance(number, int | float):
            filled += 1
            total += number
    return Tally(held, asked, filled, total)
