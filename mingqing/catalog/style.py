"""How a table is drawn: symbols by class, scale ranges, labels. Read from `[style.<table>]` in `layers/`.

Sizes are millimetres on paper at 1:2,000, so a screen and a print agree; `render.scale` says how they
follow the scale. A symbol is one mark; a class has several, bottom first. What is listed first among the
classes is the most important: it heads the legend and is drawn last.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from math import inf
from typing import Any, ClassVar, TypeAlias, TypeVar, get_type_hints

from mingqing.catalog.color import Color, darkened, parse_hex
from mingqing.catalog.condition import Condition
from mingqing.core.errors import DefinitionError
from mingqing.core.paths import Shape as Shape  # noqa: PLC0414 - part of what a style says
from mingqing.core.text import tr

ErrorAt: TypeAlias = Callable[[str, str], DefinitionError]
_T = TypeVar("_T")

# What a number may be, where it is not a length of at most 400 mm: a pattern repeated every nanometre never ends.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("shown_from", "shown_to"), (0, 1e9)),
    **dict.fromkeys(("priority", "beside"), (0, 1000)),
    "spacing": (0.2, 100),
    "repeat": (5, 10_000),
}
_LENGTH = (0, 400)


class SymbolType(StrEnum):
    """The kinds of marks a map is made of."""

    FILL = "fill"
    HATCH = "hatch"
    LINE = "line"
    ARROWS = "arrows"
    SPOKE = "spoke"
    MARKER = "marker"


class Pattern(StrEnum):
    """What a hatched area is strewn or ruled with."""

    LINES = "lines"  # ruled, at an angle
    CROSS = "cross"  # ruled twice
    DOTS = "dots"
    TREES = "trees"
    TEA = "tea"
    PADDY = "paddy"
    GRASS = "grass"
    ORCHARD = "orchard"
    WAVES = "waves"
    STONES = "stones"


RULED = frozenset({Pattern.LINES, Pattern.CROSS})
"""The patterns of lines at an angle; the others are strewn."""


class Plate(StrEnum):
    """The ground a marker's sign stands on."""

    NONE = "none"
    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"


class Glyph(StrEnum):
    """The signs drawn on markers."""

    NONE = "none"
    DOT = "dot"
    PEAK = "peak"
    TREE = "tree"
    VIEW = "view"
    SPRING = "spring"
    PAVILION = "pavilion"
    TEMPLE = "temple"
    LANTERN = "lantern"
    BUILDING = "building"
    FACTORY = "factory"
    BARN = "barn"
    SHOP = "shop"
    BED = "bed"
    HANDS = "hands"
    SHELTER = "shelter"
    RAIN = "rain"
    GAUGE = "gauge"
    SPEAKER = "speaker"
    GONG = "gong"
    BOX = "box"
    SLIDE = "slide"
    FALL = "fall"
    FLOW = "flow"
    CRACK = "crack"
    SINK = "sink"
    FLOOD = "flood"
    FIRE = "fire"
    WIND = "wind"
    BANG = "bang"


