"""The accounts of a project: kept in the encrypted file, vouched for by the log, opened by the keyring's slots.

The order of writing is such that a crash in between leaves the account as it was: a new slot goes into the keyring
first, then the database says that it counts, then the old slot goes.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from mingqing.access.accounts import (
    RECOVERY,
    Account,
    after_separation,
    require_good_name,
    require_grantable,
    require_security_admin,
)
from mingqing.access.audit import BEGUN, REFUSED, Act
from mingqing.access.keyring import KEY_BYTES, Keyring, KeySlot
from mingqing.access.passwords import require_strong
from mingqing.access.policy import Policy
from mingqing.access.roles import Duty
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.store import attachments, attempts, audit
from mingqing.store.owner import owner
from mingqing.store.roles import are_separate, keep_separate

if TYPE_CHECKING:
    from mingqing.store.session import Session

KEYRING = "keyring.json"
_PHRASE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another on paper


# ── In the file ──────────────────────────────────────────────────────────────────────────────────────────────


def read_accounts(database: apsw.Connection) -> dict[str, Account]:
    """Return the accounts by name.

    Raises
    ------
    ProjectUnavailable
        if one is not as the log says it was left: somebody wrote into the file past the program.
    """
    found = {}
    for name, content, entry in database.execute("SELECT name, content, entry FROM mq_account ORDER BY name"):
        try:
            account = Account.from_json(str(name), str(content))
        except ValueError:
            account = None
        if account is None or audit.proof_of(database, int(entry)) != account.proof():
            raise ProjectUnavailable(
                tr("账号“{name}”与操作日志不符，可能被人绕过本软件改动过；请联系安全管理员用备份恢复").format(
                    name=name
                )
            )
        found[account.name] = account
    return found


def write_account(database: apsw.Connection, account: Account, by: str, act: Act, detail: str) -> None:
    """Put an account into the file, and into the log what was done to it and by whom."""
    entry = audit.append(database, by, act, account.name, detail=detail, proof=account.proof())
    database.execute(
        "INSERT OR REPLACE INTO mq_account VALUES(?, ?, ?)", (account.name, account.as_json(), entry)
    )


def today() -> datetime:
    """Return the present in local time."""
    return datetime.now(UTC).astimezone()


# ── What a security administrator does ───────────────────────────────────────────────────────────────────────


def accounts(session: "Session") -> list[Account]:
    """Return every account, to who manages accounts or reads the log; to anybody else his own."""
    with owner(session, spatial=False) as database:
        found = read_accounts(database)
    if session.policy.has(Duty.ACCOUNTS) or session.login.reads_log:
        return [a for a in found.values() if a.name != RECOVERY]
    return [session.login.account]


def reaches(session: "Session") -> list[tuple[str, str]]:
    """Return (account, village code) of those bound to villages, for a database that is to hold them to it.

    A disabled one has "", which is no village. Names alone: they are told to whoever publishes, who may not see more.
    """
    with owner(session, spatial=False) as database:
        found = read_accounts(database).values()
    bound = [a for a in found if a.name != RECOVERY and (a.disabled or a.villages is not None)]
    return [(a.name, v) for a in bound for v in ([""] if a.disabled else sorted(a.villages or ("",)))]


def add_account(
    session: "Session", name: str, roles: Iterable[str], villages: Iterable[str] | None, password: str
) -> Account:
    """Add an account, whose password is to be changed at first login; the database is not rewritten.

    villages : 12-digit codes to which it is confined; None for the whole project.

    Raises
    ------
    NotAllowed
        if the session may not manage accounts, or the roles do not go together or need villages.
    InputRefused
        if the name is taken or no name, or the password is weak.
    """
    require_manager(session)
    require_good_name(name)
    require_strong(password, name)
    with owner(session, spatial=False) as database:
        if name in read_accounts(database):
            raise InputRefused(tr("已经有账号“{name}”，请换个名字，或修改它的角色").format(name=name))
        granted = _granted(database, session, roles, villages)
    slot = KeySlot.seal(session.login.key, password)
    account = Account(name, granted[0], granted[1], slot.public, today().date(), must_change=True)
    _change_slot(
        session, account, slot, Act.ACCOUNT, tr("添加：{what}").format(what=_described(session, account))
    )
    return account


def grant_roles(
    session: "Session", name: str, roles: Iterable[str], villages: Iterable[str] | None
) -> Account:
    """Give an account other roles and villages instead of those it has.

    Raises
    ------
    NotAllowed
        as `add_account`, or if nobody would be left to manage accounts.
    """
    require_manager(session)
    with owner(session, spatial=False, writing=True) as database:
        found = read_accounts(database)
        before = _one(found, name)
        held, where = _granted(database, session, roles, villages)
        account = replace(before, roles=held, villages=where)
        require_security_admin({**found, name: account}.values(), session.login.known)
        write_account(database, account, session.user, Act.ROLE, _described(session, account))
    return account


def disable_account(session: "Session", name: str) -> None:
    """Close an account: its key slot goes, what it did stays in the log.

    Raises
    ------
    NotAllowed
        if nobody would be left to manage accounts.
    """
    require_manager(session)
    with owner(session, spatial=False, writing=True) as database:
        found = read_accounts(database)
        account = replace(_one(found, name), disabled=True)
        require_security_admin({**found, name: account}.values(), session.login.known)
        write_account(database, account, session.user, Act.ACCOUNT, tr("停用"))
    tidy_keyring(session)


def set_password(session: "Session", name: str, password: str, *, current: str | None = None) -> None:
    """Give an account another password: its own holder's choice, or a reset, which also opens a disabled one again.

    current : the holder's password until now, which must be right; not asked of who resets another's.

    Raises
    ------
    NotAllowed
        if it is another's account and the session may not manage accounts.
    InputRefused
        if the password is weak.
    WrongPassword
        if `current` is not right.
    """
    own = name == session.user
    if not own:
        require_manager(session)
    elif current is not None:
        Keyring.load(session.info.path / KEYRING).unlock(name, current)
    require_strong(password, name, current=current)
    with owner(session, spatial=False) as database:
        before = _one(read_accounts(database), name)
    slot = KeySlot.seal(session.login.key, password)
    account = replace(
        before, public=slot.public, changed_on=today().date(), must_change=not own, disabled=False
    )
    detail = tr("自己修改") if own else (tr("重新启用并重设") if before.disabled else tr("由安全管理员重设"))
    _change_slot(session, account, slot, Act.PASSWORD, detail)
    if own:
        session.login = replace(session.login, account=account)


def _change_slot(session: "Session", account: Account, slot: KeySlot, act: Act, detail: str) -> None:
    session.require_writable()
    file = session.info.path / KEYRING
    Keyring.load(file).with_slot(account.name, slot).save(file)
    with owner(session, spatial=False, writing=True) as database:
        attempts.log_failures(database, session.info.path)
        write_account(database, account, session.user, act, detail)
    attempts.clear_failures(session.info.path, account.name)  # a new password ends the wait for the old one
    tidy_keyring(session)


def tidy_keyring(session: "Session") -> None:
    """Remove key slots that no longer count from the keyring."""
    with owner(session, spatial=False) as database:
        tidy_slots(database, session.info.path)


def tidy_slots(database: apsw.Connection, folder: Path) -> None:
    """Remove from the keyring what the accounts in the database do not know, such as a crash leaves behind."""
    keyring = Keyring.load(folder / KEYRING)
    publics = {a.name: a.public for a in read_accounts(database).values() if not a.disabled}
    kept = keyring.keeping(publics)
    if kept.slots != keyring.slots:
        kept.save(folder / KEYRING)


def separate_duties(session: "Session") -> dict[str, tuple[str, ...]]:
    """Turn on 三员分立 for good: who has a duty keeps it alone. Return the roles of those that lost some.

    Raises
    ------
    NotAllowed
        if the session may not manage accounts.
    InputRefused
        if it is on already.
    """
    require_manager(session)
    changed = {}
    with owner(session, spatial=False, writing=True) as database:
        if are_separate(database):
            raise InputRefused(tr("三员分立已经启用"))
        keep_separate(database, session.user)
        for account in read_accounts(database).values():
            kept = after_separation(account, session.login.known)
            if kept != account.roles:
                narrowed = replace(account, roles=kept)
                write_account(database, narrowed, session.user, Act.ROLE, _described(session, narrowed))
                changed[account.name] = kept
    return changed


# ── Recovery and re-keying ───────────────────────────────────────────────────────────────────────────────────


def make_recovery_key(session: "Session") -> str:
    """Return a new recovery key, to be printed and locked away: it is shown this once, and the one before is void."""
    require_manager(session)
    phrase = "-".join("".join(secrets.choice(_PHRASE_LETTERS) for _ in range(5)) for _ in range(6))
    slot = KeySlot.seal(session.login.key, spoken(phrase))
    account = Account(RECOVERY, (), None, slot.public, today().date())
    _change_slot(session, account, slot, Act.RECOVERY, tr("生成新的恢复密钥，以前的作废"))
    return phrase


def has_recovery_key(folder: Path) -> bool:
    """Whether a project has a recovery key, somewhere on paper."""
    return RECOVERY in Keyring.load(folder / KEYRING).slots


def spoken(phrase: str) -> str:
    """Return a typed recovery key as its slot was sealed: without the hyphens, spaces and small letters of typing."""
    return "".join(c for c in phrase.upper() if c.isalnum())


def rekey(session: "Session") -> bytes:
    """Encrypt the whole project with a new data key and return it; the session's other connections must be closed.

    Every account that counts keeps its password. What opens with the old key is void: copies of keyring.json, slots
    of disabled accounts. Backups made before still open with the old passwords.

    Raises
    ------
    NotAllowed
        if the session may not manage accounts.
    ProjectUnavailable
        if the project is in use, or cannot be written.
    """
    require_manager(session)
    session.require_writable()
    folder, key = session.info.path, secrets.token_bytes(KEY_BYTES)
    tidy_keyring(session)
    keyring = Keyring.load(folder / KEYRING)
    session.record(Act.REKEY, outcome=BEGUN)
    session.close()
    # Both keyrings lie there while the pages are rewritten, so that a crash on either side of it leaves one that fits.
    keyring.resealed(key).save(folder / NEXT_KEYRING)
    attachments.prepare_rekey(folder, session.login.key, key)
    with owner(session, spatial=False) as database:
        database.pragma("rekey", f"raw:{key.hex()}")
    finish_rekey(folder)
    session.login = replace(session.login, key=key)
    with owner(session, spatial=False, writing=True) as database:
        audit.append(database, session.user, Act.REKEY, detail=tr("完成"))
    return key


NEXT_KEYRING = "keyring.next.json"


def finish_rekey(folder: Path) -> None:
    """Put the pictures and the keyring of the new key in the place of the old ones."""
    attachments.finish_rekey(folder)
    (folder / NEXT_KEYRING).replace(folder / KEYRING)


# ── Shared ───────────────────────────────────────────────────────────────────────────────────────────────────


def require_manager(session: "Session") -> None:
    """Raise `NotAllowed` where the session may not manage accounts."""
    if not session.policy.has(Duty.ACCOUNTS):
        session.record(Act.ACCOUNT, outcome=REFUSED)
        raise NotAllowed(tr("账号和角色由安全管理员管理，您的账号没有这个权限"))


def _granted(
    database: apsw.Connection, session: "Session", roles: Iterable[str], villages: Iterable[str] | None
) -> tuple[tuple[str, ...], frozenset[str] | None]:
    policy = Policy.of(roles, villages, session.catalog, session.login.known)
    require_grantable(policy.roles, separate=are_separate(database))
    return tuple(r.code for r in policy.roles), policy.villages


def _one(found: Mapping[str, Account], name: str) -> Account:
    if name not in found or name == RECOVERY:
        raise InputRefused(tr("没有账号“{name}”").format(name=name))
    return found[name]


def _described(session: "Session", account: Account) -> str:
    known = session.login.known
    titles = [known[code].title if code in known else code for code in account.roles]
    where = tr("全部村") if account.villages is None else "、".join(sorted(account.villages))
    return tr("{roles}；{villages}").format(roles="、".join(titles) or tr("无角色"), villages=where)
