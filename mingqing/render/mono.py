"""Styles without colours, for a laser printer: what differed by hue differs by pattern, dash, plate or tone.

Black is printed whole, grey as dots: so lines, signs and letters are black wherever that does not shout, and greys are
few and mostly on areas. What was darker stays darker (OKLab's lightness), so a ramp remains one; what is pale, as the
ground beneath a theme is, stays pale. A pattern that a class has of its own (trees, waves) is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from types import MappingProxyType
from typing import TypeAlias, TypeVar

import numpy as np

from mingqing.catalog.color import Color, parse_hex
from mingqing.catalog.model import Catalog
from mingqing.catalog.style import (
    Arrows,
    Fill,
    Glyph,
    Hatch,
    Label,
    Line,
    Marker,
    Plate,
    Shape,
    Spoke,
    Style,
    StyleClass,
    Symbol,
    SymbolType,
)
from mingqing.render.backdrop import Raster
from mingqing.render.scene import Instruction, Scene
from mingqing.render.tones import BLACK, WHITE, Hues, Tone, grey, lightness_of, seen, spread

_S = TypeVar("_S", bound=Symbol)
_SOFT, _FAINT = grey(0.5), grey(0.68)  # lines that were pale, and paler still
_CLEAR = 0x80  # below this opacity a colour is a tint over what it lies on
_HALO = "e0"  # opacity of the white around letters
_GROUNDS = (1.0, 0.9, 0.8)  # lightness beneath a pattern, where several classes have the same
_DASHES = ((), (2.4, 1.0), (0.7, 0.6), (2.4, 0.6, 0.5, 0.6))
_INSIDE = (0.5, 1.0)  # lightness of a road between its casings, at most so dark and so light
_STREAM = (
    0.6  # of the lightness of its areas, for water that is a line: what is white between casings is a road
)
_PLATES = (0.0, 0.85, 0.55)  # lightness of the plates of signs
_LIGHT_SIGN = 0.75
_ANOTHER = {Plate.CIRCLE: Plate.SQUARE, Plate.SQUARE: Plate.CIRCLE, Plate.TRIANGLE: Plate.SQUARE}


def mono_styles(
    catalog: Catalog, theme: str, styles: Mapping[str, Style] = MappingProxyType({})
) -> dict[str, Style]:
    """Return how each table of a theme looks without colours; `styles` are those that are not the theme's own."""
    draws = catalog.layers[theme].draws
    return {d.table: mono(styles.get(d.table) or catalog.styles[d.table][d.variant]) for d in draws}


def mono(style: Style) -> Style:
    """Return a style in black, white and a few greys."""
    every = (*style.classes, style.otherwise)
    look = _Look(every, style.marks)
    *classes, otherwise = (_class(look, c) for c in every)
    return replace(
        style,
        classes=tuple(classes),
        otherwise=otherwise,
        marks=tuple(_class(_Look((mark,)), mark) for mark in style.marks),
    )


def in_greys(scene: Scene) -> Scene:
    """Return a scene of such styles on white paper, its pictures grey, its contours and their heights black."""
    return replace(
        scene,
        paper=WHITE,
        ground=tuple(_contour(step) if not step.table else step for step in scene.ground),
        overlay=tuple(map(_counted, scene.overlay)),
        labels=tuple(replace(placed, label=_label(placed.label)) for placed in scene.labels),
        backdrops=tuple(map(_picture, scene.backdrops)),
        heat=_picture(scene.heat) if scene.heat is not None else None,
    )


def _contour(step: Instruction) -> Instruction:
    return replace(step, symbol=replace(step.symbol, color=_SOFT))


def _counted(step: Instruction) -> Instruction:
    """Return a step with the plate of a crowd's number, where that is of no class, black."""
    s = step.symbol
    if not isinstance(s, Marker) or len({*parse_hex(s.color.light)[:3]}) == 1:
        return step
    return replace(step, symbol=_plated(s, 0.0, s.plate))


def _picture(raster: Raster) -> Raster:
    """Return a picture in grey: Rec. 709's weights of red, green and blue."""
    shade = raster.pixels[..., :3] @ np.array([0.2126, 0.7152, 0.0722])
    pixels = raster.pixels.copy()
    pixels[..., :3] = np.rint(shade)[..., None]
    return replace(raster, pixels=pixels)


