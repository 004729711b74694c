"""GeoPackage: all layers in one file, called in Chinese where a program can show that."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from mingqing.core.text import tr
from mingqing.export.files import gdal
from mingqing.export.layer import Layer, by_kind
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


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers into one GeoPackage; see `mingqing.export.writing.Write`."""
    written, titles = Written(), list[tuple[str, str, str, str, str]]()
    for layer in layers:
        parts = by_kind(layer)
        for part in parts:
            options.watch.step(part.title)
            gdal.write(part, place, _DRIVER, {"IDENTIFIER": part.name, "DESCRIPTION": part.title})
            titles += [(part.name, out.name, out.title, out.title, out.help) for out in part.columns]
        written.files[layer.name] = [place]
        if len(parts) > 1:
            written.notes.append(divided(layer, parts))
    _call(place, titles)
    return written


def divided(layer: Layer, parts: Iterable[Layer]) -> str:
    """Say that a table has become several layers."""
    names = "、".join(part.name for part in parts)
    return tr("“{title}”的图形不是同一种，分成 {names}").format(title=layer.title, names=names)


def _call(place: Path, titles: Iterable[tuple[str, str, str, str, str]]) -> None:
    """Write down what layers and columns are called in Chinese."""
    with closing(sqlite3.connect(place)) as database, database:
        database.executescript(_COLUMNS)
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description)"
            " VALUES (?, ?, ?, ?, nullif(?, ''))",
            titles,
        )
