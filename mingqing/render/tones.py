"""What tells areas and marks apart where there are no colours: greys, patterns, and what order they have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import dist, inf, pi

import numpy as np

from mingqing.catalog.color import Color, hex_of, linear_rgb, oklab, parse_hex
from mingqing.catalog.style import RULED, Fill, Hatch, Pattern, Symbol

_SAME = 0.01  # colours no farther apart than this in OKLab are one to the eye


def grey(lightness: float) -> Color:
    """Return the grey of an OKLab lightness, 0–1, the same by day and by night: paper knows no night."""
    channel = hex_of(np.array([min(max(lightness, 0.0), 1.0), 0.0, 0.0]))[1:3]
    return Color("#" + 3 * channel, "#" + 3 * channel)


BLACK, WHITE = grey(0.0), grey(1.0)


# ── What there is to tell areas apart ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Tone:
    """How an area looks: its ground, OKLab lightness, and what is on it in black."""

    ground: float
    pattern: Pattern | None = None
    spacing: float = 1.0
    size: float = 0.0
    width: float = 0.15
    angle: float = 0.0

    @property
    def is_white(self) -> bool:
        """Whether nothing of it is printed."""
        return self.pattern is None and self.ground == 1.0

    @property
    def shade(self) -> float:
        """The lightness of it all, seen from afar."""
        covered = 0.0
        if self.pattern is Pattern.DOTS:
            covered = pi * (self.size / self.spacing) ** 2 / 8
        elif self.pattern is not None:
            covered = self.width / self.spacing * (2 if self.pattern is Pattern.CROSS else 1)
        return self.ground * float(np.cbrt(1 - covered))

    def symbols(self, like: Fill) -> tuple[Symbol, ...]:
        """Return what draws it."""
        ground = replace(like, color=grey(self.ground))
        if self.pattern is None:
            return (ground,)
        hatch = Hatch(
            BLACK, self.pattern, self.spacing, self.size, self.width, self.angle, shown_to=inf, on=like.on
        )
        return ground, hatch


_LINES, _CROSS, _DOTS = Pattern.LINES, Pattern.CROSS, Pattern.DOTS
_PLAIN = tuple(Tone(ground) for ground in (1.0, 0.94, 0.86, 0.76, 0.64))
_TONES = (
    Tone(1.0),
    Tone(0.96),
    Tone(1.0, _DOTS, 1.3, 0.34),
    Tone(1.0, _LINES, 1.6, angle=45),
    Tone(0.89),
    Tone(1.0, _DOTS, 0.85, 0.42),
    Tone(1.0, _LINES, 0.9, angle=135),
    Tone(1.0, _CROSS, 1.4, angle=45),
    Tone(0.79),
    Tone(1.0, _LINES, 0.75, width=0.18, angle=0),
    Tone(1.0, _CROSS, 0.85, angle=0),
    Tone(0.89, _LINES, 1.0, width=0.24, angle=45),
    Tone(0.68),
    Tone(0.89, _LINES, 0.8, width=0.26, angle=90),
    Tone(0.89, _CROSS, 0.95, width=0.2, angle=45),
    Tone(0.58),
)
"""What areas are told apart by, from light to dark; `_PLAIN` where there are few enough for greys alone."""


def spread(colors: Sequence[str], barred: Iterable[tuple[Pattern, float]]) -> list[Tone]:
    """Return a tone for each colour, the darker the darker, from as light to as dark as the colours are.

    barred : patterns and angles that mean something else on these areas.
    """
    taken = set(barred)
    tones = [t for t in _TONES if t.pattern not in RULED or (t.pattern, t.angle) not in taken]
    if len(colors) < len(_PLAIN):
        tones = list(_PLAIN)
    order = np.argsort([-lightness_of(c) for c in colors], kind="stable")
    ends = (
        [round(_depth(lightness_of(colors[n])) * (len(tones) - 1)) for n in order[[0, -1]]]
        if colors
        else [0, 0]
    )
    last = min(max(ends[1], ends[0] + len(colors) - 1), len(tones) - 1)
    first = max(min(ends[0], last - len(colors) + 1), 0)
    at = np.rint(np.linspace(first, last, len(colors))).astype(int)
    return [tones[n] for n in at[np.argsort(order)].tolist()]


def _depth(lightness: float) -> float:
    """Return how deep, 0–1, a colour's tone is: deeper than its own grey, since there is no hue to tell it by."""
    return min(max(2.4 * (0.96 - lightness), 0.0), 1.0)


# ── Colours, and which of them are one ───────────────────────────────────────────────────────────────────────


def lightness_of(text: str) -> float:
    """Return the OKLab lightness of a colour, 0–1; opacity is left out."""
    return _lab(text)[0]


@lru_cache(maxsize=1024)
def _lab(text: str) -> tuple[float, float, float]:
    lightness, a, b = oklab(linear_rgb(text)).tolist()
    return lightness, a, b


def seen(color: Color) -> str:
    """Return a colour as it looks on white paper."""
    *rgb, opacity = parse_hex(color.light)
    return "#" + "".join(f"{round(255 + (c - 255) * opacity / 255):02x}" for c in rgb)


class Hues:
    """The colours of one kind of mark in a style, each once, in the order of the classes."""

    def __init__(self, colors: Iterable[Color]) -> None:
        self.each: list[str] = []
        for color in colors:
            if self.number(color) < 0:
                self.each.append(seen(color))

    def number(self, color: Color) -> int:
        """Return the position of what a colour counts as; -1 where it is none of them."""
        lab = _lab(seen(color))
        apart = [dist(_lab(each), lab) for each in self.each]
        return apart.index(min(apart)) if apart and min(apart) <= _SAME else -1

    def rank(self, color: Color) -> int:
        """Return the position of a colour from dark to light."""
        return sorted(self.each, key=lightness_of).index(self.each[self.number(color)])
