"""Organisations and posts, people to be looked after, helpers and visits: counted, never listed."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from mingqing.core.text import tr
from mingqing.printing.report.gathering import Gathering, guarded, longest_first, plain
from mingqing.printing.report.model import LEAST, Bar, Bars, Chart, Columns, Section

_MONTHS = 12


def organisation(of: Gathering) -> Section:
    """Return the section of organisations, posts and grids."""
    charts: list[Chart] = []
    counted = []
    for table, unit in (("organisation", tr("个")), ("grid", tr("个"))):
        if of.has(table):
            n = sum(count for _, count, *_ in of.grouped(table, "village_code"))
            counted.append(f"{of.permitted.session.catalog.tables[table].title} {n} {unit}")
    if of.has("post"):
        charts += _posts(of)
    remarks = (tr("，").join(counted) + tr("。"),) if counted else ()
    return Section("organisation", tr("组织和网格"), tuple(charts), (), remarks)


def _posts(of: Gathering) -> Iterator[Chart]:
    """Yield how many hold a post in organisations of each kind, and a duty in a disaster."""
    if of.permitted.tells("organisation", "kind") and of.permitted.tells("post", "organisation"):
        rows = of.permitted.rows("organisation", ("kind",), village=of.code)
        kinds = {row["id"]: str(row["kind"] or tr("未写明")) for row in rows}
        posts: Counter[str] = Counter()
        for organisation_id, count, *_ in of.grouped("post", "organisation"):
            posts[kinds.get(organisation_id, tr("未写明"))] += count
        bars = longest_first((Bar(kind, n, plain()) for kind, n in posts.items()), 12)
        yield Bars(tr("组织的任职人数"), tr("人"), bars)
    if of.may(tr("防灾职责"), "post", "duty") and (bars := of.bars("post", "duty")[0]):
        yield Bars(tr("有防灾职责的人"), tr("人"), bars)


def care(of: Gathering) -> Section:
    """Return the section of people to be looked after and of who helps them; categories, never who."""
    charts: list[Chart] = []
    remarks: list[str] = []
    if of.has("key_person"):
        for title, column in ((tr("关爱类别"), "category"), (tr("行动能力"), "mobility")):
            if of.may(tr("重点人员的{title}").format(title=title), "key_person", column):
                bars, missing = of.bars("key_person", column)
                if kept := guarded(bars):
                    charts.append(Bars(title, tr("人"), kept, missing=missing))
                elif bars:
                    remarks.append(tr("重点人员少于 {n} 人，不分类列出。").format(n=LEAST))
    if of.has("assistance"):
        remarks += _pairs(of)
    if of.has("visit") and of.may(tr("走访日期"), "visit", "visited_on"):
        charts.append(_visits(of))
        remarks += _visited(of)
    return Section("care", tr("关爱和帮扶"), tuple(charts), (), tuple(remarks))


def _pairs(of: Gathering) -> list[str]:
    """Return a sentence on the pairs that have not ended, how many helpers and households are in them."""
    if not of.may(tr("结对帮扶的人数户数"), "assistance", "helper", "household", "ended"):
        return []
    today = of.today.isoformat()
    pairs = [
        (helper, household, n)
        for helper, household, ended, n, *_ in of.grouped("assistance", "helper", "household", "ended")
        if not ended or ended >= today
    ]
    total, helpers, households = sum(n for *_, n in pairs), {p[0] for p in pairs}, {p[1] for p in pairs}
    if total < LEAST:
        return [tr("结对帮扶少于 {n} 对。").format(n=LEAST)]
    return [
        tr("结对帮扶 {n} 对：{helpers} 名干部帮 {households} 户。").format(
            n=total, helpers=len(helpers), households=len(households)
        )
    ]


def _visits(of: Gathering) -> Columns:
    """Return how many visits there were in each of the last twelve months, this one the last."""
    counted: Counter[str] = Counter()
    for day, count, *_ in of.grouped("visit", "visited_on"):
        counted[str(day or "")[:7]] += count
    color = plain()
    return Columns(
        tr("近一年走访次数"),
        tr("次"),
        tuple(
            Bar(tr("{m}月").format(m=int(month[5:])), counted[month], color) for month in _months(of.today)
        ),
    )


def _months(today: date) -> list[str]:
    last = today.year * 12 + today.month - 1
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(last - _MONTHS + 1, last + 1)]


def _visited(of: Gathering) -> list[str]:
    """Return how many households somebody came to in the last twelve months."""
    if not of.permitted.tells("visit", "household", "visited_on"):
        return []
    first = _months(of.today)[0]
    homes = {
        home
        for home, day, *_ in of.grouped("visit", "household", "visited_on")
        if first <= str(day or "")[:10] <= of.today.isoformat()
    }
    return [tr("近一年走访 {n} 户。").format(n=len(homes))] if len(homes) >= LEAST else []
