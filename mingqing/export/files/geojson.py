"""GeoJSON after RFC 7946: a file a table in a folder, or one file in which each feature says its table.

By hand: GDAL's driver cannot have two tables in a file, and makes numbers of ids that JavaScript cannot hold.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

import shapely

from mingqing.core.watch import Watch
from mingqing.export.files.lonlat import shapes_of
from mingqing.export.files.ready import finite
from mingqing.export.layer import Layer
from mingqing.export.writing import Options, Written

_AT_A_TIME = 5_000
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers as GeoJSON; see `mingqing.export.writing.Write`."""
    written = Written()
    if place.suffix:
        with _collection(place, options.project) as file:
            for layer in layers:
                file.write(finite(layer, written.notes), options.watch, {"table": layer.name})
                written.files[layer.name] = [place]
                del layer  # or the memory held it while the next is read
        return written
    place.mkdir()
    for layer in layers:
        path = place / f"{layer.name}.geojson"
        with _collection(path, layer.name) as file:
            file.write(finite(layer, written.notes), options.watch, {})
        written.files[layer.name] = [path]
        del layer  # or the memory held it while the next is read
    return written


@contextmanager
def _collection(path: Path, name: str) -> Iterator["_File"]:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(f'{{"type":"FeatureCollection","name":{_encode(name)},"features":[')
        yield _File(stream)
        stream.write("\n]}\n")


class _File:
    """A collection that is being written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._before = stream, "\n"

    def write(self, layer: Layer, watch: Watch, head: dict[str, str]) -> None:
        """Add the rows of a layer. head : properties that all have, first."""
        geometry = shapely.orient_polygons(shapes_of(layer), exterior_cw=False)
        names, cells = [out.name for out in layer.columns], [list(map(_value, c)) for c in layer.cells]
        for start, end in pairwise((*range(0, len(layer), _AT_A_TIME), len(layer))):
            watch.step(layer.title, start, len(layer))
            shapes = shapely.to_geojson(geometry[start:end]).tolist()
            rows = zip(layer.ids[start:end].tolist(), shapes, *(c[start:end] for c in cells), strict=True)
            for row_id, shape, *values in rows:
                properties = _encode({**head, **dict(zip(names, values, strict=True))})
                self._stream.write(
                    f'{self._before}{{"type":"Feature","id":"{row_id}",'
                    f'"properties":{properties},"geometry":{shape or "null"}}}'
                )
                self._before = ",\n"


def _value(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value.isoformat() if isinstance(value, date) else value
