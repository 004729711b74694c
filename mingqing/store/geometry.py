"""Shapely arrays to SpatiaLite's BLOBs and back, in bulk.

The format is SpatiaLite's "BLOB-Geometry": 0x00, byte order, SRID, bounding box, 0x7C, then WKB without its
byte-order mark, 0xFE. Inside collections each part starts with 0x69 where WKB has its byte order.
"""

import struct
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

_HEAD = np.dtype(
    [("mark", "u1"), ("order", "u1"), ("srid", "<i4"), ("box", "<f8", 4), ("end", "u1")]
)  # 39 bytes
_PART, _WKB_LE = 0x69, 0x01
_END_OF_HEAD, _END = 0x7C, 0xFE
_POINT, _LINE, _POLYGON = 1, 2, 3
_EWKB_HEADS = [
    bytes((_WKB_LE, kind, 0, 0, 0x20)) for kind in range(8)
]  # the highest bit but two: with an SRID


def encode(geometry: NDArray[np.object_], srid: int) -> list[bytes | None]:
    """Return a SpatiaLite BLOB for each geometry, None for None and for empty ones.

    geometry : (n,) shapely, two-dimensional, in the CRS that `srid` names.
    """
    bounds = shapely.bounds(geometry)
    heads = np.empty(len(geometry), dtype=_HEAD)
    heads["mark"], heads["order"], heads["srid"], heads["box"], heads["end"] = (
        0,
        1,
        srid,
        bounds,
        _END_OF_HEAD,
    )
    packed, size, end = heads.tobytes(), _HEAD.itemsize, bytes([_END])
    wkb = shapely.to_wkb(geometry, byte_order=1, output_dimension=2).tolist()
    for i in np.flatnonzero(shapely.get_type_id(geometry) > _POLYGON).tolist():
        wkb[i] = _mark_parts(wkb[i], _WKB_LE, _PART)
    for i in np.flatnonzero(np.isnan(bounds[:, 0])).tolist():
        wkb[i] = None
    return [
        None if raw is None else packed[at : at + size] + raw[1:] + end
        for at, raw in zip(range(0, len(packed), size), wkb, strict=True)
    ]


def boxes_of(blobs: Sequence[bytes]) -> NDArray[np.float64]:
    """Return (n, 4) x min, x max, y min, y max of SpatiaLite BLOBs, as their R-tree takes them."""
    heads = np.frombuffer(b"".join([blob[6:38] for blob in blobs]), "<f8").reshape(-1, 4)
    return heads[:, [0, 2, 1, 3]]


def decode(blobs: Sequence[object]) -> NDArray[np.object_]:
    """Return the geometries of SpatiaLite BLOBs as (n,) shapely, None for None."""
    wkb = np.empty(len(blobs), dtype=object)
    for i, blob in enumerate(blobs):
        if isinstance(blob, bytes):
            raw = b"\x01" + blob[39:-1]
            wkb[i] = raw if blob[39] <= _POLYGON else _mark_parts(raw, _PART, _WKB_LE)
    geometry: NDArray[np.object_] = shapely.from_wkb(wkb)
    return geometry


def as_wkb(blob: bytes) -> bytes:
    """Return the WKB of a BLOB from elsewhere: SpatiaLite's, of up to four dimensions, or WKB as it is.

    Raises
    ------
    ValueError, IndexError, struct.error
        if it is neither, or of one of SpatiaLite's rarer kinds (compressed, big-endian).
    """
    size = _HEAD.itemsize
    if not (blob[0] == 0 and blob[size - 1] == _END_OF_HEAD and blob[-1] == _END):
        return blob
    if blob[1] != _WKB_LE:
        raise ValueError(blob[1])
    raw = blob[1:2] + blob[size:-1]
    (kind,) = struct.unpack_from("<I", raw, 1)
    return raw if kind % 1000 <= _POLYGON else _mark_parts(raw, _PART, _WKB_LE)


def ewkb(blobs: Sequence[bytes | None]) -> list[bytes | None]:
    """Return SpatiaLite BLOBs of this program as PostGIS has them: WKB, with the SRID after the kind. None for None."""
    return [
        None
        if blob is None
        else _EWKB_HEADS[blob[39]] + blob[2:6] + blob[43:-1]
        if blob[39] <= _POLYGON
        else _EWKB_HEADS[blob[39]] + blob[2:6] + _mark_parts(b"\x01" + blob[39:-1], _PART, _WKB_LE)[5:]
        for blob in blobs
    ]


def _mark_parts(wkb: bytes, old: int, new: int) -> bytes:
    """Return the WKB of a collection with the first byte of each part changed from `old` to `new`."""
    data = bytearray(wkb)
    kind, count = struct.unpack_from("<II", data, 1)
    point = 16 + 8 * (0, 1, 1, 2)[kind // 1000]
    at = 9
    for _ in range(count):
        if data[at] != old:
            raise ValueError(at)
        data[at] = new
        kind = struct.unpack_from("<I", data, at + 1)[0] % 1000
        at += 5
        if kind == _POINT:
            at += point
            continue
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
        if kind == _LINE:
            at += point * length
        elif kind == _POLYGON:
            for _ in range(length):
                (vertices,) = struct.unpack_from("<I", data, at)
                at += 4 + point * vertices
        else:
            raise ValueError(kind)
    return bytes(data)
