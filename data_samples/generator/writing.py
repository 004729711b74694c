"""Shapefiles as other people make them: GBK or UTF-8, said or unsaid, Chinese or ASCII column names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyogrio.raw
import shapely
from pyproj import CRS, Transformer

from .tables import COLUMNS, Table

if TYPE_CHECKING:
    from pathlib import Path

DBF_DATE = "2026-09-30"
LDID_GBK = 0x4D
HOUSEHOLD_COLUMNS = ("户主", "人口数", "联系电话")


@dataclass(frozen=True)
class Style:
    """How somebody writes shapefiles.

    Attributes
    ----------
    encoding : "GBK" or "UTF-8".
    cpg : a .cpg file tells the encoding; if not, the language byte of the DBF does.
    ascii_names : columns carry customary ASCII codes.
    epsg : coordinate system.
    shift : metres to move everything by, east and north.
    household_in_house : the houses carry householder, head-count and telephone.
    """

    encoding: str = "GBK"
    cpg: bool = False
    ascii_names: bool = False
    epsg: int = 4549
    household_in_house: bool = False
    shift: tuple[float, float] = (0.0, 0.0)


def dbf_names(columns: dict[str, str], style: Style) -> list[str]:
    """Return column names cut to the 10 bytes that DBF allows, at a whole character.

    >>> dbf_names({"统一社会信用代码": "XYDM"}, Style())
    ['统一社会信']
    >>> dbf_names({"统一社会信用代码": "XYDM"}, Style(encoding="UTF-8"))
    ['统一社']
    """
    names: list[str] = []
    for title, code in columns.items():
        name = code if style.ascii_names else title
        names.append(name.encode(style.encoding)[:10].decode(style.encoding, "ignore"))
    return names


def write_table(folder: Path, table: Table, style: Style) -> None:
    """Write a table as a shapefile; nothing is written for an empty one."""
    if not table.rows:
        return
    columns = dict(COLUMNS[table.title])
    if table.title == "农房" and not style.household_in_house:
        columns = {k: v for k, v in columns.items() if k not in HOUSEHOLD_COLUMNS}
    data = [_column([row[title] for row in table.rows]) for title in columns]
    path = folder / f"{table.title}.shp"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(_shapes(table, style)),
        field_data=data,
        fields=np.array(dbf_names(columns, style)),
        geometry_type=_kind(table.shapes[0]),
        crs=_wkt(style.epsg),
        driver="ESRI Shapefile",
        encoding=style.encoding,
        layer_options={"DBF_DATE_LAST_UPDATE": DBF_DATE, "RESIZE": "YES"},
    )
    path.with_suffix(".prj").write_text(_wkt(style.epsg), "ascii")
    note = path.with_suffix(".cpg")
    if style.cpg:
        note.write_text(style.encoding, "ascii")
    else:
        note.unlink(missing_ok=True)
    if style.encoding == "GBK":
        with path.with_suffix(".dbf").open("r+b") as dbf:
            dbf.seek(29)
            dbf.write(bytes([LDID_GBK]))


def _column(values: list[object]) -> np.ndarray:
    if isinstance(values[0], str):
        return np.array(values, object)
    if all(isinstance(v, int) for v in values):
        return np.array(values, np.int32)
    return np.array(values, np.float64)


def _kind(shape: shapely.Geometry) -> str:
    return {"Polygon": "Polygon", "LineString": "LineString", "Point": "Point"}[shape.geom_type]


_WKT: dict[int, str] = {}


def _wkt(epsg: int) -> str:
    if epsg not in _WKT:
        _WKT[epsg] = CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")
    return _WKT[epsg]


def _shapes(table: Table, style: Style) -> np.ndarray:
    """Return the shapes in the coordinate system wanted, whole centimetres or their like in degrees."""
    shapes = np.array(table.shapes, object)
    if shapely.get_type_id(shapes[0]) == 3:
        shapes = shapely.orient_polygons(shapes, exterior_cw=True)
    epsg, shift = style.epsg, style.shift
    if epsg == 4549:
        return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy + shift, 2)))
    turn = Transformer.from_crs(4549, epsg, always_xy=True)
    digits = 8 if epsg == 4490 else 2
    return np.asarray(
        shapely.transform(
            shapes, lambda xy: np.round(np.column_stack(turn.transform(xy[:, 0], xy[:, 1])), digits)
        )
    )
