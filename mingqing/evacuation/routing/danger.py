"""Ground that is dangerous in a scenario, and what of a line lies in it."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.model import Xy

TOUCH_M = 1e-3  # a line that is in a hazard for no longer than this only touches it

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Danger:
    """`z` active hazards. shapes : (z,) valid polygons, or points without extent, project's CRS."""

    shapes: NDArray[np.object_]
    tree: shapely.STRtree = field(init=False)

    def __post_init__(self) -> None:
        shapely.prepare(self.shapes)
        object.__setattr__(self, "tree", shapely.STRtree(self.shapes))

    @classmethod
    def of(cls, shapes: NDArray[np.object_], buffer_m: float = 0.0) -> "Danger":
        """Return hazards, each `buffer_m` wider than it is drawn."""
        sound = shapely.make_valid(shapes)
        return cls(shapely.buffer(sound, buffer_m) if buffer_m > 0 else sound)

    def __len__(self) -> int:
        return len(self.shapes)

    def meeting(self, shapes: NDArray[np.object_]) -> Pairs:
        """Return (shape, hazard) for all that meet, were it in a point."""
        found = self.tree.query(shapes, predicate="intersects")
        return found[0], found[1]

    def around(self, at: Xy) -> Pairs:
        """Return (place, hazard) for all places in a hazard or on its border; at : (k, 2)."""
        return self.meeting(shapely.points(at))

    def legs_keep_out(self, start: Xy, end: Xy) -> NDArray[np.bool_]:
        """Return for `k` straight legs whether each, once it is out of a hazard, keeps out, and enters no other.

        A hazard that the start lies in may be left: what of the leg is in it must be one stretch from the start.
        """
        good = np.ones(len(start), dtype=np.bool_)
        legs = shapely.linestrings(np.stack([start, end], axis=1))
        leg, hazard = self.meeting(legs)
        begin = shapely.points(start[leg])
        leaving = shapely.intersects(self.shapes[hazard], begin)
        # Most are told by their ends alone, which is quick: within from end to end, or begun outside and ended within.
        entering = ~leaving & shapely.contains_properly(self.shapes[hazard], shapely.points(end[leg]))
        good[leg[entering]] = False
        unsure = ~entering & ~shapely.covers(self.shapes[hazard], legs[leg]) & good[leg]
        leg, hazard, begin, leaving = leg[unsure], hazard[unsure], begin[unsure], leaving[unsure]
        inside = shapely.intersection(legs[leg], self.shapes[hazard])
        long = shapely.length(inside)
        # From the start on without a break means: as long within as the farthest point within is away.
        farthest = shapely.hausdorff_distance(begin, np.where(shapely.is_empty(inside), legs[leg], inside))
        np.logical_and.at(good, leg, np.where(leaving, farthest - long <= TOUCH_M, long <= TOUCH_M))
        return good
