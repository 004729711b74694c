"""Plain SpatiaLite databases, which QGIS and ogr2ogr read: a table each, and a dictionary of what the columns mean."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from mingqing.catalog.model import FieldType, GeometryKind
from mingqing.core.text import tr
from mingqing.export.files.ready import divided
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Out
from mingqing.export.writing import Options, Written
from mingqing.store.plain import Shapes, plain_file

DICTIONARY = tr("数据字典")
"""The table of what the columns mean: SQLite has no place for titles of its own."""

_ABOUT_COLUMN = (
    tr("图层"),
    tr("图层名称"),
    tr("字段"),
    tr("中文名"),
    tr("类型"),
    tr("单位"),
    tr("代码"),
    tr("说明"),
)
# BIGINT, since OGR reads INTEGER as 32-bit.
_TYPES = {
    FieldType.INTEGER: "BIGINT",
    FieldType.NUMBER: "DOUBLE",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.DATE: "DATE",
}
_KINDS = {
    GeometryKind.POINT: "POINT",
    GeometryKind.LINE: "LINESTRING",
    GeometryKind.POLYGON: "POLYGON",
}
_TITLES = {
    "TEXT": tr("文本"),
    "BIGINT": tr("整数"),
    "DOUBLE": tr("小数"),
    "BOOLEAN": tr("是否（1 是，0 否）"),
    "DATE": tr("日期"),
}


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write layers to the new database `place`; one that has shapes of several kinds is divided by them.

    Raises
    ------
    Cancelled
        once `options.watch` says so.
    OSError
        where the disk is full.
    """
    written, dictionary = Written(), []
    with plain_file(place) as file:
        for whole in layers:
            for layer in divided(whole, written.notes):
                types = [_TYPES.get(out.type, "TEXT") for out in layer.columns]
                file.add(
                    layer.name,
                    list(zip((out.name for out in layer.columns), types, strict=True)),
                    [_stored(column) for column in layer.cells],
                    ids=layer.ids.tolist(),
                    shapes=_shapes(layer),
                    watch=options.watch,
                )
                dictionary += [_meaning(layer, *column) for column in zip(layer.columns, types, strict=True)]
                written.files[layer.name] = [place]
            del whole, layer  # or the memory held them while the next is read
        file.add(DICTIONARY, [(c, "TEXT") for c in _ABOUT_COLUMN], list(zip(*dictionary, strict=True)))
    return written


def _shapes(layer: Layer) -> Shapes | None:
    if layer.geometry is None or layer.kind is None:
        return None
    return Shapes(layer.geometry, _KINDS[layer.kind], layer.epsg)


def _stored(column: Sequence[object]) -> Sequence[object]:
    """Return values as SQLite has them."""
    if not any(isinstance(value, date) for value in column):
        return column
    return [value.isoformat() if isinstance(value, date) else value for value in column]


def _meaning(layer: Layer, out: Out, kind: str) -> tuple[str, ...]:
    codes = ""
    if out.of is not None and out.of.codes is not None:
        values = [code.value for code in out.of.codes.codes]
        codes = "；".join(f"{out.codes[v]} {v}" if v in out.codes else v for v in values)
    unit = out.of.unit or "" if out.of is not None else ""
    about = out.help or (out.of.help if out.of is not None else "")
    return layer.name, layer.title, out.name, out.title, _TITLES[kind], unit, codes, about
