"""GeoPackage: all layers in one file, called in Chinese where a program can show that."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import FieldType, GeometryKind
from mingqing.core.watch import Watch
from mingqing.export.files import gdal
from mingqing.export.files.ready import divided
from mingqing.export.files.rtree import fill
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written

_AT_A_TIME = 10_000
# 1.2 is what programs of before 2020 read too. Pages of a good size for a file that is written once.
_DRIVER = gdal.Driver("GPKG", {"VERSION": "1.2"})
# OGC 12-128r15, annex F.9: titles of columns
_COLUMNS = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, PRIMARY KEY (table_name, column_name), UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema',
   'read-write');
"""
# Programs before GDAL 3.7 (QGIS 3.22 among them) do not ask for those titles, but for the style of a layer, in a table
# of QGIS's: https://docs.qgis.org/3.22/en/docs/user_manual/working_with_vector/vector_properties.html
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
"""


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers into one GeoPackage; see `mingqing.export.writing.Write`.

    Rows are counted from 1, their own ids are in a column of text: ArcGIS has 32 bits for the number of a row.
    """
    written, titles = Written(), set[str]()
    for layer in layers:
        for part in divided(layer, written.notes):
            tables = "" if place.exists() else _COLUMNS + _STYLES
            title = part.title if part.title not in titles else f"{part.title}（{part.name}）"
            titles.add(title)  # no two may be identified alike
            gdal.write(part, place, _DRIVER, {"IDENTIFIER": title, "DESCRIPTION": part.title}, empty=True)
            with _open(place, tables) as database:
                _call(database, part)
                _fill(database, part, options.watch)
        written.files[layer.name] = [place]
        del layer, part  # or the memory held them while the next is read
    return written


@contextmanager
def _open(place: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """Open the file that is being made: what it held an instant before need not be brought back."""
    with closing(sqlite3.connect(place, isolation_level=None)) as database:
        try:
            database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {tables} BEGIN")
            yield database
            database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
                raise OSError(str(error)) from error
            raise


def _fill(database: sqlite3.Connection, layer: Layer, watch: Watch) -> None:
    """Put in the rows, while what is to happen at a change of one is off: it counts and indexes them one by one."""
    of_table = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = database.execute(of_table, (layer.name,)).fetchall()
    for name, _ in triggers:
        database.execute(f'DROP TRIGGER "{name}"')
    if layer.geometry is not None and layer.kind is not None:
        _index(database, layer.name, layer.geometry)
    for start, end in pairwise((*range(0, len(layer), _AT_A_TIME), len(layer))):
        watch.step(layer.title, start, len(layer))
        cells = list(_stored(layer, slice(start, end)))
        marks = ", ".join("?" * (len(cells) + 1))
        rows = zip(range(start + 1, end + 1), *cells, strict=True)
        database.executemany(f'INSERT INTO "{layer.name}" VALUES ({marks})', rows)
    for _, sql in triggers:
        database.execute(sql)
    database.execute(
        "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (len(layer), layer.name)
    )


def _index(database: sqlite3.Connection, name: str, geometry: NDArray[np.object_]) -> None:
    """Put down where the shapes are, and where all of them."""
    boxes = shapely.bounds(geometry)
    there = np.flatnonzero(~np.isnan(boxes[:, 0]))
    if len(there):
        fill(database, f"rtree_{name}_geom", there + 1, boxes[there][:, [0, 2, 1, 3]])
        extent = (*boxes[there, :2].min(axis=0).tolist(), *boxes[there, 2:].max(axis=0).tolist(), name)
        update = "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?"
        database.execute(update, extent)


def _stored(layer: Layer, rows: slice) -> Iterator[Sequence[Any]]:
    """Columns of some rows as a GeoPackage keeps them, the shapes first."""
    if layer.geometry is not None and layer.kind is not None:
        several = gdal.has_several(layer.geometry)
        yield _blobs(_together(layer.geometry[rows], layer.kind) if several else layer.geometry[rows], layer)
    for out, values in zip(layer.columns, layer.cells, strict=True):
        if out.type is FieldType.DATE:
            yield [None if day is None else day.isoformat() for day in values[rows]]
        else:
            yield gdal.without_nul(values[rows]) if out.type is FieldType.TEXT else values[rows]


_HEAD = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"), ("box", "<f8", 4)])
_BOXED = 0b011  # a box of x and y, little-endian
_BARE = 0b001


def _blobs(shapes: NDArray[np.object_], layer: Layer) -> list[bytes | None]:
    """Shapes as a GeoPackage keeps them, None for none: OGC 12-128r15, 2.1.3. Points have no box."""
    boxed = layer.kind is not GeometryKind.POINT
    heads = np.empty(len(shapes), dtype=_HEAD)
    heads["magic"], heads["version"], heads["srs"] = b"GP", 0, layer.epsg
    heads["flags"] = _BOXED if boxed else _BARE
    heads["box"] = shapely.bounds(shapes)[:, [0, 2, 1, 3]]
    packed, size = heads.tobytes(), _HEAD.itemsize
    length = size if boxed else size - 32
    missing = (shapely.is_missing(shapes) | shapely.is_empty(shapes)).tolist()
    return [
        None if gone else packed[at : at + length] + wkb
        for at, wkb, gone in zip(
            range(0, len(packed), size), shapely.to_wkb(shapes, byte_order=1), missing, strict=True
        )
    ]


_MULTI = {
    GeometryKind.POINT: shapely.multipoints,
    GeometryKind.LINE: shapely.multilinestrings,
    GeometryKind.POLYGON: shapely.multipolygons,
}


def _together(geometry: NDArray[np.object_], kind: GeometryKind) -> NDArray[np.object_]:
    """Return shapes as of a type that may have several parts."""
    made = geometry.copy()
    single = np.flatnonzero(~shapely.is_missing(made) & (shapely.get_num_geometries(made) == 1))
    made[single] = _MULTI[kind](shapely.get_geometry(made[single], 0), indices=np.arange(len(single)))
    return made


def _call(database: sqlite3.Connection, layer: Layer) -> None:
    """Write down what the columns of a layer are called in Chinese."""
    database.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description)"
        " VALUES (?, ?, ?, ?, nullif(?, ''))",
        [(layer.name, out.name, out.title, out.title, out.help) for out in layer.columns],
    )
    aliases = "".join(
        f"<alias field={quoteattr(out.name)} index='{i}' name={quoteattr(out.title)}/>"
        for i, out in enumerate(layer.columns, start=1)
    )
    database.execute(
        "INSERT INTO layer_styles"
        " (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, useAsDefault)"
        " VALUES ('', '', ?, ?, ?, ?, 1)",
        (
            layer.name,
            "geom" if layer.kind else "",
            layer.title[:30],
            f"<qgis version='3.22' styleCategories='Fields'><aliases>{aliases}</aliases></qgis>",
        ),
    )
