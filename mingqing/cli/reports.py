"""`report`, `sheets`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

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
from mingqing.core.errors import InputRefused, ProjectUnavailable
from mingqing.core.files import in_name
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.store.session import Session, Village

_TITLE, _SHEETS = tr("村情统计报表"), tr("住户信息表")
_FORMATS = ("pdf", "xlsx")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("report")(report)
    app.command("sheets")(sheets)


def report(
    project: ProjectPath,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=tr("一个村存成这个文件，几个村存到这个文件夹，每村一个文件"))
    ],
    village: Annotated[
        list[str] | None,
        typer.Option("--village", help=tr("村代码或村名，可重复或用逗号分开；不写就是所有村")),
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help=tr("pdf 或 xlsx，不写就看文件名，都没有就是 pdf"))
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """村情统计报表：人口、农房、土地产业、组织、帮扶、防灾的数字和图表。"""
    form = _format(format_, out)
    from mingqing.printing.report.village import Form, make, neighbours_for
    from mingqing.render.fonts import ensure_application

    ensure_application()
    with open_session(project, user) as session, watching(_TITLE) as watch:
        wanted = _villages(session, village)
        near = neighbours_for(session, Form(form)) if len(wanted) > 1 else None
        alone = len(wanted) == 1 and not out.is_dir() and out.suffix.lower() == f".{form}"

        def one(each: Village) -> bytes:
            return make(
                session, each.code, Form(form), neighbours=near, watch=Watch(cancelled=watch.cancelled)
            )

        done = _write(wanted, out if alone else None, out, f"{_TITLE}.{form}", one, watch)
    _tell(done, as_json=as_json)


def sheets(
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="DIR", help=tr("每村一个 PDF，存到这个文件夹"))],
    village: Annotated[
        list[str] | None,
        typer.Option("--village", help=tr("村代码或村名，可重复或用逗号分开；不写就是所有村")),
    ] = None,
    household: Annotated[
        list[int] | None, typer.Option("--household", metavar="ID", help=tr("只要这些住户，按编号，可重复"))
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help=tr("要印出须申请查看的内容时，写明理由，记入日志"))
    ] = "",
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """住户信息表：一户一页，上门核对用。"""
    if out.is_file():
        raise InputRefused(tr("{out} 是文件，请给出文件夹").format(out=out))
    from mingqing.printing.report.sheets import NEEDS, households_of, make
    from mingqing.render.fonts import ensure_application
    from mingqing.store.permitted import Permitted

    ensure_application()
    with open_session(project, user) as session, watching(_SHEETS) as watch:
        Permitted(session).require(_SHEETS, NEEDS)  # who may not is told so, not that nobody lives there
        only = set(household or ())

        def chosen(each: Village) -> tuple[int, ...]:
            return tuple(i for i in households_of(session, each.code) if not only or i in only)

        wanted = [each for each in _villages(session, village) if chosen(each)]
        if not wanted:
            raise InputRefused(tr("没有住户可打印：村里没有住户，或没有这个编号的住户"))

        def one(each: Village) -> bytes:
            return make(session, chosen(each), reason=reason, watch=watch)

        done = _write(wanted, None, out, f"{_SHEETS}.pdf", one, watch)
    _tell(done, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Done:
    """What was written, by village, and why the others were not."""

    written: list[tuple[Village, Path]]
    failed: list[tuple[Village, str]]


def _write(
    wanted: Sequence[Village],
    alone: Path | None,
    folder: Path,
    suffix: str,
    make: Callable[[Village], bytes],
    watch: Watch,
) -> _Done:
    """Make and write one village after another until a file cannot be written; what is done is kept.

    Raises
    ------
    MingqingError
        if none could be made, or written.
    """
    done = _Done([], [])
    for number, each in enumerate(wanted):
        watch.step(each.name, number, len(wanted))
        content = make(each)
        path = alone or folder / f"{each.code}{in_name(each.name)}{suffix}"
        try:
            write_file(path, content, path.name)
        except ProjectUnavailable as error:
            if not done.written:
                raise
            done.failed.extend((other, str(error)) for other in wanted[number:])
            break
        done.written.append((each, path))
    return done


def _tell(done: _Done, *, as_json: bool) -> None:
    """Say what was written; exit 1 where something was not."""
    if as_json:
        print_json(
            {
                "files": [{"village": each.code, "file": path} for each, path in done.written],
                "failed": [{"village": each.code, "reason": reason} for each, reason in done.failed],
            }
        )
    else:
        print("\n".join(str(path) for _, path in done.written))
    for each, reason in done.failed:
        say(f"{each.name}：{reason}")
    if done.failed:
        raise typer.Exit(1)


def _format(named: str | None, out: Path) -> str:
    """Return what kind of file is wanted: what was named, else what the file's name says, else PDF."""
    suffix = out.suffix.lower().removeprefix(".")
    found = (named or (suffix if suffix in _FORMATS else "pdf")).lower()
    if found not in _FORMATS:
        raise InputRefused(tr("不能存成 {format}，可选：{all}").format(format=named, all="、".join(_FORMATS)))
    return found


def _villages(session: Session, named: Sequence[str] | None) -> list[Village]:
    """Return the villages that are named by code or name; all where none is."""
    names = split_list(named or ())
    found = [find_village(session, name) for name in names] if names else session.villages()
    if not found:
        raise InputRefused(tr("项目里还没有村，请先导入数据"))
    return list({village.code: village for village in found}.values())
