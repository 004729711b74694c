"""Looking for what is wrong with the rows of a project, table by table."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.quality.duplicates import identities, keys, same_shapes, unique
from mingqing.quality.fields import codes, kept_too_long, missing, values_agree, values_allowed
from mingqing.quality.findings import Finding, Level, Quality
from mingqing.quality.ground import Ground
from mingqing.quality.places import places
from mingqing.quality.reading import Rows, Scope
from mingqing.quality.references import references, villages_known
from mingqing.quality.soundness import soundness
from mingqing.quality.topology import topology
from mingqing.store.session import Session

MOST = 1_000  # of one table, kind and level: nobody reads more


@np.errstate(invalid="ignore")  # coordinates that are no numbers are told of
def check(
    session: Session,
    tables: Collection[str] | None = None,
    villages: Collection[str] | None = None,
    *,
    among: Mapping[str, Collection[int]] | None = None,
    action: Action = Action.SEE,
    watch: Watch = UNWATCHED,
) -> Quality:
    """Return what is wrong with rows, as far as the account sees them, and of fields that it sees whole.

    Parameters
    ----------
    tables : names; None for all. What the account may not see is left out.
    villages : codes; None for all that the account sees.
    among : only these ids of a table; a table that is not in it is not narrowed.
    action : what is told must be whole for this too: `Action.EXPORT` for a list that is handed out.
    watch : told which table is looked at.

    Raises
    ------
    Cancelled
        where `watch` says so.
    """
    scope = Scope(session, None if villages is None else tuple(dict.fromkeys(villages)), among or {}, action)
    ground = Ground.of(scope)
    chosen = [
        t
        for t in session.catalog.tables.values()
        if (tables is None or t.name in tables) and scope.allows(t.name)
    ]
    found: list[Finding] = []
    checked: dict[str, int] = {}
    cut: dict[str, int] = {}
    for done, table in enumerate(chosen):
        watch.step(tr("检查{table}").format(table=table.title), done, len(chosen))
        checked[table.name], listed, more = _of_table(table, scope, ground, watch)
        found += listed
        if more:
            cut[table.name] = more
    return Quality(tuple(found), checked, cut)


def _of_table(table: Table, scope: Scope, ground: Ground, watch: Watch) -> tuple[int, list[Finding], int]:
    """Return how many rows were looked at, what was found, and how much more."""
    rows = scope.read(table)
    count, findings = len(rows), _of_fields(rows, scope, ground, watch)
    del rows  # is not kept while their shapes are in the memory
    if table.has_geometry:
        findings = chain(findings, _of_shapes(table, scope, ground, watch))
    listed, more = _listed(findings)
    return count, _placed(scope.session, table, listed), more


def _of_fields(rows: Rows, scope: Scope, ground: Ground, watch: Watch) -> Iterator[Finding]:
    for each in (missing, codes, values_allowed, values_agree, kept_too_long, unique, keys):
        watch.step(rows.table.title)
        yield from each(rows)
    yield from references(rows, scope, ground)
    yield from villages_known(rows, ground)
    yield from identities(rows, ground)


def _of_shapes(table: Table, scope: Scope, ground: Ground, watch: Watch) -> Iterator[Finding]:
    rows = scope.read_shapes(table)
    watch.step(table.title)
    yield from same_shapes(rows)
    yield from soundness(rows)
    yield from places(rows, ground)
    yield from topology(rows, scope, ground, watch)


def _listed(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Return the first of each kind and level, errors before warnings, and how many there are more."""
    counts: Counter[tuple[str, str]] = Counter()
    kept = []
    for finding in findings:
        counts[finding.kind, finding.level] += 1
        if counts[finding.kind, finding.level] <= MOST:
            kept.append(finding)
    kept.sort(key=lambda finding: finding.level is not Level.ERROR)
    return kept, counts.total() - len(kept)


def _placed(session: Session, table: Table, found: Sequence[Finding]) -> list[Finding]:
    """Return findings with the place of the row that each is about, or belongs to, where it has none of its own."""
    lost = sorted({finding.id for finding in found if finding.at is None})
    if not (lost and (table.has_geometry or table.located_at)):
        return list(found)
    there = session.features(table.name, among=lost)
    rows = Rows(table, there.ids, {}, there.geometry)
    at = {i: rows.middle(row) for row, i in enumerate(there.ids.tolist())}
    return [f if f.at is not None or np.isnan(at[f.id][0]) else replace(f, at=at[f.id]) for f in found]
