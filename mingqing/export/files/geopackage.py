"""GeoPackage: all layers in one file, called in Chinese where a program can show that."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

from mingqing.export.files import gdal
from mingqing.export.files.ready import divided
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written

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
    written, heads = Written(), list[Layer]()
    for layer in layers:
        for part in divided(layer, written.notes):
            options.watch.step(part.title)
            gdal.write(part, place, _DRIVER, {"IDENTIFIER": part.name, "DESCRIPTION": part.title})
            heads.append(replace(part, cells=(), geometry=None))
        written.files[layer.name] = [place]
    if not heads:
        return written
    with closing(sqlite3.connect(place)) as database, database:
        database.executescript(_COLUMNS + _STYLES)
        for head in heads:
            _call(database, head)
    return written


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
