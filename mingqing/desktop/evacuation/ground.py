"""The ground an evacuation is planned on, as the page needs it: what can be chosen, and what lies under a click."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from mingqing.desktop.evacuation.roads_page import Fault

if TYPE_CHECKING:
    from mingqing.evacuation.model import Hazards, Roads, Shelters

Place = tuple[float, float]
TABLES = frozenset({"road", "house", "household", "resident", "key_person", "shelter", "hazard"})
"""What a plan follows from: where a row of these is changed, it is reckoned anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Hazards, shelters and roads of a project; `world` is all of it, for who plans.

    names : by house who lives there, as the account may see it. faults : what is wrong with the roads.
    seq : of the last change of the project before it was read.
    """

    hazards: "Hazards"
    shelters: "Shelters"
    roads: "Roads"
    world: Any
    names: Mapping[int, str] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    seq: int = 0
    _roads: shapely.STRtree = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_roads", shapely.STRtree(self.roads.lines))

    def hazard_at(self, place: Place, near: float, among: Collection[int]) -> int | None:
        """Return the id of the hazard at a place, the smallest of several; `near` is for those without extent."""
        at = np.fromiter(among, dtype=np.int64, count=len(among))
        shapes = self.hazards.shapes[at]
        met = at[shapely.dwithin(shapes, shapely.Point(place), near)]
        if not len(met):
            return None
        return int(self.hazards.ids[met[np.argmin(shapely.area(self.hazards.shapes[met]))]])

    def shelter_at(self, place: Place, near: float) -> int | None:
        """Return the id of the shelter nearest to a place, where it is near."""
        if not len(self.shelters):
            return None
        away = np.hypot(*(self.shelters.at - place).T)
        nearest = int(np.nanargmin(away)) if np.isfinite(away).any() else -1
        return int(self.shelters.ids[nearest]) if nearest >= 0 and away[nearest] <= near else None

    def road_at(self, place: Place, near: float) -> Place | None:
        """Return the place on the nearest road; None where none is near."""
        point = shapely.Point(place)
        found = self._roads.query_nearest(point, max_distance=near, all_matches=False)
        if not len(found):
            return None
        line = self.roads.lines[int(found[0])]
        on = shapely.line_interpolate_point(line, shapely.line_locate_point(line, point))
        return float(on.x), float(on.y)
