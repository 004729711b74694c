"""Whether what should be there once is there twice."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import shapely

from mingqing.catalog.model import FieldType, RuleKind
from mingqing.core.text import tr
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.quality.ground import Ground
from mingqing.quality.reading import CODE, Rows

_BLANK = (None, "")


def unique(rows: Rows) -> Iterator[Finding]:
    """Find values that may occur once in a village and occur again; of each, all rows but the first."""
    for rule in rows.table.rules:
        if rule.kind is RuleKind.UNIQUE and _told(rows, rule.fields):
            for row, first in _again(rows, range(len(rows)), rule.fields, in_village=True):
                said = tr("的{what}与{other}相同，同一个村里不能有两条，请改正或删除一条").format(
                    what=_what(rows, row, rule.fields), other=_other(rows, first)
                )
                yield rows.finding(Kind.DUPLICATE, Level.ERROR, row, said, of=rule.fields[0])


def keys(rows: Rows) -> Iterator[Finding]:
    """Find rows that nothing tells from another of their village; the first key that a row has whole decides."""
    unique_ = {rule.fields for rule in rows.table.rules if rule.kind is RuleKind.UNIQUE}
    left: Sequence[int] = range(len(rows))
    for key in rows.table.keys:
        if not _told(rows, key):
            return  # whoever has that key is not known, so neither whom the next one decides
        columns = [rows.columns[name] for name in key]
        whole = [row for row in left if all(column[row] not in _BLANK for column in columns)]
        if key not in unique_:
            for row, first in _again(rows, whole, key, in_village=True):
                said = tr("与{other}的{what}相同，像是同一条录了两遍，请合并或改正").format(
                    what=_what(rows, row, key), other=_other(rows, first)
                )
                yield rows.finding(Kind.DUPLICATE, Level.ERROR, row, said, of=key[0])
        taken = set(whole)
        left = [row for row in left if row not in taken]


def identities(rows: Rows, ground: Ground) -> Iterator[Finding]:
    """Find people who are in the registers of two villages, by their identity numbers."""
    for field in rows.table.fields:
        if field.type is not FieldType.ID_NUMBER or not _told(rows, (field.name,)):
            continue
        for row, first in _again(rows, range(len(rows)), (field.name,), in_village=False):
            if rows.village(row) != rows.village(first):
                said = tr("的{field}与{village}的{other}相同，可能两个村都登记了，请核对").format(
                    field=field.title, village=ground.name(rows.village(first)), other=rows.name(first)
                )
                yield rows.finding(Kind.DUPLICATE, Level.WARNING, row, said, of=field.name)


def same_shapes(rows: Rows) -> Iterator[Finding]:
    """Find lines and areas that were drawn, or taken in, twice, and belong to the same rows.

    Of points many are rightly at one place: the offices of one building.
    """
    if rows.shapes is None:
        return
    belongs = [rows.columns.get(f.name) for f in rows.table.fields if f.references]
    if None in belongs:
        return
    point = np.isin(shapely.get_type_id(rows.shapes), (0, 4))
    alike = np.flatnonzero(np.isin(rows.firsts, rows.firsts[rows.firsts != np.arange(len(rows))]) & ~point)
    seen: dict[tuple[Any, ...], int] = {}
    for row in alike.tolist():
        first = seen.setdefault((rows.firsts[row], *(column[row] for column in belongs if column)), row)
        if first != row:
            said = tr("的图形与{other}完全一样，可能重复录入，请核对").format(other=_other(rows, first))
            yield rows.finding(Kind.DUPLICATE, Level.WARNING, row, said)


def _told(rows: Rows, fields: Sequence[str]) -> bool:
    return all(name in rows.columns for name in (CODE, *fields))


def _again(
    rows: Rows, among: Sequence[int], fields: Sequence[str], *, in_village: bool
) -> Iterator[tuple[int, int]]:
    """Yield each row whose fields another one before it has too, and that one; blank ones say nothing."""
    columns = [rows.columns[name] for name in fields]
    villages = rows.columns[CODE] if in_village else repeat(None)
    cells = zip(villages, *columns, strict=False)
    said = list(cells) if len(among) == len(rows) else None
    seen: dict[tuple[Any, ...], int] = {}
    for row in among:
        value = said[row] if said is not None else (rows.columns[CODE][row], *(c[row] for c in columns))
        if all(part not in _BLANK for part in value[1:]):
            first = seen.setdefault(value, row)
            if first != row:
                yield row, first


def _what(rows: Rows, row: int, fields: Sequence[str]) -> str:
    """The fields; with its value where that is one that can be read in a list by whoever stands near."""
    titles = "".join(tr("“{title}”").format(title=rows.field_title(name)) for name in fields)
    field = rows.table.field_by_name[fields[0]]
    short = len(fields) == 1 and field.type is FieldType.TEXT and field.name != rows.table.title_field
    return f"{titles}（{str(rows.columns[fields[0]][row])[:20]}）" if short else titles


def _other(rows: Rows, row: int) -> str:
    return tr("另一条{name}").format(name=rows.name(row))
