"""Everything that plans are made from, read once and kept until rows change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Hazards, Houses, Shelters
from mingqing.evacuation.movement import Movement
from mingqing.evacuation.network.joining import Approach
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.slope import Slope


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
