"""A choice becomes a style: the table's own symbols in other colours and sizes, at the same scales, with its labels.

What differs within a table by more than its colour (a county road's width, a spring's sign, the scales from which an
alley is left out) stays: each class is then made once for each such look.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from mingqing.catalog.color import Color, lightened, linear_rgb, oklab
from mingqing.catalog.condition import ORDERED, Condition, Relation
from mingqing.catalog.style import Fill, Hatch, Line, Marker, Plate, Shape, Spoke, Style, StyleClass, Symbol
from mingqing.classify.choice import Choice, Kind, Part
from mingqing.classify.palettes import palettes
from mingqing.classify.statistics import Values
from mingqing.core.text import tr

_NOTHING: Values = MappingProxyType({})
_DEEPER = 0.22  # of OKLab's lightness between an area and its border
_AREA_OPACITY = "c8"
_BETWEEN = Color("#fbf9f2", "#1b1e20")
_DARK_SIGN, _LIGHT_SIGN = Color("#2b2a27", "#2b2a27"), Color("#ffffff", "#ffffff")


def style_of(choice: Choice, base: Style, values: Values = _NOTHING) -> Style:
    """Return the style that draws a table as was chosen.

    Parameters
    ----------
    base : the style the theme has for the table.
    values : for `AREAS`, the statistic of each area by the id of its row.
    """
    if choice.kind is Kind.HEAT or not choice.parts:
        return base
    if choice.kind is Kind.AREAS:
        return _areas(choice, base, values)
    unknown = Part(rest_title(choice.kind), palettes().no_data, ())
    looks = _looks(base)
    classes = [
        _part_class(choice, part, look, condition)
        for condition, look in looks
        for part in ((*choice.parts, unknown) if condition is not None else choice.parts)
    ]
    used = {c.field for part in choice.parts for c in part.where}
    return Style(
        class_by=None,
        classes=tuple(classes),
        otherwise=_part_class(choice, unknown, base.otherwise, None),
        marks=tuple(mark for mark in base.marks if mark.field not in used),
    )


def rest_title(kind: Kind) -> str:
    """Return what is called that belongs to no class."""
    return tr("其他") if kind is Kind.RULES else tr("无数据")


def _looks(base: Style) -> Iterator[tuple[Condition | None, StyleClass]]:
    """Yield the looks of a style that differ by more than colour, each with the condition of its rows.

    The last has none: it is of the rows that no other claims.
    """
    own = _plain(base.otherwise)
    named = ((_plain(c), c) for c in base.classes)
    for _, group in groupby((pair for pair in named if pair[0] != own), key=lambda pair: pair[0]):
        classes = [c for _, c in group]
        values = tuple(v for c in classes for v in c.values)
        if base.class_by is not None:
            yield Condition(base.class_by, Relation.AMONG, values), classes[0]  # type: ignore[arg-type]
    yield None, base.otherwise


def _plain(style_class: StyleClass) -> tuple[object, ...]:
    """Return what a look consists of apart from its colours."""
    symbols = tuple(
        _shape_of(symbol) for symbol in style_class.symbols if not isinstance(symbol, Fill | Hatch)
    )
    return style_class.shown_from, style_class.shown_to, symbols


def _shape_of(symbol: Symbol) -> tuple[object, ...]:
    if isinstance(symbol, Line):
        return ("line", symbol.ground_m, symbol.dash, round(symbol.width, 1) if _is_way(symbol) else 0)
    return (
        ("marker", symbol.glyph, symbol.text, symbol.plate) if isinstance(symbol, Marker) else (symbol.type,)
    )


def _is_way(symbol: Line) -> bool:
    """Whether a line is the thing itself, and no border of an area."""
    return Shape.LINE in symbol.on


def _part_class(choice: Choice, part: Part, look: StyleClass, condition: Condition | None) -> StyleClass:
    where = (*part.where, *((condition,) if condition is not None else ()))
    symbols = _sized(part, look) if choice.kind is Kind.SIZE else look.symbols
    filled = any(isinstance(symbol, Fill) for symbol in symbols)
    kept = choice.kind is Kind.SIZE
    return replace(
        look,
        symbols=tuple(
            symbol
            if kept and not isinstance(symbol, Marker) and filled
            else _recoloured(symbol, part.color, filled=filled)
            for symbol in symbols
        ),
        values=(),
        where=where,
        title=part.title,
        field=None,
        legend=True,
    )


def _sized(part: Part, look: StyleClass) -> tuple[Symbol, ...]:
    """Return the symbols of a look with its lines as wide, or a marker on it as large, as the part asks for."""
    if not part.size:
        return look.symbols
    ways = [s for s in look.symbols if isinstance(s, Line) and _is_way(s) and s.width > 0]
    areas = any(isinstance(s, Fill | Hatch) for s in look.symbols)
    if ways and not areas:
        return tuple(replace(s, width=part.size, ground_m=0.0) if s in ways else s for s in look.symbols)
    marker = next((s for s in look.symbols if isinstance(s, Marker)), None)
    plain = Marker(part.color, outline=_BETWEEN, outline_width=0.18)
    sized = replace(
        plain if areas or marker is None else marker,
        size=part.size,
        on=frozenset({Shape.POINT, Shape.POLYGON}),
        beside=0,
    )
    return (*(s for s in look.symbols if not isinstance(s, Marker)), sized)


def _recoloured(symbol: Symbol, color: Color, *, filled: bool) -> Symbol:
    """Return a symbol in another colour; borders and patterns of an area are deeper than the area."""
    deep = deeper(color)
    if isinstance(symbol, Line):
        own = deep if filled and Shape.POLYGON in symbol.on else color
        return replace(symbol, color=_as_clear(own, symbol.color), casing_color=deep)
    if isinstance(symbol, Hatch):
        return replace(symbol, color=deep)
    if isinstance(symbol, Marker):
        sign = _DARK_SIGN if _lightness(color.light) > 0.72 else _LIGHT_SIGN
        if symbol.plate is Plate.NONE:
            return replace(symbol, color=color, sign_color=color)
        outline = deep if filled and Shape.POLYGON not in symbol.on else symbol.outline
        return replace(symbol, color=color, sign_color=sign, outline=outline)
    if isinstance(symbol, Spoke):
        return replace(symbol, color=color)
    return replace(symbol, color=_as_clear(color, symbol.color))


def deeper(color: Color) -> Color:
    """Return the colour of a border around an area of `color`: darker by day, lighter by night."""
    return Color(lightened(color.light, -_DEEPER), lightened(color.dark, _DEEPER))


def _as_clear(color: Color, like: Color) -> Color:
    """Return `color` with the opacity of `like`."""
    return Color(color.light[:7] + like.light[7:], color.dark[:7] + like.dark[7:])


def _lightness(text: str) -> float:
    return float(oklab(linear_rgb(text))[0])


def _areas(choice: Choice, base: Style, values: Values) -> Style:
    """Return the style of villages or grids in the colour of their value's class."""
    ids: list[list[int]] = [[] for _ in choice.parts]
    for row_id, value in values.items():
        home = next((n for n, part in enumerate(choice.parts) if _holds(part.where, value)), None)
        if home is not None:
            ids[home].append(row_id)

    def area(part: Part, rows: Sequence[int]) -> StyleClass:
        color = Color(part.color.light[:7] + _AREA_OPACITY, part.color.dark[:7] + _AREA_OPACITY)
        border = Line(_BETWEEN, width=0.5, on=frozenset({Shape.POLYGON}))
        return replace(
            base.otherwise, symbols=(Fill(color), border), values=tuple(rows), title=part.title, legend=True
        )

    unknown = Part(tr("无数据"), palettes().no_data, ())
    classes = tuple(area(part, rows) for part, rows in zip(choice.parts, ids, strict=True))
    return Style("id", classes, area(unknown, ()), base.marks)


def _holds(where: Sequence[Condition], value: float) -> bool:
    return all(c.relation not in ORDERED or c.holds(value) for c in where)
