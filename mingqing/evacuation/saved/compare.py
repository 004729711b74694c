"""Two plans side by side: how their figures differ, who goes elsewhere, and which roads carry more or fewer."""

from collections import Counter
from dataclasses import dataclass

from mingqing.core.text import tr
from mingqing.evacuation.saved.kept import Evacuees, Loaded, load
from mingqing.store.session import Session


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of both plans; `unit` follows it."""

    title: str
    one: float
    two: float
    unit: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A house that goes to one shelter by one plan and to another by the other: ids, and minutes on the way."""

    house: int
    shelters: tuple[int, int]
    minutes: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Used:
    """How many people take a road (its id) by one plan and by the other."""

    road: int
    one: int
    two: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is other in the second plan than in the first.

    reached, lost : houses that have a place by the second plan alone, by the first alone, of those that both move.
    only_one, only_two : houses that one of them alone moves. roads : those used differently, the most so first.
    """

    one: Loaded
    two: Loaded
    figures: tuple[Figure, ...]
    elsewhere: tuple[Elsewhere, ...]
    reached: tuple[int, ...]
    lost: tuple[int, ...]
    only_one: tuple[int, ...]
    only_two: tuple[int, ...]
    roads: tuple[Used, ...]


def compare(session: Session, one: int, two: int) -> Comparison:
    """Return what is other in the plan of number `two` than in that of number `one`.

    Raises
    ------
    InputRefused
        where one of them is not there.
    """
    first, second = load(session, one), load(session, two)
    a, b = _places(first.evacuees), _places(second.evacuees)
    both = [house for house in a if house in b]
    elsewhere = (Elsewhere(h, (a[h][0], b[h][0]), (a[h][1], b[h][1])) for h in both if a[h][0] and b[h][0])
    return Comparison(
        first,
        second,
        _figures(first, second),
        tuple(e for e in elsewhere if e.shelters[0] != e.shelters[1]),
        tuple(h for h in both if b[h][0] and not a[h][0]),
        tuple(h for h in both if a[h][0] and not b[h][0]),
        tuple(h for h in a if h not in b),
        tuple(h for h in b if h not in a),
        _roads(first.evacuees, second.evacuees),
    )


def _places(evacuees: Evacuees) -> dict[int, tuple[int, float]]:
    """Return shelter (0 for none) and minutes by house."""
    shelters, minutes = evacuees.shelters.tolist(), evacuees.minutes.tolist()
    return dict(zip(evacuees.houses.tolist(), zip(shelters, minutes, strict=True), strict=True))


def _figures(one: Loaded, two: Loaded) -> tuple[Figure, ...]:
    a, b = one.plan, two.plan
    used_one, used_two = (len(set(x.evacuees.shelters.tolist()) - {0}) for x in (one, two))
    return (
        Figure(tr("需转移户数"), a.households, b.households, tr("户")),
        Figure(tr("需转移人数"), a.people, b.people, tr("人")),
        Figure(tr("已安排人数"), a.assigned, b.assigned, tr("人")),
        Figure(tr("无安全路线人数"), a.unreachable, b.unreachable, tr("人")),
        Figure(tr("路上总时间"), a.person_minutes, b.person_minutes, tr("人·分钟")),
        Figure(tr("最晚到达"), a.latest_minutes, b.latest_minutes, tr("分钟")),
        Figure(tr("用到的避灾点"), used_one, used_two, tr("处")),
        Figure(tr("与最优的差距"), a.gap, b.gap, "%"),
    )


def _roads(one: Evacuees, two: Evacuees) -> tuple[Used, ...]:
    a, b = _traffic(one), _traffic(two)
    found = [Used(road, a[road], b[road]) for road in a.keys() | b.keys() if a[road] != b[road]]
    return tuple(sorted(found, key=lambda u: (-abs(u.two - u.one), u.road)))


def _traffic(evacuees: Evacuees) -> Counter[int]:
    """Return how many people take each road."""
    found: Counter[int] = Counter()
    for people, roads in zip(evacuees.people.tolist(), evacuees.roads, strict=True):
        for road in set(roads):
            found[road] += people
    return found
