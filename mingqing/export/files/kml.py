"""KML 2.2: a folder a table, for maps on phones.

By hand: the drivers of GDAL call columns by their short names, and LIBKML takes a minute for a county's houses.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray

from mingqing.catalog.model import GeometryKind
from mingqing.core.text import tr
from mingqing.core.watch import Watch
from mingqing.export.files.lonlat import DECIMALS, shapes_of
from mingqing.export.files.ready import finite
from mingqing.export.files.rings import rings_of, turned
from mingqing.export.layer import Layer, by_kind
from mingqing.export.profile.model import Origin
from mingqing.export.writing import Options, Written

_AT_A_TIME = 5_000
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # https://www.w3.org/TR/xml/#charsets
_COLORS = (
    "2f6db5",
    "c2552d",
    "3f8f5a",
    "8a5ca8",
    "b8860b",
    "2a8c8c",
)  # red, green, blue of each folder in turn
_KEYS = {Origin.ID, Origin.REFERENCE}  # for programs, not for whoever taps a place


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers into one KML file; see `mingqing.export.writing.Write`."""
    written = Written()
    with place.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        )
        stream.write(f"<name>{_text(options.project)}</name>\n")
        stream.writelines(map(_style, _COLORS))  # all before the first folder: the schema says so
        colors = cycle(_COLORS)
        for layer in layers:
            color = next(colors)
            placed = _placed(finite(layer, written.notes), written.notes)
            if len(placed):
                _write_folder(stream, placed, color, options.watch)
                written.files[layer.name] = [place]
            del layer, placed  # or the memory held them while the next is read
        stream.write("</Document></kml>\n")
    return written


def _placed(layer: Layer, notes: list[str]) -> Layer:
    """Return the rows that have a shape, and say how many have none."""
    shapes = np.full(len(layer), None) if layer.geometry is None else layer.geometry
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    if len(there) == len(layer):
        return layer
    notes.append(
        tr("“{title}”有 {count} 条没有图形，KML 里放不下，没有写").format(
            title=layer.title, count=len(layer) - len(there)
        )
    )
    kind = layer.kind or GeometryKind.POINT  # only so that shapes stay: `by_kind` finds out
    return layer.take(there, layer.name, layer.title, kind)


def _style(color: str) -> str:
    """A style in KML's order of colours: opacity, blue, green, red."""
    backwards = color[4:] + color[2:4] + color[:2]
    return (
        f'<Style id="c{color}"><IconStyle><color>ff{backwards}</color></IconStyle>'
        f"<LineStyle><color>ff{backwards}</color><width>2</width></LineStyle>"
        f"<PolyStyle><color>66{backwards}</color></PolyStyle></Style>\n"
    )


def _write_folder(stream: TextIO, layer: Layer, color: str, watch: Watch) -> None:
    stream.write(f"<Folder><name>{_text(layer.title)}</name>\n")
    for part in by_kind(layer):
        geometry = shapes_of(part)
        for start, end in pairwise((*range(0, len(part), _AT_A_TIME), len(part))):
            watch.step(part.title, start, len(part))
            shapes = _shapes(geometry[start:end], part.kind)
            rows = zip(*(cells[start:end] for cells in part.cells), strict=True)
            stream.writelines(_placemarks(part, color, rows, shapes))
    stream.write("</Folder>\n")


def _placemarks(
    layer: Layer, color: str, rows: Iterable[tuple[Any, ...]], shapes: Iterable[str]
) -> Iterator[str]:
    named = [
        i
        for i, out in enumerate(layer.columns)
        if out.of is not None and out.of.name == layer.table.title_field
    ]
    told = [(i, _text(out.title)) for i, out in enumerate(layer.columns) if out.origin not in _KEYS]
    heads = [  # Google Earth shows the title, GDAL the name: it would take Chinese ones of one length for the same
        f"<Data name={quoteattr(out.name)}><displayName>{_text(out.title)}</displayName><value>"
        for out in layer.columns
    ]
    for row, shape in zip(rows, shapes, strict=True):
        texts = ["" if value is None else _text(_said(value)) for value in row]
        name = next((texts[i] for i in named), "")
        about = "\n".join([f"{title}：{texts[i]}" for i, title in told if texts[i]])
        data = "".join(
            [f"{head}{text}</value></Data>" for head, text in zip(heads, texts, strict=True) if text]
        )
        yield (
            f"<Placemark><name>{name}</name><description>{about}</description><styleUrl>#c{color}</styleUrl>"
            f"<ExtendedData>{data}</ExtendedData>{shape}</Placemark>\n"
        )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("", text))


def _shapes(geometry: NDArray[np.object_], kind: GeometryKind | None) -> list[str]:
    """Return shapes of one kind as KML."""
    if kind is GeometryKind.POINT:
        xy, owners = shapely.get_coordinates(geometry, return_index=True)
        parts = [f"<Point><coordinates>{point}</coordinates></Point>" for point in _points(xy)]
        return _together(parts, owners, len(geometry))
    rings = rings_of(geometry)
    xy = shapely.get_coordinates(geometry)
    if kind is GeometryKind.LINE:
        lines = _rings(xy, rings.lengths)
        parts = [f"<LineString><coordinates>{line}</coordinates></LineString>" for line in lines]
        return _together(parts, rings.owners, len(geometry))
    parts, owners = [], []
    for ring, owner, outer in zip(
        _rings(turned(xy, rings, clockwise=False), rings.lengths),
        rings.owners.tolist(),
        rings.outer.tolist(),
        strict=True,
    ):
        line = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        if outer:
            parts.append(f"<outerBoundaryIs>{line}</outerBoundaryIs>")
            owners.append(owner)
        else:
            parts[-1] += f"<innerBoundaryIs>{line}</innerBoundaryIs>"
    return _together(
        [f"<Polygon>{part}</Polygon>" for part in parts], np.array(owners, dtype=int), len(geometry)
    )


def _points(xy: NDArray[np.float64]) -> list[str]:
    return [f"{x:.{DECIMALS}f},{y:.{DECIMALS}f}" for x, y in xy.tolist()]


def _rings(xy: NDArray[np.float64], lengths: NDArray[np.int64]) -> list[str]:
    points, ends = _points(xy), np.cumsum(lengths).tolist()
    return [" ".join(points[start:end]) for start, end in pairwise([0, *ends])]


def _together(parts: list[str], owners: NDArray[np.int64], n: int) -> list[str]:
    """Return one shape a row, of one part or several."""
    ends = np.cumsum(np.bincount(owners, minlength=n)).tolist()
    return [
        parts[start] if end == start + 1 else f"<MultiGeometry>{''.join(parts[start:end])}</MultiGeometry>"
        for start, end in pairwise([0, *ends])
    ]
