"""`package`: a project for somebody who must not hold the whole one."""

from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.passwords import new_password as made_password
from mingqing.cli.accounts import find_roles, find_villages
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    can_give_secret,
    new_password,
    open_session,
    print_json,
)
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("package")(package)


def package(
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=tr("工作包的位置，不能已有东西"))],
    role: Annotated[str, typer.Option("--role", help=tr("角色代码或名称，如 village_editor"))],
    villages: Annotated[
        list[str], typer.Option("--villages", help=tr("村代码、村名或 9 位乡镇代码，用逗号隔开"))
    ],
    name: Annotated[
        str | None, typer.Option("--account", help=tr("工作包里的账号名，不写就用角色的名称"))
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """生成工作包：一个新项目，只含这个角色在这些村可以看的内容，用单独的密码打开。"""
    from mingqing.store.package import make_package

    with open_session(project, user) as session:
        codes = find_villages(session, villages) or ()
        held = find_roles(session, [role])
        if len(held) != 1:
            raise InputRefused(tr("一个工作包只给一个角色，请只写一个"))
        code = held[0]
        account = name or session.login.known[code].title
        made = None if can_give_secret("MINGQING_NEW_PASSWORD") else made_password(account)
        path = make_package(session, out, code, codes, user=account, password=made or new_password())
    if as_json:
        result = {"project": path, "account": account, "role": code, "villages": sorted(codes)}
        print_json(result if made is None else result | {"password": made})
        return
    print(path)
    print(tr("账号：{account}；首次登录要改密码").format(account=account))
    if made is not None:
        print(tr("密码：{password}（只显示这一次，请另行转告）").format(password=made))
