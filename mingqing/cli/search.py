"""`search`."""

from typing import Annotated

import typer

from mingqing.access.audit import Act
from mingqing.cli.common import (
    AsJson,
    ProjectPath,
    User,
    open_session,
    print_json,
    print_table,
    require_seen,
    say,
)
from mingqing.core.errors import InputRefused
from mingqing.core.text import clean, tr
from mingqing.search.describe import Hit
from mingqing.search.find import Results, find
from mingqing.search.index import Index


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("search")(search)


def search(
    project: ProjectPath,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help=tr("姓名、拼音首字母、门牌、电话或证件号的尾数……"))
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help=tr("最多列出多少条"))] = 20,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """按姓名、拼音首字母、门牌、电话、类别等查找，可以几个词一起用。"""
    if not clean(text):
        raise InputRefused(tr("请写明要找什么，例如 zjg、坑边7号、独居老人 小竹溪村"))
    with open_session(project, user) as session:
        require_seen(session, Act.SEARCH, tr("搜索"), session.catalog.tables)
        results = find(Index.build(session), text, limit=limit)
        for group in results.groups:
            session.record(Act.SEARCH, group.title, rows=len(group.hits))
    for remark in _remarks(results):
        say(remark)
    if as_json:
        print_json({"results": [_as_json(hit) for hit in results.hits], "ms": round(results.ms, 2)})
        return
    titles = {group.table: group.title for group in results.groups}
    print_table(
        ["id", tr("类型"), tr("名称"), tr("村"), tr("符合的内容")],
        [(h.id, titles[h.table], h.name, h.village_name, _matched(h)) for h in results.hits],
    )


def _remarks(results: Results) -> list[str]:
    shown = len(results.hits)
    remarks = [results.notice]
    if not shown:
        remarks.append(tr("没有找到，换个字、拼音首字母或电话尾号试试"))
    elif results.loose:
        remarks.append(tr("没有完全符合的，以下是相近的"))
    if results.total > shown:
        remarks.append(tr("共 {total} 条，列出前 {shown} 条").format(total=results.total, shown=shown))
    return [remark for remark in remarks if remark]


def _as_json(hit: Hit) -> dict[str, object]:
    return {
        "table": hit.table,
        "id": hit.id,
        "title": hit.name,
        "village": hit.village or None,
        "matched": _matched(hit),
    }


def _matched(hit: Hit) -> str:
    return "；".join(f"{m.title}：{m.text}" for m in hit.matched)
