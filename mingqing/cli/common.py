"""What the commands share: the account, the session, and how results are printed."""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.project import open_project
from mingqing.store.session import Session, Village

_PIPED_COLUMNS = 240  # of a table that goes to a file or another program, which has no width of its own

ProjectPath = Annotated[Path, typer.Argument(metavar="PROJECT", help=tr("以 .mingqing 结尾的项目文件夹"))]
User = Annotated[str | None, typer.Option("--user", envvar="MINGQING_USER", help=tr("账号"))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("输出一个 JSON 对象"))]


def password() -> str:
    """Return the account's password: from `MINGQING_PASSWORD`, else asked for on the terminal.

    Raises
    ------
    InputRefused
        if neither is there.
    """
    given = os.environ.get("MINGQING_PASSWORD")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise InputRefused(tr("请用环境变量 MINGQING_PASSWORD 给出密码"))
    return getpass.getpass(tr("密码："))


def account(user: str | None) -> str:
    """Return the account's name.

    Raises
    ------
    InputRefused
        if none was given.
    """
    if not user:
        raise InputRefused(tr("请用 --user 或环境变量 MINGQING_USER 给出账号"))
    return user


def open_session(project: Path, user: str | None) -> Session:
    """Return a session of the account that the options and the environment name."""
    return open_project(project, user=account(user), password=password())


def find_village(session: Session, name: str) -> Village:
    """Return a village by its code or its name.

    Raises
    ------
    InputRefused
        if there is none.
    """
    found = next((v for v in session.villages() if name in (v.code, v.name)), None)
    if found is None:
        raise InputRefused(tr("项目里没有代码或名称为 {name} 的村").format(name=name))
    return found


def print_json(value: object) -> None:
    """Print one JSON object on standard output."""
    print(json.dumps(value, ensure_ascii=False, default=str))


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on standard output."""
    table = Table(*titles)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPED_COLUMNS).print(table)


def say(text: str) -> None:
    """Print progress or a remark on standard error."""
    print(text, file=sys.stderr)
