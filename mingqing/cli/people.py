"""`person`: what is held on somebody, correcting it, erasing it, and rows past their term."""

import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from mingqing.catalog.model import Table
from mingqing.cli.common import AsJson, ProjectPath, User, confirm, open_session, print_json, print_table, say
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.files import write_whole
from mingqing.core.text import tr
from mingqing.store.session import Session

person = typer.Typer(help=tr("个人的权利：查阅、更正、删除，到期复核。"))

PersonId = Annotated[int, typer.Argument(metavar="ID", help=tr("person find 给出的编号"))]
RowIds = Annotated[list[int], typer.Argument(metavar="ID...", help=tr("记录的编号"))]
Why = Annotated[str, typer.Option("--why", help=tr("理由，记入日志；不要写本人的姓名和号码"))]
TableName = Annotated[str, typer.Option("--table", help=tr("哪张表，英文名或中文名；默认是人口"))]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(person, name="person")


@person.command("find")
def find(
    project: ProjectPath,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=tr("姓名、身份证号或电话，要完全一致"))],
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """按姓名、身份证号或电话找人。"""
    from mingqing.store.people import find_people

    with open_session(project, user) as session:
        found = find_people(session, text)
    if as_json:
        print_json({"people": [asdict(one) for one in found]})
        return
    if not found:
        say(tr("没有找到。姓名要一字不差；只在您管辖的村里找"))
        return
    titles = (
        tr("编号"),
        tr("姓名"),
        tr("性别"),
        tr("出生日期"),
        tr("身份证号"),
        tr("村"),
        tr("户号"),
        tr("地址"),
    )
    print_table(titles, [tuple(asdict(one).values()) for one in found])


@person.command("show")
def show(
    project: ProjectPath,
    resident: PersonId,
    out: Annotated[Path | None, typer.Option("--out", help=tr("写成可打印的网页文件，如 查阅.html"))] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """项目里与一个人有关的全部记录，可写成文件交给本人。"""
    from mingqing.store.people import as_document, everything_on
    from mingqing.store.people import as_json as plain

    with open_session(project, user) as session:
        record = everything_on(session, resident)
    if out is not None:
        _write(out, as_document(record))
    if as_json:
        print_json(plain(record))
    elif out is not None:
        print(out)
    else:
        titles = (tr("表"), tr("编号"), tr("关系"), tr("内容"))
        rows = [(r.title, r.id, r.how.caption, "；".join(map("：".join, r.cells))) for r in record.rows]
        print_table(titles, rows)


def _write(out: Path, page: str) -> None:
    try:
        write_whole(out, page.encode(), private=True)
    except OSError as error:
        raise ProjectUnavailable(
            tr("{path} 写不进去，请检查文件夹、磁盘空间和权限").format(path=out)
        ) from error


@person.command("correct")
def correct(
    project: ProjectPath,
    row: PersonId,
    values: Annotated[list[str], typer.Option("--set", metavar="FIELD=VALUE", help=tr("改哪一项，可多次"))],
    why: Why,
    table: TableName = "resident",
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """更正一条记录，理由留在历史和日志里。"""
    from mingqing.store.people import correct as correct_row

    with open_session(project, user) as session:
        definition = _table(session, table)
        done = correct_row(session, definition.name, row, dict(_pair(definition, v) for v in values), why)
    if as_json:
        print_json({"changed": done.fields, "remarks": done.remarks})
        return
    if not done.fields:
        print(tr("内容相同，没有改动"))
        return
    print(tr("已更正：{fields}").format(fields="、".join(done.fields)))
    for remark in done.remarks:
        print(remark)


@person.command("erase")
def erase(
    project: ProjectPath,
    ids: RowIds,
    why: Why,
    table: TableName = "resident",
    yes: Annotated[bool, typer.Option("--yes", help=tr("不再询问"))] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """删除一个人（或到期的记录），连同修改历史；不能撤销。"""
    from mingqing.store.people import erase as erase_person
    from mingqing.store.people import erase_rows

    _confirm(yes=yes)
    with open_session(project, user) as session:
        definition = _table(session, table)
        if definition.name == "resident":
            done = [erase_person(session, one, why) for one in dict.fromkeys(ids)]
        else:
            done = [erase_rows(session, definition.name, ids, why)]
    if as_json:
        print_json({"erased": [asdict(one) for one in done]})
    else:
        print("\n\n".join(one.as_text() for one in done))


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputRefused(tr("删除不能撤销，确定要删请加 --yes"))
    confirm(tr("删除不能撤销，也不能从历史里找回。确定吗？"))


@person.command("due")
def due(
    project: ProjectPath,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help=tr("到这一天为止，默认今天"))] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """过了保存期限、等待复核的记录：延长（keep）或删除（erase）。"""
    from mingqing.store.people import due as rows_due

    with open_session(project, user) as session:
        found = rows_due(session, _day(on))
        titles = {name: table.title for name, table in session.catalog.tables.items()}
        villages = {village.code: village.name for village in session.villages()}
    if as_json:
        print_json({"due": [asdict(one) for one in found]})
        return
    say(tr("{n} 条记录过了保存期限").format(n=len(found)))
    rows = [
        (titles[d.table], d.id, d.name, villages.get(d.village or "", d.village), d.keep_until) for d in found
    ]
    print_table((tr("表"), tr("编号"), tr("名称"), tr("村"), tr("保存期限")), rows)


@person.command("keep")
def keep(
    project: ProjectPath,
    ids: RowIds,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help=tr("新的保存期限，如 2030-12-31"))],
    why: Why,
    table: TableName = "resident",
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """复核后延长保存期限。"""
    from mingqing.store.people import keep_longer

    with open_session(project, user) as session:
        count = keep_longer(session, _table(session, table).name, ids, _day(until), why)
    if as_json:
        print_json({"kept": count})
    else:
        print(tr("{n} 条记录的保存期限改到 {until}；请同时改好原来的表").format(n=count, until=until))


def _table(session: Session, name: str) -> Table:
    tables = session.catalog.tables
    found = tables.get(name) or next((t for t in tables.values() if t.title == name), None)
    if found is None:
        raise InputRefused(
            tr("没有名为 {name} 的表，可用的有：{known}").format(name=name, known="、".join(tables))
        )
    return found


def _pair(table: Table, text: str) -> tuple[str, str]:
    """A field's name, from its name or its title, and the value."""
    name, equals, value = text.partition("=")
    found = next((f.name for f in table.field_by_name.values() if name.strip() in (f.name, f.title)), None)
    if not equals or found is None:
        known = "、".join(f.title for f in table.fields)
        raise InputRefused(tr("--set 要写成 项目=内容，项目可以是：{known}").format(known=known))
    return found, value


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()  # noqa: DTZ011 - a day of the office's calendar
    except ValueError as error:
        raise InputRefused(tr("{text} 不是日期，请写成 2030-12-31 这样").format(text=text)) from error
