"""What a village's report says, gathered from a session: only what the account may hand out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from mingqing.classify.statistics import statistics
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.printing.report.community import care, organisation
from mingqing.printing.report.compare import Neighbours, average, comparison, neighbours
from mingqing.printing.report.current import current
from mingqing.printing.report.disaster import disaster
from mingqing.printing.report.gathering import Gathering
from mingqing.printing.report.model import Figure, Report, Section
from mingqing.printing.report.people import people
from mingqing.printing.report.property import houses, land
from mingqing.printing.template.document import DocumentTemplate, words
from mingqing.printing.template.model import Figure as Wanted
from mingqing.store.permitted import Permitted

TITLE = tr("村情统计报表")
_WHOLE_FROM = 20  # averages of less are told with a decimal
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
"""What a report may have, by the names that templates give it."""


def gather(
    permitted: Permitted,
    village: str,
    template: DocumentTemplate,
    *,
    near: Neighbours | None = None,
    made_at: datetime | None = None,
    watch: Watch = UNWATCHED,
) -> Report:
    """Return the report of a village (its code) with the sections and figures of its template.

    near : the other villages' numbers; None counts them.

    Raises
    ------
    InputRefused
        if there is no such village within the account's reach.
    Cancelled
        once `watch` says so.
    """
    session, when = permitted.session, made_at or datetime.now().astimezone()
    near = near or counted(permitted, template, today=when.date())
    found = near.villages.get(village)
    if found is None:
        raise InputRefused(tr("项目里没有代码为 {code} 的村，或不在您管辖的范围内").format(code=village))
    of = Gathering(permitted, village, when.date(), near)
    made, wanted = [], [code for code in template.codes if code in SECTIONS]
    for number, code in enumerate(wanted):
        watch.step(found.name, number, len(wanted))
        section = SECTIONS[code](of)
        if not section.empty or section.remarks:
            made.append(replace(section, title=template.heading(code) or section.title))
    figures = (_figure(of, each) for each in template.figures) if "figures" in template.codes else ()
    place = words(
        when.date(), county=session.info.name, township=found.township, village=found.name, code=village
    )
    return Report(
        template,
        place,
        found.name,
        village,
        found.township,
        when,
        session.user,
        tuple(figure for figure in figures if figure is not None),
        tuple(made),
        tuple(of.left_out),
        tuple(title for title in of.absent if title not in of.left_out),
        sum(session.counts(village).values()),
    )


def counted(permitted: Permitted, template: DocumentTemplate, *, today: date) -> Neighbours:
    """Count what a report of this template tells of all villages."""
    return neighbours(permitted, (f.code for f in template.figures if f.code in statistics()), today=today)


def _figure(of: Gathering, wanted: Wanted) -> Figure | None:
    """Return a figure, None where it may not be told: a statistic, or a number of the village's own row."""
    statistic = statistics().get(wanted.code)
    if statistic is None:
        return _registered(of, wanted)
    title = wanted.title or statistic.title
    if wanted.code not in of.near.tallies:
        of.left_out.setdefault(title)
        return None
    value, few = of.near.value(of.code, statistic)
    mean = (
        average(of.near, statistic, of.near.counted | {of.code}, of.code)
        if of.near.counted - {of.code}
        else None
    )
    beside = "" if mean is None else tr("各村平均 {n}").format(n=rounded(mean))
    return Figure(title, value, statistic.unit, beside, fewer=few and wanted.code in of.near.personal)


def _registered(of: Gathering, wanted: Wanted) -> Figure | None:
    session = of.permitted.session
    field = session.catalog.tables["village"].field_by_name[wanted.code]
    title = wanted.title or field.title
    if not of.may(title, "village", wanted.code):
        return None
    found = session.rows("village", (wanted.code,), where={"code": of.code})
    return Figure(title, found[0][0] if found else None, field.unit or "", tr("村界表登记"))


def rounded(mean: float) -> str:
    """Return an average as it is told beside a figure."""
    return f"{mean:,.0f}" if mean >= _WHOLE_FROM else f"{mean:,.1f}"
