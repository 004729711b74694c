"""`export`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    ended_in_order,
    find_village,
    open_session,
    print_json,
    print_table,
    say,
    split_list,
    watching,
)
from mingqing.cli.data import asked_values, find_table
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.export.asked import Asked, Format, Gate
from mingqing.store.conditions import All, Condition, OneOf
from mingqing.store.conditions.kept import kept
from mingqing.store.session import Session

if TYPE_CHECKING:
    from mingqing.export.run import Outcome

_Choice = TypeVar("_Choice", Format, Gate)


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("export")(export_)


def export_(  # noqa: PLR0913 - one option of CLI.md each
    project: ProjectPath,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=tr("存到这里：shp 是文件夹，其他是文件"))],
    format_: Annotated[str, typer.Option("--format", help=tr("{all} 之一").format(all="、".join(Format)))],
    tables: Annotated[
        list[str] | None,
        typer.Option("--tables", help=tr("表的代码或名称，逗号隔开；不写就是能导出的全部")),
    ] = None,
    villages: Annotated[
        list[str] | None, typer.Option("--villages", help=tr("村代码或村名，逗号隔开，不写就是所有村"))
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", metavar="EPSG:N", help=tr("坐标系，如 EPSG:4490、EPSG:4528"))
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help=tr("shp、csv 的文字编码：UTF-8 或 GBK"))] = "",
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help=tr("字段=值，几张表时写 表.字段=值；可写多次")),
    ] = None,
    saved: Annotated[
        str | None, typer.Option("--saved", metavar="NAME", help=tr("只要符合这个已保存的条件的"))
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help=tr("交换格式：字段叫什么、怎么编码"))
    ] = "plain",
    gate: Annotated[
        str, typer.Option("--check", help=tr("导出前检查数据：tell 只说明，stop 有错误就不导出，skip 不查"))
    ] = "tell",
    share: Annotated[bool, typer.Option("--share", help=tr("公开分享：不含任何个人信息"))] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """导出给县里的 GIS 或别人用：连同数据字典、元数据和校验清单。"""
    from mingqing.export.run import export

    kind, check = _one_of(Format, format_, "--format"), _one_of(Gate, gate, "--check")
    epsg = None if crs is None else _epsg(crs)
    with open_session(project, user) as session:
        named = None if tables is None else tuple(_tables(session, tables))
        asked_where, only = _where(session, where or [], saved, named)
        asked = Asked(
            kind,
            tables=only or named,
            villages=None if villages is None else _villages(session, villages),
            where=asked_where,
            epsg=epsg,
            encoding=_encoding(encoding),
            profile=profile,
            gate=check,
            share=share,
        )
        for note in _narrowed(session, asked):
            say(note)
        with ended_in_order(), watching(tr("导出")) as watch:
            outcome = export(session, asked, out, watch=watch)
    _tell(outcome, as_json=as_json)


def _one_of(kind: type[_Choice], text: str, option: str) -> _Choice:
    try:
        return kind(text.lower())
    except ValueError as error:
        raise InputRefused(
            tr("{option} 没有“{text}”，可选：{all}").format(option=option, text=text, all="、".join(kind))
        ) from error


def _epsg(text: str) -> int:
    code = text.upper().removeprefix("EPSG:").strip()
    if not (code.isascii() and code.isdigit()):
        raise InputRefused(tr("看不懂坐标系“{crs}”，请写 EPSG:4490、EPSG:4549 这样的代码").format(crs=text))
    return int(code)


def _encoding(text: str) -> str:
    known = {"": "", "UTF-8": "UTF-8", "UTF8": "UTF-8", "GBK": "GBK", "GB2312": "GBK", "CP936": "GBK"}
    if text.upper() not in known:
        raise InputRefused(tr("--encoding 只能是 UTF-8 或 GBK，没有“{text}”").format(text=text))
    return known[text.upper()]


def _tables(session: Session, named: list[str]) -> list[str]:
    found = [find_table(session.catalog, name).name for name in split_list(named)]
    if not found:
        raise InputRefused(tr("--tables 后面请写表的代码或名称"))
    return list(dict.fromkeys(found))


def _villages(session: Session, named: list[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(find_village(session, name).code for name in split_list(named)))
    if not found:
        raise InputRefused(tr("--villages 后面请写村代码或村名"))
    return found


def _where(
    session: Session, texts: list[str], saved: str | None, named: tuple[str, ...] | None
) -> tuple[dict[str, Condition], tuple[str, ...] | None]:
    """Return the conditions by table, and the one table that leaves where a saved condition is of one."""
    found: dict[str, list[Condition]] = {}
    only = None
    if saved is not None:
        asked = next((asked for thing, asked in kept(session) if thing.name == saved), None)
        if asked is None:
            names = "、".join(thing.name for thing, _ in kept(session)) or tr("还没有")
            raise InputRefused(
                tr("没有保存过“{name}”这个条件，已保存的：{names}").format(name=saved, names=names)
            )
        found.setdefault(asked.table, []).append(asked.condition)
        only = (asked.table,) if named is None else None
    for text in texts:
        table, pair = _split(text, only or named)
        definition = find_table(session.catalog, table)
        for column, value in asked_values(definition, [pair], session.policy).items():
            found.setdefault(definition.name, []).append(OneOf(column, frozenset({value})))
    return {table: All(tuple(parts)) for table, parts in found.items()}, only


def _narrowed(session: Session, asked: Asked) -> Iterator[str]:
    """What a condition says of some tables does not narrow the others: told, since it is easily overlooked."""
    if asked.where and (asked.tables is None or set(asked.tables) - set(asked.where)):
        titles = "、".join(session.catalog.tables[name].title for name in asked.where)
        yield tr("条件只管“{tables}”，其他表照样全部导出；只要这些表请加 --tables").format(tables=titles)


def _split(text: str, named: tuple[str, ...] | None) -> tuple[str, str]:
    name, _, _ = text.partition("=")
    table, dot, _ = name.partition(".")
    if dot:
        return table.strip(), text.partition(".")[2]
    if named is None or len(named) != 1:
        raise InputRefused(
            tr("--where {text}：有几张表，请写成 表.字段=值，如 house.structure=砖混").format(text=text)
        )
    return named[0], text


def _tell(outcome: "Outcome", *, as_json: bool) -> None:
    for note in outcome.notes:
        say(note)
    quality = outcome.quality
    if quality is not None and quality.findings:
        kinds = "、".join(tr("{kind} {n} 条").format(kind=k.label, n=n) for k, n in quality.by_kind.items())
        say(
            tr("数据检查：{errors} 处错误，{warnings} 处提醒（{kinds}）；逐条看请用 mingqing quality").format(
                errors=quality.errors, warnings=len(quality.findings) - quality.errors, kinds=kinds
            )
        )
    if as_json:
        print_json(
            {
                "place": outcome.place,
                "files": outcome.files,
                "layers": {leaving.name: leaving.rows for leaving in outcome.layers},
                "rows": outcome.rows,
                "notes": outcome.notes,
                "quality": None
                if quality is None
                else {"errors": quality.errors, "warnings": len(quality.findings) - quality.errors},
            }
        )
        return
    print_table(
        [tr("表"), tr("图层"), tr("记录数")],
        [(leaving.table.title, leaving.name, leaving.rows) for leaving in outcome.layers],
    )
    print(outcome.place)
