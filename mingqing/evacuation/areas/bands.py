"""Service areas: ground, households and people by how soon they are in the nearest shelter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.evacuation.areas.reach import Reach
from mingqing.evacuation.case import Case, case
from mingqing.evacuation.model import Mode, Seconds
from mingqing.evacuation.routing.setup import movers
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World

LIMITS_MIN = (5.0, 10.0, 15.0, 30.0)


@dataclass(frozen=True, slots=True, eq=False)
class ServiceAreas:
    """How soon people of all houses are in the nearest shelter, on foot and by themselves, whoever they are.

    limits_min : (b,). shapes : (b,) ground from where one needs no longer, without that of the band before.
    houses : (k,) indices of all houses of the villages that take part, in danger or not.
    seconds : (k,) inf where no shelter can be reached. shelter : (k,) index into those of the world, -1 where none.
    households, people : (b + 2,) by band; then those who need longer; last those who cannot get there.
    """

    limits_min: tuple[float, ...]
    shapes: NDArray[np.object_]
    houses: NDArray[np.int64]
    seconds: Seconds
    shelter: NDArray[np.int64]
    households: NDArray[np.int64]
    people: NDArray[np.int64]

    def band(self) -> NDArray[np.int64]:
        """Return the band of each house: number of its limit, b beyond the last, b + 1 where there is no way."""
        return band_of(self.seconds, self.limits_min)


def band_of(seconds: Seconds, limits_min: Sequence[float]) -> NDArray[np.int64]:
    """Return numbers of bands.

    Examples
    --------
    >>> band_of(np.array([0, 300, 301, 9000, np.inf]), (5, 10)).tolist()
    [0, 0, 1, 2, 3]
    """
    return np.searchsorted(np.asarray(limits_min) * 60.0, seconds) + np.isinf(seconds)


def service_areas(
    world: World,
    scenario: Scenario,
    limits_min: Sequence[float] = LIMITS_MIN,
    stop: Callable[[], bool] = lambda: False,
) -> ServiceAreas:
    """Return how far the shelters reach; with hazards active, by safe ways alone and without shelters in them.

    limits_min : increasing.

    Raises
    ------
    InputRefused
        where the scenario names what is not there.
    Cancelled
        once `stop` says so.
    """
    here = everybody(world, scenario)
    moved = movers(world, scenario, here, Mode.FOOT)
    seconds, chosen = moved.soonest(np.zeros(len(here.shelters)))
    reach = Reach.of(moved)
    shapes = np.empty(len(limits_min), dtype=np.object_)
    # Ground in a hazard is within reach of nobody who should be there.
    within, before_s = shapely.union_all(here.danger.shapes), -np.inf
    for number, limit_s in enumerate(60.0 * limit for limit in limits_min):
        if stop():
            raise Cancelled(tr("已停止计算服务范围。"))
        further = reach.between(before_s, limit_s).ground(planar_to_ground(world))
        shapes[number] = shapely.difference(further, within)
        within, before_s = shapely.union(within, shapes[number]), limit_s
    shelter = np.full(len(chosen), -1, dtype=np.int64)
    shelter[chosen >= 0] = here.shelters[chosen[chosen >= 0]]
    band, many = band_of(seconds, limits_min), len(limits_min) + 2
    households, people = (
        np.bincount(band, weights=each, minlength=many).astype(np.int64)
        for each in (world.houses.households[here.houses], here.people)
    )
    return ServiceAreas(tuple(limits_min), shapes, here.houses, seconds, shelter, households, people)


def everybody(world: World, scenario: Scenario) -> Case:
    """Return the case of a scenario in which all houses of its villages count, not those in danger alone."""
    here = case(world, scenario)
    houses = np.arange(len(world.houses))
    if scenario.villages is not None:
        among = set(scenario.villages)
        houses = houses[[village in among for village in world.houses.villages]]
    return replace(here, houses=houses, people=world.houses.people[houses])


def planar_to_ground(world: World) -> float:
    """Return units of the CRS to a metre on the ground."""
    on_ground = float(np.nansum(world.network.length_m))
    return float(world.length.sum()) / on_ground if on_ground > 0 else 1.0
