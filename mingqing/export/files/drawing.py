"""CAD drawings: DXF of AutoCAD 2004, in metres; what a CAD layer is, how it looks and what it says come from our maps.

A CAD layer holds a class of a table, as the map draws it. What a row says goes with its shape as extended data.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyproj
import shapely
from ezdxf import units
from ezdxf.document import Drawing
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.enums import TextEntityAlignment as Align
from ezdxf.filemanagement import new as new_document
from numpy.typing import NDArray

from mingqing.catalog.load import catalog
from mingqing.catalog.style import Fill, Hatch, Label, Line, Marker, Style, StyleClass, Symbol
from mingqing.core.errors import InputRefused
from mingqing.core.features import Features
from mingqing.core.text import tr
from mingqing.crs.transform import transform_xy
from mingqing.crs.zones import WGS84, describe, zone_for
from mingqing.export.files.dxf_labels import BESIDE_M, places
from mingqing.export.files.dxf_text import ENCODING, said, spelled
from mingqing.export.layer import Layer
from mingqing.export.profile.model import Origin
from mingqing.export.writing import Options, Written
from mingqing.render.classify import classify

MOST_SHAPES = 100_000
APPLICATION = "MINGQING"
"""The name under which extended data stands: strings `title=value`, as long as need be under the same title again."""

_AT_ONCE = 2_000
_FONT, _FONT_FILE = "宋体", "simsun.ttc"
_TITLES = tr("图名")
_SCALE = 1.0  # metres on the ground a millimetre of a label's height, at 1:1,000, as villages are surveyed
_FURTHER, _HOLE = tr("部位=另一部分"), tr("部位=内环")
_CIRCLED_CROSS = 34  # $PDMODE
_NOT_IN_NAMES = re.compile(r"[<>/\\\":;?*|,=`\x00-\x1f]")


@dataclass
class _Sheet:
    """The drawing under way."""

    document: Drawing
    options: Options
    shapes: int = 0
    unplaced: int = 0
    cut: int = 0
    epsg: int = 0
    bounds: list[NDArray[np.float64]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.space = self.document.modelspace()


def write(layers: Iterable[Layer], place: Path, options: Options) -> Written:
    """Write the shapes of layers to the drawing `place`.

    Raises
    ------
    InputRefused
        if coordinates are degrees, if none of the tables has shapes, or more than a CAD program is glad of.
    Cancelled
        once `options.watch` says so.
    OSError
        where the disk is full.
    """
    written, bare, sheet = Written(), [], _Sheet(_document(), options)
    for layer in layers:
        if layer.geometry is None:
            bare.append(layer.title)
            continue
        _require_metres(layer)
        _draw(sheet, layer)
        written.files[layer.name] = [place]
        del layer  # or the memory held it while the next is read
    if not written.files:
        raise InputRefused(
            tr("{titles}没有图形，画不成 CAD 图；请选有图形的表，或改用 Excel 格式").format(
                titles="、".join(bare)
            )
        )
    _finish(sheet)
    place.touch(0o600)
    options.watch.step(tr("CAD 图"))
    sheet.document.saveas(place)
    written.notes += _notes(sheet, bare)
    return written


def _notes(sheet: _Sheet, bare: Sequence[str]) -> Iterator[str]:
    if bare:
        yield tr("没有图形的表没有写进 CAD 图：{titles}").format(titles="、".join(bare))
    if sheet.unplaced:
        yield tr("有 {n} 行没有图形，没有写进 CAD 图").format(n=sheet.unplaced)
    if sheet.cut:
        yield tr("有 {n} 个图形的文字太多，扩展数据里只放得下前面几栏").format(n=sheet.cut)


def _document() -> Drawing:
    """Return an empty drawing in metres whose texts are Chinese."""
    document = new_document("R2004")
    document.units = units.M
    document.encoding = ENCODING
    document.header["$PDMODE"], document.header["$PDSIZE"] = _CIRCLED_CROSS, BESIDE_M
    document.appids.add(APPLICATION)
    document.styles.add(_FONT, font=_FONT_FILE).set_extended_font_data(_FONT)
    document.layers.add(_TITLES)
    return document


def _require_metres(layer: Layer) -> None:
    if not pyproj.CRS.from_epsg(layer.epsg).is_geographic:
        return
    placed = layer.geometry[~shapely.is_missing(layer.geometry)] if layer.geometry is not None else ()
    x, y, *_ = shapely.total_bounds(placed) if len(placed) else (120.0, 30.0)
    ((lon, lat),) = transform_xy(np.array([[x, y]]), layer.epsg, WGS84)
    epsg = zone_for(lon, lat)
    raise InputRefused(
        tr("CAD 图以米为单位，不能用{crs}；请选平面坐标系，如{other}（EPSG:{epsg}）").format(
            crs=describe(layer.epsg), other=describe(epsg), epsg=epsg
        )
    )


def _draw(sheet: _Sheet, layer: Layer) -> None:
    assert layer.geometry is not None  # noqa: S101 - asked before
    placed = np.flatnonzero(~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry)))
    sheet.epsg, sheet.shapes = layer.epsg, sheet.shapes + len(placed)
    sheet.unplaced += len(layer) - len(placed)
    if sheet.shapes > MOST_SHAPES:
        raise InputRefused(
            tr("图形超过 {n} 个，CAD 软件很难打开；请只选几个村，或者少选几张表").format(n=MOST_SHAPES)
        )
    if not len(placed):
        return
    sheet.bounds.append(shapely.total_bounds(layer.geometry[placed]))
    style = _style(layer)
    classes = classify(_stored(layer), style)[placed] if style else np.zeros(len(placed), np.int64)
    every = (*style.classes, style.otherwise) if style else ()
    for number in np.unique(classes).tolist():
        drawn = every[number] if every else None
        _draw_class(sheet, layer, placed[classes == number], drawn, alone=len(every) < 2)


def _style(layer: Layer) -> Style | None:
    variants = catalog().styles.get(layer.table.name, {})
    return variants.get("normal") or next(iter(variants.values()), None)


def _stored(layer: Layer) -> Features:
    """Return the rows with the values that styles know, whatever code a profile writes instead."""
    columns = {}
    for out, cells in zip(layer.columns, layer.cells, strict=True):
        if out.of is not None and out.origin is Origin.FIELD:
            words = {code: value for value, code in out.codes.items()}
            columns[out.of.name] = [words.get(cell, cell) for cell in cells] if words else cells
    return Features(layer.ids, np.empty(len(layer), dtype=object), columns)


def _draw_class(
    sheet: _Sheet, layer: Layer, rows: NDArray[np.intp], drawn: StyleClass | None, *, alone: bool
) -> None:
    title = "" if drawn is None or alone else drawn.title or "、".join(map(str, drawn.values))
    name = _layer_name("-".join(filter(None, (layer.title, title))))
    _cad_layer(sheet.document, name, _color(drawn))
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        sheet.options.watch.step(layer.title, first, len(rows))
        strings = said(layer, some.tolist())
        for at, entity, part in _entities(sheet, layer.geometry[some], name):  # type: ignore[index]
            row, whole = strings[at]
            entity.set_xdata(APPLICATION, [(1000, s) for s in ([row[0], part] if part else row)])
            sheet.cut += not part and not whole
    if drawn is not None and drawn.label is not None:
        _letter(sheet, layer, rows, drawn.label)


def _cad_layer(document: Drawing, name: str, color: tuple[int, int, int] | None = None) -> None:
    """Add a CAD layer where there is none of the name; without a colour it is black on white, white on black."""
    if name in document.layers:
        return
    made = document.layers.add(name)
    if color is not None:
        made.rgb = color


def _layer_name(title: str) -> str:
    return _NOT_IN_NAMES.sub("_", title)[:200]


def _color(drawn: StyleClass | None) -> tuple[int, int, int]:
    """Return the colour that tells a class on bare paper: of its lines, then of its ground."""
    symbols = drawn.symbols if drawn is not None else ()
    ranked = sorted(symbols, key=lambda s: next((n for n, k in enumerate(_TELLING) if isinstance(s, k)), 9))
    if not ranked:
        return 110, 110, 110
    first: Symbol = ranked[0]
    color = first.casing_color if isinstance(first, Line) and first.casing else first.color
    return color.rgba(dark=False)[:3]


_TELLING = (Line, Marker, Fill, Hatch)


def _entities(
    sheet: _Sheet, geometry: NDArray[np.object_], name: str
) -> Iterator[tuple[int, DXFEntity, str]]:
    """Add each piece of some shapes; yield its row, the entity, and which piece it is: empty for a row's first."""
    attributes = {"layer": name}
    parts, owners = shapely.get_parts(geometry, return_index=True)
    areas = shapely.get_type_id(parts) == 3
    rings, of = shapely.get_rings(parts[areas], return_index=True)
    inner = np.r_[False, of[1:] == of[:-1]] if len(of) else np.zeros(0, bool)
    pieces = np.concatenate([parts[~areas], rings])
    rows = np.concatenate([owners[~areas], owners[areas][of]])
    holes = np.concatenate([np.zeros(np.count_nonzero(~areas), bool), inner]).tolist()
    xy, index = shapely.get_coordinates(pieces, return_index=True)
    ends = np.searchsorted(index, np.arange(len(pieces)), side="right").tolist()
    xy, start, seen = np.round(xy, 4), 0, set()
    for piece, (row, end, hole) in enumerate(zip(rows.tolist(), ends, holes, strict=True)):
        found, start = xy[start:end], end
        ring = piece >= len(pieces) - len(rings)
        if len(found) == 1:
            entity: DXFEntity = sheet.space.add_point(found[0].tolist(), dxfattribs=attributes)
        else:
            points = found[:-1] if ring else found
            entity = sheet.space.add_lwpolyline(points, format="xy", close=ring, dxfattribs=attributes)
        yield row, entity, _HOLE if hole else _FURTHER if row in seen else ""
        seen.add(row)


