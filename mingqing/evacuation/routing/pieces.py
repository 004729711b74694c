"""Edges cut where they cross the border of a hazard and where shelters join, and the hazards each piece lies in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.evacuation.network.model import Network
from mingqing.evacuation.routing.danger import TOUCH_M, Danger

SAFE = 0  # the label of what lies in no hazard


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """`p` pieces of edges, by edge and along it.

    edge : (p,). begin, end : (p,) along the edge's line, units of the CRS. tail, head : (p,) nodes at its ends: those
    of the network, then those where edges were cut, `nodes` in all. seconds are an edge's in proportion.
    label : (p,) index into `labels`, the sets of hazards that a piece lies in; the first is empty.
    shelters : (s,) the node at which each shelter joins, -1 where it does not.
    """

    edge: NDArray[np.int64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    label: NDArray[np.int64]
    labels: Sequence[frozenset[int]]
    nodes: int
    shelters: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.edge)

    def share(self, network_length: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much of its edge each piece is, 0 to 1; `network_length` is that of the edges' lines."""
        whole = network_length[self.edge]
        return np.where(whole > 0, (self.end - self.begin) / np.where(whole > 0, whole, 1.0), 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Stretches of edges that lie in hazards, `i` of them. edge, hazard : (i,). begin, end : (i,) along the edge."""

    edge: NDArray[np.int64]
    hazard: NDArray[np.int64]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]

    @classmethod
    def of(
        cls, network: Network, length: NDArray[np.float64], danger: Danger, tree: shapely.STRtree
    ) -> "Inside":
        """Return what of a network lies in hazards; `tree` is over the lines of its edges."""
        hazard, edge = tree.query(danger.shapes, predicate="intersects") if len(danger) else _NO_PAIRS
        solid = shapely.area(danger.shapes) > 0
        hazard, edge = hazard[solid[hazard]], edge[solid[hazard]]
        pair, at = _crossings(network.lines[edge], shapely.boundary(danger.shapes)[hazard])
        pairs = np.arange(len(edge))
        pair = np.concatenate([pairs, pairs, pair])
        at = np.concatenate([np.zeros(len(edge)), length[edge], at])
        order = np.lexsort((at, pair))
        pair, at = pair[order], at[order]
        begins = np.flatnonzero(np.diff(pair) == 0)
        pair, begin, end = pair[begins], at[begins], at[begins + 1]
        # What lies between two crossings is asked by its middle: it lies on one side of the border.
        middle = shapely.line_interpolate_point(network.lines[edge[pair]], (begin + end) / 2)
        within = (end > begin) & shapely.intersects(danger.shapes[hazard[pair]], middle)
        return cls(edge[pair[within]], hazard[pair[within]], begin[within], end[within])

    def only(self, which: NDArray[np.int64], hazards: int) -> "Inside":
        """Return what lies in some of the `hazards` there are, which are numbered anew."""
        number = np.full(hazards, -1, dtype=np.int64)
        number[which] = np.arange(len(which))
        kept = number[self.hazard] >= 0
        return Inside(self.edge[kept], number[self.hazard[kept]], self.begin[kept], self.end[kept])

    def and_then(self, other: "Inside", hazards: int) -> "Inside":
        """Return this and what lies in other hazards, numbered on from `hazards`."""
        pairs = (
            (self.edge, other.edge),
            (self.hazard, other.hazard + hazards),
            (self.begin, other.begin),
            (self.end, other.end),
        )
        return Inside(*(np.concatenate(pair) for pair in pairs))  # type: ignore[arg-type]


def cut(
    network: Network,
    length: NDArray[np.float64],
    inside: Inside,
    joined: tuple[NDArray[np.int64], NDArray[np.float64]],
) -> Pieces:
    """Return the pieces of a network.

    Parameters
    ----------
    length : (e,) of the edges' lines, units of the CRS. inside : what of them lies in hazards.
    joined : for every shelter its edge, -1 for none, and how far along it.
    """
    at_edge, at = np.tile(inside.edge, 2), np.concatenate([inside.begin, inside.end])
    shelter_edge, shelter_at = joined
    joins = np.flatnonzero(shelter_edge >= 0)
    all_edge = np.concatenate([at_edge, shelter_edge[joins]])
    all_at = np.concatenate([at, shelter_at[joins]])
    spot, which = _spots(all_edge, all_at, length)
    pieces_edge, begin, end, tail, head = _split(network, length, *spot)
    label, labels = _label((pieces_edge, begin, end), inside)
    shelters = np.full(len(shelter_edge), -1, dtype=np.int64)
    shelters[joins] = _node_at(network, which[len(at) :], shelter_edge[joins])
    nodes = len(network.xy) + len(spot[0])
    return Pieces(pieces_edge, begin, end, tail, head, label, labels, nodes, shelters)


_NO_PAIRS = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
_AT_TAIL, _AT_HEAD = -1, -2


def _crossings(
    lines: NDArray[np.object_], borders: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where lines cross borders, pair by pair: which pair, and how far along its line."""
    parts, of = shapely.get_parts(shapely.intersection(lines, borders), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    pair = of[part]
    return pair, shapely.line_locate_point(lines[pair], shapely.points(xy))


def _spots(
    edge: NDArray[np.int64], at: NDArray[np.float64], length: NDArray[np.float64]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.float64]], NDArray[np.int64]]:
    """Return the places at which to cut, (edge, at) in order, and for each place asked for its number among them.

    What is within `TOUCH_M` of an end of the edge is no cut: -1 at its tail, -2 at its head.
    """
    which = np.full(len(edge), _AT_TAIL, dtype=np.int64)
    which[at >= length[edge] - TOUCH_M] = _AT_HEAD
    which[at <= TOUCH_M] = _AT_TAIL
    inner = np.flatnonzero((at > TOUCH_M) & (at < length[edge] - TOUCH_M))
    order = inner[np.lexsort((at[inner], edge[inner]))]
    if not len(order):
        return (np.empty(0, dtype=np.int64), np.empty(0)), which
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(edge[order]) != 0) | (np.diff(at[order]) > TOUCH_M)
    which[order] = np.cumsum(new) - 1
    return (edge[order][new], at[order][new]), which