class Placement(StrEnum):
    """How a label stands to its feature."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


def _color(light: str) -> Color:
    return Color(light, darkened(light))


_INK, _WHITE, _HALO = _color("#3b3a36"), Color("#ffffff", "#ffffff"), _color("#fbf9f2e6")
_EDGE = Color("#ffffff", "#1b1e20")


@dataclass(frozen=True, slots=True)
class Fill:
    """An area in one colour."""

    type: ClassVar[SymbolType] = SymbolType.FILL
    color: Color
    on: frozenset[Shape] = frozenset({Shape.POLYGON})


@dataclass(frozen=True, slots=True)
class Hatch:
    """An area strewn or ruled with a pattern.

    spacing, size, width : millimetres. angle : degrees, counter-clockwise from east.
    shown_to : the scale denominator from which on it would only be noise.
    ground : the colour of the area beneath, where both are drawn in one.
    """

    type: ClassVar[SymbolType] = SymbolType.HATCH
    color: Color
    pattern: Pattern = Pattern.LINES
    spacing: float = 1.6
    size: float = 0.9
    width: float = 0.12
    angle: float = 45.0
    shown_to: float = 20_000.0
    ground: Color | None = None
    on: frozenset[Shape] = frozenset({Shape.POLYGON})


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or the outline of an area.

    width : millimetres. A mark's line of no width is the line it marks, drawn again with the mark's casing.
    casing : millimetres of border on each side, drawn beneath all lines of the table.
    ground_m : metres the thing is wide; where the scale makes that more than `width`, it is drawn to scale.
    dash : lengths of stroke and gap in millimetres.
    once : a border that two areas share is drawn one time, so that dashes stay dashes.
    shown_to : the scale denominator from which on it is left out.
    """

    type: ClassVar[SymbolType] = SymbolType.LINE
    color: Color
    width: float = 0.2
    ground_m: float = 0.0
    casing: float = 0.0
    casing_color: Color = _INK
    dash: tuple[float, ...] = ()
    flat: bool = False
    once: bool = False
    shown_to: float = inf
    on: frozenset[Shape] = frozenset({Shape.LINE, Shape.POLYGON})


@dataclass(frozen=True, slots=True)
class Arrows:
    """Arrow heads along a line, in the direction it was drawn."""

    type: ClassVar[SymbolType] = SymbolType.ARROWS
    color: Color
    size: float = 2.2
    spacing: float = 14.0
    halo: Color | None = None
    on: frozenset[Shape] = frozenset({Shape.LINE})


@dataclass(frozen=True, slots=True)
class Spoke:
    """A fine curve from a hub where a line begins to a knob where it ends.

    bend : rise of the curve to its length. knob, hub : diameters in millimetres.
    """

    type: ClassVar[SymbolType] = SymbolType.SPOKE
    color: Color
    width: float = 0.25
    bend: float = 0.14
    knob: float = 1.4
    hub: float = 2.4
    outline: Color = _EDGE
    on: frozenset[Shape] = frozenset({Shape.LINE, Shape.POINT})


@dataclass(frozen=True, slots=True)
class Marker:
    """A sign at a point, or in the middle of an area: a plate with a glyph or up to two characters on it.

    beside : markers of the table that fall on one spot are set side by side up to this many, then counted;
        0 leaves each where it is.
    """

    type: ClassVar[SymbolType] = SymbolType.MARKER
    color: Color
    plate: Plate = Plate.CIRCLE
    glyph: Glyph = Glyph.NONE
    text: str = ""
    sign_color: Color = _WHITE
    outline: Color = _EDGE
    outline_width: float = 0.25
    size: float = 3.6
    beside: int = 3
    on: frozenset[Shape] = frozenset({Shape.POINT})


Symbol: TypeAlias = Fill | Hatch | Line | Arrows | Spoke | Marker
SYMBOLS: Mapping[SymbolType, type[Symbol]] = {s.type: s for s in (Fill, Hatch, Line, Arrows, Spoke, Marker)}


@dataclass(frozen=True, slots=True)
class Label:
    """Text beside, along or in a feature.

    size : height of a character in millimetres; letter_spacing in characters.
    priority : the higher is placed first, and so survives where there is no room for both.
    repeat : along a line, the millimetres from one label to the next of the same text.
    offset : along a line, the millimetres by which text stands beside it; 0 sets it on the line.
    short : rules by which a text that finds no room is shortened, see `render.lettering.shortened`.
    """

    field: str
    placement: Placement = Placement.POINT
    size: float = 2.3
    color: Color = _INK
    halo: Color = _HALO
    halo_width: float = 0.4
    bold: bool = False
    letter_spacing: float = 0.0
    priority: int = 50
    repeat: float = 90.0
    offset: float = 0.0
    short: tuple[str, ...] = ()
    shown_from: float = 0.0
    shown_to: float = inf


