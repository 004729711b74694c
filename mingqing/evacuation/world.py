"""Everything that plans are made from, read once and kept until rows change."""

from collections.abc import Mapping, Sequence
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
from mingqing.evacuation.routing.pieces import Inside
from mingqing.evacuation.slope import Slope

_NONE = np.empty((2, 0), dtype=np.int64)


class Met(NamedTuple):
    """What hazards meet: the stretches of roads in them, and (hazard, house) of the houses, indices."""

    danger: Danger
    inside: Inside
    houses: tuple[NDArray[np.int64], NDArray[np.int64]]


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
    _met: "dict[float, Met]" = field(default_factory=dict, repr=False)

    def met(self, buffer_m: float) -> Met:
        """Return what all hazards meet, each so much wider: of it every scenario takes its own."""
        if buffer_m not in self._met:
            self._met.clear()  # one width at a time
            self._met[buffer_m] = self.meeting(Danger.of(self.hazards.shapes, buffer_m))
        return self._met[buffer_m]

    def meeting(self, danger: Danger) -> Met:
        """Return what some dangerous ground meets."""
        inside = Inside.of(self.network, self.length, danger, self.edge_tree)
        houses = self.house_tree.query(danger.shapes, predicate="intersects") if len(danger) else _NONE
        return Met(danger, inside, (houses[0], houses[1]))

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