def _split(
    network: Network, length: NDArray[np.float64], cut_edge: NDArray[np.int64], cut_at: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return edge, begin, end, tail and head of the pieces between cuts, by edge and along it."""
    count = len(network.tail)
    edge = np.repeat(np.arange(count), 1 + np.bincount(cut_edge, minlength=count))
    first = np.ones(len(edge), dtype=np.bool_)
    first[1:] = np.diff(edge) != 0
    last = np.ones(len(edge), dtype=np.bool_)
    last[:-1] = first[1:]
    begin, end = np.zeros(len(edge)), length[edge]
    tail, head = network.tail[edge].astype(np.int64), network.head[edge].astype(np.int64)
    fresh = len(network.xy) + np.arange(len(cut_edge))
    begin[~first], tail[~first] = cut_at, fresh
    end[~last], head[~last] = cut_at, fresh
    return edge, begin, end, tail, head


def _node_at(network: Network, spot: NDArray[np.int64], edge: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the nodes of places by their number from `_spots`."""
    at_end = np.where(spot == _AT_HEAD, network.head[edge], network.tail[edge])
    return np.where(spot >= 0, len(network.xy) + spot, at_end)


def _label(
    pieces: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]], inside: Inside
) -> tuple[NDArray[np.int64], list[frozenset[int]]]:
    """Return the label of every piece, and the sets that labels stand for."""
    edge, begin, end = pieces
    label = np.full(len(edge), SAFE, dtype=np.int64)
    beyond = float(end.max(initial=0.0)) + 1.0
    middle = edge * beyond + (begin + end) / 2  # in one order for all edges
    first = np.searchsorted(middle, inside.edge * beyond + inside.begin)
    count = np.searchsorted(middle, inside.edge * beyond + inside.end) - first
    piece, asked = np.repeat(first, count) + ramp(count), np.repeat(inside.hazard, count)
    order = np.lexsort((asked, piece))
    piece, asked = piece[order], asked[order]
    labels: dict[frozenset[int], int] = {frozenset(): SAFE}
    alone, where, repeats = np.unique(piece, return_index=True, return_counts=True)
    single = repeats == 1
    single_hazards, which = np.unique(asked[where[single]], return_inverse=True)
    for number in single_hazards.tolist():
        labels[frozenset((number,))] = len(labels)
    label[alone[single]] = 1 + which
    for one, begins, many in zip(
        alone[~single].tolist(), where[~single].tolist(), repeats[~single].tolist(), strict=True
    ):
        among = frozenset(asked[begins : begins + many].tolist())
        label[one] = labels.setdefault(among, len(labels))
    return label, list(labels)


def ramp(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, … for each of several counts, one after another."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - count, count)
