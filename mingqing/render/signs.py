"""Markers that would hide one another are set side by side, or counted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import hypot
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.color import Color
from mingqing.catalog.style import Glyph, Marker
from mingqing.core.paths import Paths
from mingqing.core.text import tr
from mingqing.render.occupancy import Box, Occupancy
from mingqing.render.paths import points
from mingqing.render.scale import Viewport
from mingqing.render.scene import Instruction

Spot: TypeAlias = tuple[float, float, float]
"""x, y and radius of a marker in pixels."""

_ON_PAPER, _ON_PAPER_TO = 12, 60_000.0
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
    """One sign: of a `row`, or with -1 the number of a `crowd` of rows."""

    rank: int
    symbol: Marker
    x: float
    y: float
    row: int
    crowd: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Arranged:
    """Where markers came to stand.

    at : (table, row) → the spot of every marker drawn by itself. boxes : what all of them cover.
    stands : what each sign covers, of which table it is, and the rows it stands for: one, or a crowd that it counts.
    """

    instructions: tuple[Instruction, ...]
    at: dict[tuple[str, int], Spot]
    boxes: tuple[Box, ...]
    stands: tuple[tuple[Box, str, tuple[int, ...]], ...]


def size_px(symbol: Marker, view: Viewport) -> float:
    """Return the height of a marker in pixels."""
    return symbol.size * view.px_per_mm * view.sign_factor


def arrange(sets: Sequence[SignSet], view: Viewport, *, on_paper: bool = False) -> Arranged:
    """Give every marker a place of its own. Tables come in drawing order; the last one's move least.

    on_paper : nobody can point at a number to see what it stands for: larger crowds are set out, at smaller scales.
    """
    least = _ON_PAPER if on_paper else 0
    others = Occupancy()
    boxes: list[Box] = []
    at: dict[tuple[str, int], Spot] = {}
    stands: list[tuple[Box, str, tuple[int, ...]]] = []
    drawn: list[list[Instruction]] = []
    for table, group in reversed([(t, list(g)) for t, g in groupby(sets, key=lambda s: s.table)]):
        stamped: defaultdict[Marker, list[_Sign]] = defaultdict(list)
        own, covered = Occupancy(), list[Box]()
        laid_out = (
            (_laid_out(crowd, view, least) for crowd in _crowds(group, view))
            if view.denominator < (_ON_PAPER_TO if on_paper else _SIDE_BY_SIDE_TO)
            else _counted(group, view)
        )
        for crowd in laid_out:
            signs, now = _settle(crowd, others, own, view)
            covered += now
            for box, sign in zip(now, signs, strict=True):
                stands.append((box, table, sign.crowd or (sign.row,)))
                stamped[sign.symbol].append(sign)
                if sign.row >= 0:
                    at[table, sign.row] = (sign.x, sign.y, size_px(sign.symbol, view) / 2)
        others.add(covered)
        boxes += covered
        drawn.append([Instruction(table, symbol, _stamps(signs)) for symbol, signs in stamped.items()])
    instructions = tuple(i for some in reversed(drawn) for i in some)
    return Arranged(instructions, at, tuple(boxes), tuple(stands))


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
    reach = 0.75 * max((size_px(s.symbol, view) for s in signs), default=1.0)
    crowds: list[list[_Sign]] = []
    homes = _Homes(reach)
    for sign in signs:
        home = homes.find(sign.x, sign.y)
        if home < len(crowds):
            crowds[home].append(sign)
        else:
            crowds.append([sign])
    return [sorted(c, key=lambda s: (s.rank, s.row)) for c in crowds]


def _counted(group: Sequence[SignSet], view: Viewport) -> list[list[_Sign]]:
    """Put one sign with their number where signs of a table crowd, at a scale at which none are set out.

    Tens of thousands are first counted in small squares hung on the ground, then squares are gathered.
    """
    reach = 1.6 * max((size_px(s.symbol, view) for s in group), default=1.0)
    xy = np.concatenate([s.xy for s in group])
    which = np.repeat(np.arange(len(group)), [len(s.rows) for s in group])
    rows = np.concatenate([s.rows for s in group])
    side = reach / 4
    square = np.floor((xy - view.to_px(np.zeros((1, 2)))) / side).astype(np.int64)
    order = np.lexsort((rows, which, square[:, 0], square[:, 0] - square[:, 1]))
    fresh = np.any(np.diff(square[order], axis=0, prepend=square[order][:1] - 1), axis=1)
    starts = np.flatnonzero(fresh)
    homes, crowds = _Homes(reach), list[list[NDArray[np.int64]]]()
    for some in np.split(order, starts[1:]) if len(order) else []:
        home = homes.find(*xy[some].mean(axis=0).tolist())
        if home < len(crowds):
            crowds[home].append(some)
        else:
            crowds.append([some])
    return [[_one_for(group, np.concatenate(c), which, xy, rows)] for c in crowds]


def _one_for(
    group: Sequence[SignSet],
    some: NDArray[np.int64],
    which: NDArray[np.int64],
    xy: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> _Sign:
    """Return the sign for some signs: itself for one, else their number."""
    symbols = [group[n] for n in np.unique(which[some])]
    first = min(symbols, key=lambda s: s.rank)
    x, y = xy[some].mean(axis=0).tolist()
    if len(some) == 1:
        return _Sign(first.rank, first.symbol, x, y, int(rows[some[0]]))
    number = _count(len(some), [s.symbol for s in symbols], first.symbol)
    return _Sign(first.rank, number, x, y, -1, tuple(rows[some].tolist()))


class _Homes:
    """Places at least `reach` apart, numbered as they are first come to."""

    def __init__(self, reach: float) -> None:
        self._reach = reach
        self._places: list[tuple[float, float]] = []
        self._cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)

    def find(self, x: float, y: float) -> int:
        """Return the number of a place within reach; of a new one, here, where there is none."""
        i, j = int(x // self._reach), int(y // self._reach)
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                for n in self._cells.get((i + di, j + dj), ()):
                    if hypot(self._places[n][0] - x, self._places[n][1] - y) < self._reach:
                        return n
        self._cells[i, j].append(len(self._places))
        self._places.append((x, y))
        return len(self._places) - 1


def _laid_out(crowd: list[_Sign], view: Viewport, least: int) -> list[_Sign]:
    """Set a crowd in rows around its middle, or put one sign with their number there."""
    if len(crowd) == 1:
        return crowd
    x, y = (float(np.mean([getattr(s, k) for s in crowd])) for k in ("x", "y"))
    if len(crowd) > max(crowd[0].symbol.beside, least):
        number = _count(len(crowd), (s.symbol for s in crowd), crowd[0].symbol)
        return [_Sign(crowd[0].rank, number, x, y, -1, tuple(s.row for s in crowd))]
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


def _count(number: int, symbols: Iterable[Marker], first: Marker) -> Marker:
    """Return a marker with the number of a crowd; it has their colour only if they share one."""
    color = first.color if len({s.color for s in symbols}) == 1 else _MIXED
    return replace(first, color=color, glyph=Glyph.NONE, text=_said(number), size=first.size * 1.15)


def _said(number: int) -> str:
    """Write a number as short as a sign needs it.

    Examples
    --------
    >>> _said(12), _said(9_999), _said(10_000), _said(12_345)
    ('12', '9999', '1万', '1.2万')
    """
    if number < 10_000:
        return str(number)
    return f"{number / 10_000:.1f}".removesuffix(".0") + tr("万")


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
