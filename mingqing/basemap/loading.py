"""GDAL, by way of rasterio: loaded when the first base map is opened, and never handed a choice of drivers."""

import os
import sys
import warnings
from contextlib import AbstractContextManager
from functools import cache
from threading import Lock
from typing import Any, TypeAlias

# rasterio has no types.
Library: TypeAlias = Any
Dataset: TypeAlias = Any
Crs: TypeAlias = Any
Affine: TypeAlias = Any

_CACHE_MB = 64  # GDAL would take a twentieth of the computer's memory for blocks it has read
# A GeoTIFF may name another file as its overview, and that one a server to ask: these drivers would.
_FOLLOWING = "DAAS,EEDA,EEDAI,ESRIC,GTI,HTTP,KMLSUPEROVERLAY,MRF,PLMOSAIC,STACIT,STACTA,TIL,VRT,WCS,WMS,WMTS"
_lock = Lock()


def rasterio() -> Library:
    """Return rasterio with its parts `crs`, `io`, `warp`, `windows`, in a state that is quiet about plain pictures."""
    with _lock:
        library = _load()
    # A tile has no place of its own, and saying so each time helps nobody. Again each time: tests reset filters.
    warnings.filterwarnings("ignore", category=library.errors.NotGeoreferencedWarning)
    return library


@cache
def _load() -> Library:
    """Load rasterio so that it finds its own GEOS, PROJ, TIFF and SQLite, and without drivers that follow others.

    mod_spatialite, by then loaded with global symbols, brings the system's: bound to those, the first file opened
    is a segmentation fault. `RTLD_DEEPBIND` lets a library look among its own first (docs/decisions/0022).
    """
    before = sys.getdlopenflags() if hasattr(os, "RTLD_DEEPBIND") else None
    skipped = os.environ.get("GDAL_SKIP")
    os.environ["GDAL_SKIP"] = _FOLLOWING
    try:
        if before is not None:
            sys.setdlopenflags(before | os.RTLD_DEEPBIND)
        library = _imported()
        with library.Env():  # registers the drivers, once
            return library
    finally:
        if before is not None:
            sys.setdlopenflags(before)
        if skipped is None:
            del os.environ["GDAL_SKIP"]
        else:
            os.environ["GDAL_SKIP"] = skipped


def _imported() -> Library:
    import rasterio
    import rasterio.crs
    import rasterio.errors
    import rasterio.io
    import rasterio.warp
    import rasterio.windows

    return rasterio


def failures() -> tuple[type[Exception], ...]:
    """Return what is raised where a file, or what it says of itself, cannot be used: rasterio's own and GDAL's."""
    from rasterio._err import CPLE_BaseError

    library = rasterio()
    return library.errors.RasterioError, library.errors.CRSError, CPLE_BaseError, UnicodeError


def environment() -> AbstractContextManager[object]:
    """Return the context in which files are read: little memory, and no way to the network."""
    made: AbstractContextManager[object] = rasterio().Env(
        GDAL_CACHEMAX=_CACHE_MB, CPL_VSIL_CURL_ALLOWED_EXTENSIONS="{nothing}"
    )
    return made
