"""Shapefiles: a folder with .shp, .shx, .dbf, .prj and .cpg of each layer; .dbf and .cpg where it has no shapes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyproj
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.export.files import dbf, shp
from mingqing.export.files.ready import divided
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written

LARGEST = 2**31 - 1
"""Bytes of a .shp or .dbf: many programs count them in 31 bits."""
_CODE_PAGES = {"UTF-8": "UTF-8", "GBK": "936"}
_OLD_RECORD = 4_000  # bytes of a row up to which ArcGIS promises to read it


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers as shapefiles into the folder `place`; see `mingqing.export.writing.Write`."""
    place.mkdir()
    written = Written()
    for layer in layers:
        for part in divided(layer, written.notes):
            written.files.setdefault(layer.name, []).extend(_write_layer(part, place, options, written.notes))
        del layer, part  # or the memory held them while the next is read
    return written


def _write_layer(layer: Layer, place: Path, options: Options, notes: list[str]) -> Iterator[Path]:
    """Write shapes of one kind, in as many files as it takes."""
    columns = _columns(layer, options.encoding)
    notes += _continued(layer, columns)
    record = dbf.record_size(columns)
    if record > _OLD_RECORD:
        notes.append(tr("“{title}”每条超过 4,000 字节，老的 ArcGIS 可能打不开").format(title=layer.title))
    shapes = (
        None if layer.geometry is None or layer.kind is None else shp.shapes_of(layer.geometry, layer.kind)
    )
    rows_of = _divided(
        len(layer), None if shapes is None else shapes.sizes, record, dbf.head_size(columns) + 1
    )
    if len(rows_of) > 1:
        notes.append(
            tr("“{title}”超过 2 GB，分成 {count} 份：{name}、{name}_2……").format(
                title=layer.title, count=len(rows_of), name=layer.name
            )
        )
    for nth, rows in enumerate(rows_of, start=1):
        stem = layer.name if nth == 1 else f"{layer.name}_{nth}"
        if shapes is not None:
            shp.write(place / f"{stem}.shp", shapes[rows], options.watch)
            yield from (place / f"{stem}.shp", place / f"{stem}.shx")
            yield _text(place / f"{stem}.prj", pyproj.CRS.from_epsg(layer.epsg).to_wkt("WKT1_ESRI"))
        dbf.write(place / f"{stem}.dbf", columns, rows, options.encoding, options.watch)
        yield place / f"{stem}.dbf"
        yield _text(place / f"{stem}.cpg", _CODE_PAGES[options.encoding])


def _columns(layer: Layer, encoding: str) -> list[dbf.Column]:
    try:
        return dbf.columns_of(layer.columns, layer.cells, encoding)
    except dbf.NotInEncoding as wrong:
        raise InputRefused(
            tr(
                "“{table}”民情标识 {id} 的“{field}”里有“{character}”字，{encoding} 编码里没有；"
                "请把编码改成 UTF-8，或者导出成 GeoPackage"
            ).format(
                table=layer.title,
                id=layer.ids[wrong.row],
                field=wrong.out.title,
                character=wrong.character,
                encoding=encoding,
            )
        ) from None


def _continued(layer: Layer, columns: list[dbf.Column]) -> Iterator[str]:
    """Say which columns a text was too long for, and which wider than the taker's."""
    for out in layer.columns:
        names = [c.name for c in columns if c.of is out]
        if len(names) > 1:
            yield tr("“{table}”的“{field}”超过 254 字节，接着写在 {names} 里").format(
                table=layer.title, field=out.title, names="、".join(names[1:])
            )
        width = sum(c.width for c in columns if c.of is out)
        if out.length and width > out.length:
            yield tr("“{table}”的“{field}”有比 {length} 字节长的，列加宽到 {width} 字节").format(
                table=layer.title, field=out.title, length=out.length, width=width
            )


def _divided(n: int, sizes: NDArray[np.int64] | None, record: int, head: int) -> list[slice]:
    """Runs of rows of which neither .shp nor .dbf is larger than `LARGEST`."""
    most = max((LARGEST - head) // record, 1)
    ends = None if sizes is None else np.cumsum(sizes)
    found: list[slice] = []
    start = 0
    while start < n or not found:
        end = min(start + most, n)
        if ends is not None and start < n:
            before = int(ends[start - 1]) if start else 0
            fits = int(np.searchsorted(ends, before + LARGEST - shp.HEAD, side="right"))
            end = min(end, max(fits, start + 1))
        found.append(slice(start, end))
        start = end
    return found


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="ascii")
    return path
