"""How tables look on the page: styles as plain values for the script, signs and patterns as pictures of our painter."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isinf
from typing import Any

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage

from mingqing.catalog.color import Color
from mingqing.catalog.style import (
    RULED,
    Arrows,
    Fill,
    Hatch,
    Label,
    Line,
    Marker,
    Pattern,
    Shape,
    Spoke,
    Style,
    StyleClass,
    Symbol,
    SymbolType,
)
from mingqing.core.features import Features
from mingqing.export.page.content import Told
from mingqing.render.classify import classify, marked
from mingqing.render.legend import legend_swatch
from mingqing.render.lettering import shortened
from mingqing.render.patterns import brush
from mingqing.render.scale import SCREEN_PX_PER_MM

Plain = dict[str, Any]
_FINE = 3 * SCREEN_PX_PER_MM  # px to a millimetre of signs: phones have three pixels to one
_FAIR = 2 * SCREEN_PX_PER_MM  # of patterns and of the legend
_SWATCH_MM = (9.0, 5.6)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class Pictures:
    """Pictures by day and by night, each one once; the script knows them by their number."""

    urls: list[list[str]] = field(default_factory=list)
    _known: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def sign(self, marker: Marker) -> Plain:
        """Return a marker's picture and the millimetres that it is wide and high."""
        side = 1.2 * marker.size + 2 * marker.outline_width + 0.1
        alone = StyleClass((replace(marker, on=frozenset({Shape.POINT})),))
        px = round(side * _FINE)
        number = self._add(
            (marker.type, replace(marker, beside=0, on=frozenset())),
            lambda dark: legend_swatch(alone, (px, px), px_per_mm=_FINE, dark=dark),
        )
        return {"i": number, "mm": round(px / _FINE, 3)}

    def swatch(self, shown: StyleClass) -> int:
        """Return the picture of a class for the legend."""
        size = (round(_SWATCH_MM[0] * _FAIR), round(_SWATCH_MM[1] * _FAIR))
        return self._add(
            ("swatch", shown.symbols),
            lambda dark: legend_swatch(shown, size, px_per_mm=_FAIR, dark=dark),
        )

    def tile(self, hatch: Hatch) -> int:
        """Return the tile of a strewn pattern."""
        return self._add((hatch,), lambda dark: brush(hatch, _FAIR, dark=dark).textureImage())

    def _add(self, key: tuple[Any, ...], draw: Callable[[bool], QImage]) -> int:
        if key not in self._known:
            self._known[key] = len(self.urls)
            self.urls.append([_url(draw(dark)) for dark in (False, True)])
        return self._known[key]


def _url(image: QImage) -> str:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    few = image.convertToFormat(QImage.Format.Format_ARGB32)
    few.save(buffer, "PNG", 0)  # type: ignore[call-overload]
    return "data:image/png;base64," + b64encode(data.data()).decode("ascii")


def css(color: Color) -> list[str]:
    """Return a colour by day and by night, in a form that old browsers read too."""
    return [
        f"#{r:02x}{g:02x}{b:02x}" if a == 255 else f"rgba({r},{g},{b},{a / 255:.3g})"
        for r, g, b, a in (color.rgba(dark=dark) for dark in (False, True))
    ]


def _on(shapes: frozenset[Shape]) -> str:
    return "".join(sorted({Shape.POINT: "o", Shape.LINE: "l", Shape.POLYGON: "p"}[s] for s in shapes))


def _fill(symbol: Fill, pictures: Pictures) -> Plain:  # noqa: ARG001 - one shape for all
    return {"c": css(symbol.color)}


def _hatch(symbol: Hatch, pictures: Pictures) -> Plain:
    if symbol.pattern not in RULED:
        return {"i": pictures.tile(symbol), "mm": symbol.spacing * 4}
    crossed = {"x": 1} if symbol.pattern is Pattern.CROSS else {}
    return {"c": css(symbol.color), "mm": symbol.spacing, "w": symbol.width, "a": symbol.angle, **crossed}


def _line(symbol: Line, pictures: Pictures) -> Plain:  # noqa: ARG001
    told = {"c": css(symbol.color), "w": symbol.width, "g": symbol.ground_m, "d": list(symbol.dash)}
    if symbol.casing:
        told |= {"b": symbol.casing, "bc": css(symbol.casing_color)}
    return told | {"flat": int(symbol.flat), "once": int(symbol.once)}


