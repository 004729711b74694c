"""Many ways as a few lines for a wall map: those of one group that share their roads are drawn once.

A group is what leaves one hazard, in one village, for one shelter: that is what a sign at the road can say. Its longest
way is drawn whole; of every other way only the stretches that no longer way of the group has taken, and of those only
what is long enough to be seen.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

_GRID_M = 0.01  # corners nearer than this are one: ways that share a road have its corners to the last bit
_SEEN_M = 40.0  # a branch shorter than this is the path from a door to the road


def merged(lines: NDArray[np.object_], groups: NDArray[np.int64], shown_m: float = _SEEN_M) -> NDArray[np.object_]:
    """Return one line for each group of ways: (g,) LineString or MultiLineString, directed as one walks.

    Parameters
    ----------
    lines : (k,) LineStrings from house to shelter, project's CRS, metres.
    groups : (k,) 0 to g - 1.
    shown_m : branches shorter than this are left out.

    Examples
    --------
    >>> ways = shapely.from_wkt(["LINESTRING (0 0, 0 100, 0 200)", "LINESTRING (60 100, 0 100, 0 200)"])
    >>> print(merged(ways, np.zeros(2, dtype=np.int64))[0])
    MULTILINESTRING ((0 0, 0 100, 0 200), (60 100, 0 100))
    """
    if not len(lines):
        return np.empty(0, dtype=np.object_)
    order = np.lexsort((-shapely.length(lines), groups))  # by group, the longest first: it is the trunk
    xy, way = shapely.get_coordinates(lines[order], return_index=True)
    group = groups[order][way]
    begins = np.flatnonzero((way[:-1] == way[1:]) & (xy[:-1] != xy[1:]).any(axis=1))
    fresh = begins[_first_of_group(xy, group, begins)]
    # Stretches of one way that follow each other are one part.
    new_part = np.ones(len(fresh), dtype=np.bool_)
    new_part[1:] = (np.diff(fresh) != 1) | (way[fresh[1:]] != way[fresh[:-1]])
    part = np.cumsum(new_part) - 1
    corners = np.concatenate([fresh, fresh + 1])
    sorting = np.lexsort((corners, np.concatenate([part, part])))
    corners, parts = corners[sorting], np.concatenate([part, part])[sorting]
    kept = np.ones(len(corners), dtype=np.bool_)
    kept[1:] = (np.diff(corners) != 0) | (np.diff(parts) != 0)
    made = shapely.linestrings(xy[corners[kept]], indices=parts[kept])
    way_of, group_of = way[fresh[new_part]], group[fresh[new_part]]
    trunk = np.ones(len(made), dtype=np.bool_)
    trunk[1:] = (np.diff(group_of) != 0) | (np.diff(way_of) == 0) & _repeated(way_of, group_of)
    shown = trunk | (shapely.length(made) >= shown_m)
    return _collected(made[shown], group_of[shown], int(groups.max()) + 1)