def _letter(sheet: _Sheet, layer: Layer, rows: NDArray[np.intp], label: Label) -> None:
    """Write what the map writes beside the shapes of a class, black or white as the background wants."""
    fields = [out.of.name if out.of and out.origin is Origin.FIELD else None for out in layer.columns]
    if layer.geometry is None or label.field not in fields:
        return
    cells = layer.cells[fields.index(label.field)]
    texts = [" ".join(str(cells[row] or "").split()) for row in rows.tolist()]
    name = _layer_name(layer.title + tr("-注记"))
    _cad_layer(sheet.document, name)
    attributes = {"layer": name, "style": _FONT}
    for placed in places(texts, layer.geometry[rows], label.size * _SCALE):
        told = spelled(placed.text).replace("%%", "%%%" * 2)  # two signs would begin a code such as %%d
        entity = sheet.space.add_text(
            told, height=placed.height, rotation=placed.angle, dxfattribs=attributes
        )
        entity.set_placement((placed.x, placed.y), align=placed.align)


def _finish(sheet: _Sheet) -> None:
    """Say whose drawing it is and in which CRS, below it and in its properties, and show all of it on opening."""
    crs = tr("{crs}（EPSG:{epsg}），单位米").format(crs=describe(sheet.epsg), epsg=sheet.epsg)
    about = (
        (tr("项目"), sheet.options.project),
        (tr("坐标系"), crs),
        (tr("说明"), sheet.options.about),
    )
    for title, text in about:
        if text:
            sheet.document.header.custom_vars.append(title, spelled(text))
    if not sheet.bounds:
        return
    boxes = np.array(sheet.bounds)
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    size = max(east - west, north - south, 100.0)
    sheet.space.add_text(
        spelled("  ".join(filter(None, (sheet.options.project, crs)))),
        height=size / 100,
        dxfattribs={"layer": _TITLES, "style": _FONT},
    ).set_placement((west, south - size / 40), align=Align.LEFT)
    sheet.space.reset_extents((west, south - size / 20, 0), (east, north, 0))
    sheet.document.set_modelspace_vport(size * 1.1, ((west + east) / 2, (south + north) / 2))
