"""Everything that plans are made from, read once and kept until rows change."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Hazards, Houses, Shelters
from mingqing.evacuation.movement import Movement
from mingqing.evacuation.network.joining import Approach
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.network.twins import twins
from mingqing.evacuation.routing.danger import Danger
from mingqing.evacuation.routing.pieces import Crossings
from mingqing.evacuation.slope import Slope

_KEPT = 4  # sets of hazards


class Met(NamedTuple):
    """What a set of hazards meets: where roads cross them, and the houses, indices, some more than once."""

    danger: Danger
    crossings: Crossings
    houses: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class World:
    """The villages as they are: what may be asked of them again and again for another scenario.

    villages : code → name. slope : of the edges, where an elevation model is loaded.
    waters : (w,) streams and ponds, lines and polygons, through which no access leg may lead; `water_names` of them.
    seconds : what building the network took.
    """

    network: Network
    houses: Houses
    shelters: Shelters
    hazards: Hazards
    movement: Movement
    villages: Mapping[str, str]
    slope: Slope | None
    waters: NDArray[np.object_]
    water_names: Sequence[str]
    seconds: float
    _kept: "OrderedDict[object, Met]" = field(default_factory=OrderedDict, repr=False)

    def kept(self, key: object, make: Callable[[], Met]) -> Met:
        """Return what was made for the same hazards before, or make it: most questions change something else."""
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]

    @cached_property
    def approach(self) -> Approach:
        """How places come to the network."""
        return Approach(self.network)

    @cached_property
    def length(self) -> NDArray[np.float64]:
        """Lengths of the edges' lines, (e,), units of the CRS."""
        found: NDArray[np.float64] = shapely.length(self.network.lines)
        return found

    @cached_property
    def twins(self) -> NDArray[np.int64]:
        """For every edge the first of those that lie on it, (e,)."""
        return twins(self.network)

    @cached_property
    def edge_tree(self) -> shapely.STRtree:
        """The lines of the edges by place."""
        return shapely.STRtree(self.network.lines)

    @cached_property
    def water_tree(self) -> shapely.STRtree:
        """Streams and ponds by place."""
        return shapely.STRtree(self.waters)

    @cached_property
    def house_tree(self) -> shapely.STRtree:
        """The shapes of the houses by place."""
        return shapely.STRtree(self.houses.shapes)
