"""The pictures of a project: `attachments.db` beside `map.db`, under the same key, made with the first of them.

A picture is known by what it is: its id is the beginning of the SHA-256 of its JPEG, so the same one twice is kept
once, and a row, its history and undo carry nothing but ids. It is written before the row that names it: a power cut
leaves at worst a picture that nobody names (see `mingqing.store.pictures`).

Opening a project does not touch the file, however many pictures are in it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from mingqing.access.policy import Column
from mingqing.catalog.values import photo_ids
from mingqing.core.errors import InputRefused, NotAllowed, PicturesDamaged, ProjectDamaged, StoreBug
from mingqing.core.files import is_writable
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store.archive import ATTACHMENTS
from mingqing.store.connection import connect, engine_errors, immediate

if TYPE_CHECKING:
    from mingqing.store.session import Session

LARGEST_JPEG, _LARGEST_THUMBNAIL = 4 << 20, 256 << 10
_JPEG = b"\xff\xd8\xff"
_ID_BYTES = 16
# The thumbnail lies before the picture, so that reading it does not walk through the pages of the picture.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS photo(
    id TEXT PRIMARY KEY,
    added_at TEXT NOT NULL,
    thumbnail BLOB NOT NULL,
    jpeg BLOB NOT NULL
)
"""


def put(session: "Session", jpeg: bytes, thumbnail: bytes) -> str:
    """Keep a picture and return its id, by which a row may name it from now on.

    Parameters
    ----------
    jpeg, thumbnail : JPEG files without metadata, as `mingqing.ingest.photo` makes them.

    Raises
    ------
    NotAllowed
        to an account that may write no field for pictures.
    InputRefused
        if it is no JPEG, or too large to be one of ours.
    ProjectUnavailable
        if the project may only be read, or the disk is full.
    """
    session.require_writable()
    if not any(_writes_photos(session, table) for table in session.catalog.tables):
        raise NotAllowed(tr("您的角色不能添加照片"))
    for picture, most in ((jpeg, LARGEST_JPEG), (thumbnail, _LARGEST_THUMBNAIL)):
        if not picture.startswith(_JPEG) or len(picture) > most:
            raise InputRefused(tr("这不是处理过的照片，没有存入；请从“添加照片”选取"))
    name, now = photo_id(jpeg), datetime.now(UTC).isoformat(timespec="seconds")
    with opened(session, writing=True) as database, immediate(database):
        database.execute(
            "INSERT INTO photo VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO UPDATE SET added_at = ?2",
            (name, now, thumbnail, jpeg),
        )
    return name


def photo(session: "Session", table: str, row_id: int, field: str, name: str) -> bytes:
    """Return a picture as JPEG, to an account that sees whole the row that names it.

    Raises
    ------
    NotAllowed
        if the account does not see the field whole, or no row in its villages of that id names the picture there.
    InputRefused
        if the picture is not in the project: erased, or not brought back with a backup.
    """
    return _read(session, "jpeg", (table, row_id, field), name)


def thumbnail(session: "Session", table: str, row_id: int, field: str, name: str) -> bytes:
    """Return the small version of a picture as JPEG; otherwise as `photo`."""
    return _read(session, "thumbnail", (table, row_id, field), name)


def photo_id(jpeg: bytes) -> str:
    """Return by what id a picture is known: 32 hexadecimal digits."""
    return hashlib.sha256(jpeg).hexdigest()[: 2 * _ID_BYTES]


def _writes_photos(session: "Session", table: str) -> bool:
    writable = session.policy.writable(table)
    return any(field.name in writable for field in session.catalog.tables[table].photo_fields)


def _read(session: "Session", column: str, place: tuple[str, int, str], name: str) -> bytes:
    table, row_id, field = place
    if field not in {f.name for f in session.catalog.tables[table].photo_fields}:
        raise StoreBug(f"no field for pictures: {table}.{field}")
    if session.policy.column(table, field) is not Column.CLEAR:
        raise NotAllowed(session.policy.explain(table, field) or tr("您的角色不能查看照片"))
    row = session.row(table, row_id)  # through the views: masks and villages count
    if row is None or name not in photo_ids(row[field]):
        raise NotAllowed(tr("这张照片不在您可以查看的记录里"))
    with opened(session) as database:
        found = database.execute(f"SELECT {column} FROM photo WHERE id = ?", (name,)).fetchone()
    if found is None:
        raise InputRefused(tr("这张照片已经不在项目里：可能已按要求删除，或没有随备份一起恢复"))
    return bytes(found[0])


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────


def exists(folder: Path) -> bool:
    """Whether a project has had a picture."""
    return (folder / ATTACHMENTS).is_file()


