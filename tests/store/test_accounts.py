"""Accounts in a project: added, given roles, closed, reset; nobody locks everybody out; a crash changes nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mingqing.access.accounts import RECOVERY
from mingqing.access.keyring import Keyring
from mingqing.core.errors import InputRefused, NotAllowed, ProjectUnavailable, WrongPassword
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import accounts as module
from mingqing.store.accounts import (
    accounts,
    add_account,
    disable_account,
    grant_roles,
    make_recovery_key,
    separate_duties,
    set_password,
)
from mingqing.store.check import check_project
from mingqing.store.log import entries
from mingqing.store.login import recover_account
from mingqing.store.project import accounts_of, open_project
from mingqing.store.session import Session

OTHERS, NEW = "Zhu7ying-lin4", "Bai2yun-cun9"
VILLAGE = "331124204202"


def reopen(session: Session, user: str, password: str) -> Session:
    return open_project(session.info.path, user=user, password=password)


def add(session: Session, name: str, *roles: str) -> None:
    add_account(session, name, roles, None, OTHERS)


def roles_of(session: Session) -> dict[str, tuple[str, ...]]:
    return {a.name: a.roles for a in accounts(session)}


def acts(session: Session) -> list[tuple[str, str, str]]:
    return [(e.act, e.target, e.detail) for e in reversed(entries(session))]


def slots(session: Session) -> dict[str, int]:
    found = Keyring.load(session.info.path / "keyring.json").slots
    return {name: len(each) for name, each in found.items()}


# ── What a security administrator does ───────────────────────────────────────────────────────────────────────


def test_an_added_account_opens_the_project_with_its_roles_villages_and_a_word_on_its_password(
    session: Session,
) -> None:
    add_account(session, "村编", ["village_editor"], [VILLAGE], OTHERS)
    with reopen(session, "村编", OTHERS) as theirs:
        assert theirs.login.account.must_change
        assert theirs.policy.villages == {VILLAGE}
        assert [r.code for r in theirs.policy.roles] == ["village_editor"]
        assert any("别人代设" in notice for notice in theirs.login.notices)
        assert theirs.login.key == session.login.key
    assert ("account", "村编", f"添加：村级编辑·网格员；{VILLAGE}") in acts(session)


def test_adding_disabling_and_resetting_write_a_few_pages_not_the_database(session: Session) -> None:
    before = (session.file).read_bytes()
    add(session, "甲", "viewer")
    set_password(session, "甲", NEW)
    disable_account(session, "甲")
    after = (session.file).read_bytes()
    pages = range(0, len(before), 8192)
    same = sum(before[i : i + 8192] == after[i : i + 8192] for i in pages)
    assert same > 0.9 * len(pages)


REFUSED: dict[str, tuple[Callable[[Session], object], type[Exception], str]] = {
    "a name that is taken": (lambda s: add(s, USER, "viewer"), InputRefused, "已经有账号"),
    "no name": (lambda s: add(s, " ", "viewer"), InputRefused, "账号名"),
    "the name of the recovery key": (lambda s: add(s, RECOVERY, "viewer"), InputRefused, "账号名"),
    "a weak password": (lambda s: add_account(s, "甲", ["viewer"], None, "12345678"), InputRefused, "密码"),
    "no role": (lambda s: add(s, "甲"), NotAllowed, "至少要有一个角色"),
    "a role that is not there": (lambda s: add(s, "甲", "root"), NotAllowed, "没有名为“root”的角色"),
    "two duties": (lambda s: add(s, "甲", "auditor", "system_admin"), NotAllowed, "不能由同一个账号兼任"),
    "a village editor of no village": (lambda s: add(s, "甲", "village_editor"), NotAllowed, "管辖的村"),
    "roles of nobody": (lambda s: grant_roles(s, "甲", ["viewer"], None), InputRefused, "没有账号“甲”"),
    "closing nobody's account": (lambda s: disable_account(s, "甲"), InputRefused, "没有账号“甲”"),
    "a password for nobody": (lambda s: set_password(s, "甲", NEW), InputRefused, "没有账号“甲”"),
    "a password for the recovery key": (lambda s: set_password(s, RECOVERY, NEW), InputRefused, "没有账号"),
    "closing the last manager's account": (lambda s: disable_account(s, USER), NotAllowed, "最后一个"),
    "the last manager a viewer": (lambda s: grant_roles(s, USER, ["viewer"], None), NotAllowed, "最后一个"),
    "a second auditor's hat": (
        lambda s: grant_roles(s, USER, ["security_admin", "auditor"], None),
        NotAllowed,
        "兼任",
    ),
}


@pytest.mark.parametrize(("act", "kind", "match"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    session: Session, act: Callable[[Session], object], kind: type[Exception], match: str
) -> None:
    before = roles_of(session), slots(session), acts(session)
    with pytest.raises(kind, match=match):
        act(session)
    assert (roles_of(session), slots(session), acts(session)) == before


MANAGING: dict[str, Callable[[Session], object]] = {
    "add": lambda s: add(s, "丙", "viewer"),
    "grant": lambda s: grant_roles(s, "甲", ["county_editor"], None),
    "disable": lambda s: disable_account(s, USER),
    "reset": lambda s: set_password(s, USER, NEW),
    "separate": separate_duties,
    "recovery key": make_recovery_key,
    "rekey": module.rekey,
}


@pytest.mark.parametrize("act", MANAGING.values(), ids=MANAGING)
@pytest.mark.parametrize("role", ["system_admin", "auditor", "county_editor", "viewer"])
def test_only_a_security_administrator_manages_accounts(
    session: Session, act: Callable[[Session], object], role: str
) -> None:
    add(session, "甲", role)
    before = roles_of(session), slots(session)
    with reopen(session, "甲", OTHERS) as theirs, pytest.raises(NotAllowed, match="安全管理员"):
        act(theirs)
    assert (roles_of(session), slots(session)) == before


def test_others_see_their_own_account_and_no_other(session: Session) -> None:
    add(session, "甲", "viewer")
    add(session, "审计", "auditor")
    with reopen(session, "甲", OTHERS) as theirs:
        assert [a.name for a in accounts(theirs)] == ["甲"]
    with reopen(session, "审计", OTHERS) as auditor:
        assert [a.name for a in accounts(auditor)] == sorted(["甲", "审计", USER])


def test_roles_granted_hold_from_the_next_login(session: Session) -> None:
    add(session, "甲", "viewer")
    grant_roles(session, "甲", ["village_editor"], [VILLAGE])
    with reopen(session, "甲", OTHERS) as theirs:
        assert theirs.policy.edits
        assert theirs.policy.villages == {VILLAGE}
    assert ("role", "甲", f"村级编辑·网格员；{VILLAGE}") in acts(session)


def test_a_disabled_account_is_shut_out_its_slot_gone_until_its_password_is_reset(session: Session) -> None:
    add(session, "甲", "viewer")
    keyring = (session.info.path / "keyring.json").read_bytes()
    disable_account(session, "甲")
    assert slots(session) == {USER: 1}
    with pytest.raises(WrongPassword):
        reopen(session, "甲", OTHERS)
    (session.info.path / "keyring.json").write_bytes(keyring)  # its slot put back is of no use
    with pytest.raises(ProjectUnavailable, match="已停用"):
        reopen(session, "甲", OTHERS)
    set_password(session, "甲", NEW)
    with reopen(session, "甲", NEW) as theirs:
        assert not theirs.login.account.disabled
        assert theirs.login.account.roles == ("viewer",)
    assert ("password", "甲", "重新启用并重设") in acts(session)


def test_a_second_security_administrator_lets_the_first_go(session: Session) -> None:
    add(session, "乙", "security_admin")
    with reopen(session, "乙", OTHERS) as theirs:
        disable_account(theirs, USER)
        with pytest.raises(NotAllowed, match="最后一个"):
            disable_account(theirs, "乙")
    with pytest.raises(WrongPassword):
        reopen(session, USER, PASSWORD)


# ── Passwords ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_own_password_needs_the_old_one_and_then_nothing_reminds_of_it(session: Session) -> None:
    add(session, "甲", "viewer")
    with reopen(session, "甲", OTHERS) as theirs:
        with pytest.raises(WrongPassword):
            set_password(theirs, "甲", NEW, current="Cuo4wu-mi9ma")
        with pytest.raises(InputRefused, match="不能和现在的密码相同"):
            set_password(theirs, "甲", OTHERS, current=OTHERS)
        with pytest.raises(InputRefused, match="账号名"):
            set_password(theirs, "甲", "Jia-甲-9ban4ni", current=OTHERS)
        set_password(theirs, "甲", NEW, current=OTHERS)
    with reopen(session, "甲", NEW) as theirs:
        assert theirs.login.notices == ()
    with pytest.raises(WrongPassword):
        reopen(session, "甲", OTHERS)
    assert slots(session) == {USER: 1, "甲": 1}
    assert ("password", "甲", "自己修改") in acts(session)


def test_a_password_that_was_reset_is_to_be_changed(session: Session) -> None:
    add(session, "甲", "viewer")
    set_password(session, "甲", NEW)
    with reopen(session, "甲", NEW) as theirs:
        assert theirs.login.account.must_change
    with pytest.raises(WrongPassword):
        reopen(session, "甲", OTHERS)


class PowerCut(BaseException):
    pass


def cut(*_: object, **__: object) -> None:
    raise PowerCut


@pytest.mark.parametrize("step", ["write_account", "tidy_keyring"])
def test_a_crash_while_a_password_changes_leaves_one_that_opens(
    session: Session, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(module, step, cut)
    with pytest.raises(PowerCut):
        set_password(session, USER, NEW, current=PASSWORD)
    monkeypatch.undo()
    assert slots(session) == {USER: 2}
    works, other = (PASSWORD, NEW) if step == "write_account" else (NEW, PASSWORD)
    with pytest.raises(ProjectUnavailable, match="以前的密码"):
        reopen(session, USER, other)
    with reopen(session, USER, works) as again:
        assert slots(again) == {USER: 1}
        assert check_project(again) == []
    with pytest.raises(WrongPassword):
        reopen(session, USER, other)


@pytest.mark.parametrize("step", ["write_account", "tidy_keyring"])
def test_a_crash_while_an_account_is_added_leaves_all_of_it_or_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(module, step, cut)
    with pytest.raises(PowerCut):
        add(session, "甲", "viewer")
    monkeypatch.undo()
    there = step == "tidy_keyring"
    assert ("甲" in roles_of(session)) is there
    reopen(session, USER, PASSWORD).close()
    assert ("甲" in slots(session)) is there
    if there:
        reopen(session, "甲", OTHERS).close()
    else:
        add(session, "甲", "viewer")


def test_a_crash_before_a_disabled_account_s_slot_goes_lets_nobody_in(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(session, "甲", "viewer")
    monkeypatch.setattr(module, "tidy_keyring", cut)
    with pytest.raises(PowerCut):
        disable_account(session, "甲")
    monkeypatch.undo()
    with pytest.raises(ProjectUnavailable, match="已停用"):
        reopen(session, "甲", OTHERS)
    reopen(session, USER, PASSWORD).close()
    assert slots(session) == {USER: 1}


# ── Three duties ─────────────────────────────────────────────────────────────────────────────────────────────


def test_separating_takes_what_does_not_go_with_a_duty_and_stays(session: Session) -> None:
    add(session, "系统", "system_admin", "viewer")
    add(session, "编辑", "county_editor")
    assert separate_duties(session) == {USER: ("security_admin",), "系统": ("system_admin",)}
    assert roles_of(session) == {
        USER: ("security_admin",),
        "系统": ("system_admin",),
        "编辑": ("county_editor",),
    }
    with pytest.raises(InputRefused, match="已经启用"):
        separate_duties(session)
    with pytest.raises(NotAllowed, match="不能兼任"):
        add(session, "丙", "auditor", "viewer")
    with pytest.raises(NotAllowed, match="不能兼任"):
        grant_roles(session, USER, ["security_admin", "county_editor"], None)
    with reopen(session, USER, PASSWORD) as again:
        assert again.login.separate
        assert not again.policy.edits


def test_once_separate_only_the_auditor_reads_the_log(session: Session) -> None:
    add(session, "审计", "auditor")
    assert entries(session)
    separate_duties(session)
    with reopen(session, USER, PASSWORD) as manager:
        with pytest.raises(NotAllowed, match="审计员"):
            entries(manager)
        assert set(roles_of(manager)) == {USER, "审计"}  # who manages accounts still sees them
    with reopen(session, "审计", OTHERS) as auditor:
        assert ("role", "", "启用三员分立") in acts(auditor)


# ── The recovery key ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_recovery_key_gives_a_forgotten_manager_another_password_once(session: Session) -> None:
    phrase = make_recovery_key(session)
    recover_account(session.info.path, phrase.lower().replace("-", " "), USER, NEW)
    with pytest.raises(WrongPassword):
        recover_account(session.info.path, phrase, USER, OTHERS)
    with pytest.raises(WrongPassword):
        reopen(session, USER, PASSWORD)
    with reopen(session, USER, NEW) as again:
        assert ("recovery", USER, "用恢复密钥重设密码") in acts(again)
        assert roles_of(again) == {USER: ("county_editor", "security_admin")}
        assert slots(again) == {USER: 1}
        assert check_project(again) == []


def test_only_the_last_recovery_key_counts(session: Session) -> None:
    first, second = make_recovery_key(session), make_recovery_key(session)
    with pytest.raises(WrongPassword):
        recover_account(session.info.path, first, USER, NEW)
    recover_account(session.info.path, second, USER, NEW)


def test_a_recovery_key_put_back_after_its_use_is_void(session: Session) -> None:
    phrase = make_recovery_key(session)
    keyring = (session.info.path / "keyring.json").read_bytes()
    recover_account(session.info.path, phrase, USER, NEW)
    (session.info.path / "keyring.json").write_bytes(keyring)
    with pytest.raises(WrongPassword, match="作废"):
        recover_account(session.info.path, phrase, USER, OTHERS)


def test_a_recovery_key_resets_no_other_account_and_takes_no_weak_password(session: Session) -> None:
    phrase = make_recovery_key(session)
    add(session, "甲", "viewer")
    for name in ("甲", "没有", RECOVERY):
        with pytest.raises(InputRefused):
            recover_account(session.info.path, phrase, name, NEW)
    with pytest.raises(InputRefused, match="密码"):
        recover_account(session.info.path, phrase, USER, "12345678")
    recover_account(session.info.path, phrase, USER, NEW)


def test_a_recovery_key_is_nobody_s_login_and_nobody_s_name(session: Session) -> None:
    phrase = make_recovery_key(session)
    with pytest.raises(WrongPassword):
        reopen(session, RECOVERY, phrase)
    assert RECOVERY not in roles_of(session)
    assert accounts_of(session.info.path) == [USER]


def test_a_recovery_key_is_long_and_written_nowhere(session: Session) -> None:
    phrase = make_recovery_key(session)
    assert len(set(phrase)) > 5
    assert len(phrase.replace("-", "")) == 30  # of 30 letters: 147 bits
    plain = phrase.replace("-", "")
    for file in session.info.path.iterdir():
        if file.is_file():
            raw = file.read_bytes()
            assert phrase.encode() not in raw
            assert plain.encode() not in raw
    assert all(phrase not in detail and plain not in detail for _, _, detail in acts(session))


def test_read_only_accounts_stay_as_they_are(empty_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingqing.store.project.is_network_share", lambda _: True)
    before = {p: hashlib.sha256(p.read_bytes()).digest() for p in empty_project.iterdir() if p.is_file()}
    with open_project(empty_project, user=USER, password=PASSWORD) as session:
        for act in (
            lambda: add(session, "甲", "viewer"),
            lambda: set_password(session, USER, NEW, current=PASSWORD),
            lambda: grant_roles(session, USER, ["security_admin"], None),
            lambda: disable_account(session, USER),
            lambda: separate_duties(session),
            lambda: make_recovery_key(session),
            lambda: module.rekey(session),
        ):
            with pytest.raises(ProjectUnavailable, match="只能查看"):
                act()
    assert {
        p: hashlib.sha256(p.read_bytes()).digest() for p in empty_project.iterdir() if p.is_file()
    } == before
