"""What a label is, and the ways it may be worded: whole, in two lines, in its short form."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Label, Placement
from mingqing.render.occupancy import Box

Measure: TypeAlias = Callable[[str, float, bool], tuple[float, float]]
"""(text, height of a character in pixels, bold) → width and height of the text in pixels."""

_LONG = 9  # more characters than this are set in two lines
_LONG_IN_AREA = 5
_TIGHT = 0.08  # letter spacing, in characters, of a name with no room to be spread
_BREAKS_AFTER = frozenset("县乡镇村路街坊")


@dataclass(frozen=True, slots=True)
class Run:
    """Text centred on a pixel and turned by `angle` radians, clockwise on screen."""

    text: str
    x: float
    y: float
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """A label that wants a place.

    anchor : (1, 2) pixels; for an area (k, 2) places within it, best first, of which the first names it; for a line
        (k, 2) vertices that it runs along.
    clear_px : radius of what stands at the anchor. room_px : width and height it should fit in, one for all or (k, 2).
    aside_px : how far beside its line the text's middle stands. apart_px : how far from the same text elsewhere.
    span_px : from where to where along the line its middle may be; None for anywhere.
    key : which row or line it names; without one it is never kept in place.
    """

    text: str
    label: Label
    size_px: float
    anchor: NDArray[np.float64]
    clear_px: float = 0.0
    room_px: tuple[float, float] | NDArray[np.float64] = (np.inf, np.inf)
    aside_px: float = 0.0
    apart_px: float = 0.0
    span_px: tuple[float, float] | None = None
    key: tuple[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Where a label could stand, best first. What it takes to draw it there is made when it is asked for.

    which : numbers of the places. boxes, middle, runs : of a place, what it covers, its middle, and what to draw.
    """

    which: Sequence[int]
    boxes: Callable[[int], Sequence[Box]]
    middle: Callable[[int], Sequence[float]]
    runs: Callable[[int], Iterable[Run]]


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label with its place: runs to draw and the boxes they take up.

    text : its whole text, of which the runs may say a short form. home : the pixel by which what it names is known.
    """

    text: str
    label: Label
    size_px: float
    runs: tuple[Run, ...]
    boxes: tuple[Box, ...]
    key: tuple[str, object] | None = None
    home: tuple[float, float] = (0.0, 0.0)


def estimate(text: str, size_px: float, bold: bool) -> tuple[float, float]:  # noqa: ARG001, FBT001
    """Measure without a font: a Chinese character is as wide as it is high, others a little over half."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.58 for c in text) * size_px, size_px * 1.15


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to set a label: its lines, the space between its letters, in characters, and that where room is short."""

    lines: tuple[str, ...]
    spacing: float
    tight: float


@lru_cache(maxsize=4096)
def wordings(text: str, label: Label) -> tuple[Wording, ...]:
    """Return the ways `text` may be set, the preferred first."""
    return tuple(_wordings(text, label))


def _wordings(text: str, label: Label) -> Iterator[Wording]:
    spacing, tight = label.letter_spacing, min(_TIGHT, label.letter_spacing)
    for form in (text, *shortened(text, label.short)):
        if label.placement is Placement.LINE:
            yield Wording((form,), spacing, spacing)
            if spacing > 2 * _TIGHT:
                yield Wording((form,), tight, tight)
        elif label.placement is Placement.AREA:
            if len(form) <= _LONG:
                yield Wording((form,), spacing if form == text else tight, tight)
            if len(form) > (_LONG_IN_AREA if form == text else _LONG):
                yield Wording(in_two_lines(form), tight, tight)
        else:
            yield Wording(in_two_lines(form) if len(form) > _LONG else (form,), spacing, spacing)


def in_two_lines(text: str) -> tuple[str, ...]:
    """Return a Chinese text broken near its middle, where a name of a place ends if it can be; others whole.

    Examples
    --------
    >>> in_two_lines("大竹溪村文化礼堂避灾点")
    ('大竹溪村', '文化礼堂避灾点')
    """
    if not any(ord(c) > 0x2E7F for c in text):
        return (text,)

    def cost(n: int) -> tuple[float, int]:
        uneven = abs(len(text) - 2 * n)
        return (uneven - (3.5 if text[n - 1] in _BREAKS_AFTER else 0.0), n)

    at = min(range(2, len(text) - 1), key=cost)
    return text[:at], text[at:]


@lru_cache(maxsize=4096)
def shortened(text: str, rules: tuple[str, ...]) -> tuple[str, ...]:
    """Return ever shorter forms of `text`, by rules applied one after another.

    A rule is `"before*after = made"`: of a text that begins and ends so, with something between, `made` is left, in
    which `*` stands for what is between. `"A*B*C = *"` keeps what is between B and C. A form has two characters
    at least.

    Examples
    --------
    >>> shortened("松阳县大竹溪村", ("*县* = *", "*村 = *"))
    ('大竹溪村', '大竹溪')
    >>> shortened("大竹溪村村民委员会", ("*村村民委员会 = 村委会",))
    ('村委会',)
    """
    forms = [text]
    for rule in rules:
        pattern, made = (side.strip() for side in rule.split("="))
        between = _between(forms[-1], pattern.split("*"))
        if between:
            form = made.replace("*", between)
            if 2 <= len(form) < len(forms[-1]):
                forms.append(form)
    return tuple(forms[1:])


def _between(text: str, pattern: list[str]) -> str:
    """Return what the last star of a pattern stands for, or nothing where it does not fit. Stars are short."""
    rest = text
    for n, fixed in enumerate(pattern[:-1]):
        at = rest.find(fixed, 1 if n else 0)
        if at < 0 or (n == 0 and at > 0):
            return ""
        rest = rest[at + len(fixed) :]
    last = pattern[-1]
    return rest[: len(rest) - len(last)] if rest.endswith(last) else ""
