"""SpatiaLite and other SQLite files, read as plain tables by SQLite itself.

Not by GDAL: it would also open views, virtual tables and whatever else such a file computes, and a file of
SpatiaLite's has many of them. Here only what is stored in ordinary tables is asked for, column by column.
"""

import re
import sqlite3
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding, recognise
from mingqing.ingest.reading import gdal
from mingqing.ingest.reading.bounds import require_cells, require_columns, require_layers
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import RowProblem, SourceLayer
from mingqing.ingest.reading.names import unique
from mingqing.ingest.reading.source import SourceFile
from mingqing.store.geometry import as_wkb

# Tables of the format itself: https://www.gaia-gis.it/gaia-sins/spatialite-cookbook/html/metadata.html
_SYSTEM = re.compile(
    r"(sqlite_|idx_|cache_|geometry_columns|views_geometry_columns|virts_geometry_columns|spatial_ref_sys|"
    r"spatialite_|sql_statements_log|spatialindex|elementarygeometries|knn|data_licenses|se_|iso_metadata|"
    r"raster_coverages|vector_coverages|wms_|networks|topologies|stored_|spatial_|rl2map|数据字典$)",
    re.I,
)
_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
)
_SHAPES = "SELECT lower(f_table_name), f_geometry_column, srid FROM geometry_columns"
_CRS = "SELECT auth_name || ':' || auth_srid FROM spatial_ref_sys WHERE srid = ?"
_NUMBERS = frozenset({"ogc_fid", "fid", "pk_uid", "objectid"})  # of rows, given by whatever wrote them
_STEPS, _MOST_STEPS = 100_000, 200_000  # of SQLite's engine: an ordinary county takes a hundredth of it


@dataclass(frozen=True, slots=True)
class _Shape:
    column: str
    crs: CrsFinding | None


def read_spatialite(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:  # noqa: ARG001
    """Read every ordinary table of a database."""
    try:
        with closing(_opened(file.path)) as database:
            names = [str(name) for (name,) in database.execute(_TABLES) if not _SYSTEM.match(str(name))]
            require_layers(len(names))
            shapes = _shapes(database)
            layers = [_layer(file, database, name, shapes.get(name.lower())) for name in names]
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error
    layers = [layer for layer in layers if len(layer) or layer.problems]
    if not layers:
        raise refuse_empty()
    return layers


def _opened(path: Path) -> sqlite3.Connection:
    place = path.resolve().as_posix()  # a share is //server/share: `as_uri` would make the server SQLite's
    database = sqlite3.connect(
        f"file://{quote(place if place.startswith('/') else f'/{place}')}?mode=ro", uri=True
    )
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.set_progress_handler(_counted(), _STEPS)
    database.execute("PRAGMA trusted_schema = OFF")
    return database


def _counted() -> Callable[[], int]:
    """Return what ends a statement that goes on without end."""
    steps = 0

    def more() -> int:
        nonlocal steps
        steps += 1
        return int(steps > _MOST_STEPS)

    return more


def _shapes(database: sqlite3.Connection) -> dict[str, _Shape]:
    """The column of shapes of each table that has one."""
    plain = {str(name).lower() for (name,) in database.execute(_TABLES)}
    if "geometry_columns" not in plain:
        return {}
    found = {}
    for table, column, srid in database.execute(_SHAPES).fetchall():
        said = database.execute(_CRS, (srid,)).fetchone() if "spatial_ref_sys" in plain else None
        found[str(table)] = _Shape(str(column).lower(), recognise(str(said[0])) if said and said[0] else None)
    return found


def _layer(file: SourceFile, database: sqlite3.Connection, name: str, shape: _Shape | None) -> SourceLayer:
    told = database.execute(f"PRAGMA table_xinfo({_quoted(name)})").fetchall()
    columns = [str(c[1]) for c in told if not c[6] and not (c[5] and str(c[1]).lower() in _NUMBERS)]
    require_columns(len(columns))
    (count,) = database.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()
    require_cells(count, len(columns))
    listed = ", ".join(map(_quoted, columns))
    rows = database.execute(f"SELECT {listed} FROM {_quoted(name)}").fetchall() if columns else []
    cells = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(columns, ())
    drawn = next((c for c in columns if shape is not None and c.lower() == shape.column), None)
    blobs = cells.pop(drawn) if drawn is not None else ()
    numbers = np.arange(1, len(rows) + 1)
    skipped = [c for c, values in cells.items() if any(isinstance(v, bytes) for v in values)]
    notes = [tr("二进制字段没有读：{names}").format(names="、".join(skipped))] if skipped else []
    kept = [c for c in cells if c not in skipped]
    made = _drawn(blobs)
    problems = [
        RowProblem(i, tr("图形"), tr("图形已损坏")) for i in (np.flatnonzero(made.damaged) + 1).tolist()
    ]
    there = made.geometry if any(b is not None for b in blobs) else None
    return SourceLayer(
        path=file.path,
        name=name,
        rows=numbers,
        columns={t: [_plain(v) for v in cells[c]] for t, c in zip(unique(kept), kept, strict=True)},
        geometry=there,
        crs=shape.crs if shape is not None and there is not None else None,
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _drawn(blobs: Sequence[object]) -> gdal.Shapes:
    """Shapes of SpatiaLite's BLOBs, or of WKB as GDAL writes it into other SQLite files."""
    wkb = np.full(len(blobs), None, dtype=object)
    bad = np.zeros(len(blobs), dtype=bool)
    for i, blob in enumerate(blobs):
        try:
            wkb[i] = None if blob is None else as_wkb(blob) if isinstance(blob, bytes) else b""
        except (ValueError, IndexError, struct.error):
            bad[i] = True
    made = gdal.shapes(wkb)
    return gdal.Shapes(made.geometry, made.damaged | bad, made.closed)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if isinstance(value, int) or value is None else str(value) or None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