@dataclass(frozen=True, slots=True)
class StyleClass:
    """Features drawn alike: those whose `Style.class_by` holds one of `values` (for a mark, its own `field`).

    where : conditions that must all hold, instead of `values`.
    shown_from, shown_to : scale denominators; drawn from the first up to, not including, the second.
    """

    symbols: tuple[Symbol, ...]
    values: tuple[object, ...] = ()
    title: str = ""
    field: str | None = None
    where: tuple[Condition, ...] = ()
    shown_from: float = 0.0
    shown_to: float = inf
    label: Label | None = None
    legend: bool = True

    def is_shown(self, denominator: float) -> bool:
        """Whether the class is drawn at 1:`denominator`."""
        return self.shown_from <= denominator < self.shown_to


@dataclass(frozen=True)
class Style:
    """One variant of a table's drawing.

    classes : most important first; a feature belongs to the first that has its value, else to `otherwise`.
    marks : drawn over whatever class a feature is of (a bridge on a road, danger on a house).
    """

    class_by: str | None
    classes: tuple[StyleClass, ...]
    otherwise: StyleClass
    marks: tuple[StyleClass, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The fields whose values decide how a feature looks, without repeats."""
        every = (*self.classes, self.otherwise, *self.marks)
        asked = (condition.field for c in every for condition in c.where)
        names = [self.class_by, *asked, *(c.field for c in every), *(c.label.field for c in every if c.label)]
        return tuple(dict.fromkeys(n for n in names if n is not None))

    def is_shown(self, denominator: float) -> bool:
        """Whether anything of the table is drawn at 1:`denominator`."""
        return any(c.is_shown(denominator) for c in (*self.classes, self.otherwise))


def _read_color(value: object) -> Color:
    """Read `"#light"` or `["#light", "#dark"]`."""
    hexes = _items(value) if isinstance(value, list) else [value]
    if len(hexes) > 2 or not all(isinstance(h, str) and parse_hex(h) for h in hexes):
        raise ValueError(value)
    light, *dark = (str(h) for h in hexes)
    return Color(light, dark[0] if dark else darkened(light))


def _number(value: object, key: str) -> float:
    low, high = _BOUNDS.get(key, _LENGTH)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise TypeError(value)
    return float(value)


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _rule(value: object) -> str:
    """Read a rule for short forms: a pattern with a star, an equals sign, and what is made of it."""
    pattern, made = (side.strip() for side in str(value).split("="))
    if "*" not in pattern or not made:
        raise ValueError(value)
    return str(value)


def _convert(kind: object, value: object, key: str) -> object:
    """Return `value` as the field `key` of type `kind`. Raises ValueError or TypeError where it does not fit."""
    if kind in {Color, Color | None}:
        return _read_color(value)
    if kind in {float, int}:
        number = _number(value, key)
        return number if kind is float else int(number)
    if kind in {tuple[float, ...], tuple[str, ...]}:
        return tuple(_number(v, key) if kind == tuple[float, ...] else _rule(v) for v in _items(value))
    if kind == frozenset[Shape]:
        return frozenset(Shape(str(v)) for v in _items(value))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(str(value))
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _read_plain(kind: type[_T], raw: Mapping[str, Any], error: ErrorAt, where: str) -> _T:
    """Fill the dataclass `kind` from `raw`, refusing what is missing, unknown or of the wrong type."""
    if not isinstance(raw, dict):
        raise error(where, tr("应为一组键值"))
    hints = get_type_hints(kind)
    found: dict[str, object] = {}
    names = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for key, value in raw.items():
        if key not in names:
            raise error(f"{where}.{key}", tr("不认识这一项"))
        try:
            found[key] = _convert(hints[key], value, key)
        except (ValueError, TypeError, AttributeError) as reason:
            raise error(f"{where}.{key}", tr("值不对：{value}").format(value=value)) from reason
    for name, field in names.items():
        if name not in found and field.default is MISSING:
            raise error(f"{where}.{name}", tr("缺少这一项"))
    return kind(**found)


def _read_symbol(raw: object, error: ErrorAt, where: str) -> Symbol:
    if not isinstance(raw, dict) or str(raw.get("type")) not in set(SymbolType):
        raise error(f"{where}.type", tr("应为 {types} 之一").format(types="、".join(SymbolType)))
    kind = SYMBOLS[SymbolType(raw["type"])]
    return _read_plain(kind, {k: v for k, v in raw.items() if k != "type"}, error, where)


_CLASS_KEYS = {"symbols", "values", "where", "title", "field", "shown_from", "shown_to", "label", "legend"}


def _read_class(raw: object, error: ErrorAt, where: str, base: Mapping[str, Any]) -> StyleClass:
    """Read one class; `base` holds what it takes from the style where it says nothing itself."""
    if not isinstance(raw, dict):
        raise error(where, tr("应为一组键值"))
    if unknown := next((k for k in raw if k not in _CLASS_KEYS), None):
        raise error(f"{where}.{unknown}", tr("不认识这一项"))
    raw = {**base, **raw}
    symbols, values, conditions = (
        _take_list(raw, key, error, where) for key in ("symbols", "values", "where")
    )
    label = raw.pop("label", None)
    plain = {"title": str, "field": str, "shown_from": float, "shown_to": float, "legend": bool}
    try:
        found: dict[str, Any] = {key: _convert(plain[key], value, key) for key, value in raw.items()}
    except TypeError as reason:
        raise error(where, tr("值不对：{value}").format(value=reason)) from reason
    return StyleClass(
        symbols=tuple(_read_symbol(s, error, f"{where}.symbols") for s in symbols),
        values=tuple(values),
        where=tuple(_read_condition(c, error, f"{where}.where") for c in conditions),
        label=_read_plain(Label, label, error, f"{where}.label") if label else None,
        **found,
    )


def _read_condition(raw: object, error: ErrorAt, where: str) -> Condition:
    if not isinstance(raw, dict):
        raise error(where, tr("应为一组键值"))
    value = raw.get("value", "")
    if not all(isinstance(v, str | int | float) for v in (value if isinstance(value, list) else [value])):
        raise error(f"{where}.value", tr("值不对：{value}").format(value=value))
    plain = _read_plain(Condition, {k: v for k, v in raw.items() if k != "value"}, error, where)
    return replace(plain, value=tuple(value) if isinstance(value, list) else value)


def _take_list(raw: dict[str, Any], key: str, error: ErrorAt, where: str) -> list[Any]:
    value = raw.pop(key, [])
    if not isinstance(value, list):
        raise error(f"{where}.{key}", tr("应为一列"))
    return value


def read_style(raw: Mapping[str, Any], error: ErrorAt) -> Style:
    """Return the style that `raw` describes.

    The keys of a style are `class_by`, `class` (a list), `marks` (a list), and those of a class, which
    describe the features that no class claims; a class takes `shown_from`, `shown_to` and `label` from there
    unless it has its own.

    Raises
    ------
    DefinitionError
        made by `error(key, reason)`, at the first key that is unknown, missing or holds a wrong value.
    """
    rest = dict(raw)
    class_by = rest.pop("class_by", None)
    classes, marks = (_take_list(rest, key, error, "") for key in ("class", "marks"))
    by_value = any(isinstance(c, dict) and "where" not in c for c in classes)
    if isinstance(class_by, str) != by_value:
        raise error("class_by", tr("class_by 与 class 应同时给出"))
    base: dict[str, Any] = {k: rest[k] for k in ("shown_from", "shown_to", "label") if k in rest}
    unlabelled = {k: v for k, v in base.items() if k != "label"}
    return Style(
        class_by=class_by,
        classes=tuple(_read_class(c, error, f"class[{n}]", base) for n, c in enumerate(classes)),
        otherwise=_read_class(rest, error, "otherwise", {}),
        marks=tuple(_read_class(m, error, f"marks[{n}]", unlabelled) for n, m in enumerate(marks)),
    )
