"""GDAL, asked quietly: one way to read vector data through pyogrio."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from mingqing.core.errors import InputRefused
from mingqing.core.files import path_for_gdal
from mingqing.core.text import tr

# Identifying each .prj against EPSG costs six times the reading of a small shapefile; we do that ourselves.
pyogrio.set_gdal_config_options({"USE_OSR_FIND_MATCHES": False})

_ERRORS = (
    *(DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, ValueError),
    UnboundLocalError,  # pyogrio 0.13, where PROJ cannot export what a .prj says
)
FARTHEST = 1e9  # no CRS of this planet has larger numbers


@dataclass(frozen=True, slots=True)
class Raw:
    """What GDAL gave: meta as pyogrio documents it, feature ids, shapes, and the fields' values."""

    meta: dict[str, Any]
    fids: NDArray[np.int64]
    wkb: NDArray[np.object_] | None
    values: tuple[NDArray[Any], ...]
    warnings: tuple[str, ...]


def read_raw(path: Path, *, layer: str | None = None, geometry_only: bool = False) -> Raw:
    """Read one layer whole, 2D. Raises InputRefused where GDAL cannot."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            meta, fids, wkb, values = pyogrio.raw.read(
                path_for_gdal(path),
                layer=layer,
                encoding="ISO-8859-1" if geometry_only else None,
                columns=[] if geometry_only else None,
                force_2d=True,
                return_fids=True,
            )
        except _ERRORS as error:
            raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error
    return Raw(meta, fids, wkb, values, tuple(str(w.message) for w in caught))


def layers_of(path: Path) -> list[str]:
    """Names of the layers in a file. Raises InputRefused where GDAL cannot open it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [str(name) for name, _ in pyogrio.list_layers(path_for_gdal(path))]
        except _ERRORS as error:
            raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error


def is_present(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    """(n,) True where there is something other than None."""
    return np.array([v is not None for v in values.tolist()], dtype=bool)


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes made from WKB.

    geometry : (n,) shapely geometries or None.
    damaged : (n,) True where there was a shape but not one that can be drawn.
    closed : how many had a ring left open, now closed.
    """

    geometry: NDArray[np.object_]
    damaged: NDArray[np.bool_]
    closed: int


def shapes(wkb: NDArray[np.object_]) -> Shapes:
    """Make shapes, close open rings, and leave out what has no finite coordinates or none at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GEOS says of each bad one what `damaged` says
        geometry: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
        present = is_present(wkb)
        open_ring = present & shapely.is_missing(geometry)
        if open_ring.any():
            geometry[open_ring] = shapely.from_wkb(wkb[open_ring], on_invalid="fix")
    geometry, empty = without_wild(geometry)
    missing = shapely.is_missing(geometry)
    return Shapes(geometry, present & missing & ~empty, int((open_ring & ~missing).sum()))


def without_wild(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return shapes, None in place of those with coordinates of no planet or with none, and which had none."""
    coordinates, owners = shapely.get_coordinates(geometry, return_index=True)
    with np.errstate(invalid="ignore"):
        wild = ~(np.abs(coordinates) < FARTHEST).all(axis=1)
    if wild.any():
        geometry[np.unique(owners[wild])] = None
    empty = shapely.is_empty(geometry)
    geometry[empty] = None
    return geometry, empty
