"""Ways joined into streams: each stretch of road once, with how many people walk along it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.paths import Paths, Shape
from mingqing.evacuation.routing.ways import stretch

if TYPE_CHECKING:
    from mingqing.evacuation.network.model import Network
    from mingqing.evacuation.routing.ways import Ways

GRADES = (1, 20, 60, 150)  # people from which on a stream is drawn wider
_Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """By grade, from few people to many, the stretches of road they walk along, in walking direction.

    legs : from houses to the road, and from the road to shelters.
    """

    grades: tuple[Paths, ...] = ()
    legs: Paths = field(default_factory=Paths.none)


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Stretches of edges with the people on them. edge : (n,). low, high : (n,). forth : (n,). people : (n,)."""

    edge: _Counts
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    forth: NDArray[np.bool_]
    people: _Counts


def streams(network: "Network", ways: "Ways", people: _Counts) -> Streams:
    """Return the streams of (k,) ways that so many people walk."""
    if not len(ways.edge):
        return Streams(legs=_legs(ways))
    found = spans(ways.edge, ways.begin, ways.end, people[ways.owner])
    grade = np.searchsorted(GRADES, found.people, side="right") - 1
    return Streams(tuple(_paths(network, found, grade == g) for g in range(len(GRADES))), _legs(ways))


def spans(edge: _Counts, begin: NDArray[np.float64], end: NDArray[np.float64], people: _Counts) -> Spans:
    """Return each part of an edge that is walked, by direction, with all the people on it.

    Parameters
    ----------
    edge, begin, end : (q,) stretches; from the greater to the less is against the edge's line.

    Examples
    --------
    >>> both = spans(np.array([7, 7]), np.array([0.0, 4.0]), np.array([10.0, 10.0]), np.array([3, 5]))
    >>> both.low.tolist(), both.high.tolist(), both.people.tolist()
    ([0.0, 4.0], [4.0, 10.0], [3, 8])
    """
    lane = edge * 2 + (end < begin)
    lanes = np.concatenate([lane, lane])
    at = np.concatenate([np.minimum(begin, end), np.maximum(begin, end)])
    order = np.lexsort((at, lanes))
    lanes, at = lanes[order], at[order]
    on = np.cumsum(np.concatenate([people, -people])[order])
    walked = np.flatnonzero((lanes[:-1] == lanes[1:]) & (at[1:] - at[:-1] > 1e-6) & (on[:-1] > 0))
    lane = lanes[walked]
    return Spans(lane // 2, at[walked], at[walked + 1], lane % 2 == 0, on[walked])


def _paths(network: "Network", found: Spans, which: NDArray[np.bool_]) -> Paths:
    """Return some of the stretches, joined where one leads on to the next."""
    edge, low, high, forth = found.edge[which], found.low[which], found.high[which], found.forth[which]
    if not len(edge):
        return Paths.none()
    lines = network.lines[edge]
    lines = np.where(forth, lines, shapely.reverse(lines))
    part = (low > 1e-6) | (high < shapely.length(lines) - 1e-6)
    for n in np.flatnonzero(part).tolist():
        ends = (low[n], high[n]) if forth[n] else (high[n], low[n])
        lines[n] = shapely.LineString(stretch(network, int(edge[n]), *map(float, ends)))
    merged = shapely.line_merge(shapely.multilinestrings(lines), directed=True)
    return Paths.of(np.array([merged], dtype=object), Shape.LINE)


def _legs(ways: "Ways") -> Paths:
    """Return the straight legs at both ends of the ways, each once."""
    known = np.isfinite(ways.metres)
    both = [np.hstack([ways.start, ways.join])[known], np.hstack([ways.leave, ways.goal])[known]]
    legs = np.unique(np.round(np.concatenate(both), 3), axis=0).reshape(-1, 2, 2)
    legs = legs[np.isfinite(legs).all(axis=(1, 2))]
    return Paths.of(shapely.linestrings(legs), Shape.LINE) if len(legs) else Paths.none()
