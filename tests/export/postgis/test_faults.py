"""Whatever is wrong at the county's database is one Chinese sentence, and no password is in any of them."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from mingqing.access.audit import BEGUN, DONE, REFUSED
from mingqing.core.errors import Cancelled, InputRefused, MingqingError, NotAllowed
from mingqing.core.watch import Watch
from mingqing.export.postgis import attempt
from mingqing.export.postgis import publish as module
from mingqing.export.postgis.faults import DatabaseUnavailable, told
from mingqing.export.postgis.publish import publish
from mingqing.export.postgis.remote import _WORDS, Address, require_schema_name
from mingqing.store.log import entries
from mingqing.store.session import Session
from tests.inside import query

from .conftest import As, County, Server

HIDDEN = "Mi-ma88"


def refused(session: Session, address: str, **more: Any) -> str:
    with pytest.raises(MingqingError) as error:
        publish(session, address, **more)
    sentence = str(error.value)
    assert HIDDEN not in sentence + repr(error.value) + repr(error.value.__context__)
    assert error.value.__cause__ is None
    assert any("一" <= ch <= "鿿" for ch in sentence)
    assert "\n" not in sentence
    return sentence


@pytest.fixture
def publisher(county: County) -> Iterator[str]:
    """A login that may publish, with a password."""
    county.run(f"CREATE ROLE publisher LOGIN PASSWORD '{HIDDEN}'")
    yield f"publisher:{HIDDEN}"
    county.run("DROP OWNED BY publisher CASCADE; DROP ROLE publisher")


def test_a_server_that_is_down(session: Session) -> None:
    assert "没有应答" in refused(session, f"postgresql://u:{HIDDEN}@127.0.0.1:1/county")


def test_a_wrong_password_and_an_unknown_user(county: County, session: Session, publisher: str) -> None:
    for who in (f"publisher:{HIDDEN}-x", f"nobody-here:{HIDDEN}"):
        assert "不认这个用户名或密码" in refused(session, county.address.replace("postgres@", f"{who}@"))


def test_a_database_that_is_not_there(server: Server, session: Session) -> None:
    assert "没有这个数据库" in refused(session, server.address("nowhere"))


@pytest.mark.parametrize(
    "address",
    [
        *("", "county", "http://x/y", f"postgresql://u:{HIDDEN}@x@y/z", f"postgresql://u:{HIDDEN}/4@host/z"),
        *(
            f"postgresql://u:{HIDDEN}%@host/z",
            f"host=x pass={HIDDEN}",
            f"postgresql://u:{HIDDEN}@host:port/z",
        ),
        f"postgresql://u@host/z?passwort={HIDDEN}",
    ],
)
def test_what_is_no_address(address: str, session: Session) -> None:
    assert "县库地址写得不对" in refused(session, address)


@pytest.mark.parametrize("schema", ["", "Mingqing", "pg_x", "1x", "a b", "x;drop", "模式", "x" * 25, "a\n"])
def test_what_is_no_name_of_a_schema(schema: str) -> None:
    with pytest.raises(InputRefused, match="模式名只能用"):
        require_schema_name(schema)


@pytest.mark.parametrize(
    "schema", ["public", "information_schema", "mingqing_viewer", "old_town_editor", "mingqing_stage_0123"]
)
def test_a_schema_that_is_of_a_role_or_of_the_database_itself(
    schema: str, county: County, session: Session
) -> None:
    publish(session, county.address)
    everything = "SELECT oid::bigint FROM pg_class ORDER BY 1"
    before = county.rows(everything)
    assert "另取一个" in refused(session, county.address, schema=schema)
    assert county.rows(everything) == before


@pytest.mark.parametrize(
    "holds", ["TABLE theirs.published(x int)", "FUNCTION theirs.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"]
)
def test_a_schema_in_which_something_of_others_stands(holds: str, county: County, session: Session) -> None:
    county.run(f"CREATE SCHEMA theirs; CREATE {holds}")
    everything = "SELECT oid::bigint FROM pg_class ORDER BY 1"
    before = county.rows(everything)
    for trial in (True, False):
        assert "已经放着别的东西" in refused(session, county.address, schema="theirs", trial=trial)
    assert county.rows(everything) == before


def test_an_empty_schema_that_an_administrator_made_is_taken(county: County, session: Session) -> None:
    county.run("CREATE SCHEMA mingqing")
    assert publish(session, county.address).whole


def test_no_postgis_and_nobody_to_install_it(server: Server, session: Session, publisher: str) -> None:
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE bare OWNER publisher")
    try:
        address = server.address("bare", publisher)
        assert "CREATE EXTENSION postgis" in refused(session, address)
        publish(session, server.address("bare"))  # a superuser has it installed
    finally:
        with server.connect("postgres") as connection:
            connection.execute("DROP DATABASE bare WITH (FORCE)")


def test_a_database_that_cannot_hold_chinese(server: Server, session: Session) -> None:
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    try:
        assert "SQL_ASCII" in refused(session, server.address("latin"))
    finally:
        with server.connect("postgres") as connection:
            connection.execute("DROP DATABASE latin WITH (FORCE)")


def test_a_user_who_may_not_write(county: County, session: Session, publisher: str) -> None:
    address = county.server.address(county.name, publisher)
    assert "没有给这个用户足够的权限" in refused(session, address)
    county.run("CREATE SCHEMA mingqing")
    assert "属于 postgres" in refused(session, address)


def test_somebody_else_is_at_it(county: County, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "_LOCK_WAIT_S", 0.0)
    with county.server.connect(county.name) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('mingqing publish mingqing', 0))")
        assert "有人正在" in refused(session, county.address)


def test_a_view_of_somebody_s_that_stands_in_the_way(county: County, sample_session: Session) -> None:
    publish(sample_session, county.address)
    county.run("CREATE VIEW public.mine AS SELECT * FROM mingqing_viewer.house")
    county.run("UPDATE mingqing.setting SET value = ''")
    before = county.rows("SELECT count(*) FROM mingqing.house")
    assert "别人建的视图" in refused(sample_session, county.address)
    assert county.rows("SELECT count(*) FROM mingqing.house") == before


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (errors.DiskFull, "磁盘满了"),
        (errors.OutOfMemory, "内存不足"),
        (errors.TooManyConnections, "连接数已满"),
        (errors.LockNotAvailable, "被别人锁住"),
        (errors.ReadOnlySqlTransaction, "只读的备用库"),
        (errors.UntranslatableCharacter, "UTF8"),
        (errors.IoError, "检查服务器的磁盘"),
        (errors.DataCorrupted, "数据库日志"),
        (errors.AdminShutdown, "再运行一次"),
        (errors.CrashShutdown, "再运行一次"),
        (psycopg.OperationalError, "再运行一次"),
        (errors.NotNullViolation, "转给县库管理员"),
    ],
)
def test_what_a_server_says(error: type[psycopg.Error], word: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=word), told():
        raise error(HIDDEN)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ('用户 "x" Password 认证失败', "用户名或密码"),
        ('致命错误:  数据库 "x" 不存在', "没有这个数据库"),
        ('致命错误:  没有用于主机 "x" 的 pg_hba.conf 记录', "pg_hba.conf"),
        ("server does not support SSL, but SSL was required", "加密连接"),
    ],
)
def test_a_server_that_speaks_chinese(words: str, meant: str) -> None:
    import re

    found = next(sentence for pattern, sentence in _WORDS.items() if re.search(pattern, words, re.IGNORECASE))
    assert meant in found


def test_a_statement_that_takes_long_is_stopped(
    county: County, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = attempt.prepare

    def long(remote: Any, epsg: int) -> None:
        waits(remote, epsg)
        remote.run("SELECT pg_sleep(60)")

    monkeypatch.setattr(attempt, "prepare", long)
    with pytest.raises(Cancelled):
        publish(session, county.address, watch=Watch(cancelled=lambda: True))


def test_ctrl_c_leaves_no_copies_of_rows(county: County, sample_session: Session) -> None:
    def stop(title: str, _done: int, _total: int) -> None:
        if title == "人口":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(sample_session, county.address, watch=Watch(stop))
    assert county.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%stage%'") == [0]


def test_copies_that_could_not_be_taken_away_are_named_with_how_to(
    county: County, sample_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(attempt.Attempt, "give_up", broken)
    asked = False

    def stop(title: str, _done: int, _total: int) -> None:
        nonlocal asked
        asked = asked or title == "人口"

    with pytest.raises(Cancelled) as error:
        publish(sample_session, county.address, watch=Watch(stop, lambda: asked))
    (stage,) = county.rows("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE '%stage%'")
    assert f"DROP SCHEMA {stage} CASCADE" in str(error.value)


@pytest.mark.parametrize("words", ["connection refused", "FATAL:  the database system is starting up"])
def test_a_server_that_is_being_restarted_is_tried_again(
    words: str, county: County, sample_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, real = [0], psycopg.connect

    def connect(*args: Any, **more: Any) -> Any:
        lines[0] += 1
        if 2 < lines[0] < 6:  # after the first line and its second for the indexes
            raise psycopg.OperationalError(words)
        return real(*args, **more)

    def cut(title: str, _done: int, total: int) -> None:
        if title == "人口" and total and lines[0] == 2:
            county.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mingqing'"
            )

    assert sum(module._WAITS_S) >= 30
    monkeypatch.setattr(module, "_WAITS_S", (0.0,) * 5)
    monkeypatch.setattr(psycopg, "connect", connect)
    monkeypatch.setattr(
        county.server.__class__, "connect", lambda s, d, *_: real(s.address(d), autocommit=True)
    )
    assert publish(sample_session, county.address, watch=Watch(cut)).whole
    assert lines[0] > 6


def test_a_server_that_stays_away_leaves_word_of_the_copies_in_it(
    county: County, sample_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(title: str, _done: int, total: int) -> None:
        if title == "人口" and total:
            county.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mingqing'"
            )

    monkeypatch.setattr(module, "_WAITS_S", (0.0,))
    said = refused(sample_session, county.address, watch=Watch(cut))
    (stage,) = county.rows("SELECT nspname::text FROM pg_namespace WHERE nspname LIKE '%stage%'")
    assert f"DROP SCHEMA {stage} CASCADE" in said


def test_what_psycopg_mutters_about_a_broken_line_is_not_on_the_terminal() -> None:
    code = "import logging, mingqing.export.postgis.remote; logging.getLogger('psycopg').warning('error ignored')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


# ── What is put down ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_log_has_host_and_database_and_never_the_password(
    county: County, session: Session, publisher: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    county.run(f"GRANT CREATE ON DATABASE {county.name} TO publisher")
    made = publish(session, county.server.address(county.name, publisher))
    assert any("PGPASSWORD" in note for note in made.notes)
    found = [e for e in entries(session) if e.act == "publish"]
    assert sorted(e.outcome for e in found) == sorted([BEGUN, DONE])
    assert all(e.target == f"{county.server.folder}:{county.server.port}/{county.name}" for e in found)
    assert HIDDEN not in repr(made) + made.summary + caplog.text + repr(
        query(session, "SELECT * FROM mq_audit")
    )
    assert HIDDEN not in repr(county.rows("SELECT * FROM mingqing.published"))
    assert "publisher" not in str(Address.of(county.server.address(county.name, publisher)))


def test_who_may_not_is_refused_and_it_is_logged(county: County, session: Session, as_role: As) -> None:
    viewer = as_role(session, "viewer")
    with pytest.raises(NotAllowed, match=r"没有可以发布的表；能发布的角色有：.*县级编辑"):
        publish(viewer, county.address)
    found = [e for e in entries(session) if e.act == "publish"]
    assert [e.outcome for e in found] == [REFUSED]
    assert county.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mingqing%'") == [0]
