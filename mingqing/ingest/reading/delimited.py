"""CSV and other text tables: encoding and delimiter found, then read like a sheet."""

import codecs
import csv
import io
import json
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from mingqing.core.errors import InputRefused
from mingqing.core.text import tr
from mingqing.crs.recognise import recognise
from mingqing.ingest.reading import encoding as enc
from mingqing.ingest.reading.bounds import require_cells
from mingqing.ingest.reading.gdal import is_present, without_wild
from mingqing.ingest.reading.grid import read_grid, refuse_empty
from mingqing.ingest.reading.layer import RowProblem, SourceLayer
from mingqing.ingest.reading.names import ID_NAME, ID_TITLE
from mingqing.ingest.reading.source import SourceFile

_DELIMITERS = (",", "\t", ";", "|", "，")
_SHAPES = "WKT"
_LONGEST_CRS, _LONGEST_METADATA = 20_000, 1_000_000
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_delimited(file: SourceFile, *, encoding: str | None = None) -> list[SourceLayer]:
    """Read a text table. A .txt without columns is refused: it is something written, not a register."""
    text, found, notes = decode_text(file.path.read_bytes(), encoding)
    prose = file.path.suffix.lower() == ".txt"
    delimiter = _delimiter(text, agreeing=0.9 if prose else 0.5)
    if delimiter is None and prose:
        raise InputRefused(tr("不是表格（没有用逗号或制表符分列），没有导入。"))
    rows, numbers = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ",")
    try:
        before = cells = 0
        for row in reader:
            cells += len(row) + 1
            require_cells(cells, 1)
            rows.append(row)
            numbers.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise InputRefused(
            tr("第 {row} 行的引号不成对，请改正后再导入。").format(row=reader.line_num)
        ) from error
    table = read_grid(rows, numbers)
    if table is None:
        raise refuse_empty()
    layer = SourceLayer(
        file.path,
        file.path.stem,
        table.rows,
        table.columns,
        encoding=found,
        notes=(*notes, *table.notes),
        problems=table.problems,
    )
    return [_drawn(layer)]


def _drawn(layer: SourceLayer) -> SourceLayer:
    """Return a layer with the shapes that a column of well-known text holds; in the CRS that is said beside it."""
    column = next((c for c in layer.columns if c.upper() == _SHAPES), None)
    if column is None:
        return layer
    texts = np.array(layer.columns[column], dtype=object)
    texts[[not isinstance(t, str) for t in texts]] = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GEOS says of each bad one what the problems say
        made, empty = without_wild(shapely.force_2d(shapely.from_wkt(texts, on_invalid="ignore")))
    damaged = is_present(texts) & shapely.is_missing(made) & ~empty
    drawn = is_present(texts).any()
    said = _crs_beside(layer.path) if drawn else None
    return replace(
        layer,
        columns={c: v for c, v in layer.columns.items() if c != column},
        geometry=made if drawn else None,
        crs=recognise(said) if said else None,
        problems=(
            *layer.problems,
            *(RowProblem(row, column, tr("图形已损坏")) for row in layer.rows[damaged].tolist()),
        ),
    )


def _crs_beside(path: Path) -> str | None:
    """What a .prj beside a text table, or the metadata that our export lays beside one, says of its CRS."""
    prj, told = path.with_suffix(".prj"), path.with_name(f"{path.name}_说明") / "元数据.json"
    if prj.is_file():
        return prj.read_bytes()[:_LONGEST_CRS].decode("utf-8", "replace")
    if not told.is_file() or told.stat().st_size > _LONGEST_METADATA:
        return None
    try:
        found = json.loads(told.read_bytes())["referenceSystemInfo"]["code"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    return f"EPSG:{found}" if isinstance(found, int) else None


def decode_text(
    data: bytes, chosen: str | None, declared: Sequence[enc.Declared] = ()
) -> tuple[str, enc.Encoding, tuple[str, ...]]:
    """Decode a whole text file; a byte order mark decides. Parameters and errors as `encoding.decode`."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(codec)
            except UnicodeDecodeError as error:
                raise InputRefused(tr("的文字已损坏（不符合文件头标明的编码），请重新索取。")) from error
            return text, enc.Encoding(codec, tr("由文件头的标记得知"), certain=True), ()
    if b"\0" in data:
        raise InputRefused(tr("不是文本文件，没有导入。"))
    said = (*enc.declared_by_ids(data), *declared)
    decoded = enc.decode([enc.Column(data.split(b"\n"))], said, chosen)
    if decoded.lost:
        raise InputRefused(
            tr("第 {row} 行的文字无法解读，请改正后再导入。").format(row=decoded.lost[0][1] + 1)
        )
    return "\n".join(decoded.columns[0]), decoded.encoding, decoded.notes


def _delimiter(text: str, *, agreeing: float) -> str | None:
    """Find the delimiter that cuts enough of the first lines into equally many parts, two at least."""
    begun = next((name for name in (ID_NAME, ID_TITLE) if text.startswith(name)), "")
    if begun and text[len(begun) :][:1] in _DELIMITERS:
        return text[len(begun)]  # what our export gave, or somebody saved again
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    best: tuple[int, int] = (0, 0)
    found = None
    for delimiter in _DELIMITERS:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        usual = max(set(counts), key=counts.count, default=1)
        lines_agreeing = counts.count(usual)
        if usual > 1 and lines_agreeing >= agreeing * len(counts) and (lines_agreeing, usual) > best:
            best, found = (lines_agreeing, usual), delimiter
    return found
