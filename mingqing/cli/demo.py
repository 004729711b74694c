"""`demo`: the samples become a project, six maps, and a window where there is a display."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from mingqing.cli.common import say
from mingqing.cli.drawing import draw, save, view_of
from mingqing.cli.project import has_screen
from mingqing.core.files import data_dir
from mingqing.core.sample import PASSWORD, USER
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.ingest.run import import_paths
from mingqing.store.project import SUFFIX, create_project, open_project
from mingqing.store.session import Session

_SIZE_PX = (1600, 1000)


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("demo")(demo)


def demo(
    out: Annotated[Path, typer.Option("--out", help=tr("放在哪个文件夹"))] = Path("demo-output"),
    no_window: Annotated[bool, typer.Option("--no-window", help=tr("不打开窗口，只画图"))] = False,
) -> None:
    """用示例数据建一个项目，画出六张图；有显示器时打开窗口。"""
    path = out / f"三村{SUFFIX}"
    with _session(path) as session:
        sources = data_dir("data_samples") / "三村"
        report = import_paths(
            session, [sources], watch=Watch(lambda name, n, total: say(f"  [{n}/{total}] {name}"))
        )
        say(report.summary())
        pictures = _six_maps(session, out)
    print(tr("项目：{path}（账号 {user}，密码 {password}）").format(path=path, user=USER, password=PASSWORD))
    print(tr("六张专题图："))
    for picture in pictures:
        print(f"  {picture}")
    if no_window:
        return
    if not has_display():
        print(tr("这台机器没有显示器，没有打开窗口；有显示器时再运行一次，或打开上面的图片。"))
        return
    print(tr("正在打开窗口：按 1–6 换专题图，点一座房子看住户。"), flush=True)
    raise typer.Exit(_open_in_own_process(path))


def _open_in_own_process(path: Path) -> int:
    """Open the window and wait for its end. This process has drawn without a display, which Qt cannot go back on."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "mingqing"]
    account = {"MINGQING_USER": USER, "MINGQING_PASSWORD": PASSWORD}
    command = [*program, "open", str(path)]
    return subprocess.run(command, env=os.environ | account, check=False).returncode  # noqa: S603 - ourselves


def has_display() -> bool:
    """Whether a person can see a window here."""
    return has_screen() and os.environ.get("QT_QPA_PLATFORM") not in {"offscreen", "minimal"}


def _session(path: Path) -> Session:
    """The demo's project, made where it is not there yet."""
    if path.exists():
        return open_project(path, user=USER, password=PASSWORD)
    return create_project(path, tr("竹源乡三村（示例）"), user=USER, password=PASSWORD)


def _six_maps(session: Session, out: Path) -> list[Path]:
    village = session.villages()[0]
    view = view_of(village.bounds or session.extent() or (0, 0, 1, 1), _SIZE_PX)
    pictures = []
    for theme in session.catalog.themes:
        _, image = draw(session, theme.code, view)
        pictures.append(out / f"{theme.order}-{theme.title}-{village.name}.png")
        save(image, pictures[-1])
    return pictures
