"""Flat arrays become Qt paths in bulk."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QIODevice
from PySide6.QtGui import QPainterPath

from mingqing.render.paths import Paths

_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1
_VERTICES = 4_000
_FEATURES = 500


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


def chunks(paths: Paths) -> Iterator[QPainterPath]:
    """Yield the features as paths short enough that drawing one holds nothing up.

    Drawing one path of everything is five times slower than the same in chunks (docs/decisions).
    """
    start = 0
    ends = paths.parts[paths.features]
    while start < len(paths):
        stop = int(np.searchsorted(ends, ends[start] + _VERTICES))
        stop = max(start + 1, min(stop, start + _FEATURES, len(paths)))
        first, last = paths.features[start], paths.features[stop]
        offsets = paths.parts[first : last + 1]
        yield to_qpath(paths.xy[offsets[0] : offsets[-1]], offsets - offsets[0])
        start = stop
