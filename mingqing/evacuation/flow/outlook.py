"""How a plan goes when all set out: everything about it that is told and shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.evacuation.flow.bottlenecks import Bottleneck, bottlenecks
from mingqing.evacuation.flow.loads import Loads, Timeline, loads, timeline
from mingqing.evacuation.flow.model import Flow, Walks, capacity_of
from mingqing.evacuation.flow.queues import simulate
from mingqing.evacuation.flow.staggering import hamlets, stagger

if TYPE_CHECKING:
    from mingqing.evacuation.planning import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Houses that had better wait before they set out. houses : positions among those of the plan.

    sentence : Chinese, of which village how many, and how many minutes after the first signal.
    """

    delay_min: int
    houses: NDArray[np.int64]
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """How a plan goes. turns : empty where nobody gains by waiting; staggered : how it goes with them."""

    flow: Flow
    loads: Loads
    bottlenecks: list[Bottleneck]
    timeline: Timeline
    turns: list[Turn]
    staggered: Flow

    @property
    def sentence(self) -> str:
        """In one line when all are there, and whether the roads are wide enough."""
        there = np.isfinite(self.flow.arrival_s)
        if not there.any():
            return tr("没有人出发")
        who = "" if there.all() else tr("有去处的{n}人").format(n=int(self.flow.walks.people[there].sum()))
        minutes = max(round(self.flow.clearance_s / 60), 1)
        said = who + tr("同时出发，{n}分钟全部到达").format(n=minutes)
        if not self.bottlenecks:
            return said + tr("，路上不用排队")
        return said + tr("，{n}处路段要排队，最窄处：{worst}").format(
            n=len(self.bottlenecks), worst=self.bottlenecks[0].sentence
        )


def outlook(plan: "Plan", stop: Callable[[], bool] = lambda: False) -> Outlook:
    """Return how a plan goes when everybody sets out at the signal.

    Raises
    ------
    Cancelled
        once `stop` says so.
    """
    world = plan.world
    lanes = capacity_of(world.network, world.movement)
    flow = simulate(Walks.of(plan.ways, plan.people, plan.afoot), lanes, stop=stop)
    found = loads(flow)
    group = hamlets(world.houses.at[plan.houses])
    staggered = stagger(flow, group, stop)
    return Outlook(
        flow,
        found,
        bottlenecks(found, world.network, world.movement),
        timeline(flow),
        _turns(plan, staggered.delay_s[group]),
        staggered.after,
    )


def _turns(plan: "Plan", delay_s: NDArray[np.float64]) -> list[Turn]:
    """Return those who wait, by how long and by village."""
    houses = plan.world.houses
    villages = [houses.villages[i] for i in plan.houses.tolist()]
    by: dict[tuple[int, str], list[int]] = {}
    for at in np.flatnonzero(delay_s > 0).tolist():
        by.setdefault((round(delay_s[at] / 60), villages[at] or ""), []).append(at)
    return [_turn(plan, delay, village, np.array(where)) for (delay, village), where in sorted(by.items())]


def _turn(plan: "Plan", delay_min: int, village: str, where: NDArray[np.int64]) -> Turn:
    sentence = tr("{village}{households}户{people}人，{minutes}分钟后再出发").format(
        village=plan.world.villages.get(village, ""),
        households=int(plan.world.houses.households[plan.houses[where]].sum()),
        people=int(plan.people[where].sum()),
        minutes=delay_min,
    )
    return Turn(delay_min, where, sentence)
