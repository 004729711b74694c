"""What is wrong with the roads as a network: where they do not meet though they should, and what is no road."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mingqing.core.text import tr
from mingqing.crs.ground import metric, on_ground
from mingqing.evacuation.network.gaps import GAP_M, Gap, dead_ends, gaps
from mingqing.evacuation.network.model import Network
from mingqing.evacuation.network.paths import TOUCH_M, paths
from mingqing.evacuation.network.twins import twins

_STUB_M = 1.0


class FaultKind(StrEnum):
    """What can be wrong, the gravest first."""

    ISLAND = "island"  # roads from which one does not get to the others
    GAP = "gap"  # an end a few metres from a road
    UNUSABLE = "unusable"  # a row of which no road can be made, or not of all of it
    TWIN = "twin"  # a road drawn twice
    STUB = "stub"  # less than a metre
    DEAD_END = "dead_end"  # an end far from any other road; mostly right


@dataclass(frozen=True, slots=True)
class NetworkFault:
    """One fault.

    roads : ids of the rows concerned. where : what to show on the map, project's CRS; None where there is no place.
    sentence : Chinese, without full stop. fix : a road to draw that would mend it, None where that takes a look.
    """

    kind: FaultKind
    roads: tuple[int, ...]
    where: shapely.Geometry | None
    sentence: str
    fix: shapely.LineString | None = None


def faults(network: Network, *, with_dead_ends: bool = False) -> list[NetworkFault]:
    """Return what is wrong, the gravest first: by kind, then large islands, narrow gaps and long twins first.

    with_dead_ends : plain dead ends too, which are many and mostly right; `dead_ends` counts them.
    """
    found = list(_islands(network))
    mended = {shapely.normalize(fault.fix) for fault in found if fault.fix is not None}
    open_gaps = gaps(network)
    found += [_gap(network, gap) for gap in open_gaps if shapely.normalize(gap.line) not in mended]
    found += [*_unusable(network), *_twins(network), *_stubs(network)]
    if with_dead_ends:
        found += _dead_ends(network, {gap.node for gap in open_gaps})
    return found


def components(network: Network) -> NDArray[np.int64]:
    """Return for each node, (n,), which connected part it is of; 0 is the one with most metres of road."""
    count = len(network.xy)
    graph = coo_array((np.ones(len(network.tail)), (network.tail, network.head)), shape=(count, count))
    parts, label = connected_components(graph, directed=False)
    metres = np.bincount(label[network.tail], network.length_m, minlength=parts)
    rank = np.empty(parts, dtype=np.int64)
    rank[np.argsort(-metres, kind="stable")] = np.arange(parts)
    return np.asarray(rank[label])


def _islands(network: Network) -> Iterator[NetworkFault]:
    """Tell of every part but the largest."""
    part = components(network)[network.tail]
    order = np.argsort(part, kind="stable")
    main, *others = np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
    tree = shapely.STRtree(network.lines[main])
    for edges in others:
        (own, near), far = tree.query_nearest(network.lines[edges], return_distance=True, all_matches=False)
        i = int(np.argmin(far))
        line = shapely.shortest_line(network.lines[edges[own[i]]], network.lines[main[near[i]]])
        width = _length_m(network, line)
        rows = np.unique(network.road[edges])
        where = (
            tr("只在桥隧处上下交叉")
            if far[i] <= TOUCH_M
            else tr("离主路网最近 {far}").format(far=_told(width))
        )
        sentence = tr("{count} 条路共 {length}，自成一片，走不到主路网，{where}").format(
            count=len(rows), length=_told(network.length_m[edges].sum()), where=where
        )
        shape = shapely.multilinestrings(network.lines[edges])
        fix = line if TOUCH_M < far[i] <= GAP_M else None
        yield NetworkFault(FaultKind.ISLAND, _ids(network, rows), shape, sentence, fix)


def _gap(network: Network, gap: Gap) -> NetworkFault:
    sentence = tr("{road}到这里断头，离{other} {far}没有接上").format(
        road=_title(network, gap.road),
        other=_title(network, gap.other) if gap.other != gap.road else tr("它自己的另一段"),
        far=_told(_length_m(network, gap.line)),
    )
    return NetworkFault(FaultKind.GAP, _ids(network, (gap.road, gap.other)), gap.line, sentence, gap.line)


def _unusable(network: Network) -> Iterator[NetworkFault]:
    """Tell of rows that are lines in part or not at all."""
    lines = network.roads.lines
    used = np.bincount(paths(network.roads).road, minlength=len(lines))
    for row in np.flatnonzero((used == 0) | (used < shapely.get_num_geometries(lines))).tolist():
        spots = shapely.get_coordinates(lines[row])
        spots = spots[np.isfinite(spots).all(axis=1)]
        text = tr("{road}有一段没有长度或坐标不对，这一段不能当路走")
        if not used[row]:
            text = tr("{road}没有长度或坐标不对，不能当路走")
        where = shapely.Point(spots[0]) if len(spots) else None
        yield NetworkFault(
            FaultKind.UNUSABLE, _ids(network, [row]), where, text.format(road=_title(network, row))
        )


def _twins(network: Network) -> Iterator[NetworkFault]:
    """Tell of each pair of rows that lie on one another, the longest first."""
    first = twins(network)
    edges = np.flatnonzero(first != np.arange(len(first)))
    pairs = np.column_stack([network.road[first[edges]], network.road[edges]])
    order = np.lexsort(pairs.T)
    new = np.flatnonzero((np.diff(pairs[order], axis=0, prepend=-1) != 0).any(axis=1))
    groups = np.split(edges[order], new)[1:]
    metres = [network.length_m[group].sum() for group in groups]
    for i in np.argsort(np.negative(metres), kind="stable"):
        row, other = pairs[order[new[i]]].tolist()
        sentence = tr("{road}有 {length}与{other}画在同一处").format(
            road=_title(network, row),
            length=_told(metres[i]),
            other=_title(network, other) if row != other else tr("它自己"),
        )
        shape = shapely.multilinestrings(network.lines[groups[i]])
        yield NetworkFault(FaultKind.TWIN, _ids(network, (row, other)), shape, sentence)


def _stubs(network: Network) -> Iterator[NetworkFault]:
    """Tell of what is shorter than a metre and leads nowhere: whole roads, and what goes on behind a junction."""
    lines = network.roads.lines
    whole = np.bincount(network.road, network.length_m, minlength=len(lines))
    edges = np.unique(dead_ends(network)[1])
    edges = edges[network.length_m[edges] < _STUB_M]
    vanished = np.setdiff1d(paths(network.roads).road, network.road)
    if len(vanished) > 1:  # what is split at a village's border leaves many: one line, not a page
        sentence = tr("{n} 条路不到半米长，多半是误画，不影响算路").format(n=len(vanished))
        shape = shapely.union_all(lines[vanished])
        yield NetworkFault(FaultKind.STUB, _ids(network, vanished.tolist()), shape, sentence)
        vanished = vanished[:0]
    for row in np.union1d(vanished, network.road[edges][whole[network.road[edges]] < _STUB_M]).tolist():
        sentence = tr("{road}只有 {length}长，多半是误画").format(
            road=_title(network, row), length=_told(_length_m(network, lines[row]))
        )
        yield NetworkFault(FaultKind.STUB, _ids(network, [row]), lines[row], sentence)
    for edge in edges[whole[network.road[edges]] >= _STUB_M]:
        row = network.road[edge]
        sentence = tr("{road}在路口多画出 {length}").format(
            road=_title(network, row), length=_told(network.length_m[edge])
        )
        yield NetworkFault(FaultKind.STUB, _ids(network, [row]), network.lines[edge], sentence)


def _dead_ends(network: Network, told: set[int]) -> Iterator[NetworkFault]:
    for node, edge in zip(*dead_ends(network), strict=True):
        if int(node) not in told:
            row = network.road[edge]
            sentence = tr("{road}到这里是断头路").format(road=_title(network, row))
            yield NetworkFault(
                FaultKind.DEAD_END, _ids(network, [row]), shapely.Point(network.xy[node]), sentence
            )


def _ids(network: Network, rows: Iterable[int]) -> tuple[int, ...]:
    """Return ids of rows, each once, in the order given."""
    return tuple(dict.fromkeys(int(network.roads.ids[row]) for row in rows))


def _title(network: Network, row: int) -> str:
    """Return how a road is spoken of: its name, or what sort of road it is."""
    name, sort = network.roads.names[row], network.roads.classes[row]
    return tr("“{name}”").format(name=name) if name else tr("一条{sort}").format(sort=sort or tr("道路"))


def _length_m(network: Network, line: shapely.Geometry) -> float:
    """Return how long a short line is on the ground."""
    xy = shapely.get_coordinates(line)
    steps = np.diff(xy, axis=0)
    return float(np.nansum(on_ground(steps, metric(xy[:-1] + steps / 2, network.epsg))))


def _told(length_m: float) -> str:
    """Return a length for a sentence, as exact as it matters there."""
    if length_m < 0.1:
        return tr("{length:.0f} 厘米").format(length=max(length_m * 100, 1))
    return tr("{length} 米").format(length=f"{length_m:.1f}" if length_m < 10 else f"{length_m:.0f}")
