"""Whether the rows that others point to are there, and where they should be."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.model import Field
from mingqing.core.text import tr
from mingqing.quality.findings import Finding, Kind, Level
from mingqing.quality.ground import Ground
from mingqing.quality.reading import CODE, VILLAGE, Rows, Scope


def references(rows: Rows, scope: Scope, ground: Ground) -> Iterator[Finding]:
    """Find references to rows that are not there, and to a place in another village than the row's."""
    for field in rows.table.fields:
        if field.references and field.name in rows.columns:
            yield from _followed(rows, field, field.references, scope, ground)


def villages_known(rows: Rows, ground: Ground) -> Iterator[Finding]:
    """Find rows of villages that the project does not have."""
    if not ground.names or rows.table.name == VILLAGE:
        return
    values = rows.columns.get(CODE, ())
    strange = set(values) - ground.names.keys() - {None, ""}
    for row, code in enumerate(values) if strange else ():
        if code in strange:
            said = tr("的村代码“{code}”不是本项目里的村，请核对").format(code=str(code)[:20])
            yield rows.finding(Kind.REFERENCE, Level.WARNING, row, said, of=CODE)


def _followed(rows: Rows, field: Field, to: str, scope: Scope, ground: Ground) -> Iterator[Finding]:
    targets = scope.targets(to)
    if targets is None:
        return
    ids, villages = targets
    told = [(row, v) for row, v in enumerate(rows.columns[field.name]) if isinstance(v, int)]
    here, wanted = np.array([r for r, _ in told], np.intp), np.array([v for _, v in told], np.int64)
    at = np.searchsorted(ids, wanted)
    there = np.zeros(len(wanted), np.bool_)
    there[at < len(ids)] = ids[at[at < len(ids)]] == wanted[at < len(ids)]
    yield from _lost(rows, field, scope.session.catalog.tables[to].title, here[~there], scope)
    if CODE in rows.columns and field.name in rows.table.located_at[:1]:
        for row, village in zip(here[there].tolist(), villages[at[there]].tolist(), strict=True):
            if village is not None and rows.village(row) not in {None, village}:
                said = tr("写在{own}，“{field}”却在{other}，请核对是哪个村").format(
                    own=ground.name(rows.village(row)), field=field.title, other=ground.name(village)
                )
                yield rows.finding(Kind.REFERENCE, Level.WARNING, row, said, of=field.name)


def _lost(rows: Rows, field: Field, title: str, lost: NDArray[np.intp], scope: Scope) -> Iterator[Finding]:
    """Whoever sees some villages alone cannot tell whether a row is gone or elsewhere."""
    bound = scope.session.policy.villages is not None
    said = (
        tr("的“{field}”指向的{table}不在您管辖的村里，或已经不在了，请核对")
        if bound
        else tr("的“{field}”指向的{table}已经不在了，请重新选择")
    ).format(field=field.title, table=title)
    for row in lost.tolist():
        level = Level.WARNING if bound else Level.ERROR
        yield rows.finding(Kind.REFERENCE, level, row, said, of=field.name)
