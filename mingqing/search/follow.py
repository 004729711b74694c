"""Keeping an index in step with what was written: the rows that changed, and those that are told by them."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mingqing.catalog.model import Table
from mingqing.search.facets import Facets
from mingqing.search.gather import gather, searched_tables
from mingqing.search.index import Index, Segment
from mingqing.search.numbering import Numbering
from mingqing.store.columns import pointing

if TYPE_CHECKING:
    from mingqing.store.session import Session

_MOST = 20_000  # changed rows are kept apart; with more, all is made anew


def refreshed(
    index: Index,
    session: "Session",
    changed: Mapping[str, Iterable[int]],
    *,
    stop: Callable[[], bool] | None = None,
) -> Index:
    """Return the index with these rows, by table, as they are now: changed, added, or gone.

    Parameters
    ----------
    stop : asked every few milliseconds; it then ends in `Cancelled`.
    """
    tables = searched_tables(session)
    touched = {t.name: {*changed.get(t.name, ()), *index.changed.get(t.name, ())} for t in tables}
    for table in tables:  # those that others stand at come first
        for other in tables:
            if touched[table.name] and (step := _step(other, table)) is not None:
                touched[other.name].update(pointing(session, other.name, step, touched[table.name]))
    if sum(map(len, touched.values())) > _MOST:
        return Index.build(session, stop=stop)
    for table in reversed(tables):
        for other in tables:
            if touched[table.name] and (step := _step(table, other)) is not None:
                found = session.values_of(table.name, step, touched[table.name])
                touched[other.name].update(target for _, target in found)
    numbering, villages = Numbering(), Numbering()
    shelves = gather(session, numbering, villages, among=touched, stop=stop)
    facets = Facets.of(session) if "village" in changed else index.facets
    ids = {name: frozenset(some) for name, some in touched.items() if some}
    return Index((index.segments[0].without(ids), Segment.of(shelves, numbering, villages)), facets, ids)


def _step(table: Table, target: Table) -> str | None:
    """Return the reference by which rows of a table stand at rows of another; None where they do not."""
    if not table.located_at:
        return None
    step = table.located_at[0]
    return step if table.field_by_name[step].references == target.name else None
