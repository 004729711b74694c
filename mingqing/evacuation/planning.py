"""The plan for a scenario: who goes where by which way, how good that is, and who is left and why."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.evacuation.assignment.assign import assign
from mingqing.evacuation.assignment.model import Assignment
from mingqing.evacuation.case import Case, case
from mingqing.evacuation.flow.congestion import Crowd, spread
from mingqing.evacuation.flow.model import capacity_of
from mingqing.evacuation.model import Seconds
from mingqing.evacuation.reasons import Reason, reasons
from mingqing.evacuation.routing.setup import routing
from mingqing.evacuation.routing.ways import Ways
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World

_NAMED = 5  # villages in a sentence


@dataclass(frozen=True, eq=False)
class Plan:
    """Where `k` houses go. Houses and shelters are indices into those of the world.

    houses, people : (k,). afoot : (k,) whether they walk or are carried; others are fetched by car.
    shelters : (k,) -1 for those without a place.
    ways : of those with a place. assignment : how it was found, `assignment.shelter` among `case.shelters`; where
    queues are heeded (`congestion`), some go elsewhere than it says.
    reasons : by position among the k why a house has no place.
    notes : sentences on what the data lacks, what could not be kept to, and how many places are missing where.
    paths_s, assign_s : what searching and assigning took.
    """

    world: World
    scenario: Scenario
    case: Case
    houses: NDArray[np.int64]
    people: NDArray[np.int64]
    afoot: NDArray[np.bool_]
    shelters: NDArray[np.int64]
    ways: Ways
    assignment: Assignment
    reasons: Mapping[int, Reason]
    notes: tuple[str, ...]
    paths_s: float
    assign_s: float

    def __len__(self) -> int:
        return len(self.houses)

    @cached_property
    def seconds(self) -> Seconds:
        """How long each is on the way, (k,); inf for those without a place."""
        return self.ways.seconds

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which have a place, (k,)."""
        return self.shelters >= 0

    @property
    def elsewhere(self) -> int:
        """How many houses go elsewhere than the scenario fixes, or nowhere."""
        goal = np.append(self.world.shelters.ids, 0)[self.shelters]
        now = dict(zip(self.world.houses.ids[self.houses].tolist(), goal.tolist(), strict=True))
        return sum(now.get(house) != shelter for house, shelter in self.scenario.locks)

    @property
    def person_minutes(self) -> float:
        """People times minutes on the way, of those with a place."""
        going = self.placed
        return float((self.people[going] * self.seconds[going]).sum() / 60)

    @property
    def latest_minutes(self) -> float:
        """When the last arrives; 0 where nobody goes."""
        return float(self.seconds[self.placed].max(initial=0.0) / 60)

    def load(self) -> NDArray[np.int64]:
        """Return how many people each shelter of the world takes in, (s,)."""
        going = self.placed
        found = np.bincount(
            self.shelters[going], weights=self.people[going], minlength=len(self.world.shelters)
        )
        return np.rint(found).astype(np.int64)

    def line(self, at: int) -> shapely.LineString | None:
        """Return the way of one of the k from its house to its shelter, project's CRS."""
        return self.ways.line(self.world.network, at)


def plan(world: World, scenario: Scenario, stop: Callable[[], bool] = lambda: False) -> Plan:
    """Return the best plan for a scenario.

    Raises
    ------
    InputRefused
        where the scenario names what is not there.
    Cancelled
        once `stop` says so.
    """
    begun = perf_counter()
    here = case(world, scenario)
    travel = routing(world, scenario, here)
    nothing = np.zeros(travel.shelters)
    for group in range(len(travel.parts)):
        travel.soonest(group, nothing)
    searched = perf_counter()
    locks, turned_away = _locks(world, scenario, here)
    found = assign(
        travel,
        here.people,
        world.shelters.capacity[here.shelters],
        objective=scenario.objective,
        locks=locks,
        stop=stop,
    )
    assigned = perf_counter()
    ways = travel.ways(found.shelter, float(found.seconds[found.shelter >= 0].max(initial=0.0)) * 1.001 + 1.0)
    shelter = found.shelter
    if scenario.congestion:
        room = world.shelters.capacity[here.shelters]
        lanes = capacity_of(world.network, world.movement)
        apart = spread(travel, Crowd(here.people, travel.afoot, room, lanes, locks), shelter, ways, stop)
        shelter, ways = apart.shelter, apart.ways
    unreachable, short = np.flatnonzero(found.unreachable), np.flatnonzero(found.short)
    why = reasons(world, scenario, here, unreachable, short)
    traced = perf_counter()
    return Plan(
        world=world,
        scenario=scenario,
        case=here,
        houses=here.houses,
        people=here.people,
        afoot=travel.afoot,
        shelters=np.where(shelter >= 0, here.shelters[shelter], -1)
        if len(here.shelters)
        else np.full(len(here.houses), -1),
        ways=ways,
        assignment=found,
        reasons=why,
        notes=(*here.notes, *turned_away, *_missing(world, here, found)),
        paths_s=searched - begun + traced - assigned,
        assign_s=assigned - searched,
    )


def _locks(world: World, scenario: Scenario, here: Case) -> tuple[dict[int, int], list[str]]:
    """Return what is fixed by hand as positions of house and shelter in a case, and sentences on what cannot be."""
    house_at = {int(i): k for k, i in enumerate(world.houses.ids[here.houses].tolist())}
    shelter_at = {int(i): k for k, i in enumerate(world.shelters.ids[here.shelters].tolist())}
    names = dict(zip(world.shelters.ids.tolist(), world.shelters.names, strict=True))
    found: dict[int, int] = {}
    turned_away: Counter[int] = Counter()
    stays = 0
    for house, shelter in scenario.locks:
        if shelter not in names:
            raise InputRefused(tr("没有编号为 {id} 的避灾点，请核对后再试").format(id=shelter))
        if house not in house_at:
            stays += 1
        elif shelter in shelter_at:
            found[house_at[house]] = shelter_at[shelter]
        else:
            turned_away[shelter] += 1
    idle = [tr("{n} 户指定了避灾点，但不用转移").format(n=stays)] if stays else []
    return found, idle + [
        tr("指定去{name}的 {n} 户改为自动安排：那里在危险区内、在范围外或没有填容纳人数").format(
            name=names[shelter] or tr("未命名避灾点"), n=count
        )
        for shelter, count in turned_away.items()
    ]


def _missing(world: World, here: Case, found: Assignment) -> list[str]:
    """Return how many places are missing where, as a sentence if there are any."""
    short = np.flatnonzero(found.short)
    if not len(short):
        return []
    by_village: Counter[str] = Counter()
    for house, people in zip(here.houses[short].tolist(), here.people[short].tolist(), strict=True):
        code = world.houses.villages[house] or ""
        by_village[world.villages.get(code, code) or tr("未分村")] += people
    told = "、".join(tr("{name} {n} 个").format(name=name, n=n) for name, n in by_village.most_common(_NAMED))
    more = tr("等 {n} 个村").format(n=len(by_village)) if len(by_village) > _NAMED else ""
    sentence = tr("避灾点容量不够，共缺 {n} 个位置：{told}{more}")
    return [sentence.format(n=sum(by_village.values()), told=told, more=more)]
