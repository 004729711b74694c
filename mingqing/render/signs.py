"""Markers that would hide one another are set side by side, or counted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.color import Color
from mingqing.catalog.style import Glyph, Marker
from mingqing.core.paths import Paths
from mingqing.render.occupancy import Box, Occupancy
from mingqing.render.paths import points
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction

Spot: TypeAlias = tuple[float, float, float]
"""x, y and radius of a marker in pixels."""

_SIDE_BY_SIDE_TO = 6_000.0  # denominators; at smaller scales a crowd is counted
_A_ROW = 4
_STEP = 1.11  # from one sign of a row to the next, in sizes: their outlines just meet
_MIXED = Color("#4f555e", "#656c76")
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_MOVES = ((0.0, (0, 0)), *((share, way) for share in (0.35, 0.7, 1.05) for way in _AROUND))
"""Where a crowd may move to, in shares of its own width and height, nearest first."""


@dataclass(frozen=True, slots=True)
class SignSet:
    """The markers of one class. xy : (n, 2) pixels. rows : (n,) of the table. rank : 0 is most important."""

    table: str
    rank: int
    symbol: Marker
    xy: NDArray[np.float64]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Sign:
    rank: int
    symbol: Marker
    x: float
    y: float
    row: int


@dataclass(frozen=True, slots=True)
class Arranged:
    """Where markers came to stand.

    at : (table, row) → the spot of every marker drawn by itself. boxes : what all of them cover.
    """

    instructions: tuple[Instruction, ...]
    at: dict[tuple[str, int], Spot]
    boxes: tuple[Box, ...]


def size_px(symbol: Marker, view: Viewport) -> float:
    """Return the height of a marker in pixels."""
    return symbol.size * view.px_per_mm * view.sign_factor


def arrange(sets: Sequence[SignSet], view: Viewport) -> Arranged:
    """Give every marker a place of its own. Tables come in drawing order; the last one's move least."""
    others = Occupancy()
    boxes: list[Box] = []
    at: dict[tuple[str, int], Spot] = {}
    drawn: list[list[Instruction]] = []
    for table, group in reversed([(t, list(g)) for t, g in groupby(sets, key=lambda s: s.table)]):
        stamped: defaultdict[Marker, list[_Sign]] = defaultdict(list)
        own, covered = Occupancy(), list[Box]()
        for crowd in _crowds(group, view):
            signs, now = _settle(_laid_out(crowd, view), others, own, view)
            covered += now
            for sign in signs:
                stamped[sign.symbol].append(sign)
                if sign.row >= 0:
                    at[table, sign.row] = (sign.x, sign.y, size_px(sign.symbol, view) / 2)
        others.add(covered)
        boxes += covered
        drawn.append([Instruction(table, symbol, _stamps(signs)) for symbol, signs in stamped.items()])
    return Arranged(tuple(i for some in reversed(drawn) for i in some), at, tuple(boxes))


def _stamps(signs: Sequence[_Sign]) -> Paths:
    return points(np.array([(s.x, s.y) for s in signs]), np.array([s.row for s in signs]))


def _crowds(group: Iterable[SignSet], view: Viewport) -> list[list[_Sign]]:
    """Gather the signs of a table that stand within a sign's width of one another, important ones first.

    Signs are taken in an order fixed on the ground, so that a crowd does not change as the map is dragged.
    """
    signs = [
        _Sign(s.rank, s.symbol, float(x), float(y), int(row))
        for s in group
        for (x, y), row in zip(s.xy, s.rows, strict=True)
    ]
    signs.sort(key=lambda s: (round(s.x - s.y, 1), s.x, s.rank, s.row))
    reach = max((size_px(s.symbol, view) for s in signs), default=1.0) * (0.75 if _sets_out(view) else 1.6)
    crowds: list[list[_Sign]] = []
    cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for sign in signs:
        i, j = int(sign.x // reach), int(sign.y // reach)
        near = (n for di in (-1, 0, 1) for dj in (-1, 0, 1) for n in cells.get((i + di, j + dj), ()))
        home = next((n for n in near if _apart(crowds[n][0], sign) < reach), None)
        if home is None:
            cells[i, j].append(len(crowds))
            crowds.append([sign])
        else:
            crowds[home].append(sign)
    return [sorted(c, key=lambda s: (s.rank, s.row)) for c in crowds]


def _apart(a: _Sign, b: _Sign) -> float:
    return float(np.hypot(a.x - b.x, a.y - b.y))


def _laid_out(crowd: list[_Sign], view: Viewport) -> list[_Sign]:
    """Set a crowd in rows around its middle, or put one sign with their number there."""
    if len(crowd) == 1:
        return crowd
    x, y = (float(np.mean([getattr(s, k) for s in crowd])) for k in ("x", "y"))
    if len(crowd) > crowd[0].symbol.beside or not _sets_out(view):
        return [_Sign(crowd[0].rank, _count(crowd), x, y, -1)]
    step = max(size_px(s.symbol, view) for s in crowd) * _STEP
    across = min(_A_ROW, len(crowd))
    down = -(-len(crowd) // across)
    return [
        replace(
            sign,
            x=x + (n % across - (across - 1) / 2) * step,
            y=y + (n // across - (down - 1) / 2) * step,
        )
        for n, sign in enumerate(crowd)
    ]


def _sets_out(view: Viewport) -> bool:
    return view.denominator < _SIDE_BY_SIDE_TO


def _count(crowd: list[_Sign]) -> Marker:
    """Return a marker with the number of a crowd; it has their colour only if they share one."""
    first = crowd[0].symbol
    color = first.color if len({s.symbol.color for s in crowd}) == 1 else _MIXED
    return replace(first, color=color, glyph=Glyph.NONE, text=str(len(crowd)), size=first.size * 1.15)


def _settle(
    signs: list[_Sign], others: Occupancy, own: Occupancy, view: Viewport
) -> tuple[list[_Sign], list[Box]]:
    """Move signs that would cover others just beside them; where there is no room near by they stay.

    Signs of one table may touch, since moving a person's sign to the neighbour's house would mislead more.
    """
    boxes = [_box(s, view) for s in signs]
    width = max(b[2] for b in boxes) - min(b[0] for b in boxes)
    height = max(b[3] for b in boxes) - min(b[1] for b in boxes)
    for share, (dx, dy) in _MOVES:
        x, y = share * dx * width, share * dy * height
        shifted = [(b[0] + x, b[1] + y, b[2] + x, b[3] + y) for b in boxes]
        if others.is_free(shifted) and own.is_free([_core(b) for b in shifted]):
            break
    else:
        x = y = 0.0
        shifted = boxes
    own.add([_core(b) for b in shifted])
    return [replace(s, x=s.x + x, y=s.y + y) for s in signs], shifted


def _box(sign: _Sign, view: Viewport) -> Box:
    half = size_px(sign.symbol, view) / 2
    return sign.x - half, sign.y - half, sign.x + half, sign.y + half


def _core(box: Box) -> Box:
    trim = (box[2] - box[0]) * 0.05
    return box[0] + trim, box[1] + trim, box[2] - trim, box[3] - trim
