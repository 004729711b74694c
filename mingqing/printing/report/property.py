"""Houses by structure and age, land by use, what is grown, and who runs a business."""

from collections import Counter

from mingqing.core.text import tr
from mingqing.printing.report.gathering import Gathering, guarded, longest_first, plain, ramped
from mingqing.printing.report.model import LEAST, Bar, Bars, Chart, Columns, Grid, Section, Shares

_FIRST_DECADE = 1950


def houses(of: Gathering) -> Section:
    """Return the section of houses."""
    charts: list[Chart | None] = []
    remarks: list[str] = []
    if of.has("house"):
        charts += [_structures(of), _decades(of), _uses(of)]
        remarks += _states(of)
    return Section("houses", tr("农房"), tuple(c for c in charts if c is not None), (), tuple(remarks))


def _structures(of: Gathering) -> Bars | None:
    if not of.may(tr("房屋结构"), "house", "structure"):
        return None
    bars, missing = of.bars("house", "structure", style="normal")
    return Bars(tr("房屋结构"), tr("座"), bars, missing=missing, whole=True) if bars else None


def _decades(of: Gathering) -> Columns | None:
    if not of.may(tr("建成年代"), "house", "built_year"):
        return None
    counted: Counter[int] = Counter()
    missing = 0
    for year, count, *_ in of.grouped("house", "built_year"):
        if isinstance(year, int) and 1000 < year <= of.today.year:
            counted[max(year // 10 * 10, _FIRST_DECADE - 10)] += count
        else:
            missing += count
    if not counted:
        return None
    color = plain()
    starts = range(min(counted), max(counted) + 1, 10)
    return Columns(
        tr("建成年代"),
        tr("座"),
        tuple(Bar(_decade(start), counted[start], color) for start in starts),
        missing,
    )


def _decade(start: int) -> str:
    return tr("更早") if start < _FIRST_DECADE else tr("{decade:02}年代").format(decade=start % 100)


def _uses(of: Gathering) -> Shares | None:
    if not of.may(tr("房屋用途"), "house", "use"):
        return None
    bars, missing = of.bars("house", "use")
    return Shares(tr("房屋用途"), tr("座"), ramped(bars, "ochre"), missing) if bars else None


def _states(of: Gathering) -> list[str]:
    """Return a sentence on what has to be looked after: who is asked for 危房 wants their number, not a chart."""
    told = []
    for column, title in (("dangerous", tr("危房")), ("vacant", tr("空置"))):
        if not of.may(title, "house", column):
            continue
        counts = {value: count for value, count, *_ in of.grouped("house", column)}
        known = sum(n for value, n in counts.items() if value is not None)
        if known:
            n = counts.get(1, 0)
            told.append(tr("{title} {n} 座（{share:.1%}）").format(title=title, n=n, share=n / known))
    if of.permitted.tells("house", "floor_area_m2"):
        filled, area = (
            sum(row[k] for row in of.grouped("house", "village_code", of="floor_area_m2")) for k in (2, 3)
        )
        if filled:
            told.append(tr("平均建筑面积 {area:,.0f} 平方米").format(area=area / filled))
    return ["；".join(told) + "。"] if told else []


def land(of: Gathering) -> Section:
    """Return the section of land use and industry."""
    charts: list[Chart | None] = []
    if of.has("land") and of.may(tr("地类"), "land", "kind", "area_mu"):
        charts.append(_areas(of))
    if of.has("plot"):
        charts += [_crops(of), _transfers(of)]
    grids = (_enterprises(of),) if of.has("enterprise") and of.permitted.tells("enterprise", "kind") else ()
    return Section("land", tr("土地和产业"), tuple(c for c in charts if c is not None), grids)


def _areas(of: Gathering) -> Shares | None:
    bars, missing = of.amounts("land", "kind", "area_mu", "normal")
    return Shares(tr("土地利用"), tr("亩"), ramped(longest_first(bars, 7), "pine"), missing) if bars else None


def _crops(of: Gathering) -> Bars | None:
    if not of.may(tr("作物"), "plot", "crop", "area_mu"):
        return None
    bars, missing = of.amounts("plot", "crop", "area_mu", "normal")
    if not bars:
        return None
    return Bars(tr("作物面积"), tr("亩"), longest_first(bars), tr("地块"), tr("块"), missing, whole=True)


def _transfers(of: Gathering) -> Shares | None:
    if not of.may(tr("流转"), "plot", "transfer", "area_mu"):
        return None
    bars, missing = of.amounts("plot", "transfer", "area_mu")
    return Shares(tr("地块经营方式"), tr("亩"), ramped(bars, "ochre"), missing) if bars else None


def _enterprises(of: Gathering) -> Grid:
    """Return businesses by kind with people and output, as far as these may be told: never of fewer than `LEAST`."""
    counts = {str(kind or tr("未写明")): count for kind, count, *_ in of.grouped("enterprise", "kind")}
    bars = longest_first([Bar(kind, count, plain()) for kind, count in counts.items()], len(counts))
    sums = {c: told for c in ("employees", "output") if (told := _summed(of, c))}
    known = {kind: min((s[kind][0] for s in sums.values()), default=LEAST) for kind in counts}
    kept = guarded(bars, lambda bar: known[bar.title])
    if not kept:  # what is known of is too little even together
        kept, sums = bars, {}
    single = [bar.title for bar in kept if bar.title in counts]
    kinds = [[title] for title in single]
    if len(single) < len(kept):
        kinds.append([bar.title for bar in bars if bar.title not in single])
    rows = [_row(group, counts, sums) for group in (*kinds, list(counts))]
    titles = {"employees": tr("从业人数"), "output": tr("年产值（万元）")}
    return Grid(
        tr("经营主体"),
        (tr("类型"), tr("家数"), *(titles[c] for c in sums)),
        (40.0, 20.0, *(20.0 for _ in sums)),
        tuple(zip((*(bar.title for bar in kept), tr("合计")), *zip(*rows, strict=True), strict=True)),
        total=True,
    )


def _summed(of: Gathering, column: str) -> dict[str, tuple[int, float]]:
    """Return of how many businesses of each kind a number is known, and its sum; nothing where it may not be told."""
    if not of.permitted.tells("enterprise", column):
        return {}
    rows = of.grouped("enterprise", "kind", of=column)
    if sum(filled for _, _, filled, _ in rows) < LEAST:
        return {}
    return {str(kind or tr("未写明")): (filled, amount or 0) for kind, _, filled, amount in rows}


def _row(
    kinds: list[str], counts: dict[str, int], sums: dict[str, dict[str, tuple[int, float]]]
) -> tuple[float, ...]:
    return (
        sum(counts[kind] for kind in kinds),
        *(sum(told[kind][1] for kind in kinds) for told in sums.values()),
    )
