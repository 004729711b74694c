"""Many ways as a few lines for a wall map: a stretch of road that several of a group take is drawn once.

A group is whoever leaves one hazard, in one village, for one shelter: that is what a sign at the road can say. A line
begins where the first house comes to the road, and ends at the shelter: the paths from every door are not drawn.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.network.model import Network
from mingqing.evacuation.routing.ways import Ways, stretch


def merged(network: Network, ways: Ways, groups: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the lines of groups of ways: (g,) LineString or MultiLineString, directed as one walks.

    Parameters
    ----------
    groups : (k,) 0 to g - 1, each of at least one way; -1 for houses that have none.
    """
    longest = _longest(ways, groups)
    roads, of_road = _roads(network, ways, groups)
    ends, of_end = _legs(ways.leave[longest], ways.goal[longest])
    made = np.full(len(longest), None, dtype=np.object_)
    lines, of = np.concatenate([roads, ends]), np.concatenate([of_road, of_end])
    order = np.argsort(of, kind="stable")
    there = np.unique(of)
    made[there] = shapely.line_merge(
        shapely.multilinestrings(lines[order], indices=np.searchsorted(there, of[order])), directed=True
    )
    for bare in np.setdiff1d(
        np.arange(len(longest)), there
    ).tolist():  # next door to the shelter: from the door
        made[bare] = ways.line(network, int(longest[bare]))
    return made


def _longest(ways: Ways, groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of each group the way that is longest, (g,)."""
    going = np.flatnonzero(groups >= 0)
    order = going[np.lexsort((-ways.metres[going], groups[going]))]
    return order[np.unique(groups[order], return_index=True)[1]]


def _roads(
    network: Network, ways: Ways, groups: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the stretches of road that each group takes, each once, and the group of each."""
    owner = groups[ways.owner]
    forth = ways.end >= ways.begin
    keys, at = np.unique((owner * len(network.lines) + ways.edge) * 2 + forth, return_inverse=True)
    low, high = np.full(len(keys), np.inf), np.full(len(keys), -np.inf)
    np.minimum.at(low, at, np.minimum(ways.begin, ways.end))
    np.maximum.at(high, at, np.maximum(ways.begin, ways.end))
    edge, group = keys // 2 % max(len(network.lines), 1), keys // 2 // max(len(network.lines), 1)
    lines = network.lines[edge]
    for i in np.flatnonzero((low > 0) | (high < shapely.length(lines) - 1e-9)).tolist():
        lines[i] = shapely.LineString(stretch(network, int(edge[i]), float(low[i]), float(high[i])))
    back = keys % 2 == 0
    lines[back] = shapely.reverse(lines[back])
    seen = high > low
    return lines[seen], group[seen]


def _legs(
    start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return straight lines between places, and which they are: those that lead nowhere are left out."""
    seen = np.flatnonzero((start != end).any(axis=1))
    return shapely.linestrings(np.stack([start[seen], end[seen]], axis=1)), seen
