"""Opening the encrypted file with SpatiaLite in it, and turning the engine's errors into advice.

Shapely, pyproj and pyogrio are imported before mod_spatialite is loaded: SQLite opens the extension with global
symbols, and in the other order two GEOS libraries meet and the process ends in a double free.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pyogrio
import pyproj
import shapely

from mingqing.core.errors import Cancelled, NotAllowed, ProjectDamaged, ProjectUnavailable
from mingqing.core.text import tr

__all__ = ["STEPS_BETWEEN_QUESTIONS", "connect", "engine_errors", "immediate", "unlock"]

_BUSY_MS = 5000
STEPS_BETWEEN_QUESTIONS = 100_000  # of the engine: a long query asks every few milliseconds whether to go on
_CACHE_KIB = 64 * 1024  # a batch of an import fits, so that no page is encrypted and written twice
if not apsw.connections():
    # Nobody asks how much memory SQLite holds, and counting it locks a mutex at every allocation: a seventh of an
    # import. It can be told so only while it is down.
    apsw.shutdown()
    apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)  # noqa: FBT003
    apsw.initialize()
# What the triggers of `guard` say when they refuse a row.
OUTSIDE = tr("这一行不在您管辖的村里，没有写入")
HIDDEN = tr("有一栏您的角色不能改，没有写入")
NOT_YOURS = tr("这不是您保存的，您的角色不能改动")
REFUSALS = {OUTSIDE, HIDDEN, NOT_YOURS}
_LOADED_FIRST = (shapely, pyproj, pyogrio)
_EXTENSIONS = ("mod_spatialite", "mod_spatialite.so.8", "mod_spatialite.so.7", "mod_spatialite.dll")


def connect(
    path: Path, key: bytes | None, *, read_only: bool, create: bool = False, spatial: bool = True
) -> apsw.Connection:
    """Return a connection to the encrypted database at `path`, with SpatiaLite's functions where `spatial`.

    key : None for a file that is not encrypted, see `store.plain`.

    Raises
    ------
    ProjectUnavailable
        if the file is missing, damaged, not opened by `key`, or mod_spatialite is not installed.
    """
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    flags |= apsw.SQLITE_OPEN_NOMUTEX
    if create:
        flags |= apsw.SQLITE_OPEN_CREATE
    with engine_errors(path):
        database = apsw.Connection(str(path), flags=flags)
        try:
            database.set_busy_timeout(_BUSY_MS)  # another connection may be writing at this very moment
            if key is not None:
                unlock(database, key)
            if create:
                database.pragma("page_size", 8192)
            if spatial:
                _load_spatialite(database)
            database.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, True)  # noqa: FBT003 - no SQL may forge the schema
            database.set_busy_timeout(_BUSY_MS)  # again: SpatiaLite sets one of its own
            database.pragma("foreign_keys", 1)
            database.pragma("journal_mode", "DELETE")
            database.pragma("synchronous", "FULL")
            database.execute("SELECT count(*) FROM sqlite_master").fetchall()  # proves the key
        except BaseException:
            database.close()
            raise
    return database


def unlock(database: apsw.Connection, key: bytes) -> None:
    """Give a new connection its key, and keep what it reads out of temporary files."""
    database.pragma("cipher", "chacha20")
    database.pragma("key", f"raw:{key.hex()}")
    database.pragma("temp_store", "MEMORY")  # nothing of people's data in temporary files
    database.pragma("cache_size", -_CACHE_KIB)


def _load_spatialite(database: apsw.Connection) -> None:
    beside = Path(sys.executable).parent / "spatialite" / "mod_spatialite"
    database.enable_load_extension(True)  # noqa: FBT003
    try:
        for name in (str(beside), *_EXTENSIONS):
            try:
                database.load_extension(name)
            except apsw.ExtensionLoadingError:
                continue
            return
    finally:
        database.enable_load_extension(False)  # noqa: FBT003
    raise ProjectUnavailable(
        tr(
            "没有找到空间数据组件 mod_spatialite：请安装系统软件包 libsqlite3-mod-spatialite"
            "（Windows 请重新安装本软件）后再打开"
        )
    )


@contextmanager
def immediate(database: apsw.Connection) -> Iterator[None]:
    """Make one transaction of what is done, with the right to write from its beginning."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextmanager
def engine_errors(path: Path) -> Iterator[None]:
    """Turn the engine's errors about the file at `path` into `ProjectUnavailable`, `NotAllowed` or `Cancelled`."""
    name = path.parent.name or path.name
    try:
        with _refusals():
            yield
    except apsw.InterruptError as error:
        raise Cancelled(tr("已停下")) from error
    except apsw.NotADBError as error:
        raise ProjectDamaged(
            tr("项目 {name} 的数据文件已损坏，或与密钥文件不配套；请用备份恢复").format(name=name)
        ) from error
    except apsw.CorruptError as error:
        raise ProjectDamaged(tr("项目 {name} 的数据文件已损坏，请用备份恢复").format(name=name)) from error
    except (apsw.BusyError, apsw.LockedError) as error:
        raise ProjectUnavailable(
            tr("项目 {name} 正被另一个程序写入，请稍等片刻再试").format(name=name)
        ) from error
    except apsw.ReadOnlyError as error:
        raise ProjectUnavailable(_read_only(error).format(name=name)) from error
    except apsw.CantOpenError as error:
        raise ProjectUnavailable(
            tr("打不开项目 {name} 的数据文件，请检查它是否还在、是否有权限").format(name=name)
        ) from error
    except apsw.FullError as error:
        raise ProjectUnavailable(tr("磁盘已满，本次改动没有写入；请腾出空间后再试")) from error
    except apsw.IOError as error:
        raise ProjectUnavailable(
            tr("读写项目 {name} 时磁盘出错，本次改动没有写入；请检查磁盘或 U 盘").format(name=name)
        ) from error


def _read_only(error: apsw.ReadOnlyError) -> str:
    """Return why a file cannot be written: SQLite knows three reasons that a user would call different things."""
    reason = getattr(error, "extendedresult", 0)
    if reason == apsw.SQLITE_READONLY_DBMOVED:
        return tr(
            "项目 {name} 不在原来的地方了，本次改动没有写入；请把 U 盘插回去或把文件夹移回来，再重新打开"
        )
    if reason == apsw.SQLITE_READONLY_ROLLBACK:
        return tr("项目 {name} 正在编辑的窗口没有正常结束，请关闭后重新打开，没写完的会自动退回")
    return tr("项目 {name} 所在的磁盘或文件夹不能写入，请换个位置或检查权限")


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what `guard` had the engine refuse into `NotAllowed`."""
    try:
        yield
    except apsw.AuthError as error:
        raise NotAllowed(tr("您的角色不能这样做")) from error
    except apsw.SQLError as error:
        if "not authorized" not in str(error):  # to use a function: SQLite has no error of its own for it
            raise
        raise NotAllowed(tr("您的角色不能这样做")) from error
    except apsw.ConstraintError as error:
        if str(error) not in REFUSALS:
            raise
        raise NotAllowed(str(error)) from error
