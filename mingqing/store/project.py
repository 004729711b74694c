"""Making and opening a project folder."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import apsw

from mingqing.access.accounts import FIRST, RECOVERY, Account, Grant, require_good_name
from mingqing.access.audit import Act
from mingqing.access.keyring import KEY_BYTES, Keyring, KeySlot
from mingqing.access.passwords import require_strong, weaknesses
from mingqing.access.roles import Duty
from mingqing.catalog.load import catalog as own_catalog
from mingqing.catalog.model import Catalog
from mingqing.core.errors import InputRefused, NotAllowed, ProjectDamaged, ProjectUnavailable
from mingqing.core.files import PROJECT, flush_to_disk, is_network_share, is_writable
from mingqing.core.text import tr
from mingqing.store import audit
from mingqing.store.accounts import KEYRING, today, write_account
from mingqing.store.backup import advice
from mingqing.store.changes import chain_again
from mingqing.store.connection import connect, engine_errors, immediate
from mingqing.store.inside import raw_chunks
from mingqing.store.login import Unlocked, log_in, unlock_project
from mingqing.store.roles import Definitions, adopt
from mingqing.store.schema import (
    ACCESS_TABLES,
    FORMAT_MAJOR,
    FORMAT_MINOR,
    create_schema,
    extend_schema,
    missing_from,
)
from mingqing.store.session import Login, ProjectInfo, Session

SUFFIX = PROJECT
_LONGEST_NAME = 200  # bytes; file systems take 255, and one is built under a longer name beside it
DEFAULT_EPSG = 4549  # CGCS2000, 3-degree Gauss–Krüger, central meridian 120° E: 松阳's


def create_project(
    path: Path,
    name: str,
    *,
    user: str,
    password: str,
    epsg: int | None = None,
    catalog: Catalog | None = None,
) -> Session:
    """Make an empty project and return its first account's session.

    The folder appears whole or not at all: it is built beside its place and renamed.

    Parameters
    ----------
    path : the folder to make; `.mingqing` is added where it is missing.
    epsg : a projected CRS in metres; None for the default, which an empty project changes for its first data.

    Raises
    ------
    InputRefused
        if something is there already, the name or account is empty, or the password is weak.
    ProjectUnavailable
        if the place cannot be written.
    """
    require_good_name(user)
    require_strong(password, user)
    return build_project(path, name, user=user, password=password, epsg=epsg, catalog=catalog)


def build_project(
    path: Path,
    name: str,
    *,
    user: str,
    password: str,
    epsg: int | None = None,
    catalog: Catalog | None = None,
) -> Session:
    """Make a project as `create_project` does, whatever the password."""
    if not name.strip():
        raise InputRefused(tr("请填写项目名称"))
    path, catalog = new_place(path), catalog or own_catalog()
    with built_beside(path, tr("不能在 {place} 新建项目，请检查磁盘空间和权限")) as building:
        start_project(building, name, user=user, password=password, epsg=epsg, catalog=catalog)
    return open_project(path, user=user, password=password, catalog=catalog)


def new_place(path: Path) -> Path:
    """Return where a project that is to be called `path` goes: `.mingqing` is added where it is missing.

    Raises
    ------
    InputRefused
        if something is there already.
    """
    path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
    if len(path.name.encode()) > _LONGEST_NAME:
        raise InputRefused(tr("项目的文件夹名太长，请用短一点的名字"))
    if path.exists():
        raise InputRefused(tr("{path} 已经存在，请换个名字或位置").format(path=path))
    return path


def start_project(
    folder: Path,
    name: str,
    *,
    user: str,
    password: str,
    epsg: int | None,
    catalog: Catalog,
    grant: Grant = FIRST,
    definitions: Definitions | None = None,
) -> bytes:
    """Put keyring and empty database of a new project into an empty folder; return its data key.

    grant : what its one account holds.
    definitions : what it carries of roles and fields; the program's own where None.
    """
    key, identity = secrets.token_bytes(KEY_BYTES), secrets.token_hex(16)
    slot = KeySlot.seal(key, password)
    account = Account(user, grant.roles, grant.villages, slot.public, today().date(), grant.must_change)
    meta = {
        "format": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "project": identity,
        "name": name,
        "epsg": str(epsg or DEFAULT_EPSG),
        "epsg_chosen": str(int(epsg is not None)),
    }
    Keyring(identity).with_slot(user, slot).save(folder / KEYRING)
    file = folder / "map.db"
    database = connect(file, key, read_only=False, create=True)
    try:
        with engine_errors(file), database:
            create_schema(database, catalog, int(meta["epsg"]))
            database.executemany("INSERT INTO mq_meta VALUES(?, ?)", meta.items())
            _begin_accounts(database, account, definitions or Definitions.own(catalog))
    finally:
        database.close()
    return key


@contextmanager
def built_beside(path: Path, refusal: str) -> Iterator[Path]:
    """Yield a folder with an empty `backups/` that becomes `path` on leaving, and is gone after an error.

    refusal : the sentence of the `ProjectUnavailable` raised where the disk will not have it; may name `{place}`.
    """
    building = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        building.mkdir()
        (building / "backups").mkdir()
        yield building
        building.rename(path)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        raise ProjectUnavailable(refusal.format(place=path.parent)) from error
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _begin_accounts(database: apsw.Connection, account: Account, definitions: Definitions) -> None:
    adopt(database, definitions, account.name)
    write_account(database, account, account.name, Act.ACCOUNT, tr("项目的第一个账号"))


def accounts_of(path: Path) -> list[str]:
    """Return the names of a project's accounts, which need no password to read."""
    slots = Keyring.load(project_folder(path) / KEYRING).slots
    return [name for name in slots if name != RECOVERY]


