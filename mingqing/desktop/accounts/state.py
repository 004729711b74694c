"""What the accounts page shows, read in a job, and the words for it. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from mingqing.access.accounts import Account, after_separation
from mingqing.access.fields import opened_sentences
from mingqing.access.passwords import days_left
from mingqing.access.roles import Duty, Role
from mingqing.core.text import tr
from mingqing.desktop.villages.matching import Entry, index
from mingqing.store.accounts import accounts, has_recovery_key
from mingqing.store.roles import is_own

if TYPE_CHECKING:
    from mingqing.store.session import Session, Village

_FEW = 2


@dataclass(frozen=True)
class State:
    """Who may open a project.

    roles : those the project knows, by code. offered : its villages, with the ways they may be typed.
    user : who is logged in. own_roles : whether the definitions of roles are this program's.
    opened : what adopting this program's definitions would keep less closely, a phrase each.
    """

    accounts: Sequence[Account]
    roles: Mapping[str, Role]
    offered: Sequence[Entry]
    user: str
    separate: bool
    own_roles: bool
    has_recovery: bool
    opened: Sequence[str] = ()

    @cached_property
    def villages(self) -> Mapping[str, "Village"]:
        """The villages of the project by code."""
        return {e.village.code: e.village for e in self.offered}

    def titles(self, codes: Sequence[str]) -> str:
        """Return what roles are called."""
        known = [self.roles[code].title if code in self.roles else code for code in codes]
        return "、".join(known) or tr("无角色")

    def where(self, account: Account) -> str:
        """Return in few words where an account may look."""
        if account.villages is None:
            return tr("全部村")
        names = [self.villages[c].name if c in self.villages else c for c in sorted(account.villages)]
        few = "、".join(names[:_FEW])
        return few if len(names) <= _FEW else tr("{few} 等 {n} 个村").format(few=few, n=len(names))

    def by_township(self, account: Account) -> list[tuple[str, list[str]]]:
        """Return the names of an account's villages under the name of their township."""
        found = [
            (v.township, v.name) if (v := self.villages.get(code)) is not None else ("", code)
            for code in sorted(account.villages or ())
        ]
        return [
            (township or tr("其他"), [name for _, name in group])
            for township, group in groupby(sorted(found, key=lambda pair: pair[0]), key=lambda pair: pair[0])
        ]

    def holders(self, duty: Duty) -> list[str]:
        """Return who could do this duty once the duties are separate."""
        return [
            a.name
            for a in self.accounts
            if not a.disabled
            and any(self.roles[r].duty is duty for r in self.after_separation(a) if r in self.roles)
        ]

    def after_separation(self, account: Account) -> tuple[str, ...]:
        """Return the roles that an account keeps once the duties are separate."""
        return after_separation(account, self.roles)


def read_state(session: "Session") -> State:
    """Read what the accounts page shows."""
    return State(
        accounts(session),
        session.login.known,
        index(session.villages()),
        session.user,
        session.login.separate,
        is_own(session),
        has_recovery_key(session.info.path),
        tuple(opened_sentences(session.policy.catalog, session.catalog)),
    )


def condition(account: Account, today: date) -> tuple[str, str]:
    """Return the state of an account in a word or two, and its tone."""
    if account.disabled:
        return tr("已停用"), "muted"
    if account.must_change:
        return tr("待改密码"), "warning"
    if days_left(account.changed_on, today) <= 0:
        return tr("密码过期"), "warning"
    return tr("正常"), "good"


def password_age(account: Account, today: date) -> str:
    """Return how old a password is.

    Examples
    --------
    >>> from datetime import date
    >>> password_age(Account("甲", (), None, b"", date(2026, 5, 1)), date(2026, 5, 13))
    '12 天前设的'
    """
    days = (today - account.changed_on).days
    return tr("{n} 天前设的").format(n=days) if days > 0 else tr("今天设的")


def password_advice(account: Account, today: date) -> str:
    """Return what there is to know of an account's password, in a sentence."""
    if account.disabled:
        return tr("停用后密码已作废；重新启用时要设一个新的")
    age = password_age(account, today)
    if account.must_change:
        return tr("{age}，由管理员代设，本人登录后要先改掉").format(age=age)
    left = days_left(account.changed_on, today)
    if left <= 0:
        return tr("{age}，已超过期限，请提醒本人更换").format(age=age)
    return tr("{age}，还有 {n} 天到期").format(age=age, n=left)


def today() -> date:
    """Return the day it is here."""
    return datetime.now(UTC).astimezone().date()
