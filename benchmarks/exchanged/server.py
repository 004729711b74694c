"""A PostgreSQL with PostGIS of the benchmark's own, as Debian sets it up, reached by a socket in its folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

_STARTS_S = 30.0


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine that has PostGIS; None without."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    with_it = [home.parent for home in homes if _control(home).exists()]
    return with_it[-1] if with_it else None


def _control(initdb: Path) -> Path:
    return Path("/usr/share/postgresql") / initdb.parts[-3] / "extension" / "postgis.control"


@contextmanager
def server(home: Path) -> Iterator[Path]:
    """Run a server; yield the folder of its socket."""
    somebody = _somebody()
    folder = Path(tempfile.mkdtemp(prefix="mq-pg-"))  # short: the name of a socket must be
    if somebody:
        os.chown(folder, somebody["user"], somebody["group"])
    data = folder / "data"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    made: list[str | Path] = [
        home / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "trust",
    ]
    subprocess.run(made, check=True, **quiet, **somebody)
    options = ["--listen_addresses=", f"--unix_socket_directories={folder}"]
    process = subprocess.Popen([home / "postgres", "-D", data, *options], **quiet, **somebody)
    try:
        _wait(folder)
        yield folder
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def address(folder: Path, database: str) -> str:
    """Return how both sides reach a database."""
    return f"postgresql://postgres@/{database}?host={folder}&port=5432"


def new_database(folder: Path, name: str) -> str:
    """Make an empty database with PostGIS, in place of what was called so, and return its address."""
    with psycopg.connect(address(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
    with psycopg.connect(address(folder, name), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    return address(folder, name)


def _somebody() -> dict[str, Any]:
    """Whom the server is to run as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("postgres")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _wait(folder: Path) -> None:
    until = time.monotonic() + _STARTS_S
    while True:
        try:
            psycopg.connect(address(folder, "postgres")).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
