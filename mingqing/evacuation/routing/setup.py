"""From a case to routing: how the network is cut, where houses and shelters join it, and who moves how."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.case import Case
from mingqing.evacuation.model import MOBILITY, Mode, Xy
from mingqing.evacuation.network.model import Joins
from mingqing.evacuation.routing.danger import Danger
from mingqing.evacuation.routing.pieces import cut
from mingqing.evacuation.routing.search import Ground, Group, Movers, Routing
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World

Allowed = Callable[[NDArray[np.int64], NDArray[np.int64], Xy], NDArray[np.bool_]]
_BEDRIDDEN = len(MOBILITY) - 1


def routing(world: World, scenario: Scenario, case: Case) -> Routing:
    """Return the ways of the houses that must leave to the shelters that take people in."""
    if not len(case.shelters) or not len(world.network.lines):
        return Routing([], len(case.houses), len(case.shelters))
    if scenario.walk_kmh is not None:
        alike = Group(movers(world, scenario, case, Mode.FOOT), np.arange(len(case.houses)), 1.0, 1.0)
        return Routing([alike], len(case.houses), len(case.shelters))
    mobility = world.houses.mobility[case.houses].astype(np.int64)
    parts = []
    if scenario.vehicles:
        fetched = _by_car(world, scenario, case, np.flatnonzero(mobility == _BEDRIDDEN))
        mobility[fetched.members] = len(MOBILITY)
        parts = [fetched] if len(fetched.members) else []
    afoot = np.flatnonzero(mobility < len(MOBILITY))
    walkers = movers(world, scenario, _only(case, afoot), Mode.FOOT)
    for m in np.unique(mobility[afoot]).tolist() or [0]:  # nobody is a group too
        local = np.flatnonzero(mobility[afoot] == m)
        pace, weight = world.movement.paces[m], world.movement.weights[m]
        parts.append(Group(walkers, afoot[local], pace, weight, local))
    return Routing(parts, len(case.houses), len(case.shelters))


def _by_car(world: World, scenario: Scenario, case: Case, who: NDArray[np.int64]) -> Group:
    """Return those of some houses to whom a car can come and take them to a shelter; the others are carried."""
    driven = movers(world, scenario, _only(case, who), Mode.VEHICLE)
    local = np.flatnonzero(driven.soonest(np.zeros(len(case.shelters)))[1] >= 0)
    return Group(driven, who[local], 1.0, world.movement.weights[_BEDRIDDEN], local, driven=True)


def _only(case: Case, which: NDArray[np.int64]) -> Case:
    """Return a case in which only some of its houses leave."""
    return replace(case, houses=case.houses[which], people=case.people[which])


def movers(
    world: World,
    scenario: Scenario,
    case: Case,
    mode: Mode,
    *,
    dear_s: float | None = None,
    further: Xy | None = None,
) -> Movers:
    """Return the houses that must leave, as if all of them moved in one manner.

    dear_s : what entering a hazard costs, each time; None where that may not be. Where it may, the legs of houses
        need not keep out of hazards either, nor out of water and within reach where there is no other road.
    further : (c, 2) places that count as shelters too, after those of the case.
    """
    network, walk_kmh = world.network, scenario.walk_kmh
    costs = world.movement.costs(network, mode, walk_kmh=walk_kmh, slope=world.slope, night=scenario.night)
    forth, back = (np.where(case.closed, np.inf, way) for way in (costs.forth, costs.back))
    usable = np.isfinite(forth) | np.isfinite(back)
    houses, shelters = world.houses.at[case.houses], world.shelters.at[case.shelters]
    if further is not None:
        shelters = np.concatenate([shelters, further])
    join = partial(
        world.approach.join,
        usable=usable,
        within_m=np.inf if walk_kmh is not None else world.movement.farthest_leg_m,
    )
    shelter_joins = join(shelters, allowed=keeping_out(world, scenario, shelters, case.danger))
    danger = case.danger if dear_s is None else None
    joins = join(houses, allowed=keeping_out(world, scenario, houses, danger))
    if dear_s is not None and (joins.edge < 0).any():
        joins = joins.completed(world.approach.join(houses, usable))
    ground = Ground(
        network,
        world.length,
        case.danger,
        cut(
            network,
            world.length,
            case.inside,
            (shelter_joins.edge.astype(np.int64), shelter_joins.at),
        ),
        shelters,
    )
    leg = world.movement.leg_s_per_m(walk_kmh=walk_kmh, night=scenario.night)
    # Who is fetched by car is carried to it.
    carried = world.movement.pace(Mode.FOOT)[_BEDRIDDEN] if mode is Mode.VEHICLE else 1.0
    leg_s, shelter_leg_s = (_seconds(where, leg * carried) for where in (joins, shelter_joins))
    return Movers(ground, houses, joins, shelter_joins, leg_s, shelter_leg_s, forth, back, dear_s)


def keeping_out(world: World, scenario: Scenario, at: Xy, danger: Danger | None) -> Allowed:
    """Return the question which legs from places keep out of hazards and of water, as `Approach.join` asks it.

    danger : None where hazards do not matter.

    Where everybody moves at a given speed, so that others can check the figures, water does not count.
    """

    def allowed(which: NDArray[np.int64], _edge: NDArray[np.int64], foot: Xy) -> NDArray[np.bool_]:
        good = (
            np.ones(len(which), dtype=np.bool_) if danger is None else danger.legs_keep_out(at[which], foot)
        )
        if scenario.walk_kmh is None and len(world.waters):
            good[wading(world, at[which], foot)[0]] = False
        return good

    return allowed


def wading(world: World, start: Xy, end: Xy) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (leg, water) for straight legs that lead through water; what begins in it is not told."""
    legs = shapely.linestrings(np.stack([start, end], axis=1))
    leg, water = world.water_tree.query(legs, predicate="intersects")
    dry = ~shapely.intersects(shapely.points(start[leg]), world.waters[water])
    return leg[dry], water[dry]


def _seconds(joins: Joins, per_m: float) -> NDArray[np.float64]:
    return np.where(joins.edge >= 0, joins.leg_m * per_m, np.inf)
