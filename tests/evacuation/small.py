"""Small road networks, drawn by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from mingqing.evacuation.model import Roads
from mingqing.evacuation.network.model import Network

EPSG = 4549


def network(
    xy: Sequence[tuple[float, float]],
    pairs: Sequence[tuple[int, int]],
    *,
    classes: Sequence[str | None] = ("村道",),
    widths: Sequence[float] = (np.nan,),
    structures: Sequence[str | None] = (None,),
    one_ways: Sequence[str | None] = (None,),
    names: Sequence[str | None] = (None,),
) -> Network:
    """Nodes, and straight edges between pairs of them, each a road of its own; columns of one value hold for all."""
    count = len(pairs)
    places, (tail, head) = np.array(xy, dtype=np.float64), np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    lines = shapely.linestrings(np.stack([places[tail], places[head]], axis=1))

    def each(column: Sequence[Any]) -> list[Any]:
        return list(column) * count if len(column) == 1 else list(column)

    roads = Roads(
        np.arange(1, count + 1),
        lines,
        np.array(each(widths), dtype=np.float64),
        each(classes),
        each(structures),
        each(one_ways),
        each(names),
    )
    length = np.hypot(*(places[head] - places[tail]).T)
    return Network(EPSG, roads, places, tail, head, lines, length, np.arange(count, dtype=np.int32))