def _arrows(symbol: Arrows, pictures: Pictures) -> Plain:  # noqa: ARG001
    return {"c": css(symbol.color), "mm": symbol.size, "w": symbol.spacing}


def _spoke(symbol: Spoke, pictures: Pictures) -> Plain:  # noqa: ARG001
    knobs = {"k": symbol.knob, "hub": symbol.hub, "o": css(symbol.outline)}
    solid = [c[:7] for c in (symbol.color.light, symbol.color.dark)]
    return {"c": css(symbol.color), "w": symbol.width, "bend": symbol.bend, "s": solid, **knobs}


def _marker(symbol: Marker, pictures: Pictures) -> Plain:
    own = {
        "c": css(symbol.color),
        "o": css(symbol.outline),
        "w": symbol.outline_width,
        "sc": css(symbol.sign_color),
    }
    return {**pictures.sign(symbol), **own, "p": symbol.plate.value, "s": symbol.size, "n": symbol.beside}


_TOLD: Mapping[SymbolType, Callable[..., Plain]] = {
    SymbolType.FILL: _fill,
    SymbolType.HATCH: _hatch,
    SymbolType.LINE: _line,
    SymbolType.ARROWS: _arrows,
    SymbolType.SPOKE: _spoke,
    SymbolType.MARKER: _marker,
}


def symbol(of: Symbol, pictures: Pictures) -> Plain:
    """Return a symbol for the script, which draws it by its kind `t`."""
    shown_to = getattr(of, "shown_to", inf)
    until = {} if isinf(shown_to) else {"to": shown_to}
    told = {"t": of.type.value, "on": _on(of.on), **_TOLD[of.type](of, pictures), **until}
    return {k: v for k, v in told.items() if v or k in {"i", "n"}}


def _label(of: Label) -> Plain:
    told = {
        "p": of.placement.value,
        "s": of.size,
        "c": css(of.color),
        "h": css(of.halo),
        "hw": of.halo_width,
        "b": int(of.bold),
        "gap": of.letter_spacing,
        "first": of.priority,
        "off": of.offset,
        "every": of.repeat,
        "from": of.shown_from,
        "to": 0 if isinf(of.shown_to) else of.shown_to,
    }
    return {k: v for k, v in told.items() if v}


@dataclass(frozen=True)
class Looks:
    """One table in one variant of its style: what the script draws, and the class of each row.

    labels : by field, what rows are labelled with, each with its short forms, apart by line ends.
    """

    told: Plain
    labels: Mapping[str, list[str]]


def looks(rows: Told, style: Style, pictures: Pictures) -> Looks:
    """Return how a table looks; of classes and marks only those that some row has."""
    features, every = rows.features, (*style.classes, style.otherwise)
    ranks = classify(features, style)
    there = sorted(set(ranks.tolist()))
    to = {rank: n for n, rank in enumerate(there)}
    labels: dict[str, list[str]] = {}
    classes = [_class(every[rank], rows, int(np.sum(ranks == rank)), pictures, labels) for rank in there]
    marks = [
        _class(mark, rows, int(which.sum()), pictures, labels) | {"rows": np.flatnonzero(which).tolist()}
        for mark in style.marks
        if (which := marked(features, mark)).any()
    ]
    told = {"of": "".join(_DIGITS[to[rank]] for rank in ranks.tolist()), "classes": classes, "marks": marks}
    return Looks(told, labels)


def _class(of: StyleClass, rows: Told, count: int, pictures: Pictures, labels: dict[str, list[str]]) -> Plain:
    told: Plain = {
        "title": of.title or "、".join(map(str, of.values)) or rows.table.title,
        "count": count,
        "symbols": [symbol(s, pictures) for s in of.symbols],
    }
    if of.shown_from:
        told["from"] = of.shown_from
    if not isinf(of.shown_to):
        told["to"] = of.shown_to
    if of.legend and of.symbols:
        told["swatch"] = pictures.swatch(of)
    if of.label is not None and any(rows.features.columns[of.label.field]):
        told["label"] = {**_label(of.label), "of": of.label.field}
        labels.setdefault(of.label.field, _worded(rows.features, of.label))
    return told


def _worded(features: Features, label: Label) -> list[str]:
    texts = ("" if v is None else " ".join(str(v).split()) for v in features.columns[label.field])
    return ["\n".join((t, *shortened(t, label.short))) if t else "" for t in texts]