def project_folder(path: Path) -> Path:
    """Return the project folder that a user means by `path`: itself, a file in it, or its name without suffix.

    Raises
    ------
    ProjectUnavailable
        if there is no project there.
    """
    for candidate in (path, path.parent, path.with_name(path.name + SUFFIX) if path.name else path):
        if candidate.suffix == SUFFIX and (candidate / "map.db").is_file():
            return candidate
    if path.suffix == SUFFIX and (path / KEYRING).is_file():
        raise ProjectUnavailable(tr("项目 {name} 里缺少数据文件 map.db，请用备份恢复").format(name=path.name))
    raise ProjectUnavailable(tr("{path} 不是民情地图项目，请选择以 .mingqing 结尾的文件夹").format(path=path))


def open_project(path: Path, *, user: str, password: str, catalog: Catalog | None = None) -> Session:
    """Return a session of `user`, after bringing an older project up to date (a backup is made first).

    Raises
    ------
    ProjectUnavailable
        with one sentence of advice: wrong password, missing or damaged file (then its newest sound backup is
        named), a newer program's file, in use.
    """
    folder = project_folder(path)
    try:
        return _open(folder, user, password, catalog or own_catalog())
    except ProjectDamaged as error:
        raise ProjectDamaged(f"{error}；{advice(folder)}") from error


def _open(folder: Path, user: str, password: str, catalog: Catalog) -> Session:
    unlocked = unlock_project(folder, user, password)
    read_only = _read_only_reason(folder)
    file = folder / "map.db"
    database = connect(file, unlocked.key, read_only=read_only is not None)
    try:
        with engine_errors(file):
            meta = _read_meta(database, folder)
            if meta.get("project") != unlocked.project:
                raise ProjectUnavailable(
                    tr("项目 {name} 的密钥文件不是它自己的，请从备份中找回原来的 keyring.json").format(
                        name=folder.name
                    )
                )
            if int(meta["format"].partition(".")[0]) < FORMAT_MAJOR:
                _require_upgradable(folder, read_only)
                unlocked = _upgrade(database, folder, catalog, meta, unlocked, password)
                meta = _read_meta(database, folder)
            try:
                with _as_incomplete(folder):
                    login = log_in(database, folder, unlocked, catalog, read_only=read_only is not None)
            except apsw.FullError:
                read_only = tr("磁盘已满；请腾出空间后重新打开")
                login = log_in(database, folder, unlocked, catalog, read_only=True)
            if missing_from(database, catalog):
                _require_upgradable(folder, read_only)
                _extend(database, folder, catalog, meta, login)
            elif read_only is None and int(meta["format"].partition(".")[2]) < FORMAT_MINOR:
                _raise_minor(database, catalog, meta, login)
    finally:
        database.close()
    info = ProjectInfo(folder, meta["name"], int(meta["epsg"]), meta["epsg_chosen"] == "1", read_only)
    return Session(info, catalog, login)


def _read_only_reason(folder: Path) -> str | None:
    """Why this folder is opened for reading alone."""
    if is_network_share(folder):
        return tr("它放在网络共享盘上，多人同时写会损坏数据；请复制到本机硬盘再修改")
    if not (is_writable(folder) and is_writable(folder / "map.db")):
        return tr("所在的磁盘或文件夹没有写入权限；请复制到本机硬盘再修改")
    return None


def _read_meta(database: apsw.Connection, folder: Path) -> dict[str, str]:
    with _as_incomplete(folder):
        meta = {str(k): str(v) for k, v in database.execute("SELECT key, value FROM mq_meta")}
        major = int(meta["format"].partition(".")[0])
        _ = meta["name"], int(meta["epsg"]), meta["epsg_chosen"]
    if major > FORMAT_MAJOR:
        raise ProjectUnavailable(
            tr("项目 {name} 是用更新版本的民情地图建的，请升级本软件后再打开").format(name=folder.name)
        )
    return meta


