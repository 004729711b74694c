"""Layers written by GDAL, as arrays.

The whole of a layer is one call: 220,000 rows take it a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from mingqing.catalog.model import FieldType, GeometryKind
from mingqing.core.errors import InputRefused
from mingqing.core.files import path_for_gdal
from mingqing.core.text import tr
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Out

_NAMES = {GeometryKind.POINT: "Point", GeometryKind.LINE: "LineString", GeometryKind.POLYGON: "Polygon"}
_SMALL, _EXACT = 2**31, 2**53
_UTC = 100  # of OGR_F_SetFieldDateTime: without a time zone GDAL warns of every layer


@dataclass(frozen=True)
class Driver:
    """A format of GDAL's, and how a file of it is made.

    dates, wide : as what it keeps days, and whole numbers of more than 32 bits.
    """

    name: str
    dataset: Mapping[str, str]
    dates: str = "datetime64[D]"
    wide: type = np.int64


def write(
    layer: Layer, path: Path, driver: Driver, options: Mapping[str, str], *, empty: bool = False
) -> None:
    """Write a layer, whose shapes are of one kind, into a file that may have others.

    options : of the driver, for the layer. empty : only what there is without rows.

    Raises
    ------
    InputRefused
        if a whole number is larger than the format can hold, or GDAL cannot be told the path.
    OSError
        where the disk is full.
    """
    target = path_for_gdal(path)
    rows = slice(0) if empty else slice(None)
    fields = [
        _array(out, values, driver, rows) for out, values in zip(layer.columns, layer.cells, strict=True)
    ]
    shape: dict[str, Any] = {"geometry": None}
    if layer.geometry is not None and layer.kind is not None:
        several = has_several(layer.geometry)
        shape = {
            "geometry": shapely.to_wkb(layer.geometry[rows]),
            "geometry_type": ("Multi" if several else "") + _NAMES[layer.kind],
            "promote_to_multi": several,
            "crs": f"EPSG:{layer.epsg}",
        }
    try:
        pyogrio.raw.write(
            target,
            field_data=[values for values, _ in fields],
            fields=[out.name for out in layer.columns],
            field_mask=[missing for _, missing in fields],
            layer=layer.name,
            driver=driver.name,
            dataset_options=None if path.exists() else dict(driver.dataset),
            layer_options=dict(options),
            gdal_tz_offsets={
                out.name: np.full(len(values), _UTC, dtype=np.int8)
                for out, (values, _) in zip(layer.columns, fields, strict=True)
                if values.dtype == "datetime64[s]"
            },
            **shape,
        )
    except (DataSourceError, DataLayerError) as error:  # fields and types are sound: what is left is the disk
        raise OSError(str(error)) from error


def has_several(geometry: NDArray[np.object_]) -> bool:
    """Whether any shape has several parts, so that all are to be of a type that may."""
    return bool((shapely.get_type_id(geometry) > _SINGLE).any())


_SINGLE = 3  # ids of points, lines and polygons are not above it


def _array(
    out: Out, values: Sequence[Any], driver: Driver, rows: slice
) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Some values as GDAL takes them, and which are missing (None where it sees that by itself)."""
    if out.type is FieldType.INTEGER:
        whole, missing = _numbers(values, np.int64)
        return _whole(out, whole, driver.wide)[rows], missing[rows]
    values = values[rows]
    if out.type in {FieldType.NUMBER, FieldType.BOOLEAN}:
        return _numbers(values, bool if out.type is FieldType.BOOLEAN else np.float64)
    if out.type is FieldType.DATE:
        return np.array(values, dtype="datetime64[D]").astype(driver.dates), None
    texts = np.empty(len(values), dtype=object)
    texts[:] = without_nul(values)
    return texts, None


def _whole(out: Out, whole: NDArray[np.int64], wide: type) -> NDArray[Any]:
    """Whole numbers in 32 bits where they fit: ArcGIS before 3.2 has none of 64."""
    largest = np.abs(whole).max(initial=0)
    if largest < _SMALL:
        return whole.astype(np.int32)
    if wide is np.float64 and largest > _EXACT:
        text = tr("“{title}”有超过 16 位的整数，FileGDB 里会走样；请导出成 GeoPackage")
        raise InputRefused(text.format(title=out.title))
    return whole.astype(wide)


def _numbers(values: Sequence[Any], dtype: type) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    missing = np.array([v is None for v in values], dtype=bool)
    known = [0 if v is None else v for v in values] if missing.any() else values
    return np.array(known, dtype=dtype), missing


def without_nul(values: Sequence[str | None]) -> Sequence[str | None]:
    """Return text without the character at which C takes a text to end."""
    if "\0" not in "".join(filter(None, values)):
        return values
    return [None if text is None else text.replace("\0", "") for text in values]
