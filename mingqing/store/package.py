"""Work packages: a project that physically holds only what one role may see of some villages, under its own key.

What is left behind: rows of other villages and of none, tables and fields that the role does not see (masked ones
come masked, also those that it could ask for with a reason), references to rows that do not come, pictures that no row
of it names, the history of changes, the log, the other accounts, what the project remembers and what people saved with
it, names of files and of who wrote what. The project's own definitions (`print/`, `exchange/`),
which hold no rows, go with it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from mingqing.access.accounts import Grant, require_good_name
from mingqing.access.audit import REFUSED, Act
from mingqing.access.passwords import require_strong
from mingqing.access.policy import Policy, shared_sql
from mingqing.access.roles import Action
from mingqing.catalog.model import Table
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.text import tr
from mingqing.store import attachments, audit
from mingqing.store.archive import ATTACHMENTS
from mingqing.store.changes import insert_boxes, insert_rows
from mingqing.store.connection import connect, engine_errors, immediate
from mingqing.store.owner import owner
from mingqing.store.pictures import named_by_rows
from mingqing.store.project import built_beside, new_place, start_project
from mingqing.store.roles import carried
from mingqing.store.session import Session
from mingqing.store.templates import carried as templates_of
from mingqing.store.templates import put

_LEFT_OUT = {"source", "created_by", "updated_by"}  # they name files, and people who work with the source


def make_package(
    session: Session, path: Path, role: str, villages: Collection[str], *, user: str, password: str
) -> Path:
    """Make a project for someone who holds `role` in `villages`; return its folder, whole or not at all.

    Rows keep their ids. Its one account is to change its password at first login.

    Parameters
    ----------
    path : the folder to make; `.mingqing` is added where it is missing.
    villages : 12-digit codes.
    user, password : the package's account.

    Raises
    ------
    NotAllowed
        if the session may not export all that the role sees, or a village is not within its reach.
    InputRefused
        if something is there already, no village is named, the role is one of the three duties, the account's name
        is no name, or its password is weak.
    ProjectUnavailable
        if the place, or the log of the source, cannot be written.
    """
    session.require_writable()  # what cannot be logged is not handed over
    path = new_place(path)
    target = path.name
    try:
        taker = _taker(session, role, villages)
    except NotAllowed:
        session.record(Act.PACKAGE, target, outcome=REFUSED, detail=role)
        raise
    require_good_name(user)
    require_strong(password, user)
    with built_beside(path, tr("不能在 {place} 生成工作包，请检查磁盘空间和权限")) as building:
        file = building / "map.db"
        with owner(session, spatial=False) as source, source:  # one moment's rows
            key = start_project(
                building,
                session.info.name,
                user=user,
                password=password,
                epsg=session.info.epsg,
                catalog=session.catalog,
                grant=Grant((role,), taker.villages, must_change=True),
                definitions=carried(source),
            )
            rows = _fill(file, key, source, session.policy, taker, user)
            _take_pictures(session, building, key)
            put(building, templates_of(session.info.path))
        detail = tr("{role}；{villages}").format(
            role=taker.roles[0].title, villages="、".join(sorted(villages))
        )
        session.record(Act.PACKAGE, target, rows=rows, detail=detail, proof=_sha256(file))
    return path


def _taker(session: Session, role: str, villages: Collection[str]) -> Policy:
    """Return what the package's account may see, once it is settled that this session may hand it over."""
    if not villages:
        raise InputRefused(tr("请指定工作包包含哪些村"))
    giver, taker = session.policy, Policy.of([role], villages, session.policy.catalog, session.login.known)
    if taker.roles[0].duty is not None:
        raise InputRefused(
            tr("“{role}”管的是原来的项目，不能给他工作包；请换一个查看或编辑数据的角色").format(
                role=taker.roles[0].title
            )
        )
    kept = [
        table.title
        for table in session.catalog.tables.values()
        if taker.allowed(table.name, Action.SEE) and not giver.allowed(table.name, Action.EXPORT)
    ]
    if kept:
        raise NotAllowed(
            tr("工作包里有您的角色不能导出的内容（{tables}），请县级编辑或乡镇编辑来做").format(
                tables="、".join(kept)
            )
        )
    outside = sorted(village for village in villages if not giver.in_scope(village))
    if outside:
        raise NotAllowed(tr("{villages}不在您管辖的村里，不能放进工作包").format(villages="、".join(outside)))
    return taker


def _fill(file: Path, key: bytes, source: apsw.Connection, giver: Policy, taker: Policy, user: str) -> int:
    """Write what the package holds, in one transaction; return the number of rows."""
    tables = giver.catalog.tables
    selects = {name: shared_sql(name, giver, taker) for name in tables}
    there = {name: {i for (i,) in source.execute(f"SELECT id FROM ({sql})")} for name, sql in selects.items()}
    count = sum(map(len, there.values()))
    with engine_errors(file):
        database = connect(file, key, read_only=False)
        try:
            with immediate(database):
                for table in tables.values():
                    _copy(database, table, list(source.execute(f"{selects[table.name]} ORDER BY id")), there)
                audit.append(database, user, Act.PACKAGE, rows=count, detail=tr("工作包从这里开始"))
        finally:
            database.close()
    return count


def _copy(
    database: apsw.Connection,
    table: Table,
    rows: Sequence[Sequence[Any]],
    there: Mapping[str, Collection[int]],
) -> None:
    if not rows:
        return
    columns = dict(zip(("id", *table.column_names, "geometry"), zip(*rows, strict=True), strict=False))
    ids, shapes = columns.pop("id"), columns.get("geometry")
    for name in _LEFT_OUT & columns.keys():
        del columns[name]
    for field in table.fields:
        if field.references:
            kept = there[field.references]
            columns[field.name] = tuple(v if v in kept else None for v in columns[field.name])
    insert_rows(database, table.name, list(columns), zip(ids, *columns.values(), strict=True))
    if shapes is not None:
        insert_boxes(database, table.name, zip(ids, shapes, strict=True))


def _take_pictures(session: Session, building: Path, key: bytes) -> None:
    """Copy the pictures that the rows of the package name: where the taker does not see the field, they name none."""
    database = connect(building / "map.db", key, read_only=True, spatial=False)
    try:
        named = named_by_rows(database, session.catalog)
    finally:
        database.close()
    if named and attachments.exists(session.info.path):
        with (
            attachments.opened(session) as source,
            attachments.at(building / ATTACHMENTS, key, writing=True) as target,
            immediate(target),
        ):
            attachments.copy(source, target, named)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
