"""Letting an account into a project: its password, its state, what the log shall have of it, what it is told."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import apsw

from mingqing.access.accounts import RECOVERY, Account
from mingqing.access.audit import REFUSED, Act
from mingqing.access.keyring import Keyring, KeySlot
from mingqing.access.passwords import require_not_locked, require_strong, rotation_due
from mingqing.access.policy import Policy
from mingqing.access.roles import Duty
from mingqing.catalog.load import catalog
from mingqing.catalog.model import Catalog
from mingqing.core.errors import InputRefused, ProjectUnavailable, WrongPassword
from mingqing.core.text import tr
from mingqing.store import attachments, attempts, audit, seen
from mingqing.store.accounts import (
    KEYRING,
    NEXT_KEYRING,
    finish_rekey,
    read_accounts,
    spoken,
    tidy_slots,
    today,
    write_account,
)
from mingqing.store.connection import connect, engine_errors, immediate
from mingqing.store.owner import owner
from mingqing.store.roles import Definitions, are_separate, carried, deciding
from mingqing.store.session import Login, Session

MUST_CHANGE = "密码是别人代设的，或者太容易猜，请改成只有您自己知道的"
OTHER_DEFINITIONS = "本软件自带的角色和保密定义与项目里的不同；请在“账号与角色”里核对采用"


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A data key that a password opened, and the key slots it may have come from."""

    user: str
    key: bytes
    slots: Sequence[KeySlot]
    project: str

    @property
    def publics(self) -> set[bytes]:
        """The public keys by which the database knows the slots."""
        return {slot.public for slot in self.slots}


def unlock_project(folder: Path, user: str, password: str) -> Unlocked:
    """Return what a password opens, unless the account has to wait after wrong ones.

    Raises
    ------
    WrongPassword
        if account or password are wrong; that is put down, for the wait and for the log.
    ProjectUnavailable
        while the account has to wait, or if the keyring is damaged.
    """
    now = datetime.now(UTC).astimezone()
    require_not_locked(attempts.failures(folder).get(user, ()), now)
    if user == RECOVERY:
        password = spoken(password)
    _settle_rekey(folder, user, password)
    keyring = Keyring.load(folder / KEYRING)
    try:
        opened = keyring.unlock(user, password)
    except WrongPassword:
        if user in keyring.slots:
            attempts.add_failure(folder, user, now)
        raise
    return Unlocked(user, opened[0][1], tuple(slot for slot, _ in opened), keyring.project)


def _settle_rekey(folder: Path, user: str, password: str) -> None:
    """Finish, or forget, what a crash left of `rekey`: of two keyrings there, the one that opens the database stays.

    Neither goes before the other is seen to fit, whatever else may keep the database from opening.
    """
    waiting = folder / NEXT_KEYRING
    if not waiting.exists():
        return
    if _fits(folder, KEYRING, user, password):
        with suppress(OSError):
            attachments.forget_rekey(folder)
            waiting.unlink()
    elif _fits(folder, NEXT_KEYRING, user, password):
        finish_rekey(folder)


def _fits(folder: Path, keyring: str, user: str, password: str) -> bool:
    """Whether a keyring has a slot of this password whose key opens the database."""
    with suppress(ProjectUnavailable):
        for _, key in Keyring.load(folder / keyring).unlock(user, password):
            connect(folder / "map.db", key, read_only=False, spatial=False).close()
            return True
    return False


def log_in(
    database: apsw.Connection, folder: Path, unlocked: Unlocked, definitions: Catalog, *, read_only: bool
) -> Login:
    """Return who has come, after putting it in the log.

    Raises
    ------
    ProjectUnavailable
        if there is no such account any more, the password is one of before, or accounts or roles were changed past
        the program.
    """
    try:
        account = account_of(read_accounts(database), unlocked)
    except ProjectUnavailable as refused:
        if not read_only:
            with immediate(database):
                audit.append(database, unlocked.user, Act.FAILURE, outcome=REFUSED, detail=str(refused))
        raise
    known, deciding_catalog = deciding(database, definitions)
    policy = Policy.of(account.roles, account.villages, deciding_catalog, known)
    failed = len(attempts.failures(folder).get(account.name, ()))
    old = seen.rolled_back(database, unlocked.project, folder)
    if not read_only:
        with immediate(database):
            attempts.log_failures(database, folder)
            if old is not None:
                audit.append(database, account.name, Act.ROLLBACK, detail=old)
            audit.append(database, account.name, Act.LOGIN)
        attempts.clear_failures(folder, account.name)
        tidy_slots(database, folder)
    seen.remember(database, unlocked.project, folder)
    notices = [old, *_notices(account, failed)]
    if policy.has(Duty.ACCOUNTS) and carried(database) != Definitions.own(definitions):
        notices.append(tr(OTHER_DEFINITIONS))
    return Login(
        account,
        policy,
        known,
        unlocked.key,
        are_separate(database),
        tuple(n for n in notices if n is not None),
    )


