"""A scenario in a world: which ground is dangerous, which roads are closed, who has to go, and who may take them in."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.evacuation.routing.danger import Danger
from mingqing.evacuation.routing.pieces import Inside
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World

_NEAR_M = 50.0  # a cut that is farther from every road cuts none


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What a scenario means in a world.

    danger : the active hazards, then the drawn floods. inside : what of roads lies in them. hazards : their
        indices in the world.
    closed : (e,) edges that are cut. houses : indices of those that must leave. people : (k,) how many in each.
    shelters : indices of those that take people in. notes : sentences about what the data lacks.
    """

    danger: Danger
    inside: Inside
    hazards: NDArray[np.int64]
    closed: NDArray[np.bool_]
    houses: NDArray[np.int64]
    people: NDArray[np.int64]
    shelters: NDArray[np.int64]
    notes: tuple[str, ...]

    def hazard_name(self, world: World, number: int) -> str:
        """Return what the hazard of a number in `danger` is called."""
        if number >= len(self.hazards):
            return tr("画出的淹没范围")
        at = int(self.hazards[number])
        return world.hazards.names[at] or tr("未命名隐患点")


def case(world: World, scenario: Scenario) -> Case:
    """Return what a scenario means in a world.

    Raises
    ------
    InputRefused
        where it names a hazard, road, house, village or lock that is not there, or an area that is none.
    """
    hazards, crossed_off = _active(world, scenario)
    danger, inside, met = _met(world, scenario, hazards)
    houses = _affected(world, scenario, met)
    counted = world.houses.present if scenario.at_home else world.houses.people
    shelters, notes = _open(world, scenario, danger)
    if crossed_off:
        notes.insert(0, tr("{n} 处隐患点已销号，没有算在内").format(n=crossed_off))
    without_extent = int((shapely.area(danger.shapes) == 0).sum())
    if without_extent:
        notes.append(
            tr("{n} 处隐患点只有点位，没有范围：只影响压在点上的房屋，请画出范围或设外扩距离").format(
                n=without_extent
            )
        )
    return Case(
        danger, inside, hazards, _closed(world, scenario), houses, counted[houses], shelters, tuple(notes)
    )


def _met(
    world: World, scenario: Scenario, hazards: NDArray[np.int64]
) -> tuple[Danger, Inside, NDArray[np.int64]]:
    """Return the active hazards and drawn floods, what of roads lies in them, and the houses that they meet."""
    every = world.met(scenario.buffer_m)
    active = np.zeros(len(every.danger), dtype=np.bool_)
    active[hazards] = True
    hazard, house = every.houses
    met, shapes = house[active[hazard]], every.danger.shapes[hazards]
    inside = every.inside.only(hazards, len(every.danger))
    if not scenario.floods:
        return Danger(shapes), inside, met
    drawn = world.meeting(Danger.of(_floods(scenario), scenario.buffer_m))
    return (
        Danger(np.concatenate([shapes, drawn.danger.shapes])),
        inside.and_then(drawn.inside, len(hazards)),
        np.concatenate([met, drawn.houses[1]]),
    )


def _active(world: World, scenario: Scenario) -> tuple[NDArray[np.int64], int]:
    """Return the indices of active hazards, and how many were left out since they are crossed off."""
    if scenario.hazards is None:
        return np.flatnonzero(~world.hazards.closed), int(world.hazards.closed.sum())
    return _indices(world.hazards.ids, scenario.hazards, tr("隐患点")), 0


def _indices(ids: NDArray[np.int64], wanted: tuple[int, ...], what: str) -> NDArray[np.int64]:
    """Return where ids stand, each once; refuse what is not there."""
    asked = np.unique(np.asarray(wanted, dtype=np.int64))
    missing = asked[~np.isin(asked, ids)]
    if len(missing):
        raise InputRefused(
            tr("没有编号为 {id} 的{what}，或者您的账号看不到它；请核对后再试").format(
                id=int(missing[0]), what=what
            )
        )
    found: NDArray[np.int64] = np.flatnonzero(np.isin(ids, asked))
    return found


def _floods(scenario: Scenario) -> NDArray[np.object_]:
    """Return the drawn areas."""
    made = np.empty(len(scenario.floods), dtype=np.object_)
    for i, text in enumerate(scenario.floods):
        try:
            made[i] = shapely.from_wkt(text)
        except shapely.errors.GEOSException as error:
            raise InputRefused(tr("第 {n} 个画出的范围读不出来，请重新画").format(n=i + 1)) from error
        if made[i] is None or made[i].is_empty or shapely.get_dimensions(made[i]) != 2:
            raise InputRefused(tr("第 {n} 个画出的范围不是面，请重新画").format(n=i + 1))
    return made


def _affected(world: World, scenario: Scenario, met: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the indices of houses that an active hazard meets, and of those that were chosen."""
    houses = world.houses
    going = np.zeros(len(houses), dtype=np.bool_)
    going[met] = True
    if scenario.villages is not None:
        known = {*world.villages, *houses.villages, *world.shelters.villages}
        for code in scenario.villages:
            if code not in known:
                raise InputRefused(
                    tr("没有代码为 {code} 的村，或者您的账号看不到它；请核对村代码").format(code=code)
                )
        going &= _in(houses.villages, scenario.villages)
    going[_indices(houses.ids, scenario.houses, tr("住户房屋"))] = True
    return np.flatnonzero(going)


def _in(villages: object, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    among = set(wanted)
    return np.array([v in among for v in villages], dtype=np.bool_)  # type: ignore[attr-defined]


def _open(world: World, scenario: Scenario, danger: Danger) -> tuple[NDArray[np.int64], list[str]]:
    """Return the indices of shelters that may take people in, and why others may not."""
    shelters, notes = world.shelters, []
    here = np.ones(len(shelters), dtype=np.bool_)
    if scenario.villages is not None:
        here &= _in(shelters.villages, scenario.villages)
    endangered = np.zeros(len(shelters), dtype=np.bool_)
    if len(danger) and len(shelters):
        endangered[danger.around(shelters.at)[0]] = True
    without = here & (shelters.capacity <= 0)
    for which, sentence in (
        (without, tr("没有填容纳人数（或填了 0），没有安排人去：{names}")),
        (here & endangered, tr("在危险区内，没有安排人去：{names}")),
    ):
        if which.any():
            names = "、".join(shelters.names[i] or tr("未命名") for i in np.flatnonzero(which)[:5].tolist())
            more = tr("等 {n} 处").format(n=int(which.sum())) if which.sum() > 5 else ""
            notes.append(tr("避灾点") + sentence.format(names=names + more))
    return np.flatnonzero(here & ~without & ~endangered), notes


def _closed(world: World, scenario: Scenario) -> NDArray[np.bool_]:
    """Return which edges are cut: all of a blocked road, and the edge next to each cut."""
    network = world.network
    blocked = _indices(network.roads.ids, scenario.blocked, tr("道路"))
    closed = np.isin(network.road, blocked)
    if scenario.cuts and len(network.lines):
        places = shapely.points(np.asarray(scenario.cuts, dtype=np.float64))
        closed[world.edge_tree.query_nearest(places, max_distance=_NEAR_M, all_matches=False)[1]] = True
    # A road that was drawn twice is cut twice.
    return np.isin(world.twins, world.twins[closed])
