"""Being let in: wrong passwords make wait and are logged, the log has every login, and what matters is told at once."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mingqing.access.audit import Act
from mingqing.core.errors import ProjectUnavailable, WrongPassword
from mingqing.core.sample import PASSWORD, USER
from mingqing.store import roles
from mingqing.store.accounts import add_account, read_accounts, set_password, write_account
from mingqing.store.log import entries
from mingqing.store.owner import owner
from mingqing.store.project import open_project
from mingqing.store.session import Session

OTHERS, WRONG = "Zhu7ying-lin4", "Cuo4wu-mi9ma"


def enter(project: Path, password: str = PASSWORD, user: str = USER) -> Session:
    return open_project(project, user=user, password=password)


def fail(project: Path, times: int = 1, user: str = USER) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword, match="账号或密码不对"):
            enter(project, WRONG, user)


def put_back(project: Path, by: timedelta) -> None:
    """Let the wrong passwords be so much longer ago."""
    file = project / "attempts.json"
    times = {
        name: [(datetime.fromisoformat(t) - by).isoformat() for t in each]
        for name, each in json.loads(file.read_bytes()).items()
    }
    file.write_text(json.dumps(times), encoding="utf-8")


def logged(session: Session, act: Act) -> list[str]:
    return [e.account for e in reversed(entries(session)) if e.act == act]


# ── Wrong passwords ──────────────────────────────────────────────────────────────────────────────────────────


def test_five_wrong_passwords_shut_out_even_the_right_one_for_a_while(empty_project: Path) -> None:
    fail(empty_project, 5)
    for password in (PASSWORD, WRONG):
        with pytest.raises(ProjectUnavailable, match="连续输错 5 次，账号暂时锁定，请 10 分钟后再试"):
            enter(empty_project, password)
    put_back(empty_project, timedelta(minutes=11))
    enter(empty_project).close()
    fail(empty_project, 4)
    enter(empty_project).close()


def test_each_further_wrong_password_makes_wait_longer(empty_project: Path) -> None:
    fail(empty_project, 5)
    put_back(empty_project, timedelta(minutes=11))
    fail(empty_project)
    with pytest.raises(ProjectUnavailable, match="请 20 分钟后再试"):
        enter(empty_project)


def test_others_are_not_shut_out(session: Session) -> None:
    add_account(session, "甲", ["viewer"], None, OTHERS)
    fail(session.info.path, 5)
    enter(session.info.path, OTHERS, "甲").close()
    with pytest.raises(ProjectUnavailable, match="锁定"):
        enter(session.info.path)


def test_a_name_that_is_no_account_is_put_down_nowhere(empty_project: Path) -> None:
    fail(empty_project, 7, user="没有这个人")
    assert not (empty_project / "attempts.json").exists()


def test_what_was_typed_is_written_nowhere(empty_project: Path) -> None:
    fail(empty_project, 2)
    assert set(json.loads((empty_project / "attempts.json").read_bytes())) == {USER}
    assert all(WRONG.encode() not in p.read_bytes() for p in empty_project.iterdir() if p.is_file())


def test_failures_are_in_the_log_with_their_times_and_said_at_the_next_login(empty_project: Path) -> None:
    fail(empty_project, 2)
    times = [str(t) for t in json.loads((empty_project / "attempts.json").read_bytes())[USER]]
    with enter(empty_project) as session:
        found = [e for e in reversed(entries(session)) if e.act == Act.FAILURE]
        assert [(e.account, e.outcome) for e in found] == [(USER, "refused")] * 2
        assert [t.replace("T", " ")[:19] in e.detail for t, e in zip(times, found, strict=True)] == [True] * 2
        assert any("输错过 2 次密码" in notice for notice in session.login.notices)
    assert not (empty_project / "attempts.json").exists()
    with enter(empty_project) as session:
        assert session.login.notices == ()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff", b'{"\xe6\xbc\x94": ["x"]}']
)
def test_a_file_of_attempts_that_makes_no_sense_keeps_nobody_out(empty_project: Path, content: bytes) -> None:
    (empty_project / "attempts.json").write_bytes(content)
    enter(empty_project).close()


def test_a_wrong_password_is_not_put_down_where_nothing_can_be_written(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("mingqing.store.attempts.write_whole", refuse)
    fail(empty_project, 6)
    enter(empty_project).close()


# ── The log and the notices ──────────────────────────────────────────────────────────────────────────────────


def test_every_login_is_in_the_log(session: Session) -> None:
    add_account(session, "甲", ["viewer"], None, OTHERS)
    before = len(logged(session, Act.LOGIN))
    for user, password in ((USER, PASSWORD), ("甲", OTHERS)):
        enter(session.info.path, password, user).close()
    assert logged(session, Act.LOGIN)[before:] == [USER, "甲"]


def test_a_clone_is_no_login(session: Session) -> None:
    before = len(logged(session, Act.LOGIN))
    thread = threading.Thread(target=lambda: session.clone().close())
    thread.start()
    thread.join()
    assert len(logged(session, Act.LOGIN)) == before


def test_a_project_that_is_only_read_logs_nothing_and_opens(
    empty_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with enter(empty_project) as session:
        before = entries(session)
    monkeypatch.setattr("mingqing.store.project.is_network_share", lambda _: True)
    with enter(empty_project) as session:
        session.record(Act.SEARCH, "甲")
        assert entries(session) == before
        with pytest.raises(ProjectUnavailable, match="只能查看"):
            session.unmask("resident", 1, "phone", "联系本人")


def alter_account(session: Session, changed_on: date) -> None:
    with owner(session, spatial=False, writing=True) as database:
        account = replace(read_accounts(database)[USER], changed_on=changed_on)
        write_account(database, account, USER, Act.ACCOUNT, "")


@pytest.mark.parametrize(
    ("days", "says"), [(10, None), (80, "还有 10 天到期"), (100, "已超过 90 天没有更换")]
)
def test_an_old_password_is_reminded_of(session: Session, days: int, says: str | None) -> None:
    alter_account(session, datetime.now(UTC).astimezone().date() - timedelta(days=days))
    with enter(session.info.path) as again:
        assert [says in notice for notice in again.login.notices if says] == ([True] if says else [])
        assert len(again.login.notices) == (says is not None)


def test_other_role_definitions_are_told_to_who_may_adopt_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(session, "甲", ["viewer"], None, OTHERS)
    own = roles.own_text()
    monkeypatch.setattr(roles, "own_text", lambda: own + "\n# newer")
    with enter(session.info.path) as manager:
        (notice,) = (n for n in manager.login.notices if "保密定义" in n)
        assert "mingqing" not in notice
    with enter(session.info.path, OTHERS, "甲") as viewer:
        assert not any("保密定义" in notice for notice in viewer.login.notices)


# ── Written past the program ─────────────────────────────────────────────────────────────────────────────────

MEDDLING: dict[str, tuple[str, str]] = {
    "an account gone": ("DELETE FROM mq_account", "账号或密码不对"),
    "another's roles": (
        "UPDATE mq_account SET content = replace(content, 'county', 'town')",
        "与操作日志不符",
    ),
    "another entry": ("UPDATE mq_account SET entry = 1", "与操作日志不符"),
    "no entry": ("UPDATE mq_account SET entry = 999", "与操作日志不符"),
    "no account": ("UPDATE mq_account SET content = '{}'", "与操作日志不符"),
    "a new name": ("UPDATE mq_account SET name = '乙'", "与操作日志不符"),
    "no roles": ("DELETE FROM mq_meta WHERE key = 'roles'", "角色定义"),
    "other roles": ("UPDATE mq_meta SET value = value || '#' WHERE key = 'roles'", "角色定义"),
    "roles by another entry": ("UPDATE mq_meta SET value = '2' WHERE key = 'roles_entry'", "角色定义"),
}


@pytest.mark.parametrize(("sql", "match"), MEDDLING.values(), ids=MEDDLING)
def test_accounts_and_roles_that_the_log_does_not_vouch_for_let_nobody_in(
    session: Session, sql: str, match: str
) -> None:
    with owner(session, spatial=False, writing=True) as database:
        database.execute(sql)
    with pytest.raises(ProjectUnavailable, match=match):
        enter(session.info.path)


UNREADABLE: dict[str, Callable[[Path], object]] = {
    "keyring gone": lambda p: (p / "keyring.json").unlink(),
    "keyring garbled": lambda p: (p / "keyring.json").write_bytes(b"["),
}


@pytest.mark.parametrize("damage", UNREADABLE.values(), ids=UNREADABLE)
def test_without_a_keyring_nobody_gets_in(empty_project: Path, damage: Callable[[Path], object]) -> None:
    damage(empty_project)
    with pytest.raises(ProjectUnavailable, match=r"keyring\.json 缺失或损坏"):
        enter(empty_project)


def test_a_password_set_anew_ends_the_wait_and_the_log_has_the_wrong_ones(sample_project: Path) -> None:
    newer = OTHERS + "x"
    with enter(sample_project) as session:
        add_account(session, "查阅甲", ["viewer"], None, OTHERS)
        fail(sample_project, 5, "查阅甲")
        with pytest.raises(ProjectUnavailable, match="锁定"):
            enter(sample_project, OTHERS, "查阅甲")
        set_password(session, "查阅甲", newer)
        enter(sample_project, newer, "查阅甲").close()
        failed = [e for e in entries(session, account="查阅甲") if e.act == Act.FAILURE]
    assert len(failed) == 5


def test_wrong_passwords_of_one_reach_the_log_when_another_comes(sample_project: Path) -> None:
    with enter(sample_project) as session:
        add_account(session, "查阅甲", ["viewer"], None, OTHERS)
    fail(sample_project, 3, "查阅甲")
    for _ in range(2):
        with enter(sample_project) as session:
            failed = [e for e in entries(session, account="查阅甲") if e.act == Act.FAILURE]
        assert len({e.seq for e in failed}) == len(failed) <= 3
        assert failed
    fail(sample_project, 2, "查阅甲")
    with pytest.raises(ProjectUnavailable, match="锁定"):
        enter(sample_project, OTHERS, "查阅甲")
