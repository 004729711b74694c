"""The connection to the county's database."""

import logging
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Self

import psycopg
from psycopg import conninfo, sql

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.export.postgis.faults import ConnectionLost, DatabaseUnavailable, told

SCHEMA = "mingqing"
_SCHEMA = re.compile(
    r"(?!pg_)[a-z][a-z0-9_]{0,23}\Z"
)  # with the name of a role or of a project after it, still a name
_THEIRS = ("public", "information_schema")
_ASKED_EVERY_S = 0.2
# What psycopg could not tidy up on a line that broke concerns nobody: the break itself is told.
logging.getLogger("psycopg").addHandler(logging.NullHandler())
_DEFAULTS = {
    "connect_timeout": "15",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
# What is staged need not outlive a crash of the server; the last step waits for the disk again.
# Who waits for a lock of somebody else's longer than this is told so; nothing else has an end set to it.
_SETTINGS = (
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '60s';"
    "SET synchronous_commit = off;"
    "SET client_min_messages = 'error'; SET DateStyle = 'ISO'; SET default_tablespace = ''"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, without the password. `typed` : whether there was one in what was typed."""

    host: str
    database: str
    typed: bool

    @classmethod
    def of(cls, dsn: str) -> Self:
        """Return what an address says, to be told and to be logged.

        Raises
        ------
        InputRefused
            if it is no address; nothing of it is repeated.
        """
        try:
            parts = conninfo.conninfo_to_dict(dsn)
        except psycopg.Error:
            parts = {}
        host, port = parts.get("host") or parts.get("hostaddr"), str(parts.get("port") or "")
        # What is left of a password in which an @ or / was not written as %40 or %2F ends up in these.
        if not parts or "@" in f"{host}{parts.get('dbname')}" or re.sub("[0-9,]", "", port):
            raise InputRefused(
                tr(
                    "县库地址写得不对，应像 postgresql://用户名@主机:5432/库名；密码里的 @ : / # % 要写成"
                    " %40 %3A %2F %23 %25，或改用环境变量 PGPASSWORD"
                )
            ) from None
        where = str(host or parts.get("service") or tr("本机"))
        typed = bool(parts.get("password"))
        return cls(f"{where}:{port}" if port else where, str(parts.get("dbname") or ""), typed)

    def __str__(self) -> str:
        return f"{self.host}/{self.database}" if self.database else self.host


class Remote:
    """One connection. `schema` is where tables lie for all, `stage` where they wait until all are there.

    unstoppable : once set, nobody is asked any more whether to stop.
    """

    def __init__(
        self, connection: "psycopg.Connection[Any]", schema: str, project: str, unstoppable: Event
    ) -> None:
        self.connection, self.schema, self.unstoppable = connection, schema, unstoppable
        self.stage = f"{schema}_stage_{re.sub('[^0-9a-z]', '', project.lower())[:12]}"

    def run(self, text: str, values: Sequence[object] | None = None) -> "psycopg.Cursor[Any]":
        """Run one statement made of the catalog's names."""
        return self.connection.execute(text.encode(), values)

    def rows(self, text: str, values: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        return self.run(text, values).fetchall()

    def one(self, text: str, values: Sequence[object] | None = None) -> Any:  # noqa: ANN401 - of any column
        """Return the first cell of the first row of a statement; None where there is none."""
        found = self.run(text, values).fetchone()
        return found[0] if found else None

    def name(self, name: str) -> str:
        """Return a name that somebody else gave as SQL."""
        return sql.Identifier(name).as_string(self.connection)

    def literal(self, value: object) -> str:
        """Return a value as SQL, for statements that take no parameters."""
        return sql.Literal(value).as_string(self.connection)


def require_schema_name(schema: str, roles: Collection[str] = ()) -> None:
    """Refuse what is no name for a schema, is PostgreSQL's own, or would be that of a role or of tables on their way.

    Raises
    ------
    InputRefused
        saying what it may be.
    """
    if schema in _THEIRS or "_stage_" in schema or any(schema.endswith(f"_{code}") for code in roles):
        raise InputRefused(
            tr(
                "模式名 {schema} 另有用处（数据库自己的，或某个角色的），请用 --schema 另取一个，如 mingqing"
            ).format(schema=schema)
        )
    if not _SCHEMA.match(schema):
        raise InputRefused(
            tr("模式名只能用小写字母、数字和下划线，字母开头，不超过 24 个字，也不能以 pg_ 开头，如 mingqing")
        )


@contextmanager
def connected(dsn: str, schema: str, project: str, watch: Watch) -> Iterator[Remote]:
    """Give a connection, and stop what it is at when whoever waits says so.

    Raises
    ------
    DatabaseUnavailable
        if nobody answers there, the account is not let in, or the database does not keep UTF-8.
    """
    with _line(dsn) as connection, _stopping(connection, watch) as unstoppable, told():
        _require_fit(connection)
        connection.execute(_SETTINGS)
        yield Remote(connection, schema, project, unstoppable)


def _line(dsn: str) -> "psycopg.Connection[Any]":
    given = conninfo.conninfo_to_dict(dsn)
    settings = {**_DEFAULTS, **given, "application_name": "mingqing", "client_encoding": "UTF8"}
    try:
        return psycopg.connect(autocommit=True, **settings)  # type: ignore[arg-type]
    except psycopg.Error as error:
        words = str(error)
    where = Address.of(dsn)
    for pattern, sentence in _WORDS.items():
        if re.search(pattern, words, re.IGNORECASE):
            raise (ConnectionLost if pattern in _PASSES else DatabaseUnavailable)(
                sentence.format(where=where)
            )
    raise DatabaseUnavailable(
        tr("县库 {where} 没有让连上：请县库管理员按数据库日志里的原因处理").format(where=where)
    )


_SILENT = (
    r"refused|time(d )?out|no route|unreachable|is the server running|closed the connection|拒绝|超时|reset"
)
_STARTING = r"the database system is (starting up|shutting down|not yet accepting)|in recovery mode"
_PASSES = (_SILENT, _STARTING)  # where a server that was there is being started again
# What servers and libpq say, in English or, from a server set to Chinese, in Chinese.
_WORDS = {
    r"password authentication failed|no password supplied|认证失败|没有提供口令": tr(
        "县库 {where} 不认这个用户名或密码，请核对后再试"
    ),
    r"no pg_hba\.conf entry|pg_hba\.conf": tr(
        "县库 {where} 不允许这个用户从这台电脑登录，请县库管理员在 pg_hba.conf 里放行"
    ),
    r'database ".*" does not exist|数据库 ".*" 不存在': tr(
        "县库服务器上没有这个数据库（{where}），请核对地址最后的库名，或请县库管理员先建库"
    ),
    r'role ".*" does not exist|角色 ".*" 不存在': tr("县库 {where} 不认这个用户名或密码，请核对后再试"),
    r"could not translate host name|failed to resolve host|未知的名称": tr(
        "找不到县库的主机 {where}，请检查地址是否写对、电脑是否连着网"
    ),
    r"too many (clients|connections)|remaining connection slots": tr("县库 {where} 的连接数已满，请稍后再试"),
    _SILENT: tr("连不上县库 {where}：那里没有应答；请检查网络、地址和端口，或问县库管理员数据库是否开着"),
    _STARTING: tr("县库 {where} 正在启动或关闭，请过几分钟再试"),
    r"certificate|SSL|sslmode": tr(
        "与县库 {where} 的加密连接没有建成（证书或 sslmode 不符），请县库管理员核对"
    ),
}


def _require_fit(connection: "psycopg.Connection[Any]") -> None:
    found = connection.execute(
        "SELECT current_setting('server_encoding'), current_setting('server_version_num')::int,"
        " pg_is_in_recovery()"
    ).fetchone()
    encoding, version, standby = found or ("", 0, False)
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            tr("县库的编码是 {encoding}，存不全汉字；请县库管理员用 UTF8 编码另建一个库").format(
                encoding=encoding
            )
        )
    if version < 12_00_00:
        raise DatabaseUnavailable(tr("县库的 PostgreSQL 太旧，请县库管理员升级到 12 或更新的版本"))
    if standby:
        raise DatabaseUnavailable(tr("连到的是只读的备用库，请改用主库的地址"))


@contextmanager
def _stopping(connection: "psycopg.Connection[Any]", watch: Watch) -> Iterator[Event]:
    """Ask from a thread of its own whether to stop: a long statement cannot be asked in between."""
    done = Event()

    def ask() -> None:
        while not done.wait(_ASKED_EVERY_S):
            if watch.cancelled():
                connection.cancel()

    asking = Thread(target=ask, name="publish-stop", daemon=True)
    asking.start()
    try:
        yield done
    finally:
        done.set()
        asking.join()
