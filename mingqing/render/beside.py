"""Where upright text may stand: beside a point, in an area."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Placement
from mingqing.render.lettering import LabelRequest, Measure, Places, Run, Wording, wordings
from mingqing.render.occupancy import Box, Busyness

Floats = NDArray[np.float64]

_GAP_PX = 2.0
_LEAST_MOVE_PX = 4.0
_CLEARANCE = 0.3
_BUSY_WEIGHT = 0.35
_SECOND_CHOICE = 100.0  # by which any place for a short form comes after all places for the whole text
_OVER_WIDE, _OVER_HIGH = 1.15, 1.3  # by how much a name may be larger than the room in its area
_SPREAD = 0.45  # a name has spaced letters where it then fills at most this much of its area's width


@dataclass(frozen=True, slots=True)
class _Setting:
    """A request in one wording: the size of the text, in pixels, and the distance between its letters."""

    request: LabelRequest
    wording: Wording
    spacing: float
    width: float
    height: float

    @property
    def clearance(self) -> float:
        """Pixels to each side within which nothing else is set: names of neighbouring areas must not read as one."""
        in_area = self.request.label.placement is Placement.AREA
        return _CLEARANCE * self.request.size_px if in_area else 0.95 * _GAP_PX


def at_points(
    requests: Sequence[LabelRequest], size_px: tuple[int, int], busy: Busyness, measure: Measure
) -> list[Places]:
    """Return for each request the places on a sheet of `size_px` where it could stand, best first."""
    settings, owner, choice = list[_Setting](), list[int](), list[int]()
    for n, request in enumerate(requests):
        for rank, wording in enumerate(wordings(request.text, request.label)):
            settings.append(_set(request, wording, measure))
            owner.append(n)
            choice.append(rank)
    if not settings:
        return []
    areas = np.array([s.request.label.placement is Placement.AREA for s in settings])
    found = [_in_areas(settings, np.flatnonzero(areas)), _around(settings, np.flatnonzero(~areas))]
    setting, order, centres = (np.concatenate(parts) for parts in zip(*found, strict=True))
    half = np.array([(s.width / 2 + s.clearance, s.height / 2) for s in settings])[setting]
    boxes = np.hstack([centres - half, centres + half])
    inside = ((boxes[:, :2] >= 0) & (boxes[:, 2:] <= size_px)).all(axis=1)
    setting, order, centres, boxes = setting[inside], order[inside], centres[inside], boxes[inside]
    cost = order + _BUSY_WEIGHT * busy.inside(boxes) + _SECOND_CHOICE * np.array(choice)[setting]
    of = np.array(owner)[setting]
    best = np.lexsort((centres[:, 1], centres[:, 0], cost, of))
    ends = np.searchsorted(of[best], np.arange(len(requests) + 1)).tolist()

    def runs(k: int) -> Iterator[Run]:
        x, y = centres[k].tolist()
        return _runs(settings[setting[k]], x, y, measure)

    def covered(k: int) -> list[Box]:
        left, top, right, bottom = boxes[k].tolist()
        return [(left, top, right, bottom)]

    return [
        Places(best[a:b].tolist(), covered, lambda k: centres[k].tolist(), runs) for a, b in pairwise(ends)
    ]


def _set(request: LabelRequest, wording: Wording, measure: Measure) -> _Setting:
    size, lines = request.size_px, wording.lines
    measured = [measure(line, size, request.label.bold) for line in lines]
    letters = max(map(len, lines))
    width, leading = max(w for w, _ in measured), measured[0][1]
    spacing = wording.spacing * size
    if wording.tight < wording.spacing:
        room = float(np.asarray(request.room_px).reshape(-1, 2)[0, 0])
        if width + spacing * (letters - 1) > _SPREAD * room:
            spacing = wording.tight * size
    return _Setting(request, wording, spacing, width + spacing * (letters - 1), leading * len(lines))


def _in_areas(
    settings: Sequence[_Setting], which: NDArray[np.intp]
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return setting, order and middle of every place in an area that has room for the text."""
    some = [settings[n] for n in which.tolist()]
    count = np.array([len(s.request.anchor) for s in some], dtype=np.intp)
    of = np.repeat(np.arange(len(some)), count)
    if not len(of):
        return which, np.empty(0), np.empty((0, 2))
    anchors = np.concatenate([s.request.anchor for s in some])
    room = np.concatenate(
        [
            np.broadcast_to(np.asarray(s.request.room_px, dtype=float), (len(s.request.anchor), 2))
            for s in some
        ]
    )
    size = np.array([(s.width, s.height) for s in some])[of]
    fits = (size <= room * (_OVER_WIDE, _OVER_HIGH)).all(axis=1)
    order = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    of, anchors, room, size, order = of[fits], anchors[fits], room[fits], size[fits], order[fits]
    bounded = np.isfinite(room).all(axis=1)
    spare = np.zeros_like(size)
    spare[bounded, 0] = np.maximum(room[bounded, 0] - size[bounded, 0], 0.0)
    spare[~bounded, 1] = size[~bounded, 1]
    moves = [(0.0, 0.0), (-0.3, -0.6), (0.3, 0.6), (-0.15, -1.2), (0.15, 1.2)]  # sideways, or up and down
    shift = spare[None] * np.array(moves)[:, None]
    move, at = np.nonzero(
        (np.abs(shift).max(axis=2) >= _LEAST_MOVE_PX) | (np.arange(len(moves)) == 0)[:, None]
    )
    return which[of[at]], order[at] * 2.0 + move * 1.5, anchors[at] + shift[move, at]


