"""The definitions that a project carries: what each role may do, and how closely each field is kept.

So a file changed on one computer, `roles.toml` or `layers/*.toml`, opens nothing in it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import apsw

from mingqing.access.audit import Act
from mingqing.access.fields import as_carried, describe
from mingqing.access.roles import Duty, Role, own_text, parse_roles
from mingqing.catalog.model import Catalog
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.store import audit
from mingqing.store.owner import owner

if TYPE_CHECKING:
    from mingqing.store.session import Session

_ROLES, _FIELDS, _ENTRY = "roles", "fields", "roles_entry"
SEPARATED = "separated"  # what the log's entry that turned 三员分立 on has for its proof


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a project carries: the text of `roles.toml`, and what `access.fields.describe` says of the fields."""

    roles: str
    fields: str

    @classmethod
    def own(cls, catalog: Catalog) -> Self:
        """Return those of this program."""
        return cls(own_text(), describe(catalog))

    @property
    def proof(self) -> str:
        """The SHA-256 by which the log vouches for them."""
        return hashlib.sha256(f"{self.roles}\0{self.fields}".encode()).hexdigest()


def carried(database: apsw.Connection) -> Definitions:
    """Return the definitions that a project carries.

    Raises
    ------
    ProjectUnavailable
        if they are not as the log says they were left.
    """
    meta = {
        str(k): str(v)
        for k, v in database.execute(
            "SELECT key, value FROM mq_meta WHERE key IN (?, ?, ?)", (_ROLES, _FIELDS, _ENTRY)
        )
    }
    found, entry = Definitions(meta.get(_ROLES, ""), meta.get(_FIELDS, "")), meta.get(_ENTRY, "")
    if not entry.isdigit() or audit.proof_of(database, int(entry)) != found.proof:
        raise ProjectUnavailable(
            tr("项目里的角色定义与操作日志不符，可能被人绕过本软件改动过；请联系安全管理员用备份恢复")
        )
    return found


def deciding(database: apsw.Connection, catalog: Catalog) -> tuple[Mapping[str, Role], Catalog]:
    """Return by what a project decides: its roles by code, and the catalog with its fields as closely kept as it says.

    Raises
    ------
    ProjectUnavailable
        as `carried`.
    """
    return _parsed(carried(database), catalog)


@lru_cache(maxsize=8)
def _parsed(found: Definitions, catalog: Catalog) -> tuple[Mapping[str, Role], Catalog]:
    return parse_roles(found.roles, catalog), as_carried(catalog, found.fields)


def adopt(database: apsw.Connection, definitions: Definitions, by: str) -> None:
    """Put definitions into a project. Inside a transaction."""
    entry = audit.append(
        database, by, Act.ROLE, detail=tr("采用角色和字段的保密定义"), proof=definitions.proof
    )
    database.executemany(
        "INSERT OR REPLACE INTO mq_meta VALUES(?, ?)",
        [(_ROLES, definitions.roles), (_FIELDS, definitions.fields), (_ENTRY, str(entry))],
    )


def adopt_own(session: "Session") -> None:
    """Take this program's definitions into the project instead of those it carries.

    Raises
    ------
    NotAllowed
        if the session may not manage accounts.
    InputRefused
        if they are the same already.
    """
    if not session.policy.has(Duty.ACCOUNTS):
        raise NotAllowed(tr("角色定义由安全管理员采用，您的账号没有这个权限"))
    definitions = Definitions.own(session.catalog)
    parse_roles(definitions.roles, session.catalog)
    with owner(session, spatial=False, writing=True) as database:
        if carried(database) == definitions:
            raise InputRefused(tr("项目里的角色和保密定义已经和本软件自带的一样"))
        adopt(database, definitions, session.user)


def is_own(session: "Session") -> bool:
    """Whether the project carries the definitions that this program has."""
    with owner(session, spatial=False) as database:
        return carried(database) == Definitions.own(session.catalog)


def are_separate(database: apsw.Connection) -> bool:
    """Whether the three duties are separate (三员分立): the log has when they were, and that does not end."""
    return bool(
        database.execute(
            "SELECT count(*) FROM mq_audit WHERE act = ? AND proof = ?", (Act.ROLE, SEPARATED)
        ).get
    )


def keep_separate(database: apsw.Connection, by: str) -> None:
    """Put into the log that the duties are separate from now on. Inside a transaction."""
    audit.append(database, by, Act.ROLE, detail=tr("启用三员分立"), proof=SEPARATED)
