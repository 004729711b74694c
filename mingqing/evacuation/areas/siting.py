"""Where one more shelter would help most, found by trying every candidate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import Cancelled
from mingqing.core.text import tr
from mingqing.evacuation.areas.bands import everybody
from mingqing.evacuation.model import Mode, Seconds, Xy
from mingqing.evacuation.routing.setup import movers
from mingqing.evacuation.scenario import Scenario
from mingqing.evacuation.world import World

FAR_MIN = 15.0


@dataclass(frozen=True, slots=True)
class Served:
    """How well shelters serve the people of all houses.

    stranded : people who can reach none. person_minutes : minutes to the nearest, of all the others together.
    far : households that need longer than 15 minutes, or cannot get there.
    """

    stranded: int
    person_minutes: float
    far: int


@dataclass(frozen=True, slots=True)
class Site:
    """A candidate, index as given. served : with it open. nearer : people for whom it is the soonest to reach."""

    candidate: int
    served: Served
    nearer: int


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The candidates at which a shelter can be, the best first. before : how it is without any of them.

    refused : those in an active hazard, and those that no road leads to.
    """

    before: Served
    ranked: tuple[Site, ...]
    refused: tuple[int, ...]


def best_sites(
    world: World, scenario: Scenario, candidates: Xy, stop: Callable[[], bool] = lambda: False
) -> Sites:
    """Return how much a shelter at each candidate would help, room for all supposed.

    The best leaves the fewest people without any shelter, among equals with the least time on the way altogether.

    Parameters
    ----------
    candidates : (c, 2) project's CRS.

    Raises
    ------
    InputRefused
        where the scenario names what is not there.
    Cancelled
        once `stop` says so.
    """
    here = everybody(world, scenario)
    moved = movers(world, scenario, here, Mode.FOOT, further=candidates)
    known, many = len(here.shelters), len(here.shelters) + len(candidates)
    open_now = np.full(many, np.inf)
    open_now[:known] = 0.0
    now = moved.soonest(open_now)[0]
    households = world.houses.households[here.houses]
    usable = moved.ground.pieces.shelters[known:] >= 0
    if len(here.danger):
        usable[here.danger.around(candidates)[0]] = False
    # Beyond what the worst off need now, one more shelter helps nobody.
    limit_s = float(now.max(initial=0.0))
    sites = []
    for candidate in np.flatnonzero(usable).tolist():
        if stop():
            raise Cancelled(tr("已停止比较避灾点选址。"))
        only = np.full(many, np.inf)
        only[known + candidate] = 0.0
        there = moved.starts.best(moved.graph.search(only, limit_s).seconds, len(now))[0]
        served = _served(np.minimum(now, there), here.people, households)
        sites.append(Site(candidate, served, int(here.people[there < now].sum())))
    sites.sort(key=lambda site: (site.served.stranded, site.served.person_minutes, site.candidate))
    return Sites(_served(now, here.people, households), tuple(sites), tuple(np.flatnonzero(~usable).tolist()))


def _served(seconds: Seconds, people: NDArray[np.int64], households: NDArray[np.int64]) -> Served:
    reached = np.isfinite(seconds)
    return Served(
        int(people[~reached].sum()),
        float((people[reached] * seconds[reached]).sum() / 60),
        int(households[seconds > FAR_MIN * 60].sum()),
    )
