"""CSV, RFC 4180 with titles, a file a table: what any program reads. Shapes are WKT in the last column."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from mingqing.core.cells import plain_cell
from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.zones import describe
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written

SHAPE = "WKT"

_CODECS = {"UTF-8": "utf-8-sig", "GBK": "gbk"}  # without its mark Excel takes UTF-8 for GBK
_AT_ONCE = 2_000


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers into the folder `place`, or the only one into the file `place` where its name ends in .csv.

    Raises
    ------
    InputRefused
        if several tables should go into one file, or GBK has not all the characters: it names table, row and field.
    Cancelled
        once `options.watch` says so.
    OSError
        where the disk is full.
    """
    written, alone = Written(), place.suffix.lower() == ".csv"
    shapes: set[int] = set()
    if not alone:
        place.mkdir()
    for layer in layers:
        if alone and written.files:
            raise InputRefused(tr("一个 CSV 文件只能放一张表，请只选一张表，或把导出位置改成文件夹"))
        path = place if alone else place / f"{layer.name}.csv"
        path.touch(0o600)
        with path.open("w", encoding=_CODECS[options.encoding], newline="") as out:
            _write_layer(out, layer, options)
        written.files[layer.name] = [path]
        if layer.geometry is not None:
            shapes.add(layer.epsg)
            if not alone:
                written.files[layer.name].append(_write_crs(path.with_suffix(".prj"), layer.epsg))
        del layer  # or the memory held it while the next is read
    if options.encoding == "GBK":
        written.notes.append(tr("CSV 是 GBK 编码，文件里说不出来：用 QGIS 等软件打开时，请把编码选成 GBK"))
    written.notes.append(tr("要用 Excel 打开，请改选 Excel 格式：Excel 会把 CSV 里的长编号改成科学计数"))
    if shapes:
        crs = "、".join(f"{describe(epsg)}（EPSG:{epsg}）" for epsg in sorted(shapes))
        written.notes.append(tr("图形以 WKT 写在最后一栏，坐标系是{crs}").format(crs=crs))
    return written


def _write_crs(path: Path, epsg: int) -> Path:
    """Write the CRS of a table's shapes beside it, where GDAL, and so QGIS, looks for it."""
    path.write_text(pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"), encoding="ascii")
    return path


def _write_layer(out: TextIO, layer: Layer, options: Options) -> None:
    titles = [*(column.title for column in layer.columns), *([SHAPE] if layer.geometry is not None else [])]
    write = csv.writer(out)
    done = 0
    rows = _rows(layer)
    try:
        write.writerow(titles)
        while batch := list(islice(rows, _AT_ONCE)):
            options.watch.step(layer.title, done, len(layer))
            write.writerows(batch)
            done += len(batch)
    except UnicodeEncodeError as error:
        raise _lacking(layer, titles, error.encoding) from error


def _rows(layer: Layer) -> Iterator[tuple[object, ...]]:
    """Rows as text; the shapes of a batch become WKT when it is their turn."""
    decimals = (
        9 if layer.epsg and pyproj.CRS.from_epsg(layer.epsg).is_geographic else 4
    )  # a tenth of a millimetre
    for first in range(0, len(layer), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        cells: list[Sequence[object]] = [[_told(value) for value in column[some]] for column in layer.cells]
        if layer.geometry is not None:
            cells.append(_wkt(layer.geometry[some], decimals))
        yield from zip(*cells, strict=True)


def _told(value: object) -> object:
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    return value.isoformat() if isinstance(value, date) else plain_cell(value)


def _wkt(geometry: NDArray[np.object_], decimals: int) -> list[str | None]:
    texts: list[str | None] = shapely.to_wkt(
        geometry, rounding_precision=decimals, trim=True, output_dimension=2
    ).tolist()
    return texts


def _lacking(layer: Layer, titles: Sequence[str], encoding: str) -> InputRefused:
    """Say where the first character is that the encoding lacks: rows count from 1, without the titles."""
    for n, row in enumerate(_rows(layer), start=1):
        for title, value in zip(titles, row, strict=True):
            try:
                str(value).encode(encoding)
            except UnicodeEncodeError as error:
                return InputRefused(
                    tr(
                        "“{table}”第 {row} 行的“{field}”里有“{character}”，GBK 编码写不出这个字，请改选 UTF-8"
                    ).format(table=layer.title, row=n, field=title, character=error.object[error.start])
                )
    raise AssertionError(layer.name)
