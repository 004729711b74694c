"""`quality`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.audit import Act
from mingqing.access.roles import Action
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    find_village,
    open_session,
    print_json,
    print_table,
    require_seen,
    say,
    split_list,
    watching,
    write_file,
)
from mingqing.cli.data import find_table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.store.permitted import Permitted
from mingqing.store.session import Session

_TITLE = tr("质量检查")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("quality")(quality)


def quality(
    project: ProjectPath,
    tables: Annotated[
        list[str] | None, typer.Option("--tables", help=tr("表名，可重复或用逗号分开；不写就是所有表"))
    ] = None,
    villages: Annotated[
        list[str] | None,
        typer.Option("--villages", help=tr("村代码或村名，可重复或用逗号分开；不写就是所有村")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help=tr("把问题清单存成 .xlsx、.csv 或 .json 文件")),
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """导出之前的质量检查：必填、选项、数值、关联、重复、图形、位置。"""
    from mingqing.quality.check import check
    from mingqing.quality.report import as_object, counted, report

    form = _form(out)
    with open_session(project, user) as session, watching(_TITLE) as watch:
        names = _tables(session, tables)
        codes = [find_village(session, name).code for name in split_list(villages)] if villages else None
        permitted = Permitted(session, Action.EXPORT)
        if out is not None:
            every = list(session.catalog.tables)
            permitted.require(_TITLE, names or [t for t in every if permitted.allows(t)] or every)
        action = Action.SEE if out is None else Action.EXPORT
        found = check(session, names, codes, action=action, watch=watch)
        if out is None:
            session.record(Act.QUERY, _TITLE, rows=len(found.findings))
        else:
            permitted.record(_TITLE, len(found.findings), out.name)
            called = {village.code: village.name for village in session.villages()}
            write_file(out, report(found, session.catalog, called, form), _TITLE)
        if as_json:
            print_json(as_object(found))
        elif found.findings:
            print_table((tr("表"), tr("问题"), tr("级别"), tr("条数")), counted(found, session.catalog))
        else:
            print(tr("没有发现问题"))
    if out is not None:
        say(tr("问题清单存到了 {out}").format(out=out))
    if found.errors:
        raise typer.Exit(1)


def _form(out: Path | None) -> str:
    from mingqing.quality.report import FORMATS

    form = out.suffix.lower().removeprefix(".") if out else FORMATS[0]
    if form not in FORMATS:
        raise InputRefused(tr("问题清单只能存成 {all}").format(all="、".join(f".{f}" for f in FORMATS)))
    return form


def _tables(session: Session, named: Sequence[str] | None) -> list[str] | None:
    """Return the tables that are named; None for all.

    Raises
    ------
    NotAllowed
        if the account may see nothing of one.
    """
    if not named:
        return None
    found = [find_table(session.catalog, name) for name in split_list(named)]
    for table in found:
        require_seen(session, Act.QUERY, table.title, [table.name])
    return [table.name for table in found]
