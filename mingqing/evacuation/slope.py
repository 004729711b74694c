"""How much longer a walk takes uphill and down, after Tobler."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.text import tr
from mingqing.evacuation.model import Xy
from mingqing.evacuation.network.model import Network

Metres = NDArray[np.float64]
Heights = Callable[[Xy], Metres]
"""From (m, 2) places in the project's CRS to (m,) metres above the sea, NaN where they are not known."""

# Of the code list `road_structure`: of these the ground over or under them tells nothing.
ABOVE_GROUND = (tr("桥"), tr("隧"))
_STEP_M = 30.0  # as far apart as the cells of the elevation models that are to be had of everywhere
_MOST_STEPS = 2_000
_GENTLE = 0.05  # downhill, where one walks quickest


def hiking(rise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many times as long as on the level a walk takes; rise over run, negative downhill.

    Tobler, W. (1993): Three Presentations on Geographical Analysis and Modeling, NCGIA Technical Report 93-1:
    one walks 6·exp(-3.5·|rise + 0.05|) km/h, 5.04 on the level.

    Examples
    --------
    >>> hiking(np.array([0.0, -0.05, 0.2])).round(3).tolist()
    [1.0, 0.839, 2.014]
    """
    return np.exp(3.5 * (np.abs(rise + _GENTLE) - _GENTLE))


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """How many times as long each edge takes as it would on level ground.

    forth : (e,) from tail to head. back : (e,) from head to tail.
    """

    forth: NDArray[np.float64]
    back: NDArray[np.float64]

    @classmethod
    def of(cls, network: Network, heights: Heights, steepest: NDArray[np.float64]) -> Self:
        """Return what slopes add to each edge, from heights every 30 m along it.

        Between known heights the road rises evenly: over voids of the model, on bridges and in tunnels. Where there is
        none at all an edge counts as level.

        Parameters
        ----------
        steepest : (r,) rise over run of which each road is capable; what exceeds it is the hillside, not the road.
        """
        if not len(network.lines):
            return cls(np.empty(0), np.empty(0))
        length = np.where(network.length_m > 0, network.length_m, 0.0)
        steps = np.clip(np.ceil(length / _STEP_M), 1, _MOST_STEPS).astype(np.int64)
        edge = np.repeat(np.arange(len(steps)), steps + 1)
        nth = np.arange(len(edge)) - np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
        z = heights(_places(network, edge, nth / steps[edge]))
        spans = np.array([s in ABOVE_GROUND for s in network.roads.structures], dtype=np.bool_)
        z = np.where(spans[network.road][edge] & (nth > 0) & (nth < steps[edge]), np.nan, z)
        rise = np.diff(_filled(z, edge))[edge[:-1] == edge[1:]]
        of = np.repeat(np.arange(len(steps)), steps)
        run = (length / steps)[of]
        most = steepest[network.road][of]
        grade = np.clip(np.divide(rise, run, out=np.zeros(len(rise)), where=run > 0), -most, most)
        grade[np.isnan(grade)] = 0.0
        forth, back = (np.bincount(of, hiking(g), len(steps)) / steps for g in (grade, -grade))
        return cls(forth, back)


def _places(network: Network, edge: NDArray[np.int64], share: NDArray[np.float64]) -> Xy:
    """Return the places at a share of the way along edges, (m, 2)."""
    xy, of = shapely.get_coordinates(network.lines, return_index=True)
    # All lines one after another on a single axis, a metre between them so that no end is another's beginning.
    along = np.zeros(len(xy))
    np.cumsum(np.where(np.diff(of), 1.0, np.hypot(*np.diff(xy, axis=0).T)), out=along[1:])
    each = np.arange(len(network.lines))
    first = along[np.searchsorted(of, each)]
    last = along[np.searchsorted(of, each, side="right") - 1]
    at = first[edge] + share * (last - first)[edge]
    return np.column_stack([np.interp(at, along, xy[:, 0]), np.interp(at, along, xy[:, 1])])


def _filled(z: Metres, edge: NDArray[np.int64]) -> Metres:
    """Return heights with those missing put evenly between, or as, the nearest known ones of the same edge."""
    index, known = np.arange(len(z)), np.isfinite(z)
    before = np.maximum.accumulate(np.where(known, index, -1))
    after = np.minimum.accumulate(np.where(known, index, len(z))[::-1])[::-1]
    before = np.where((before >= 0) & (edge[before] == edge), before, -1)
    after = np.where((after < len(z)) & (edge[np.minimum(after, len(z) - 1)] == edge), after, -1)
    one, other = np.where(before < 0, after, before), np.where(after < 0, before, after)
    share = np.divide(index - one, other - one, out=np.zeros(len(z)), where=other > one)
    even = z[one] + share * (z[other] - z[one])
    return np.where(one < 0, np.nan, even)
