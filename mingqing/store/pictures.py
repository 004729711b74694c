"""Which pictures rows and history name: what is missing, and letting go of what nobody names."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import apsw

from mingqing.catalog.model import Catalog
from mingqing.catalog.values import photo_ids
from mingqing.core.errors import PicturesDamaged
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.attachments import exists, forget, names_in, opened, photo_id
from mingqing.store.owner import owner
from mingqing.store.session import Session

# Long enough for a form that was left open over a holiday with a picture in it and the row not yet saved.
ABANDONED = timedelta(days=15)
_AT_ONCE = 50


def cells(database: apsw.Connection, catalog: Catalog) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Yield table, row and pictures of every row that names some, as it is now."""
    for table in catalog.tables.values():
        for field in table.photo_fields:
            sql = f'SELECT id, "{field.name}" FROM main."{table.name}" WHERE "{field.name}" NOT NULL'
            yield from ((table.name, int(row), photo_ids(value)) for row, value in database.execute(sql))


def named_by_rows(database: apsw.Connection, catalog: Catalog) -> set[str]:
    """Return the pictures that any row names now."""
    return {name for _, _, names in cells(database, catalog) for name in names}


def named_by_history(database: apsw.Connection, names: Iterable[str]) -> set[str]:
    """Return those of some pictures that a change in the history names: undo may bring them back."""
    left = {name.encode(): name for name in names}
    found: set[str] = set()
    for (packed,) in database.execute("SELECT changeset FROM mq_change") if left else ():
        raw = zlib.decompress(packed)
        here = [each for each in left if each in raw]
        found |= {left.pop(each) for each in here}
        if not left:
            break
    return found


def unnamed(database: apsw.Connection, catalog: Catalog, names: Iterable[str]) -> set[str]:
    """Return those of some pictures that neither a row nor the history names."""
    left = set(names) - named_by_rows(database, catalog)
    return left - named_by_history(database, left)


def drop_abandoned(session: Session, *, now: datetime | None = None) -> int:
    """Delete pictures that were put long ago and that nobody came to name; return how many."""
    if not exists(session.info.path):
        return 0
    limit = (now or datetime.now(UTC)).astimezone(UTC) - ABANDONED
    with opened(session) as pictures, owner(session, spatial=False) as database:
        sql = "SELECT id FROM photo WHERE added_at < ?"
        old = [str(name) for (name,) in pictures.execute(sql, (limit.isoformat(timespec="seconds"),))]
        gone = unnamed(database, session.catalog, old)
    forget(session, gone, added_before=limit)
    return len(gone)


def problems(session: Session, database: apsw.Connection, watch: Watch = UNWATCHED) -> Iterator[str]:
    """Yield what is wrong with a project's pictures, a Chinese sentence each."""
    try:
        with opened(session) as pictures:
            yield from _spoiled(pictures, watch)
            there = names_in(pictures)
    except PicturesDamaged as error:
        yield str(error)
        return
    lost = Counter(
        table for table, _, names in cells(database, session.catalog) if not there.issuperset(names)
    )
    for table, count in lost.items():
        yield tr("{table}有 {n} 条记录的照片不在项目里，可以用有照片的备份恢复，或在表单里去掉").format(
            table=session.catalog.tables[table].title, n=count
        )


def _spoiled(pictures: apsw.Connection, watch: Watch) -> Iterator[str]:
    """Say whether pages are damaged, and how many pictures are not those that were put."""
    if pictures.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        yield tr("照片文件的数据页损坏，请用备份恢复")
    names, wrong = sorted(names_in(pictures)), 0
    for done, name in enumerate(names):
        if done % _AT_ONCE == 0:
            watch.step(tr("照片"), done, len(names))
        jpeg = pictures.execute("SELECT jpeg FROM photo WHERE id = ?", (name,)).get
        wrong += photo_id(jpeg) != name
    if wrong:
        yield tr("有 {n} 张照片的内容与存入时不同").format(n=wrong)
