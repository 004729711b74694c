"""Copying what can still be read of a damaged project into a new one."""

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import apsw

from mingqing.access.accounts import RECOVERY, Account
from mingqing.access.audit import Act
from mingqing.access.keyring import Keyring
from mingqing.access.policy import Policy
from mingqing.access.roles import Duty, parse_roles
from mingqing.catalog.load import catalog as own_catalog
from mingqing.catalog.model import STAMPS, Catalog, Table
from mingqing.core.errors import NotAllowed, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.store import attachments, saved
from mingqing.store.accounts import KEYRING, read_accounts, write_account
from mingqing.store.archive import ATTACHMENTS
from mingqing.store.connection import connect, engine_errors, immediate
from mingqing.store.login import Unlocked, account_of, unlock_project
from mingqing.store.owner import owner
from mingqing.store.project import DEFAULT_EPSG, build_project, new_place, project_folder
from mingqing.store.roles import Definitions, adopt, are_separate, carried, keep_separate
from mingqing.store.session import Session
from mingqing.store.templates import carried as templates_of
from mingqing.store.templates import put

_Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came of it, by table. `lost` counts rows that are known to have been there; there may be more.

    detached : rows that came without a reference, because what it pointed to is lost.
    """

    path: Path
    rescued: Mapping[str, int]
    lost: Mapping[str, int]
    detached: Mapping[str, int]


def salvage_project(
    damaged: Path,
    path: Path,
    *,
    user: str,
    password: str,
    catalog: Catalog | None = None,
    watch: Watch = UNWATCHED,
) -> Salvaged:
    """Make a new project of what can be read of a damaged one, which is left as it is.

    Rows keep their ids, and accounts their passwords and roles. The history of changes, the log, and who last wrote
    a row do not come along; the new project has a key of its own.

    Parameters
    ----------
    path : the folder to make; it appears whole or not at all.

    Raises
    ------
    InputRefused
        if something is at `path` already.
    ProjectDamaged
        if not even the list of tables can be read: then only a backup helps.
    NotAllowed
        if the account may not hold the whole project, or the accounts are lost: then the recovery key is needed.
    ProjectUnavailable
        if the password is wrong or the place cannot be written.
    Cancelled
        if `watch` says so; it is asked before each table.
    """
    folder, path, catalog = project_folder(damaged), new_place(path), catalog or own_catalog()
    unlocked = unlock_project(folder, user, password)
    building = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    database = connect(folder / "map.db", unlocked.key, read_only=True)
    try:
        meta = _meta(database, folder)
        access = _access(database, meta, unlocked)
        _require_salvager(access, unlocked, catalog)
        user, epsg = _RESCUER if user == RECOVERY else user, int(meta["epsg"])
        with build_project(
            building, meta["name"], user=user, password=password, epsg=epsg, catalog=catalog
        ) as session:
            counts = _copy_everything(database, session, watch)
            _carry_pictures(folder, unlocked.key, session, watch)
            put(building, templates_of(folder))
            if access is not None:
                _carry_access(session, access, folder)
        building.rename(path)
    except OSError as error:
        raise ProjectUnavailable(
            tr("不能写到 {place}，请检查磁盘空间和权限").format(place=path.parent)
        ) from error
    finally:
        database.close()
        shutil.rmtree(building, ignore_errors=True)
    return Salvaged(path, *counts)


@dataclass(frozen=True, slots=True)
class _Access:
    """Who may see what in the damaged project."""

    accounts: Mapping[str, Account]
    definitions: Definitions
    separate: bool


def _access(database: apsw.Connection, meta: Mapping[str, str], unlocked: Unlocked) -> _Access | None:
    """None where it is lost, or in a project of before there were accounts."""
    if _is_first_format(meta, unlocked):
        return None
    with suppress(apsw.Error, ProjectUnavailable):
        return _Access(read_accounts(database), carried(database), are_separate(database))
    if unlocked.user == RECOVERY:
        return None
    raise NotAllowed(
        tr("账号信息也已损坏，不知道谁可以看什么；请用打印的恢复密钥抢救（账号填“{name}”）").format(
            name=RECOVERY
        )
    )


def _is_first_format(meta: Mapping[str, str], unlocked: Unlocked) -> bool:
    return meta.get("format", "").startswith("1.") and b"" in unlocked.publics


def _require_salvager(access: _Access | None, unlocked: Unlocked, catalog: Catalog) -> None:
    """Whoever salvages gets the whole in hand for a moment: let nobody see more by it than before."""
    if access is None or unlocked.user == RECOVERY:
        return
    account = account_of(access.accounts, unlocked)
    known = parse_roles(access.definitions.roles, catalog)
    policy = Policy.of(account.roles, account.villages, catalog, known)
    if not (
        policy.has(Duty.UPKEEP) or policy.has(Duty.ACCOUNTS) or (policy.edits and policy.villages is None)
    ):
        raise NotAllowed(tr("您的角色不能抢救项目，请系统管理员或县级编辑来做"))


def _carry_access(session: Session, access: _Access, damaged: Path) -> None:
    """Give the new project the accounts of the old one, each with its password and what it may see."""
    ring = Keyring.load(damaged / KEYRING).resealed(session.login.key)
    mine = session.login.account
    file = session.info.path / KEYRING
    kept = Keyring.load(file)
    with owner(session, spatial=False, writing=True) as database:
        adopt(database, access.definitions, session.user)
        if access.separate:
            keep_separate(database, session.user)
        for account in access.accounts.values():
            counting = [s for s in ring.slots.get(account.name, ()) if s.public == account.public]
            if account.name == mine.name:
                account = replace(account, public=mine.public)  # noqa: PLW2901 - its slot is new
            elif counting:
                kept = kept.with_slot(account.name, counting[0])
            write_account(database, account, session.user, Act.SALVAGE, tr("从损坏的项目中带来"))
    kept.save(file)


_RESCUER = "抢救"  # the account of who salvages by the recovery key


def _meta(database: apsw.Connection, folder: Path) -> dict[str, str]:
    """Name and CRS; a name is made up and the CRS the default's where they are lost, as long as tables are listed."""
    found = {"name": folder.stem, "epsg": str(DEFAULT_EPSG)}
    with engine_errors(folder / "map.db"):
        database.execute("SELECT name FROM sqlite_master").fetchall()
    with suppress(apsw.Error):
        found |= {str(k): str(v) for k, v in database.execute("SELECT key, value FROM mq_meta")}
    return found


