"""`publish`: the county's PostGIS brought up to date."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    ended_in_order,
    open_session,
    print_json,
    print_table,
    say,
    watching,
)
from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.export.postgis.published import Published


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("publish")(publish)


def publish(
    project: ProjectPath,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help=tr("县库地址，如 postgresql://用户名@主机:5432/库名"))
    ],
    schema: Annotated[str, typer.Option("--schema", help=tr("放在哪个模式里"))] = "mingqing",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("只说会传什么，什么都不写"))] = False,
    verify: Annotated[bool, typer.Option("--verify", help=tr("发布后整个读回来，与项目逐字节比对"))] = False,
    older: Annotated[
        bool, typer.Option("--older", help=tr("项目比县库里的内容旧（从备份恢复的）也发布，退回较早的内容"))
    ] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """发布到县里的 PostGIS：第一次全部，以后只传改过的；密码用环境变量 PGPASSWORD 或 .pgpass 给出。"""
    from mingqing.export.postgis.publish import publish as run

    with open_session(project, user) as session, ended_in_order(), watching(tr("发布")) as watch:
        done = run(session, address, schema=schema, trial=dry_run, verify=verify, older=older, watch=watch)
    _tell(done, as_json=as_json)
    if not done.whole:
        raise typer.Exit(1)


def _tell(done: "Published", *, as_json: bool) -> None:
    for sentence in (*done.left_out, *done.notes):
        say(sentence)
    if done.differing:
        say(
            tr("“{tables}”读回来与项目不一致，可能有人直接改过县库；再运行一次会整表比对改回来").format(
                tables="”“".join(done.differing)
            )
        )
    if as_json:
        print_json(asdict(done) | {"summary": done.summary})
        return
    if done.touched:
        print_table(
            (tr("表"), tr("行数"), tr("新增"), tr("更新"), tr("删除"), tr("方式")),
            [(t.title, t.rows, t.added, t.changed, t.deleted, t.how.caption) for t in done.touched],
        )
    print(done.summary)
    if done.verified and not done.differing:
        print(tr("已整个读回比对，与项目一致"))