def _around(settings: Sequence[_Setting], which: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return setting, order and middle of every place around a point."""
    some = [settings[n] for n in which.tolist()]
    if not some:
        return which, np.empty(0), np.empty((0, 2))
    at = np.array([s.request.anchor[0] for s in some])
    clear = np.array([s.request.clear_px for s in some])
    width, height = np.array([(s.width, s.height) for s in some]).T
    aside, above = clear + _GAP_PX + width / 2, clear + _GAP_PX / 2 + height / 2
    lift, slant = clear * 0.7 + height / 2, clear * 0.7 + width / 2 + _GAP_PX
    none = np.zeros(len(some))
    moves = [(aside, none), (-aside, none), (none, above), (none, -above)]
    moves += [(sx * slant, sy * lift) for sx, sy in ((1, -1), (1, 1), (-1, -1), (-1, 1))]
    parts = [(np.arange(len(some)), n + 1.0, dx, dy) for n, (dx, dy) in enumerate(moves)]
    # The name of a place, not of a sign, may stand on it, or a little way off.
    bare = np.flatnonzero(clear == 0)
    parts.append((bare, 0.0, none[bare], none[bare]))
    off = [(none, s * (above + height)) for s in (1, -1)] + [(s * (aside + height), none) for s in (1, -1)]
    parts += [(bare, n + 9.0, dx[bare], dy[bare]) for n, (dx, dy) in enumerate(off)]
    centres = np.concatenate([at[of] + np.column_stack([dx, dy]) for of, _, dx, dy in parts])
    order = np.concatenate([np.full(len(of), n) for of, n, _, _ in parts])
    return which[np.concatenate([of for of, *_ in parts])], order, centres


def _runs(setting: _Setting, x: float, y: float, measure: Measure) -> Iterator[Run]:
    """Yield one run a line, or one a character where letters are set apart."""
    request, lines = setting.request, setting.wording.lines
    leading = setting.height / len(lines)
    for n, line in enumerate(lines):
        middle = y + (n - (len(lines) - 1) / 2) * leading
        if setting.spacing == 0:
            yield Run(line, x, middle)
            continue
        widths = [measure(c, request.size_px, request.label.bold)[0] for c in line]
        left = x - (sum(widths) + setting.spacing * (len(line) - 1)) / 2
        for character, width in zip(line, widths, strict=True):
            yield Run(character, left + width / 2, middle)
            left += width + setting.spacing
