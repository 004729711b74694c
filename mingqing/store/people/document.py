"""A person's record to be handed over: as a page for a browser and a printer, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from itertools import zip_longest
from typing import Any

from mingqing.access.audit import title_of
from mingqing.core.text import tr
from mingqing.store.people.record import HeldRow, PersonRecord

# Tables and plain margins only, so that a text widget lays it out as a browser does; no link leads out of it.
_STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; font-size: 10.5pt;
  line-height: 1.4; color: #22262b; background: #ffffff; max-width: 178mm; margin: 0 auto; }
h1 { font-size: 18pt; font-weight: 600; margin: 8px 0 2px 0; }
h2 { font-size: 12.5pt; font-weight: 600; color: #1f5a50; margin: 22px 0 4px 0; }
h3 { font-size: 11pt; font-weight: 600; margin: 14px 0 3px 0; page-break-after: avoid; }
p { margin: 4px 0; }
table { width: 100%; border-collapse: collapse; page-break-inside: avoid; }
table.long { page-break-inside: auto; }
td, th { border-bottom: 1px solid #dfe3e1; padding: 3px 8px 3px 0; text-align: left; vertical-align: top; }
th { font-weight: 400; color: #66706c; }
.quiet { color: #66706c; font-size: 9.5pt; }
.how { color: #66706c; font-weight: 400; font-size: 9.5pt; }
"""


def as_document(record: PersonRecord) -> str:
    """Return a record as one HTML page that needs nothing else, for A4."""
    title = tr("{name}的个人信息").format(name=record.name or tr("（未登记姓名）"))
    parts = [
        f"<h1>{escape(title)}</h1>",
        _paragraph(
            tr("{village} · 项目“{project}” · {when} 由 {who} 出具").format(
                village=record.village, project=record.project, when=_when(record.made_at), who=record.made_by
            ),
            quiet=True,
        ),
        _paragraph(
            tr(
                "以下是本项目里与本人有关的全部记录。本人可以查阅、复制，发现不准确可以要求更正或补充，"
                "符合规定的可以要求删除（《中华人民共和国个人信息保护法》第四十五条至第四十七条）。"
            )
        ),
        f"<h2>{tr('一、登记的内容')}</h2>",
        *map(_row, record.rows),
        *_remarks(record),
        f"<h2>{tr('二、谁在什么时候录入、修改')}</h2>",
        _touches(record),
        f"<h2>{tr('三、谁查看、提供过')}</h2>",
        _entries(record.seen, tr("没有点名查看这些记录的日志。")),
        _paragraph(tr("以下操作列出过本人所在的表，可能看到过本人（日志不记列出了哪些人）："), quiet=True),
        _entries(record.perhaps, tr("本人登记以后，没有人成批列出或搜索过这些表。")),
        f"<h2>{tr('四、可能带出过这些记录的操作')}</h2>",
        _paragraph(tr("日志不记导出、打印了哪些人，所以列出本人登记以后的全部此类操作。"), quiet=True),
        _entries(record.left, tr("没有导出、打印或做过工作包。")),
    ]
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def as_json(record: PersonRecord) -> dict[str, Any]:
    """Return a record as plain values."""
    return asdict(record)


def _row(row: HeldRow) -> str:
    pairs = list(row.cells)
    half = (len(pairs) + 1) // 2
    lines = zip_longest(pairs[:half], pairs[half:], fillvalue=("", ""))
    cells = "".join(
        "<tr>"
        + "".join(f'<th width="16%">{escape(t)}</th><td width="34%">{escape(v)}</td>' for t, v in line)
        + "</tr>"
        for line in lines
    )
    table = f'<table width="100%" cellspacing="0">{cells}</table>'
    how = f'<span class="how">　{escape(row.how.caption)}</span>'
    return f"<h3>{escape(row.title)}{how}</h3>{table}{_paragraph(_provenance(row), quiet=True)}"


def _provenance(row: HeldRow) -> str:
    unknown = tr("没有登记")
    parts = []
    if row.personal:
        parts = [
            tr("处理目的：{x}").format(x=row.purpose or unknown),
            tr("法律依据：{x}").format(x=row.legal_basis or unknown),
            tr("保存到：{x}").format(x=row.keep_until or unknown),
        ]
    if row.source:
        parts.append(tr("来源：{x}").format(x=row.source))
    if row.verified_on:
        parts.append(tr("核实：{x}").format(x=row.verified_on))
    parts.append(tr("录入：{who} {when}").format(who=row.created_by or unknown, when=_when(row.created_at)))
    if row.updated_at:
        parts.append(tr("修改：{who} {when}").format(who=row.updated_by, when=_when(row.updated_at)))
    return "；".join(parts) + "。"


def _remarks(record: PersonRecord) -> Iterable[str]:
    if record.others:
        yield _paragraph(
            tr("同户另有 {n} 人登记在册，他们的资料属于他们本人，不在此列出。").format(n=record.others),
            quiet=True,
        )
    if record.unsure:
        where = "、".join(tr("{table} {n} 条").format(table=t, n=n) for t, n in record.unsure.items())
        yield _paragraph(
            tr("另有记录写着同样的姓名（{where}），村里有同名的人，不能确定是本人，没有列出。").format(
                where=where
            ),
            quiet=True,
        )


def _touches(record: PersonRecord) -> str:
    rows = [
        (
            _when(t.at),
            t.account,
            f"{t.did} {t.title}" + (f"（{'、'.join(t.fields)}）" if t.fields else ""),
            f"{t.act}：{t.why}" if t.why else t.act,
        )
        for t in record.touches
    ]
    return _table((tr("时间"), tr("账号"), tr("做了什么"), tr("说明")), rows)


def _entries(entries: Sequence[Any], none: str) -> str:
    if not entries:
        return _paragraph(none)
    rows = [
        (
            _when(e.at),
            e.account,
            f"{title_of(e.act)} {e.target}",
            "" if e.rows is None else str(e.rows),
            e.detail,
        )
        for e in entries
    ]
    return _table((tr("时间"), tr("账号"), tr("操作"), tr("条数"), tr("说明")), rows)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(t)}</th>" for t in titles)
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f'<table class="long" width="100%" cellspacing="0"><tr>{head}</tr>{body}</table>'


def _paragraph(text: str, *, quiet: bool = False) -> str:
    return f'<p class="quiet">{escape(text)}</p>' if quiet else f"<p>{escape(text)}</p>"


def _when(at: str | None) -> str:
    return (at or "").replace("T", " ")[:16]
