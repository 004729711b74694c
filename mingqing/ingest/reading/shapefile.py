"""Shapefiles: shapes through `shp` or GDAL, attributes through `dbf`, whatever of their parts is there."""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding, recognise
from mingqing.ingest.reading import gdal, shp
from mingqing.ingest.reading.dbf import DbfTable, read_dbf
from mingqing.ingest.reading.layer import RowProblem, SourceLayer
from mingqing.ingest.reading.source import SourceFile

_MULTIPATCH = 31


def read_lone_dbf(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read a DBF without shapes as a table."""
    table = read_dbf(file.path.read_bytes(), cpg=file.siblings.get(".cpg"), chosen=encoding)
    return [_layer(file, table, table.records, None)]


def read_shapefile(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read a shapefile with whatever of .dbf, .shx, .prj and .cpg lies beside it."""
    data = file.path.read_bytes()
    shx = file.siblings.get(".shx")
    index = shp.index(data, shx.read_bytes() if shx else None)
    if index.shape_type == _MULTIPATCH:
        raise InputRefused(tr("是三维模型（MultiPatch），请在 ArcGIS 中转成普通的面再导入。"))
    notes, problems = list(index.notes), list(index.problems)
    geometry, damaged = _shapes(file, data, index, notes)
    table = None
    dbf = file.siblings.get(".dbf")
    if dbf is None:
        notes.append(tr("缺少 .dbf，只有图形，没有属性"))
    else:
        table = read_dbf(dbf.read_bytes(), cpg=file.siblings.get(".cpg"), chosen=encoding)
        if table.total and not geometry.size:
            notes.append(tr("没有图形，只读了属性表"))
            return [_layer(file, table, table.records, None, notes=notes, problems=problems)]
        problems += _counts_differ(table, len(geometry))
    kept = np.arange(len(geometry)) if table is None else table.records[table.records < len(geometry)]
    spoiled = kept[damaged[kept]] + 1
    problems += [RowProblem(row, tr("图形"), tr("图形已损坏")) for row in spoiled.tolist()]
    return [_layer(file, table, kept, geometry[kept], notes=notes, problems=problems)]


def _shapes(
    file: SourceFile, data: bytes, index: shp.Index, notes: list[str]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return (records,) shapes, and whether each was there but damaged."""
    plain = shp.plain_shapes(data, index)
    if plain is not None:
        return plain, np.zeros(len(plain), dtype=bool)
    raw = None
    if index.sound:
        try:
            raw = gdal.read_raw(file.path, geometry_only=True)
        except InputRefused:
            raw = None  # it may be the .dbf that GDAL cannot open: try without
    if raw is None:
        with tempfile.TemporaryDirectory(prefix="mingqing-") as folder:
            raw = gdal.read_raw(shp.rebuild(data, index, Path(folder)), geometry_only=True)
    wkb: NDArray[np.object_] = np.full(len(index.offsets), None, dtype=object)
    if raw.wkb is not None:
        inside = raw.fids < len(wkb)
        wkb[raw.fids[inside]] = raw.wkb[inside]
    made = gdal.shapes(wkb)
    if index.has_z:
        notes.append(tr("高程和测量值（Z/M）没有保留"))
    if made.closed:
        notes.append(tr("{count} 个图形的边界没有闭合，已闭合").format(count=made.closed))
    lost = index.has_shape & ~gdal.is_present(wkb)
    return made.geometry, made.damaged | lost


def _counts_differ(table: DbfTable, shapes: int) -> list[RowProblem]:
    """One problem where shapes and attributes are not equally many: those without partner."""
    if table.total == shapes:
        return []
    reason = (
        tr("从这条起只有图形没有属性，共 {count} 条，没有读").format(count=shapes - table.total)
        if table.total < shapes
        else tr("从这条起只有属性没有图形，共 {count} 条，没有读").format(count=table.total - shapes)
    )
    return [RowProblem(min(table.total, shapes) + 1, None, reason)]


def _crs(file: SourceFile) -> CrsFinding | None:
    prj = file.siblings.get(".prj")
    if prj is None:
        return None
    try:
        with prj.open("rb") as stream:
            return recognise(stream.read(20_000).decode("utf-8", "replace"))
    except OSError:
        return None


def _layer(
    file: SourceFile,
    table: DbfTable | None,
    records: NDArray[np.int64],
    geometry: NDArray[np.object_] | None,
    *,
    notes: list[str] | None = None,
    problems: list[RowProblem] | None = None,
) -> SourceLayer:
    columns = table.columns if table else {}
    if table and len(records) < len(table.records):
        places = np.flatnonzero(np.isin(table.records, records)).tolist()
        columns = {name: [values[i] for i in places] for name, values in columns.items()}
    return SourceLayer(
        path=file.path,
        name=file.path.stem,
        rows=records + 1,
        columns=columns,
        geometry=geometry,
        crs=_crs(file) if geometry is not None else None,
        encoding=table.encoding if table else None,
        notes=(*(notes or ()), *(table.notes if table else ())),
        problems=(*(problems or ()), *(table.problems if table else ())),
    )
