"""Labels put where there is room: highest priority first, never over one another or over a sign."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mingqing.catalog.style import Placement
from mingqing.render.along import along_lines
from mingqing.render.beside import at_points
from mingqing.render.lettering import LabelRequest, Measure, PlacedLabel, Places, Run, estimate
from mingqing.render.occupancy import Busyness, Occupancy
from mingqing.render.scale import Viewport

_Identity: TypeAlias = tuple[object, ...]
_STILL = 0.2  # what has moved by less, in heights of a character, has not moved


@dataclass(frozen=True, slots=True)
class Kept:
    """The labels of an earlier drawing, which are to stay where they are while the map is moved."""

    view: Viewport
    labels: tuple[PlacedLabel, ...] = ()

    def on(self, view: Viewport) -> list[PlacedLabel]:
        """Return the labels in pixels of `view` as far as they touch it; none if it has another scale."""
        if (view.metres_per_px, view.px_per_mm) != (self.view.metres_per_px, self.view.px_per_mm):
            return []
        (dx, dy) = view.to_px(np.array([self.view.to_ground(0, 0)]))[0].tolist()
        width, height = view.size_px
        moved = (_moved(label, dx, dy) for label in self.labels)
        return [
            label
            for label in moved
            if any(b[2] > 0 and b[3] > 0 and b[0] < width and b[1] < height for b in label.boxes)
        ]


def _moved(label: PlacedLabel, dx: float, dy: float) -> PlacedLabel:
    return replace(
        label,
        runs=tuple(Run(r.text, r.x + dx, r.y + dy, r.angle) for r in label.runs),
        boxes=tuple((b[0] + dx, b[1] + dy, b[2] + dx, b[3] + dy) for b in label.boxes),
        home=(label.home[0] + dx, label.home[1] + dy),
    )


def place(
    requests: Iterable[LabelRequest],
    size_px: tuple[int, int],
    taken: Occupancy,
    busy: Busyness,
    measure: Measure = estimate,
    keep: Iterable[PlacedLabel] = (),
) -> list[PlacedLabel]:
    """Return the labels that found room on a sheet of `size_px`; `taken` is added to.

    The same requests always give the same result, in whatever order they come. A label of `keep`, in pixels of this
    sheet, stays exactly where it is as long as what it names is asked for and has not moved, no sign has come in its
    way and nothing of higher priority needs its room; it alone may reach over the sheet's edge. Where that is not so
    for want of room, it is left out rather than moved.
    """
    wanted = sorted(requests, key=_rank)
    staying = _staying(wanted, keep, taken)
    named = {_identity(label) for label in staying if label.label.placement is not Placement.LINE}
    fresh = [r for r in wanted if _identity(r) not in named]
    sheet = _Sheet(taken, Occupancy([b for label in staying for b in label.boxes]))
    turns = sorted(
        [(-label.label.priority, 0, n) for n, label in enumerate(staying)]
        + [(-request.label.priority, 1, n) for n, request in enumerate(fresh)]
    )
    places = _places(fresh, size_px, busy, measure)
    for _, new, n in turns:
        if new:
            sheet.find(fresh[n], places[n])
        else:
            sheet.stay(staying[n])
    return sheet.placed


def _rank(request: LabelRequest) -> tuple[object, ...]:
    """Order requests wholly: two that compare equal are alike."""
    label = request.label
    looks = (label.placement, label.letter_spacing, label.bold, label.short)
    room = np.asarray(request.room_px).tolist()
    where = (*request.anchor[0].tolist(), request.anchor.tobytes(), request.clear_px, room)
    along = (request.aside_px, request.apart_px, request.span_px)
    return (-label.priority, -request.size_px, request.text, where, along, looks, repr(request.key))


def _identity(of: LabelRequest | PlacedLabel) -> _Identity:
    return of.key, of.text, of.label, of.size_px


def _staying(
    wanted: Sequence[LabelRequest], keep: Iterable[PlacedLabel], taken: Occupancy
) -> list[PlacedLabel]:
    """Return those kept labels that still name what is there, in an order of their own."""
    asked: defaultdict[_Identity, list[LabelRequest]] = defaultdict(list)
    staying = sorted(keep, key=lambda label: (label.text, label.boxes))
    if not staying:
        return []
    for request in wanted:
        asked[_identity(request)].append(request)
    return [
        label
        for label in staying
        if any(_at_home(label, r) for r in asked.get(_identity(label), ())) and taken.is_free(label.boxes)
    ]


def _at_home(label: PlacedLabel, request: LabelRequest) -> bool:
    """Whether what a label names is still where it was when the label was placed."""
    if request.key is None:
        return False
    if request.label.placement is Placement.LINE:
        return _distance(label.home, request.anchor) < request.size_px
    away = np.hypot(*(request.anchor - label.home).T)
    return bool(away.min() < _STILL * request.size_px)


def _distance(point: tuple[float, float], line: NDArray[np.float64]) -> float:
    """Return how far a point is from a line of at least two vertices."""
    begin, along = line[:-1], np.diff(line, axis=0)
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((point - begin) * along).sum(axis=1) / squared, 0, 1)
    return float(np.hypot(*(begin + share[:, None] * along - point).T).min())


def _places(
    requests: Sequence[LabelRequest], size_px: tuple[int, int], busy: Busyness, measure: Measure
) -> list[Places]:
    """Return where each request's label could stand."""
    found: dict[int, Places] = {}
    lines = np.array([r.label.placement is Placement.LINE for r in requests], dtype=bool)
    for some, make in ((np.flatnonzero(lines), along_lines), (np.flatnonzero(~lines), at_points)):
        made = make([requests[n] for n in some.tolist()], size_px, busy, measure)
        found.update(zip(some.tolist(), made, strict=True))
    return [found[n] for n in range(len(requests))]