def verify_password(session: Session, password: str) -> None:
    """Let the holder of a session prove again who he is, as to come back to a locked window.

    Raises
    ------
    WrongPassword
        if it is not the password; that is put down, for the wait and for the log.
    ProjectUnavailable
        while the account has to wait, or if it was disabled or given another password meanwhile.
    """
    unlocked = unlock_project(session.info.path, session.user, password)
    with owner(session, spatial=False) as database:
        account_of(read_accounts(database), unlocked)


def record_return(session: Session) -> None:
    """Put into the log that the holder of a session came back, and the wrong passwords before that."""
    if session.info.read_only is not None:
        return
    with owner(session, spatial=False, writing=True) as database:
        attempts.log_failures(database, session.info.path)
        audit.append(database, session.user, Act.UNLOCK)
    attempts.clear_failures(session.info.path, session.user)


def recover_account(folder: Path, phrase: str, name: str, password: str) -> None:
    """Give the account of a security administrator another password by the printed recovery key, which is then void.

    Raises
    ------
    WrongPassword
        if the recovery key is not the last one made.
    InputRefused
        if there is no such account, it does not manage accounts, or the password is weak.
    """
    unlocked = unlock_project(folder, RECOVERY, phrase)
    require_strong(password, name)
    file = folder / "map.db"
    with engine_errors(file):
        database = connect(file, unlocked.key, read_only=False, spatial=False)
        try:
            found, (known, _) = read_accounts(database), deciding(database, catalog())
            if RECOVERY not in found or found[RECOVERY].public not in unlocked.publics:
                raise WrongPassword(tr("这份恢复密钥已经作废，请用最后一次生成的"))
            before = found.get(name)
            if before is None or not any(known[r].duty is Duty.ACCOUNTS for r in before.roles if r in known):
                raise InputRefused(
                    tr("恢复密钥只能重设安全管理员的密码，“{name}”不是；其他账号请安全管理员重设").format(
                        name=name
                    )
                )
            slot = KeySlot.seal(unlocked.key, password)
            Keyring.load(folder / KEYRING).with_slot(name, slot).save(folder / KEYRING)
            account = replace(
                before, public=slot.public, changed_on=today().date(), must_change=False, disabled=False
            )
            with immediate(database):
                attempts.log_failures(database, folder)
                write_account(database, account, name, Act.RECOVERY, tr("用恢复密钥重设密码"))
                database.execute("DELETE FROM mq_account WHERE name = ?", (RECOVERY,))
            attempts.clear_failures(folder, name)
            tidy_slots(database, folder)
        finally:
            database.close()


def account_of(found: Mapping[str, Account], unlocked: Unlocked) -> Account:
    """Return the account that unlocked a project.

    Raises
    ------
    WrongPassword
        if there is none of that name.
    ProjectUnavailable
        if it is disabled, or the password is not the one that counts.
    """
    account = found.get(unlocked.user)
    if account is None or account.name == RECOVERY:
        raise WrongPassword(tr("账号或密码不对，请核对大小写后再试"))
    if account.disabled:
        raise ProjectUnavailable(tr("账号“{name}”已停用，请联系安全管理员").format(name=account.name))
    if account.public not in unlocked.publics:
        raise ProjectUnavailable(
            tr("这是账号“{name}”以前的密码，或密钥文件被换成了旧的；请用现在的密码，或联系安全管理员").format(
                name=account.name
            )
        )
    return account


def _notices(account: Account, failed: int) -> Iterator[str | None]:
    if failed:
        yield tr("上次登录之后，这个账号输错过 {n} 次密码；如果不是您本人，请改密码并告诉安全管理员").format(
            n=failed
        )
    if account.must_change:
        yield tr(MUST_CHANGE)
    else:
        yield rotation_due(account.changed_on, datetime.now(UTC).astimezone().date())
