"""What a village's report says, gathered from a session: only what the account may hand out."""

from collections.abc import Callable, Mapping
from datetime import datetime

from mingqing.classify.statistics import statistics
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.permitted import Permitted
from mingqing.printing.report.community import care, organisation
from mingqing.printing.report.compare import Neighbours, average, comparison, neighbours
from mingqing.printing.report.current import current
from mingqing.printing.report.disaster import disaster
from mingqing.printing.report.gathering import Gathering
from mingqing.printing.report.model import Figure, Report, Section
from mingqing.printing.report.people import people
from mingqing.printing.report.property import houses, land

TITLE = tr("村情统计报表")
NEEDS = ("house",)
"""Without houses there is no report of a village."""


def _compared(of: Gathering) -> Section:
    found = comparison(of.near, of.code)
    return Section("comparison", tr("和其他村比"), (found,) if found else ())


SECTIONS: Mapping[str, Callable[[Gathering], Section]] = {
    "people": people,
    "houses": houses,
    "land": land,
    "organisation": organisation,
    "care": care,
    "disaster": disaster,
    "comparison": _compared,
    "current": current,
}
"""What a report may have, by the names that templates give it, in the usual order."""

FIGURES = (
    "people",
    "households",
    "houses",
    "plots_mu",
    "enterprises",
    "key_people",
    "hazards",
    "shelter_capacity",
)


def gather(
    permitted: Permitted,
    village: str,
    *,
    near: Neighbours | None = None,
    made_at: datetime | None = None,
    sections: tuple[str, ...] = tuple(SECTIONS),
    figures: tuple[str, ...] = FIGURES,
    watch: Watch = UNWATCHED,
) -> Report:
    """Return the report of a village (its code).

    near : the other villages' numbers; None counts them. sections, figures : which, and in which order.

    Raises
    ------
    InputRefused
        if there is no such village within the account's reach.
    Cancelled
        once `watch` says so.
    """
    session, when = permitted.session, made_at or datetime.now().astimezone()
    near = near or neighbours(permitted, today=when.date())
    found = near.villages.get(village)
    if found is None:
        raise InputRefused(tr("项目里没有代码为 {code} 的村，或不在您管辖的范围内").format(code=village))
    of = Gathering(permitted, village, when.date(), near)
    made = []
    for number, name in enumerate(sections):
        watch.step(found.name, number, len(sections))
        made.append(SECTIONS[name](of))
    return Report(
        found.name,
        village,
        found.township,
        when,
        session.user,
        tuple(_figure(near, village, code) for code in figures if code in near.tallies),
        tuple(section for section in made if not section.empty or section.remarks),
        tuple(of.left_out),
        tuple(title for title in of.absent if title not in of.left_out),
        sum(session.counts(village).values()),
    )


def _figure(near: Neighbours, village: str, code: str) -> Figure:
    statistic = statistics()[code]
    value, few = near.value(village, statistic)
    others = near.counted - {village}
    mean = average(near, statistic, near.counted) if others else None
    beside = "" if mean is None else tr("各村平均 {n}").format(n=f"{mean:,.0f}")
    return Figure(statistic.title, value, statistic.unit, beside, fewer=few)
