"""GeoJSON, parsed here and not by GDAL: that would open whatever a file's content asks for, by its name or not.

A file that calls itself GeoJSON may be a list of other files to open (OGR VRT) or of servers to ask (WFS), and the
CRS of one that is may be an address to fetch. Nothing in a file is ever opened or fetched from here.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

import numpy as np

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import CrsFinding, recognise
from mingqing.crs.zones import WGS84, Datum
from mingqing.ingest.reading import encoding as enc
from mingqing.ingest.reading.bounds import require_cells, require_columns
from mingqing.ingest.reading.delimited import decode_text
from mingqing.ingest.reading.drawn import draw
from mingqing.ingest.reading.grid import refuse_empty
from mingqing.ingest.reading.layer import SourceLayer
from mingqing.ingest.reading.names import id_column, unique
from mingqing.ingest.reading.source import SourceFile

_CODE = re.compile(r"(?:EPSG:+[\d.]*:?)(\d{4,6})$", re.I)
_LONGEST = 2**63
_TABLE = "table"
_HEAD, _NAMES = 4_000, re.compile(r'"([^"\\]+)"\s*:')
_ENOUGH = 6  # different characters beyond ASCII
_Json = Mapping[str, object]


def _decoded(data: bytes, encoding: str | None) -> tuple[str, enc.Encoding]:
    """Return the text: in UTF-8, as RFC 7946 wants it, where enough of it is; else as it is judged by its content."""
    where = tr(" GeoJSON 格式")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    # Each character of another encoding has a chance of 1 in 12 to be UTF-8 as well.
    sure = (
        id_column(_NAMES.findall(text[:_HEAD])) is not None
        or len({c for c in text if not c.isascii()}) >= _ENOUGH
    )
    if encoding is None and text and sure:
        return text, enc.Encoding("utf-8", tr("由{where}指明").format(where=where), certain=True)
    text, found, _ = decode_text(data, encoding, [enc.Declared("utf-8", where, 25.0)])
    return text, found


def read_geojson(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read the features of a GeoJSON file as one layer, or as one for each table of ours in it."""
    text, found = _decoded(file.path.read_bytes(), encoding)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputRefused(tr("读不出来，文件已损坏或不是它名字所说的格式。")) from error
    features = _features(whole)
    if not features and "name" in _mapping(whole):
        return []  # a table of ours that has no rows
    if not features:
        raise refuse_empty()
    parts: dict[str, list[int]] = {}
    for i, feature in enumerate(features):
        parts.setdefault(_table_of(feature) or file.path.stem, []).append(i)
    return [_layer(file, name, whole, features, at, found) for name, at in parts.items()]


def _table_of(feature: _Json) -> str | None:
    """The table that a feature of ours says it is of, where several left in one file."""
    values = _mapping(feature.get("properties"))
    said = values.get(_TABLE)
    return said if isinstance(said, str) and id_column(list(values)) is not None else None


def _layer(
    file: SourceFile,
    name: str,
    whole: object,
    features: Sequence[_Json],
    at: Sequence[int],
    found: enc.Encoding,
) -> SourceLayer:
    columns = _columns([_mapping(features[i].get("properties")) for i in at])
    if columns.get(_TABLE, [None])[0] == name:
        del columns[_TABLE]
    rows = np.array(at, dtype=np.int64) + 1
    drawn = draw([features[i].get("geometry") for i in at], rows)
    return SourceLayer(
        path=file.path,
        name=name,
        rows=rows,
        columns=columns,
        geometry=drawn.geometry,
        crs=_crs(_mapping(whole)) if drawn.geometry is not None else None,
        encoding=found,
        notes=drawn.notes,
        problems=drawn.problems,
    )


def _features(whole: object) -> list[_Json]:
    """Return the features of a collection, or the only one; InputRefused where it is something else."""
    said = _mapping(whole)
    features = {"FeatureCollection": said.get("features"), "Feature": [whole]}.get(str(said.get("type")))
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise InputRefused(tr("不是 GeoJSON，请重新导出。"))
    return features


def _mapping(value: object) -> _Json:
    return value if isinstance(value, dict) else {}


def _columns(rows: Sequence[_Json]) -> dict[str, list[object]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    require_columns(len(names))
    require_cells(len(rows), len(names))
    titles = unique(map(_sound, names))
    return {title: [_plain(row.get(name)) for row in rows] for title, name in zip(titles, names, strict=True)}


def _plain(value: object) -> object:
    """Return what a layer may hold: text, a number or a truth, None where there is nothing."""
    if isinstance(value, str):
        return _sound(value) or None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, int) and abs(value) >= _LONGEST:
        return str(value)
    if isinstance(value, list):
        return "、".join(_texts(value)) or None
    return _sound(json.dumps(value, ensure_ascii=False)) if isinstance(value, dict) else value


def _texts(values: Iterable[object]) -> list[str]:
    return [_sound(v) if isinstance(v, str) else _sound(json.dumps(v, ensure_ascii=False)) for v in values]


def _sound(text: str) -> str:
    """Return a text with `?` in place of halves of characters, which JSON can write and nobody can store."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _crs(whole: _Json) -> CrsFinding | None:
    """Return the CRS that a name in the file stands for; without one the format says WGS 84. Links lead nowhere."""
    said = whole.get("crs")
    if said is None:
        return CrsFinding(WGS84, None, tr("这种格式规定用 WGS84 经纬度"), certain=False, datum=Datum.WGS84)
    name = str(_mapping(_mapping(said).get("properties")).get("name"))
    if name.upper().endswith("CRS84"):
        return CrsFinding(WGS84, None, tr("这种格式规定用 WGS84 经纬度"), certain=False, datum=Datum.WGS84)
    code = _CODE.search(name)
    return recognise(f"EPSG:{code[1]}") if code else None
