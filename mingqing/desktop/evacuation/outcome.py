"""What a plan looks like to whoever shows it: people by house, shelters by load, and the ways on the map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.desktop.evacuation.streams import Streams
from mingqing.evacuation.model import MOBILITY
from mingqing.evacuation.reasons import Reason, Why
from mingqing.evacuation.scenario import Scenario

if TYPE_CHECKING:
    import shapely

    from mingqing.evacuation.planning import Plan

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Mover:
    """Who leaves one house: `people` of `households`, the slowest of mobility `mobility` (index into MOBILITY).

    who : whose house it is, as the account may see it. shelter : its id, NOWHERE where there is none.
    minutes, metres : nan where there is no way. reason : why there is none, and what would help; brief : that in as
    few words as a list has room for; where : what stands in the way, to be looked at. locked : by hand.
    village : its name, where several take part.
    """

    house: int
    who: str
    at: tuple[float, float]
    households: int
    people: int
    mobility: int
    shelter: int
    minutes: float
    metres: float
    reason: str = ""
    brief: str = ""
    where: "shapely.Geometry | None" = None
    locked: bool = False
    village: str = ""

    @property
    def safe(self) -> bool:
        """Whether there is a way."""
        return self.shelter != NOWHERE


@dataclass(frozen=True, slots=True)
class Load:
    """A shelter and who comes to it. closed : why nobody does, or empty."""

    shelter: int
    name: str
    at: tuple[float, float]
    capacity: int
    people: int
    closed: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The answer to a scenario.

    movers : those without a way first, then the slow, then who arrives last. shapes : (k,) of their houses.
    danger : (z,) of what is active. streams : the ways of all. line, words : the way of one of the k, by position.
    gap : how far the plan is from the best at most, as a share of it; 0 is proved best.
    short : how many people are left for want of places. notes : sentences about what could not be taken into account.
    plan : all of it, for who keeps or prints it; seq : of the last change of the project that it knows.
    """

    scenario: Scenario
    movers: Sequence[Mover] = ()
    loads: Sequence[Load] = ()
    shapes: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    danger: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    streams: Streams = field(default_factory=Streams)
    line: "Callable[[int], shapely.LineString | None]" = lambda _at: None
    words: Callable[[int], str] = lambda _at: ""
    gap: float = 0.0
    short: int = 0
    notes: Sequence[str] = ()
    plan: "Plan | None" = None
    seq: int = 0

    @property
    def households(self) -> int:
        """How many households have to leave."""
        return sum(m.households for m in self.movers)

    @property
    def people(self) -> int:
        """How many people have to leave."""
        return sum(m.people for m in self.movers)

    @property
    def stranded(self) -> list[Mover]:
        """Those without a way."""
        return [m for m in self.movers if not m.safe]

    @property
    def latest(self) -> float:
        """When the last of them arrives, minutes; nan where nobody does."""
        arriving = [m.minutes for m in self.movers if m.safe and isfinite(m.minutes)]
        return max(arriving, default=float("nan"))

    def position(self, house: int) -> int | None:
        """Return where a house stands among the movers; None where it need not leave."""
        return next((n for n, m in enumerate(self.movers) if m.house == house), None)


def in_order(movers: Sequence[Mover]) -> list[int]:
    """Return the positions of movers: without a way, then who cannot walk alone, then who arrives last."""
    return sorted(
        range(len(movers)),
        key=lambda n: (movers[n].safe, -movers[n].mobility, -movers[n].minutes if movers[n].safe else 0.0),
    )


def minutes_text(minutes: float) -> str:
    """Return how long a way takes, full minutes.

    Examples
    --------
    >>> minutes_text(0.2), minutes_text(22.1), minutes_text(75)
    ('1 分钟', '23 分钟', '1 小时 15 分')
    """
    whole = max(ceil(minutes - 1e-9), 1)
    if whole < 60:
        return tr("{n} 分钟").format(n=whole)
    return tr("{h} 小时 {m} 分").format(h=whole // 60, m=whole % 60)


def headline(outcome: Outcome) -> tuple[str, str]:
    """Return what is wrong in one line, empty where nothing is, and below it the plan in one line."""
    stranded = outcome.stranded
    wrong = ""
    if stranded:
        households, people = sum(m.households for m in stranded), sum(m.people for m in stranded)
        wrong = tr("{n:,} 户 {p:,} 人无安全路线").format(n=households, p=people)
    if outcome.short:
        missing = tr("避灾点还差 {n:,} 个位置").format(n=outcome.short)
        wrong = f"{wrong}，{missing}" if wrong else missing
    if not outcome.movers:
        return wrong, tr("选定的危险区里没有住人的房子")
    told = tr("{n:,} 户 {p:,} 人要转移").format(n=outcome.households, p=outcome.people)
    if not stranded:
        told += tr("，全部有路")
    if isfinite(outcome.latest):
        told += tr(" · 最晚 {time}").format(time=minutes_text(outcome.latest))
    return wrong, told


def brief(reason: Reason, names: Sequence[str]) -> str:
    """Return why somebody stays in the words of a list; `names` are those of the hazards that bar the way.

    Examples
    --------
    >>> brief(Reason(Why.HAZARD, "", (7, 8)), ["东溪山洪", "后山滑坡"])
    '无安全路线：要过东溪山洪、后山滑坡'
    """
    if reason.why is Why.FULL:
        return tr("没有位置：走得到的避灾点都住满了")
    passed = tr("要过{names}").format(names="、".join(names) or tr("淹没范围"))
    why = {
        Why.HAZARD: tr("{passed}，路也断了").format(passed=passed) if reason.roads else passed,
        Why.WATER: tr("出门要涉水"),
        Why.CUT: tr("必经的路断了"),
        Why.APART: tr("附近的路不通避灾点"),
        Why.NO_ROAD: tr("附近没有路"),
        Why.NO_SHELTER: tr("没有可用的避灾点"),
    }
    return tr("无安全路线：{why}").format(why=why[reason.why])


def proof(gap: float) -> str:
    """Return how good a plan is in plain words.

    Examples
    --------
    >>> proof(0.0), proof(0.00371)
    ('去哪个避灾点：已是最优', '去哪个避灾点：离最优不超过 0.4 %')
    """
    if gap <= 1e-9:
        return tr("去哪个避灾点：已是最优")
    return tr("去哪个避灾点：离最优不超过 {n:g} %").format(n=max(ceil(gap * 1000), 1) / 10)


def tags(mover: Mover) -> str:
    """Return what is to be known first about who leaves: where, that somebody has to be carried, that it is locked."""
    said = [MOBILITY[mover.mobility]] if mover.mobility else []
    return " · ".join(
        [*([mover.village] if mover.village else []), *said, *([tr("已锁定")] if mover.locked else [])]
    )