# ── What the classes of a table differ by ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Look:
    """The classes of a style together: which hues there are of each kind of mark, and what stands for each."""

    classes: Sequence[StyleClass]
    marks: Sequence[StyleClass] = ()

    def _each(
        self, kind: type[_S], wanted: Callable[[StyleClass, _S], bool] = lambda *_: True
    ) -> Iterator[_S]:
        return (s for c in self.classes for s in c.symbols if isinstance(s, kind) and wanted(c, s))

    @cached_property
    def fills(self) -> Hues:
        return Hues(s.color for s in self._each(Fill, _is_plain))

    @cached_property
    def tones(self) -> Sequence[Tone]:
        """What stands for each of the fills."""
        barred = ((s.pattern, s.angle) for mark in self.marks for s in mark.symbols if isinstance(s, Hatch))
        return spread(self.fills.each, barred)

    def tone(self, color: Color) -> Tone | None:
        """Return what stands for a colour of areas; None where no area has it."""
        number = self.fills.number(color)
        return self.tones[number] if number >= 0 else None

    def patterns(self, like: Hatch) -> Hues:
        """Return the hues that a pattern has."""
        kind = like.pattern, like.angle
        return Hues(s.color for s in self._each(Hatch) if (s.pattern, s.angle) == kind)

    @cached_property
    def insides(self) -> Hues:
        """The hues of roads, and whatever else has a casing."""
        return Hues(s.color for s in self._each(Line, _is_way) if _is_cased(s))

    def strokes(self, like: Line) -> Hues:
        """Return the hues of other lines of one width and dash."""
        alike = (s for s in self._each(Line, _is_way) if _form(s) == _form(like))
        return Hues(s.color for s in alike if not _is_cased(s) and not _is_clear(s.color))

    @cached_property
    def spokes(self) -> Hues:
        return Hues(s.color for s in self._each(Spoke))

    @cached_property
    def plates(self) -> Hues:
        return Hues(s.color for s in self._each(Marker, _is_sign))

    def alike(self, s: Marker) -> Hues:
        """Return the hues among which a sign's plate tells: its own, or all where different signs share one.

        There the hue says something of its own.
        """
        signs = list(self._each(Marker, _is_sign))
        if len(self.plates.each) < len({_sign(other) for other in signs}):
            return self.plates
        return Hues(other.color for other in signs if _sign(other) == _sign(s))


def _sign(s: Marker) -> tuple[Glyph, str]:
    return s.glyph, s.text


def _is_plain(c: StyleClass, s: Fill) -> bool:  # noqa: ARG001
    """Whether an area has nothing but its colour."""
    return not any(isinstance(other, Hatch) for other in c.symbols)


def _is_way(c: StyleClass, s: Line) -> bool:
    """Whether a line is the thing itself, and no border of an area."""
    return Shape.LINE in s.on and not (Shape.POLYGON in s.on and _is_area(c))


def _is_area(c: StyleClass) -> bool:
    return any(isinstance(s, Fill | Hatch) for s in c.symbols)


def _is_cased(s: Line) -> bool:
    """Whether a line has a dark casing; a pale one only sets it off from the ground."""
    return s.casing > 0 and lightness_of(s.casing_color.light) < 0.9


def _form(s: Line) -> tuple[object, ...]:
    return s.dash, round(s.width, 1)


def _is_sign(c: StyleClass, s: Marker) -> bool:
    """Whether a marker is a sign, and not an area shown as a point."""
    return not (
        s.beside == 0 and Shape.POLYGON not in s.on and any(isinstance(other, Fill) for other in c.symbols)
    )


def _is_clear(color: Color) -> bool:
    return parse_hex(color.light)[3] < _CLEAR


# ── Symbol by symbol ─────────────────────────────────────────────────────────────────────────────────────────


def _class(look: _Look, c: StyleClass) -> StyleClass:
    symbols = tuple(made for s in c.symbols for made in _BY_TYPE[s.type](look, c, s))
    return replace(c, symbols=symbols, label=_label(c.label) if c.label is not None else None)


def _fill(look: _Look, c: StyleClass, s: Fill) -> Iterator[Symbol]:
    tone = look.tone(s.color)
    if hatch := next((other for other in c.symbols if isinstance(other, Hatch)), None):
        again = look.patterns(hatch).number(hatch.color)
        yield replace(s, color=grey(_GROUNDS[again % len(_GROUNDS)]))
    elif tone is not None:
        yield from tone.symbols(s)
        if tone.is_white and not any(isinstance(other, Line) for other in c.symbols):
            yield Line(_FAINT, width=0.1, casing_color=WHITE, on=s.on)


def _hatch(look: _Look, c: StyleClass, s: Hatch) -> Iterator[Symbol]:  # noqa: ARG001
    has_ground = s.ground is not None
    yield replace(
        s,
        color=_ink(s.color),
        width=max(s.width, 0.15),
        shown_to=inf,
        ground=WHITE if has_ground else None,
    )


