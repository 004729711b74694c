"""`print`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingqing.access.audit import Act
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    find_village,
    open_session,
    print_json,
    say,
    split_list,
    watching,
    write_file,
)
from mingqing.cli.drawing import find_theme
from mingqing.core.errors import InputRefused
from mingqing.core.files import require_outside_projects
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.store.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mingqing.printing.wall.model import WallMap
    from mingqing.printing.wall.preflight import Trouble

_TITLE = tr("挂图")

_OTHER = {"jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "docx", "xlsx"}


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("print")(print_)


def print_(  # noqa: PLR0913 - one option of CLI.md each
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=tr("存到这个文件：.pdf、.png 或 .svg"))],
    theme: Annotated[str, typer.Option("--theme", help=tr("专题图代码或名称"))],
    village: Annotated[str, typer.Option("--village", help=tr("村代码或村名"))],
    paper: Annotated[str, typer.Option("--paper", help=tr("A4、A3、A2、A1、A0"))] = "A3",
    portrait: Annotated[
        bool | None, typer.Option("--portrait/--landscape", help=tr("竖放或横放，不写就选图大的"))
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help=tr("pdf、png 或 svg，不写就看文件名"))
    ] = None,
    dpi: Annotated[int, typer.Option("--dpi", help=tr("PNG 每英寸多少点"))] = 300,
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help=tr("模板，不写就用专题自己的"))
    ] = "",
    scale: Annotated[
        int | None, typer.Option("--scale", metavar="N", help=tr("比例尺分母，不写就取全村放得下的整数"))
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help=tr("图名"))] = None,
    mono: Annotated[bool, typer.Option("--mono", help=tr("黑白"))] = False,
    secrecy: Annotated[str | None, typer.Option("--secrecy", help=tr("密级：公开、内部使用等"))] = None,
    approval: Annotated[str | None, typer.Option("--approval", help=tr("审图号，公开的图必填"))] = None,
    tables: Annotated[
        list[str] | None, typer.Option("--tables", help=tr("只画这些表，代码或名称，逗号隔开"))
    ] = None,
    footer: Annotated[
        bool, typer.Option("--footer/--no-footer", help=tr("页脚注明打印人和时间，有的角色不能去掉"))
    ] = True,
    sections: Annotated[
        bool | None, typer.Option("--sections/--one-sheet", help=tr("分幅或只要一幅，不写就看村的大小"))
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """打印一个村的一张专题图，存成 PDF、PNG 或 SVG。"""
    kind = _format(out, format_)
    _require_file(out)
    from mingqing.printing.wall.asked import Asked
    from mingqing.printing.wall.compose import sheets
    from mingqing.printing.wall.handing import hand_out

    with open_session(project, user) as session, watching(_TITLE) as watch:
        code = find_theme(session, theme, Act.PRINT)
        asked = Asked(
            code,
            find_village(session, village).code,
            paper=paper,
            portrait=portrait,
            template=template,
            scale=scale,
            title=title,
            secrecy=secrecy,
            approval=approval,
            only=None if tables is None else _tables(session, code, tables),
            mono=mono,
            sections=sections,
            footer=footer,
        )
        pages = sheets(session, asked, cancelled=watch.cancelled)
        files = _files(pages, out, kind, dpi, watch)
        troubles = hand_out(session, pages, tr("存为 {name}").format(name=out.name))
    for path, content in files.items():
        write_file(path, content, _TITLE)
    for trouble in troubles:
        say(trouble.sentence)
    if as_json:
        print_json(_as_json(pages, [*files], troubles))
    else:
        print("\n".join(map(str, files)))


def _format(out: Path, named: str | None) -> str:
    """Return what kind of file is wanted: what was named, else what the file's name says, else PDF."""
    from mingqing.printing.wall.output import FORMATS

    suffix = out.suffix.lower().removeprefix(".")
    found = (named or (suffix if suffix in FORMATS else "pdf")).lower()
    if found not in FORMATS or (named is None and suffix in _OTHER):
        what = named or suffix
        raise InputRefused(tr("不能存成 {format}，可选：{all}").format(format=what, all="、".join(FORMATS)))
    return found


def _require_file(out: Path) -> None:
    """Refuse, before anything is read, a place where no file can be.

    Raises
    ------
    InputRefused
        if it is a folder, or in a project.
    """
    require_outside_projects(out)
    if out.is_dir():
        raise InputRefused(tr("{out} 是文件夹，请写上文件名，如 {out}/挂图.pdf").format(out=out))


def _tables(session: Session, theme: str, wanted: "Sequence[str]") -> frozenset[str]:
    """Return the tables of a thematic map that are named, by name or title.

    Raises
    ------
    InputRefused
        if one is not drawn on it, or none is named.
    """
    drawn = [session.catalog.tables[draw.table] for draw in session.catalog.layers[theme].draws]
    known = {name: table.name for table in drawn for name in (table.name, table.title)}
    named = split_list(wanted)
    unknown = next((name for name in named if name not in known), None)
    if unknown is not None or not named:
        every = "、".join(f"{table.name}（{table.title}）" for table in drawn)
        raise InputRefused(tr("这张图上没有“{table}”，可选：{all}").format(table=unknown or "", all=every))
    return frozenset(known[name] for name in named)


def _files(
    pages: "Sequence[WallMap]", out: Path, kind: str, dpi: int, watch: Watch
) -> "Mapping[Path, bytes]":
    """Return what is to be written, by file: pictures of several pages are numbered, the index sheet 0."""
    from mingqing.printing.wall.output import as_pdf, as_png, as_svg

    if kind == "pdf":
        return {out: as_pdf(pages, watch=watch)}
    made = {}
    for number, page in enumerate(pages):
        path = out if len(pages) == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
        made[path] = as_png(page, dpi, watch=watch) if kind == "png" else as_svg(page, watch=watch)
    return made


def _as_json(
    pages: "Sequence[WallMap]", files: "Sequence[Path]", troubles: "Sequence[Trouble]"
) -> dict[str, object]:
    first = pages[0]
    return {
        "files": files,
        "pages": len(pages),
        "paper": first.asked.paper,
        "portrait": not first.paper.landscape,
        "scale": pages[-1].scale,
        "features": max(page.rows for page in pages),
        "labels": sum(len(page.scene.labels) for page in pages),
        "warnings": [
            {"code": t.code, "sentence": t.sentence, "table": t.table, "id": t.id} for t in troubles
        ],
    }
