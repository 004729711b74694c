"""GeoPackage, GeoJSON and KML through GDAL, after a look at what GDAL should not be handed."""

import datetime as dt
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding, recognise
from mingqing.crs.zones import WGS84, Datum
from mingqing.ingest.reading import archive, gdal
from mingqing.ingest.reading import encoding as enc
from mingqing.ingest.reading.codec_names import codec_named
from mingqing.ingest.reading.delimited import decode_text
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import RowProblem, SourceLayer
from mingqing.ingest.reading.names import unique
from mingqing.ingest.reading.source import SourceFile

_XML_HEADER = re.compile(r"\s*<\?xml[^>]*\?>")
_XML_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9_-]+)[\"']")
_BY_CONVENTION = {".geojson", ".json", ".kml", ".kmz"}
# What GDAL adds to every KML placemark, whether the file says so or not; none of it is about the place.
_KML_OWN = {"id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility"}
_KML_OWN |= {"drawOrder", "icon", "snippet"}
_EXACT = 2**53  # beyond it a float no longer holds every integer


def read_vector(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read every layer of a GeoPackage, GeoJSON, KML or KMZ."""
    suffix = file.path.suffix.lower()
    if suffix == ".gpkg":
        with file.path.open("rb") as stream:
            if stream.read(15) != b"SQLite format 3":
                raise InputRefused(tr("不是 GeoPackage，或文件已损坏，请重新索取。"))
        layers = [_layer(file, file.path, name, None) for name in gdal.layers_of(file.path)]
    else:
        data = file.path.read_bytes()
        kml = suffix in {".kml", ".kmz"}
        if suffix == ".kmz":
            data = _kml_in(data)
        with tempfile.TemporaryDirectory(prefix="mingqing-") as folder:
            path, found = _as_utf8(data, Path(folder), encoding, kml=kml)
            layers = [_layer(file, path, name, found) for name in gdal.layers_of(path)]
    layers = [layer for layer in layers if len(layer) or layer.problems]
    if not layers:
        raise refuse_empty()
    return layers


def _kml_in(data: bytes) -> bytes:
    names = [name for name in archive.parts(data) if name.lower().endswith(".kml")]
    if not names:
        raise InputRefused(tr("里没有 KML，请重新导出。"))
    return archive.inflate(data, min(names, key=lambda name: (name.count("/"), name.lower() != "doc.kml")))


def _as_utf8(data: bytes, folder: Path, chosen: str | None, *, kml: bool) -> tuple[Path, enc.Encoding]:
    """Write the text as UTF-8 for GDAL, which knows few encodings; never XML with entities of its own."""
    declared = _XML_ENCODING.match(data) if kml else None
    codec = codec_named(declared[1].decode()) if declared else "utf-8"
    where = tr("文件头") if declared else tr(" {name} 格式").format(name="KML" if kml else "GeoJSON")
    said = [enc.Declared(codec, where, 25.0)] if codec else []
    text, found, _ = decode_text(data, chosen, said)
    if kml:
        if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
            raise InputRefused(tr("含有外部引用（DOCTYPE），为安全没有打开，请重新导出 KML。"))
        text = '<?xml version="1.0" encoding="UTF-8"?>' + _XML_HEADER.sub("", text, count=1)
    path = folder / ("layer.kml" if kml else "layer.geojson")
    path.write_text(text, encoding="utf-8")
    return path, found


def _layer(file: SourceFile, path: Path, name: str, encoding: enc.Encoding | None) -> SourceLayer:
    raw = gdal.read_raw(path, layer=name)
    columns, problems, notes = _columns(raw)
    if path.suffix == ".kml":
        told = {title for title, values in columns.items() if any(v is not None for v in values)}
        columns = {title: columns[title] for title in columns if title in told - _KML_OWN}
    rows = raw.fids + (0 if file.path.suffix.lower() == ".gpkg" else 1)
    geometry = None
    if raw.wkb is not None and gdal.is_present(raw.wkb).any():
        made = gdal.shapes(raw.wkb)
        geometry = made.geometry
        spoiled = rows[made.damaged]
        problems += [RowProblem(row, tr("图形"), tr("图形已损坏")) for row in spoiled.tolist()]
        if "Z" in str(raw.meta.get("geometry_type")):
            notes.append(tr("高程和测量值（Z/M）没有保留"))
    return SourceLayer(
        path=file.path,
        name=file.path.stem if path != file.path and name == path.stem else name,
        rows=rows,
        columns=columns,
        geometry=geometry,
        crs=_crs(file, raw) if geometry is not None else None,
        encoding=encoding,
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _crs(file: SourceFile, raw: gdal.Raw) -> CrsFinding | None:
    said = raw.meta.get("crs")
    found = recognise(str(said)) if said else None
    if found and found.epsg == WGS84 and file.path.suffix.lower() in _BY_CONVENTION:
        return CrsFinding(WGS84, None, tr("这种格式规定用 WGS84 经纬度"), certain=False, datum=Datum.WGS84)
    return found


def _columns(raw: gdal.Raw) -> tuple[dict[str, list[object]], list[RowProblem], list[str]]:
    columns: dict[str, list[object]] = {}
    problems: list[RowProblem] = []
    skipped = []
    types = raw.meta.get("ogr_types", [""] * len(raw.values))
    for title, values, kind in zip(unique(map(str, raw.meta["fields"])), raw.values, types, strict=True):
        if "Binary" in str(kind):
            skipped.append(title)
            continue
        columns[title] = _plain(values, integer="Integer" in str(kind))
        if "Integer64" in str(kind) and values.dtype.kind == "f":
            lost = [i for i, v in enumerate(columns[title]) if isinstance(v, int) and abs(v) >= _EXACT]
            for i in lost:
                columns[title][i] = None
                problems.append(RowProblem(int(raw.fids[i]), title, tr("数字太长，末几位已丢失")))
    notes = [tr("二进制字段没有读：{names}").format(names="、".join(skipped))] if skipped else []
    return columns, problems, notes


def _plain(values: NDArray[Any], *, integer: bool) -> list[object]:
    """Python values of one of pyogrio's arrays, None where there is none."""
    if values.dtype.kind == "M":
        return [None if v is None else v.date() for v in values.astype("datetime64[us]").tolist()]
    if values.dtype.kind == "f":
        return [(int(v) if integer else v) if np.isfinite(v) else None for v in values.tolist()]
    return [_one(v) for v in values.tolist()]


def _one(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | dt.date):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return "、".join(str(v) for v in value) or None
    return str(value) or None
