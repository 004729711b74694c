"""`atlas`."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    find_village,
    open_session,
    print_json,
    print_table,
    say,
    split_list,
    watching,
)
from mingqing.cli.drawing import find_theme
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.printing.wall.asked import Asked
from mingqing.store.session import Session

if TYPE_CHECKING:
    from mingqing.printing.atlas.order import Format
    from mingqing.printing.atlas.run import Outcome


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("atlas")(atlas)


def atlas(  # noqa: PLR0913 - one option of CLI.md each
    project: ProjectPath,
    out: Annotated[
        Path, typer.Argument(metavar="DIR", help=tr("存到这个文件夹；里面已有且数据没变的图不再画"))
    ],
    themes: Annotated[
        list[str] | None,
        typer.Option("--themes", help=tr("专题图代码或名称，逗号隔开，不写就是全部六张")),
    ] = None,
    villages: Annotated[
        list[str] | None, typer.Option("--villages", help=tr("村代码或村名，逗号隔开，不写就是所有村"))
    ] = None,
    paper: Annotated[str, typer.Option("--paper", help=tr("A4、A3、A2、A1 或 A0"))] = "A3",
    portrait: Annotated[
        bool | None, typer.Option("--portrait/--landscape", help=tr("竖放或横放，不写就看哪样图更大"))
    ] = None,
    template: Annotated[str, typer.Option("--template", metavar="NAME", help=tr("用哪个模板"))] = "",
    mono: Annotated[bool, typer.Option("--mono", help=tr("黑白，给不能打彩色的打印机"))] = False,
    secrecy: Annotated[str | None, typer.Option("--secrecy", help=tr("密级：公开、内部使用等"))] = None,
    approval: Annotated[str | None, typer.Option("--approval", help=tr("审图号，公开的图必填"))] = None,
    footer: Annotated[
        bool, typer.Option("--footer/--no-footer", help=tr("页脚注明打印人和时间，有的角色不能去掉"))
    ] = True,
    file_format: Annotated[str, typer.Option("--format", help=tr("pdf 或 png"))] = "pdf",
    dpi: Annotated[int, typer.Option("--dpi", min=30, max=1200, help=tr("图片每英寸多少点"))] = 300,
    titled: Annotated[bool, typer.Option("--titled", help=tr("文件名里写村名和图名"))] = False,
    combined: Annotated[
        bool, typer.Option("--combined", help=tr("另外每个乡镇装订一本，带目录和书签"))
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help=tr("另外装订成一本，太大时分册，带目录和书签"))
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, max=64, help=tr("同时用几个进程画，不写就看电脑"))
    ] = 0,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """批量出图：每村每个专题一张，中断了再运行一次就接着画。"""
    from mingqing.printing.atlas.order import Binding, Naming, Options, every
    from mingqing.printing.atlas.run import run
    from mingqing.render.fonts import ensure_application

    ensure_application()
    options = Options(
        _format(file_format),
        Naming.TITLES if titled else Naming.CODES,
        Binding.WHOLE if whole else Binding.TOWNSHIPS if combined else Binding.NONE,
        jobs,
        dpi,
    )
    with open_session(project, user) as session:
        like = Asked(
            "",
            "",
            paper=paper.upper(),
            portrait=portrait,
            template=template,
            secrecy=secrecy,
            approval=approval,
            mono=mono,
            footer=footer,
        )
        wanted = every(like, _themes(session, themes), _villages(session, villages))
        with watching(tr("批量出图")) as watch:
            outcome = run(session, wanted, out, options, watch)
    _tell(outcome, as_json=as_json)
    if outcome.failed or outcome.stopped:
        raise typer.Exit(1)


def _format(text: str) -> "Format":
    from mingqing.printing.atlas.order import Format

    if text.lower() not in set(Format):
        raise InputRefused(tr("批量出图只能存成 pdf 或 png，没有 {format}").format(format=text))
    return Format(text.lower())


def _themes(session: Session, named: list[str] | None) -> list[str]:
    """Return the codes of the maps wanted; where none is named all that the account may print."""
    from mingqing.printing.atlas.run import refused_themes

    every = [layer.code for layer in session.catalog.themes]
    if named:
        return list(dict.fromkeys(find_theme(session, name) for name in split_list(named)))
    refused = refused_themes(session)
    if len(refused) == len(every):
        return every
    if refused:
        titles = "、".join(session.catalog.layers[code].title for code in refused)
        say(tr("您的角色不能打印{titles}，没有画").format(titles=titles))
    return [code for code in every if code not in refused]


def _villages(session: Session, named: list[str] | None) -> list[str]:
    if named:
        return list(dict.fromkeys(find_village(session, name).code for name in split_list(named)))
    return [village.code for village in session.villages()]


def _tell(outcome: "Outcome", *, as_json: bool) -> None:
    failed = [
        {"village": f.village, "code": f.asked.village, "theme": f.theme, "reason": f.sentence}
        for f in outcome.failed
    ]
    files = defaultdict[str, list[str]](list)
    for file, text in outcome.noticed:
        files[text].append(file)
    remarks = [{"text": text, "maps": len(some), "first": some[0]} for text, some in files.items()]
    if as_json:
        print_json(
            {
                "maps": outcome.maps,
                "redrawn": outcome.redrawn,
                "failed": failed,
                "seconds": outcome.seconds,
                "stopped": outcome.stopped or None,
                "combined": [str(path) for path in outcome.bound],
                "remarks": remarks,
            }
        )
        return
    for path in outcome.bound:
        print(path)
    if failed:
        print_table(
            (tr("村"), tr("专题图"), tr("原因")), ((f["village"], f["theme"], f["reason"]) for f in failed)
        )
    for text, some in files.items():
        say(tr("{file}{more}：{text}").format(file=some[0], more=_more(len(some)), text=text))
    say(
        tr("{folder} 里有 {maps} 张图，这次画了 {n} 张，用时 {seconds:.0f} 秒").format(
            folder=outcome.folder, maps=outcome.maps, n=outcome.redrawn, seconds=outcome.seconds
        )
    )
    if outcome.stopped:
        say(outcome.stopped)


def _more(files: int) -> str:
    return tr(" 等 {n} 张").format(n=files) if files > 1 else ""
