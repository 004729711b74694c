"""Flat arrays become Qt paths in bulk."""

from collections.abc import Iterator
from struct import Struct

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QIODevice
from PySide6.QtGui import QPainterPath, QPolygon

from mingqing.core.paths import Paths
from mingqing.render.occupancy import Box

_HEAD, _TAIL = Struct(">i"), Struct(">ii")
_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1
_VERTICES = 160
_FEATURES = 32
_REACH_PX = 64.0  # by which the widest line reaches beyond its course


def to_qpath(xy: NDArray[np.float64], parts: NDArray[np.int64]) -> QPainterPath:
    """Return one path of the lines that `parts` (p + 1 offsets from 0) cuts `xy` (m, 2) into."""
    return _read(_elements(xy, parts), len(xy), parts[-2] if len(parts) > 1 else 0)


def _elements(xy: NDArray[np.float64], parts: NDArray[np.int64]) -> NDArray[np.void]:
    elements = np.empty(len(xy), dtype=_ELEMENT)
    elements["type"] = 1  # line to
    elements["type"][parts[:-1]] = 0  # move to
    elements["x"], elements["y"] = xy.T
    return elements


def _read(elements: NDArray[np.void], count: int, last: int) -> QPainterPath:
    """Let Qt read a path in the form that it saves paths in itself; `last` is where the last line begins."""
    path = QPainterPath()
    saved = QByteArray(_HEAD.pack(count) + elements.tobytes() + _TAIL.pack(last, _WINDING))
    (
        QDataStream(saved, QIODevice.OpenModeFlag.ReadOnly) >> path
    )  # it keeps a pointer to `saved`, not a reference
    return path


def whole(path: QPainterPath, scale: float) -> QPainterPath:
    """Return a path so many times larger, each of its coordinates a whole number: short to write down."""
    if path.isEmpty():  # of a space, or of what a font has only as a picture
        return path
    saved = QByteArray()
    QDataStream(saved, QIODevice.OpenModeFlag.WriteOnly) << path
    raw = saved.data()
    count = _HEAD.unpack_from(raw)[0]
    elements = np.frombuffer(raw, _ELEMENT, count, _HEAD.size).copy()
    for axis in ("x", "y"):
        elements[axis] = np.rint(elements[axis] * scale)
    return _read(elements, count, _TAIL.unpack_from(raw, len(raw) - _TAIL.size)[0])


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
    elements = _elements(paths.xy, paths.parts)
    starts, ends = paths.parts[:-1], paths.parts[paths.features]
    first = 0
    while first < len(paths):
        last = int(np.searchsorted(ends, ends[first] + _VERTICES))
        last = max(first + 1, min(last, first + _FEATURES, len(paths)))
        begin, end = int(ends[first]), int(ends[last])
        if region is None or _meets(paths.xy[begin:end], region):
            line = int(starts[paths.features[last] - 1])
            yield _read(elements[begin:end], end - begin, line - begin)
        first = last


def _meets(xy: NDArray[np.float64], region: Box) -> bool:
    (left, top), (right, bottom) = xy.min(axis=0) - _REACH_PX, xy.max(axis=0) + _REACH_PX
    return bool(left <= region[2] and top <= region[3] and right >= region[0] and bottom >= region[1])
