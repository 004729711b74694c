"""Making and opening a project folder."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import apsw

from mingqing.access.keyring import KEY_BYTES, Keyring
from mingqing.catalog.load import catalog as own_catalog
from mingqing.catalog.model import Catalog
from mingqing.core.errors import InputRefused, ProjectDamaged, ProjectUnavailable
from mingqing.core.files import flush_to_disk, is_network_share, is_writable
from mingqing.core.text import tr
from mingqing.store.backup import advice
from mingqing.store.connection import connect, engine_errors
from mingqing.store.inside import raw_chunks
from mingqing.store.schema import FORMAT_MAJOR, FORMAT_MINOR, create_schema, extend_schema, missing_from
from mingqing.store.session import ProjectInfo, Session

SUFFIX = ".mingqing"
DEFAULT_EPSG = 4549  # CGCS2000, 3-degree Gauss–Krüger, central meridian 120° E: 松阳's

# Steps from one major format to the next: key n upgrades n to n + 1. Each runs inside the upgrade's transaction.
UPGRADES: dict[int, Callable[[apsw.Connection], None]] = {}


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
        if something is there already, or the name, account or password is empty.
    ProjectUnavailable
        if the place cannot be written.
    """
    path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
    if not name.strip() or not user.strip():
        raise InputRefused(tr("请填写项目名称和账号"))
    if not password:
        raise InputRefused(tr("请设一个密码，它用来加密整个项目"))
    if path.exists():
        raise InputRefused(tr("{path} 已经存在，请换个名字或位置").format(path=path))
    catalog = catalog or own_catalog()
    key, identity = secrets.token_bytes(KEY_BYTES), secrets.token_hex(16)
    with built_beside(path, tr("不能在 {place} 新建项目，请检查磁盘空间和权限")) as building:
        Keyring(identity).with_slot(user, key, password).save(building / "keyring.json")
        _create_database(building / "map.db", key, catalog, name, epsg, identity)
    return open_project(path, user=user, password=password, catalog=catalog)


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


def _create_database(
    file: Path, key: bytes, catalog: Catalog, name: str, epsg: int | None, identity: str
) -> None:
    database = connect(file, key, read_only=False, create=True)
    meta = {
        "format": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "project": identity,
        "name": name,
        "epsg": str(epsg or DEFAULT_EPSG),
        "epsg_chosen": str(int(epsg is not None)),
    }
    try:
        with engine_errors(file), database:
            create_schema(database, catalog, epsg or DEFAULT_EPSG)
            database.executemany("INSERT INTO mq_meta VALUES(?, ?)", meta.items())
    finally:
        database.close()


def accounts_of(path: Path) -> list[str]:
    """Return the names of a project's accounts, which need no password to read."""
    return list(Keyring.load(project_folder(path) / "keyring.json").slots)


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
    if path.suffix == SUFFIX and (path / "keyring.json").is_file():
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
    keyring = Keyring.load(folder / "keyring.json")
    key = keyring.unlock(user, password)
    read_only = _read_only_reason(folder)
    file = folder / "map.db"
    database = connect(file, key, read_only=read_only is not None)
    try:
        with engine_errors(file):
            meta = _read_meta(database, folder)
            if meta.get("project") != keyring.project:
                raise ProjectUnavailable(
                    tr("项目 {name} 的密钥文件不是它自己的，请从备份中找回原来的 keyring.json").format(
                        name=folder.name
                    )
                )
            if _needs_upgrade(database, meta, catalog):
                if read_only is not None:
                    raise ProjectUnavailable(
                        tr("项目 {name} 需要升级后才能打开，但它只能查看：{reason}").format(
                            name=folder.name, reason=read_only
                        )
                    )
                _upgrade(database, folder, catalog, meta)
    finally:
        database.close()
    info = ProjectInfo(folder, meta["name"], int(meta["epsg"]), meta["epsg_chosen"] == "1", read_only)
    return Session(info, catalog, user, key)


def _read_only_reason(folder: Path) -> str | None:
    """Why this folder is opened for reading alone."""
    if is_network_share(folder):
        return tr("它放在网络共享盘上，多人同时写会损坏数据；请复制到本机硬盘再修改")
    if not (is_writable(folder) and is_writable(folder / "map.db")):
        return tr("所在的磁盘或文件夹没有写入权限；请复制到本机硬盘再修改")
    return None


def _read_meta(database: apsw.Connection, folder: Path) -> dict[str, str]:
    try:
        meta = {str(k): str(v) for k, v in database.execute("SELECT key, value FROM mq_meta")}
        major = int(meta["format"].partition(".")[0])
        _ = meta["name"], int(meta["epsg"]), meta["epsg_chosen"]
    except (apsw.SQLError, KeyError, ValueError) as error:
        raise ProjectDamaged(
            tr("项目 {name} 的数据文件不完整，请用备份恢复").format(name=folder.name)
        ) from error
    if major > FORMAT_MAJOR:
        raise ProjectUnavailable(
            tr("项目 {name} 是用更新版本的民情地图建的，请升级本软件后再打开").format(name=folder.name)
        )
    return meta


def _needs_upgrade(database: apsw.Connection, meta: dict[str, str], catalog: Catalog) -> bool:
    return int(meta["format"].partition(".")[0]) < FORMAT_MAJOR or missing_from(database, catalog)


def _upgrade(database: apsw.Connection, folder: Path, catalog: Catalog, meta: dict[str, str]) -> None:
    """Bring the file to this program's format in one transaction, after copying it into `backups/`."""
    with database:  # BEGIN…COMMIT; the copy is made under the write lock, so that it is of one moment
        database.execute("UPDATE mq_meta SET value = value WHERE key = 'format'")
        _back_up(folder)
        for major in range(int(meta["format"].partition(".")[0]), FORMAT_MAJOR):
            UPGRADES[major](database)
        extend_schema(database, catalog, int(meta["epsg"]))
        database.execute(
            "UPDATE mq_meta SET value = ? WHERE key = 'format'", (f"{FORMAT_MAJOR}.{FORMAT_MINOR}",)
        )


def _back_up(folder: Path) -> None:
    """Copy a project that is about to be upgraded into its own `backups/`."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    target = folder / "backups" / f"before-upgrade-{stamp}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / "keyring.json", target / "keyring.json")
        with (target / "map.db").open("wb") as copy:
            copy.writelines(raw_chunks(folder / "map.db"))  # not shutil: it would drop the write lock
            flush_to_disk(copy)
    except OSError as error:
        raise ProjectUnavailable(
            tr("项目 {name} 升级前要先备份，但备份写不进去，请检查磁盘空间").format(name=folder.name)
        ) from error
