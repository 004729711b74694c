"""What the commands share: the account, the session, and how results are printed."""

import errno
import getpass
import json
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from mingqing.access.audit import REFUSED, Act
from mingqing.access.roles import Action
from mingqing.core.errors import Cancelled, InputRefused, NotAllowed, ProjectUnavailable
from mingqing.core.files import write_for_user
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.store.accounts import set_password
from mingqing.store.login import OTHER_DEFINITIONS
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
    return secret("MINGQING_PASSWORD", tr("密码"))


def new_password() -> str:
    """Return a password to be set: from `MINGQING_NEW_PASSWORD`, else asked for twice on the terminal.

    Raises
    ------
    InputRefused
        if neither is there, or the two differ.
    """
    variable = "MINGQING_NEW_PASSWORD"
    first = secret(variable, tr("新密码"))
    if variable not in os.environ and first != getpass.getpass(tr("再输一遍新密码：")):
        raise InputRefused(tr("两次输入的新密码不一样，请重新来"))
    return first


def can_give_secret(variable: str) -> bool:
    """Whether `secret` would get something: from the environment, or from somebody at a terminal."""
    return variable in os.environ or sys.stdin.isatty()


def secret(variable: str, title: str) -> str:
    """Return what must never be an argument: from an environment variable, else asked for on the terminal.

    Raises
    ------
    InputRefused
        if neither is there.
    """
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise InputRefused(tr("请用环境变量 {variable} 给出{title}").format(variable=variable, title=title))
    return getpass.getpass(tr("{title}：").format(title=title))


def confirm(question: str) -> None:
    """Ask on the terminal; whoever does not say yes has changed his mind, and the command ends.

    Raises
    ------
    Cancelled
        at anything but y, yes or 是.
    """
    print(
        tr("{question}输入“是”或 y 继续，直接回车取消：").format(question=question),
        end="",
        file=sys.stderr,
        flush=True,
    )
    if sys.stdin.readline().strip().lower() not in {"y", "yes", "是"}:
        raise Cancelled(tr("已取消，什么都没有改"))


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
    """Return a session of the account that the options and the environment name, after telling it what it must know.

    A password that somebody else set is replaced first where a terminal is there: docs/decisions/0018-first-login.md.
    """
    session = open_project(project, user=account(user), password=password())
    tell_notices(session)
    if session.login.account.must_change and session.info.read_only is None and sys.stdin.isatty():
        try:
            set_password(session, session.user, new_password())
        except BaseException:
            session.close()
            raise
        say(tr("密码已改，以后用新密码登录"))
    return session


def tell_notices(session: Session) -> None:
    """Print on standard error what the account is to be told at login."""
    for notice in session.login.notices:
        say(notice)
        if notice == tr(OTHER_DEFINITIONS):
            say(tr("也可以运行 mingqing role adopt"))


def require_seen(session: Session, act: Act, title: str, tables: Iterable[str]) -> None:
    """Refuse, and put down in the log, what is made of tables of which the account may see none.

    title : of what was asked for, a table or a thematic map.

    Raises
    ------
    NotAllowed
        naming the account's roles.
    """
    if not any(session.policy.allowed(table, Action.SEE) for table in tables):
        session.record(act, title, outcome=REFUSED)
        raise NotAllowed(
            tr("“{title}”不在您的角色（{roles}）可以查看的范围内").format(
                title=title, roles=my_roles(session)
            )
        )


def my_roles(session: Session) -> str:
    """Return the titles of the roles that the account holds."""
    return "、".join(role.title for role in session.policy.roles)


def split_list(texts: Iterable[str]) -> list[str]:
    """Return what a repeatable option was given, where one may also hold several, with commas between."""
    return [part.strip() for text in texts for part in re.split("[,，、]", text) if part.strip()]


@contextmanager
def watching(title: str) -> Iterator[Watch]:
    """Show on a terminal how far a long task is."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def progress(name: str, done: int, total: int) -> None:
            bar.update(task, description=name[:24], completed=done, total=total or None)

        yield Watch(progress)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Have the end of a session or of a job, which sends SIGTERM, tidy up as Ctrl+C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def write_file(path: Path, content: bytes, title: str) -> None:
    """Write what holds people's data, readable by this user of the computer alone; its folder may be a new one.

    Raises
    ------
    ProjectUnavailable
        if the place cannot be written.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        write_for_user(path, content, private=True)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        advice = tr("磁盘满了，请腾出空间再来") if full else tr("请换个能写入的地方")
        raise ProjectUnavailable(
            tr("{title}没有存到 {path}，{advice}").format(title=title, path=path, advice=advice)
        ) from error


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
    print(as_json_text(value))


def as_json_text(value: object) -> str:
    """Return a JSON object as every command writes it."""
    return json.dumps(value, ensure_ascii=False, default=str)


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on standard output."""
    table = Table(*(Column(title, overflow="fold") for title in titles))
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else _PIPED_COLUMNS).print(table)


def _cell(value: object) -> Text:
    """A cell as it is: brackets in it are no style, and nothing in it moves the terminal's cursor."""
    text = "" if value is None else str(value)
    return Text("".join(ch if ch.isprintable() or ch == "\n" else "�" for ch in text))


def say(text: str) -> None:
    """Print progress or a remark on standard error."""
    print(text, file=sys.stderr)
