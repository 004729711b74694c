"""How a thematic map looks at one scale, in pixels and plain words, so that QGIS can be told to draw it alike.

Left out is what only we draw: hatches, arrows along lines, glyphs on signs, marks over a class (a red edge on a house
in danger), letters set apart. Each would make QGIS slower.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from benchmarks.drawn.plain import layer_name
from mingqing.catalog.color import Color
from mingqing.catalog.model import Catalog
from mingqing.catalog.style import (
    Fill,
    Label,
    Line,
    Marker,
    Placement,
    Shape,
    Spoke,
    Style,
    StyleClass,
    Symbol,
)
from mingqing.render.scale import Viewport

Look = Mapping[str, Any]
_LABELLED = {
    Shape.POLYGON: {Placement.AREA, Placement.POINT},
    Shape.LINE: {Placement.LINE},
    Shape.POINT: {Placement.POINT},
}


def looks(
    catalog: Catalog, theme: str, view: Viewport, layers: Collection[str], *, everything: bool = False
) -> list[Look]:
    """Return, from bottom to top, how each of `layers` (of the plain file) looks at the scale of `view`.

    everything : take no notice of the scales at which tables and classes are shown.
    """
    found: list[Look] = []
    for draw in catalog.layers[theme].draws:
        style = catalog.styles[draw.table][draw.variant]
        for shape in Shape.POLYGON, Shape.LINE, Shape.POINT:
            if (name := layer_name(draw.table, shape)) in layers:
                classes = list(_classes(style, shape, view, everything=everything))
                if any(c["shown"] for c in classes):
                    found.append({"layer": name, "class_by": style.class_by, "classes": classes})
    return found


def _classes(style: Style, shape: Shape, view: Viewport, *, everything: bool) -> Iterator[Look]:
    """Yield the classes, the one of all other rows last, with values None."""
    for c in (*style.classes, style.otherwise):
        fits = c.is_shown(view.denominator) or everything
        symbols = [s for symbol in c.symbols if shape in symbol.on for s in _symbol(symbol, view)]
        label = _label(c, shape, view) if fits else None
        yield {
            "values": None if c is style.otherwise else list(c.values),
            "title": c.title or "、".join(map(str, c.values)),
            "symbols": symbols,
            "label": label,
            "shown": fits and bool(symbols or label),
        }


def _symbol(symbol: Symbol, view: Viewport) -> Iterator[Look]:
    unit = view.px_per_mm * view.factor
    match symbol:
        case Fill():
            yield {"type": "fill", "color": _rgba(symbol.color)}
        case Line() if view.denominator < symbol.shown_to:
            width = max(symbol.width * unit, symbol.ground_m * view.px_per_m, 0.4)
            if symbol.casing:
                color = _rgba(symbol.casing_color)
                yield {"type": "line", "color": color, "width": width + 2 * symbol.casing * unit, "dash": []}
            dash = [max(d * unit, 0.4) for d in symbol.dash]
            yield {"type": "line", "color": _rgba(symbol.color), "width": width, "dash": dash}
        case Spoke():
            yield {"type": "line", "color": _rgba(symbol.color), "width": symbol.width * unit, "dash": []}
        case Marker():
            size = view.px_per_mm * view.sign_factor
            yield {
                "type": "marker",
                "plate": symbol.plate,
                "color": _rgba(symbol.color),
                "outline": _rgba(symbol.outline),
                "width": symbol.outline_width * size,
                "size": symbol.size * size,
            }


def _label(c: StyleClass, shape: Shape, view: Viewport) -> Look | None:
    label: Label | None = c.label
    if label is None or not label.shown_from <= view.denominator < label.shown_to:
        return None
    if label.placement not in _LABELLED[shape]:
        return None
    return {
        "field": label.field,
        "placement": label.placement,
        "size": view.text_px(label.size),
        "color": _rgba(label.color),
        "halo": _rgba(label.halo),
        "halo_width": label.halo_width * view.px_per_mm,
        "bold": label.bold,
        "priority": label.priority,
        "repeat": label.repeat * view.px_per_mm,
    }


def _rgba(color: Color) -> list[int]:
    return list(color.rgba(dark=False))
