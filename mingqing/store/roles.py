"""The definitions of roles that a project carries, so that a file changed on one computer opens nothing in it."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import apsw

from mingqing.access.audit import Act
from mingqing.access.roles import Duty, Role, own_text, parse_roles
from mingqing.catalog.model import Catalog
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.store import audit
from mingqing.store.owner import owner

if TYPE_CHECKING:
    from mingqing.store.session import Session

_TEXT, _ENTRY = "roles", "roles_entry"
SEPARATED = "separated"  # what the log's entry that turned 三员分立 on has for its proof


def project_roles(database: apsw.Connection, catalog: Catalog) -> Mapping[str, Role]:
    """Return the roles of a project by code.

    Raises
    ------
    ProjectUnavailable
        if they are not as the log says they were left.
    """
    meta = dict(database.execute("SELECT key, value FROM mq_meta WHERE key IN (?, ?)", (_TEXT, _ENTRY)))
    text, entry = str(meta.get(_TEXT, "")), str(meta.get(_ENTRY, ""))
    if not entry.isdigit() or audit.proof_of(database, int(entry)) != _proof(text):
        raise ProjectUnavailable(
            tr("项目里的角色定义与操作日志不符，可能被人绕过本软件改动过；请联系安全管理员用备份恢复")
        )
    return _parsed(text, catalog)


@lru_cache(maxsize=8)
def _parsed(text: str, catalog: Catalog) -> Mapping[str, Role]:
    return parse_roles(text, catalog)


def adopt(database: apsw.Connection, text: str, by: str) -> None:
    """Put definitions into a project. Inside a transaction."""
    entry = audit.append(database, by, Act.ROLE, "roles.toml", detail=tr("采用角色定义"), proof=_proof(text))
    database.executemany("INSERT OR REPLACE INTO mq_meta VALUES(?, ?)", [(_TEXT, text), (_ENTRY, str(entry))])


def adopt_own(session: "Session") -> None:
    """Take this program's `roles.toml` into the project instead of the definitions it carries.

    Raises
    ------
    NotAllowed
        if the session may not manage accounts.
    InputRefused
        if they are the same already.
    """
    if not session.policy.has(Duty.ACCOUNTS):
        raise NotAllowed(tr("角色定义由安全管理员采用，您的账号没有这个权限"))
    text = own_text()
    parse_roles(text, session.catalog)
    with owner(session, spatial=False, writing=True) as database:
        if carried(database) == text:
            raise InputRefused(tr("项目里的角色定义已经和本软件自带的一样"))
        adopt(database, text, session.user)


def is_own(session: "Session") -> bool:
    """Whether the project carries the definitions that this program has."""
    with owner(session, spatial=False) as database:
        return carried(database) == own_text()


def carried(database: apsw.Connection) -> str:
    """Return the text of the definitions that a project carries."""
    return str(database.execute("SELECT value FROM mq_meta WHERE key = ?", (_TEXT,)).get or "")


def are_separate(database: apsw.Connection) -> bool:
    """Whether the three duties are separate (三员分立): the log has when they were, and that does not end."""
    return bool(
        database.execute(
            "SELECT count(*) FROM mq_audit WHERE act = ? AND proof = ?", (Act.ROLE, SEPARATED)
        ).get
    )


def _proof(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
