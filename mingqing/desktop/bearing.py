"""What bears the code of a village: it stays when the village's own row is deleted, but nothing names it any more."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mingqing.core.text import tr

if TYPE_CHECKING:
    from mingqing.store.session import Session

_MOST_TOLD = 4


def told_bearing(session: "Session", table: str, ids: Iterable[int]) -> str:
    """Return the warning before villages are deleted that other rows lie in; empty where none do, or of other rows."""
    if table != "village":
        return ""
    counts: dict[str, int] = {}
    names: list[str] = []
    for row_id in ids:
        row = session.row(table, row_id)
        if row is None or not row["code"]:
            continue
        own = {t: n for t, n in session.counts(str(row["code"])).items() if n and t != table}
        if own:
            names.append(str(row["name"]))
        for other, n in own.items():
            counts[other] = counts.get(other, 0) + n
    if not counts:
        return ""
    most = sorted(counts, key=lambda t: -counts[t])
    listed = "、".join(f"{session.catalog.tables[t].title} {counts[t]:,} 条" for t in most[:_MOST_TOLD])
    if len(most) > _MOST_TOLD:
        listed += tr("等，共 {n:,} 条").format(n=sum(counts.values()))
    said = tr(
        "{names}里还登记着{listed}。删除村界后它们还在，但不再显示村名，村列表和鹰眼图里也没有这个村了。"
    )
    return said.format(names="、".join(names), listed=listed)
