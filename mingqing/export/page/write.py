"""The web page of villages, written as one file that opens by double-click, without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mingqing.core.errors import InputRefused
from mingqing.core.files import write_whole
from mingqing.core.text import one_line, tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.export.asked import Asked
from mingqing.export.page.content import Told, left_out, told
from mingqing.export.page.data import as_script, gathered
from mingqing.export.page.texts import Texts
from mingqing.store.session import Session

LARGE = 5_000_000
"""Bytes to a village above which phones take long to open the page."""

HUGE = 40_000_000
"""Bytes above which phones do not open the page at all."""


@dataclass(frozen=True)
class PageMade:
    """What was written: rows by table, what is to be told about it, and how large it is, bytes."""

    rows: Mapping[str, int]
    notes: tuple[str, ...]
    size: int


def write_page(session: Session, asked: Asked, place: Path, watch: Watch = UNWATCHED) -> PageMade:
    """Write the maps of the villages asked for to `place`, readable by this user of the computer alone.

    Raises
    ------
    NotAllowed
        if a table that was named may not be handed on.
    InputRefused
        if nothing is left to be shown.
    Cancelled
        between two steps.
    OSError
        if it cannot be written.
    """
    from mingqing.export.page.document import document  # folium takes a second to import

    found = told(session, asked, watch)
    now = datetime.now().astimezone()
    watch.step(tr("画符号和图例"))
    data = gathered(session, found, Texts(now.date()))
    if not data.told["themes"]:
        raise InputRefused(tr("没有可以放进网页的图，请换一些村或表再试"))
    title = _title(session, data.told["villages"])
    personal = any(each.about_persons for each in found.values())
    said = {
        "title": title,
        "notice": tr("内部资料，含个人信息，请勿转发") if personal else "",
        "hint": tr("姓名、门牌、地名") if personal else tr("地名、编号、名称"),
        "made": _made(session, now, share=asked.share),
    }
    watch.step(tr("写网页"))
    text = document(title, as_script(data.told), data.bounds, said)
    content = text.encode("utf-8", "replace")
    write_whole(place, content, private=True)
    rows = {name: len(each.features) for name, each in found.items() if len(each.features)}
    return PageMade(rows, tuple(_notes(session, asked, found, data.empty, len(content))), len(content))


def _title(session: Session, villages: list[dict[str, object]]) -> str:
    name = str(villages[0]["name"]) if len(villages) == 1 else ""
    return one_line(session.info.name if not name or name.isdecimal() else name)


def _made(session: Session, now: datetime, *, share: bool) -> str:
    """Return the line at the foot: when, who, from what; who not where everybody is to see it."""
    when, source = f"{now:%Y-%m-%d %H:%M}", session.info.name
    if share:
        return one_line(tr("{when} 制作 · 数据来源：{source} · 民情地图").format(when=when, source=source))
    return one_line(
        tr("{when} 由 {who} 导出 · 数据来源：{source} · 民情地图").format(
            when=when, who=session.user, source=source
        )
    )


def _notes(
    session: Session, asked: Asked, found: Mapping[str, Told], empty: tuple[str, ...], size: int
) -> list[str]:
    notes = []
    missing = left_out(session, asked, found) if asked.share else []
    if missing:
        notes.append(tr("公开分享的网页不含个人信息，没有这些表：{titles}").format(titles="、".join(missing)))
    if empty:
        notes.append(tr("没有内容、没有放进网页的图：{titles}").format(titles="、".join(empty)))
    if asked.share:
        notes.append(tr("向公众登载地图前，请按《地图管理条例》送审并取得审图号"))
    villages = max(1, len({c for t in found.values() for c in t.features.columns["village_code"] if c}))
    notes.append(tr("网页大小 {size:.1f} MB").format(size=size / 1e6))
    if size / villages > LARGE:
        notes.append(tr("平均每个村超过 5 MB，旧手机打开会慢；可以少选几张表"))
    if size > HUGE:
        notes.append(tr("网页超过 40 MB，手机多半打不开；请分几次导出，每次少选几个村"))
    return notes