@contextmanager
def _as_incomplete(folder: Path) -> Iterator[None]:
    """Turn the lack of what every project has into `ProjectDamaged`."""
    try:
        yield
    except (apsw.SQLError, KeyError, ValueError) as error:
        raise ProjectDamaged(
            tr("项目 {name} 的数据文件不完整，请用备份恢复").format(name=folder.name)
        ) from error


def _require_upgradable(folder: Path, read_only: str | None) -> None:
    if read_only is not None:
        raise ProjectUnavailable(
            tr("项目 {name} 需要升级后才能打开，但它只能查看：{reason}").format(
                name=folder.name, reason=read_only
            )
        )


def _extend(
    database: apsw.Connection, folder: Path, catalog: Catalog, meta: dict[str, str], login: Login
) -> None:
    """Add the tables and fields that the program has and the project has not, after a copy of it was made."""
    policy = login.policy
    if not (policy.edits or policy.has(Duty.UPKEEP) or policy.has(Duty.ACCOUNTS)):
        raise NotAllowed(
            tr("本软件比项目 {name} 新，要给它增加栏目；请先让编辑或管理员打开一次，您再打开").format(
                name=folder.name
            )
        )
    with database:
        database.execute("UPDATE mq_meta SET value = value WHERE key = 'format'")
        _back_up(folder)
        extend_schema(database, catalog, int(meta["epsg"]))
        _set_format(database)
        audit.append(database, login.account.name, Act.UPGRADE, detail=tr("增加栏目"))


def _raise_minor(database: apsw.Connection, catalog: Catalog, meta: dict[str, str], login: Login) -> None:
    """Add tables of the program's own, empty: nothing that is there is touched, so anybody's login may."""
    with immediate(database):
        extend_schema(database, catalog, int(meta["epsg"]))
        was, now = meta["format"], _set_format(database)
        audit.append(database, login.account.name, Act.UPGRADE, detail=f"{was} → {now}")


def _set_format(database: apsw.Connection) -> str:
    now = f"{FORMAT_MAJOR}.{FORMAT_MINOR}"
    database.execute("UPDATE mq_meta SET value = ? WHERE key = 'format'", (now,))
    return now


def _upgrade(
    database: apsw.Connection,
    folder: Path,
    catalog: Catalog,
    meta: dict[str, str],
    unlocked: Unlocked,
    password: str,
) -> Unlocked:
    """Bring the file to this program's format in one transaction, after copying it into `backups/`."""
    with database:  # BEGIN…COMMIT; the copy is made under the write lock, so that it is of one moment
        database.execute("UPDATE mq_meta SET value = value WHERE key = 'format'")
        _back_up(folder)
        unlocked = _add_accounts(database, folder, unlocked, password, catalog)
        extend_schema(database, catalog, int(meta["epsg"]))
        was, now = meta["format"], _set_format(database)
        audit.append(database, unlocked.user, Act.UPGRADE, detail=f"{was} → {now}")
    return unlocked


def _add_accounts(
    database: apsw.Connection, folder: Path, unlocked: Unlocked, password: str, catalog: Catalog
) -> Unlocked:
    """Make of a project of format 1, whose one account saw everything, one with accounts and a log."""
    if b"" not in unlocked.publics:
        # A project with accounts that says it is from before there were any has been meddled with.
        raise ProjectDamaged(tr("项目 {name} 的数据文件不完整，请用备份恢复").format(name=folder.name))
    slot = KeySlot.seal(unlocked.key, password)
    Keyring.load(folder / KEYRING).with_slot(unlocked.user, slot).save(folder / KEYRING)
    database.execute(ACCESS_TABLES)
    weak = bool(weaknesses(password, unlocked.user))  # nobody asked for a strong one then
    account = Account(unlocked.user, FIRST.roles, FIRST.villages, slot.public, today().date(), weak)
    _begin_accounts(database, account, Definitions.own(catalog))
    database.execute("ALTER TABLE mq_change ADD COLUMN digest BLOB NOT NULL DEFAULT x''")
    chain_again(database)
    return replace(unlocked, slots=(slot,))


def _back_up(folder: Path) -> None:
    """Copy a project that is about to be upgraded into its own `backups/`."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    target = folder / "backups" / f"before-upgrade-{stamp}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / KEYRING, target / KEYRING)
        with (target / "map.db").open("wb") as copy:
            copy.writelines(raw_chunks(folder / "map.db"))  # not shutil: it would drop the write lock
            flush_to_disk(copy)
    except OSError as error:
        raise ProjectUnavailable(
            tr("项目 {name} 升级前要先备份，但备份写不进去，请检查磁盘空间").format(name=folder.name)
        ) from error
