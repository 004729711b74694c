"""`audit …`: the log of who did what."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.audit import Act, Entry, title_of
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    as_json_text,
    open_session,
    print_json,
    print_table,
    say,
    split_list,
)
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.files import write_whole
from mingqing.core.text import tr
from mingqing.store.log import TITLES, as_csv, as_row, entries, verify_log

Account = Annotated[str | None, typer.Option("--account", help=tr("只看这个账号做的"))]
Acts = Annotated[
    list[str] | None, typer.Option("--act", help=tr("只看这类操作，如 export 或 导出，可写多次"))
]
Since = Annotated[str | None, typer.Option("--since", help=tr("从这天（时刻）起，如 2026-03-01"))]
Until = Annotated[str | None, typer.Option("--until", help=tr("到这天（时刻）为止，当天算在内"))]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help=tr("操作日志：查看、核对、导出"))
    for name, command in (("list", list_), ("verify", verify), ("export", export)):
        group.command(name)(command)
    app.add_typer(group, name="audit")


def list_(
    project: ProjectPath,
    by: Account = None,
    act: Acts = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=tr("最多列出几条"))] = 100,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """列出操作日志，新的在前；审计员可用，三员分立之前安全管理员也可用。"""
    acts = find_acts(act or [])
    first, last = _moment(since, "--since"), _moment(until, "--until")
    with open_session(project, user) as session:
        found = entries(session, account=by, acts=acts, since=first, until=last, limit=limit + 1)
        shown = found[:limit]
        session.record(Act.READ_LOG, rows=len(shown))
    if as_json:
        print_json({"entries": [_as_json(entry) for entry in shown]})
    else:
        print_table([tr(t) for t in TITLES[:-1]], [as_row(entry)[:-1] for entry in shown])
    if not shown:
        say(tr("没有符合条件的日志"))
    if len(found) > limit:
        say(tr("只列出最近 {n} 条，更早的用 --limit 或 --until 查看").format(n=limit))


def verify(project: ProjectPath, user: User = None, as_json: AsJson = False) -> None:
    """核对操作日志：有没有被删除、调换或改动过的，是哪一条；打得开项目的都可以核对。"""
    with open_session(project, user) as session:
        problems = verify_log(session)
    if as_json:
        print_json({"sound": not problems, "problems": problems})
    else:
        print("\n".join(problems) or tr("日志完好"))
    if problems:
        raise typer.Exit(2)


def export(
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=tr("以 .csv 或 .json 结尾的文件"))],
    by: Account = None,
    act: Acts = None,
    since: Since = None,
    until: Until = None,
    user: User = None,
) -> None:
    """把操作日志存成 CSV 或 JSON，只有本机的当前用户能读。"""
    if out.suffix.lower() not in {".csv", ".json"}:
        raise InputRefused(tr("日志存成 CSV 或 JSON，文件名请以 .csv 或 .json 结尾：{out}").format(out=out))
    acts = find_acts(act or [])
    first, last = _moment(since, "--since"), _moment(until, "--until")
    with open_session(project, user) as session:
        found = entries(session, account=by, acts=acts, since=first, until=last)[::-1]
        content = _file_content(out, found)
        proof = hashlib.sha256(content).hexdigest()
        session.record(Act.READ_LOG, out.name, rows=len(found), detail=tr("导出"), proof=proof)
    try:
        write_whole(out, content, private=True)
    except OSError as error:
        raise ProjectUnavailable(tr("日志存不到 {out}，请检查位置和磁盘空间").format(out=out)) from error
    print(out)


def find_acts(texts: Iterable[str]) -> list[str]:
    """Return the codes of acts given by code or Chinese name.

    Raises
    ------
    InputRefused
        naming those there are.
    """
    codes = {title_of(act): str(act) for act in Act} | {str(act): str(act) for act in Act}
    names = split_list(texts)
    for name in names:
        if name not in codes:
            there = "、".join(f"{act}（{title_of(act)}）" for act in Act)
            raise InputRefused(tr("没有“{name}”这类操作，可选：{there}").format(name=name, there=there))
    return [codes[name] for name in names]


def _moment(text: str | None, option: str) -> str | None:
    """A day, or a local time, as the log writes it."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).astimezone().isoformat(timespec="seconds")[:19]
    except ValueError as error:
        raise InputRefused(
            tr("{option} 请写成 2026-03-01 或 2026-03-01T08:30 这样：{text}").format(option=option, text=text)
        ) from error


def _as_json(entry: Entry) -> dict[str, object]:
    return asdict(entry) | {"title": title_of(entry.act)}


def _file_content(out: Path, found: Sequence[Entry]) -> bytes:
    if out.suffix.lower() == ".csv":
        return as_csv(found)
    return as_json_text({"entries": [_as_json(entry) for entry in found]}).encode()