def _copy_everything(
    database: apsw.Connection, session: Session, watch: Watch
) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    tables = session.catalog.tables
    order = TopologicalSorter(
        {n: {f.references for f in t.fields if f.references and f.references != n} for n, t in tables.items()}
    )
    rescued, lost, detached = {}, {}, {}
    kept: dict[str, set[int]] = {}
    for name in order.static_order():
        table = tables[name]
        watch.step(table.title, len(kept), len(tables))
        columns = _columns(database, table)
        rows, missing = _rows(database, table, columns)
        kept[name] = {row[0] for row in rows}
        detached[name] = _write(session, table, columns, rows, kept)
        rescued[name], lost[name] = len(rows), missing
    for memory_key, value in _until_damage(database, "SELECT key, value FROM mq_memory"):
        session.remember(memory_key, value)
    _carry_settled(database, session)
    _carry_saved(database, session)
    return rescued, lost, detached


def _carry_settled(database: apsw.Connection, session: Session) -> None:
    """Bring what imports must not bring back; nothing where the secret is lost, or there is none in an old format."""
    with suppress(apsw.Error):
        secret = database.execute("SELECT value FROM mq_meta WHERE key = 'settled_secret'").get
        digests = list(_until_damage(database, "SELECT digest FROM mq_settled"))
        if secret is not None:
            with owner(session, spatial=False, writing=True) as new:
                new.execute("UPDATE mq_meta SET value = ? WHERE key = 'settled_secret'", (secret,))
                new.executemany("INSERT OR IGNORE INTO mq_settled VALUES(?)", digests)


