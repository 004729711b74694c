"""`backup`, `restore`, `salvage`."""

from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.audit import Act
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    account,
    open_session,
    password,
    print_json,
    print_table,
    say,
)
from mingqing.core.text import tr


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("salvage")(salvage)


def backup(
    project: ProjectPath,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=tr("放备份的文件夹，如 U 盘"))],
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """把项目备份成一个文件，写完读回来核对无误才算数。"""
    from mingqing.store.backup import make_backup, newer_backup

    with open_session(project, user) as session:
        made = make_backup(session, folder)
        newer = newer_backup(session)
        session.record(Act.BACKUP, made.file.name, proof=made.contents.sha256["map.db"])
    if newer is not None:
        say(tr("注意：项目里没有备份 {file} 中已有的改动，项目可能被换回了旧的").format(file=newer.file.name))
    if as_json:
        print_json(
            {
                "file": made.file,
                "size_bytes": made.file.stat().st_size,
                "made_at": made.contents.made_at,
                "verified": True,
                "newer": newer.file if newer else None,
            }
        )
    else:
        print(made.file)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr("备份文件"))],
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help=tr("新项目的位置，不能已有东西"))],
    as_json: AsJson = False,
) -> None:
    """把备份恢复成一个新项目，不覆盖旧的；打开时用当时的账号和密码。"""
    from mingqing.store.archive import read_backup
    from mingqing.store.restore import restore_backup

    path = restore_backup(file, project)
    if as_json:
        print_json({"project": path, "made_at": read_backup(file).contents.made_at})
    else:
        print(path)


def salvage(
    project: ProjectPath,
    new: Annotated[Path, typer.Argument(metavar="NEW", help=tr("新项目的位置，不能已有东西"))],
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """没有备份时，把损坏的项目里还读得出的内容抄到一个新项目。"""
    from mingqing.catalog.load import catalog
    from mingqing.store.salvage import salvage_project

    done = salvage_project(project, new, user=account(user), password=password())
    if as_json:
        print_json(
            {"project": done.path, "rescued": done.rescued, "lost": done.lost, "detached": done.detached}
        )
    else:
        print(done.path)
        titles = {n: t.title for n, t in catalog().tables.items()}
        print_table(
            (tr("表"), tr("救回"), tr("至少丢失"), tr("失去关联")),
            [(titles[n], c, done.lost[n], done.detached[n]) for n, c in done.rescued.items()],
        )
    if any(done.lost.values()) or any(done.detached.values()):
        raise typer.Exit(1)