def _line(look: _Look, c: StyleClass, s: Line) -> Iterator[Symbol]:
    if _is_clear(s.color):
        yield replace(s, color=_tint(s.color), casing_color=_ink(s.casing_color))
    elif not _is_way(c, s) or s.width == 0:
        paper = s.width == 0 and lightness_of(s.color.light) > 0.9
        yield replace(s, color=WHITE if paper else _ink(s.color), casing_color=_ink(s.casing_color))
    elif _is_cased(s):
        yield replace(s, color=grey(_inside(look, s.color)), casing_color=_ink(s.casing_color))
    else:
        rank = look.strokes(s).rank(s.color)
        dash = s.dash if rank == 0 else _DASHES[rank % len(_DASHES)]
        width = s.width * 1.8 ** (rank // len(_DASHES))
        yield replace(s, color=_ink(s.color), dash=dash, width=width, casing_color=WHITE)


def _inside(look: _Look, color: Color) -> float:
    """Return the lightness between casings: darker than areas of the hue, else by rank among hues."""
    if (area := look.tone(color)) is not None:
        return _STREAM * area.ground
    known = [lightness_of(each) for each in look.insides.each]
    low, high = (min(max(1 - 2.2 * (0.98 - e), _INSIDE[0]), _INSIDE[1]) for e in (min(known), max(known)))
    return low + (high - low) * look.insides.rank(color) / max(len(known) - 1, 1)


def _arrows(look: _Look, c: StyleClass, s: Arrows) -> Iterator[Symbol]:  # noqa: ARG001
    yield replace(
        s, color=_black_or_white(s.color), halo=_black_or_white(s.halo) if s.halo is not None else None
    )


def _spoke(look: _Look, c: StyleClass, s: Spoke) -> Iterator[Symbol]:  # noqa: ARG001
    rank, count = look.spokes.rank(s.color), len(look.spokes.each)
    yield replace(s, color=grey(0.62 * rank / max(count - 1, 1)), width=s.width * 1.5**rank, outline=WHITE)


def _marker(look: _Look, c: StyleClass, s: Marker) -> Iterator[Symbol]:
    tone = next((look.tone(other.color) for other in c.symbols if isinstance(other, Fill)), None)
    if not _is_sign(c, s) and tone is not None:
        yield replace(s, color=grey(tone.shade), sign_color=BLACK, outline=BLACK)
    elif s.plate is Plate.NONE:
        yield replace(s, color=BLACK, sign_color=BLACK, outline=WHITE)
    else:
        yield _plated(s, *_plate(look, s))


def _plate(look: _Look, s: Marker) -> tuple[float, Plate]:
    """Return tone and shape of a sign's plate: black, and others for the hues that the sign does not tell."""
    hues, other = look.alike(s), _ANOTHER[s.plate]
    looks = [(tone, plate) for plate in (s.plate, other) for tone in _PLATES]
    if _sign(s) in {(Glyph.NONE, ""), (Glyph.DOT, "")}:
        looks += [(tone, Plate.TRIANGLE) for tone in _PLATES]
    chosen = sorted(looks[: len(hues.each)], key=lambda each: each[0])
    return chosen[hues.rank(s.color) % len(chosen)]


def _plated(s: Marker, tone: float, plate: Plate) -> Marker:
    light = tone > 0.7
    return replace(
        s,
        plate=plate,
        color=grey(tone),
        sign_color=BLACK if light else WHITE,
        outline=WHITE,
    )


_Remade: TypeAlias = Callable[..., Iterator[Symbol]]
_BY_TYPE: Mapping[SymbolType, _Remade] = {
    SymbolType.FILL: _fill,
    SymbolType.HATCH: _hatch,
    SymbolType.LINE: _line,
    SymbolType.ARROWS: _arrows,
    SymbolType.SPOKE: _spoke,
    SymbolType.MARKER: _marker,
}


def _ink(color: Color) -> Color:
    """Return black for a line, or a grey where it was pale."""
    lightness = lightness_of(seen(color))
    if lightness > 0.9:
        return _FAINT
    return BLACK if lightness < 0.76 else _SOFT


def _black_or_white(color: Color) -> Color:
    return WHITE if lightness_of(color.light) > _LIGHT_SIGN else BLACK


def _tint(color: Color) -> Color:
    """Return the grey of a clear colour, as clear."""
    opacity = color.light[7:]
    plain = grey(lightness_of(color.light)).light
    return Color(plain + opacity, plain + opacity)


def _label(label: Label) -> Label:
    """Return black letters, or dark grey ones where they were pale, on white."""
    halo = WHITE.light + _HALO
    ink = BLACK if lightness_of(label.color.light) < 0.6 else _SOFT
    return replace(label, color=ink, halo=Color(halo, halo))
