"""Backups: when one is due, making it, proving it, and letting old ones go."""

import errno
import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from mingqing.access.audit import Act
from mingqing.access.keyring import Keyring
from mingqing.core.errors import InputRefused, ProjectDamaged, ProjectUnavailable
from mingqing.core.files import flush_to_disk
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store import attachments
from mingqing.store.archive import (
    ATTACHMENTS,
    DATABASE,
    KEYRING,
    SUFFIX,
    Backup,
    Contents,
    backups_in,
    database_span,
    file_name,
    is_sound,
    read_backup,
    stepped,
    unpack,
    write_description,
)
from mingqing.store.connection import STEPS_BETWEEN_QUESTIONS, engine_errors, unlock
from mingqing.store.inside import database_inside, raw_chunks
from mingqing.store.owner import owner
from mingqing.store.pictures import drop_abandoned
from mingqing.store.session import Session
from mingqing.store.templates import carried

AUTO, HAND = "auto", "hand"
DAY = timedelta(days=1)
_LAST, _DAYS, _WEEKS = 5, 7, 8
_ABANDONED = timedelta(hours=1)
_BUSY_MS = 5000


def make_backup(
    session: Session, folder: Path, *, kind: str = HAND, now: datetime | None = None, watch: Watch = UNWATCHED
) -> Backup:
    """Copy a project into one file in `folder`, and prove the copy before it gets its name.

    Takes only key and place from the session, so that it may run in any thread; while the bytes are copied,
    others read and writing waits. A copy that fails, or is killed, leaves no file with a backup's name.

    Parameters
    ----------
    folder : an existing folder, such as one on a USB stick.
    kind : "auto" where rotation may delete it one day, "hand" where not.
    now : the local time to put down; the present where not given.

    Raises
    ------
    InputRefused
        if there is no such folder, or a backup of this second in it.
    ProjectDamaged
        if the project itself is not sound.
    ProjectUnavailable
        if the folder cannot be written, is full or gone, or the copy is not what was written.
    Cancelled
        if `watch` says so.
    """
    made = (now or datetime.now(UTC)).astimezone()
    if not folder.is_dir():
        raise InputRefused(tr("没有文件夹 {folder}，请检查路径，U 盘是否已插好").format(folder=folder))
    file = folder / file_name(session.info.path, made)
    if file.exists():
        raise InputRefused(tr("{file} 已经存在，请稍等一秒再备份").format(file=file))
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        with _disk_errors(folder), _as_damage(session):
            counts = _write(session, partial, kind, made, watch)
            backup = _prove(session, partial, counts, watch)
            partial.rename(file)
            _sync_folder(folder)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    return Backup(file, backup.contents)


def _write(session: Session, partial: Path, kind: str, made: datetime, watch: Watch) -> dict[str, int]:
    """Write the file; return how many rows each table had at that moment."""
    source = session.info.path
    digests: dict[str, str] = {}
    with partial.open("xb") as stream, zipfile.ZipFile(stream, "w") as archive:
        with _held_still(session, source / DATABASE) as database:
            counts, head = _counts(database, session), _head(database)
            templates = carried(source)
            stamp = _state(database, templates)
            keyring = (source / KEYRING).read_bytes()
            digests[DATABASE] = _add(archive, source / DATABASE, watch)
            if kind != AUTO and attachments.exists(source):
                # Still with the rows held, so that no picture they name can be missing.
                pictures = source / ATTACHMENTS
                with attachments.picture_errors(pictures), _held_still(session, pictures):
                    digests[ATTACHMENTS] = _add(archive, pictures, watch)
        for name, content in {KEYRING: keyring, **templates}.items():
            digests[name] = _write_entry(archive, name, [content])
        identity = Keyring.load(source / KEYRING).project
        beside = kind == AUTO and attachments.exists(source)
        shared = attachments.mirror_name(session.login.key) if beside else ""
        when = made.isoformat(timespec="seconds")
        contents = Contents(identity, session.info.name, when, kind, *head, stamp, digests, shared)
        write_description(archive, contents)
        archive.close()
        flush_to_disk(stream)
        _forget(stream.fileno())
    return counts


@contextmanager
def _held_still(session: Session, file: Path) -> Iterator[apsw.Connection]:
    """A connection that lets nobody write a file of the project."""
    writable = session.info.read_only is None
    with engine_errors(file):
        database = apsw.Connection(
            str(file), flags=apsw.SQLITE_OPEN_READWRITE if writable else apsw.SQLITE_OPEN_READONLY
        )
        try:
            unlock(database, session.login.key)
            database.set_busy_timeout(_BUSY_MS)
            database.execute("BEGIN")
            database.execute("SELECT count(*) FROM sqlite_master").fetchall()  # takes the lock
            yield database
        finally:
            database.close()


def _add(archive: zipfile.ZipFile, file: Path, watch: Watch) -> str:
    chunks = stepped(raw_chunks(file), file.stat().st_size, tr("正在复制（MB）"), watch)
    return _write_entry(archive, file.name, chunks)