class _Sheet:
    """What has been placed so far. `reserved` : where labels stay unless something more important comes."""

    def __init__(self, taken: Occupancy, reserved: Occupancy) -> None:
        self.placed: list[PlacedLabel] = []
        self._taken, self._reserved = taken, reserved
        self._said: defaultdict[str, list[Sequence[float]]] = defaultdict(list)

    def stay(self, label: PlacedLabel) -> None:
        """Leave a label where it is; if something has taken its place, its text is not said near by either."""
        if self._taken.is_free(label.boxes):
            self._put(label, label.home)
        else:
            self._said[label.text].append(label.home)

    def find(self, request: LabelRequest, places: Places) -> None:
        """Put a label at its best free place, if need be over a reserved one."""
        second: int | None = None
        for n in places.which:
            if request.apart_px and self._is_said(request.text, places.middle(n), request.apart_px):
                continue
            boxes = places.boxes(n)
            if not self._taken.is_free(boxes):
                continue
            if self._reserved.is_free(boxes):
                break
            second = n if second is None else second
        else:
            if second is None:
                return
            n = second
        middle, line = places.middle(n), request.label.placement is Placement.LINE
        x, y = middle if line else request.anchor[0].tolist()
        runs, boxes = tuple(places.runs(n)), tuple(places.boxes(n))
        label = PlacedLabel(request.text, request.label, request.size_px, runs, boxes, request.key, (x, y))
        self._put(label, middle)

    def _is_said(self, text: str, middle: Sequence[float], apart: float) -> bool:
        x, y = middle
        for said_x, said_y in self._said[text]:
            if abs(x - said_x) < apart and abs(y - said_y) < apart and hypot(x - said_x, y - said_y) < apart:
                return True
        return False

    def _put(self, label: PlacedLabel, middle: Sequence[float]) -> None:
        self._taken.add(label.boxes)
        self.placed.append(label)
        self._said[label.text].append(middle)
