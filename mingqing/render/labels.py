"""Labels put where there is room: highest priority first, never over one another or over a sign."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Label, Placement
from mingqing.render.occupancy import Box, Busyness, Occupancy

Measure: TypeAlias = Callable[[str, float, bool], tuple[float, float]]
"""(text, height of a character in pixels, bold) → width and height of the text in pixels."""

_GAP_PX = 2.0
_LONG = 9  # more characters than this are set in two lines
# Between neighbouring characters on a line, and beside one, where they spread or bunch as it bends.
_MAX_TURN, _MAX_TURN_ASIDE = np.radians(24), np.radians(11)
_BUSY_WEIGHT = 0.35


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

    anchor : (1, 2) pixels, or (k, 2) vertices of the line it runs along.
    clear_px : radius of what stands at the anchor. room_px : width and height of the area it should fit in.
    aside_px : how far beside its line the text's middle stands. apart_px : how far from the same text elsewhere.
    """

    text: str
    label: Label
    size_px: float
    anchor: NDArray[np.float64]
    clear_px: float = 0.0
    room_px: tuple[float, float] = (np.inf, np.inf)
    aside_px: float = 0.0
    apart_px: float = 0.0


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label with its place: runs to draw and the boxes they take up."""

    text: str
    label: Label
    size_px: float
    runs: tuple[Run, ...]
    boxes: tuple[Box, ...]


def estimate(text: str, size_px: float, bold: bool) -> tuple[float, float]:  # noqa: ARG001, FBT001
    """Measure without a font: a Chinese character is as wide as it is high, others a little over half."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.58 for c in text) * size_px, size_px * 1.15


def place(
    requests: Iterable[LabelRequest],
    size_px: tuple[int, int],
    taken: Occupancy,
    busy: Busyness,
    measure: Measure = estimate,
) -> list[PlacedLabel]:
    """Return the labels that found room on a sheet of `size_px`; `taken` is added to.

    The same requests always give the same result, in whatever order they come.
    """
    placed: list[PlacedLabel] = []
    said: defaultdict[str, list[Run]] = defaultdict(list)
    for request in sorted(requests, key=_rank):
        best = _best(request, size_px, taken, busy, measure)
        if best is None or any(_near(best.runs[0], run, request.apart_px) for run in said[best.text]):
            continue
        taken.add(best.boxes)
        placed.append(best)
        said[best.text].append(best.runs[0])
    return placed


def _near(a: Run, b: Run, px: float) -> bool:
    return hypot(a.x - b.x, a.y - b.y) < px


def _rank(request: LabelRequest) -> tuple[object, ...]:
    """Order requests wholly: two that compare equal are alike."""
    label = request.label
    looks = (label.placement, label.letter_spacing, label.bold)
    where = (request.anchor.tolist(), request.clear_px, request.room_px, request.aside_px, request.apart_px)
    return (-label.priority, -request.size_px, request.text, *where, *looks)


def _best(
    request: LabelRequest,
    size_px: tuple[int, int],
    taken: Occupancy,
    busy: Busyness,
    measure: Measure,
) -> PlacedLabel | None:
    found: PlacedLabel | None = None
    least = np.inf
    for n, candidate in enumerate(_candidates(request, measure)):
        if not (_within(candidate.boxes, size_px) and taken.is_free(candidate.boxes)):
            continue
        cost = n + _BUSY_WEIGHT * sum(busy.inside(b) for b in candidate.boxes)
        if cost < least:
            found, least = candidate, cost
        if cost == n:  # nothing beneath: what comes later cannot be better
            break
    return found


def _within(boxes: Sequence[Box], size_px: tuple[int, int]) -> bool:
    return all(b[0] >= 0 and b[1] >= 0 and b[2] <= size_px[0] and b[3] <= size_px[1] for b in boxes)


def _candidates(request: LabelRequest, measure: Measure) -> Iterator[PlacedLabel]:
    if request.label.placement is Placement.LINE:
        yield from _along(request, measure)
        return
    lines = _wrapped(request.text)
    spacing = request.label.letter_spacing * request.size_px
    sizes = [measure(line, request.size_px, request.label.bold) for line in lines]
    width = max(w + spacing * (len(t) - 1) for (w, _), t in zip(sizes, lines, strict=True))
    leading = sizes[0][1]
    height = leading * len(lines)
    if width > request.room_px[0] * 1.15 or height > request.room_px[1] * 1.3:
        return
    for x, y in _centres(request, width, height):
        runs = tuple(
            run
            for n, line in enumerate(lines)
            for run in _spaced(line, x, y + (n - (len(lines) - 1) / 2) * leading, spacing, request, measure)
        )
        box = (x - width / 2 - 1, y - height / 2, x + width / 2 + 1, y + height / 2)
        yield PlacedLabel(request.text, request.label, request.size_px, runs, (box,))