def _write_entry(archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=name != KEYRING) as entry:
        for chunk in chunks:
            digest.update(chunk)
            entry.write(chunk)
    return digest.hexdigest()


def _prove(session: Session, partial: Path, counts: dict[str, int], watch: Watch) -> Backup:
    """Read the copy back from the disk, compare its hashes, open it with the key, and check every page."""
    try:
        backup = read_backup(partial)
        unpack(backup, None, watch)  # first: other bytes are the fault of the disk, not of the project
    except InputRefused as error:
        raise ProjectUnavailable(
            tr("写到 {folder} 的备份读回来不对，没有留下；这个盘可能已坏，请换一个").format(
                folder=partial.parent
            )
        ) from error
    watch.step(tr("正在检查数据页"))
    _check_pages(session, partial, counts, watch)
    return backup


def _check_pages(session: Session, partial: Path, counts: dict[str, int], watch: Watch) -> None:
    with _sound_inside(session, partial, DATABASE, watch) as database:
        if _counts(database, session) != counts:
            raise ProjectUnavailable(tr("备份与项目的条数不一致，没有留下，请再备份一次"))
    if ATTACHMENTS in read_backup(partial).contents.sha256:
        pictures = session.info.path / ATTACHMENTS
        with attachments.picture_errors(pictures), _sound_inside(session, partial, ATTACHMENTS, watch):
            pass


@contextmanager
def _sound_inside(session: Session, partial: Path, name: str, watch: Watch) -> Iterator[apsw.Connection]:
    """Open one of the databases in a backup, of which every page has been checked."""
    with (
        engine_errors(session.info.path / name),
        database_inside(partial, *database_span(partial, name)) as database,
    ):
        unlock(database, session.login.key)
        database.set_progress_handler(watch.cancelled, STEPS_BETWEEN_QUESTIONS)
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise ProjectDamaged
        yield database


@contextmanager
def _as_damage(session: Session) -> Iterator[None]:
    """Damage met in the project, or in a copy known to be faithful, is the project's: say what to do."""
    try:
        yield
    except ProjectDamaged as error:
        sentence = tr("项目 {name} 的数据已损坏，没有做成备份；{advice}")
        raise ProjectDamaged(
            sentence.format(name=session.info.path.name, advice=advice(session.info.path))
        ) from error


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            sentence = tr("{folder} 空间不够，备份没有留下；请腾出空间或换一个盘")
        elif error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            sentence = tr("{folder} 不能写入，备份没有留下；请检查写保护开关和权限，或换一个盘")
        else:
            sentence = tr("写 {folder} 时出错，备份没有留下；请检查 U 盘是否松动，或换一个盘")
        raise ProjectUnavailable(sentence.format(folder=folder)) from error


def _sync_folder(folder: Path) -> None:
    """Bring the new name onto the disk, where the system lets a folder be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _forget(handle: int) -> None:
    """Have the next read come from the disk and not from memory, where the system can be told so."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def _counts(database: apsw.Connection, session: Session) -> dict[str, int]:
    names = ("mq_change", "mq_audit", "mq_account", *session.catalog.tables)
    return {n: int(database.execute(f'SELECT count(*) FROM "{n}"').get) for n in names}


