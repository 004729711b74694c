"""A choice and the values of its field become classes: what belongs to each, its title, its colour and size."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.color import Color
from mingqing.catalog.condition import Condition, Plain, Relation
from mingqing.catalog.model import Field, FieldType
from mingqing.classify.axis import Axis
from mingqing.classify.breaks import breaks
from mingqing.classify.choice import Choice, Kind, Part
from mingqing.classify.palettes import Palette, PaletteKind, palettes
from mingqing.core.text import tr

MOST_CATEGORIES = 8
"""More colours than these nobody tells apart; the rarer values share the last class."""

SIZES_MM: Mapping[bool, tuple[float, float]] = {False: (1.6, 6.5), True: (0.3, 2.0)}
"""The smallest and the largest marker, and (True) line."""


def default_palette(kind: Kind) -> str:
    """Return the code of the palette that a new choice begins with."""
    if kind is Kind.HEAT:
        return "ember"
    wanted = PaletteKind.CATEGORIES if kind in {Kind.CATEGORIES, Kind.RULES} else PaletteKind.RAMP
    return palettes().of(wanted)[0].code


def by_values(choice: Choice, field: Field, values: Iterable[Plain | None]) -> Choice:
    """Return the choice with a class for each value of `field`, the rarer ones together.

    Codes come in the order of their list, numbers rising, other values the most frequent first.
    """
    counted = Counter(value for value in values if value is not None and value != "")
    ordered = [value for value, _ in sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))]
    own = ordered if len(ordered) <= MOST_CATEGORIES else ordered[: MOST_CATEGORIES - 1]
    if field.codes is not None:
        listed = [code.value for code in field.codes.codes]
        own.sort(key=lambda value: listed.index(value) if value in listed else len(listed))
    elif field.type is FieldType.INTEGER:
        own.sort(key=lambda value: (isinstance(value, str), value))
    wheres = [(Condition(field.name, Relation.AMONG, (value,)),) for value in own]
    titles = [_title(field, value) for value in own]
    if len(own) < len(ordered):
        wheres.append((Condition(field.name, Relation.PRESENT),))
        titles.append(tr("其他"))
    colors = _colors(choice, len(wheres))
    return replace(choice, parts=tuple(map(Part, titles, colors, wheres)))


def _title(field: Field, value: Plain) -> str:
    if field.type is FieldType.BOOLEAN:
        return field.title if value else tr("非{title}").format(title=field.title)
    return f"{value}{field.unit or ''}"


def by_ranges(
    choice: Choice, field: str, axis: Axis, numbers: NDArray[np.float64], *, lines: bool = False
) -> Choice:
    """Return the choice with a class for each range of `numbers`, sorted and finite.

    field : what the conditions are about. lines : whether a size is a line's width.
    """
    return with_breaks(
        choice,
        field,
        axis,
        breaks(numbers, axis, choice.method, choice.classes),
        least=_first(numbers),
        lines=lines,
    )


def _first(numbers: NDArray[np.float64]) -> float | None:
    return float(numbers[0]) if len(numbers) else None


def with_breaks(
    choice: Choice,
    field: str,
    axis: Axis,
    cuts: Sequence[float],
    *,
    least: float | None = None,
    lines: bool = False,
) -> Choice:
    """Return the choice with the ranges between `cuts`, rising; the first and the last are open."""
    ends = [None, *cuts, None]
    colors = _colors(choice, len(ends) - 1)
    sizes = [0.0] * len(colors)
    if choice.kind is Kind.SIZE:
        sizes, colors = _sizes(len(colors), lines=lines), (colors[len(colors) * 2 // 3],) * len(colors)
    parts = []
    for (low, high), color, size in zip(pairwise(ends), colors, sizes, strict=True):
        where = [Condition(field, Relation.AT_LEAST, axis.stored(low))] if low is not None else []
        if high is not None:
            where.append(Condition(field, Relation.LESS, axis.stored(high)))
        whole = (Condition(field, Relation.PRESENT),)
        parts.append(Part(axis.title(low, high, least), color, tuple(where) or whole, size))
    return replace(choice, parts=tuple(parts))


def cuts_of(choice: Choice, axis: Axis) -> list[float]:
    """Return the numbers between the ranges of a choice."""
    uppers = (c.value for part in choice.parts for c in part.where if c.relation is Relation.LESS)
    return [float(n) for n in axis.numbers(uppers)]


def _sizes(count: int, *, lines: bool) -> list[float]:
    """Return `count` sizes: areas of markers grow in even steps, and so do widths of lines."""
    low, high = SIZES_MM[lines]
    power = 1 if lines else 2
    grown = np.linspace(low**power, high**power, count) ** (1 / power)
    return [round(float(size), 2) for size in grown]


def _colors(choice: Choice, count: int) -> tuple[Color, ...]:
    colors = palette_of(choice).colors(count)
    return tuple(reversed(colors)) if choice.reverse else colors


def palette_of(choice: Choice) -> Palette:
    """Return the palette of a choice, that of its kind where it names none that exists."""
    every = palettes().by_code
    return every.get(choice.palette) or every[default_palette(choice.kind)]


def recoloured(choice: Choice) -> Choice:
    """Return the choice with its parts in the colours of its palette; all else stays."""
    colors = _colors(choice, len(choice.parts))
    if choice.kind is Kind.SIZE:
        colors = (colors[len(colors) * 2 // 3],) * len(colors)
    return replace(
        choice, parts=tuple(replace(p, color=c) for p, c in zip(choice.parts, colors, strict=True))
    )