@contextmanager
def opened(session: "Session", *, writing: bool = False) -> Iterator[apsw.Connection]:
    """Give a connection to the pictures of a session's project; without any yet, to an empty table.

    For this package alone, like `mingqing.store.owner`: whoever uses it has asked the policy first.
    """
    with at(session.info.path / ATTACHMENTS, session.login.key, writing=writing) as database:
        yield database


@contextmanager
def at(file: Path, key: bytes, *, writing: bool = False) -> Iterator[apsw.Connection]:
    """Give a connection to a file of pictures, which is made where it is to be written and is not there."""
    with picture_errors(file):
        if writing or file.is_file():
            # To read is to undo first what a writing that was killed left behind.
            read_only = not writing and not is_writable(file)
            database = connect(file, key, read_only=read_only, create=writing, spatial=False)
        else:
            database = apsw.Connection(":memory:")
        try:
            database.pragma("secure_delete", 1)
            if writing:
                database.execute(_SCHEMA)
            elif database.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                database.execute(_SCHEMA.replace("TABLE", "TEMP TABLE", 1))  # its first writer was killed
            yield database
        finally:
            database.close()


@contextmanager
def picture_errors(file: Path) -> Iterator[None]:
    """As `engine_errors`, but damage is of the pictures alone: `PicturesDamaged`."""
    try:
        with engine_errors(file):
            yield
    except ProjectDamaged as error:
        raise PicturesDamaged(
            tr("照片文件 {file} 已损坏，或不是这个项目的；地图和表格不受影响，照片请用备份恢复").format(
                file=f"{file.parent.name}/{file.name}"
            )
        ) from error


def copy(
    source: apsw.Connection, target: apsw.Connection, names: Iterable[str], watch: Watch = UNWATCHED
) -> int:
    """Copy pictures, those that are there and that `target` has not yet; return how many."""
    there = {name for (name,) in target.execute("SELECT id FROM photo")}
    wanted, done = sorted(set(names) - there), 0
    for number, name in enumerate(wanted):
        watch.step(tr("正在复制照片"), number, len(wanted))
        row = source.execute(
            "SELECT id, added_at, thumbnail, jpeg FROM photo WHERE id = ?", (name,)
        ).fetchone()
        if row is not None:
            target.execute("INSERT INTO photo VALUES(?, ?, ?, ?)", row)
            done += 1
    return done


def names_in(database: apsw.Connection) -> set[str]:
    """Return the ids of all pictures in a file."""
    return {str(name) for (name,) in database.execute("SELECT id FROM photo")}


def prepare_rekey(folder: Path, before: bytes, key: bytes) -> None:
    """Copy the pictures under another key, beside them; a file that cannot be read whole is met here."""
    file, waiting = folder / ATTACHMENTS, folder / _NEXT
    forget_rekey(folder)
    if file.is_file():
        with at(file, before) as old, at(waiting, key, writing=True) as new, immediate(new):
            copy(old, new, names_in(old))


def finish_rekey(folder: Path) -> None:
    """Put the pictures under the new key in the place of the others; nothing where that is done."""
    if (folder / _NEXT).is_file():
        (folder / _NEXT).replace(folder / ATTACHMENTS)


def forget_rekey(folder: Path) -> None:
    """Remove what a new key that came to nothing left behind."""
    for name in (_NEXT, f"{_NEXT}-journal"):
        (folder / name).unlink(missing_ok=True)


_NEXT = "attachments.next.db"


# ── Beside the automatic backups ─────────────────────────────────────────────────────────────────────────────


def mirror_name(key: bytes) -> str:
    """Return the name of the second copy in `backups/` of the pictures under this key, which it does not give away."""
    return f"photos-{hashlib.sha256(b'mirror of pictures' + key).hexdigest()[:8]}.db"


def mirror(session: "Session", folder: Path, watch: Watch = UNWATCHED) -> None:
    """Bring the second copy of the pictures up to date: all automatic backups share it, as pictures never change."""
    if not exists(session.info.path):
        return
    file = folder / mirror_name(session.login.key)
    with opened(session) as source, at(file, session.login.key, writing=True) as target, immediate(target):
        copy(source, target, names_in(source), watch)


def forget(session: "Session", names: Iterable[str], *, added_before: datetime | None = None) -> None:
    """Delete pictures for good, from the project and from the copy that its automatic backups share.

    added_before : leave those alone that were put, perhaps once more, at this moment or since.
    """
    limit = "~" if added_before is None else added_before.astimezone(UTC).isoformat(timespec="seconds")
    rows = [(name, limit) for name in names]
    key, folder = session.login.key, session.info.path
    for file in (folder / ATTACHMENTS, folder / "backups" / mirror_name(key)):
        if rows and file.is_file():
            with at(file, key, writing=True) as database, immediate(database):
                database.executemany("DELETE FROM photo WHERE id = ? AND added_at < ?", rows)
