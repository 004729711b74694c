"""GeoPackage through GDAL, after a look at what GDAL's own SQLite should not be handed.

A GeoPackage is a database, and a database can hold computations: views, generated columns, virtual tables. GDAL reads
them as if they were tables, and one that never ends hangs the program. Extensions and files GDAL's SQLite opens for
nobody: `load_extension`, `readfile` and `ATTACH` are not to be had from a view, and triggers do not fire on reading.
"""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding, recognise
from mingqing.ingest.reading import gdal
from mingqing.ingest.reading.bounds import require_layers
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import RowProblem, SourceLayer
from mingqing.ingest.reading.names import unique
from mingqing.ingest.reading.source import SourceFile

_EXACT = 2**53  # beyond it a float no longer holds every integer
_MOST_COUNTED = 10**9
_SYSTEM = frozenset({"layer_styles"})  # of QGIS, which keeps there how layers are drawn
_MAGIC = b"SQLite format 3"
_COMPUTED = (
    "SELECT 1 FROM sqlite_master WHERE type = 'view'"
    " OR (sql LIKE 'CREATE VIRTUAL%' AND sql NOT LIKE '%USING%rtree%')"
)
# `table_xinfo` of a virtual table would start it: it is asked once there are none but R-trees.
_GENERATED = (
    "SELECT 1 FROM sqlite_master m, pragma_table_xinfo(m.name) x"
    " WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND x.hidden > 1"
)


def read_geopackage(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:  # noqa: ARG001
    """Read every layer of a GeoPackage."""
    _inspect(file.path)
    names = gdal.layers_of(file.path)
    require_layers(len(names))
    layers = [layer_named(file, name) for name in names if name not in _SYSTEM]
    layers = [layer for layer in layers if len(layer) or layer.problems]
    if not layers:
        raise refuse_empty()
    return layers


def _inspect(path: Path) -> None:
    """Refuse what is no database, and one that computes what it shows."""
    with path.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise InputRefused(tr("不是 GeoPackage，或文件已损坏，请重新索取。"))
    try:
        place = (
            path.resolve().as_posix()
        )  # a share is //server/share: `as_uri` would make the server SQLite's
        uri = f"file://{quote(place if place.startswith('/') else f'/{place}')}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            computed = any(database.execute(f"{sql} LIMIT 1").fetchall() for sql in (_COMPUTED, _GENERATED))
    except sqlite3.Error as error:
        raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error
    if computed:
        raise InputRefused(tr("里有视图、虚拟表或计算列，为安全没有打开；请把要导入的数据另存为普通图层。"))


def layer_named(file: SourceFile, name: str) -> SourceLayer:
    """Read one layer of a file that GDAL may open."""
    raw = gdal.read_raw(file.path, layer=name)
    # Ids of ours are nothing by which anybody finds a row.
    rows = raw.fids if (raw.fids < _MOST_COUNTED).all() else np.arange(1, len(raw.fids) + 1)
    columns, problems, notes = _columns(raw, rows)
    geometry = None
    if raw.wkb is not None and gdal.is_present(raw.wkb).any():
        made = gdal.shapes(raw.wkb)
        geometry = made.geometry
        spoiled = rows[made.damaged]
        problems += [RowProblem(row, tr("图形"), tr("图形已损坏")) for row in spoiled.tolist()]
        if "Z" in str(raw.meta.get("geometry_type")):
            notes.append(tr("高程和测量值（Z/M）没有保留"))
    return SourceLayer(
        path=file.path,
        name=name,
        rows=rows,
        columns=columns,
        geometry=geometry,
        crs=_crs(raw) if geometry is not None else None,
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _crs(raw: gdal.Raw) -> CrsFinding | None:
    said = raw.meta.get("crs")
    return recognise(str(said)) if said else None


def _columns(
    raw: gdal.Raw, rows: NDArray[np.int64]
) -> tuple[dict[str, list[object]], list[RowProblem], list[str]]:
    columns: dict[str, list[object]] = {}
    problems: list[RowProblem] = []
    skipped = []
    types = raw.meta.get("ogr_types", [""] * len(raw.values))
    for title, values, kind in zip(unique(map(str, raw.meta["fields"])), raw.values, types, strict=True):
        if "Binary" in str(kind):
            skipped.append(title)
            continue
        columns[title] = _plain(values, integer="Integer" in str(kind))
        if "Integer64" in str(kind) and values.dtype.kind == "f":
            lost = [i for i, v in enumerate(columns[title]) if isinstance(v, int) and abs(v) >= _EXACT]
            for i in lost:
                columns[title][i] = None
                problems.append(RowProblem(int(rows[i]), title, tr("数字太长，末几位已丢失")))
    notes = [tr("二进制字段没有读：{names}").format(names="、".join(skipped))] if skipped else []
    return columns, problems, notes


def _plain(values: NDArray[Any], *, integer: bool) -> list[object]:
    """Python values of one of pyogrio's arrays, None where there is none."""
    if values.dtype.kind == "M":
        return [None if v is None else v.date() for v in values.astype("datetime64[us]").tolist()]
    if values.dtype.kind == "f":
        return [(int(v) if integer else v) if np.isfinite(v) else None for v in values.tolist()]
    return [
        v if isinstance(v, bool | int | dt.date) else None if v is None else str(v) or None
        for v in values.tolist()
    ]
