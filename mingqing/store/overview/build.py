"""Bringing the overviews of a project up to date: what changed since, or everything where that is not known."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import compress
from pathlib import Path

import apsw
import numpy as np

from mingqing.catalog.model import Catalog
from mingqing.catalog.overviews import LEVELS, Needs, plan
from mingqing.core.errors import Cancelled, ProjectUnavailable
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.store.connection import connect, engine_errors, immediate
from mingqing.store.geometry import decode
from mingqing.store.overview import behind, keep
from mingqing.store.overview.gather import Merged, gather, merge, with_shared_borders
from mingqing.store.overview.read import Overviews
from mingqing.store.owner import owner
from mingqing.store.session import Session

Progress = Callable[[str, int, int], None]
"""(what, done, of how many)"""


def is_behind(session: Session) -> bool:
    """Whether the overviews of a project do not say what its data say."""
    with owner(session, spatial=False) as project, Overviews(session) as overviews:
        return overviews.head != behind.head(project)


def refresh(
    session: Session,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _what, _done, _total: None,
) -> None:
    """Bring the overviews of a project up to date. Any account may: they are made of the whole project.

    Raises
    ------
    Cancelled
        when `cancelled` said so; what was made until then is kept, but not used before the rest is made.
    ProjectUnavailable
        where the project may not be written.
    """
    session.require_writable()
    with owner(session, spatial=False) as project, _writable(session) as database:
        now = behind.head(project)
        said = keep.state(database)
        due: Mapping[str, behind.Villages] | None = None
        if said.get("plans") == behind.plans(session.catalog) and "head" in said:
            due = behind.touched(project, said["head"])
        if due is None:
            with immediate(database):
                keep.clear(database)
            due = _everything(project, session.catalog)
        for table, villages in due.items():
            with immediate(database):
                for done, make in enumerate(_work(project, database, session.catalog, table, villages)):
                    if cancelled():
                        raise Cancelled(tr("已取消"))
                    make()
                    progress(session.catalog.tables[table].title, done + 1, len(villages))
        with immediate(database):
            keep.set_state(database, "plans", behind.plans(session.catalog))
            keep.set_state(database, "head", now)


def _everything(project: apsw.Connection, catalog: Catalog) -> Mapping[str, behind.Villages]:
    return {
        table: frozenset(v for (v,) in project.execute(f'SELECT DISTINCT village_code FROM "{table}"'))
        for table in catalog.tables
        if _needs(catalog, table)
    }


def _work(
    project: apsw.Connection, kept: apsw.Connection, catalog: Catalog, table: str, villages: behind.Villages
) -> Iterator[Callable[[], None]]:
    """Yield what is to be done for some villages of a table, piece by piece."""
    needs = _needs(catalog, table).values()
    if any(each.once for each in needs):
        yield partial(_make_whole, project, kept, catalog, table)
    elif needs:
        yield from (partial(_make, project, kept, catalog, table, village) for village in villages)


def _make(
    project: apsw.Connection, kept: apsw.Connection, catalog: Catalog, table: str, village: str | None
) -> None:
    """Make every level of one village."""
    needs = _needs(catalog, table)
    rows = _rows(project, table, needs.values(), " AND village_code IS ?", (village,))[0]
    before: tuple[Needs, Merged] | None = None
    for n, made_for in needs.items():
        if not made_for.apart and len(rows):
            finer = before[1] if before and before[0].columns == made_for.columns else None
            before = made_for, merge(rows, LEVELS[n], made_for, finer)
        _put(kept, table, n, village, rows, made_for, before[1] if before else None)


def _make_whole(project: apsw.Connection, kept: apsw.Connection, catalog: Catalog, table: str) -> None:
    """Make every level of a table whose villages share borders."""
    needs = _needs(catalog, table)
    rows, villages = _rows(project, table, needs.values())
    for n, made_for in needs.items():
        simple = with_shared_borders(rows.geometry, LEVELS[n])
        for village in set(villages):
            own = np.array([v == village for v in villages])
            columns = {name: list(compress(values, own)) for name, values in rows.columns.items()}
            _put(kept, table, n, village, Features(rows.ids[own], simple[own], columns), made_for)


def _needs(catalog: Catalog, table: str) -> Mapping[int, Needs]:
    every = {n: plan(catalog, table, level) for n, level in enumerate(LEVELS)}
    return {n: needs for n, needs in every.items() if needs is not None}


def _rows(
    project: apsw.Connection,
    table: str,
    needs: Iterable[Needs],
    condition: str = "",
    values: Sequence[str | None] = (),
) -> tuple[Features, Sequence[str | None]]:
    """Return the rows of a table that have a shape, and their villages."""
    columns = sorted(frozenset[str]().union(*(each.columns for each in needs)))
    quoted = "".join(f', "{name}"' for name in columns)
    sql = f'SELECT id, village_code, geometry{quoted} FROM "{table}" WHERE geometry NOT NULL{condition} ORDER BY id'
    found = list(project.execute(sql, values))
    ids, villages, blobs, *cells = zip(*found, strict=True) if found else [()] * (3 + len(columns))
    return Features(np.array(ids, np.int64), decode(blobs), dict(zip(columns, cells, strict=True))), villages


def _put(
    kept: apsw.Connection,
    table: str,
    level: int,
    village: str | None,
    rows: Features,
    made_for: Needs,
    merged: Merged | None = None,
) -> None:
    if len(rows):
        keep.put(kept, table, level, village or "", gather(rows, village, LEVELS[level], made_for, merged))
    else:
        keep.drop(kept, table, level, village or "")


@contextmanager
def _writable(session: Session) -> Iterator[apsw.Connection]:
    """Give a connection to the overviews to write to, made anew where they cannot be read."""
    file = session.info.path / keep.FILE
    with engine_errors(file):
        try:
            database = _created(file, session.login.key)
        except ProjectUnavailable:  # damaged, or of the key before this one
            keep.remove(session.info.path)
            database = _created(file, session.login.key)
        try:
            yield database
        finally:
            database.close()


def _created(file: Path, key: bytes) -> apsw.Connection:
    database = connect(file, key, read_only=False, create=True, spatial=False)
    try:
        with immediate(database):
            keep.prepare(database)
    except BaseException:
        database.close()
        raise
    return database
