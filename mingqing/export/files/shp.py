"""The bytes of .shp and .shx, by array: GDAL takes twice as long for them.

Source: ESRI Shapefile Technical Description, 1998. Lengths in it are counted in words of 16 bits.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import GeometryKind
from mingqing.core.watch import Watch
from mingqing.export.files.rings import Counts, Rings, rings_of, turned

NULL, POINT, LINE, POLYGON, POINTS = 0, 1, 3, 5, 8
HEAD = 100  # bytes of the header of either file
_RECORD, _BOX = 8, 36  # bytes: number and length of a record; type and bounds of a shape
_AT_A_TIME = 20_000


@dataclass(frozen=True)
class Shapes:
    """Shapes of one type.

    geometry : (n,) shapely, None where there is none. type : POINT, LINE, POLYGON or POINTS.
    rings : of lines and areas. sizes : (n,) bytes of each record.
    """

    geometry: NDArray[np.object_]
    type: int
    rings: Rings
    sizes: Counts

    def __getitem__(self, rows: slice) -> "Shapes":
        return Shapes(self.geometry[rows], self.type, self.rings.of(rows), self.sizes[rows])


def shapes_of(geometry: NDArray[np.object_], kind: GeometryKind) -> Shapes:
    """Return shapes of one kind as a shapefile has them; empty ones are none."""
    whole = geometry.copy()
    whole[shapely.is_empty(whole)] = None
    number = _type_of(whole, kind)
    points = shapely.get_num_coordinates(whole).astype(np.int64)
    rings = rings_of(whole if number in {LINE, POLYGON} else whole[:0])
    content = {POINT: 20, POINTS: _BOX + 4 + 16 * points}.get(
        number, _BOX + 8 + 4 * np.bincount(rings.owners, minlength=len(whole)) + 16 * points
    )
    return Shapes(
        whole, number, rings, _RECORD + np.where(shapely.is_missing(whole), 4, content).astype(np.int64)
    )


def _type_of(geometry: NDArray[np.object_], kind: GeometryKind) -> int:
    if kind is not GeometryKind.POINT:
        return POLYGON if kind is GeometryKind.POLYGON else LINE
    return POINTS if (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOINT).any() else POINT


def write(path: Path, shapes: Shapes, watch: Watch) -> None:
    """Write `path` (.shp) and the .shx beside it. Raises OSError where the disk is full."""
    n = len(shapes.geometry)
    head = _header(shapes)
    with path.open("wb") as shp:
        shp.write(_of_size(head, HEAD + int(shapes.sizes.sum())))
        for start, end in pairwise((*range(0, n, _AT_A_TIME), n)):
            watch.step(path.stem, start, n)
            shp.write(_records(shapes[start:end], start + 1))
    index = np.empty((n, 2), dtype=">i4")
    index[:, 0] = (HEAD + np.cumsum(shapes.sizes) - shapes.sizes) // 2
    index[:, 1] = (shapes.sizes - _RECORD) // 2
    path.with_suffix(".shx").write_bytes(_of_size(head, HEAD + index.nbytes) + index.tobytes())


def _header(shapes: Shapes) -> NDArray[np.int32]:
    head = np.zeros(HEAD // 4, dtype="<i4")
    head[0] = np.array(9994, dtype=">i4").view("<i4")
    head[7:9] = 1000, shapes.type
    if not shapely.is_missing(shapes.geometry).all():
        head[9:17] = shapely.total_bounds(shapes.geometry).astype("<f8").view("<i4")
    return head


def _of_size(head: NDArray[np.int32], size: int) -> bytes:
    """Return a header that says how many bytes the file has."""
    head[6] = np.array(size // 2, dtype=">i4").view("<i4")
    return head.tobytes()


def _records(shapes: Shapes, first: int) -> bytes:
    """Records in words of 4 bytes, of which every part of one takes whole ones; the first has the number `first`."""
    there = np.flatnonzero(~shapely.is_missing(shapes.geometry))
    starts = (np.cumsum(shapes.sizes) - shapes.sizes) // 4
    words = np.zeros(int(shapes.sizes.sum()) // 4, dtype="<i4")
    words[starts] = np.arange(first, first + len(starts), dtype=">i4").view("<i4")
    words[starts + 1] = ((shapes.sizes - _RECORD) // 2).astype(">i4").view("<i4")
    words[starts[there] + 2] = shapes.type
    coordinates, owners = shapely.get_coordinates(shapes.geometry, return_index=True)
    points = np.bincount(owners, minlength=len(starts))
    behind = starts + 3  # where the points of each begin
    if shapes.type != POINT:
        _put(words, starts[there] + 3, shapely.bounds(shapes.geometry[there]))
        words[starts[there] + 11] = points[there]
        behind = starts + 12
    if shapes.type in {LINE, POLYGON}:
        parts = _put_parts(words, starts + 11, points, shapes.rings)
        behind = starts + 13 + parts
    if shapes.type == POLYGON:
        coordinates = turned(coordinates, shapes.rings, clockwise=True)
    nth = np.arange(len(owners)) - (np.cumsum(points) - points)[owners]
    _put(words, behind[owners] + 4 * nth, coordinates)
    return words.tobytes()


def _put_parts(words: NDArray[np.int32], at: Counts, points: Counts, rings: Rings) -> Counts:
    """Put how many parts and points each shape has, and where its parts begin; return the former."""
    parts = np.bincount(rings.owners, minlength=len(at))
    there = parts > 0
    words[at[there]], words[at[there] + 1] = parts[there], points[there]
    nth = np.arange(len(rings.owners)) - (np.cumsum(parts) - parts)[rings.owners]
    begins = np.cumsum(rings.lengths) - rings.lengths - (np.cumsum(points) - points)[rings.owners]
    words[at[rings.owners] + 2 + nth] = begins
    return parts


def _put(words: NDArray[np.int32], at: Counts, numbers: NDArray[np.float64]) -> None:
    """Put rows of doubles at places counted in words."""
    pairs = np.ascontiguousarray(numbers, dtype="<f8").view("<i4")
    words[at[:, None] + np.arange(pairs.shape[1])] = pairs
