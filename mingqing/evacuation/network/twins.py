"""Edges that lie on one another: one way on the ground, drawn twice."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mingqing.evacuation.network.model import Network
from mingqing.evacuation.network.paths import JOIN_M


def twins(network: Network) -> NDArray[np.int64]:
    """Return for each edge, (e,), the first of those that lie within 0.5 m of it all along; mostly itself.

    Who cuts an edge has to cut its twins too, or the cut is walked around: ``np.isin(twins, twins[cut])``.
    """
    ends = np.sort(np.column_stack([network.tail, network.head]).astype(np.int64), axis=1)
    nodes = ends[:, 0] * len(network.xy) + ends[:, 1]
    order = np.argsort(nodes, kind="stable")
    nodes = nodes[order]
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for step in range(1, np.unique(nodes, return_counts=True)[1].max(initial=1)):
        i = np.flatnonzero(nodes[step:] == nodes[:-step])
        pair = np.stack([order[i], order[i + step]])
        far = shapely.hausdorff_distance(*network.lines[pair])
        pairs.append(pair[:, far <= JOIN_M])
    a, b = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(a), dtype=bool), (a, b)), shape=(len(nodes), len(nodes)))
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    return np.asarray(first[label], dtype=np.int64)
