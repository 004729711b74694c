"""People by age, sex and whether they are at home, and households by group: counted, never listed."""

from collections import Counter
from collections.abc import Mapping

from mingqing.classify.charts import age_on
from mingqing.classify.palettes import palettes
from mingqing.core.text import tr
from mingqing.printing.evacuation.roll import by_number
from mingqing.printing.report.gathering import Gathering, guarded, plain, ramped
from mingqing.printing.report.model import LEAST, Band, Bar, Bars, Chart, Pyramid, Section, Shares

MEN, WOMEN = tr("男"), tr("女")
_STEPS = (5, 10, 20)  # years to a band, the finest that the number of people allows
_OLDEST = 100
_MOST_GROUPS = 14
_AGES = ((0, tr("0–14 岁")), (15, tr("15–59 岁")), (60, tr("60 岁以上")))
_CUT = (range(10, 15), range(15, 20))  # what 15 years cut a band of the pyramid into

Ages = Mapping[tuple[int, str], int]
"""How many people there are of an age and a sex."""


def people(of: Gathering) -> Section:
    """Return the section of people and households."""
    charts: list[Chart | None] = []
    remarks: list[str] = []
    if of.has("resident"):
        if of.may(tr("人口的年龄和性别"), "resident", "birth_date", "sex"):
            charts += _ages(of, remarks)
        if of.may(tr("在家和外出"), "resident", "at_home"):
            charts.append(_at_home(of))
    if of.has("household"):
        charts.append(_groups(of))
    if of.permitted.tells("employment", "kind") and of.has("employment"):
        bars, missing = of.bars("employment", "kind")
        charts.append(_if_any(Bars(tr("从业"), tr("人"), guarded(bars), missing=missing, whole=True)))
    return Section("people", tr("人口和住户"), tuple(c for c in charts if c is not None), (), tuple(remarks))


def _if_any(chart: Bars) -> Bars | None:
    return chart if chart.bars else None


def _ages(of: Gathering, remarks: list[str]) -> list[Chart | None]:
    counted: Counter[tuple[int, str]] = Counter()
    missing = 0
    for birth, sex, count, *_ in of.grouped("resident", "birth_date", "sex"):
        age = age_on(birth, of.today)
        if age is None or sex not in {MEN, WOMEN}:
            missing += count
        else:
            counted[min(age, _OLDEST), sex] += count
    bands = banded(counted)
    if counted and not bands:
        remarks.append(tr("人数太少，按年龄和性别分列会认出是谁，所以不列"))
    pyramid = Pyramid(tr("年龄和性别"), bands, missing) if bands else None
    return [pyramid, _shares(counted, missing)]


def banded(counted: Ages) -> tuple[Band, ...]:
    """Return people by age in bands as narrow as they can be with at least `LEAST` in each, or nobody.

    Bands are equally wide but the last, which is open. Nothing where bands of twenty years are still too narrow.
    """
    for step in _STEPS:
        for last in range(_OLDEST // step * step, 60 - step, -step):
            bands = _bands(counted, step, last)
            if all(n == 0 or n >= LEAST for band in bands for n in (band.men, band.women)):
                return _without_empty_end(bands)
    return ()


def _bands(counted: Ages, step: int, last: int) -> list[Band]:
    found: Counter[tuple[int, str]] = Counter()
    for (age, sex), count in counted.items():
        found[min(age, last) // step * step, sex] += count
    return [
        Band(_band_title(start, step, last), found[start, MEN], found[start, WOMEN])
        for start in range(0, last + 1, step)
    ]


def _band_title(start: int, step: int, last: int) -> str:
    return tr("{age}以上").format(age=start) if start == last else f"{start}–{start + step - 1}"


def _without_empty_end(bands: list[Band]) -> tuple[Band, ...]:
    while bands and not (bands[-1].men or bands[-1].women):
        bands.pop()
    return tuple(bands)


def _shares(counted: Ages, missing: int) -> Shares | None:
    starts = [start for start, _ in _AGES]
    totals = [0] * len(starts)
    for (age, _), count in counted.items():
        totals[max(n for n, start in enumerate(starts) if age >= start)] += count
    parts = [Bar(title, n, plain()) for (_, title), n in zip(_AGES, totals, strict=True) if n]
    cut = [sum(n for (age, _), n in counted.items() if age in part) for part in _CUT]
    if any(0 < n < LEAST for n in cut):  # the pyramid's bands less these would tell how many
        parts = [
            Bar(tr("0–59 岁"), sum(totals[:2]), plain()),
            *(part for part in parts if part.title == _AGES[2][1]),
        ]
    kept = guarded(parts)
    return Shares(tr("年龄构成"), tr("人"), ramped(kept[::-1], "pine")[::-1], missing) if kept else None


def _at_home(of: Gathering) -> Shares | None:
    bars, missing = of.bars("resident", "at_home")
    parts = ramped(guarded(bars), "lake")
    return Shares(tr("在家和外出"), tr("人"), parts, missing) if parts else None


def _groups(of: Gathering) -> Bars | None:
    """Return households by group, in the order of the groups, with their people where these may be told."""
    told = of.may(tr("各组人口"), "household", "people_count")
    bars, missing = of.bars("household", "group_no", of="people_count" if told else None)
    kept = guarded(bars[:_MOST_GROUPS]) if told else bars
    ordered = tuple(sorted(kept, key=lambda bar: (bar.color == palettes().no_data, by_number(bar.title))))
    more = (tr("人口"), tr("人")) if told else ("", "")
    return _if_any(Bars(tr("各组住户"), tr("户"), ordered, *more, missing=missing))
