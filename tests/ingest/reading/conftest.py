"""Small files made to order, and the shared collection of files from elsewhere where it is present."""

import os
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from mingqing.ingest.reading.source import SourceLayer, discover, read

MakeDbf = Callable[..., bytes]


def shared(name: str) -> Path:
    """Return a folder of the shared collection, or skip the test."""
    root = Path(os.environ.get("MINGQING_SHARED", Path(__file__).parents[4] / "shared")) / "data" / name
    if not root.is_dir():
        pytest.skip("the shared collection of files from elsewhere is not on this machine")
    return root


def read_one(path: Path, encoding: str | None = None) -> SourceLayer:
    """Read the only layer of the only source that `path` names."""
    (source,) = discover([path])
    (layer,) = read(source, encoding=encoding)
    return layer


def dbf(
    fields: Sequence[tuple[bytes, str, int, int]],
    records: Sequence[bytes],
    *,
    count: int | None = None,
    ldid: int = 0,
    version: int = 3,
) -> bytes:
    """Bytes of a DBF: fields as (name, type, size, decimals), records with their deletion mark."""
    size = 1 + sum(f[2] for f in fields)
    header = bytearray(32)
    header[0], header[29] = version, ldid
    struct.pack_into("<IHH", header, 4, len(records) if count is None else count, 33 + 32 * len(fields), size)
    for name, kind, width, decimals in fields:
        header += name.ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width, decimals]) + bytes(14)
    return bytes(header) + b"\r" + b"".join(records)


def write_houses(path: Path, *, epsg: int = 4549, encoding: str = "GBK", geometry: object = None) -> Path:
    """Write five houses of an invented village; suffix of `path` is the format."""
    drivers = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".kml": "KML"}
    x = 450_000 + np.arange(5) * 30.0 if epsg == 4549 else 119.4 + np.arange(5) * 0.001
    y = 3_140_000.0 if epsg == 4549 else 28.4
    side = 10.0 if epsg == 4549 else 0.0001
    shapes = shapely.box(x, y, x + side, y + side) if geometry is None else geometry
    driver = drivers[path.suffix]
    kind = np.asarray(shapes).ravel()[0]
    names = np.array(["大竹溪村一号", "大竹溪村二号", "大竹溪村三号", None, "五号楼"], dtype=object)
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(shapes),
        [names, np.array([1, 2, 3, 2, 1], np.int32), np.array([80.5, 120.25, 66, 90, 200.0])],
        np.array(["门牌地址", "层数", "建筑面积"]),
        crs=f"EPSG:{epsg}",
        geometry_type=f"{kind.geom_type} Z" if kind.has_z else kind.geom_type,
        driver=driver,
        encoding=encoding if driver == "ESRI Shapefile" else None,
    )
    return path
