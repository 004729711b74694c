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
from mingqing.core.text import tr
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Out

_NAMES = {GeometryKind.POINT: "Point", GeometryKind.LINE: "LineString", GeometryKind.POLYGON: "Polygon"}
_SMALL = 2**31
_UTC = 100  # of OGR_F_SetFieldDateTime: without a time zone GDAL warns of every layer


@dataclass(frozen=True)
class Driver:
    """A format of GDAL's, and how a file of it is made.

    dates : as what it keeps days. large : as what it keeps whole numbers that 32 bits do not hold.
    """

    name: str
    dataset: Mapping[str, str]
    dates: str = "datetime64[D]"
    large: type = np.int64


def write(
    layer: Layer, path: Path, driver: Driver, options: Mapping[str, str], *, empty: bool = False
) -> None:
    """Write a layer, whose shapes are of one kind, into a file that may have others.

    options : of the driver, for the layer. empty : only what there is without rows.
    Raises OSError where the disk is full, InputRefused where a number is too large.
    """
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
            str(path),
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
    type_ = out.type
    if type_ is FieldType.INTEGER:
        whole, missing = _numbers(values, np.int64)
        # ArcGIS before 3.2 has no whole numbers of 64 bits
        small = bool((np.abs(whole) < _SMALL).all())
        held: NDArray[Any] = whole.astype(np.int32 if small else driver.large)
        if (held.astype(np.int64) != whole).any():
            raise InputRefused(
                tr("“{field}”里有太大的整数，{format} 放不下；请改正，或选 GeoPackage").format(
                    field=out.title, format=driver.name
                )
            )
        return held[rows], missing[rows]
    values = values[rows]
    if type_ in {FieldType.NUMBER, FieldType.BOOLEAN}:
        return _numbers(values, bool if type_ is FieldType.BOOLEAN else np.float64)
    if type_ is FieldType.DATE:
        return np.array(values, dtype="datetime64[D]").astype(driver.dates), None
    texts = np.empty(len(values), dtype=object)
    texts[:] = without_nul(values)
    return texts, None


def _numbers(values: Sequence[Any], dtype: type) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    missing = np.array([v is None for v in values], dtype=bool)
    known = [0 if v is None else v for v in values] if missing.any() else values
    return np.array(known, dtype=dtype), missing


def without_nul(values: Sequence[str | None]) -> Sequence[str | None]:
    """Return text without the character at which C takes a text to end."""
    if "\0" not in "".join(filter(None, values)):
        return values
    return [None if text is None else text.replace("\0", "") for text in values]
