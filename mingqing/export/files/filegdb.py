"""File geodatabases for ArcGIS: a folder `X.gdb`, by GDAL's OpenFileGDB.

Its driver keeps no Chinese titles of columns that pyogrio could hand it; those of layers it does.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mingqing.export.files import gdal
from mingqing.export.files.ready import divided
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written

_DRIVER = gdal.Driver(  # ArcGIS before 3.2 has no days without hours, and no whole numbers of 64 bits
    "OpenFileGDB", {}, "datetime64[s]", np.float64
)


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers into one file geodatabase; see `mingqing.export.writing.Write`."""
    written = Written()
    for layer in layers:
        for part in divided(layer, written.notes):
            options.watch.step(part.title)
            gdal.write(part, place, _DRIVER, {"LAYER_ALIAS": part.title})
        written.files[layer.name] = [place]
        del layer, part  # or the memory held them while the next is read
    return written
