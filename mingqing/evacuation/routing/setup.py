"""From a case to routing: how the network is cut, where houses and shelters join it, and who moves how."""

from collections.abc import Callable

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
    mobility = world.houses.mobility[case.houses]
    walking = Mode.FOOT
    alike = scenario.walk_kmh is not None
    by_car = scenario.vehicles and not alike
    manners = [Mode.VEHICLE if by_car and m == _BEDRIDDEN else walking for m in range(len(MOBILITY))]
    if alike:
        mobility = np.zeros_like(mobility)
    kinds: dict[tuple[Mode, float, float], list[int]] = {}
    for m in np.unique(mobility).tolist() or [0]:  # nobody is a group too
        pace = float(world.movement.pace(manners[m], walk_kmh=scenario.walk_kmh)[m])
        weight = 1.0 if alike else world.movement.weights[m]
        kinds.setdefault((manners[m], pace, weight), []).append(m)
    made = {mode: movers(world, scenario, case, mode) for mode in {mode for mode, _, _ in kinds}}
    parts = [
        Group(made[mode], np.flatnonzero(np.isin(mobility, who)), pace, weight)
        for (mode, pace, weight), who in kinds.items()
    ]
    return Routing(parts, len(case.houses), len(case.shelters))


def movers(
    world: World,
    scenario: Scenario,
    case: Case,
    mode: Mode,
    *,
    heed: bool = True,
    further: Xy | None = None,
) -> Movers:
    """Return the houses that must leave, as if all of them moved in one manner.

    heed : whether access legs have to keep out of hazards.
    further : (c, 2) places that count as shelters too, after those of the case.
    """
    network, walk_kmh = world.network, scenario.walk_kmh
    costs = world.movement.costs(network, mode, walk_kmh=walk_kmh, slope=world.slope, night=scenario.night)
    forth, back = (np.where(case.closed, np.inf, way) for way in (costs.forth, costs.back))
    usable = np.isfinite(forth) | np.isfinite(back)
    houses, shelters = world.houses.at[case.houses], world.shelters.at[case.shelters]
    if further is not None:
        shelters = np.concatenate([shelters, further])
    joins, shelter_joins = (
        world.approach.join(at, usable, keeping_out(world, scenario, at, case.danger) if heed else None)
        for at in (houses, shelters)
    )
    ground = Ground(
        network,
        world.length,
        case.danger,
        cut(
            network,
            world.length,
            case.danger,
            case.crossings,
            (shelter_joins.edge.astype(np.int64), shelter_joins.at),
        ),
        shelters,
    )
    leg = world.movement.leg_s_per_m(walk_kmh=walk_kmh, night=scenario.night)
    # Who is fetched by car is carried to it.
    carried = world.movement.pace(Mode.FOOT)[_BEDRIDDEN] if mode is Mode.VEHICLE else 1.0
    leg_s, shelter_leg_s = (_seconds(where, leg * carried) for where in (joins, shelter_joins))
    return Movers(ground, houses, joins, shelter_joins, leg_s, shelter_leg_s, forth, back)


def keeping_out(world: World, scenario: Scenario, at: Xy, danger: Danger) -> Allowed:
    """Return the question which legs from places keep out of hazards and of water, as `Approach.join` asks it.

    Where everybody moves at a given speed, so that others can check the figures, water does not count.
    """

    def allowed(which: NDArray[np.int64], _edge: NDArray[np.int64], foot: Xy) -> NDArray[np.bool_]:
        good = danger.legs_keep_out(at[which], foot)
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
