"""Charts of a village: what its houses are built of, how old its people are, what grows on its land."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mingqing.access.policy import Column, Policy
from mingqing.catalog.color import Color
from mingqing.catalog.style import Fill, Style, StyleClass
from mingqing.classify.palettes import palettes
from mingqing.core.text import tr
from mingqing.store.tally import grouped

if TYPE_CHECKING:
    from mingqing.store.session import Session

_OLDEST = 90
_YEARS = 10
_MOST_BARS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how long, in which colour."""

    title: str
    value: float
    color: Color


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars, the longest first. missing : rows of which it is not known."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    missing: int = 0


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """People of one age: (at home, away or not known) of men and of women."""

    title: str
    men: tuple[int, int]
    women: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pyramid:
    """People by age, the youngest first, men to the left and women to the right. missing : age or sex not known."""

    title: str
    groups: tuple[AgeGroup, ...]
    missing: int
    split: bool


Chart = Bars | Pyramid


def charts(
    session: "Session",
    village: str | None,
    *,
    today: date,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Chart, ...]:
    """Return the charts of a village, or of all, that the account may see and that have anything to show.

    progress : called as `progress(done, total)` before each chart; what it raises ends the counting.
    """
    made: Sequence[Callable[[], Chart | None]] = (
        lambda: _structures(session, village),
        lambda: _ages(session, village, today),
        lambda: _crops(session, village),
    )
    found = []
    for n, make in enumerate(made):
        progress(n, len(made))
        found.append(make())
    return tuple(chart for chart in found if chart is not None)


def _sees(policy: Policy, table: str, *fields: str) -> bool:
    return all(policy.column(table, field) is Column.CLEAR for field in fields)


def _structures(session: "Session", village: str | None) -> Bars | None:
    if not _sees(session.policy, "house", "structure"):
        return None
    rows = [
        (value, n, n, float(n)) for value, n, *_ in grouped(session, "house", ["structure"], village=village)
    ]
    return _bars(tr("房屋结构"), tr("座"), rows, session.catalog.styles["house"]["normal"])


def _crops(session: "Session", village: str | None) -> Bars | None:
    if not _sees(session.policy, "plot", "crop", "area_mu"):
        return None
    rows = grouped(session, "plot", ["crop"], of="area_mu", village=village)
    return _bars(tr("作物面积"), tr("亩"), rows, session.catalog.styles["plot"]["normal"])


def _bars(title: str, unit: str, rows: Sequence[tuple[Any, ...]], style: Style) -> Bars | None:
    """Return the bars of the classes that the map has, in its colours; what is in none, by its own name.

    rows : (value, rows, rows of which the amount is known, their amount).
    """
    totals, colors, missing = defaultdict[str, float](float), dict[str, Color](), 0
    for value, count, filled, amount in rows:
        missing += count - filled if value else count
        if not value or not filled:
            continue
        name, color = named(str(value), style)
        totals[name] += amount
        colors[name] = color
    if not totals:
        return None
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    shown = ordered if len(ordered) <= _MOST_BARS else ordered[: _MOST_BARS - 1]
    bars = [Bar(name, value, colors[name]) for name, value in shown]
    if rest := ordered[len(shown) :]:
        others = tr("其他 {n} 种").format(n=len(rest))
        bars.append(Bar(others, sum(value for _, value in rest), palettes().no_data))
    return Bars(title, unit, tuple(bars), missing)


def named(value: str, style: Style) -> tuple[str, Color]:
    """Return what a value is called on the map, and its colour there; what is in no class has its own name."""
    own = _class_of(value, style)
    name = value if own is None else own.title or "、".join(map(str, own.values))
    return name, _color(own or style.otherwise)


def _class_of(value: str, style: Style) -> StyleClass | None:
    exact = (c for c in style.classes if value in c.values)
    within = (c for c in style.classes if any(isinstance(v, str) and v in value for v in c.values))
    return next(exact, None) or next(within, None)


def _color(of: StyleClass) -> Color:
    return next((s.color for s in of.symbols if isinstance(s, Fill)), palettes().no_data)


def _ages(session: "Session", village: str | None, today: date) -> Pyramid | None:
    if not _sees(session.policy, "resident", "birth_date", "sex"):
        return None
    split = _sees(session.policy, "resident", "at_home")
    by = ["birth_date", "sex", *(["at_home"] if split else [])]
    counted: Counter[tuple[int, str, bool]] = Counter()
    missing = 0
    for birth, sex, *rest in grouped(session, "resident", by, village=village):
        at_home, count = (rest[0] if split else None), rest[-3]
        age = age_on(birth, today)
        if age is None or sex not in {"男", "女"}:
            missing += count
        else:
            counted[min(age, _OLDEST) // _YEARS, sex, split and at_home == "外出"] += count
    if not counted:
        return None
    groups = [
        AgeGroup(
            _age_title(n),
            (counted[n, "男", False], counted[n, "男", True]),
            (counted[n, "女", False], counted[n, "女", True]),
        )
        for n in range(_OLDEST // _YEARS + 1)
    ]
    return Pyramid(tr("年龄"), tuple(groups), missing, split)


def _age_title(group: int) -> str:
    start = group * _YEARS
    return tr("{age} 岁以上").format(age=start) if start >= _OLDEST else f"{start}–{start + _YEARS - 1}"


def age_on(birth: object, today: date) -> int | None:
    """Return the age of who was born on an ISO date, or None where it is none or lies ahead.

    Examples
    --------
    >>> age_on("1966-11-22", date(2026, 11, 21)), age_on("1966-11-22", date(2026, 11, 22)), age_on(None, date.today())
    (59, 60, None)
    """
    try:
        born = date.fromisoformat(str(birth))
    except ValueError:
        return None
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years if years >= 0 else None
