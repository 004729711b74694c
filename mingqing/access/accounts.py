"""Accounts: who they are, and what may be granted to whom."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from mingqing.access.roles import Duty, Role
from mingqing.core.errors import InputRefused, NotAllowed
from mingqing.core.text import tr

RECOVERY = "恢复密钥"  # the name of the slot that a printed recovery key opens; nobody's account
_LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class Grant:
    """What a new account holds. `must_change` : its password was set by somebody else."""

    roles: tuple[str, ...]
    villages: frozenset[str] | None = None
    must_change: bool = False


# Of the account that makes a project, until the duties are separate.
FIRST = Grant(("county_editor", "security_admin"))


@dataclass(frozen=True, slots=True)
class Account:
    """One who may open a project.

    villages : codes to which everything is confined; None for the whole project.
    public : the public key of the one key slot that counts.
    changed_on : the day the password was set.
    must_change : the password was set by somebody else.
    """

    name: str
    roles: tuple[str, ...]
    villages: frozenset[str] | None
    public: bytes
    changed_on: date
    must_change: bool = False
    disabled: bool = False

    def as_json(self) -> str:
        """Return the account as it is stored, and as the log vouches for it."""
        villages = None if self.villages is None else sorted(self.villages)
        content = {
            "roles": sorted(self.roles),
            "villages": villages,
            "public": self.public.hex(),
            "changed_on": self.changed_on.isoformat(),
            "must_change": self.must_change,
            "disabled": self.disabled,
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, name: str, text: str) -> Self:
        """Return an account that `as_json` wrote.

        Raises
        ------
        ValueError
            if the text is no account.
        """
        try:
            content = json.loads(text)
            villages = content["villages"]
            return cls(
                name,
                tuple(map(str, content["roles"])),
                None if villages is None else frozenset(map(str, villages)),
                bytes.fromhex(content["public"]),
                date.fromisoformat(content["changed_on"]),
                bool(content["must_change"]),
                bool(content["disabled"]),
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(text) from error

    def proof(self) -> str:
        """Return the SHA-256 by which the log knows this state of the account."""
        return hashlib.sha256(f"{self.name}\n{self.as_json()}".encode()).hexdigest()


def require_good_name(name: str) -> None:
    """Refuse a name that is empty, long, not printable, or taken by the recovery key.

    Raises
    ------
    InputRefused
        saying what a name may be.
    """
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise InputRefused(tr("账号名请用 1 到 {n} 个字，前后不要有空格，如“张三”").format(n=_LONGEST_NAME))
    if name == RECOVERY:
        raise InputRefused(tr("“{name}”不能用作账号名，请换一个").format(name=name))


def require_grantable(roles: Iterable[Role], *, separate: bool) -> None:
    """Refuse to grant roles together that do not go together once the duties are separate (三员分立).

    Raises
    ------
    NotAllowed
        if a duty comes with anything else, or there is no role at all.
    """
    held = tuple(roles)
    duty = next((r for r in held if r.duty is not None), None)
    if not held:
        raise NotAllowed(tr("账号至少要有一个角色"))
    if separate and duty is not None and len(held) > 1:
        others = "、".join(r.title for r in held if r is not duty)
        raise NotAllowed(
            tr("三员分立后，{duty}不能兼任{others}，请分别设立账号").format(duty=duty.title, others=others)
        )


def require_security_admin(accounts: Iterable[Account], roles: Mapping[str, Role]) -> None:
    """Refuse a state in which nobody could manage accounts any more.

    Raises
    ------
    NotAllowed
        saying what to do first.
    """
    for account in accounts:
        if not account.disabled and any(
            code in roles and roles[code].duty is Duty.ACCOUNTS for code in account.roles
        ):
            return
    raise NotAllowed(
        tr("这是最后一个安全管理员，不能停用，也不能改成别的角色；请先把另一个账号设为安全管理员")
    )


def after_separation(account: Account, roles: Mapping[str, Role]) -> tuple[str, ...]:
    """Return the roles an account keeps when the duties are separated: its duty alone, where it has one."""
    duties = tuple(code for code in account.roles if code in roles and roles[code].duty is not None)
    return duties or account.roles
