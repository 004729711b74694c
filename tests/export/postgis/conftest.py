"""A real PostgreSQL with PostGIS, started for these tests in a folder of its own, reached by a socket in it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mingqing.access.policy import Policy
from mingqing.store.session import Session
from tests.cli.conftest import run

__all__ = ["run"]  # of the command line, here too
_STARTS_S = 30.0
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "30",
    "lc_messages": "C",
}
# The superuser comes in without a password, everybody else by his own.
_WHO_COMES_IN = "local all postgres trust\nlocal all all scram-sha-256\n"
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """The server: `folder` holds its socket."""

    folder: Path
    port = 5432

    def address(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def connect(self, database: str, user: str = "postgres", password: str = "") -> "psycopg.Connection[Any]":
        given = {"password": password} if password else {}
        return psycopg.connect(self.address(database, user), autocommit=True, **given)


@dataclass(frozen=True)
class County:
    """A database of the server, with PostGIS in it."""

    server: Server
    name: str

    @property
    def address(self) -> str:
        return self.server.address(self.name)

    def rows(self, sql: str, *values: object, user: str = "postgres", password: str = "") -> list[Any]:
        """What a query says to a user, one cell a row where it asks for one column."""
        with self.server.connect(self.name, user, password) as connection:
            found = connection.execute(sql.encode(), values or None)
            rows = found.fetchall() if found.description else []
        return [r[0] if len(r) == 1 else r for r in rows]

    def run(self, sql: str) -> None:
        self.rows(sql)


def _programs() -> Path:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    if not (homes or on_path):
        pytest.skip("PostgreSQL is not installed (Debian: postgresql-15)")
    home = homes[-1].parent if homes else Path(on_path or "").resolve().parent
    shared = subprocess.run([home / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    places = [Path(shared.stdout.strip()), Path("/usr/share/postgresql") / home.parent.name]
    if not any((p / "extension" / "postgis.control").exists() for p in places):
        pytest.skip("PostGIS is not installed (Debian: postgresql-15-postgis-3)")
    return home


def _as_somebody() -> dict[str, Any]:
    """Whom the server is to run as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    pytest.skip("running as root, and there is no other account to run PostgreSQL as")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    programs, somebody = _programs(), _as_somebody()
    # Not in pytest's own folder, which the other account could not enter; short, for the name of a socket must be.
    folder = Path(tempfile.mkdtemp(prefix="mq-pg-", dir="/tmp" if somebody else None))  # noqa: S108
    if somebody:
        os.chown(folder, somebody["user"], somebody["group"])
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    made = [programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([*made, "-A", "trust"], check=True, **quiet, **somebody)
    (data / "pg_hba.conf").write_text(_WHO_COMES_IN)
    settings = {**_SETTINGS, "unix_socket_directories": str(folder), "port": str(Server.port)}
    process = subprocess.Popen(
        [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
        **quiet,
        **somebody,
    )
    try:
        made_server = Server(folder)
        _wait_for(made_server, process)
        with made_server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE with_postgis")
        with made_server.connect("with_postgis") as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield made_server
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _STARTS_S
    while True:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            assert process.poll() is None, "PostgreSQL ended at once"
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def county(server: Server) -> Iterator[County]:
    """An empty database of a county that has PostGIS."""
    name = f"county_{next(_numbers)}"
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE with_postgis".encode())
    yield County(server, name)
    with server.connect("postgres") as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


As = Callable[..., Session]


@pytest.fixture
def as_role() -> Iterator[As]:
    """A session of the same project as an account of other roles, bound to villages where they are given, has it."""
    with ExitStack() as stack:

        def made(session: Session, role: str, *villages: str) -> Session:
            login = session.login
            policy = Policy.of([role], villages or None, session.catalog, login.known)
            account = replace(login.account, name=role, roles=(role,), villages=policy.villages)
            other = Session(session.info, session.catalog, replace(login, account=account, policy=policy))
            return stack.enter_context(other)

        yield made
