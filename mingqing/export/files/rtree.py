"""An R-tree of SQLite's, packed whole: row by row it costs as much as all the rest of a GeoPackage.

Source: https://www.sqlite.org/rtree.html, section 6; sort-tile-recursive packing after Leutenegger et al., 1997.
"""

import sqlite3
from dataclasses import dataclass
from math import ceil, isqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_MOST = 51  # cells of a node
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_NODE = np.dtype([("depth", ">u2"), ("count", ">u2"), ("cells", _CELL, _MOST)])
_ROOT = 1


@dataclass(frozen=True)
class _Level:
    """Nodes of one depth. cells : whose ids and boxes each has. groups : (n,) the node of each cell, from 0."""

    ids: Numbers
    boxes: Floats
    groups: Numbers


def fill(database: sqlite3.Connection, name: str, ids: Numbers, boxes: Floats) -> None:
    """Put boxes into an R-tree that is empty.

    ids : (n,) positive. boxes : (n, 4) x min, x max, y min, y max.
    """
    if not len(ids):
        return
    levels = _levels(ids, boxes)
    counts = [int(level.groups[-1]) + 1 for level in levels]
    firsts = [_ROOT + sum(counts[depth + 1 :]) for depth in range(len(levels))]  # the root comes first
    database.execute(f'DELETE FROM "{name}_node"')
    for depth, (level, first) in enumerate(zip(levels, firsts, strict=True)):
        below = level.ids if depth == 0 else level.ids + firsts[depth - 1]
        nodes = first + level.groups
        is_root = depth == len(levels) - 1
        blobs = _blobs(level, below, depth if is_root else 0)
        database.executemany(
            f'INSERT INTO "{name}_node" VALUES (?, ?)',
            zip(range(first, first + len(blobs)), blobs, strict=True),
        )
        table = "rowid" if depth == 0 else "parent"
        order = np.argsort(below)
        pairs = zip(below[order].tolist(), nodes[order].tolist(), strict=True)
        database.executemany(f'INSERT INTO "{name}_{table}" VALUES (?, ?)', pairs)


def _levels(ids: Numbers, boxes: Floats) -> list[_Level]:
    """Leaves first, each level's cells being the nodes of the one before; the last has one node."""
    order = _tiled(boxes)
    ids, boxes = ids[order], boxes[order]
    found = []
    while True:
        groups = np.arange(len(ids)) // _MOST
        found.append(_Level(ids, boxes, groups))
        if len(ids) <= _MOST:
            return found
        starts = np.arange(0, len(ids), _MOST)
        low, high = np.minimum.reduceat(boxes, starts), np.maximum.reduceat(boxes, starts)
        boxes = np.column_stack([low[:, 0], high[:, 1], low[:, 2], high[:, 3]])
        ids = np.arange(len(starts))


def _tiled(boxes: Floats) -> Numbers:
    """The order in which neighbours come together: strips by x, within each by y."""
    leaves = ceil(len(boxes) / _MOST)
    strip = ceil(leaves / (isqrt(leaves - 1) + 1)) * _MOST
    by_x = np.argsort(boxes[:, 0] + boxes[:, 1], kind="stable")
    strips = np.empty(len(boxes), dtype=np.int64)
    strips[by_x] = np.arange(len(boxes)) // strip
    return np.lexsort((boxes[:, 2] + boxes[:, 3], strips))


def _blobs(level: _Level, ids: Numbers, depth: int) -> list[bytes]:
    nodes = np.zeros(int(level.groups[-1]) + 1, dtype=_NODE)
    nodes["depth"] = depth
    nodes["count"] = np.bincount(level.groups)
    at = np.arange(len(ids)) % _MOST
    nodes["cells"]["id"][level.groups, at] = ids
    nodes["cells"]["box"][level.groups, at] = _outwards(level.boxes)
    whole, size = nodes.tobytes(), _NODE.itemsize
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def _outwards(boxes: Floats) -> NDArray[np.float32]:
    """Boxes in single precision, none smaller than it was."""
    near = boxes.astype(np.float32)
    low, high = np.nextafter(near, np.float32(-np.inf)), np.nextafter(near, np.float32(np.inf))
    is_low = np.array([True, False, True, False])
    return np.where(is_low & (near > boxes), low, np.where(~is_low & (near < boxes), high, near))
