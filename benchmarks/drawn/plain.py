"""The tables of a thematic map as a plain SpatiaLite file, as somebody who keeps them for QGIS would have it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from mingqing.catalog.model import Table
from mingqing.catalog.style import Shape
from mingqing.core.features import Features
from mingqing.store.session import Session

_KINDS = {
    Shape.POLYGON: ("Polygon", GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
    Shape.LINE: ("LineString", GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    Shape.POINT: ("Point", GeometryType.POINT, GeometryType.MULTIPOINT),
}


def layer_name(table: str, shape: Shape) -> str:
    """Return the name of the layer that holds a table's rows of one shape: QGIS draws one shape a layer."""
    return f"{table}_{shape}"


def export(session: Session, theme: str, path: Path) -> Path:
    """Write every table of `theme` with all its columns and a spatial index, unless `path` is there already."""
    return export_tables(session, [draw.table for draw in session.catalog.layers[theme].draws], path)


def export_tables(session: Session, names: Sequence[str], path: Path) -> Path:
    """Write tables as `export` does."""
    if path.exists():
        return path
    made = path.with_suffix(".new.sqlite")
    made.unlink(missing_ok=True)
    for name in names:
        table = session.catalog.tables[name]
        features = session.features(table.name, columns=table.column_names)
        kinds = shapely.get_type_id(features.geometry)
        for shape, (_, *types) in _KINDS.items():
            rows = np.flatnonzero(np.isin(kinds, types))
            if len(rows):
                _write(made, table, features, shape, rows, session.info.epsg)
    return made.rename(path)


def _write(
    path: Path, table: Table, features: Features, shape: Shape, rows: NDArray[np.int64], epsg: int
) -> None:
    kind, _, multi = _KINDS[shape]
    several = bool((shapely.get_type_id(features.geometry[rows]) == multi).any())
    columns = list(_columns(features, table.column_names, rows))
    pyogrio.raw.write(
        path,
        shapely.to_wkb(features.geometry[rows]),
        [values for _, values, _ in columns],
        [name for name, _, _ in columns],
        field_mask=[missing for _, _, missing in columns],
        layer=layer_name(table.name, shape),
        driver="SQLite",
        geometry_type=f"Multi{kind}" if several else kind,
        promote_to_multi=several,
        crs=f"EPSG:{epsg}",
        dataset_options={} if path.exists() else {"SPATIALITE": "YES"},
    )


def _columns(
    features: Features, names: Sequence[str], rows: NDArray[np.int64]
) -> Iterator[tuple[str, NDArray[np.generic], NDArray[np.bool_]]]:
    """Yield name, values and which are missing, of columns as numbers where all are, else as text."""
    for name in names:
        values = [features.columns[name][row] for row in rows.tolist()]
        missing = np.array([v is None for v in values])
        kinds = {type(v) for v in values if v is not None}
        if kinds and kinds <= {int, bool}:
            yield name, np.array([v or 0 for v in values], dtype=np.int64), missing
        elif kinds and kinds <= {int, bool, float}:
            yield name, np.array([v or 0 for v in values], dtype=np.float64), missing
        else:
            yield name, np.array([None if v is None else str(v) for v in values], dtype=object), missing
