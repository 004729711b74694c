"""`template`: what printed pages look like, and a township's own way of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mingqing.cli.common import AsJson, ProjectPath, User, open_session, print_json, print_table
from mingqing.core.text import tr

_group = typer.Typer(no_args_is_help=True, help=tr("打印模板：有哪些、检查、复制到项目里来改"))


def register(app: typer.Typer) -> None:
    """Add this module's group."""
    app.add_typer(_group, name="template")


@_group.command("list")
def listing(project: ProjectPath, as_json: AsJson = False) -> None:
    """列出打印模板：哪些是软件自带的，哪些是项目自己的，有没有写错。"""
    from mingqing.printing.template.own import listed
    from mingqing.store.project import project_folder

    found = listed(project_folder(project))
    if as_json:
        print_json({"templates": [asdict(each) for each in found]})
    else:
        whose = {
            (True, True): tr("项目的，盖过自带的"),
            (True, False): tr("项目的"),
            (False, False): tr("自带"),
        }
        print_table(
            [tr("名称"), tr("用于"), tr("来自"), tr("问题")],
            [(each.name, each.prints, whose[each.own, each.covers], each.mistake) for each in found],
        )
    if any(each.mistake for each in found):
        raise typer.Exit(1)


@_group.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr("模板文件，以 .toml 结尾"))],
) -> None:
    """检查一个模板文件；写错了说出第几行、哪一项、为什么。"""
    from mingqing.printing.template.find import checked

    print(tr("{file} 没有错，图名是“{title}”").format(file=file.name, title=checked(file).title))


@_group.command("copy")
def copy(
    project: ProjectPath,
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr("模板的名称，如 household、card、common"))],
    user: User = None,
) -> None:
    """把软件自带的模板复制到项目的 print 文件夹里来改；只留改过的几行也行。"""
    from mingqing.printing.template.own import copied

    with open_session(project, user) as session:
        print(copied(session, name))
