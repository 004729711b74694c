"""Flat arrays become Qt paths in bulk."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QIODevice
from PySide6.QtGui import QPainterPath, QPolygon

from mingqing.core.paths import Paths
from mingqing.render.occupancy import Box

_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1
_VERTICES = 160
_FEATURES = 32
_REACH_PX = 64.0  # by which the widest line reaches beyond its course


def to_qpath(xy: NDArray[np.float64], parts: NDArray[np.int64]) -> QPainterPath:
    """Return one path of the lines that `parts` (p + 1 offsets from 0) cuts `xy` (m, 2) into.

    It is written in the form that Qt itself saves paths in, and read by Qt in one call.
    """
    elements = np.empty(len(xy), dtype=_ELEMENT)
    elements["type"] = 1  # line to
    elements["type"][parts[:-1]] = 0  # move to
    elements["x"], elements["y"] = xy.T
    head = np.array([len(xy)], dtype=">i4").tobytes()
    tail = np.array([parts[-2] if len(parts) > 1 else 0, _WINDING], dtype=">i4").tobytes()
    path = QPainterPath()
    saved = QByteArray(head + elements.tobytes() + tail)  # the stream keeps a pointer to it, not a reference
    QDataStream(saved, QIODevice.OpenModeFlag.ReadOnly) >> path
    return path


def to_qpolygon(xy: NDArray[np.float64]) -> QPolygon:
    """Return (n, 2) pixels as points, each the pixel it falls in."""
    saved = QByteArray(np.array([len(xy)], dtype=">u4").tobytes() + np.floor(xy).astype(">i4").tobytes())
    polygon = QPolygon()
    QDataStream(saved, QIODevice.OpenModeFlag.ReadOnly) >> polygon
    return polygon


def chunks(paths: Paths, region: Box | None = None) -> Iterator[QPainterPath]:
    """Yield the features as paths short enough that drawing one holds nothing up.

    Drawing one path of everything is many times slower than the same in small chunks (docs/decisions/0004).
    Chunks that lie well outside `region` are left out.
    """
    ends = paths.parts[paths.features]
    start = 0
    while start < len(paths):
        stop = int(np.searchsorted(ends, ends[start] + _VERTICES))
        stop = max(start + 1, min(stop, start + _FEATURES, len(paths)))
        first, last = paths.features[start], paths.features[stop]
        offsets = paths.parts[first : last + 1]
        xy = paths.xy[offsets[0] : offsets[-1]]
        if region is None or _meets(xy, region):
            yield to_qpath(xy, offsets - offsets[0])
        start = stop


def _meets(xy: NDArray[np.float64], region: Box) -> bool:
    (left, top), (right, bottom) = xy.min(axis=0) - _REACH_PX, xy.max(axis=0) + _REACH_PX
    return bool(left <= region[2] and top <= region[3] and right >= region[0] and bottom >= region[1])
