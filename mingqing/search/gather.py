"""What the account sees of every table, as columns of numbers that stand for texts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mingqing.access.policy import Column, Policy
from mingqing.access.roles import Action
from mingqing.catalog.model import Field, FieldType, Table
from mingqing.search.layout import Layout, is_category, layout
from mingqing.search.numbering import NONE, Numbering, Numbers
from mingqing.store.columns import portions

if TYPE_CHECKING:
    from mingqing.store.session import Session

Ids = NDArray[np.int64]
_NO_KIND = 255


@dataclass(frozen=True, repr=False)
class Shelf:
    """The rows of one table, a document each, by id.

    villages : (n,) numbers of their villages. xy : (2, n) where they are, project's CRS, metres; NaN where nowhere.
    texts : by field, (n,) numbers of texts. searched : the fields that are looked through. kinds : by field, (n,)
        numbers into `kind_values`, 255 for none. at : (n,) texts that name the place where each stands, `NONE` where it
        is a place itself. born : (n,) year, month and day as one number, 0 where unknown; None where no row has it.
    """

    table: Table
    layout: Layout
    ids: Ids
    villages: Numbers
    xy: NDArray[np.float32]
    texts: Mapping[str, Numbers]
    searched: tuple[str, ...]
    kinds: Mapping[str, NDArray[np.uint8]]
    kind_values: Mapping[str, tuple[str, ...]]
    at: Numbers
    born: Numbers | None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def heading(self) -> Numbers:
        """Return the texts that name the rows: the first field that is filled."""
        named = np.full(len(self), NONE, np.int32)
        for name in reversed(self.layout.heading):
            if name in self.texts:
                named = np.where(self.texts[name] >= 0, self.texts[name], named)
        return named

    def rows_of(self, ids: Ids) -> Ids:
        """Return where rows stand in the shelf, `NONE` for those that are not there."""
        if not len(self):
            return np.full(len(ids), NONE, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self) - 1)
        return np.where(self.ids[at] == ids, at, NONE)

    def renumbered(self, final: Callable[[Numbers], Numbers]) -> "Shelf":
        """Return the shelf with the final numbers of its texts."""
        return replace(self, texts={f: final(t) for f, t in self.texts.items()}, at=final(self.at))


def searched_fields(policy: Policy, table: Table) -> tuple[str, ...]:
    """Return the fields of a table that the account may find rows by, be it by what a mask leaves of them."""
    if not policy.allowed(table.name, Action.SEE):
        return ()
    return tuple(
        f.name for f in table.fields if f.search and policy.column(table.name, f.name) is not Column.ABSENT
    )


def searched_tables(session: "Session") -> list[Table]:
    """Return the tables that are looked through in the order of their results, each after the one it stands at."""
    tables = session.catalog.tables
    found: dict[str, Table] = {}

    def add(table: Table) -> None:
        target = table.field_by_name[table.located_at[0]].references if table.located_at else None
        if target is not None:
            add(tables[target])
        if searched_fields(session.policy, table):
            found[table.name] = table

    for table in sorted(tables.values(), key=lambda table: layout(table).order):
        add(table)
    return list(found.values())


def gather(
    session: "Session",
    numbering: Numbering,
    villages: Numbering,
    *,
    among: Mapping[str, Iterable[int]] | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Shelf]:
    """Return the rows of every table that is looked through, or those `among` ids by table alone."""
    found: dict[str, Shelf] = {}
    tables = searched_tables(session)
    for done, table in enumerate(tables):
        if progress is not None:
            progress(table.title, done, len(tables))
        if among is None or table.name in among:
            only = None if among is None else tuple(among[table.name])
            found[table.name] = _shelf(session, table, numbering, villages, found, only, stop)
    return list(found.values())


def _shelf(
    session: "Session",
    table: Table,
    numbering: Numbering,
    villages: Numbering,
    known: Mapping[str, Shelf],
    among: tuple[int, ...] | None,
    stop: Callable[[], bool] | None,
) -> Shelf:
    policy, how = session.policy, layout(table)
    seen = {n for n in table.column_names if policy.column(table.name, n) is not Column.ABSENT}
    searched = searched_fields(policy, table)
    kinds = [n for n in table.field_by_name if n in seen and is_category(table, n)]
    texts = [n for n in dict.fromkeys((*searched, *how.heading, *how.said)) if n in seen and n not in kinds]
    step = table.located_at[0] if table.located_at and table.located_at[0] in seen else None
    born = how.born if how.born in seen else None
    columns: dict[str, _Column] = {"village_code": villages.column}
    columns |= dict.fromkeys(texts, numbering.column)
    columns |= {name: _Kinds(table.field_by_name[name]).column for name in kinds}
    columns |= {step: _references} if step else {}
    columns |= {born: _dates} if born else {}
    ids, xy, read = _read(session, table.name, columns, among, stop)
    shelf = Shelf(
        table,
        how,
        ids,
        read["village_code"],
        xy,
        {name: read[name] for name in texts},
        searched,
        {name: read[name].astype(np.uint8) for name in kinds},
        {name: _values(table.field_by_name[name]) for name in kinds},
        np.full(len(ids), NONE, np.int32),
        read[born] if born else None,
    )
    target = known.get(table.field_by_name[step].references or "") if step else None
    return shelf if target is None or step is None else _standing(shelf, target, read[step])


def _standing(shelf: Shelf, target: Shelf, references: Ids) -> Shelf:
    """Put rows where the row that they point to is."""
    at = target.rows_of(references)
    names = np.append(target.at if target.table.located_at else target.heading, NONE)
    xy = np.append(target.xy, np.full((2, 1), np.nan, np.float32), axis=1)
    own = np.isfinite(shelf.xy[0])
    return replace(shelf, at=names[at].astype(np.int32), xy=np.where(own, shelf.xy, xy[:, at]))


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────

_Column = Callable[[Sequence[Any]], NDArray[Any]]


def _read(
    session: "Session",
    table: str,
    columns: Mapping[str, _Column],
    among: tuple[int, ...] | None,
    stop: Callable[[], bool] | None,
) -> tuple[Ids, NDArray[np.float32], dict[str, NDArray[Any]]]:
    """Return the ids of a table, their places, and its columns, each made of the values by what is asked for it."""
    ids, xy = [np.zeros(0, np.int64)], [np.zeros((2, 0), np.float32)]
    parts: dict[str, list[NDArray[Any]]] = {name: [make(())] for name, make in columns.items()}
    for rows in portions(session, table, list(columns), among=among, stop=stop):
        first, x, y, *rest = zip(*rows, strict=True)
        ids.append(np.array(first, np.int64))
        xy.append(np.array([x, y], np.float32))
        for (name, make), values in zip(columns.items(), rest, strict=True):
            parts[name].append(make(values))
    return np.concatenate(ids), np.hstack(xy), {name: np.concatenate(some) for name, some in parts.items()}


class _Kinds:
    """The numbers of a field's values, in the order of `_values`."""

    def __init__(self, field: Field) -> None:
        if field.type is FieldType.BOOLEAN:
            self._numbers: dict[object, int] = {1: 0}
        else:
            self._numbers = {value: at for at, value in enumerate(_values(field))}

    def column(self, values: Sequence[object]) -> NDArray[np.int32]:
        return np.fromiter((self._numbers.get(v, _NO_KIND) for v in values), np.int32, len(values))


def _values(field: Field) -> tuple[str, ...]:
    """Return the texts of a field's kinds: its codes; of a yes or no, its title for yes."""
    if field.codes is None:
        return (field.title,)
    return tuple(code.value for code in field.codes.codes)[:_NO_KIND]


def _references(values: Sequence[int | None]) -> Ids:
    return np.fromiter((NONE if v is None else v for v in values), np.int64, len(values))


def _dates(values: Sequence[str | None]) -> Numbers:
    """Return ISO dates as numbers such as 19500602, 0 where there is none."""
    return np.fromiter((_date(v) for v in values), np.int32, len(values))


def _date(value: str | None) -> int:
    digits = (value or "")[:10].replace("-", "")
    return int(digits) if len(digits) == 8 and digits.isascii() and digits.isdigit() else 0
