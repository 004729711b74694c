"""The records of a .shp file: found, checked against its .shx, made readable where that is missing or wrong.

GDAL reads the shapes that are not plain; but it would write a rebuilt .shx beside the user's file, and believes a
stale one.
Layout: ESRI Shapefile Technical Description, 1998.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.ingest.reading.gdal import FARTHEST
from mingqing.ingest.reading.layer import RowProblem

_HEADER = 100
_MAGIC = 9994
_POINT, _LINE, _POLYGON = 1, 3, 5
_FEWEST = {_POINT: 1, _LINE: 2, _POLYGON: 4}  # vertices of a part
_PLAIN_TYPES = {0, 1, 3, 5, 8}
_Words = NDArray[np.int32]
_TYPES = _PLAIN_TYPES | {11, 13, 15, 18, 21, 23, 25, 28, 31}


@dataclass(frozen=True, slots=True)
class Index:
    """Where each record of a .shp lies.

    offsets : (n,) bytes from the start of the file to the record's header.
    sizes : (n,) bytes after that header.
    has_shape : (n,) False for a null shape.
    sound : whether the .shx says the same, so that GDAL may read the file as it is.
    """

    shape_type: int
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    has_shape: NDArray[np.bool_]
    sound: bool
    notes: tuple[str, ...]
    problems: tuple[RowProblem, ...]

    @property
    def has_z(self) -> bool:
        """Whether shapes carry heights or measures."""
        return self.shape_type not in _PLAIN_TYPES


def index(data: bytes, shx: bytes | None) -> Index:
    """Find the records of a .shp.

    Raises
    ------
    InputRefused
        if it is no .shp, or not one record of it is whole.
    """
    if len(data) < _HEADER or struct.unpack_from(">i", data)[0] != _MAGIC:
        raise InputRefused(tr("不是 Shapefile，或文件头已损坏，请重新索取。"))
    shape_type = struct.unpack_from("<i", data, 32)[0]
    if shape_type not in _TYPES:
        raise InputRefused(tr("的图形类型无法识别，文件头已损坏，请重新索取。"))
    known = _from_shx(data, shx) if shx else None
    if known:
        return Index(shape_type, *known, _shape_marks(data, known[0]), sound=True, notes=(), problems=())
    offsets, sizes, problems = _walk(data)
    note = tr("缺少 .shx，已按 .shp 重建") if shx is None else tr(".shx 与 .shp 不一致，已按 .shp 重建")
    marks = _shape_marks(data, offsets)
    return Index(shape_type, offsets, sizes, marks, sound=False, notes=(note,), problems=tuple(problems))


def plain_shapes(data: bytes, found: Index) -> NDArray[np.object_] | None:
    """Make the shapes of a file of points, or of lines or polygons of one part each.

    Hardly any village file holds anything else, and opening one in GDAL takes longer than all the rest of reading it.

    Returns
    -------
    (n,) shapely geometries, or None
        None where any record is something else or not well formed: what becomes of that, GDAL decides.
    """
    known = found.shape_type in _FEWEST and found.sound and len(found.offsets) and found.has_shape.all()
    if not known or (found.offsets % 4).any() or (found.sizes < 20).any():
        return None
    words = np.frombuffer(data, "<i4", len(data) // 4)
    at = found.offsets // 4 + 2
    if (words[at] != found.shape_type).any():
        return None
    return (_points if found.shape_type == _POINT else _single_parts)(words, at, found)


def _points(words: _Words, at: NDArray[np.int64], found: Index) -> NDArray[np.object_] | None:
    xy = words[at[:, None] + np.arange(1, 5)].view("<f8")
    if (found.sizes != 20).any() or not _is_near(xy):
        return None
    made: NDArray[np.object_] = shapely.points(xy)
    return made


def _single_parts(words: _Words, at: NDArray[np.int64], found: Index) -> NDArray[np.object_] | None:
    """Make lines or polygons: type, box, number of parts, of vertices, where each part begins, and the vertices."""
    if (found.sizes < 48).any():
        return None
    parts, counts, first_part = words[at + 9], words[at + 10].astype(np.int64), words[at + 11]
    single = (parts == 1) & (first_part == 0) & (counts >= _FEWEST[found.shape_type])
    if not single.all() or (found.sizes != 48 + 16 * counts).any():
        return None
    ends = np.cumsum(counts)
    starts = ends - counts
    xy = (
        words[np.repeat(at + 12 - 4 * starts, 4 * counts) + np.arange(4 * ends[-1])]
        .view("<f8")
        .reshape(-1, 2)
    )
    closed = (xy[starts] == xy[ends - 1]).all()
    if not _is_near(xy) or (found.shape_type == _POLYGON and not closed):
        return None
    owners = np.repeat(np.arange(len(at)), counts)
    made: NDArray[np.object_] = (
        shapely.linestrings(xy, indices=owners)
        if found.shape_type == _LINE
        else shapely.polygons(shapely.linearrings(xy, indices=owners))
    )
    return made


def _is_near(xy: NDArray[np.float64]) -> bool:
    """Whether all coordinates are numbers that a CRS of this planet can have."""
    return bool((np.abs(xy) < FARTHEST).all())


def rebuild(data: bytes, found: Index, folder: Path) -> Path:
    """Write the whole records and an index of them into `folder`; return the .shp."""
    bodies = [
        data[o + 8 : o + 8 + n] for o, n in zip(found.offsets.tolist(), found.sizes.tolist(), strict=True)
    ]
    shp, shx, at = bytearray(data[:_HEADER]), bytearray(data[:_HEADER]), _HEADER
    for number, body in enumerate(bodies, start=1):
        shp += struct.pack(">ii", number, len(body) // 2) + body
        shx += struct.pack(">ii", at // 2, len(body) // 2)
        at += 8 + len(body)
    for part in (shp, shx):
        struct.pack_into(">i", part, 24, len(part) // 2)
    path = folder / "shapes.shp"
    path.write_bytes(shp)
    path.with_suffix(".shx").write_bytes(shx)
    return path


def _from_shx(data: bytes, shx: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Offsets and sizes as the .shx has them, or None where the .shp does not agree."""
    count = (len(shx) - _HEADER) // 8
    if len(shx) < _HEADER or struct.unpack_from(">i", shx)[0] != _MAGIC:
        return None
    said = np.frombuffer(shx, ">u4", count * 2, _HEADER).reshape(count, 2).astype(np.int64) * 2
    offsets, sizes = said[:, 0], said[:, 1]
    if count == 0:
        return (offsets, sizes) if len(data) < _HEADER + 12 else None
    if offsets.min() < _HEADER or (offsets + 8 + sizes).max() > len(data):
        return None
    words = np.frombuffer(data, ">u2", len(data) // 2)
    at = offsets // 2 + 2
    if not ((words[at].astype(np.int64) << 16 | words[at + 1]) * 2 == sizes).all():
        return None
    rest = int((offsets + 8 + sizes).max())
    more = rest + 12 <= len(data) and len(_walk(data)[0]) > count  # an index cut short hides whole records
    return None if more else (offsets, sizes)


def _walk(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64], list[RowProblem]]:
    """Follow records one after another from the start, as far as they are whole."""
    offsets, sizes, at = [], [], _HEADER
    problems: list[RowProblem] = []
    while at + 12 <= len(data):
        size = struct.unpack_from(">i", data, at + 4)[0] * 2
        shape_type = struct.unpack_from("<i", data, at + 8)[0]
        if size < 4 or at + 8 + size > len(data) or shape_type not in _TYPES:
            break
        offsets.append(at)
        sizes.append(size)
        at += 8 + size
    if at < len(data):
        reason = tr("文件在这里中断或损坏，后面 {size} 字节没有读").format(size=len(data) - at)
        problems.append(RowProblem(len(offsets) + 1, None, reason))
    if not offsets and len(data) > _HEADER:
        raise InputRefused(tr("没有一条完整的图形，文件已损坏，请重新索取。"))
    return np.array(offsets, np.int64), np.array(sizes, np.int64), problems


def _shape_marks(data: bytes, offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each record's shape type is other than null."""
    words = np.frombuffer(data, "<u2", len(data) // 2)
    marks: NDArray[np.bool_] = words[offsets // 2 + 4] != 0
    return marks
