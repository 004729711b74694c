"""Rows for the clipboard: only what the account may take out of the program, and only once the log has it. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from mingqing.access.audit import REFUSED, Act
from mingqing.access.roles import Action
from mingqing.core.cells import inert_cell
from mingqing.core.errors import Cancelled, InputRefused, NotAllowed
from mingqing.core.text import tr
from mingqing.desktop.card.content import headings
from mingqing.desktop.table.columns import Column, Kind
from mingqing.store.paging import page

if TYPE_CHECKING:
    from mingqing.store.session import Session

_AT_ONCE, _MOST = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class Copied:
    """What goes to the clipboard: cells divided by tabs, and a table that keeps long numbers as they are.

    left_out : titles of the columns that the account may look at, but not take along.
    """

    rows: int
    text: str
    html: str
    left_out: tuple[str, ...]


def copy_rows(
    session: "Session",
    table: str,
    columns: Sequence[Column],
    ids: Sequence[int],
    stop: Callable[[], bool],
    *,
    titles: bool = True,
) -> Copied:
    """Return rows, under their titles where these are wanted, in the order of `ids`; the log has it first.

    Raises
    ------
    NotAllowed
        if the account may not export the table, or the project is read-only, so that the log cannot have it.
    InputRefused
        if these are more rows than anybody would look through.
    Cancelled
        if `stop` says so; it is asked every few thousand rows.
    """
    definition = session.catalog.tables[table]
    if not session.policy.allowed(table, Action.EXPORT):
        session.record(Act.EXPORT, definition.title, outcome=REFUSED, detail=tr("从属性表复制"))
        raise NotAllowed(tr("您的角色不能导出“{table}”，不能成批复制").format(table=definition.title))
    if session.info.read_only is not None:
        raise NotAllowed(tr("项目只能查看，记不了日志，不能成批复制"))
    if len(ids) > _MOST:
        raise InputRefused(tr("一次最多复制 {n:,} 行，请用筛选缩小范围").format(n=_MOST))
    taken = [c for c in columns if c.copied]
    lines = [[c.title for c in taken]] if titles else []
    for start in range(0, len(ids), _AT_ONCE):
        if stop():
            raise Cancelled(tr("已取消"))
        some = ids[start : start + _AT_ONCE]
        found = page(session, table, [c.name for c in taken], some, headings=headings())
        lines += [
            [c.text(v) for c, v in zip(taken, cells, strict=True)] for cells in found if cells is not None
        ]
    said = tr("从属性表复制：{columns}").format(columns="、".join(c.title for c in taken))
    session.record(Act.EXPORT, definition.title, rows=len(lines) - titles, detail=said)
    left_out = tuple(c.title for c in columns if not c.copied)
    return Copied(len(lines) - titles, _as_text(lines), _as_html(lines, taken), left_out)


def _as_text(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join("\t".join(str(inert_cell(" ".join(cell.split()))) for cell in line) for line in lines)


def _as_html(lines: Sequence[Sequence[str]], columns: Sequence[Column]) -> str:
    """A table whose cells a spreadsheet takes for text: it would round an identity number."""
    plain = "mso-number-format:'\\@'"
    styles = ["" if c.kind is Kind.NUMBER else f' style="{plain}"' for c in columns]
    rows = (
        "".join(f"<td{style}>{escape(cell)}</td>" for style, cell in zip(styles, line, strict=True))
        for line in lines
    )
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
