"""`new`, `open`, `info`, `check`."""

import re
from pathlib import Path
from typing import Annotated

import typer

from mingqing.access.roles import Action
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
from mingqing.core.errors import InputRefused, ProjectDamaged, ProjectUnavailable
from mingqing.core.text import tr
from mingqing.store.check import check_project
from mingqing.store.project import create_project


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("new")(new)
    app.command("open")(open_)
    app.command("info")(info)
    app.command("check")(check)


def parse_epsg(text: str) -> int:
    """Return the code of `EPSG:4549` or `4549`, of a projected CRS in metres.

    Raises
    ------
    InputRefused
        if it is none.
    """
    import pyproj
    from pyproj.exceptions import CRSError

    found = re.fullmatch(r"(?:EPSG:)?(\d{4,6})", text.strip(), re.IGNORECASE)
    refused = InputRefused(tr("不认识坐标系 {crs}，请写成 EPSG:4549 这样的投影坐标系代码").format(crs=text))
    if not found:
        raise refused
    try:
        crs = pyproj.CRS.from_epsg(int(found[1]))
    except CRSError as error:
        raise refused from error
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise InputRefused(
            tr("{crs} 不是以米为单位的投影坐标系，项目请用 EPSG:4549 这样的坐标系").format(crs=text)
        )
    return int(found[1])


def new(
    project: ProjectPath,
    name: Annotated[str, typer.Option("--name", help=tr("项目名称，如 松阳县"))],
    crs: Annotated[str | None, typer.Option("--crs", help=tr("坐标系，如 EPSG:4549"))] = None,
    user: User = None,
) -> None:
    """新建一个空项目。"""
    epsg = parse_epsg(crs) if crs is not None else None
    with create_project(project, name, user=account(user), password=password(), epsg=epsg) as session:
        print(session.info.path)


def open_(project: Annotated[Path | None, typer.Argument(metavar="[PROJECT]")] = None) -> None:
    """打开窗口。"""
    open_window(project)


def open_window(project: Path | None) -> None:
    """Open the window, on a project where one is given, and end with its exit code."""
    import os

    if not has_screen():
        raise ProjectUnavailable(tr("这台机器没有显示器，打不开窗口；可以用 mingqing render 出图"))
    from mingqing.desktop import run

    raise typer.Exit(
        run(project, user=os.environ.get("MINGQING_USER"), password=os.environ.get("MINGQING_PASSWORD"))
    )


def has_screen() -> bool:
    """Whether Qt has somewhere to put a window: a screen, or a platform that was asked for by name."""
    import os
    import sys

    named = any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"))
    return named or sys.platform in {"win32", "darwin"}


def info(project: ProjectPath, user: User = None, as_json: AsJson = False) -> None:
    """项目里有什么：坐标系、村数、各表条数，只算这个账号看得到的。"""
    with open_session(project, user) as session:
        counts = session.counts()
        tables = session.catalog.tables
        seen = {n: c for n, c in counts.items() if session.policy.allowed(n, Action.SEE)}
        result = {
            "name": session.info.name,
            "crs": f"EPSG:{session.info.epsg}",
            "villages": len(session.villages()),
            "tables": {n: {"rows": c, "layer": tables[n].layer} for n, c in counts.items()},
            "size_bytes": sum(f.stat().st_size for f in session.info.path.rglob("*") if f.is_file()),
            "read_only": session.info.read_only,
        }
    if as_json:
        print_json(result)
        return
    say(f"{result['name']}  {result['crs']}  " + tr("{n} 个村").format(n=result["villages"]))
    layers = session.catalog.layers
    print_table(
        (tr("专题图"), tr("表"), tr("条数")),
        [(layers[tables[n].layer].title, tables[n].title, c) for n, c in seen.items()],
    )


def check(project: ProjectPath, user: User = None, as_json: AsJson = False) -> None:
    """检查项目是否完好：数据页、引用关系、空间索引、修改记录。"""
    try:
        with open_session(project, user) as session:
            problems = check_project(session)
    except ProjectDamaged as error:
        if not as_json:
            raise
        problems = [str(error)]
    if as_json:
        print_json({"sound": not problems, "problems": problems})
    elif problems:
        print("\n".join(problems))
    else:
        print(tr("项目完好"))
    if problems:
        raise typer.Exit(2)