def _wrapped(text: str) -> list[str]:
    if len(text) <= _LONG or not any(ord(c) > 0x2E7F for c in text):
        return [text]
    half = (len(text) + 1) // 2
    return [text[:half], text[half:]]


def _centres(request: LabelRequest, width: float, height: float) -> Iterator[tuple[float, float]]:
    """Where the middle of a horizontal label may be, best first."""
    x, y = map(float, request.anchor[0])
    if request.label.placement is Placement.AREA:
        yield x, y
        for dy in (-0.6, 0.6, -1.2, 1.2):
            yield x, y + dy * height
        return
    if request.clear_px == 0:
        yield x, y
    aside, above = request.clear_px + _GAP_PX + width / 2, request.clear_px + _GAP_PX / 2 + height / 2
    lift = request.clear_px * 0.7 + height / 2
    slant = request.clear_px * 0.7 + width / 2 + _GAP_PX
    yield x + aside, y
    yield x - aside, y
    yield x, y + above
    yield x, y - above
    yield from ((x + sx * slant, y + sy * lift) for sx, sy in ((1, -1), (1, 1), (-1, -1), (-1, 1)))
    if request.clear_px == 0:  # the name of a place, not of a sign: it may stand a little way off
        yield from ((x, y + s * (above + height)) for s in (1, -1))
        yield from ((x + s * (aside + height), y) for s in (1, -1))


def _spaced(
    line: str, x: float, y: float, spacing: float, request: LabelRequest, measure: Measure
) -> Iterator[Run]:
    """One run, or one a character where letters are set apart."""
    if spacing == 0:
        yield Run(line, x, y)
        return
    widths = [measure(c, request.size_px, request.label.bold)[0] for c in line]
    left = x - (sum(widths) + spacing * (len(line) - 1)) / 2
    for character, width in zip(line, widths, strict=True):
        yield Run(character, left + width / 2, y)
        left += width + spacing


def _along(request: LabelRequest, measure: Measure) -> Iterator[PlacedLabel]:
    """Set characters one by one along a line, from its middle outwards, where it does not turn too sharply.

    As on Chinese maps, the text reads left to right where the line lies flat and top to bottom where it is
    steep, and every character stays within 45° of upright.
    """
    line, size = request.anchor, request.size_px
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    spacing = request.label.letter_spacing * size
    widths = [measure(c, size, request.label.bold)[0] for c in request.text]
    length = sum(widths) + spacing * (len(widths) - 1)
    spare = travelled[-1] - length - size
    if spare < 0:
        return
    middles = np.cumsum(widths) - np.array(widths) / 2 + spacing * np.arange(len(widths))
    for start in size / 2 + spare * np.array([0.5, 0.38, 0.62, 0.25, 0.75, 0.12, 0.88]):
        for aside in (request.aside_px, -request.aside_px) if request.aside_px else (0.0,):
            label = _set_along(request, line, travelled, start + middles, aside)
            if label is not None:
                yield label


def _set_along(
    request: LabelRequest,
    line: NDArray[np.float64],
    travelled: NDArray[np.float64],
    at: NDArray[np.float64],
    aside: float,
) -> PlacedLabel | None:
    def point(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.interp(distance, travelled, line[:, k]) for k in (0, 1)])

    ahead, behind = point(at + request.size_px * 0.6), point(at - request.size_px * 0.6)
    middle = point(at)
    overall = middle[-1] - middle[0] if len(at) > 1 else ahead[0] - behind[0]
    steep = abs(overall[1]) > abs(overall[0])
    direction = ahead - behind
    if overall[1 if steep else 0] < 0:  # drawn the wrong way round for reading
        middle, direction = middle[::-1], -direction[::-1]
    turns = np.arctan2(direction[:, 1], direction[:, 0])
    middle = middle + aside * np.column_stack([np.sin(turns), -np.cos(turns)])
    bend = np.abs((np.diff(turns) + np.pi) % (2 * np.pi) - np.pi)
    if (bend > (_MAX_TURN_ASIDE if aside else _MAX_TURN)).any():
        return None
    angles = turns - np.pi / 2 if steep else turns
    side = request.size_px * 1.1 * (np.abs(np.cos(angles)) + np.abs(np.sin(angles))) / 2
    runs, boxes = [], []
    for character, (x, y), angle, half in zip(request.text, middle.tolist(), angles, side, strict=True):
        runs.append(Run(character, x, y, float(angle)))
        boxes.append((x - float(half), y - float(half), x + float(half), y + float(half)))
    return PlacedLabel(request.text, request.label, request.size_px, tuple(runs), tuple(boxes))
