"""Whatever is wrong at the county's database is one Chinese sentence, and no password is in any of them."""

import logging
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from mingqing.access.audit import BEGUN, DONE, REFUSED
from mingqing.core.errors import Cancelled, InputRefused, MingqingError, NotAllowed
from mingqing.core.watch import Watch
from mingqing.export.postgis import attempt
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
    with pytest.raises(NotAllowed, match="没有可以发布的表"):
        publish(viewer, county.address)
    found = [e for e in entries(session) if e.act == "publish"]
    assert [e.outcome for e in found] == [REFUSED]
    assert county.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mingqing%'") == [0]