def _head(database: apsw.Connection) -> tuple[int, str]:
    row = database.execute("SELECT seq, hash FROM mq_change ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1]).hex()) if row else (0, "")


# What is in the log and changed nothing that a backup is made for; the backup that is due daily has these too.
_LOOKING = (
    *(
        Act.LOGIN,
        Act.FAILURE,
        Act.LOCK,
        Act.UNLOCK,
        Act.ROLLBACK,
        Act.UNMASK,
        Act.QUERY,
        Act.SEARCH,
        Act.RENDER,
    ),
    *(Act.EXPORT, Act.PUBLISH, Act.PRINT, Act.DISCLOSE, Act.PACKAGE, Act.BACKUP, Act.CHECK, Act.READ_LOG),
)


def _state(database: apsw.Connection, templates: Mapping[str, bytes]) -> str:
    """What is compared to see whether a project changed: the last change in its log, what it remembers, templates."""
    digest = hashlib.sha256(repr(sorted(templates.items())).encode() if templates else b"")
    acts = ", ".join(f"'{act}'" for act in _LOOKING)
    for sql in (
        f"SELECT hash FROM mq_audit WHERE act NOT IN ({acts}) ORDER BY seq DESC LIMIT 1",
        "SELECT key, value FROM mq_memory ORDER BY key",
        *(
            f"SELECT * FROM {name} ORDER BY id"  # no such table where format 2.0 may only be read
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name = 'mq_saved'")
        ),
    ):
        digest.update(repr(database.execute(sql).fetchall()).encode())
    return digest.hexdigest()


# ── Automatic ────────────────────────────────────────────────────────────────────────────────────────────────


def backup_due(
    session: Session, *, older_than: timedelta = timedelta(0), now: datetime | None = None
) -> bool:
    """Whether the project changed since its newest own backup, and that is at least so old.

    To be asked after opening, and from time to time with `older_than=DAY` while open. That somebody only looked is no
    change, though the log has it.
    """
    if session.info.read_only is not None:
        return False
    own = own_backups(session.info.path)
    if not own:
        return True
    newest = own[0].contents
    age = (now or datetime.now(UTC)).astimezone() - newest.made
    recent = timedelta(0) <= age < older_than  # one from the future says only that a clock was wrong
    if recent:
        return False
    with owner(session, spatial=False) as database:
        return newest.stamp != _state(database, carried(session.info.path))


def automatic_backup(session: Session, *, now: datetime | None = None, watch: Watch = UNWATCHED) -> Backup:
    """Make a backup in the project's own `backups/`, let old ones go, and pictures that nobody came to name."""
    folder = session.info.path / "backups"
    with _disk_errors(folder):
        folder.mkdir(exist_ok=True)
        _remove_abandoned(folder)
    made = make_backup(session, folder, kind=AUTO, now=now, watch=watch)
    rotate(session.info.path, sound=made)
    with _disk_errors(folder):
        attachments.mirror(session, folder, watch)
    drop_abandoned(session)
    return made


def own_backups(project: Path) -> list[Backup]:
    """Return the backups in a project's own folder that are of this project, the newest first."""
    return backups_in(project / "backups", Keyring.load(project / KEYRING).project)


def _remove_abandoned(folder: Path) -> None:
    """Remove what a killed backup left behind, unless another program may still be at it."""
    limit = (datetime.now().astimezone() - _ABANDONED).timestamp()
    for partial in folder.glob(f".*{SUFFIX}.*.partial"):
        if partial.stat().st_mtime < limit:
            partial.unlink(missing_ok=True)


def rotate(project: Path, *, sound: Backup) -> list[Path]:
    """Delete automatic backups of a project's own folder that are no longer wanted; return which.

    Kept are the last 5, the last of each of 7 days and of each of 8 weeks that have one, `sound`, which was just
    proved, every backup made by hand, and whatever does not read as an automatic backup of this project.
    """
    automatic = [b for b in own_backups(project) if b.contents.kind == AUTO]
    keep = {sound.file, *(b.file for b in automatic[:_LAST])}
    keep |= _newest_of_each([(b.contents.made.date().isoformat(), b.file) for b in automatic], _DAYS)
    keep |= _newest_of_each([(f"{b.contents.made:%G-%V}", b.file) for b in automatic], _WEEKS)
    gone = [b.file for b in automatic if b.file not in keep]
    for file in (*gone, *_spare_pictures(project / "backups")):
        with suppress(OSError):
            file.unlink()
    return gone


def _spare_pictures(folder: Path) -> set[Path]:
    """Copies of the pictures, under a key of before, that no backup left here shares any more."""
    shared = {folder / b.contents.pictures for b in backups_in(folder)}
    return set(folder.glob("photos-*.db")) - shared


def _newest_of_each(dated: Iterable[tuple[str, Path]], count: int) -> set[Path]:
    """Of files with the newest first, the first of each of the first `count` dates."""
    first: dict[str, Path] = {}
    for date, file in dated:
        first.setdefault(date, file)
    return set(list(first.values())[:count])


# ── When something is wrong ──────────────────────────────────────────────────────────────────────────────────


def newest_sound(project: Path, watch: Watch = UNWATCHED) -> Backup | None:
    """Return the newest backup in a project's own folder of which every byte is as written; None without one.

    The project itself need not be readable, nor its keyring.
    """
    try:
        found = own_backups(project)
    except ProjectUnavailable:
        found = backups_in(project / "backups")
    return next((b for b in found if is_sound(b, watch)), None)


def advice(project: Path) -> str:
    """Return what to do with a damaged project, as the end of a Chinese sentence."""
    backup = newest_sound(project)
    if backup is None:
        return tr("它自己没有完好的备份，没有别处的备份时可用 mingqing salvage 抢救")
    return tr("最近完好的备份是 {when} 的 backups/{file}，用 mingqing restore 可把它恢复到新位置").format(
        when=f"{backup.contents.made:%Y-%m-%d %H:%M}", file=backup.file.name
    )


def newer_backup(session: Session) -> Backup | None:
    """Return a backup in the project's own folder with changes that the project has not: it was rolled back."""
    with owner(session, spatial=False) as database:
        hashes = {int(seq): bytes(digest).hex() for seq, digest in database.execute(_CHAIN)}
    for backup in own_backups(session.info.path):
        head = backup.contents.head
        if head and hashes.get(head) != backup.contents.head_hash:
            return backup
    return None


_CHAIN = "SELECT seq, hash FROM mq_change"
