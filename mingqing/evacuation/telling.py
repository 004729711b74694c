"""A plan told: every way in words, and who leads whom."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mingqing.access.roles import Action
from mingqing.core.text import tr
from mingqing.core.watch import UNWATCHED, Watch
from mingqing.evacuation.directions import Piece, words
from mingqing.evacuation.model import Xy
from mingqing.evacuation.planning import Plan
from mingqing.evacuation.routing.ways import stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mingqing.store.session import Session

_CHOICE = 3  # ways that meet where one has to be told which to take


class Directions:
    """The ways of a plan in words, one at a time: few are asked for at once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def _degree(self) -> "NDArray[np.int64]":
        network = self._plan.world.network
        ends = np.concatenate([network.tail, network.head])
        return np.bincount(ends, minlength=len(network.xy))

    def of(self, at: int) -> str:
        """Return the way of one of the plan's houses, one sentence without a full stop; empty where it has none."""
        plan = self._plan
        ways = plan.ways
        if np.isnan(ways.metres[at]):
            return ""
        pieces = [piece for part in ways.stretches(at) if (piece := self._piece(*part)) is not None]
        on_road = sum(piece.length_m for piece in pieces)
        legs = ways.metres[at] - on_road
        first, last = self._leg(ways.start[at], ways.join[at]), self._leg(ways.leave[at], ways.goal[at])
        drawn = first.line.length + last.line.length
        scale = legs / drawn if drawn > 0 else 1.0  # the map's metres to those on the ground
        first, last = (Piece(leg.line, leg.line.length * scale) for leg in (first, last))
        name = plan.world.shelters.names[int(plan.shelters[at])]
        return words(pieces, first=first, last=last, shelter=name)

    def _piece(self, edge: int, begin: float, end: float) -> Piece | None:
        if begin == end:
            return None
        network = self._plan.world.network
        whole = float(self._plan.world.length[edge])
        road = int(network.road[edge])
        node = network.tail[edge] if begin <= 0 else network.head[edge] if begin >= whole else None
        return Piece(
            shapely.LineString(stretch(network, edge, begin, end)),
            float(network.length_m[edge]) * abs(end - begin) / whole,
            network.roads.names[road],
            network.roads.classes[road],
            network.roads.structures[road],
            junction=node is not None and bool(self._degree[node] >= _CHOICE),
        )

    @staticmethod
    def _leg(start: Xy, end: Xy) -> Piece:
        return Piece(shapely.LineString([start, end]), 0.0)


def directions(plan: Plan, watch: Watch = UNWATCHED) -> list[str]:
    """Return the ways of all houses of a plan in words."""
    told, count = Directions(plan), len(plan)
    found = []
    for at in range(count):
        if at % 200 == 0:
            watch.step(tr("写出转移路线"), at, count)
        found.append(told.of(at))
    return found


def hazards_of(plan: Plan) -> "NDArray[np.int64]":
    """Return the id of the hazard that makes each house leave, (k,); of several the first, 0 for a drawn flood."""
    case, found = plan.case, np.zeros(len(plan), dtype=np.int64)
    which, hazard = case.danger.meeting(plan.world.houses.shapes[plan.houses])
    known = hazard < len(case.hazards)
    which, hazard = which[known][::-1], hazard[known][::-1]
    found[which] = plan.world.hazards.ids[case.hazards[hazard]]
    return found


def leaders(session: "Session", plan: Plan) -> tuple[list[str], list[str]]:
    """Return who leads the people of each house, and how to reach them: who answers for the hazard, else for the grid.

    As far as the account may see them; empty where nobody is entered.
    """
    policy = session.policy
    who: dict[int, tuple[str, str]] = {}
    if policy.allowed("hazard", Action.SEE):
        for number, name, phone in session.rows("hazard", ("id", "responsible", "responsible_phone")):
            who[number] = (str(name or ""), str(phone or ""))
    found = [who.get(number, ("", "")) for number in hazards_of(plan).tolist()]
    without = np.array([k for k, (name, _) in enumerate(found) if not name], dtype=np.int64)
    if len(without) and policy.allowed("grid", Action.SEE):
        _by_grid(session, plan, without, found)
    return [name for name, _ in found], [phone for _, phone in found]


def _by_grid(
    session: "Session", plan: Plan, without: "NDArray[np.int64]", found: "list[tuple[str, str]]"
) -> None:
    """Enter the workers of the grids that houses stand in."""
    grids = session.features("grid", columns=("worker", "phone"))
    there = np.flatnonzero(~shapely.is_missing(grids.geometry))
    places = shapely.points(plan.world.houses.at[plan.houses[without]])
    house, grid = shapely.STRtree(grids.geometry[there]).query(places, predicate="intersects")
    names: Sequence[object | None] = grids.columns["worker"]
    phones: Sequence[object | None] = grids.columns["phone"]
    for k, row in zip(without[house].tolist(), there[grid].tolist(), strict=True):
        if names[row]:
            found[k] = (str(names[row]), str(phones[row] or ""))