def _carry_saved(database: apsw.Connection, session: Session) -> None:
    """Bring what people saved; what was one account's alone is its own again once it has its account."""
    rows = list(_until_damage(database, f"SELECT {saved.COLUMNS} FROM {saved.TABLE}"))
    with owner(session, spatial=False, writing=True) as new:
        new.executemany(f"INSERT OR IGNORE INTO {saved.TABLE} VALUES(?, ?, ?, ?, ?, ?, ?)", rows)


def _carry_pictures(damaged: Path, key: bytes, session: Session, watch: Watch) -> None:
    """Bring every picture that can be read; its name tells whether it is still the one that was put."""
    with suppress(ProjectUnavailable, apsw.Error), attachments.at(damaged / ATTACHMENTS, key) as old:
        names = [str(row[0]) for row in _until_damage(old, "SELECT id FROM photo")]
        if not names:
            return
        with attachments.opened(session, writing=True) as new, immediate(new):
            for done, name in enumerate(names):
                watch.step(tr("照片"), done, len(names))
                with suppress(apsw.Error):
                    attachments.copy(old, new, [name])


def _columns(database: apsw.Connection, table: Table) -> list[str]:
    """The columns that the old file has of those wanted, the shape last."""
    there = {row[1] for row in database.execute(f'PRAGMA table_info("{table.name}")')}
    wanted = [c for c in table.column_names if c not in STAMPS]  # given anew, by the one who salvages
    return [c for c in (*wanted, *(["geometry"] if table.has_geometry else [])) if c in there]


def _rows(database: apsw.Connection, table: Table, columns: Sequence[str]) -> tuple[list[_Row], int]:
    """Every row that can be read, by id, and how many are known of that cannot."""
    listed = "".join(f', "{c}"' for c in columns)
    select = f'SELECT id{listed} FROM "{table.name}"'
    try:
        return list(database.execute(f"{select} ORDER BY id")), 0
    except apsw.Error:
        ids = _known_ids(database, table)
    rows: list[_Row] = []
    for row_id in sorted(ids):
        with suppress(apsw.Error):
            rows += database.execute(f"{select} WHERE id = ?", (row_id,))
    return rows, len(ids) - len(rows)


def _known_ids(database: apsw.Connection, table: Table) -> set[int]:
    """Ids from both ends of the table and of each index, which name rows whose own page is gone."""
    indexes = [
        str(row[0])
        for row in _until_damage(
            database, f"SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = '{table.name}'"
        )
    ]
    sources = [f'FROM "{table.name}" ORDER BY id {way}' for way in ("ASC", "DESC")]
    for index in indexes:
        column = next(iter(_until_damage(database, f'PRAGMA index_info("{index}")')), (0, 0, "id"))[2]
        sources += [
            f'FROM "{table.name}" INDEXED BY "{index}" ORDER BY "{column}" {way}' for way in ("ASC", "DESC")
        ]
    found = {row[0] for source in sources for row in _until_damage(database, f"SELECT id {source}")}
    if table.has_geometry:
        found |= {row[0] for row in _until_damage(database, f'SELECT pkid FROM "idx_{table.name}_geometry"')}
    return found


def _until_damage(database: apsw.Connection, sql: str) -> Iterator[_Row]:
    """The rows of a statement up to the first page that cannot be read."""
    with suppress(apsw.Error):
        yield from database.execute(sql)


def _write(
    session: Session, table: Table, columns: Sequence[str], rows: Sequence[_Row], kept: Mapping[str, set[int]]
) -> int:
    """Write the rows of a table; return how many lost a reference."""
    if not rows:
        return 0
    ids, *cells = (list(column) for column in zip(*rows, strict=True))
    values = dict(zip(columns, cells, strict=True))
    alone: set[int] = set()
    for field in table.fields:
        if field.references and field.name in values:
            there = kept[field.references]
            gone = [v is not None and v not in there for v in values[field.name]]
            alone |= {i for i, g in zip(ids, gone, strict=True) if g}
            values[field.name] = [None if g else v for v, g in zip(values[field.name], gone, strict=True)]
    shapes = values.pop("geometry", None)
    with session.transaction("salvage", tr("从损坏的项目中抢救{table}").format(table=table.title)) as change:
        change.insert(table.name, ids, values, shapes)
    return len(alone)
